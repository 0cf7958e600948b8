"""Phones, e-mail addresses, reservation codes, and figures that are none of a booking's values. Called by `compose` first.

What is claimed here (a phone, a price, an age, an address) is taken out of the reach of the other grammars, so that no digit of
it becomes an hour or a number of people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from backend.conversations.understanding.items import MERIDIEM, PEOPLE, counts_people
from backend.conversations.understanding.lexer import Token
from backend.conversations.understanding.rulebook import words
from backend.conversations.understanding.sentence import Sentence
from backend.conversations.understanding.vocabulary import ORDINAL_ENDINGS

_PHONE_CUES: Final = words("phone_cues")
_BETWEEN_CUE: Final = words("phone_gap")
_GROUPING = frozenset({"-", ".", "(", ")", "/"})
_CODE_CUES: Final = words("code_cues")
_CODE_GAP = frozenset(
    {
        "es",
        "is",
        ":",
        "de",
        "mi",
        "my",
        "the",
        "la",
        "el",
        "con",
        "with",
        "#",
        "numero",
        "number",
        "n",
        "no",
        "code",
        "codigo",
    }
)
_NOT_CODE = (
    MERIDIEM | PEOPLE | ORDINAL_ENDINGS | frozenset({"min", "mins", "x", "pax", "pm", "am", "moro", "nite"})
)
# As our codes are made: 'A5HTGH' is one though H is an hour's letter; '8PMHOY' is one only where a code was announced.
_MADE_CODE = re.compile(r"(?=.*\d)(?=.*[A-Z])[2-9A-HJKMNP-TV-Z]{6}")
_HOUR_OR_COUNT = re.compile(r"\d{1,4}[A-Z]+(?:\d{2}[A-Z]*)?")
_PRICE = frozenset({"€", "$", "£"})
_MONEY: Final = words("money")
_AGE_UNITS = frozenset({"anos", "ano", "anitos", "years", "year", "yrs", "yo"})
_STREETS: Final = words("streets")
_COSTING = frozenset(
    {"cuesta", "cuestan", "costs", "cost", "vale", "valen", "precio", "price", "paid", "pague", "cobran"}
)
_STREET_ENDS = frozenset({"street", "st", "road", "rd", "avenue", "ave", "lane"})
_TABLE_WORDS = frozenset({"mesa", "table", "room", "habitacion", "gate", "puerta", "linea", "line", "bus"})
_MIN_PHONE, _MAX_PHONE, _CUED_PHONE = 9, 15, 7


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact value on tokens `start` to `end`; kind `phone`, `email`, `code` or `blocked`."""

    kind: str
    value: str
    start: int
    end: int


def find_contacts(sentence: Sentence, context: str | None) -> list[Contact]:
    """Contacts and blocked figures, not overlapping, in order of appearance."""
    found: list[Contact] = []
    at = 0
    while at < len(sentence):
        contact = (
            _email(sentence, at) or _phone(sentence, at, context) or _spoken_phone(sentence, at, context)
        )
        contact = contact or _code(sentence, at, context) or _blocked(sentence, at)
        if contact is None:
            at += 1
        else:
            found.append(contact)
            at = contact.end
    return found


def _email(sentence: Sentence, at: int) -> Contact | None:
    token = sentence.tokens[at]
    if token.kind == "email":
        return Contact("email", token.text.rstrip(".").lower(), at, at + 1)
    return Contact("blocked", token.text, at, at + 1) if token.kind == "url" else _spoken_email(sentence, at)


def _spoken_email(sentence: Sentence, at: int) -> Contact | None:
    """'lucia punto garcia arroba gmail punto com', 'lucia at gmail dot com'."""
    norms = sentence.norms
    parts, end = [norms[at]], at + 1
    seen_at = False
    while end + 1 < len(norms):
        joint = {
            "punto": ".",
            "dot": ".",
            "arroba": "@",
            "guion": "-",
            "@": "@",
            ".": "." if seen_at or "arroba" in norms else "",
        }.get(norms[end])
        if joint is None and norms[end] == "at" and norms[end + 2 : end + 3] == ["dot"]:
            joint = "@"
        if not joint or sentence.tokens[end + 1].kind not in {"word", "figure"}:
            break
        seen_at = seen_at or joint == "@"
        parts += [joint, norms[end + 1]]
        end += 2
    address = "".join(parts)
    local, _, domain = address.partition("@")
    return Contact("email", address, at, end) if seen_at and local and "." in domain else None


def _is_cued(sentence: Sentence, at: int, cues: frozenset[str], gap: frozenset[str]) -> bool:
    """Whether one of the cue words stands before token `at`, with only small words between."""
    back = at - 1
    while back >= 0 and back >= at - 4:
        if sentence.norms[back] in cues:
            return True
        if sentence.norms[back] not in gap:
            return False
        back -= 1
    return False


