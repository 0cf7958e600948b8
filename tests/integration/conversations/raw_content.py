"""Everything that a restaurant's rows say to somebody who has the database and every key: for tests of what must be gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg2
from stage import Ground, Stage

from backend.platform.ciphers import Cipher, SealError

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'restaurant_id'
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""


@contextmanager
def noting_fields() -> Iterator[set[str]]:
    """The names under which anything is sealed or indexed meanwhile."""
    fields: set[str] = set()
    seal, blind = Cipher.seal, Cipher.blind

    def noted_seal(self: Cipher, restaurant_id: UUID, field: str, value: str | None) -> bytes | None:
        fields.add(field)
        return seal(self, restaurant_id, field, value)

    def noted_blind(self: Cipher, restaurant_id: UUID | None, field: str, value: str | None) -> bytes | None:
        fields.add(field)
        return blind(self, restaurant_id, field, value)

    with patch.object(Cipher, "seal", noted_seal), patch.object(Cipher, "blind", noted_blind):
        yield fields


def everything(ground: Ground, stage: Stage, fields: set[str]) -> str:
    """All columns of all rows of the restaurant, sealed ones opened, as one text."""
    cipher, told = Cipher(ground.secrets), []
    connection = psycopg2.connect(ground.owner_url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_TABLES)
            for (table,) in cursor.fetchall():
                cursor.execute(
                    f'SELECT * FROM "{table}" WHERE restaurant_id = %s', (str(stage.restaurant_id),)
                )
                for row in cursor.fetchall():
                    told += [f"{table}: {_readable(cipher, stage, fields, value)}" for value in row]
    finally:
        connection.close()
    return "\n".join(told)


def _readable(cipher: Cipher, stage: Stage, fields: set[str], value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_readable(cipher, stage, fields, each) for each in value)
    if not isinstance(value, memoryview | bytes):
        return str(value)
    for field in fields:
        try:
            return str(cipher.open(stage.restaurant_id, field, value))
        except SealError:
            continue
    return bytes(value).hex()


def indexes(ground: Ground, stage: Stage, fields: set[str], *values: str) -> list[str]:
    """What the blind indexes of the values look like in that text."""
    cipher = Cipher(ground.secrets)
    found = [cipher.blind(stage.restaurant_id, field, value) for field in sorted(fields) for value in values]
    return [each.hex() for each in found if each is not None]
