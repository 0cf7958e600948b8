"""What the guest wrote now, without the letter they answer, their signature and their program's own lines. Pure.

`mail-parser-reply` knows how programs of nine languages begin a quotation; measured on our own letters it misses most Spanish ones
and takes a guest's first words for a signature at times, so the Spanish and English marks are known here, line by line, and
nothing that it or we take away may touch the guest's first paragraph. Called by `reading`. Decision 014 has the figures.
"""

from __future__ import annotations

import re
from typing import Final

from mailparser_reply import EmailReplyParser

from backend.conversations.channels.email.phrases import (
    BEGIN,
    HEAD_FIRST,
    HEAD_MORE,
    RULE,
    SEPARATOR,
    WROTE,
    WROTE_CERTAIN,
    WROTE_FORMERLY,
    WROTE_LAST,
    WROTE_ON,
)
from backend.conversations.channels.email.signatures import without_signature

_MOST_LINES_FOR_LIBRARY: Final = 400
_LONGEST_LINE_FOR_LIBRARY: Final = 160
_LIBRARY: Final = EmailReplyParser(languages=["es", "en", "de", "fr", "it", "nl", "pl"])
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e]")
_BLANKS: Final = re.compile("[\u00a0\u2007\u202f\t]")
_MANY_BLANK_LINES: Final = re.compile(r"\n{3,}")
_MARK: Final = re.compile(r"^(?:\s*>)+ ?")


def own_words(text: str) -> str:
    """The guest's words of this letter; '' when there are none of theirs in it."""
    lines = _cleaned(text).split("\n")
    kept = _without_quoted(lines)
    own = _MANY_BLANK_LINES.sub("\n\n", "\n".join(kept))
    words = without_signature(_by_library(own))
    return _MANY_BLANK_LINES.sub("\n\n", words).strip()


def _cleaned(text: str) -> str:
    plain = _BLANKS.sub(" ", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return "\n".join(line.rstrip() if line != "-- " else line for line in plain.split("\n"))


def _without_quoted(lines: list[str]) -> list[str]:
    """Quoted lines and what announces them left out; an answer written below or between them stays."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        announced = _announcement(lines, at)
        if announced:
            after = _past_blanks(lines, at + announced)
            if after < len(lines) and _quoted(lines[after]):
                at = after  # the lines with marks are left out one by one: what stands below them is the guest's
                continue
            break
        if _is_rule_before_head(lines, at):
            break
        if not _quoted(lines[at]):
            kept.append(lines[at])
        at += 1
    return kept


def _quoted(line: str) -> bool:
    return line.startswith((">", " >", "&gt;"))


def _past_blanks(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _announcement(lines: list[str], at: int) -> int:
    """How many lines from here on announce a quotation; 0 when none does."""
    line = _bare(lines[at])
    if not line:
        return 0
    if any(mark.fullmatch(line) for mark in (SEPARATOR, BEGIN, WROTE_FORMERLY, WROTE_ON)):
        return 1
    return _wrote(lines, at) or _head(lines, at)


def _bare(line: str) -> str:
    return _MARK.sub("", line).strip()


def _wrote(lines: list[str], at: int) -> int:
    """A line such as "On Tue, 24 Nov 2026 at 10:12, Casa Lola wrote:", which programs break over up to four."""
    joined = ""
    for count in range(1, 5):
        if at + count > len(lines):
            return 0
        line = _bare(lines[at + count - 1])
        if not line or len(joined) > 500:
            return 0
        joined = f"{joined} {line}".strip()[:700]
        if WROTE_LAST.search(joined):
            return count if WROTE.fullmatch(joined.rstrip(" *_")) and WROTE_CERTAIN.search(joined) else 0
    return 0


def _head(lines: list[str], at: int) -> int:
    """Outlook's head of the letter that is answered: From, and at least two more of its fields at once after it."""
    if not HEAD_FIRST.fullmatch(_bare(lines[at])):
        return 0
    count, last, blanks = 0, at, 0
    for offset, line in enumerate(lines[at + 1 : at + 12], start=1):
        bare = _bare(line)
        if HEAD_MORE.fullmatch(bare):
            count, last, blanks = count + 1, at + offset, 0
        elif not bare:
            blanks += 1
        if blanks > 1:
            break
    return last - at + 1 if count >= 2 else 0


def _is_rule_before_head(lines: list[str], at: int) -> bool:
    """A rule, and the head of the answered letter right after it."""
    if not RULE.fullmatch(lines[at]):
        return False
    after = _past_blanks(lines, at + 1)
    return after < len(lines) and _head(lines, after) > 0


def _by_library(text: str) -> str:
    """The text as the library cuts it; ours where it is too long for the library or would lose the guest's first paragraph.

    It sees the beginning of each line only: some of its patterns need the cube of a line's length.
    """
    lines = text.strip().split("\n")
    if not text.strip() or len(lines) > _MOST_LINES_FOR_LIBRARY:
        return text
    replies = _LIBRARY.read("\n".join(line[:_LONGEST_LINE_FOR_LIBRARY] for line in lines)).replies
    kept = lines[: replies[0].content.count("\n") + 1] if replies and replies[0].content else []
    cut = "\n".join(kept)
    return cut if _flat(cut).startswith(_flat(first_paragraph(text))) else text


def first_paragraph(text: str) -> str:
    """Up to the first empty line."""
    return re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0]


def _flat(text: str) -> str:
    return " ".join(text.split())
