"""Common first names of both languages, folded. They let a name written in lower case be known as one. Data only."""

from __future__ import annotations

from typing import Final

from backend.conversations.understanding.rulebook import words

GIVEN_NAMES: Final = words("given_names")
