"""From sentences of the machine to words: texts of the catalogue, dates and times as the reader writes them, cards. Pure.

Called by `backend.conversations.service` at the end of a turn. A text may have a `.usted` form beside the plain one, for
restaurants that address their guests so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from backend.conversations.dialogue.events import CardEvent, Quick, Say
from backend.conversations.dialogue.records import (
    Alternative,
    BookingSeen,
    OpeningDay,
    RestaurantFacts,
    SlotAsk,
)
from backend.conversations.dialogue.reply import Card, ListItem, QuickReply, Reply
from backend.platform.texts import has, language_of, say
from backend.platform.wording import clock_time, listed, long_date, short_date

__all__ = ["Card", "ListItem", "QuickReply", "Reply", "Voice", "locale_for", "replies"]

MOST_TAPPED = 3


def replies(says: Sequence[Say], facts: RestaurantFacts, locale: str, today: date) -> list[Reply]:
    """One reply a turn: the sentences joined, the last one's answers to tap, the card if there is one."""
    if not says:
        return []
    voice = Voice(facts, locale, today)
    text = ""
    for each in says:
        sentence = voice.sentence(each)
        # A list of lines ends before the next sentence begins.
        text += ("\n" if "\n" in text else " ") * bool(text) + sentence
    quick = next((each.quick for each in reversed(says) if each.quick), ())
    shown = next((each for each in says if each.card is not None), None)
    card = voice.card(shown.card, shown.happened) if shown and shown.card else None
    if _is_list(quick):
        return [Reply(text, (), card, voice.list_all(quick))]
    return [Reply(text, voice.quick_all(quick), card)]


def _is_list(quick: Sequence[Quick]) -> bool:
    """Bookings are long to read and many hours are too many to tap: they make a list."""
    if any(each.booking is not None for each in quick):
        return True
    return sum(each.slot is not None for each in quick) > MOST_TAPPED


def locale_for(language: str, asked: str | None, facts: RestaurantFacts) -> str:
    """The locale to write in: the guest's own when it is in the language they write, else the restaurant's, else a plain one."""
    for candidate in (asked, facts.locale):
        if candidate and language_of(candidate, default="") == language:
            return candidate
    return "en-GB" if language == "en" else "es-ES"


