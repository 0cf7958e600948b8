"""The journal on disk: one SQLite file with the enrolment, the evening, the keys and every act of this
device.

The `Journal` of core. Personal data and secrets are sealed before they reach the file. Every method is one
transaction and is on the disk when it returns, so a killed app finds everything again. Safe to use from
several threads.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from backend.checkin import DayKeys, Result
from host_app.core import inbox_wire, wire
from host_app.core.conversations import OwnAnswer
from host_app.core.house import with_known_arrivals
from host_app.core.records import CheckIn, Enrolment, Evening, Manifest, Party, QueuedAct, Restaurant
from host_app.devices.sealing import Seal

_SCHEMA = (Path(__file__).parent / "store.sql").read_text(encoding="utf-8")
_UNSENT = "unsent.answers"
# Acts with the last thing that became of them; `result` is null while the server has not answered.
_ACTS = """
    SELECT a.seq, a.body, r.result, r.reason FROM acts a
    LEFT JOIN receipts r ON r.number = (SELECT max(number) FROM receipts WHERE event_id = a.event_id)
"""


class SqliteJournal:
    """The device's journal in one file; its folder is made when missing."""

    def __init__(self, path: Path, seal: Seal) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._seal = seal
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        path.chmod(0o600)
        self._connection.execute("PRAGMA journal_mode = WAL")
        # an arrival is on the disk before anyone is told
        self._connection.execute("PRAGMA synchronous = FULL")
        # what is wiped is overwritten, not only unlinked
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Ends the use of the file."""
        with self._lock:
            self._connection.close()

    def enrolment(self) -> Enrolment | None:
        """Who this device is, or None."""
        known = self._fact("enrolment")
        if known is None:
            return None
        return Enrolment(
            server_url=known["serverUrl"],
            device_id=known["deviceId"],
            device_name=known["deviceName"],
            restaurant_id=UUID(known["restaurantId"]),
            token=known["token"],
        )

    def enrol(self, enrolment: Enrolment) -> None:
        """Remembers who this device is."""
        self._keep_fact(
            "enrolment",
            {
                "serverUrl": enrolment.server_url,
                "deviceId": enrolment.device_id,
                "deviceName": enrolment.device_name,
                "restaurantId": str(enrolment.restaurant_id),
                "token": enrolment.token,
            },
        )

    def setting(self, name: str) -> Any:
        """A preference of this device's people (language, camera, ...), or None."""
        return self._fact(f"setting.{name}")

    def keep_setting(self, name: str, value: Any) -> None:
        """Remembers a preference; any JSON value."""
        self._keep_fact(f"setting.{name}", value)

    def evening(self) -> Evening:
        """All that is known, as the server told it."""
        with self._lock:
            days = self._rows("SELECT service_date, fetched_at, revoked FROM days")
            restaurant, today = self._fact("restaurant"), self._fact("today")
            parties = self._rows("SELECT id, sealed FROM parties")
            keys = self._day_keys()
        known = [wire.party(self._opened(sealed, f"party/{id_}")) for id_, sealed in parties]
        return Evening(
            restaurant=wire.restaurant(restaurant) if restaurant else None,
            service_date=date.fromisoformat(today) if today else None,
            days=frozenset(date.fromisoformat(day) for day, _, _ in days),
            parties={party.id: party for party in known},
            day_keys=keys,
            revoked=frozenset(UUID(each) for _, _, revoked in days for each in json.loads(revoked)),
            fetched_at=max((datetime.fromisoformat(at) for _, at, _ in days), default=None),
        )

    def keep_manifest(self, manifest: Manifest, fetched_at: datetime, *, is_today: bool) -> None:
        """Replaces that day and the keys; forgets days before today."""
        day = manifest.service_date.isoformat()
        with self._transaction() as tx:
            if is_today:
                self._keep_fact("today", day)
                for table in ("days", "parties", "day_keys"):
                    tx.execute(f"DELETE FROM {table} WHERE service_date < ?", (day,))
                tx.execute("DELETE FROM day_keys")
            tx.execute("DELETE FROM parties WHERE service_date = ?", (day,))
            revoked = json.dumps(sorted(str(each) for each in manifest.revoked))
            tx.execute("REPLACE INTO days VALUES (?, ?, ?)", (day, fetched_at.isoformat(), revoked))
            for party in manifest.parties:
                self._write_party(tx, party)
            for (key_day, key_id), key in manifest.day_keys.keys.items():
                sealed = self._seal.seal(key, f"day-key/{key_day}/{key_id}")
                tx.execute("REPLACE INTO day_keys VALUES (?, ?, ?)", (key_day.isoformat(), key_id, sealed))

    def keep_restaurant(self, restaurant: Restaurant) -> None:
        """Remembers the restaurant's rules at the door."""
        self._keep_fact("restaurant", wire.restaurant_body(restaurant))

    def keep_party(self, party: Party) -> None:
        """Replaces one party, unless a newer version of it or no list of its day is known."""
        with self._transaction() as tx:
            known = tx.execute(
                "SELECT version, sealed FROM parties WHERE id = ?", (str(party.id),)
            ).fetchone()
            if known is None:
                self._write_party(tx, party)
            elif known[0] <= party.version:
                before = wire.party(self._opened(known[1], f"party/{party.id}"))
                self._write_party(tx, with_known_arrivals(party, before))

    def append(self, act: CheckIn) -> QueuedAct:
        """Adds an act once; the same event id again gives the act that has it."""
        body = json.dumps(wire.check_in_body(act))
        with self._transaction() as tx:
            tx.execute(
                "INSERT INTO acts (event_id, kind, body) VALUES (?, 'check_in', ?)"
                " ON CONFLICT (event_id) DO NOTHING",
                (act.event_id, body),
            )
            found = tx.execute(f"{_ACTS} WHERE a.event_id = ?", (act.event_id,)).fetchone()
        return _queued(found)

    def settle(self, event_id: str, result: Result, reason: str, at: datetime) -> None:
        """Notes the server's answer to an act."""
        self._receipt(event_id, result, reason, at)

    def set_aside(self, event_id: str, at: datetime) -> None:
        """Notes that a person has dealt with a refused act."""
        self._receipt(event_id, "set_aside", "seen", at)

    def waiting(self) -> list[QueuedAct]:
        """The acts without an answer, in the device's order."""
        return [_queued(row) for row in self._rows(f"{_ACTS} WHERE r.number IS NULL ORDER BY a.seq")]

    def refused(self) -> list[QueuedAct]:
        """The acts whose last word is the server's no."""
        return [_queued(row) for row in self._rows(f"{_ACTS} WHERE r.result = 'refused' ORDER BY a.seq")]

    def unsent_answers(self) -> list[OwnAnswer]:
        """What people wrote to guests on this device and the server does not have yet, in order."""
        return [inbox_wire.own_answer(each) for each in self._fact(_UNSENT) or ()]

    def keep_unsent_answers(self, answers: Sequence[OwnAnswer]) -> None:
        """These are all of them now. Sealed like all that is personal, and gone with a wipe."""
        self._keep_fact(_UNSENT, [inbox_wire.own_answer_body(each) for each in answers])

    def wipe(self) -> None:
        """Forgets everything personal, all keys and the enrolment; preferences and acts stay."""
        with self._transaction() as tx:
            for table in ("days", "parties", "day_keys"):
                tx.execute(f"DELETE FROM {table}")
            tx.execute("DELETE FROM facts WHERE name NOT LIKE 'setting.%'")
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log held the same rows

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection.in_transaction:  # a method that calls another one is still one transaction
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query).fetchall()

    def _fact(self, name: str) -> Any:
        with self._lock:
            found = self._connection.execute("SELECT sealed FROM facts WHERE name = ?", (name,)).fetchone()
        return None if found is None else self._opened(found[0], f"fact/{name}")

    def _keep_fact(self, name: str, value: Any) -> None:
        with self._transaction() as tx:
            tx.execute("REPLACE INTO facts VALUES (?, ?)", (name, self._sealed(value, f"fact/{name}")))

    def _receipt(self, event_id: str, result: str, reason: str, at: datetime) -> None:
        with self._transaction() as tx:
            tx.execute(
                "INSERT INTO receipts (event_id, at, result, reason) VALUES (?, ?, ?, ?)",
                (event_id, at.isoformat(), result, reason),
            )

    def _write_party(self, tx: sqlite3.Connection, party: Party) -> None:
        sealed = self._sealed(wire.party_body(party), f"party/{party.id}")
        row = (str(party.id), party.service_date.isoformat(), party.version, sealed)
        tx.execute("REPLACE INTO parties VALUES (?, ?, ?, ?)", row)

    def _day_keys(self) -> DayKeys:
        return DayKeys(
            {
                (date.fromisoformat(day), key_id): self._seal.open(sealed, f"day-key/{day}/{key_id}")
                for day, key_id, sealed in self._rows("SELECT service_date, key_id, sealed FROM day_keys")
            }
        )

    def _sealed(self, value: Any, purpose: str) -> bytes:
        return self._seal.seal(json.dumps(value).encode(), purpose)

    def _opened(self, sealed: bytes, purpose: str) -> Any:
        return json.loads(self._seal.open(sealed, purpose))


def _queued(row: tuple[Any, ...]) -> QueuedAct:
    seq, body, result, reason = row
    check_in = wire.check_in(json.loads(body))
    if result is None:
        return QueuedAct(seq=seq, check_in=check_in)
    state = {"refused": "refused", "set_aside": "set_aside"}.get(result, "accepted")
    return QueuedAct(seq=seq, check_in=check_in, state=state, reason=reason)  # type: ignore[arg-type]
