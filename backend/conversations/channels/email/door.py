"""The one door for letters, whichever way they came: read, judged, and a guest's words written down for the worker's chats.

Called by the collectors (`maildir`, `imap`) and the SES webhook. A letter handed in twice is taken once, so a collector that dies
between handing in and remembering may hand in again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from backend.conversations.channels.email.automatic import reason_not_to_answer
from backend.conversations.channels.email.bounces import bounce_in
from backend.conversations.channels.email.matter import words_of
from backend.conversations.channels.email.proof import is_proven
from backend.conversations.channels.email.reading import Letter, read
from backend.conversations.channels.email.store import MailStore
from backend.conversations.channels.email.threads import Threads
from backend.conversations.channels.ports import Feedback, Intake
from backend.conversations.channels.records import Inbound
from backend.conversations.ports import Sender
from backend.platform.refusals import Refusal
from backend.platform.telemetry import Telemetry

log = logging.getLogger(__name__)

_HOUR: Final = timedelta(hours=1)
_LONGEST_QUOTE: Final = 300
_LATEST_REFERENCES: Final = 20


class Outcome(StrEnum):
    """What became of a letter."""

    TAKEN = "taken"
    REPEATED = "repeated"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    LIST = "list"
    NOBODY = "nobody"
    OURS = "ours"
    SPAM = "spam"
    TOO_MANY = "too_many"
    UNKNOWN = "unknown"  # nobody here has that address
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"

    @property
    def is_settled(self) -> bool:
        """Whether nobody need look at the letter any more."""
        return self not in (Outcome.TOO_MANY, Outcome.UNKNOWN, Outcome.UNREADABLE, Outcome.TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A letter's bytes, and what its carrier says of it: when it came, for whom, for which restaurant if the mailbox says so.

    `proven` is the carrier's own finding about the author (SES), None when Authentication-Results say it. `trusted` are
    the servers that are believed there, as this letter came: anybody can write the name of a server that it did not pass; None
    stands for the door's own.
    """

    raw: bytes = field(repr=False)
    at: datetime
    recipients: tuple[str, ...] = ()
    restaurant_id: UUID | None = None
    proven: bool | None = None
    spam: bool = False
    trusted: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DoorRules:
    """`trusted` are names of servers whose Authentication-Results are believed, `ours` addresses that we send from."""

    trusted: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    per_hour: int = 20
    house_per_hour: int = 500
    largest: int = 10_000_000


