"""What guests decide about their own data in a conversation: no more messages, messages again, everything erased.

Called by the dialogue, which knows who they are from what the channel proves; the erasure itself is done by the worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.guests.contacts import email_address, phone_number
from backend.guests.domain import Contact
from backend.guests.service import GuestService
from backend.guests.store import MESSAGES, GuestStore
from backend.platform.clock import Clock
from backend.platform.database import Database, Tx
from backend.platform.jobs import Jobs

ERASE = "guests.erase"
# The conversation goes with everything else: first its last answer must have gone out.
ERASED_AFTER = timedelta(minutes=2)


class GuestWishes:
    """Consents and erasures asked for by guests themselves."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        store: GuestStore,
        service: GuestService,
        jobs: Jobs,
        privacy_version: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._service = service
        self._jobs = jobs
        self._privacy_version = privacy_version

    def of(self, restaurant_id: UUID, phone: str | None, email: str | None, locale: str) -> list[UUID]:
        """The guests with that phone and with that address, as the channel says; `locale` is the restaurant's."""
        number = phone_number(phone, locale) if phone else None
        address = email_address(email) if email else None
        with self._database.tenant(restaurant_id) as tx:
            found = [
                self._store.find(tx, Contact("", by_phone, by_email, locale))
                for by_phone, by_email in ((number, None), (None, address))
                if by_phone or by_email
            ]
        return list(dict.fromkeys(each.id for each in found if each is not None))

    def messages(self, restaurant_id: UUID, guest_ids: Sequence[UUID], channel: str, *, wanted: bool) -> bool:
        """Records that they do or do not want messages they did not ask for; whether that was news of any of them."""
        now, news = self._clock.now(), False
        with self._database.tenant(restaurant_id) as tx:
            for guest_id in guest_ids:
                if self._store.wants_messages(tx, guest_id) is wanted:
                    continue
                news = True
                self._store.consent(
                    tx, guest_id, MESSAGES, self._privacy_version, channel, given=wanted, now=now
                )
        return news

    def erase_soon(self, restaurant_id: UUID, guest_ids: Sequence[UUID]) -> None:
        """Has them erased in a moment; asking again changes nothing."""
        due = self._clock.now() + ERASED_AFTER
        with self._database.tenant(restaurant_id) as tx:
            for guest_id in guest_ids:
                self._jobs.plan(tx, ERASE, guest_id, due)

    def erase(self, tx: Tx, subject_id: UUID, payload: Mapping[str, Any], now: datetime) -> None:
        """Due: the guest asked for it."""
        assert tx.restaurant_id is not None  # noqa: S101 - jobs run in a tenant's transaction
        self._service.erase_in(tx, tx.restaurant_id, subject_id, "guest:self", now)
