"""From a store's statement with `:name` parameters to what psycopg2 sends: compiled once, and prepared where it is hot.

Called by `backend.platform.database` only; stores mark their hot statements with `Prepared`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from uuid import UUID

import psycopg2.extensions
import psycopg2.extras

# A name after one colon; `::` is a cast.
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as psycopg2 takes it: `text` has one `%s` for each of `names`. For a prepared one `text` executes it by its name,
    and `definition` prepares it (None otherwise)."""

    text: str
    names: tuple[str, ...]
    definition: str | None = None


class Prepared(str):
    """A hot statement. PostgreSQL parses and plans it once a connection instead of every time, which is most of the work of a small
    statement; each connection keeps its plan in memory, so this is for the few that every booking, look or check-in needs.

    The types of its parameters are those of the columns they meet: NULLs, numbers and texts need no cast, arrays of ids are written
    with `id_array`.
    """

    compiled: Compiled

    def __new__(cls, sql: str) -> Prepared:
        made = super().__new__(cls, sql)
        names = tuple(dict.fromkeys(_PARAMETER.findall(sql)))
        numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", sql).strip()
        name = f"s{next(_numbers)}"
        given = f"({', '.join(['%s'] * len(names))})" if names else ""
        definition = f"PREPARE {name} AS {numbered.replace('%', '%%')}"
        made.compiled = Compiled(f"EXECUTE {name}{given}", names, definition)
        return made


def compiled(sql: str) -> Compiled:
    """How psycopg2 is given the statement."""
    return sql.compiled if isinstance(sql, Prepared) else _plain(sql)


@lru_cache(maxsize=2048)
def _plain(sql: str) -> Compiled:
    return Compiled(_PARAMETER.sub("%s", sql.replace("%", "%%")).strip(), tuple(_PARAMETER.findall(sql)))


def id_array(values: Iterable[UUID | None]) -> str:
    """An array of ids as a parameter, NULLs too; its type is that of the column or cast it meets."""
    return "{" + ",".join("NULL" if each is None else each.hex for each in values) + "}"


class _Id:
    """Writes an id into a statement. psycopg2's own adapter does the same in three times the time, and ids are half of all
    parameters."""

    __slots__ = ("_value",)

    def __init__(self, value: UUID) -> None:
        self._value = value

    def getquoted(self) -> bytes:
        return b"'%032x'::uuid" % self._value.int


# A table's or booking's id is read again and again; a remembered one costs a look-up instead of parsing.
_uuid_of = lru_cache(maxsize=50_000)(UUID)


def _read_uuid(text: str | None, _cursor: object) -> UUID | None:
    return None if text is None else _uuid_of(text)


_UUID = psycopg2.extensions.new_type((2950,), "UUID", _read_uuid)
_UUIDS = psycopg2.extensions.new_array_type((2951,), "UUID[]", _UUID)


def adapt_values() -> None:
    """How dictionaries and ids are written, for this process."""
    psycopg2.extensions.register_adapter(dict, psycopg2.extras.Json)
    psycopg2.extensions.register_adapter(UUID, _Id)


def read_ids(connection: psycopg2.extensions.connection) -> None:
    """How this connection reads ids."""
    psycopg2.extensions.register_type(_UUID, connection)
    psycopg2.extensions.register_type(_UUIDS, connection)
