"""Bringing device and server together: first what this device did, then what the server knows.

Called by the sync thread: after a start, when the live feed has news, when an act is waiting, and now and
then. One round does all that is due; a round that cannot reach the server loses nothing and says so.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from host_app.core.house import House
from host_app.core.line import Line
from host_app.core.ports import Clock, Journal, RejectedError, Server, ServerFailedError, UnreachableError
from host_app.core.records import Answer, QueuedAct

BATCH = 50
LIST_EVERY = timedelta(minutes=2)  # a safety net under the live feed
_SINGLE_FETCHES = 10  # more changed parties than that are cheaper as a whole list


class Sync:
    """The rounds. `round` is called from one thread only; the `note_` methods from any."""

    def __init__(self, *, house: House, journal: Journal, server: Server, line: Line, clock: Clock) -> None:
        self._house = house
        self._journal = journal
        self._server = server
        self._line = line
        self._clock = clock
        self._lock = threading.Lock()
        self._changed: set[UUID] = set()
        self._list_due = True
        self._listed_at: datetime | None = None
        self.last_event_id: int | None = None

    def note_event(self, event: Mapping[str, Any]) -> None:
        """The live feed told that something happened. Only what it is about is remembered; the server is
        asked for the rest.
        """
        reservation_id = _reservation_in(event)
        with self._lock:
            if reservation_id is not None:
                self._changed.add(reservation_id)
            else:
                self._list_due = True

    def note_list_due(self) -> None:
        """Too much was missed, or a person asks: the next round fetches the whole list."""
        with self._lock:
            self._list_due = True

    def start_over(self) -> None:
        """A new enrolment: everything is due, nothing is known of its events."""
        with self._lock:
            self._changed.clear()
            self._list_due = True
        self._listed_at = None
        self.last_event_id = None

    def round(self) -> bool:
        """Does all that is due; True when the server answered everything that was asked."""
        try:
            self._send_acts()
            self._fetch()
        except UnreachableError:
            self._line.note_missed(self._clock.now())
            self.note_list_due()
            self._house.refresh()  # without a server, too, one day ends and the next one begins
            return False
        except RejectedError as no:
            self._line.note_rejected(no)
            if no.revoked:
                self._journal.wipe()
                self._house.refresh()
            self.note_list_due()
            return False
        finally:
            self._line.note_waiting(len(self._journal.waiting()))
        return True

    def _send_acts(self) -> None:
        waiting = self._journal.waiting()
        for start in range(0, len(waiting), BATCH):
            chunk = waiting[start : start + BATCH]
            try:
                answers = self._server.check_in_batch([act.check_in for act in chunk])
            except (RejectedError, ServerFailedError) as no:
                if isinstance(no, RejectedError) and no.revoked:
                    raise
                self._send_singly(chunk)
                continue
            for act, answer in zip(chunk, answers, strict=True):
                self._settle(act, answer)
            self._line.note_reached(self._clock.now())
        if waiting:
            self._house.refresh()
            self.note_list_due()

    def _send_singly(self, chunk: Sequence[QueuedAct]) -> None:
        """One act that the server cannot take must not hold up those behind it."""
        for act in chunk:
            try:
                self._settle(act, self._server.check_in(act.check_in))
            except ServerFailedError:
                continue  # it stays in the journal and is tried again in the next round
            except RejectedError as no:
                if no.revoked:
                    raise
                self._journal.settle(act.check_in.event_id, "refused", no.code, self._clock.now())

    def _settle(self, act: QueuedAct, answer: Answer) -> None:
        if answer.party is not None:
            self._house.learn_party(answer.party)
        self._journal.settle(act.check_in.event_id, answer.result, answer.reason, self._clock.now())

    def _fetch(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, set()
            whole = self._list_due or len(changed) > _SINGLE_FETCHES or self._list_is_old()
            self._list_due = False
        try:
            if whole:
                self._fetch_list()
            else:
                self._fetch_parties(changed)
        except BaseException:
            with self._lock:
                self._changed |= changed
                self._list_due = self._list_due or whole
            raise

    def _list_is_old(self) -> bool:
        return self._listed_at is None or self._clock.now() - self._listed_at >= LIST_EVERY

    def _fetch_list(self) -> None:
        tonight = self._server.manifest(None)
        now = self._clock.now()
        self._house.learn_manifest(tonight, now, is_today=True)
        self._house.learn_manifest(
            self._server.manifest(tonight.service_date + timedelta(days=1)), now, is_today=False
        )
        if tonight.restaurant is None:
            self._house.learn_restaurant(self._server.restaurant(self._restaurant_id()))
        if tonight.last_event_id is not None:
            self.last_event_id = max(tonight.last_event_id, self.last_event_id or 0)
        self._listed_at = now
        self._line.note_reached(now)
        self._house.refresh()

    def _fetch_parties(self, changed: set[UUID]) -> None:
        for reservation_id in changed:
            try:
                self._house.learn_party(self._server.party(reservation_id))
            except RejectedError as no:
                if no.status != 404:
                    raise
                self.note_list_due()  # it left our restaurant or our day; the list knows
        if changed:
            self._line.note_reached(self._clock.now())
            self._house.refresh()

    def _restaurant_id(self) -> UUID:
        enrolment = self._journal.enrolment()
        if enrolment is None:
            raise RejectedError(401, "not_enrolled")
        return enrolment.restaurant_id


def _reservation_in(event: Mapping[str, Any]) -> UUID | None:
    """The reservation an event is about: named in its data as an id, or carried there whole."""
    data = event.get("data")
    if not isinstance(data, Mapping):
        return None
    carried = data.get("reservation")
    named = data.get("reservationId") or (carried.get("id") if isinstance(carried, Mapping) else None)
    try:
        return UUID(str(named)) if named else None
    except ValueError:
        return None
