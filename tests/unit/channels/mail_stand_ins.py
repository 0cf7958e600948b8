"""What the mail channel's door leans on, played from memory: intake, feedback, look-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from letters import HOUSE

from backend.conversations.channels.email.door import DoorRules, MailDoor
from backend.conversations.channels.email.store import Lately, Position
from backend.conversations.channels.email.threads import Threads
from backend.conversations.channels.records import Inbound
from backend.platform.refusals import Refusal
from backend.platform.telemetry import Telemetry

NOW = datetime(2026, 12, 16, 9, 0, tzinfo=UTC)
RESTAURANT = UUID("019b0000-0000-7000-8000-000000000001")
TRUSTED = "mx.casalola.example"
THREADS = Threads(b"k" * 32)


@dataclass
class MemoryIntake:
    """Takes each message once."""

    taken: list[Inbound] = field(default_factory=list)
    away: bool = False
    why: str = "unavailable"

    def take(self, restaurant_id: UUID, messages: Sequence[Inbound], now: datetime) -> int:
        if self.away:
            raise Refusal(self.why)
        known = {each.message_id for each in self.taken}
        new = [each for each in messages if each.message_id not in known]
        self.taken += new
        return len(new)


@dataclass
class MemoryFeedback:
    """Keeps reports; knows the ids it is told to."""

    known: set[str] = field(default_factory=set)
    reports: list[tuple[str, str, str | None]] = field(default_factory=list)

    def record(
        self,
        restaurant_id: UUID,
        channel: str,
        provider_id: str,
        state: str,
        now: datetime,
        *,
        error: str | None = None,
        ref: Any = None,
    ) -> bool:
        self.reports.append((provider_id, state, error))
        return provider_id in self.known


@dataclass
class MemoryStore:
    """The look-ups of the store."""

    intake: MemoryIntake
    addresses: tuple[str, ...] = (HOUSE,)
    answered: dict[str, str] = field(default_factory=dict)
    bookings: dict[str, UUID] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    leased: set[str] = field(default_factory=set)
    house_wrote: int = 0

    def restaurant_of(self, addresses: Sequence[str]) -> tuple[UUID, str] | None:
        return next(((RESTAURANT, each) for each in addresses if each in self.addresses), None)

    def answered_session(self, restaurant_id: UUID, ids: Sequence[str]) -> str | None:
        return next((self.answered[each] for each in ids if each in self.answered), None)

    def booking_of(self, restaurant_id: UUID, ids: Sequence[str]) -> UUID | None:
        return next((self.bookings[each] for each in ids if each in self.bookings), None)

    def lately(self, restaurant_id: UUID, person: str, since: datetime) -> Lately:
        mine = sum(each.session_id.startswith(person) for each in self.intake.taken)
        return Lately(mine, max(self.house_wrote, len(self.intake.taken)))

    def lease(self, mailbox: str, now: datetime, life: timedelta, pause: timedelta) -> Position | None:
        if mailbox in self.leased:
            return None
        self.leased.add(mailbox)
        return self.positions.get(mailbox, Position(None, None))

    def advance(self, mailbox: str, position: Position) -> None:
        self.positions[mailbox] = position

    def release(self, mailbox: str, now: datetime) -> None:
        self.leased.discard(mailbox)


@dataclass
class Hall:
    """A door with all it leans on."""

    door: MailDoor
    intake: MemoryIntake
    feedback: MemoryFeedback
    store: MemoryStore

    @property
    def taken(self) -> list[Inbound]:
        return self.intake.taken


def hall(**rules: Any) -> Hall:
    """A new one."""
    intake, feedback = MemoryIntake(), MemoryFeedback()
    store = MemoryStore(intake)
    given = {"trusted": frozenset({TRUSTED}), "ours": frozenset({"avisos@saveit.example"}), **rules}
    door = MailDoor(
        intake=intake,
        feedback=feedback,
        store=store,  # type: ignore[arg-type]
        threads=THREADS,
        telemetry=Telemetry(),
        rules=DoorRules(**given),
    )
    return Hall(door, intake, feedback, store)
