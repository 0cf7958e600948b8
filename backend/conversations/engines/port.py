"""What every reader of messages offers, and what an engine outside SaveIt is asked and answers. Fulfilled in this folder.

`ConversationService` is given one `Reader`: the built-in parser alone, or the chain that asks an engine where that one is unsure.
An engine never sees phones, mails or long numbers, and what it answers are claims that `grounding` checks against the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, Protocol

from backend.conversations.understanding import Understanding, understand

Service = Sequence[tuple[time, time]]
Failure = Literal[
    "timeout", "unreachable", "throttled", "rejected", "failed", "malformed", "unusable", "refused", "busy"
]
# These say something about one message, or about us, and nothing about the service: guests must not be able to shut it for all.
_NOT_THE_SERVICE = frozenset({"unusable", "refused", "busy"})


class Reader(Protocol):
    """Reads one message."""

    def read(
        self,
        text: str,
        *,
        now: datetime,
        tz: str,
        language: str | None = None,
        context: str | None = None,
        service: Service = (),
    ) -> Understanding:
        """What the message says; arguments as of `understanding.understand`. Raises nothing."""


class BuiltInReader:
    """The parser of our own, behind the port."""

    def read(
        self,
        text: str,
        *,
        now: datetime,
        tz: str,
        language: str | None = None,
        context: str | None = None,
        service: Service = (),
    ) -> Understanding:
        """See `understand`."""
        return understand(text, now=now, tz=tz, language=language, context=context, service=service)


@dataclass(frozen=True, slots=True)
class Question:
    """All that an engine is told: the masked message, the restaurant's day, the language and the slot just asked for.

    `locale` is the language with its region where that is known ('es-MX'), else the bare language; `tz` an IANA zone.
    """

    text: str
    today: date
    tz: str
    language: str
    locale: str
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A value an engine says it read: `value` as it wrote it, `words` the stretch of the message it says it rests on."""

    slot: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of a message, unchecked. `confidence` is between 0 and 1."""

    intent: str
    claims: tuple[Claim, ...]
    confidence: float
    topic: str | None = None


class EngineError(Exception):
    """An engine gave no answer that can be used.

    `detail` is a status or a kind of error, never what anybody wrote. `retry_after` in seconds when the service said how long to
    leave it alone. `blames_service`: whether it counts against the service, and not only against this message.
    """

    def __init__(
        self,
        failure: Failure,
        detail: str = "",
        retry_after: float | None = None,
        *,
        only_this_message: bool = False,
    ) -> None:
        super().__init__(f"{failure}: {detail}" if detail else failure)
        self.failure: Failure = failure
        self.retry_after = retry_after
        self.blames_service = not (only_this_message or failure in _NOT_THE_SERVICE)


class Engine(Protocol):
    """A service outside SaveIt that understands messages."""

    name: str

    def ask(self, question: Question, within: float) -> Answer:
        """Its answer, in about `within` seconds at most; the caller keeps the deadline in any case. Raises EngineError."""
