"""A message made ready for engines, and their answers brought back from there: masked out, restored, checked. Pure.

Called by the chain for guests' messages and by `trial` for an operator's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from backend.conversations.engines.grounding import Message, grounded
from backend.conversations.engines.masking import Masked, mask
from backend.conversations.engines.port import Answer, Claim, Question, Service
from backend.conversations.understanding import Understanding
from backend.conversations.understanding.lexer import normalise

_MOST_CHARACTERS: Final = 1000


@dataclass(frozen=True, slots=True)
class Put:
    """What engines are asked, and what is needed to judge what they say."""

    question: Question
    masked: Masked
    message: Message

    @property
    def says_something(self) -> bool:
        """Whether there are words left beside contacts."""
        text = self.masked.text
        for placeholder, _ in self.masked.hidden:
            text = text.replace(placeholder, "")
        return any(letter.isalpha() for letter in text)

    def understood(self, answer: Answer) -> tuple[Understanding, int]:
        """The understanding that is left of an engine's answer, and how many of its values were dropped."""
        claims = tuple(
            Claim(claim.slot, self.masked.restored(claim.value), self.masked.restored(claim.words))
            for claim in answer.claims
        )
        return grounded(replace(answer, claims=claims), self.message)


def prepared(
    text: str,
    own: Understanding,
    *,
    now: datetime,
    tz: str,
    language: str | None,
    context: str | None,
    service: Service,
) -> Put:
    """The message for engines; `own` is the built-in parser's reading of it, whose contacts are hidden."""
    # A half of a character pair cannot be sent anywhere; one mark for it keeps every place in the text.
    clean = normalise(text)[:_MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    masked = mask(clean, own.spans)
    today = (now.astimezone(ZoneInfo(tz)) if now.tzinfo else now).date()
    question = Question(masked.text, today, tz, own.language, _locale(own.language, language), context)
    return Put(question, masked, Message(clean, now, question, service))


def _locale(spoken: str, hint: str | None) -> str:
    """The language with the region the guest's locale names, when it is of that language."""
    return hint if hint and hint.lower().startswith(spoken) else spoken
