"""The widget's files as a server hands them out: under which names, with which headers, how small.

Called by the route /widget/v1/<path> (and by the browser tests' stand-in server). Production serves the two bundles in
`dist`, as long as they were made of the modules that are here. Otherwise the modules themselves are served: as they are
written, except that lines lose their indentation and lines holding only a comment become empty (line numbers stay), and that
the entry file points to its modules under a name made from their content, so that those can be cached for a year and never
mix with an older version's.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ENTRY = "saveit-chat.js"
FORM = "saveit-form.js"  # a bundle only: as modules it is form/form.js and what that imports
DIST = "dist"
DEMO = "demo"  # belongs to the tests' hostile page
FOLDER = Path(__file__).resolve().parent
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


def banner(version: str) -> bytes:
    """The first line of a bundle: of which modules it was made."""
    return f"/* saveit-chat {version} */\n".encode()


class WidgetFiles:
    """The widget in one folder, read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, path: str) -> WidgetFile | None:
        """The file at `path` below /widget/v1/, or None; nothing exists but this folder's modules and their bundles."""
        asked = _VERSIONED.match(path)
        name = asked.group(2) if asked else path
        version = asked.group(1) if asked else None
        body = self._entry(version) if name == ENTRY else self._part(name, version)
        if body is None:
            return None
        etag = hashlib.sha256(body).hexdigest()[:32]
        caching = {"Cache-Control": self._caching(name, version), "ETag": f'"{etag}"'}
        return WidgetFile(body, _gzipped(body), {**_FOR_EVERY_SITE, **caching})

    @cached_property
    def version(self) -> str:
        """16 hexadecimal digits that change with any module."""
        whole = hashlib.sha256()
        for name, body in sorted(self._sources.items()):
            whole.update(f"{name}\0{len(body)}\0".encode() + body)
        return whole.hexdigest()[:16]

    @cached_property
    def bundles(self) -> dict[str, bytes]:
        """The bundles by name; none when one is lacking or was made of other modules than these."""
        paths = [self._folder / DIST / name for name in (ENTRY, FORM)]
        found = {path.name: path.read_bytes() for path in paths if path.exists()}
        fresh = [body.startswith(banner(self.version)) for body in found.values()]
        return found if fresh == [True, True] else {}

    def _entry(self, version: str | None) -> bytes | None:
        """The entry, also under the version that it has, for pages that pin it."""
        if self.bundles:
            return self.bundles[ENTRY] if version in (None, self.version) else None
        if version:
            return None
        return self._sources[ENTRY].replace(b'"./', f'"./v-{self.version}/'.encode())

    def _part(self, name: str, version: str | None) -> bytes | None:
        if name == FORM:
            return self.bundles.get(FORM) if version else None
        return self._sources.get(name)

    def _caching(self, name: str, version: str | None) -> str:
        if version == self.version:
            return "public, max-age=31536000, immutable"
        if name == ENTRY:
            return "public, max-age=300, stale-while-revalidate=86400"
        return (
            "no-cache"  # a name from an older entry file, still in some cache: right for now, wrong to keep
        )

    @cached_property
    def _sources(self) -> dict[str, bytes]:
        """Every module by its name relative to the folder."""
        paths = [path.relative_to(self._folder) for path in sorted(self._folder.rglob("*.js"))]
        return {
            path.as_posix(): _slimmed((self._folder / path).read_bytes())
            for path in paths
            if path.parts[0] not in (DIST, DEMO)
        }


_HERE = WidgetFiles(FOLDER)
widget_file = _HERE.file


def _slimmed(source: bytes) -> bytes:
    bare = _COMMENT_LINES.sub(lambda match: b"\n" * match.group().count(b"\n"), source)
    return _INDENTATION.sub(b"", bare)


@lru_cache(maxsize=64)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=9, mtime=0)