class Voice:
    """Writes for one reader of one restaurant."""

    def __init__(self, facts: RestaurantFacts, locale: str, today: date) -> None:
        self._facts, self._locale, self._today = facts, locale, today
        self._spanish = language_of(locale) == "es"

    def text(self, key: str, **params: object) -> str:
        """A text of the catalogue, in the restaurant's way of addressing guests; or its own words, when they still work."""
        own = self._facts.wording.get(key.removeprefix("chat."), {}).get(language_of(self._locale))
        if own and _fillable(own, params):
            return own.format_map(params)
        formal = f"{key}.usted"
        return say(
            formal if self._facts.formality == "usted" and has(formal, self._locale) else key,
            self._locale,
            **params,
        )

    def sentence(self, said: Say) -> str:
        """The words of one sentence."""
        params = {"privacy": self._privacy(), **self._params(said.values)}
        key = f"chat.{said.key}"
        if said.key.startswith("refusal."):
            key = self._refusal_key(said.key, params)
        return self.text(key, **params)

    def _privacy(self) -> str:
        url = self._facts.privacy_url
        return self.text("chat.privacy", url=url) if url else ""

    def _refusal_key(self, key: str, params: Mapping[str, object]) -> str:
        """The chat's own wording of a refusal where it has one and the numbers for it, else the one everybody uses."""
        for candidate in (f"chat.{key}", key):
            if has(candidate, self._locale) and _fillable(say(candidate, self._locale), params):
                return candidate
        return "chat.refusal.other"

    def _params(self, values: Mapping[str, object]) -> dict[str, object]:
        params: dict[str, object] = {}
        for name, value in values.items():
            writer = _WRITERS.get(name)
            if writer is not None and value is not None:
                params.update(writer(self, value))
            else:
                params[name] = "" if value is None else value
        return params

    # values -------------------------------------------------------------------------------------------------------------

    def slot(self, slot: SlotAsk | BookingSeen) -> dict[str, object]:
        """People, day, hour and place of a slot or a booking."""
        return {
            "people": slot.party_size,
            "partySize": slot.party_size,
            "persons": self.persons(slot.party_size),
            "day": self.day(slot.date),
            "date": long_date(slot.date, self._locale, self._today),
            "at": self.at(slot.time),
            "At": _capital(self.at(slot.time)),
            "Day": _capital(self.day(slot.date)),
            "time": clock_time(slot.time, self._locale),
            "where": self.where(slot.area),
        }

    def booking(self, booking: BookingSeen) -> dict[str, object]:
        """A booking's own words."""
        late = {"hours": booking.free_cancellation_hours or 0, "penalty": booking.penalty or ""}
        return {
            **self.slot(booking),
            **late,
            "name": booking.name,
            "first": booking.name.split(" ")[0],
            "code": booking.code,
        }

    def persons(self, count: int) -> str:
        """'1 persona', '4 personas'."""
        return self.text("chat.person" if count == 1 else "chat.persons", count=count)

    def day(self, day: date) -> str:
        """'el viernes 18 de diciembre', 'on Friday 18 December'."""
        return self.text("chat.on_day", day=long_date(day, self._locale, self._today))

    def at(self, at: time) -> str:
        """'a las 20:00', 'at 8:00 pm'."""
        one = self._spanish and at.hour == 1
        return self.text("chat.at_one" if one else "chat.at", time=clock_time(at, self._locale))

    def stay(self, start: time, end: datetime | None) -> str:
        """'de 20:00 a 21:30', 'from 8:00 pm to 9:30 pm'; the start alone where the end is not known."""
        if end is None:
            return self.at(start)
        there = end.astimezone(ZoneInfo(self._facts.timezone)).time()
        return self.text(
            "chat.stay", start=clock_time(start, self._locale), end=clock_time(there, self._locale)
        )

    def hour(self, at: time) -> str:
        """'las 20:15', '8:15 pm': after 'hasta', 'until'."""
        one = self._spanish and at.hour == 1
        return self.text("chat.hour_one" if one else "chat.hour", time=clock_time(at, self._locale))

    def ahead(self, count: int) -> str:
        """'un grupo', '3 grupos': who waits and came before."""
        return self.text("chat.party_ahead" if count == 1 else "chat.parties_ahead", count=count)

    def area_name(self, area: str) -> str:
        """The restaurant's own name of an area."""
        return self._area(area) or area

    def where(self, area: str | None) -> str:
        """', zona Terraza' for a place in a house that has several, else nothing."""
        name = self._area(area) if len(self._facts.areas) > 1 else None
        return self.text("chat.in_area", area=name) if name else ""

    def _area(self, area: str | None) -> str | None:
        language = "es" if self._spanish else "en"
        return next((each.named(language) for each in self._facts.areas if each.id == area), None)

    def offers(self, offers: Sequence[Alternative]) -> dict[str, object]:
        """Free slots in a row: hours alone when they are all on one day."""
        days = {each.date for each in offers}
        if len(days) == 1:
            hours = [clock_time(each.time, self._locale) for each in offers]
            if self._spanish and len(hours) <= 3:
                hours = [self.at(each.time) for each in offers]
            elif self._spanish:
                hours[0] = self.at(offers[0].time)
            return {"options": listed(hours, self._locale, last="or"), "day": self.day(offers[0].date)}
        named = [f"{self.day(each.date)} {self.at(each.time)}" for each in offers]
        return {"options": listed(named, self._locale, last="or")}

    def spans(self, spans: Sequence[tuple[time, time]]) -> str:
        """'de 13:00 a 16:00 y de 20:00 a 23:30'."""
        said = [
            self.text("chat.span", start=clock_time(start, self._locale), end=clock_time(end, self._locale))
            for start, end in spans
        ]
        return listed(said, self._locale)

    def opening(self, week: Sequence[OpeningDay]) -> str:
        """The week's hours, days with equal hours together, a line each."""
        groups: list[tuple[list[int], tuple[tuple[time, time], ...]]] = []
        for day in week:
            if groups and groups[-1][1] == day.spans:
                groups[-1][0].append(day.weekday)
            else:
                groups.append(([day.weekday], day.spans))
        return "\n".join(self._opening_line(days, spans) for days, spans in groups)

    def _opening_line(self, days: Sequence[int], spans: Sequence[tuple[time, time]]) -> str:
        names = [self.text(f"chat.weekday.{day}") for day in (days[0], days[-1])]
        named = (
            names[0] if len(days) == 1 else self.text("chat.weekday.from_to", first=names[0], last=names[1])
        )
        hours = self.spans(spans) if spans else self.text("chat.closed")
        return f"{_capital(named)}: {hours}"

    def quick_all(self, quick: Sequence[Quick]) -> tuple[QuickReply, ...]:
        """Answers to tap; slots of different days name their day."""
        days = {each.slot.date for each in quick if each.slot is not None}
        return tuple(self._quick(each, with_day=len(days) > 1) for each in quick)

    def list_all(self, quick: Sequence[Quick]) -> tuple[ListItem, ...]:
        """The same as rows of a list."""
        days = {each.slot.date for each in quick if each.slot is not None}
        return tuple(self._row(each, with_day=len(days) > 1) for each in quick)

    def _row(self, quick: Quick, *, with_day: bool) -> ListItem:
        booking = quick.booking
        if booking is not None:
            about = (clock_time(booking.time, self._locale), self.persons(booking.party_size), booking.code)
            return ListItem(_capital(short_date(booking.date, self._locale)), booking.code, " · ".join(about))
        tapped = self._quick(quick, with_day=with_day)
        return ListItem(tapped.title, tapped.value)

    def _quick(self, quick: Quick, *, with_day: bool) -> QuickReply:
        if quick.slot is not None:
            title = clock_time(quick.slot.time, self._locale)
            if with_day:
                title = f"{_capital(short_date(quick.slot.date, self._locale, brief=True))} {title}"
        elif quick.day is not None:
            title = _capital(short_date(quick.day, self._locale))
        else:
            title = self.text(f"chat.quick.{quick.key}")
        return QuickReply(title, quick.value or title)

    def card(self, booking: BookingSeen, happened: CardEvent | None = None) -> Card:
        """The card of a booking."""
        lines = [
            _capital(long_date(booking.date, self._locale, self._today)),
            f"{self._span(booking)} · {self.persons(booking.party_size)}",
            booking.name,
        ]
        area = self._area(booking.area)
        if area:
            lines.append(area)
        title = self.text("chat.card_title", restaurant=self._facts.name)
        return Card(
            title=title,
            image_url=booking.image_url,
            code=booking.code,
            manage_url=booking.manage_url,
            calendar_url=booking.calendar_url,
            lines=tuple(lines),
            event=happened,
        )

    def _span(self, booking: BookingSeen) -> str:
        """'20:00–21:30': from when until when the table is theirs."""
        hours = [booking.time] if booking.ends is None else [booking.time, booking.ends]
        return "–".join(clock_time(each, self._locale) for each in hours)

    def listed_bookings(self, bookings: Sequence[BookingSeen]) -> str:
        """Several bookings, a line each."""
        return "\n".join(self.text("chat.booking_line", **self.booking(each)) for each in bookings)

    def answer(self, texts: Mapping[str, str]) -> str:
        """The profile's own words in the reader's language, or in the other when there is only that."""
        language = language_of(self._locale)
        return texts.get(language) or next(iter(texts.values()))

    def hours_of_staff(self, span: tuple[time, time]) -> dict[str, object]:
        """When people answer."""
        return {"start": self._short(span[0]), "end": self._short(span[1])}

    def _short(self, at: time) -> str:
        """An hour without its minutes where the language allows it: '11 pm', 'noon', '23:00'."""
        if not self._spanish and at == time(12, 0):
            return self.text("chat.noon")
        return clock_time(at, self._locale).replace(":00 ", " ")

    def lacking(self, lacking: Sequence[str]) -> str:
        """What keeps a booking pending, in words."""
        return listed([self.text(f"chat.lacking.{each}") for each in lacking], self._locale)


