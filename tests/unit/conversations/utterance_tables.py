"""Reads the utterance tables and judges an understanding against a row. Used by the tests and by `confusion`.

A row is `text | intent | date | time | people | name | context`; `-` nothing, `*` not judged, `a/b` either. A date is `+DAYS`,
`MM-DD` (the next one), or a weekday (`fri`: the first after today; `fri+7`: the one after that). A line `@ NOW ZONE` sets the clock
of the rows below it. The rows of the `held` and `exam` tables were written without a look at the grammar and are only
counted, never shown, so that they stay a fair measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from backend.conversations.understanding import Understanding, understand

FOLDER = Path(__file__).parent / "utterances"
NOW = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - the wall clock of the restaurant
ZONES = {"es": "Europe/Madrid", "en": "Europe/London"}
TABLES = tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COUNTED_ONLY = ("held", "exam1", "exam2")
COLUMNS = ("intent", "date", "time", "people", "name")


@dataclass(frozen=True)
class Row:
    """One utterance and what is right for it: a set of accepted values per column, None where it is not judged."""

    language: str
    text: str
    context: str | None
    expected: dict[str, frozenset[str] | None]
    line: int
    held_back: bool = False
    now: datetime = NOW
    zone: str = "UTC"

    @property
    def id(self) -> str:
        return f"{self.line}: {self.text[:60]}"


def rows(name: str, folder: Path = FOLDER) -> Iterator[Row]:
    """The rows of `FOLDER/NAME.txt`; the language is the first two letters of the name."""
    now, zone = NOW, ZONES[name[:2]]
    for number, line in enumerate((folder / f"{name}.txt").read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("# "):
            continue
        if line.startswith("@ "):
            clock, zone = line[2:].split()
            now = datetime.fromisoformat(clock)
            continue
        cells = [cell.strip() for cell in line.split(" | ")]
        text, *values = cells
        values += ["-"] * (6 - len(values))
        expected = {
            column: _accepted(column, value, now.date())
            for column, value in zip(COLUMNS, values, strict=False)
        }
        context = values[5] if values[5] != "-" else None
        yield Row(name[:2], text, context, expected, number, name.endswith(COUNTED_ONLY), now, zone)


def _accepted(column: str, cell: str, today: date) -> frozenset[str] | None:
    if "*" in cell:
        return None
    return frozenset(_value(column, choice, today) for choice in cell.split("/"))


def _value(column: str, choice: str, today: date) -> str:
    if column != "date" or choice == "-":
        return choice
    if choice.startswith("+") or choice == "0":
        return (today + timedelta(days=int(choice))).isoformat()
    if choice[:3] in WEEKDAYS:
        ahead = (WEEKDAYS.index(choice[:3]) - today.weekday() - 1) % 7 + 1
        return (today + timedelta(days=ahead + int(choice[3:] or 0))).isoformat()
    month, day = map(int, choice.split("-"))
    this_year = date(today.year, month, day)
    return (this_year if this_year >= today else date(today.year + 1, month, day)).isoformat()


def read(row: Row) -> Understanding:
    """The row's message as the parser reads it."""
    return understand(row.text, now=row.now, tz=row.zone, language=row.language, context=row.context)


def columns_of(read: Understanding) -> dict[str, str]:
    """The understanding in the table's words."""
    slots, source = read.slots, read.source
    day, at, people = (
        slots.date or source.date,
        slots.time or source.time,
        slots.party_size or source.party_size,
    )
    return {
        "intent": read.intent,
        "date": day.isoformat() if day else "-",
        "time": at.strftime("%H:%M") if at else "-",
        "people": str(people) if people is not None else "-",
        "name": slots.name or "-",
    }


def mistakes(row: Row) -> dict[str, tuple[str, str]]:
    """Columns that are wrong, as (accepted, got)."""
    got = columns_of(read(row))
    return {
        column: ("/".join(sorted(accepted)), got[column])
        for column, accepted in row.expected.items()
        if accepted is not None and got[column] not in accepted
    }
