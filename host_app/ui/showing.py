"""Turns records into what a screen shows: plain words, icon names and colour roles, so that drawing has no
logic.

Called by the screens; no Kivy in here, so every word and colour is tested without a window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.checkin import Arrival
from host_app.core.arrivals import STAGES, Row, Stage, counts
from host_app.core.connection import Connection
from host_app.core.records import Answer, Party
from host_app.wording import Words

# Each state has a colour role AND an icon AND a word, so that nobody depends on seeing colours.
STAGE_ICON: dict[Stage, str] = {
    "arrived": "waving_hand",
    "late": "hourglass_top",
    "expected": "schedule",
    "overdue": "timer_off",
    "seated": "restaurant",
    "finished": "check",
    "no_show": "person_off",
    "cancelled": "close",
}
STAGE_ROLE: dict[Stage, str] = {
    "arrived": "accent",
    "late": "attention",
    "expected": "info",
    "overdue": "refusal",
    "seated": "good",
    "finished": "quiet",
    "no_show": "refusal",
    "cancelled": "quiet",
}
# A refusal that staff may set aside is a question, not a no.
_VERDICT_ICON = {"ok": "check_circle", "already": "info", "refused": "cancel"}


@dataclass(frozen=True, slots=True)
class Signal:
    """A short state for the header: role, icon and word."""

    role: str
    icon: str
    word: str


def header_signal(connection: Connection, words: Words) -> Signal:
    """What the header says of the line to the server."""
    kind = connection.header
    if kind == "offline":
        return Signal("attention", "cloud_off", words.say("header.offline"))  # `missing` says since when
    if kind == "syncing":
        return Signal("info", "sync", words.say("header.syncing", count=connection.waiting))
    if kind == "online":
        return Signal("good", "cloud_done", words.say("header.online"))
    if kind == "revoked":
        return Signal("refusal", "block", words.say("header.revoked"))
    return Signal("info", "sync", words.say("header.connecting"))


def list_lines(listed: Sequence[Row], words: Words) -> list[dict[str, Any]]:
    """The list as lines to draw: a heading before each stage, then its parties."""
    totals = counts(listed)
    lines: list[dict[str, Any]] = []
    for stage in STAGES:
        of_stage = [row for row in listed if row.stage == stage]
        if of_stage:
            total = totals[stage]
            lines.append(
                {
                    "kind": "heading",
                    "key": f"heading.{stage}",
                    "title": words.say(f"group.{stage}"),
                    "total": words.say(
                        "arrivals.count", parties=total.parties, covers=words.people(total.covers)
                    ),
                }
            )
            lines += [party_line(row, words) for row in of_stage]
    return lines


def party_line(row: Row, words: Words) -> dict[str, Any]:
    """One party as a line of the list."""
    party = row.party
    return {
        "kind": "party",
        "key": str(party.id),
        "time": words.time(party.starts_at),
        "name": party.guest.name or words.say("row.no_name"),
        "details": " · ".join(part for part in (people(party, words), *_place(row, words)) if part),
        "role": STAGE_ROLE[row.stage],
        "icon": STAGE_ICON[row.stage],
        "word": _stage_word(row, words),
        "struck": row.stage == "cancelled",
        "outlined": row.stage == "overdue",
        "faded": row.stage in ("finished", "no_show", "cancelled"),
        "marks": marks(party),
    }


def marks(party: Party) -> list[str]:
    """Icons of what must not be overlooked about a party."""
    found = []
    if party.guest.allergies:
        found.append("allergy")
    if any(tag.casefold() == "vip" for tag in party.guest.tags):
        found.append("star")
    if party.occasion:
        found.append("cake")
    if party.notes or party.guest.notes:
        found.append("edit_note")
    return found


def people(party: Party, words: Words) -> str:
    """'4 personas', or '2 de 4' once some of them are here."""
    if 0 < party.arrived_count != party.party_size:
        return words.say("row.here", here=party.arrived_count, size=party.party_size)
    return words.people(party.party_size)


def tables(party: Party, words: Words) -> str:
    """'Mesa 12', 'Mesas 12, 13', 'Sin mesa'."""
    if not party.tables:
        return words.say("row.no_table")
    if len(party.tables) == 1:
        return words.say("row.table", table=party.tables[0])
    return words.say("row.tables", tables=", ".join(party.tables))


def stage_chips(listed: Iterable[Row], words: Words) -> list[dict[str, Any]]:
    """The filters above the list, each with how many parties it would show; stages with none are left out."""
    rows = list(listed)
    totals = counts(rows)
    everyone = {
        "stage": "",
        "role": "primary",
        "icon": "groups",
        "word": words.say("arrivals.all"),
        "count": len(rows),
    }
    return [everyone] + [
        {
            "stage": stage,
            "role": STAGE_ROLE[stage],
            "icon": STAGE_ICON[stage],
            "word": words.say(f"stage.{stage}"),
            "count": totals[stage].parties,
        }
        for stage in STAGES
        if totals[stage].parties
    ]


def card(row: Row, words: Words) -> dict[str, Any]:
    """All a host needs to know of one party, in the order it matters."""
    party = row.party
    facts = [
        ("group", people(party, words), "ink"),
        ("table_restaurant", " · ".join(part for part in _place(row, words) if part), "ink"),
    ]
    facts += [
        (icon, words.say(key, text=text), role) for icon, key, text, role in _remarks(party, words) if text
    ]
    facts.append(("qr_code_scanner", words.say("card.code", code=party.code), "quiet"))
    return {
        "key": str(party.id),
        "name": party.guest.name or words.say("row.no_name"),
        "time": words.time(party.starts_at),
        "role": STAGE_ROLE[row.stage],
        "icon": STAGE_ICON[row.stage],
        "word": _stage_word(row, words),
        "outlined": row.stage == "overdue",
        "facts": facts,
        "arrivals": [arrival_line(each, party.party_size, words, "card.arrival") for each in party.arrivals],
        "can_arrive": row.stage in ("expected", "late", "no_show")
        or (row.stage in ("arrived", "seated", "overdue") and party.arrived_count < party.party_size),
        "arrive_word": words.say("card.arrive_more" if party.arrived_count else "card.arrive"),
        "party_size": party.party_size,
        "arrived_count": party.arrived_count,
    }


def arrival_line(arrival: Arrival, party_size: int, words: Words, key: str) -> str:
    """'20:04: 2 de 6, Entrada'; without the device where it has no name."""
    return words.say(
        key if arrival.device else f"{key}.here",
        time=words.time(arrival.at),
        count=arrival.count,
        size=party_size,
        device=arrival.device,
    )


def verdict(answer: Answer, words: Words) -> dict[str, Any]:
    """The answer that fills the screen: colour, icon, big words, what to do next, and how long it stays."""
    party = answer.party
    return {
        "result": answer.result,
        "reason": answer.reason,
        "role": _verdict_role(answer),
        "icon": "schedule" if answer.override else _VERDICT_ICON[answer.result],
        "title": reason(answer.reason, words),
        "name": (party.guest.name or words.say("row.no_name")) if party else "",
        "next": _next_step(answer, words),
        "alert": words.say("card.allergies", text=party.guest.allergies)
        if party and party.guest.allergies and answer.result != "refused"
        else "",
        "source": words.say("verdict.by_device") if answer.source == "device" and party else "",
        "override": answer.override,
        "seconds": 10.0 if answer.override else 4.0 if answer.result == "refused" else 3.0,
    }


def reason(code: str, words: Words) -> str:
    """A verdict's reason in big words; a problem's code that is no verdict is told as one that nobody
    foresaw.
    """
    key = f"verdict.{code}"
    return words.say(key) if words.has(key) else words.say("verdict.problem", code=code)


def missing(connection: Connection, words: Words) -> str:
    """The sentence under the header while the server is away, else ''."""
    if connection.header != "offline" or connection.since is None:
        return ""
    return words.say("offline.explained", time=words.time(connection.since))


def _place(row: Row, words: Words) -> tuple[str, str]:
    return tables(row.party, words), row.area.get(words.language, "")


def _stage_word(row: Row, words: Words) -> str:
    word = words.say(f"stage.{row.stage}")
    if row.stage in ("late", "overdue") and row.late_by >= timedelta(minutes=1):
        return f"{word} {words.say('row.late_by', span=words.span(row.late_by))}"
    if row.stage == "arrived" and row.party.arrived_count != row.party.party_size:
        here = words.say("row.here", here=row.party.arrived_count, size=row.party.party_size)
        return f"{word} · {here}"
    return word


def _remarks(party: Party, words: Words) -> list[tuple[str, str, str | None, str]]:
    guest = party.guest
    booked_by = words.say(f"channel.{party.channel}") if party.channel in _CHANNELS else None
    return [
        ("allergy", "card.allergies", guest.allergies, "special"),
        ("cake", "card.occasion", party.occasion, "ink"),
        ("edit_note", "card.notes", party.notes, "ink"),
        ("person", "card.guest_notes", guest.notes, "ink"),
        ("star", "card.first_time", words.say("card.first_time") if guest.visits == 0 else None, "special"),
        ("call", "card.phone", guest.phone, "quiet"),
        ("chat", "card.channel", booked_by, "quiet"),
    ]


_CHANNELS = frozenset({"web", "webchat", "whatsapp", "instagram", "email", "phone", "walk_in", "staff"})


def _verdict_role(answer: Answer) -> str:
    if answer.result == "ok":
        return "good"
    if answer.result == "already":
        return "info"
    return "attention" if answer.override else "refusal"


def _next_step(answer: Answer, words: Words) -> str:
    party, key = answer.party, f"next.{answer.reason}"
    if party is None:
        return words.say(key) if answer.reason in _NEEDS_NO_PARTY else words.say("next.problem")
    if answer.reason == "ok":
        key = key if party.tables else "next.ok.no_table"
        return words.say(key, people=people(party, words), tables=tables(party, words))
    if answer.reason == "already_checked_in":
        arrivals: Sequence[Arrival] = answer.previous_arrivals or party.arrivals
        return arrival_line(arrivals[-1], party.party_size, words, key) if arrivals else ""
    if answer.reason == "wrong_day":
        return words.say(
            "next.wrong_day.known", day=words.day(party.service_date), time=words.time(party.starts_at)
        )
    if not words.has(key):
        return words.say("next.problem")
    return words.say(key, time=words.time(party.starts_at))


_NEEDS_NO_PARTY = frozenset(
    {
        "wrong_day",
        "wrong_restaurant",
        "bad_signature",
        "expired_code",
        "malformed",
        "unknown_key",
        "unknown_reservation",
        "cancelled",
    }
)


def tonight(day: date | None, words: Words) -> str:
    """'Hoy, viernes 18 de diciembre'."""
    return words.say("arrivals.tonight", day=words.day(day)) if day is not None else ""