_Writer = Callable[[Voice, Any], Mapping[str, object]]
_WRITERS: dict[str, _Writer] = {
    "slot": Voice.slot,
    "booking": Voice.booking,
    "bookings": lambda voice, value: {"list": voice.listed_bookings(value)},
    "offers": lambda voice, value: voice.offers(value) if value else {"options": ""},
    "day": lambda voice, value: {"day": voice.day(value), "Day": _capital(voice.day(value))},
    "either_day": lambda voice, value: {
        "options": listed([voice.day(each) for each in value], voice._locale, last="or")
    },
    "people": lambda voice, value: {"people": value, "partySize": value, "persons": voice.persons(value)},
    "spans": lambda voice, value: {"spans": voice.spans(value)},
    "opening": lambda voice, value: {"opening": voice.opening(value)},
    "answer": lambda voice, value: {"answer": voice.answer(value)},
    "staff_hours": lambda voice, value: voice.hours_of_staff(value),
    "lacking": lambda voice, value: {"lacking": voice.lacking(value)},
    "stay": lambda voice, value: {"when": voice.stay(*value)},
    "eta": lambda voice, value: {"eta": voice.at(value)},
    "until": lambda voice, value: {"until": voice.hour(value)},
    "place": lambda voice, value: {"place": voice.area_name(value)},
    "ahead": lambda voice, value: {"ahead": voice.ahead(value)},
}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fillable(sentence: str, params: Mapping[str, object]) -> bool:
    """Whether every placeholder of the sentence has its value."""
    try:
        sentence.format_map(params)
    except (KeyError, ValueError, AttributeError, IndexError):
        return False
    return True
