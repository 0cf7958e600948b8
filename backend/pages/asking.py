"""What a guest asks for (day, party, area) and what a page answers with: the free times, ready to show.

Pure. Called by the change and booking views. Whatever stands in a query is read into something that can be
asked; what is wrong with it becomes a sentence beside its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import groupby
from urllib.parse import urlencode

from babel.dates import format_date

from backend.notifications import Voice
from backend.pages.records import Alternative, BookingLimits, DayOptions, SlotOption, Wish
from backend.pages.refusing import reason_sentence
from backend.platform import wording

FIELDS = ("party", "date", "area", "time", "name", "email", "phone", "notes", "privacy")
_LONGEST_LIST = 20  # larger parties are typed, not scrolled to


@dataclass(frozen=True, slots=True)
class Asked:
    """A day, a party and an area that may be asked for, and what was wrong with how they came."""

    day: date
    party_size: int
    area: str | None
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """The same, as the query of an address."""
        values = {"party": str(self.party_size), "date": self.day.isoformat(), "area": self.area or ""}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick: what is sent, what is read, and where a link to it leads (None for a button)."""

    value: str
    label: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What the form for day, party and area and the list of times show. `ready`: times were looked up.

    `elsewhere` are links to other days of a full one; `instead` are buttons for what a refusal offers.
    """

    limits: BookingLimits
    parties: list[tuple[int, str]]
    asked: Asked
    problems: dict[str, str]
    ready: bool = False
    summary: str = ""
    groups: list[tuple[str, list[Choice]]] = field(default_factory=list)
    reason: str = ""
    elsewhere: list[Choice] = field(default_factory=list)
    instead: list[Choice] = field(default_factory=list)
    previous_day: str = ""
    next_day: str = ""


def read_asked(
    query: Mapping[str, str], limits: BookingLimits, usual: Asked, voice: Voice, today: date
) -> Asked:
    """What the query asks for; `usual` stands in for what it does not say or says wrongly."""
    problems: dict[str, str] = {}
    party = _party(query.get("party"), limits)
    if party is None and query.get("party"):
        problems["party"] = voice.say("page.problem.party", smallest=limits.smallest, largest=limits.largest)
    day = read_day(query.get("date"))
    if query.get("date") and (day is None or not limits.first_day <= day <= limits.last_day):
        first, last = (voice.day(each, today) for each in (limits.first_day, limits.last_day))
        problems["date"] = voice.say("page.problem.date", first=first, last=last)
        day = None
    area = query.get("area") if "area" in query else usual.area
    known = area if area in {each.id for each in limits.areas} else None
    return Asked(day or usual.day, party or usual.party_size, known, problems)


def read_day(text: str | None) -> date | None:
    """'2026-12-18' as a date; None for anything else."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def read_time(text: str | None) -> time | None:
    """'20:00' as a wall-clock time; None for anything else."""
    try:
        return time.fromisoformat(text or "").replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def read_wish(form: Mapping[str, str], asked: Asked) -> Wish | None:
    """The time chosen:

    An alternative's button ('2026-12-18 20:00 terraza') or a radio button; None without one.
    """
    picked = form.get("pick", "").split(" ", 2)
    if len(picked) >= 2:
        day, at = read_day(picked[0]), read_time(picked[1])
        area = picked[2] if len(picked) == 3 else asked.area
        return Wish(day, at, asked.party_size, area or None) if day and at else None
    chosen = read_time(form.get("time"))
    return Wish(asked.day, chosen, asked.party_size, asked.area) if chosen else None


def present(
    asked: Asked,
    limits: BookingLimits,
    voice: Voice,
    today: date,
    *,
    options: DayOptions | None = None,
    timezone: str = "",
    address: str = "",
    instead: Sequence[Alternative] = (),
    problems: Mapping[str, str] | None = None,
) -> Ask:
    """The form, and the times when `options` were looked up for the page at `address`.

    `instead` are the alternatives of a refusal: buttons, so that what was typed is kept; those of a full day
    are links.
    """
    all_problems = dict.fromkeys(FIELDS, "") | dict(asked.problems) | dict(problems or {})
    parties = _parties(limits, voice)
    if options is None:
        return Ask(limits, parties, asked, all_problems)
    links = () if instead or options.slots else options.alternatives
    return Ask(
        limits=limits,
        parties=parties,
        asked=asked,
        problems=all_problems,
        ready=True,
        summary=_summary(asked, limits, voice, today),
        groups=_groups(options, timezone, voice),
        reason=reason_sentence(options, voice) if not options.slots else "",
        elsewhere=[_choice(each, asked, limits, voice, today, address) for each in links],
        instead=[_choice(each, asked, limits, voice, today, None) for each in instead],
        previous_day=_neighbour(asked, limits, address, -1),
        next_day=_neighbour(asked, limits, address, 1),
    )


def _party(text: str | None, limits: BookingLimits) -> int | None:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    return int(text) if limits.smallest <= int(text) <= limits.largest else None


def _parties(limits: BookingLimits, voice: Voice) -> list[tuple[int, str]]:
    if limits.largest - limits.smallest >= _LONGEST_LIST:
        return []
    return [(count, voice.people(count)) for count in range(limits.smallest, limits.largest + 1)]


def _summary(asked: Asked, limits: BookingLimits, voice: Voice, today: date) -> str:
    area = area_name(asked.area, limits)
    key = "page.times.for.area" if area else "page.times.for"
    return voice.say(key, people=voice.people(asked.party_size), date=voice.day(asked.day, today), area=area)


def area_name(area: str | None, limits: BookingLimits) -> str:
    """The name of an area's key, '' for none or an unknown one."""
    return next((each.name for each in limits.areas if each.id == area), "")


def _groups(options: DayOptions, timezone: str, voice: Voice) -> list[tuple[str, list[Choice]]]:
    return [
        (
            shift,
            [Choice(f"{slot.time:%H:%M}", _slot_label(slot, options.day, timezone, voice)) for slot in slots],
        )
        for shift, slots in groupby(options.slots, key=lambda slot: slot.shift)
    ]


def _slot_label(slot: SlotOption, day: date, timezone: str, voice: Voice) -> str:
    """The time, with its weekday when it lies after midnight of the day asked for."""
    there = wording.local(slot.starts_at, timezone)
    if there.date() == day:
        return voice.clock(there)
    weekday = format_date(there.date(), "EEEE", locale=voice.language)
    return voice.say("page.times.after_midnight", time=voice.clock(there), weekday=weekday)


def _choice(
    option: Alternative, asked: Asked, limits: BookingLimits, voice: Voice, today: date, address: str | None
) -> Choice:
    area = area_name(option.area, limits)
    label = voice.say(
        "page.times.alternative.area" if area else "page.times.alternative",
        date=voice.day(option.day, today),
        time=wording.clock_time(option.time, voice.locale),
        area=area,
    )
    at = f"{option.time:%H:%M}"
    value = f"{option.day.isoformat()} {at} {option.area or asked.area or ''}".strip()
    if address is None:
        return Choice(value, label)
    there = Asked(option.day, asked.party_size, option.area or asked.area)
    return Choice(value, label, f"{address}?{urlencode({**there.query, 'time': at})}#times")


def _neighbour(asked: Asked, limits: BookingLimits, address: str, days: int) -> str:
    day = asked.day + timedelta(days=days)
    if not limits.first_day <= day <= limits.last_day:
        return ""
    return f"{address}?{urlencode(Asked(day, asked.party_size, asked.area).query)}#times"