class MailDoor:
    """Takes letters in."""

    def __init__(
        self,
        *,
        intake: Intake,
        feedback: Feedback,
        store: MailStore,
        threads: Threads,
        telemetry: Telemetry,
        rules: DoorRules,
    ) -> None:
        self._intake = intake
        self._feedback = feedback
        self._store = store
        self._threads = threads
        self._telemetry = telemetry
        self.rules = rules

    def take(self, arrival: Arrival, now: datetime) -> Outcome:
        """What became of it. Raises (see `is_passing`) only when the database is away or busy: hand it in again later."""
        outcome = self._take(arrival, now)
        self._telemetry.outcome("mail", outcome.value)
        if outcome is not Outcome.TAKEN:
            log.info("letter not taken as a guest's", extra={"outcome": outcome.value})
        return outcome

    def too_large(self) -> Outcome:
        """Counts a letter that a collector did not even read."""
        self._telemetry.outcome("mail", Outcome.TOO_LARGE.value)
        return Outcome.TOO_LARGE

    def _take(self, arrival: Arrival, now: datetime) -> Outcome:
        if len(arrival.raw) > self.rules.largest:
            return Outcome.TOO_LARGE
        letter = read(arrival.raw)
        if letter is None:
            return Outcome.UNREADABLE
        house = self._house_of(arrival, letter)
        if house is None:
            return Outcome.UNKNOWN
        restaurant_id, our_address = house
        reason = reason_not_to_answer(letter, {*self.rules.ours, our_address})
        if reason == "bounce":
            self._bounced(restaurant_id, letter, now)
        if reason is not None:
            return Outcome(reason)
        if self._threads.is_ours(letter.message_id):
            return Outcome.OURS
        if arrival.spam:
            return Outcome.SPAM
        return self._guest_wrote(restaurant_id, our_address, arrival, letter, now)

    def _house_of(self, arrival: Arrival, letter: Letter) -> tuple[UUID, str] | None:
        addresses = (*arrival.recipients, *letter.recipients)
        if arrival.restaurant_id is not None:
            return arrival.restaurant_id, next(iter(addresses), "")
        return self._store.restaurant_of(addresses)

    def _guest_wrote(
        self, restaurant_id: UUID, our_address: str, arrival: Arrival, letter: Letter, now: datetime
    ) -> Outcome:
        address = letter.answer_to
        assert address is not None  # noqa: S101 - `reason_not_to_answer` names letters without one
        person = self._threads.person(restaurant_id, address)
        lately = self._store.lately(restaurant_id, person, now - _HOUR)
        if lately.person >= self.rules.per_hour or lately.house >= self.rules.house_per_hour:
            return Outcome.TOO_MANY
        trusted = self.rules.trusted if arrival.trusted is None else arrival.trusted
        proven = is_proven(letter, trusted) if arrival.proven is None else arrival.proven
        session_id = self._session(restaurant_id, letter, address, person)
        message = Inbound(
            channel="email",
            session_id=session_id,
            message_id=self._threads.message(restaurant_id, letter, address),
            address=address,
            text=words_of(letter),
            at=min(arrival.at, now),
            sender=Sender(email=address, proven=proven and address == letter.author),
            name=letter.name or letter.signed,
            media=letter.media,
            thread=_thread(letter, our_address, session_id),
        )
        return Outcome.TAKEN if self._intake.take(restaurant_id, [message], now) else Outcome.REPEATED

    def _session(self, restaurant_id: UUID, letter: Letter, address: str, person: str) -> str:
        """The thread's own; an answer to a confirmation or reminder is about that booking, whichever of them it answers."""
        root: str | None = None
        if letter.references:
            known = self._store.answered_session(restaurant_id, letter.references)
            if known is not None and known.startswith(person):
                return known
            booking = self._store.booking_of(restaurant_id, letter.references)
            root = None if booking is None else f"booking {booking}"
        return self._threads.session(restaurant_id, letter, address, root)

    def _bounced(self, restaurant_id: UUID, letter: Letter, now: datetime) -> None:
        """Our letter did not arrive: whoever looks at it should see that."""
        bounce = bounce_in(letter)
        if bounce is None or not bounce.final:
            return
        for provider_id in dict.fromkeys((bounce.letter, bounce.letter.partition("@")[0])):
            ref = _uuid(
                provider_id.partition(".")[0]
            )  # every mail of ours begins its name with its message's
            if self._feedback.record(
                restaurant_id, "email", provider_id, "failed", now, error=bounce.status, ref=ref
            ):
                return


def is_passing(problem: Exception) -> bool:
    """Whether a letter is to be handed in again, because what went wrong has nothing to do with it."""
    return isinstance(problem, Refusal) and problem.code in ("unavailable", "lock_timeout")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _thread(letter: Letter, our_address: str, session_id: str) -> dict[str, str]:
    """The way back: what an answer's head needs."""
    ids = (*letter.references, letter.message_id)
    references = ids if len(ids) <= _LATEST_REFERENCES else (ids[0], *ids[1 - _LATEST_REFERENCES :])
    return {
        "messageId": letter.message_id,
        "references": " ".join(dict.fromkeys(references)),
        "subject": letter.subject,
        "quote": letter.words[:_LONGEST_QUOTE],
        "to": our_address,
        "session": session_id,
    }


def known_senders(addresses: Collection[str]) -> frozenset[str]:
    """Addresses in the form in which letters are compared."""
    return frozenset(each.strip().lower() for each in addresses if each.strip())
