"""Every date, every time and every number of people in every form people write, through noise: it comes back as itself.

Hypothesis draws the value, the form, the sentence around it and what is done to the spelling: accents gone, capitals, emoji.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.conversations.understanding import understand

NOW = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - the wall clock of the restaurant, a Tuesday
TODAY = NOW.date()
ZONES = {"es": "Europe/Madrid", "en": "Europe/London"}
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
TO_TWENTY_NINE = (  # noqa: SIM905
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho "
    "diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
TO_NINETEEN = (  # noqa: SIM905
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = {
    "es": "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split(),  # noqa: SIM905
    "en": "twenty thirty forty fifty sixty seventy eighty ninety".split(),  # noqa: SIM905
}
HUNDREDS = ("", "ciento", "doscientas", "trescientas", "cuatrocientas")
ORDINALS = (  # noqa: SIM905
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()


def in_words(number: int, language: str) -> str:
    """The number in words, feminine where Spanish minds ("doscientas")."""
    if language == "es":
        if number < 30:
            return TO_TWENTY_NINE[number]
        if number < 100:
            ten, unit = divmod(number, 10)
            return TENS["es"][ten - 3] + (f" y {TO_TWENTY_NINE[unit]}" if unit else "")
        hundred, rest = divmod(number, 100)
        return "cien" if number == 100 else HUNDREDS[hundred] + (f" {in_words(rest, 'es')}" if rest else "")
    if number < 20:
        return TO_NINETEEN[number]
    if number < 100:
        ten, unit = divmod(number, 10)
        return TENS["en"][ten - 2] + (f"-{TO_NINETEEN[unit]}" if unit else "")
    hundred, rest = divmod(number, 100)
    return (
        ("a" if hundred == 1 else TO_NINETEEN[hundred])
        + " hundred"
        + (f" and {in_words(rest, 'en')}" if rest else "")
    )


def ordinal_in_words(day: int) -> str:
    if day <= 20:
        return ORDINALS[day - 1]
    if day == 30:
        return "thirtieth"
    return ("twenty-" if day < 30 else "thirty-") + ORDINALS[day % 10 - 1]


def plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


NOISE = (
    lambda text: text,
    plain,
    str.lower,
    str.upper,
    lambda text: plain(text).lower(),
    lambda text: f"{text} 🙏",
    lambda text: f"  {text}  ...",
    lambda text: text.replace(",", ""),
)
AROUND = {
    "es": ("{}", "hola, {} por favor", "sería {}", "quiero mesa para 4 {}", "{}, somos 4, gracias!"),
    "en": ("{}", "hi, {} please", "it would be {}", "I'd like a table for 4 {}", "{}, 4 people, thanks!"),
}
languages = st.sampled_from(["es", "en"])
noises = st.sampled_from(NOISE)
some_day = st.integers(min_value=0, max_value=364).map(lambda ahead: TODAY + timedelta(days=ahead))


def read(text, language, context=None):
    return understand(text, now=NOW, tz=ZONES[language], language=language, context=context).slots


def month(day, language):
    return MONTHS[language][day.month - 1]


def weekday(day, language):
    return WEEKDAYS[language][day.weekday()]


def ordinal(day):
    return f"{day}{'th' if 10 <= day % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


DATES = {
    "es": (
        lambda day: f"el {in_words(day.day, 'es')} de {month(day, 'es')}",
        lambda day: f"el día {day.day} de {month(day, 'es')}",
        lambda day: f"el {weekday(day, 'es')} {in_words(day.day, 'es')} de {month(day, 'es')}",
        lambda day: f"el {day.day} de {month(day, 'es')} del {day.year}",
        lambda day: f"{day.day} {month(day, 'es')[:3]}.",
        lambda day: f"el {day.day} del {day.month}",
        lambda day: f"{weekday(day, 'es')} {day.day}/{day.month:02d}",
        lambda day: f"{day.day:02d}.{day.month:02d}.{day.year}",
        lambda day: f"{day.year}/{day.month:02d}/{day.day:02d}",
        lambda day: f"{month(day, 'es')} {day.day}",
    ),
    "en": (
        lambda day: f"the {ordinal_in_words(day.day)} of {month(day, 'en')}",
        lambda day: f"{month(day, 'en')} the {ordinal(day.day)}",
        lambda day: f"{month(day, 'en')} {ordinal_in_words(day.day)}",
        lambda day: f"{weekday(day, 'en')} the {ordinal(day.day)} of {month(day, 'en')}",
        lambda day: f"{weekday(day, 'en')[:3]} {day.day} {month(day, 'en')[:3]}",
        lambda day: f"{month(day, 'en')[:3]}. {day.day}, {day.year}",
        lambda day: f"the {ordinal(day.day)} {month(day, 'en')}",
        lambda day: f"{day.day:02d}.{day.month:02d}.{day.year}",
        lambda day: f"{day.day} {month(day, 'en')} {day.year}",
        lambda day: f"{weekday(day, 'en')}, {month(day, 'en')} {day.day}",
    ),
}  # fmt: skip


@given(language=languages, day=some_day, noise=noises, data=st.data())
def test_a_date_in_words_or_figures_reads_back_through_noise(language, day, noise, data):
    form = data.draw(st.sampled_from(DATES[language]))
    around = data.draw(st.sampled_from(AROUND[language]))
    text = noise(around.format(form(day)))

    assert read(text, language).date == day, text


RELATIVE = {
    "es": (
        ("en {} días", 1), ("dentro de {} días", 1), ("de aquí a {} días", 1), ("en {} semanas", 7),
        ("dentro de {} semanas", 7), ("a las 9 dentro de {} semanas", 7),
    ),
    "en": (
        ("in {} days", 1), ("{} days from now", 1), ("{} days from today", 1), ("in {} weeks", 7), ("{} weeks from now", 7),
        ("in {} weeks' time", 7), ("{} weeks from today", 7),
    ),
}  # fmt: skip


@given(language=languages, count=st.integers(min_value=2, max_value=29), words=st.booleans(), data=st.data())
def test_days_and_weeks_from_today_read_back(language, count, words, data):
    pattern, days = data.draw(st.sampled_from(RELATIVE[language]))
    text = pattern.format(in_words(count, language) if words else count)

    assert read(text, language).date == TODAY + timedelta(days=days * count), text


@given(
    language=languages,
    number=st.integers(min_value=0, max_value=6),
    weeks=st.integers(min_value=1, max_value=4),
)
def test_weeks_after_a_weekday_read_back(language, number, weeks):
    first = TODAY + timedelta(days=(number - TODAY.weekday()) % 7)
    name = WEEKDAYS[language][number]
    said = (
        f"{weeks} semana{'s' * (weeks > 1)} después del {name}"
        if language == "es"
        else f"{weeks} week{'s' * (weeks > 1)} after {name}"
    )

    assert read(said, language).date == first + timedelta(days=7 * weeks), said


@given(
    language=languages,
    number=st.integers(min_value=0, max_value=6),
    nth=st.integers(min_value=1, max_value=4),
    which=st.integers(min_value=1, max_value=12),
)
def test_the_nth_weekday_of_a_month_reads_back(language, number, nth, which):
    spanish = ("primer", "segundo", "tercer", "cuarto")[nth - 1]
    name, of = WEEKDAYS[language][number], MONTHS[language][which - 1]
    text = f"el {spanish} {name} de {of}" if language == "es" else f"the {ORDINALS[nth - 1]} {name} of {of}"
    candidates = (date(year, which, day) for year in (2026, 2027) for day in range(7 * nth - 6, 7 * nth + 1))
    expected = next(day for day in candidates if day.weekday() == number and day >= TODAY)

    assert read(text, language).date == expected, text


def half(at: time, language: str) -> str:
    if language == "en":
        return "in the morning" if at.hour < 12 else "in the afternoon" if at.hour < 18 else "in the evening"
    return "de la mañana" if at.hour < 12 else "de la tarde" if at.hour < 20 else "de la noche"


def article(hour: int) -> str:
    return f"a la {TO_TWENTY_NINE[1]}" if hour == 1 else f"a las {TO_TWENTY_NINE[hour]}"


def spanish_hour(hour: int) -> str:
    return "a la una" if hour == 1 else article(hour)


TIMES = {
    "es": (
        lambda at, this, after: f"{spanish_hour(this)} y {in_words(at.minute, 'es')} {half(at, 'es')}",
        lambda at, this, after: f"{spanish_hour(after)} menos {in_words(60 - at.minute, 'es')} {half(at, 'es')}",
        lambda at, this, after: f"{spanish_hour(this)} {in_words(at.minute, 'es')} {half(at, 'es')}",
        lambda at, this, after: f"a las {this}.{at.minute:02d} {half(at, 'es')}",
        lambda at, this, after: f"{at.hour}:{at.minute:02d} hs",
        lambda at, this, after: f"{this}:{at.minute:02d}{'am' if at.hour < 12 else 'pm'}",
    ),
    "en": (
        lambda at, this, after: f"{in_words(at.minute, 'en')} past {in_words(this, 'en')} {half(at, 'en')}",
        lambda at, this, after: f"{in_words(60 - at.minute, 'en')} minutes to {in_words(after, 'en')} {half(at, 'en')}",
        lambda at, this, after: f"at {in_words(this, 'en')} {in_words(at.minute, 'en')} {half(at, 'en')}",
        lambda at, this, after: f"at {this}.{at.minute:02d}{'am' if at.hour < 12 else 'pm'}",
        lambda at, this, after: f"{at.hour}:{at.minute:02d} hours",
        lambda at, this, after: f"{this}:{at.minute:02d} {'a.m.' if at.hour < 12 else 'p.m.'}",
    ),
}  # fmt: skip
NEXT_HOUR, TWENTY_FOUR_HOURS = 1, 4


@given(
    language=languages,
    hour=st.integers(min_value=8, max_value=22).filter(lambda hour: hour != 12),
    minute=st.sampled_from([10, 15, 20, 25, 35, 40, 45, 50]),
    noise=noises,
    data=st.data(),
)
def test_a_time_to_five_minutes_reads_back_through_noise(language, hour, minute, noise, data):
    at = time(hour, minute)
    number = data.draw(st.integers(min_value=0, max_value=len(TIMES[language]) - 1))
    # "menos" and "to" speak of the hour to come, which may fall in another part of the day.
    if number == NEXT_HOUR and (minute < 35 or hour in {11, 17, 19}):
        return
    if number == TWENTY_FOUR_HOURS and hour < 12:
        return
    text = noise(TIMES[language][number](at, hour % 12 or 12, (hour + 1) % 12 or 12))

    assert read(text, language).time == at, text


AHEAD = {
    "es": ("en {}", "dentro de {}", "de aquí a {}"),
    "en": ("in {}", "{} from now", "within {}"),
}
LENGTHS = {
    "es": (
        (30, "media hora"), (90, "una hora y media"), (75, "una hora y cuarto"), (150, "dos horas y media"), (45, "45 minutos"),
        (60, "una hora"), (180, "3 horas"), (100, "1 hora y 40 minutos"),
    ),
    "en": (
        (30, "half an hour"), (90, "an hour and a half"), (75, "an hour and 15 minutes"), (150, "two and a half hours"),
        (45, "45 minutes"), (60, "an hour"), (180, "3 hours"), (100, "1 hour and 40 minutes"),
    ),
}  # fmt: skip


@given(language=languages, data=st.data())
def test_a_length_of_time_from_now_is_a_moment(language, data):
    minutes, said = data.draw(st.sampled_from(LENGTHS[language]))
    text = data.draw(st.sampled_from(AHEAD[language])).format(said)
    slots = read(text, language)

    assert datetime.combine(slots.date, slots.time) == NOW + timedelta(minutes=minutes), text


PEOPLE = {
    "es": (
        "somos {}",
        "mesa para {} personas",
        "{} comensales",
        "un grupo de {}",
        "seremos {} en total",
        "reserva de {} personas",
    ),
    "en": (
        "we are {} people",
        "a table for {}",
        "{} guests",
        "a group of {}",
        "party of {}",
        "there will be {} of us",
    ),
}


@given(
    language=languages,
    count=st.integers(min_value=2, max_value=499),
    noise=noises,
    words=st.booleans(),
    data=st.data(),
)
def test_a_number_of_people_up_to_the_hundreds_reads_back_through_noise(language, count, noise, words, data):
    said = in_words(count, language) if words else str(count)
    text = noise(data.draw(st.sampled_from(PEOPLE[language])).format(said))
    slots = read(text, language)

    assert (slots.party_size, slots.time, slots.date) == (count, None, None), text


@given(
    language=languages,
    first=st.integers(min_value=2, max_value=12),
    second=st.integers(min_value=2, max_value=12),
    data=st.data(),
)
def test_a_number_taken_back_gives_way_to_the_one_after_it(language, first, second, data):
    forms = {
        "es": ("para {}, no, {}", "para {}, perdón, {}", "somos {}, digo {}", "para {} personas, mejor {}"),
        "en": ("for {}, no, {}", "for {}, sorry, {}", "we're {}, I mean {}", "for {} people, actually {}"),
    }[language]
    text = data.draw(st.sampled_from(forms)).format(first, second)

    assert read(text, language).party_size == second, text


NAMES = {
    "es": (
        "Lucía Fernández", "José Antonio Ruiz", "Ana-Belén Soto", "María del Carmen Vega", "Nahuel Ibáñez", "de la Fuente",
        "García Márquez", "Íñigo Aguirre",
    ),
    "en": ("Mary O'Brien", "Jean-Luc Moreau", "Tom Ashworth", "Priya Natarajan", "Van der Meer", "McCarthy", "J. R. Hughes"),
}  # fmt: skip
ANNOUNCED = {
    "es": (
        "a nombre de {}",
        "me llamo {}",
        "mesa para 2 a nombre de {}",
        "mi nombre es {}",
        "ponla a nombre de {}, gracias",
    ),
    "en": (
        "under {}",
        "my name is {}",
        "a table for 2 under the name {}",
        "the name is {}",
        "book it under {}, thanks",
    ),
}


@given(language=languages, data=st.data())
def test_a_name_that_is_announced_comes_back_as_written(language, data):
    name = data.draw(st.sampled_from(NAMES[language]))
    text = data.draw(st.sampled_from(ANNOUNCED[language])).format(name)

    assert read(text, language).name == name, text


@given(
    name=st.sampled_from(["Lucía Fernández", "Nahuel Ibáñez", "Tom Ashworth", "Priya Natarajan", "Zoe"]),
    noise=noises,
)
def test_a_name_answered_in_any_case_gets_its_capitals(name, noise):
    answer = read(noise(name), "es", context="name").name

    assert plain(answer) == plain(name), noise(name)
