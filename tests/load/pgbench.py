"""What PostgreSQL alone could do: pgbench running the very writes of a booking on the same server. Used by the `book` bench.

The statements are not copied from anywhere: one real booking is made and what it sent is written down. Everything stays as it was
sent but for what must differ from booking to booking: ids, the guest's phone, the key, the table and its hours.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from unittest import mock
from uuid import UUID

import psycopg2.extensions

from backend.platform.database import Tx
from backend.platform.embedded.binaries import postgres_tool
from backend.platform.roles import application_url
from tests.load.house import House
from tests.load.stack import Stack

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")
_IDS = re.compile(r"\{([0-9a-f]{32}(?:,[0-9a-f]{32})*)\}")
_WRITES = ("INSERT", "UPDATE", "DELETE")
_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
# A booking of one client occupies its table for two hours; the next one comes after it, so that none meets another.
_HOURS, _STEPS = 3, 50_000
MOST_CLIENTS = 8

Statement = tuple[str, dict[str, Any]]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Every statement this process binds meanwhile, with its parameters, in order."""
    sent: list[Statement] = []
    bind = Tx.queue

    def keep(tx: Tx, sql: str, **params: Any) -> None:
        sent.append((sql, params))
        bind(tx, sql, **params)

    with mock.patch.object(Tx, "queue", keep):
        yield sent


class Floor:
    """pgbench with the script of one recorded booking."""

    def __init__(self, stack: Stack, house: House, sent: list[Statement]) -> None:
        self._url = application_url(stack.settings.database_url, stack.services.secrets, "app")
        self._script = stack.data_dir / "booking.pgbench"
        self.writes = [each for each in sent if each[0].lstrip().upper().startswith(_WRITES)]
        self._script.write_text(_script(house, self.writes), encoding="utf-8")
        self._rounds = 0

    def run(self, clients: int, seconds: float, protocol: str) -> float:
        """Transactions a second. `protocol` is 'simple', pgbench's own choice, or 'prepared', where each statement is planned once
        a connection. Runs for whole seconds; raises RuntimeError with pgbench's words when a transaction fails.
        """
        done = subprocess.run(
            self._command(clients, max(1, round(seconds)), protocol),
            env={**os.environ, "PGPASSWORD": str(self._url.password)},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + 60,
        )
        self._rounds += 1
        rate = _RATE.search(done.stdout)
        if done.returncode or rate is None:
            raise RuntimeError(f"pgbench: {done.stderr.strip()[-1500:]}")
        return float(rate[1])

    def _command(self, clients: int, seconds: int, protocol: str) -> list[str]:
        url = self._url
        return [
            str(postgres_tool("pgbench")),
            "--no-vacuum",
            f"--client={clients}",
            f"--time={seconds}",
            f"--file={self._script}",
            f"--protocol={protocol}",
            f"--define=step={self._rounds * _STEPS}",
            f"--host={url.query['host']}",
            f"--username={url.username}",
            str(url.database),
        ]


def _script(house: House, writes: list[Statement]) -> str:
    """Each client has a table of its own; `step` counts its bookings, one after the other on that table."""
    render = _Renderer(house)
    begin = ["\\set n random(1, 9000000000000000000)", "\\set step :step + 1", "BEGIN;"]
    tenant = f"SELECT set_config('saveit.restaurant_id', '{house.id}', true);"
    statements = [f"{_filled(_unheard(sql), params, render).strip()};" for sql, params in writes]
    return "\n".join([*begin, tenant, *statements, "COMMIT;", ""])


def _filled(sql: str, params: dict[str, Any], render: _Renderer) -> str:
    """The statement with its parameters written out."""

    def value(found: re.Match[str]) -> str:
        return render(found[1], params[found[1]])

    return _PARAMETER.sub(value, sql)


def _unheard(sql: str) -> str:
    """Events as already relayed: the same rows, but the worker does not go after bookings that nobody made."""
    if "INTO outbox" not in sql:
        return sql
    columns, values = sql.split(")", 1)
    chosen, rest = values.split("\nFROM", 1)
    return f"{columns}, published_at){chosen}, now()\nFROM{rest}"


class _Renderer:
    """Values as SQL, those that must differ as expressions of pgbench's variables."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._tables = [table.id for table in house.config.tables]
        self._fresh: dict[UUID, int] = {}
        self._stamp = f"{time.time_ns() // 1_000_000:012x}"

    def __call__(self, name: str, value: Any) -> str:
        if isinstance(value, UUID):
            return self._id(value)
        if isinstance(value, str) and (several := _IDS.fullmatch(value)):
            return self(name, [UUID(each) for each in several[1].split(",")])
        if isinstance(value, list | tuple):
            return f"ARRAY[{', '.join(self(name, each) for each in value)}]"
        if name in ("phone_index", "email_index"):
            return "decode(lpad(to_hex(:n::bigint), 64, '0'), 'hex')"
        if name == "key":
            return "'bench-' || :n::text"
        if name in ("starts_at", "ends_at", "until"):
            return f"({_literal(value)} + :step::integer * interval '{_HOURS} hours')"
        return _literal(value)

    def _id(self, value: UUID) -> str:
        if value == self._house.id:
            return f"'{value}'::uuid"
        if value in self._tables:
            own = ", ".join(f"'{table}'" for table in self._tables[:MOST_CLIENTS])
            return f"(ARRAY[{own}]::uuid[])[:client_id::integer + 1]"
        number = self._fresh.setdefault(value, len(self._fresh))
        # Like the application's: the time first, so that the month's partition and the end of its index take it.
        return f"('{self._stamp}7{number:03x}' || lpad(to_hex(:n::bigint), 16, '0'))::uuid"


def _literal(value: Any) -> str:
    """The value as psycopg2 would send it; colons are escaped, they would look like pgbench's variables."""
    if isinstance(value, datetime):
        return f"{_text(value.isoformat())}::timestamptz"
    if isinstance(value, date):
        return f"{_text(value.isoformat())}::date"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bytes | memoryview):
        # In hexadecimal: any other way some random bytes would look like one of pgbench's variables.
        return f"decode('{bytes(value).hex()}', 'hex')"
    adapted = psycopg2.extensions.adapt(value)
    return str(adapted.getquoted().decode())


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace(":", "\\072")
    return f"E'{escaped}'"
