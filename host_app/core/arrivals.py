"""The evening as a list: where each party stands, in which order a host looks at them, how many there are,
and the search.

Called by the list screen, which only draws what comes from here. `late` and `overdue` follow from the clock,
nobody stores them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from host_app.core.records import Evening, Party

Stage = Literal["arrived", "late", "expected", "overdue", "seated", "finished", "no_show", "cancelled"]

# Who needs a person comes first: those who stand and wait, those who have not come, those who are next.
STAGES: tuple[Stage, ...] = (
    "arrived",
    "late",
    "expected",
    "overdue",
    "seated",
    "finished",
    "no_show",
    "cancelled",
)
_STORED: Mapping[str, Stage] = {
    "checked_in": "arrived",
    "completed": "finished",
    "no_show": "no_show",
    "cancelled": "cancelled",
}
_LAST_DIGITS = 3  # fewer digits of a phone would match half the list


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    party: Party
    stage: Stage
    # how long past its time (expected, late) or past its planned end (overdue); zero otherwise
    late_by: timedelta
    area: Mapping[str, str]  # the area's name in each language; empty where it has none


@dataclass(frozen=True, slots=True)
class Count:
    """How many parties, and how many people in them."""

    parties: int = 0
    covers: int = 0


def stage_of(party: Party, now: datetime, late_grace: timedelta) -> Stage:
    """Where a party stands at the aware instant `now`."""
    if party.status == "seated":
        return "overdue" if now > party.ends_at else "seated"
    stored = _STORED.get(party.status)
    if stored is not None:
        return stored
    return "late" if now > party.starts_at + late_grace else "expected"


def rows(evening: Evening, now: datetime) -> list[Row]:
    """The list: by stage in the order of STAGES, within a stage by time, then by name. Lapsed requests are
    left out.
    """
    house = evening.restaurant
    grace, areas = (house.late_grace, house.areas) if house else (timedelta(minutes=15), {})
    found = [
        Row(party, stage, _late_by(party, stage, now), areas.get(party.area or "", {}))
        for party in evening.parties.values()
        if party.service_date == evening.service_date and party.status not in ("expired", "held")
        for stage in [stage_of(party, now, grace)]
    ]
    return sorted(found, key=_order)


def counts(listed: Iterable[Row]) -> dict[Stage, Count]:
    """Parties and covers of every stage. An arrived party counts the people who are here, not those still
    missing.
    """
    totals = {stage: Count() for stage in STAGES}
    for row in listed:
        here = row.party.arrived_count if row.stage == "arrived" else row.party.party_size
        known = totals[row.stage]
        totals[row.stage] = Count(known.parties + 1, known.covers + here)
    return totals


def search(listed: Iterable[Row], text: str) -> list[Row]:
    """The rows a host means by `text`: parts of a name without caring for accents, a phone's digits, a code,
    a table.
    """
    words = folded(text).split()
    return [row for row in listed if all(_matches(row.party, word) for word in words)]


def folded(text: str) -> str:
    """Lower case without accents, for comparing what people type: 'García' becomes 'garcia'."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _matches(party: Party, word: str) -> bool:
    if word in folded(party.guest.name) or folded(party.code).startswith(word):
        return True
    if word in (folded(table) for table in party.tables):
        return True
    digits = "".join(letter for letter in party.guest.phone or "" if letter.isdigit())
    return word.isdigit() and len(word) >= _LAST_DIGITS and word in digits


def _late_by(party: Party, stage: Stage, now: datetime) -> timedelta:
    due = {"expected": party.starts_at, "late": party.starts_at, "overdue": party.ends_at}.get(stage)
    return max(now - due, timedelta(0)) if due is not None else timedelta(0)


def _order(row: Row) -> tuple[int, datetime, str, str]:
    first_arrival = row.party.arrivals[0].at if row.stage == "arrived" and row.party.arrivals else None
    return (
        STAGES.index(row.stage),
        first_arrival or row.party.starts_at,
        folded(row.party.guest.name),
        str(row.party.id),
    )
