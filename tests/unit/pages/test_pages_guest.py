"""A guest's own pages: what each state shows, changing, cancelling, and what a link alone may not do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from icalendar import Calendar
from page_fakes import FRIDAY, KEY, NOW, RESTAURANT, TOKEN, FakePages, StoppedClock, at, facts, house
from werkzeug.test import TestResponse

from backend.pages import guest_blueprint
from backend.pages.forms import LIFETIME, sign_form
from backend.pages.records import GuestBooking, Wish
from backend.platform.refusals import Refusal

BASE = f"/g/{TOKEN}"
TWO_ALTERNATIVES = [
    {"date": "2026-12-18", "time": "21:30", "area": "terraza"},
    {"date": "2026-12-19", "time": "20:00"},
]


def visit(pages: FakePages, path: str = BASE, **headers: str) -> TestResponse:
    return house(pages).test_client().get(path, headers=headers)


def booking(**changes: object) -> FakePages:
    open_still = changes.get("status", "confirmed") in ("pending", "confirmed")
    return FakePages(GuestBooking(facts(**changes), "es", open_still, open_still))


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def send_change(client: FlaskClient, path: str = f"{BASE}/change", **fields: str) -> TestResponse:
    hidden = form_of(client.get(path).text)
    return client.post(f"{BASE}/change", data={**hidden, **fields})


# The booking


def test_a_confirmed_booking_shows_its_code_and_what_can_be_done() -> None:
    page = visit(booking()).text
    assert f'src="{BASE}/qr.png"' in page
    assert "4 personas, viernes 18 de diciembre a las 20:00" in page
    for link in (f"{BASE}/change", f"{BASE}/cancel", f"{BASE}/calendar.ics", "tel:+34960000000"):
        assert f'href="{link}"' in page


@pytest.mark.parametrize(
    ("status", "word", "sentence"),
    [
        ("pending", "Falta un paso", "tiene que confirmarla"),
        ("cancelled", "Cancelada", "queda cancelada"),
        ("seated", "En la mesa", "Que lo disfrutes."),
        ("completed", "Terminada", "Gracias por venir."),
        ("no_show", "Sin llegada", "no tenemos apuntada tu llegada"),
        ("expired", "Vencida", "ya no está guardada"),
    ],
)
def test_each_state_is_said_in_words_and_shows_no_code(status: str, word: str, sentence: str) -> None:
    page = visit(booking(status=status)).text
    assert word in page
    assert sentence in page
    assert "qr.png" not in page


def test_who_waits_for_the_rest_of_the_party_still_has_the_code() -> None:
    page = visit(booking(status="checked_in")).text
    assert "Has llegado" in page
    assert "qr.png" in page


def test_a_booking_that_is_over_leads_to_the_next_one() -> None:
    page = visit(booking(status="completed")).text
    assert 'href="/r/la-marea"' in page
    assert f"{BASE}/change" not in page


def test_the_page_says_what_was_just_done() -> None:
    assert "Reserva cambiada." in visit(booking(), f"{BASE}?done=changed").text


@pytest.mark.parametrize("done", ["cancelled", "nonsense", ""])
def test_the_page_says_nothing_was_done_that_is_not_so(done: str) -> None:
    page = visit(booking(), f"{BASE}?done={done}").text
    assert 'role="status"' not in page


def test_what_a_guest_typed_is_shown_and_not_run() -> None:
    page = visit(booking(notes="<script>alert(1)</script>")).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_house_that_says_usted_says_it_on_the_page() -> None:
    page = visit(booking(restaurant=replace(RESTAURANT, formality="usted"))).text
    assert "Su mesa en La Marea" in page
    assert "Enseñe este código" in page


def test_a_table_after_midnight_says_whose_night_it_is() -> None:
    start = at(date(2026, 12, 19), 0, 30)
    page = visit(booking(starts_at=start, ends_at=start + timedelta(hours=1))).text
    assert "sábado 19 de diciembre a las 00:30 (noche del viernes)" in page


# Language


def test_a_guest_reads_their_own_language_whatever_the_browser_says() -> None:
    pages = booking()
    pages.guest_locale = "en-GB"
    assert "Your table at La Marea" in visit(pages, **{"Accept-Language": "es"}).text


def test_a_guest_without_a_language_reads_the_browsers() -> None:
    page = visit(booking(), **{"Accept-Language": "fr, en;q=0.8"}).text
    assert '<html lang="en">' in page


def test_the_other_language_is_remembered_and_leads_back_to_the_same_page() -> None:
    client = house(booking()).test_client()
    answer = client.get(f"{BASE}/change?party=4&lang=en")
    assert (answer.status_code, answer.location) == (303, f"{BASE}/change?party=4")
    assert "Change the booking" in client.get(answer.location).text


# What a link is worth


@pytest.mark.parametrize("path", ["", "/change", "/cancel", "/calendar.ics", "/qr.png"])
@pytest.mark.parametrize(("token", "status"), [("g_nobody", 404), ("g_old", 410)])
def test_a_link_that_is_none_leads_to_a_page_that_says_so(path: str, token: str, status: int) -> None:
    answer = visit(booking(), f"/g/{token}{path}")
    assert answer.status_code == status
    assert "<h1>" in answer.text


@pytest.mark.parametrize("path", ["", "/change", "/cancel", "/calendar.ics", "/qr.png"])
def test_a_guests_pages_are_kept_nowhere_and_tell_nobody_their_address(path: str) -> None:
    headers = visit(booking(), BASE + path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]


def test_nothing_runs_on_a_guests_page_and_nobody_frames_it() -> None:
    policy = visit(booking()).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_limit_is_said_on_a_page() -> None:
    def too_many(request: Request) -> None:
        raise Refusal("rate_limited", headers={"Retry-After": "20"})

    app = Flask("limited")
    app.register_blueprint(guest_blueprint(booking(), KEY, StoppedClock(), too_many))
    answer = app.test_client().get(BASE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "20")
    assert "Un momento" in answer.text


# The code and the calendar


def test_the_code_is_a_picture() -> None:
    answer = visit(booking(), f"{BASE}/qr.png")
    assert (answer.mimetype, answer.data[:4]) == ("image/png", b"\x89PNG")


def test_without_a_code_there_is_no_picture() -> None:
    assert visit(booking(qr_png=None), f"{BASE}/qr.png").status_code == 404


@pytest.mark.parametrize(
    ("status", "method", "state"),
    [
        ("confirmed", "PUBLISH", "CONFIRMED"),
        ("pending", "PUBLISH", "TENTATIVE"),
        ("cancelled", "CANCEL", "CANCELLED"),
    ],
)
def test_the_calendar_file_follows_the_booking(status: str, method: str, state: str) -> None:
    answer = visit(booking(status=status), f"{BASE}/calendar.ics")
    calendar = Calendar.from_ical(answer.data)
    assert answer.mimetype == "text/calendar"
    assert 'filename="reserva-K7M2QX.ics"' in answer.headers["Content-Disposition"]
    assert (calendar["method"], calendar.events[0]["status"]) == (method, state)
    assert calendar.events[0]["sequence"] == 3


# Changing


def test_the_change_form_starts_from_the_booking_as_it_is() -> None:
    page = visit(booking(), f"{BASE}/change").text
    assert '<option value="4" selected>' in page
    assert 'value="2026-12-18"' in page
    assert '<option value="terraza" selected>' in page
    assert 'value="20:00" required checked' in page


def test_another_day_shows_that_days_times_with_nothing_chosen() -> None:
    page = visit(booking(), f"{BASE}/change?date=2026-12-19&party=6&area=").text
    assert "6 personas, sábado 19 de diciembre" in page
    assert "checked" not in page


def test_a_time_after_midnight_carries_its_weekday() -> None:
    assert "00:15 del sábado" in visit(booking(), f"{BASE}/change").text


def test_a_chosen_time_is_the_new_booking() -> None:
    pages = booking()
    client = house(pages).test_client()
    answer = send_change(client, f"{BASE}/change?date=2026-12-19&party=6&area=salon", time="21:30")
    assert (answer.status_code, answer.location) == (303, f"{BASE}?done=changed")
    assert pages.changes == [(Wish(date(2026, 12, 19), time(21, 30), 6, "salon"), 3)]


def test_a_day_that_is_full_says_why_and_links_to_free_ones() -> None:
    pages = booking()
    pages.full = (FRIDAY,)
    page = visit(pages, f"{BASE}/change").text
    assert "A esa hora ya no queda mesa para 4." in page
    assert f'href="{BASE}/change?party=4&amp;date=2026-12-18&amp;area=salon&amp;time=21%3A30#times"' in page
    assert "21:30, Salón" in page


def test_a_link_to_an_alternative_has_it_chosen() -> None:
    page = visit(booking(), f"{BASE}/change?party=4&date=2026-12-19&time=20:00").text
    assert 'value="20:00" required checked' in page


def test_a_refused_change_offers_what_is_free_as_buttons() -> None:
    pages = booking()
    pages.refuse = Refusal("slot_unavailable", params={"partySize": 4}, alternatives=TWO_ALTERNATIVES)
    answer = send_change(house(pages).test_client(), time="20:30")
    assert answer.status_code == 409
    assert "A esa hora ya no queda mesa para 4." in answer.text
    assert 'form="choose" name="pick" value="2026-12-18 21:30 terraza"' in answer.text
    assert "sábado 19 de diciembre, 20:00" in answer.text


def test_an_alternatives_button_is_the_new_booking() -> None:
    pages = booking()
    send_change(house(pages).test_client(), pick="2026-12-19 20:00 salon", time="20:30")
    assert pages.changes == [(Wish(date(2026, 12, 19), time(20), 4, "salon"), 3)]


def test_no_time_chosen_is_said_and_changes_nothing() -> None:
    pages = booking()
    answer = send_change(house(pages).test_client())
    assert (answer.status_code, pages.changes) == (422, [])
    assert "Elige una hora." in answer.text


def test_a_booking_changed_meanwhile_is_shown_as_it_is_now() -> None:
    pages = booking()
    pages.refuse = Refusal("version_conflict", params={"version": 4})
    answer = send_change(house(pages).test_client(), time="20:30")
    assert answer.status_code == 412
    assert "La reserva cambió mientras tanto." in answer.text


@pytest.mark.parametrize("path", ["/change", "/cancel"])
def test_what_may_no_longer_be_done_leads_back_to_the_booking(path: str) -> None:
    pages = FakePages(GuestBooking(facts(), "es", False, False))
    answer = visit(pages, BASE + path)
    assert (answer.status_code, answer.location) == (303, BASE)


# Cancelling


def test_cancelling_says_first_that_it_is_free() -> None:
    page = visit(booking(), f"{BASE}/cancel").text
    assert "Cancelar ahora no cuesta nada." in page


def test_cancelling_late_says_first_what_it_costs() -> None:
    page = visit(booking(written_at=at(FRIDAY, 12)), f"{BASE}/cancel").text
    assert (
        "Cancelar ahora cuesta 25,00\xa0€: el plazo sin cargo terminó el jueves 17 de diciembre a las 20:00."
        in page
    )


def test_giving_back_what_was_never_confirmed_is_free_however_late() -> None:
    page = visit(booking(status="pending", written_at=at(FRIDAY, 12)), f"{BASE}/cancel").text
    assert "Cancelar ahora no cuesta nada." in page


def test_looking_at_the_cancel_page_cancels_nothing() -> None:
    pages = booking()
    visit(pages, f"{BASE}/cancel")
    assert pages.cancelled == 0


def test_a_confirmed_cancellation_is_done_and_said() -> None:
    pages = booking()
    client = house(pages).test_client()
    answer = client.post(
        f"{BASE}/cancel", data=form_of(client.get(f"{BASE}/cancel").text), follow_redirects=True
    )
    assert pages.cancelled == 1
    assert "Hemos cancelado la reserva." in answer.text
    assert "queda cancelada" in answer.text


def test_a_second_press_finds_it_cancelled_and_does_nothing() -> None:
    pages = booking()
    client = house(pages).test_client()
    form = form_of(client.get(f"{BASE}/cancel").text)
    client.post(f"{BASE}/cancel", data=form)
    answer = client.post(f"{BASE}/cancel", data=form)
    assert (answer.status_code, pages.cancelled) == (303, 1)


def test_a_late_cancellation_says_what_it_cost() -> None:
    pages = booking(
        status="cancelled", cancelled_by="guest", late_cancellation=True, penalty_charged=Decimal(25)
    )
    assert "El cargo es de 25,00\xa0€." in visit(pages).text


# Forms that are not ours


@pytest.mark.parametrize(
    "form",
    [
        "",
        "1.x",
        sign_form(KEY, "g_other", "cancel", NOW),
        sign_form(KEY, TOKEN, "change", NOW),
        sign_form(KEY, TOKEN, "cancel", NOW - LIFETIME * 2),
        sign_form(b"other" * 8, TOKEN, "cancel", NOW),
    ],
)
def test_a_cancellation_from_elsewhere_is_asked_again_and_not_done(form: str) -> None:
    pages = booking()
    answer = house(pages).test_client().post(f"{BASE}/cancel", data={"form": form})
    assert (answer.status_code, pages.cancelled) == (403, 0)
    assert "Pulsa otra vez" in answer.text


def test_a_change_from_elsewhere_is_asked_again_with_what_was_chosen() -> None:
    pages = booking()
    answer = house(pages).test_client().post(f"{BASE}/change", data={"time": "21:00", "date": "2026-12-19"})
    assert (answer.status_code, pages.changes) == (403, [])
    assert 'value="21:00" required checked' in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"time": "20:30", "version": "x"},
        {"time": "\x00", "party": "10000"},
        {"pick": "💥 " * 400},
        {"time": "20:30", "date": "-1"},
        {"time": "a" * 10_000},
    ],
)
def test_nonsense_in_a_form_is_answered_with_a_page(fields: dict[str, str]) -> None:
    answer = send_change(house(booking()).test_client(), **fields)
    assert answer.status_code in (303, 422)
