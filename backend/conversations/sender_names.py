"""Whether the name a channel shows for its sender may be a person's, to be offered for their booking. Pure; called by `service`.

Profile names may be nicknames, firms or decoration: what does not plainly begin with a given name is not used, and the guest is
asked as everybody else.
"""

from __future__ import annotations

import re
from typing import Final

from backend.conversations.understanding.given_names import GIVEN_NAMES
from backend.conversations.understanding.lexer import fold
from backend.conversations.understanding.rulebook import words
from backend.guests import person_name

LONGEST: Final = 60
MOST_WORDS: Final = 5
# Letters of any script, with what joins them: "O'Brien", "Jean-Luc", "Ana M."
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
_PARTICLES: Final = words("particles")
_NEVER: Final = words("never_names") | frozenset(
    {"bar", "cafe", "empresa", "hotel", "inc", "info", "llc", "ltd", "reservas", "restaurante", "sa", "shop", "sl", "slu",
     "soporte", "support", "team", "tienda", "y"}
)  # fmt: skip


def own_name(shown: str | None) -> str | None:
    """The name as it would be written for a booking ('RUIZ, MARTA' is 'Marta Ruiz'); None when it may not be a person's."""
    if shown is None or len(shown) > LONGEST:
        return None
    parts = person_name(shown).strip("\"'“”").split(" ")
    turned = _turned(parts)
    if not 1 <= len(turned) <= MOST_WORDS or not all(_WORD.fullmatch(each) for each in turned):
        return None
    folded = [fold(each) for each in turned]
    first = folded[0].split("-")[0]
    if first not in GIVEN_NAMES or not _NEVER.isdisjoint(set(folded) - GIVEN_NAMES - _PARTICLES):
        return None
    return " ".join(_written(each, turned) for each in turned)


def _turned(parts: list[str]) -> list[str]:
    """'Ruiz Gil, Marta' the other way round."""
    ends = [at for at, each in enumerate(parts) if each.endswith(",")]
    if len(ends) != 1 or ends[0] == len(parts) - 1:
        return parts
    last = ends[0]
    return [*parts[last + 1 :], *parts[:last], parts[last][:-1]]


def _written(word: str, name: list[str]) -> str:
    """With capitals, where the whole name has none or nothing else; particles as they are usual."""
    whole = "".join(name)
    if not (whole.islower() or whole.isupper()):
        return word
    return word.lower() if fold(word) in _PARTICLES else word.title()
