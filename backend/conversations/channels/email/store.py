"""What the mail channel asks of PostgreSQL: whose address it is, what a letter answers, how much somebody wrote lately, where a
mailbox was read to. Called by `door` and `imap`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.platform.database import Database

_ACCOUNT = "SELECT restaurant_id FROM find_channel_account('email', :address)"
_WITH_MAILBOXES = "SELECT restaurant_id FROM find_mailboxes()"
_ANSWERED = """
SELECT c.session_id FROM outbound_messages o
JOIN conversations c ON c.restaurant_id = o.restaurant_id AND c.id = o.conversation_id
WHERE o.restaurant_id = :restaurant_id AND o.channel = 'email' AND o.provider_id = ANY(:ids)
ORDER BY o.created_at DESC LIMIT 1
"""
_BOOKING = """
SELECT reservation_id FROM messages
WHERE restaurant_id = :restaurant_id AND channel = 'email' AND (provider_id = ANY(:ids) OR id::text = ANY(:ids))
LIMIT 1
"""
_LATELY = """
SELECT count(*) FILTER (WHERE starts_with(session_id, :person)) AS person, count(*) AS house FROM inbound_messages
WHERE restaurant_id = :restaurant_id AND channel = 'email' AND received_at > :since
"""
_LEASE = """
INSERT INTO mail_positions AS p (mailbox, leased_until) VALUES (:mailbox, :until)
ON CONFLICT (mailbox) DO UPDATE SET leased_until = EXCLUDED.leased_until
WHERE (p.leased_until IS NULL OR p.leased_until < :now) AND (p.checked_at IS NULL OR p.checked_at <= :since)
RETURNING uid_validity, uid
"""
_ADVANCE = "UPDATE mail_positions SET uid_validity = :uid_validity, uid = :uid WHERE mailbox = :mailbox"
_RELEASE = "UPDATE mail_positions SET leased_until = NULL, checked_at = :now WHERE mailbox = :mailbox"


@dataclass(frozen=True, slots=True)
class Lately:
    """Letters taken lately: of one writer, and of the whole house."""

    person: int
    house: int


@dataclass(frozen=True, slots=True)
class Position:
    """How far a mailbox was read; both None before the first time."""

    uid_validity: int | None
    uid: int | None


class MailStore:
    """Look-ups and positions. `only_restaurant` names the restaurant of a machine that houses just one, None elsewhere."""

    def __init__(self, database: Database, only_restaurant: Callable[[], UUID | None]) -> None:
        self._database = database
        self._only_restaurant = only_restaurant

    def restaurant_of(self, addresses: Sequence[str]) -> tuple[UUID, str] | None:
        """The restaurant that the first known of these addresses belongs to, and that address.

        An address with a tag (`reservas+web@`) is the one without. On a machine with one restaurant every address is its own.
        """
        with self._database.platform() as tx:
            for address in addresses:
                for known in dict.fromkeys((address, _untagged(address))):
                    found = tx.value(_ACCOUNT, address=known)
                    if found is not None:
                        return found, known
        only = self._only_restaurant()
        return (only, addresses[0]) if only is not None and addresses else None

    def with_mailboxes(self) -> list[UUID]:
        """Restaurants whose account names a mailbox to read."""
        with self._database.platform() as tx:
            return [row["restaurant_id"] for row in tx.all(_WITH_MAILBOXES)]

    def answered_session(self, restaurant_id: UUID, ids: Sequence[str]) -> str | None:
        """The session of the answer of ours that has one of these ids; for providers that give letters ids of their own."""
        with self._database.tenant(restaurant_id) as tx:
            found = tx.value(_ANSWERED, restaurant_id=restaurant_id, ids=_with_locals(ids))
        return None if found is None else str(found)

    def booking_of(self, restaurant_id: UUID, ids: Sequence[str]) -> UUID | None:
        """The booking that a confirmation or reminder with one of these ids was about."""
        with self._database.tenant(restaurant_id) as tx:
            found: UUID | None = tx.value(_BOOKING, restaurant_id=restaurant_id, ids=_with_locals(ids))
        return found

    def lately(self, restaurant_id: UUID, person: str, since: datetime) -> Lately:
        """How much was taken since then."""
        with self._database.tenant(restaurant_id) as tx:
            row = tx.one(_LATELY, restaurant_id=restaurant_id, person=person, since=since)
        return Lately(row["person"], row["house"]) if row else Lately(0, 0)

    def lease(self, mailbox: str, now: datetime, life: timedelta, pause: timedelta) -> Position | None:
        """The mailbox for this worker alone until it is released or `life` is over; None when another has it or has looked into it
        within `pause`: so several workers share many mailboxes."""
        with self._database.platform() as tx:
            row = tx.one(_LEASE, mailbox=mailbox, now=now, until=now + life, since=now - pause)
        return None if row is None else Position(row["uid_validity"], row["uid"])

    def advance(self, mailbox: str, position: Position) -> None:
        """It was read to there."""
        with self._database.platform() as tx:
            tx.run(_ADVANCE, mailbox=mailbox, uid_validity=position.uid_validity, uid=position.uid)

    def release(self, mailbox: str, now: datetime) -> None:
        """Others may read it."""
        with self._database.platform() as tx:
            tx.run(_RELEASE, mailbox=mailbox, now=now)


def _untagged(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _with_locals(ids: Sequence[str]) -> list[str]:
    """The ids, and what stands before their @: SES and our own notifications are known by that."""
    return [name for each in ids for name in (each, each.partition("@")[0])]
