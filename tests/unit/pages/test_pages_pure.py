"""The pure parts of the guest pages:

Form tokens, hours in words, the reader's language, colours, what is asked for.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_fakes import FRIDAY, KEY, LIMITS, NOW

from backend.notifications import Voice
from backend.pages.asking import FIELDS, Asked, present, read_asked, read_wish
from backend.pages.forms import LIFETIME, sign_form, verify_form
from backend.pages.hours import special_in_words, week_in_words
from backend.pages.locales import Reader
from backend.pages.records import BookingLimits, SpecialDay, WeekHours, Wish
from backend.pages.refusing import alternatives_of, field_problems, refusal_sentence
from backend.pages.theme import restaurant_sheet, stylesheet
from backend.platform import brand
from backend.platform.refusals import FieldError, Refusal
from backend.platform.texts import catalogue

ES, EN = Voice("es-ES"), Voice("en-GB")
USUAL = Asked(FRIDAY, 2, None)

# Form tokens


def test_a_form_of_ours_is_known_again() -> None:
    token = sign_form(KEY, "g_1", "cancel", NOW)
    assert verify_form(KEY, token, "g_1", "cancel", NOW + LIFETIME)


@pytest.mark.parametrize(
    ("key", "subject", "purpose", "after"),
    [
        (b"x" * 32, "g_1", "cancel", timedelta(0)),
        (KEY, "g_2", "cancel", timedelta(0)),
        (KEY, "g_1", "change", timedelta(0)),
        (KEY, "g_1", "cancel", LIFETIME + timedelta(seconds=1)),
        (KEY, "g_1", "cancel", -timedelta(seconds=1)),
    ],
    ids=["other key", "other link", "other purpose", "too old", "from the future"],
)
def test_a_form_of_something_else_is_refused(
    key: bytes, subject: str, purpose: str, after: timedelta
) -> None:
    assert not verify_form(key, sign_form(KEY, "g_1", "cancel", NOW), subject, purpose, NOW + after)


@given(st.text())
def test_no_text_passes_for_a_form_token(text: str) -> None:
    assert not verify_form(KEY, text, "g_1", "cancel", NOW)


@pytest.mark.parametrize("stamp", ["ffffffffffffffff", "-1", "", "zz", "7fffffffffff"])
def test_an_impossible_time_in_a_token_is_refused(stamp: str) -> None:
    mac = sign_form(KEY, "g_1", "cancel", NOW).split(".")[1]
    assert not verify_form(KEY, f"{stamp}.{mac}", "g_1", "cancel", NOW)


def test_subject_and_purpose_cannot_be_shifted_into_each_other() -> None:
    assert sign_form(KEY, "ab", "c", NOW) != sign_form(KEY, "a", "bc", NOW)


# Hours

LUNCH, DINNER = (time(13), time(16)), (time(20), time(0, 30))


def test_days_in_a_row_with_the_same_hours_share_a_line() -> None:
    week = [
        WeekHours(0, ()),
        *(WeekHours(day, (LUNCH, DINNER)) for day in range(1, 6)),
        WeekHours(6, (LUNCH,)),
    ]
    assert week_in_words(week, ES) == [
        ("Lunes", "cerrado"),
        ("Martes a sábado", "de 13:00 a 16:00 y de 20:00 a 00:30"),
        ("Domingo", "de 13:00 a 16:00"),
    ]


def test_two_days_are_both_named_in_the_readers_language() -> None:
    week = [WeekHours(4, (DINNER,)), WeekHours(5, (DINNER,))]
    assert week_in_words(week, EN) == [("Friday and Saturday", "8:00 pm to 12:30 am")]


def test_equal_hours_on_days_apart_stay_apart() -> None:
    week = [WeekHours(0, (LUNCH,)), WeekHours(1, ()), WeekHours(2, (LUNCH,))]
    assert [days for days, _ in week_in_words(week, ES)] == ["Lunes", "Martes", "Miércoles"]


def test_past_special_days_are_left_out_and_the_rest_is_in_order() -> None:
    days = [
        SpecialDay(date(2027, 1, 6), ()),
        SpecialDay(date(2026, 12, 1), ()),
        SpecialDay(date(2026, 12, 31), (DINNER,)),
    ]
    assert special_in_words(days, date(2026, 12, 15), ES) == [
        ("Jueves 31 de diciembre", "de 20:00 a 00:30"),
        ("Miércoles 6 de enero de 2027", "cerrado"),
    ]


# The reader


@pytest.mark.parametrize(
    ("reader", "guest", "house", "locale"),
    [
        (Reader(), "en-US", "es-ES", "en-US"),
        (Reader(), None, "es-MX", "es-MX"),
        (Reader(None, ("fr-FR", "en-GB")), None, "es-ES", "en-GB"),
        (Reader(None, ("en-GB",)), "es-MX", "es-ES", "es-MX"),
        (Reader("en", ("es",)), "es-MX", "es-ES", "en"),
        (Reader("es"), "es-MX", "es-ES", "es-MX"),
        (Reader("en", ("fr", "en-US")), "es-MX", "es-ES", "en-US"),
        (Reader("xx", ("de",)), "zz", "qq", "es"),
        (Reader(None, ("es-" + "a" * 99, "en;q=x")), None, "es-ES", "es-ES"),
    ],
)
def test_a_page_speaks_as_its_reader_does(reader: Reader, guest: str | None, house: str, locale: str) -> None:
    assert reader.locale(guest, house) == locale


# Colours


def test_every_role_of_the_brand_is_a_variable_of_the_sheet() -> None:
    sheet = stylesheet()
    for scheme in ("light", "dark"):
        for colour in brand.tokens()[scheme].values():
            assert colour in sheet
    assert "--on-primary: #FFFFFF;" in sheet


def test_every_variable_the_rules_use_is_defined() -> None:
    sheet = stylesheet()
    used, defined = set(re.findall(r"var\((--[a-z0-9-]+)", sheet)), set(re.findall(r"(--[a-z0-9-]+):", sheet))
    assert used <= defined


@given(st.from_regex(r"#[0-9A-F]{6}", fullmatch=True))
def test_a_restaurants_sheet_sets_colours_and_nothing_else(colour: str) -> None:
    sheet = restaurant_sheet(colour)
    assert sheet.count("{") == sheet.count("}") == 4
    assert "url" not in sheet


# What is asked for


def asked(**query: str) -> Asked:
    return read_asked(query, LIMITS, USUAL, ES, date(2026, 12, 15))


def test_a_day_a_party_and_an_area_are_read() -> None:
    assert asked(party="4", date="2026-12-20", area="salon") == Asked(date(2026, 12, 20), 4, "salon", {})


def test_nothing_asked_is_the_usual_without_a_complaint() -> None:
    assert asked() == USUAL


@pytest.mark.parametrize("party", ["0", "11", "-1", "1e3", "cuatro", "٤", "9" * 50, "4.5"])
def test_an_impossible_party_is_said_beside_its_field(party: str) -> None:
    assert asked(party=party).problems == {"party": "Elige entre 1 y 10 personas."}


@pytest.mark.parametrize(
    "day", ["2026-12-14", "2027-01-15", "2026-02-30", "mañana", "9999-99-99", "2026-12-18T20:00"]
)
def test_an_impossible_day_is_said_beside_its_field(day: str) -> None:
    assert asked(date=day).problems == {
        "date": "Elige un día entre el martes 15 de diciembre y el jueves 14 de enero de 2027."
    }


def test_an_unknown_area_is_anywhere() -> None:
    assert asked(area="cocina").area is None


@pytest.mark.parametrize(
    ("form", "wish"),
    [
        ({"time": "20:30"}, Wish(FRIDAY, time(20, 30), 2, None)),
        ({"pick": "2026-12-19 21:00 salon", "time": "20:30"}, Wish(date(2026, 12, 19), time(21), 2, "salon")),
        ({"pick": "2026-12-19 21:00"}, Wish(date(2026, 12, 19), time(21), 2, None)),
        ({"pick": "2026-12-19 luego"}, None),
        ({"pick": "nada"}, None),
        ({"time": "25:00"}, None),
        ({"time": "20:30+02:00"}, Wish(FRIDAY, time(20, 30), 2, None)),
        ({}, None),
    ],
)
def test_a_wish_is_a_radio_button_or_an_alternatives_button(form: dict[str, str], wish: Wish | None) -> None:
    assert read_wish(form, USUAL) == wish


def test_large_parties_are_typed_not_scrolled_to() -> None:
    wide = BookingLimits(1, 80, LIMITS.first_day, LIMITS.last_day)
    assert present(USUAL, wide, ES, FRIDAY).parties == []


# Refusals


def test_a_refusal_is_said_with_its_numbers() -> None:
    refusal = Refusal("slot_unavailable", params={"partySize": 4})
    assert refusal_sentence(refusal, ES) == "A esa hora ya no queda mesa para 4."


def test_a_field_of_the_use_case_is_marked_where_it_was_typed() -> None:
    refusal = Refusal("invalid_request", fields=[FieldError("guest.phone", "not_a_phone", {})])
    assert list(field_problems(refusal, EN)) == ["phone"]


@pytest.mark.parametrize(
    ("code", "name"), [("privacy_not_accepted", "privacy"), ("phone_verification_required", "phone")]
)
def test_a_refusal_about_a_field_is_marked_there(code: str, name: str) -> None:
    assert list(field_problems(Refusal(code), ES)) == [name]


def test_alternatives_come_as_values_or_as_texts() -> None:
    refusal = Refusal(
        "slot_unavailable",
        alternatives=[
            {"date": "2026-12-18", "time": "21:30", "area": "salon"},
            {"date": FRIDAY, "time": time(22)},
        ],
    )
    assert [(each.time, each.area) for each in alternatives_of(refusal)] == [
        (time(21, 30), "salon"),
        (time(22), None),
    ]


# Texts


def test_both_languages_have_the_same_page_texts() -> None:
    spanish = {key.removesuffix(".usted") for key in catalogue("es") if key.startswith("page.")}
    assert spanish == {key for key in catalogue("en") if key.startswith("page.")}


def test_every_field_of_the_form_has_a_label() -> None:
    assert [name for name in FIELDS if f"page.field.{name}" not in catalogue("es")] == []
