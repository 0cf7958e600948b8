"""What proves that a letter is its author's: the receiving server's own word (RFC 8601), never the letter's.

A From field proves nothing. Proven is: DMARC passed for the very domain in From, or a DKIM signature of that domain or one above
it held, in the topmost Authentication-Results of a server that the operator trusts by name. SPF alone says which machine sent,
not for whom: it counts only through DMARC. Pure; called by `door`. Decision 014.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from backend.conversations.channels.email.reading import Letter

_RESULT: Final = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY: Final = re.compile(r'([a-z0-9-]+\.[a-z0-9_-]+)\s*=\s*(?:"([^"]*)"|([^\s;]+))', re.IGNORECASE)
_LONGEST: Final = 4_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One method's result, such as dkim=pass header.d=example.org."""

    method: str
    result: str
    properties: dict[str, str]


def is_proven(letter: Letter, trusted: Collection[str]) -> bool:
    """Whether the author is who they say, by the word of a trusted server. `trusted` are its names in lower case."""
    author = letter.author
    if author is None or not trusted:
        return False
    domain = author.rpartition("@")[2]
    for value in letter.fields.get("authentication-results", ()):
        server, findings = _read(value)
        if server in trusted:
            # The topmost alone: a server writes above what came, so anything below may have come with the letter.
            return any(_speaks_for(each, domain) for each in findings)
    return False


def _speaks_for(finding: Finding, domain: str) -> bool:
    if finding.result != "pass":
        return False
    if finding.method == "dmarc":
        return _domain(finding.properties.get("header.from", "")) == domain
    if finding.method != "dkim":
        return False
    signed = _domain(finding.properties.get("header.d") or finding.properties.get("header.i", ""))
    return "." in signed and (domain == signed or domain.endswith(f".{signed}"))


def _domain(value: str) -> str:
    return value.rpartition("@")[2].strip().rstrip(".").lower()


def _read(value: str) -> tuple[str, list[Finding]]:
    """The server's name and what it found."""
    parts = list(_split(_without_comments(value[:_LONGEST])))
    server = parts[0].split()[0].strip('"').lower() if parts and parts[0].split() else ""
    findings = []
    for part in parts[1:]:
        said = _RESULT.match(part)
        if said:
            properties = {
                name.lower(): quoted or plain for name, quoted, plain in _PROPERTY.findall(part[said.end() :])
            }
            findings.append(Finding(said[1].lower(), said[2].lower(), properties))
    return server, findings


def _without_comments(value: str) -> str:
    """Comments nest, and hold whatever the sender made the server repeat."""
    kept, depth, quoted, escaped = [], 0, False, False
    for each in value:
        if escaped:
            escaped = False
        elif each == "\\":
            escaped = True
            continue
        elif each == '"' and not depth:
            quoted = not quoted
        elif each == "(" and not quoted:
            depth += 1
            continue
        elif each == ")" and not quoted and depth:
            depth -= 1
            kept.append(" ")
            continue
        if not depth:
            kept.append(each)
    return "".join(kept)


def _split(value: str) -> Iterator[str]:
    """By semicolons outside quotes."""
    part: list[str] = []
    quoted = False
    for each in value:
        quoted ^= each == '"'
        if each == ";" and not quoted:
            yield "".join(part)
            part = []
        else:
            part.append(each)
    yield "".join(part)