def _phone(sentence: Sentence, at: int, context: str | None) -> Contact | None:
    """Groups of figures with phone-like separators and enough digits; dates and hours are not phones."""
    tokens = sentence.tokens
    start, plus = at, False
    if tokens[at].text == "+" or (
        tokens[at].text == "(" and at + 1 < len(tokens) and tokens[at + 1].kind == "figure"
    ):
        plus = tokens[at].text == "+"
        at += 1
    if at >= len(tokens) or not _phone_piece(tokens[at]) or sentence.classes[at].keys() & {"clock"}:
        return None
    digits, end, last = "", at, at
    while end < len(tokens) and (_phone_piece(tokens[end]) or tokens[end].text in _GROUPING):
        if tokens[end].kind == "figure":
            if _ends_phone(sentence, end, len(digits)):
                break
            digits += "".join(tokens[end].groups)
            last = end
        end += 1
    cued = context in {"phone", "contact"} or _is_cued(sentence, start, _PHONE_CUES, _BETWEEN_CUE)
    least = _CUED_PHONE if cued or plus else _MIN_PHONE
    if not least <= len(digits) <= _MAX_PHONE or _is_date_figure(tokens[at]):
        return None
    return Contact("phone", ("+" if plus else "") + digits, start, last + 1)


def _phone_piece(token: Token) -> bool:
    return token.kind == "figure" and all(mark in "-./" for mark in token.separators)


def _ends_phone(sentence: Sentence, at: int, digits: int) -> bool:
    """Whether a figure that follows a whole phone belongs to something else ('600111222 4 personas')."""
    token = sentence.tokens[at]
    if digits and (counts_people(sentence, at + 1) or _is_date_figure(token)):
        return True
    return digits >= _MIN_PHONE and not token.glued and digits + len("".join(token.groups)) > 11


def _is_date_figure(token: Token) -> bool:
    return len(token.groups) == 3 and {len(group) for group in token.groups} <= {1, 2, 4} and max(map(len, token.groups)) <= 4 and (
        len(token.groups[0]) == 4 or (len(token.groups[2]) in {2, 4} and "/" in token.separators) or len(token.groups[2]) == 4
    )  # fmt: skip


def _spoken_phone(sentence: Sentence, at: int, context: str | None) -> Contact | None:
    """Digits read out: 'seis cero cero, uno uno uno, dos dos dos', 'six oh oh one one one two two two'."""
    tokens, digits, end = sentence.tokens, "", at
    last = at
    while end < len(tokens):
        number = sentence.classes[end].get("num")
        if number is not None and (sentence.norms[end] not in {"un", "una"}):
            digits += str(number[0])
            end = last = number[1]
        elif sentence.norms[end] in {",", ".", "-"} and digits:
            end += 1
        elif (
            sentence.norms[end] in {"double", "doble"}
            and end + 1 < len(tokens)
            and "num" in sentence.classes[end + 1]
        ):
            digits += str(sentence.classes[end + 1]["num"][0]) * 2
            end = last = end + 2
        else:
            break
    words = sum(1 for token in tokens[at:last] if token.kind == "word")
    cued = context in {"phone", "contact"} or _is_cued(sentence, at, _PHONE_CUES, _BETWEEN_CUE)
    enough = _MIN_PHONE <= len(digits) <= _MAX_PHONE and words >= (3 if cued else 6)
    return Contact("phone", digits, at, last) if enough else None


def _code(sentence: Sentence, at: int, context: str | None) -> Contact | None:
    """A reservation code: letters and figures run together, after a word that announces one or unmistakable by itself."""
    tokens = sentence.tokens
    if at and tokens[at].glued and tokens[at - 1].kind in {"word", "figure"}:
        return None
    if tokens[at].kind == "mark" and tokens[at].text == "#" and at + 1 < len(tokens) and tokens[at + 1].glued:
        inner = _code(sentence, at + 1, "code")
        return Contact("code", inner.value, at, inner.end) if inner else None
    end = at
    while (
        end < len(tokens)
        and tokens[end].kind in {"word", "figure"}
        and (end == at or tokens[end].glued)
        and len(tokens[end].groups) <= 1
    ):
        end += 1
    raw = "".join(token.text for token in tokens[at:end])
    has_figure = any(token.kind == "figure" for token in tokens[at:end])
    has_letter = any(token.kind == "word" for token in tokens[at:end])
    cued = _is_cued(sentence, at, _CODE_CUES, _CODE_GAP)
    units = any(token.kind == "word" and token.norm in _NOT_CODE for token in tokens[at:end])
    if units and not _is_made(raw, announced=cued or context == "code"):
        return None
    upper = raw.isupper()
    if (
        has_figure
        and has_letter
        and 5 <= len(raw) <= 10
        and (upper or cued)
        and end - at >= 2
        and not raw[0:1].islower()
    ):
        return Contact("code", raw.upper(), at, end)
    if cued and has_figure and has_letter and len(raw) == 6:
        return Contact("code", raw.upper(), at, end)
    if cued and len(raw) == 6 and raw.isupper() and raw.isascii() and not sentence.text.isupper():
        return Contact("code", raw, at, end)
    if (
        context == "code"
        and len(raw) == 6
        and raw.isascii()
        and raw.isalnum()
        and raw.lower() not in _CODE_CUES
    ):
        return Contact("code", raw.upper(), at, end)
    return None


