"""Every date and every time, written in every form people use, comes back as itself. Hypothesis chooses the day and the form."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.conversations.understanding import understand
from backend.conversations.understanding.calendar import add_months, easter, holiday, is_american, nth_weekday

NOW = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - the wall clock of the restaurant, a Tuesday
WEEKDAYS = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
UNITS = {
    "es": ("cero", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"),
    "en": (
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ),
}  # fmt: skip
WRAPS = {
    "es": (
        "{}",
        "mesa para 4 {}",
        "quiero reservar {} para dos personas",
        "somos 3, {}, gracias",
        "{} por favor",
    ),
    "en": ("{}", "table for 4 {}", "I'd like to book {} for two people", "3 of us, {}, thanks", "{} please"),
}
languages = st.sampled_from(["es", "en"])
days_ahead = st.integers(min_value=0, max_value=364)


def read(text, language, context=None, tz=None):
    zone = tz or ("Europe/Madrid" if language == "es" else "Europe/London")
    return understand(text, now=NOW, tz=zone, language=language, context=context).slots


def ordinal(day):
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


DATE_FORMS = {
    "es": (
        lambda day: f"el {day.day} de {MONTHS['es'][day.month - 1]}",
        lambda day: f"{day.day} de {MONTHS['es'][day.month - 1]}",
        lambda day: f"el {WEEKDAYS['es'][day.weekday()]} {day.day} de {MONTHS['es'][day.month - 1]}",
        lambda day: (
            f"{WEEKDAYS['es'][day.weekday()]}, {day.day} de {MONTHS['es'][day.month - 1]} de {day.year}"
        ),
        lambda day: f"el {day.day} {MONTHS['es'][day.month - 1][:3]}",
        lambda day: f"el {day.day}/{day.month}",
        lambda day: f"{day.day:02d}/{day.month:02d}/{day.year}",
        lambda day: f"{day.day}-{day.month}-{day.year}",
        lambda day: f"{day.day}/{day.month}/{day.year % 100}",
        lambda day: day.isoformat(),
        lambda day: f"EL {day.day} DE {MONTHS['es'][day.month - 1].upper()}",
    ),
    "en": (
        lambda day: f"on {MONTHS['en'][day.month - 1]} {day.day}",
        lambda day: f"{MONTHS['en'][day.month - 1]} {ordinal(day.day)}",
        lambda day: f"the {ordinal(day.day)} of {MONTHS['en'][day.month - 1]}",
        lambda day: f"{day.day} {MONTHS['en'][day.month - 1]}",
        lambda day: f"on {WEEKDAYS['en'][day.weekday()]} {day.day} {MONTHS['en'][day.month - 1]}",
        lambda day: (
            f"{WEEKDAYS['en'][day.weekday()]}, {MONTHS['en'][day.month - 1]} {ordinal(day.day)}, {day.year}"
        ),
        lambda day: f"{day.day} {MONTHS['en'][day.month - 1][:3]}",
        lambda day: f"on {day.day}/{day.month}/{day.year}",
        lambda day: day.isoformat(),
        lambda day: f"{MONTHS['en'][day.month - 1].lower()} {day.day}",
    ),
}


@given(language=languages, ahead=days_ahead, data=st.data())
def test_a_date_written_in_any_form_reads_back(language, ahead, data):
    day = NOW.date() + timedelta(days=ahead)
    form = data.draw(st.sampled_from(DATE_FORMS[language]))
    wrap = data.draw(st.sampled_from(WRAPS[language]))
    text = wrap.format(form(day))

    assert read(text, language).date == day, text


def spoken(hour, language):
    return UNITS[language][hour % 12 or 12]


TIME_FORMS = {
    "es": (
        lambda at: f"a las {at:%H:%M}",
        lambda at: f"{at:%H:%M}",
        lambda at: f"a las {at.hour}.{at.minute:02d}h",
        lambda at: f"a las {at.hour}h{at.minute:02d}",
        lambda at: f"a las {at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}",
        lambda at: f"a las {at.hour % 12 or 12}:{at.minute:02d} {'a. m.' if at.hour < 12 else 'p. m.'}",
    ),
    "en": (
        lambda at: f"at {at:%H:%M}",
        lambda at: f"{at:%H:%M}",
        lambda at: f"at {at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}",
        lambda at: f"{at.hour % 12 or 12}:{at.minute:02d}{'am' if at.hour < 12 else 'pm'}",
        lambda at: f"at {at.hour % 12 or 12}.{at.minute:02d} {'a.m.' if at.hour < 12 else 'p.m.'}",
    ),
}


@given(language=languages, minutes=st.integers(min_value=12, max_value=23 * 12 + 11), data=st.data())
def test_a_time_written_in_figures_reads_back(language, minutes, data):
    at = time(minutes * 5 // 60, minutes * 5 % 60)
    forms = TIME_FORMS[language] if at.hour >= 13 else TIME_FORMS[language][-2:]
    text = data.draw(st.sampled_from(WRAPS[language])).format(data.draw(st.sampled_from(forms))(at))

    assert read(text, language).time == at, text


SPOKEN_ES = {
    0: "{article} {hour}",
    10: "{article} {hour} y diez",
    15: "{article} {hour} y cuarto",
    20: "{article} {hour} y veinte",
    25: "{article} {hour} y veinticinco",
    30: "{article} {hour} y media",
    35: "{article} {next} menos veinticinco",
    45: "{article} {next} menos cuarto",
    50: "{article} {next} menos diez",
}
SPOKEN_EN = {
    0: "{hour} o'clock",
    5: "five past {hour}",
    10: "ten past {hour}",
    15: "quarter past {hour}",
    20: "twenty past {hour}",
    30: "half past {hour}",
    35: "twenty-five to {next}",
    40: "twenty to {next}",
    45: "a quarter to {next}",
    50: "ten to {next}",
}
PARTS = {
    "es": {"morning": " de la mañana", "afternoon": " de la tarde", "night": " de la noche"},
    "en": {"morning": " in the morning", "afternoon": " in the afternoon", "night": " in the evening"},
}


@given(
    language=languages,
    minute=st.sampled_from(sorted(set(SPOKEN_ES) | set(SPOKEN_EN))),
    hour=st.integers(min_value=7, max_value=22),
)
def test_a_time_in_words_with_its_part_of_day_reads_back(language, minute, hour):
    table = SPOKEN_ES if language == "es" else SPOKEN_EN
    if minute not in table or hour == 12:
        return
    said, following = hour % 12 or 12, (hour + 1) % 12 or 12
    names_next = "{next}" in table[minute]
    article = "la" if (following if names_next else said) == 1 else "las"
    part = "morning" if hour < 12 else "afternoon" if hour < 19 else "night"
    text = table[minute].format(
        hour=spoken(said, language), next=spoken(following, language), article=article
    )

    assert read(
        f"a {text}{PARTS[language][part]}" if language == "es" else f"at {text}{PARTS[language][part]}",
        language,
    ).time == time(hour, minute)


@given(language=languages, hour=st.integers(min_value=1, max_value=7))
def test_one_to_seven_without_a_half_of_the_day_are_afternoon_or_evening(language, hour):
    text = f"a {'la' if hour == 1 else 'las'} {hour}" if language == "es" else f"at {hour}"

    assert read(text, language).time == time(hour + 12)


@given(count=st.integers(min_value=1, max_value=20), language=languages, data=st.data())
def test_a_number_of_people_reads_back_and_is_never_an_hour(count, language, data):
    forms = {
        "es": (
            "para {} personas",
            "somos {}",
            "mesa para {}",
            "{} personas",
            "seremos {}",
            "mesa de {}",
            "{} pax",
        ),
        "en": (
            "for {} people",
            "party of {}",
            "table for {}",
            "{} people",
            "there will be {} of us",
            "{} guests",
        ),
    }[language]
    slots = read(data.draw(st.sampled_from(forms)).format(count), language)

    assert slots.party_size == count
    assert slots.time is None
    assert slots.date is None


@given(digits=st.text(alphabet="0123456789", min_size=9, max_size=9), language=languages, data=st.data())
def test_a_phone_is_a_phone_and_nothing_else(digits, language, data):
    phone = "6" + digits[1:]
    shape = data.draw(
        st.sampled_from(
            [phone, f"{phone[:3]} {phone[3:6]} {phone[6:]}", f"{phone[:3]}-{phone[3:6]}-{phone[6:]}"]
        )
    )
    wrap = {"es": "mi teléfono es {}", "en": "my phone number is {}"}[language]
    slots = read(wrap.format(shape), language)

    assert slots.phone == phone
    assert (slots.date, slots.time, slots.party_size) == (None, None, None)


@given(
    text=st.text(max_size=300),
    context=st.sampled_from([None, "date", "time", "party_size", "name", "phone", "code"]),
)
def test_any_text_at_all_is_read_without_an_error(text, context):
    result = understand(text, now=NOW, tz="Europe/Madrid", context=context)

    assert 0 <= result.confidence <= 1
    assert result.slots.party_size is None or 1 <= result.slots.party_size <= 500


@given(text=st.text(alphabet="abcdefghijklmnñopqrstuvwxyz áéíóú0123456789:/.,-", max_size=80))
def test_the_same_message_always_gives_the_same_answer(text):
    first = understand(text, now=NOW, tz="Europe/Madrid")

    assert understand(text, now=NOW, tz="Europe/Madrid") == first


@given(ahead=days_ahead, data=st.data())
def test_spans_point_at_the_words_they_rest_on(ahead, data):
    day = NOW.date() + timedelta(days=ahead)
    text = f"Hola, mesa para 4 {data.draw(st.sampled_from(DATE_FORMS['es']))(day)} a las 21:00"
    result = understand(text, now=NOW, tz="Europe/Madrid", language="es")

    assert {span.slot for span in result.spans} == {"date", "time", "party_size"}
    assert all(text[span.start : span.end] == span.text for span in result.spans)


def test_an_aware_moment_is_read_on_the_restaurants_wall_clock():
    almost_midnight = datetime.fromisoformat("2026-11-24T23:30:00+00:00")

    assert understand("mañana", now=almost_midnight, tz="Europe/Madrid").slots.date == date(2026, 11, 26)


def test_opening_times_settle_an_hour_that_could_be_morning_or_evening():
    lunch_only = ((time(8, 0), time(16, 0)),)

    settled = understand("a las 10", now=NOW, tz="Europe/Madrid", service=lunch_only).slots

    assert settled.time == time(10, 0)
    assert settled.time_choices == (time(10, 0), time(22, 0))


@pytest.mark.parametrize(
    ("tz", "language", "expected"),
    [
        ("America/New_York", "en-US", date(2027, 4, 5)),
        ("Europe/London", "en-GB", date(2027, 5, 4)),
        ("Europe/Madrid", "es-ES", date(2027, 5, 4)),
        ("America/Mexico_City", "es-MX", date(2027, 5, 4)),
    ],
)
def test_a_date_in_figures_follows_the_countrys_order(tz, language, expected):
    assert understand("4/5/2027", now=NOW, tz=tz, language=language).slots.date == expected


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2030, (4, 21)), (2038, (4, 25))],
)
def test_easter_is_computed(year, expected):
    assert easter(year) == date(year, *expected)


@pytest.mark.parametrize(
    ("key", "tz", "expected"),
    [
        ("thanksgiving", "America/New_York", date(2026, 11, 26)),
        ("thanksgiving+1", "America/New_York", date(2026, 11, 27)),
        ("mothers", "Europe/Madrid", date(2027, 5, 2)),
        ("mothers", "America/Mexico_City", date(2027, 5, 10)),
        ("mothers", "America/New_York", date(2027, 5, 9)),
        ("mothers", "Europe/London", date(2027, 3, 7)),
        ("fathers", "Europe/Madrid", date(2027, 3, 19)),
        ("fathers", "America/Argentina/Buenos_Aires", date(2027, 6, 20)),
        ("easter-2", "Europe/Madrid", date(2027, 3, 26)),
        ("labor", "America/Chicago", date(2027, 9, 6)),
        ("memorial", "America/Chicago", date(2027, 5, 31)),
        ("12-25", "Europe/Madrid", date(2026, 12, 25)),
    ],
)
def test_holidays_come_at_their_next_date(key, tz, expected):
    assert holiday(key, NOW.date(), tz) == expected


def test_the_end_of_a_month_is_kept_when_months_are_added():
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_a_fifth_weekday_that_a_month_does_not_have_is_none():
    assert nth_weekday(2027, 2, 0, 5) is None


def test_the_locale_decides_the_order_before_the_zone():
    assert is_american("Europe/Madrid", "en-US")
    assert not is_american("America/New_York", "en-GB")
    assert is_american("America/Indiana/Knox")
