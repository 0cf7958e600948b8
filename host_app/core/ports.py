"""What the decisions need from the outside: the server, the journal on disk, the time.

Adapters live in `host_app.devices`; tests use the same ones against a server on loopback.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from backend.checkin import Result
from host_app.core.conversations import Handler, Message, OwnAnswer, Thread
from host_app.core.records import Answer, CheckIn, Enrolment, Evening, Manifest, Party, QueuedAct, Restaurant


class UnreachableError(Exception):
    """No usable answer: no network, a time-out, too many calls, a server that is down. Later it may work."""


class ServerFailedError(UnreachableError):
    """The server is there but failed at this very call (5xx); others may still succeed."""


class RejectedError(Exception):
    """The server answered no. `code` is the problem's stable code; trying the same again does not help."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail

    @property
    def revoked(self) -> bool:
        """This device is no longer welcome: its token was revoked or never valid."""
        return self.status == 401


class Server(Protocol):
    """The backend's API as the door needs it. Every method raises UnreachableError or RejectedError."""

    def enrol(self, server_url: str, code: str, device_name: str) -> Enrolment:
        """Trades an enrolment code for a device token."""

    def manifest(self, service_date: date | None) -> Manifest:
        """One service day; None is the restaurant's today."""

    def restaurant(self, restaurant_id: UUID) -> Restaurant:
        """Name, zone and door rules, where the manifest does not carry them."""

    def party(self, reservation_id: UUID) -> Party:
        """One reservation as it is now."""

    def check_in(self, act: CheckIn) -> Answer:
        """The server's verdict, within the short time that a guest at the door is worth."""

    def check_in_batch(self, acts: Sequence[CheckIn]) -> list[Answer]:
        """The verdicts on acts of the past, in their order."""


class Journal(Protocol):
    """What survives a killed app: enrolment, the evening, and the acts of this device, which are only ever
    added to.
    """

    def enrolment(self) -> Enrolment | None:
        """Who this device is, or None before it is enrolled."""

    def enrol(self, enrolment: Enrolment) -> None:
        """Remembers who this device is."""

    def evening(self) -> Evening:
        """All that is known, of today and tomorrow, as the server told it; empty when nothing is known."""

    def keep_manifest(self, manifest: Manifest, fetched_at: datetime, *, is_today: bool) -> None:
        """Replaces what is known of that day, and the keys; days before today are forgotten."""

    def keep_restaurant(self, restaurant: Restaurant) -> None:
        """Remembers the restaurant's rules at the door."""

    def keep_party(self, party: Party) -> None:
        """Replaces one party, unless a newer version of it is known."""

    def append(self, act: CheckIn) -> QueuedAct:
        """Adds an act; an event id that is already there returns the act that has it."""

    def settle(self, event_id: str, result: Result, reason: str, at: datetime) -> None:
        """Notes the server's answer to an act, with the code of its verdict or problem; till then it is
        waiting.
        """

    def set_aside(self, event_id: str, at: datetime) -> None:
        """Notes that a person has dealt with an act that the server refused."""

    def waiting(self) -> list[QueuedAct]:
        """The acts the server has not answered yet, in the device's order."""

    def refused(self) -> list[QueuedAct]:
        """The acts the server said no to and no person has dealt with."""

    def wipe(self) -> None:
        """Forgets everything personal, all keys and the enrolment. Acts stay: they name nobody, and may still
        be owed.
        """


class InboxServer(Protocol):
    """The backend's conversations. Every method raises UnreachableError or RejectedError."""

    def threads(self, handler: Handler) -> tuple[list[Thread], bool]:
        """The threads that the staff or the assistant have, the latest first, and whether these are all of them."""

    def said(self, thread_id: UUID, before: str | None) -> tuple[Thread, list[Message], str | None]:
        """A thread, the end of what was said in it or what was said before a cursor, and the cursor of the part before that."""

    def answer(self, answer: OwnAnswer) -> Message:
        """Says it to the guest. The same `message_id` again is the same message."""

    def take(self, thread_id: UUID) -> Thread:
        """The staff have it from now on."""

    def release(self, thread_id: UUID) -> Thread:
        """The assistant has it from now on."""

    def mark_read(self, thread_id: UUID) -> Thread:
        """Somebody has looked at it."""

    def typing(self, thread_id: UUID) -> None:
        """Shows the guest that somebody is writing."""


class Letters(Protocol):
    """What survives a killed app of the inbox: the answers that the server does not have yet. Personal, so a wipe takes them."""

    def unsent_answers(self) -> list[OwnAnswer]:
        """All of them, in the order they were written."""

    def keep_unsent_answers(self, answers: Sequence[OwnAnswer]) -> None:
        """These are all of them now."""


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """Aware UTC, corrected by what is known of the server's clock."""