def _is_made(raw: str, *, announced: bool) -> bool:
    """Whether it can be a code of ours although a piece of it is a unit or a part of the day."""
    return _MADE_CODE.fullmatch(raw) is not None and (announced or _HOUR_OR_COUNT.fullmatch(raw) is None)


def _blocked(sentence: Sentence, at: int) -> Contact | None:
    """Prices, ages, streets, table numbers, birthdays by number: figures that must not become values."""
    tokens, norms = sentence.tokens, sentence.norms
    end = _money(sentence, at) or _age(sentence, at) or _numbered(sentence, at)
    if (
        end is None
        and tokens[at].kind == "figure"
        and len(tokens[at].groups) == 1
        and len(tokens[at].text) >= 5
    ):
        end = at + 1
    return Contact("blocked", " ".join(norms[at:end]), at, end) if end else None


def _money(sentence: Sentence, at: int) -> int | None:
    norms, tokens = sentence.norms, sentence.tokens
    if norms[at] in _PRICE and at + 1 < len(tokens) and tokens[at + 1].kind == "figure":
        return at + 2
    number = sentence.classes[at].get("num")
    end = number[1] if number else at + 1 if tokens[at].kind == "figure" else None
    if end is None:
        return None
    if (
        tokens[at].kind == "figure"
        and end + 1 < len(tokens)
        and norms[end] == ","
        and tokens[end + 1].kind == "figure"
        and tokens[end + 1].glued
    ):
        end += 2
    if at > 0 and norms[at - 1] in _COSTING and "clock" in sentence.classes[at]:
        return end
    if end < len(tokens) and (norms[end] in _MONEY or norms[end] == "%"):
        return end + 1
    return None


def _age(sentence: Sentence, at: int) -> int | None:
    """'5 años', '3 y 5 años', '30th birthday', 'turning 40', 'cumple 30'."""
    norms = sentence.norms
    number = sentence.classes[at].get("num") or sentence.classes[at].get("ordinal")
    if norms[at] in {"turning", "turns", "cumple", "cumplo", "cumplimos", "aged", "cumplen"} and at + 1 < len(
        norms
    ):
        following = sentence.classes[at + 1].get("num")
        return following[1] if following else None
    if number is None:
        return None
    ordinal = sentence.classes[at].get("ordinal")
    if (
        ordinal is not None
        and ordinal[1] < len(norms)
        and norms[ordinal[1]] in {"birthday", "anniversary", "cumpleanos", "aniversario", "floor", "piso"}
    ):
        return ordinal[1] + 1
    value, end = number
    if end < len(norms) and norms[end] in {"y", "and", ","} and end + 1 < len(norms):
        second = sentence.classes[end + 1].get("num")
        if second is not None and second[1] < len(norms) and norms[second[1]] in _AGE_UNITS:
            return second[1] + 1
    if end < len(norms) and norms[end] in _AGE_UNITS:
        ahead = at > 0 and norms[at - 1] in {"en", "in", "dentro"}
        return None if ahead or value > 120 else end + 1
    if norms[end : end + 2] == ["-", "year"]:
        return end + 2
    return None


def _numbered(sentence: Sentence, at: int) -> int | None:
    """'calle Mayor 12', 'mesa 7', 'habitación 305', '12 Main Street'."""
    norms, tokens = sentence.norms, sentence.tokens
    if (
        norms[at] in _TABLE_WORDS
        and at + 1 < len(tokens)
        and tokens[at + 1].kind == "figure"
        and len(tokens[at + 1].groups) == 1
    ):
        named = at > 0 and norms[at - 1] in {
            "la",
            "the",
            "en",
            "at",
            "number",
            "numero",
            "su",
            "nuestra",
            "our",
        }
        if norms[at] in {"mesa", "table"} and (counts_people(sentence, at + 2) or not named):
            return None
        return at + 2
    if norms[at] in _STREETS and tokens[at].kind == "word":
        for step in range(1, 5):
            if at + step >= len(tokens) or (tokens[at + step].text in {",", "."} and step > 3):
                return None
            if tokens[at + step].kind == "figure":
                return at + step + 1 if step > 1 and len(tokens[at + step].groups) == 1 else None
            if norms[at + step] in {"para", "for", "a", "at", "el", "on"}:
                return None
    if tokens[at].kind == "figure" and at + 2 < len(tokens) and tokens[at + 1].capital:
        for end in (at + 2, at + 3):
            street = end < len(tokens) and norms[end] in _STREET_ENDS and not tokens[end].glued
            if street and not {"month", "weekday"} & sentence.classes[at + 1].keys():
                return end + 1
    return None
