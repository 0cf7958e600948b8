"""The end of a letter that says nothing to the house: signatures, "sent from my phone", legal notices. Pure; called by `quotes`.

Only whole lines go, never any of the guest's first paragraph, and what they add below ("PD: una trona") stays.
"""

from __future__ import annotations

import re
from typing import Final

from backend.conversations.channels.email.phrases import (
    CLOSING,
    DEVICE,
    FURNITURE,
    NOTICE,
    POSTSCRIPT,
    SIGNATURE_RULE,
)

_NAME_WORD: Final = re.compile(r"(?:[A-ZÁÉÍÓÚÜÑÇ][\w'’.-]{0,25}|de|del|la|las|los|y|da|von|van)")
_MOST_AFTER_RULE: Final = 10
_LONGEST_IN_SIGNATURE: Final = 70


def without_signature(text: str) -> str:
    """The text without its end pieces."""
    lines = [
        line
        for line in text.strip("\n").split("\n")
        if not (DEVICE.fullmatch(line) or FURNITURE.fullmatch(line))
    ]
    while lines and not lines[0].strip():
        lines.pop(0)
    start = _past_first_paragraph(lines)
    for at in range(start, len(lines)):
        if _begins_end(lines, at):
            return "\n".join([*lines[:at], *_postscript(lines[at:])]).strip()
    return "\n".join(lines).strip()


def name_in_signature(text: str) -> str | None:
    """The name below a closing such as "Un saludo,"; None when the letter is not signed so."""
    lines = text.strip().split("\n")
    for at, line in enumerate(lines[:-1]):
        if CLOSING.fullmatch(line.strip()):
            following = next((each.strip() for each in lines[at + 1 : at + 4] if each.strip()), "")
            if _is_name(following):
                return following.rstrip(".,")
    return None


def _past_first_paragraph(lines: list[str]) -> int:
    return (
        next((at for at, line in enumerate(lines) if not line.strip() or line == "-- "), len(lines))
        if lines
        else 0
    )


def _begins_end(lines: list[str], at: int) -> bool:
    line = lines[at].strip()
    if lines[at].rstrip() == "--" or NOTICE.match(line):
        return True
    if CLOSING.fullmatch(line):
        following = next((each.strip() for each in lines[at + 1 :] if each.strip()), "")
        return not following or _is_name(following) or bool(POSTSCRIPT.fullmatch(following))
    return bool(SIGNATURE_RULE.fullmatch(line)) and _looks_signed(lines[at + 1 :])


def _is_name(line: str) -> bool:
    words = line.rstrip(".,").split()
    return (
        1 <= len(words) <= 5 and all(_NAME_WORD.fullmatch(word) for word in words) and words[0][0].isupper()
    )


def _looks_signed(rest: list[str]) -> bool:
    """A few short lines that ask nothing: name, post, telephone, address."""
    said = [line.strip() for line in rest if line.strip()]
    return len(said) <= _MOST_AFTER_RULE and all(
        len(line) <= _LONGEST_IN_SIGNATURE and "?" not in line for line in said
    )


def _postscript(lines: list[str]) -> list[str]:
    at = next((at for at, line in enumerate(lines) if at and POSTSCRIPT.fullmatch(line.strip())), None)
    return [] if at is None else ["", *lines[at:]]
