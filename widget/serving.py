"""The widget's files as a server hands them out: under which names, with which headers, how small.

Called by the route /widget/v1/<path> (and by the browser tests' stand-in server). There is no build: the
modules are served as they are written, except that lines lose their indentation and lines holding only a
comment become empty (line numbers stay), and that the entry file points to its modules under a name made
from their content, so that those can be cached for a year and never mix with an older version's.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ENTRY = "saveit-chat.js"
_FOLDER = Path(__file__).resolve().parent
_COMMENT_LINES = re.compile(rb"^[ ]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)$", re.MULTILINE)
_INDENTATION = re.compile(rb"^ +", re.MULTILINE)
_VERSIONED = re.compile(r"^v-([0-9a-f]{16})/(.+)$")
_FOR_EVERY_SITE = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Access-Control-Allow-Origin": "*",  # module scripts are always fetched with CORS
    "Cross-Origin-Resource-Policy": "cross-origin",  # for pages that isolate themselves
    "Timing-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True)
class WidgetFile:
    """One answer: the plain body, the same gzipped, and every header but those of encoding and length."""

    body: bytes
    gzipped: bytes
    headers: dict[str, str]


def widget_file(path: str) -> WidgetFile | None:
    """The file at `path` below /widget/v1/, or None; nothing exists but this folder's modules."""
    asked = _VERSIONED.match(path)
    name = asked.group(2) if asked else path
    body = _sources().get(name)
    if body is None or (asked and name == ENTRY):
        return None
    if name == ENTRY:
        body = body.replace(b'"./', f'"./v-{version()}/'.encode())
    caching = _caching(name, asked.group(1) if asked else None)
    etag = hashlib.sha256(body).hexdigest()[:32]
    return WidgetFile(
        body, _gzipped(body), {**_FOR_EVERY_SITE, "Cache-Control": caching, "ETag": f'"{etag}"'}
    )


def _caching(name: str, asked_version: str | None) -> str:
    if asked_version == version():
        return "public, max-age=31536000, immutable"
    if name == ENTRY:
        return "public, max-age=300, stale-while-revalidate=86400"
    return "no-cache"  # a name from an older entry file, still in some cache: right for now, wrong to keep


@lru_cache
def version() -> str:
    """16 hexadecimal digits that change with any module."""
    whole = hashlib.sha256()
    for name, body in sorted(_sources().items()):
        whole.update(f"{name}\0{len(body)}\0".encode() + body)
    return whole.hexdigest()[:16]


@lru_cache
def _sources() -> dict[str, bytes]:
    """Every module by its name relative to this folder, read once per process."""
    return {
        path.relative_to(_FOLDER).as_posix(): _slimmed(path.read_bytes())
        for path in sorted(_FOLDER.rglob("*.js"))
    }


def _slimmed(source: bytes) -> bytes:
    bare = _COMMENT_LINES.sub(lambda match: b"\n" * match.group().count(b"\n"), source)
    return _INDENTATION.sub(b"", bare)


@lru_cache(maxsize=64)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=9, mtime=0)
