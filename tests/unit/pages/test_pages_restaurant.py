"""A restaurant's public pages: its face, booking without JavaScript, privacy, the front page, errors."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_fakes import FRIDAY, RESTAURANT, TOKEN, FakePages, house
from werkzeug.test import TestResponse

from backend.pages import Landing, landing_blueprint, render_error_page
from backend.pages.records import Contact, Wish
from backend.platform.refusals import FieldError, Refusal

BOOK = "/r/la-marea/book"
DAY = f"{BOOK}?party=2&date=2026-12-18"
GUEST = {"name": "Lucía Pérez", "email": "lucia@example.com", "phone": "", "notes": "", "privacy": "yes"}


def visit(path: str, pages: FakePages | None = None, language: str = "es") -> TestResponse:
    return house(pages or FakePages()).test_client().get(path, headers={"Accept-Language": language})


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def send(client: FlaskClient, path: str = DAY, **fields: str) -> TestResponse:
    hidden = form_of(client.get(path).text)
    return client.post(BOOK, data={**hidden, "time": "20:30", **GUEST, **fields})


# The face


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "es",
            ["Arroces y pescado", "Martes a jueves", "de 20:00 a 23:30", "cerrado", "Jueves 24 de diciembre"],
        ),
        (
            "en",
            ["Rice and fish", "Tuesday to Thursday", "8:00 pm to 11:30 pm", "closed", "Thursday 24 December"],
        ),
    ],
)
def test_a_restaurant_introduces_itself_in_the_readers_language(language: str, words: list[str]) -> None:
    page = visit("/r/la-marea", language=language).text
    assert [word for word in words if word not in page] == []


def test_the_chat_is_on_the_page_with_the_restaurants_key() -> None:
    page = visit("/r/la-marea")
    assert (
        '<saveit-chat restaurant="la-marea" restaurant-name="La Marea" api-key="pk_demo" lang="es">'
        in page.text
    )
    assert '<script async type="module" src="/widget/v1/saveit-chat.js">' in page.text
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]


def test_the_form_books_without_any_script() -> None:
    assert f'action="{BOOK}#times" method="get"' in visit("/r/la-marea").text


def test_an_own_colour_comes_as_a_style_sheet_of_its_own() -> None:
    pages = FakePages(restaurant_facts=replace(RESTAURANT, primary_colour="#7a1fa2"))
    client = house(pages).test_client()
    assert 'href="/pages/colour/7A1FA2.css"' in client.get("/r/la-marea").text
    sheet = client.get("/pages/colour/7A1FA2.css")
    assert (sheet.mimetype, "--primary: #7A1FA2;" in sheet.text) == ("text/css", True)


@pytest.mark.parametrize("colour", ["red", "1E6B5", "1E6B52;}", "..%2F..%2Fetc"])
def test_what_is_no_colour_has_no_style_sheet(colour: str) -> None:
    assert visit(f"/pages/colour/{colour}.css").status_code == 404


def test_the_style_sheet_of_a_page_may_be_kept_for_ever() -> None:
    client = house(FakePages()).test_client()
    address = re.search(r'href="(/pages/saveit\.css\?v=\w+)"', client.get("/privacy").text)
    assert address is not None
    assert "immutable" in client.get(address[1]).headers["Cache-Control"]
    assert client.get("/pages/saveit.css?v=other").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("website", ["javascript:alert(1)", "data:text/html,x", ""])
def test_a_website_that_is_no_web_address_is_left_out(website: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = FakePages()
    face = pages.restaurant
    monkeypatch.setattr(
        pages, "restaurant", lambda slug, reader: replace(face(slug, reader), website=website)
    )
    assert "Sitio web" not in visit("/r/la-marea", pages).text


def test_a_restaurant_without_a_key_has_no_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = FakePages()
    face = pages.restaurant
    monkeypatch.setattr(
        pages, "restaurant", lambda slug, reader: replace(face(slug, reader), publishable_key="")
    )
    assert "saveit-chat" not in visit("/r/la-marea", pages).text


@pytest.mark.parametrize("path", ["/r/nowhere", "/r/nowhere/book", "/r/nowhere/privacy"])
def test_an_unknown_restaurant_is_a_page_that_says_so(path: str) -> None:
    answer = visit(path, language="en")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


# Booking


def test_without_a_day_only_the_day_and_the_party_are_asked() -> None:
    page = visit(BOOK).text
    assert 'name="date"' in page
    assert 'name="time"' not in page


def test_a_day_shows_its_times_and_asks_who_books() -> None:
    page = visit(DAY).text
    assert page.count('name="time"') == 10
    for name in ("name", "email", "phone", "notes", "privacy"):
        assert f'name="{name}"' in page


def test_neighbouring_days_are_one_press_away_within_the_window() -> None:
    assert "date=2026-12-17" in visit(DAY).text
    first = visit(f"{BOOK}?party=2&date=2026-12-15").text
    assert "date=2026-12-14" not in first
    assert "date=2026-12-16" in first


def test_a_filled_form_is_a_booking_and_leads_to_its_page() -> None:
    pages = FakePages()
    answer = send(house(pages).test_client(), notes="Una trona\r\npor favor")
    assert (answer.status_code, answer.location) == (303, f"/g/{TOKEN}?done=booked")
    [(wish, contact, locale, key)] = pages.booked
    assert wish == Wish(FRIDAY, time(20, 30), 2, None)
    assert contact == Contact("Lucía Pérez", "lucia@example.com", None, "Una trona\npor favor", True)
    assert (locale, len(key)) == ("es-ES", 32)


def test_two_presses_of_one_form_are_one_wish() -> None:
    pages = FakePages()
    client = house(pages).test_client()
    data = {**form_of(client.get(DAY).text), "time": "20:30", **GUEST}
    client.post(BOOK, data=data)
    client.post(BOOK, data=data)
    assert len({key for *_, key in pages.booked}) == 1


def test_each_opened_form_is_a_wish_of_its_own() -> None:
    client = house(FakePages()).test_client()
    assert form_of(client.get(DAY).text)["key"] != form_of(client.get(DAY).text)["key"]


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({"time": ""}, "time", "Elige una hora."),
        ({"name": "  "}, "name", "Escribe un nombre para la reserva."),
        ({"name": "a" * 81}, "name", "Como máximo 80 caracteres."),
        ({"email": "lucia"}, "email", "Escribe un correo como nombre@ejemplo.com."),
        ({"email": "a@b@c.es"}, "email", "Escribe un correo como nombre@ejemplo.com."),
        ({"email": "", "phone": ""}, "email", "Deja un correo o un teléfono para poder avisarte."),
        ({"privacy": ""}, "privacy", "Para guardar la reserva hace falta tu acuerdo."),
        ({"notes": "a" * 501}, "notes", "Como máximo 500 caracteres."),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_booked(
    fields: dict[str, str], name: str, sentence: str
) -> None:
    pages = FakePages()
    answer = send(house(pages).test_client(), **fields)
    assert (answer.status_code, pages.booked) == (422, [])
    assert f'<p class="problem" id="{name}-problem">{sentence}</p>' in answer.text
    assert f'<a href="#{name}">' in answer.text


def test_what_was_typed_is_kept_when_something_is_missing() -> None:
    page = send(house(FakePages()).test_client(), privacy="", notes='<b>"hola"</b>').text
    assert 'value="Lucía Pérez"' in page
    assert 'value="20:30" required checked' in page
    assert "&lt;b&gt;&#34;hola&#34;&lt;/b&gt;" in page


def test_a_phone_alone_is_enough() -> None:
    pages = FakePages()
    send(house(pages).test_client(), email="", phone="600 111 222")
    assert [contact.phone for _, contact, _, _ in pages.booked] == ["600 111 222"]


def test_a_refused_booking_keeps_what_was_typed_and_offers_what_is_free() -> None:
    pages = FakePages(
        refuse=Refusal(
            "slot_unavailable",
            params={"partySize": 2},
            alternatives=[{"date": "2026-12-19", "time": "20:00"}],
        )
    )
    client = house(pages).test_client()
    answer = send(client)
    assert answer.status_code == 409
    assert 'form="choose" name="pick" value="2026-12-19 20:00"' in answer.text
    assert 'value="lucia@example.com"' in answer.text


def test_what_is_sent_after_a_refusal_is_another_wish() -> None:
    pages = FakePages(refuse=Refusal("slot_unavailable", params={"partySize": 2}))
    client = house(pages).test_client()
    before = form_of(client.get(DAY).text)
    again = form_of(client.post(BOOK, data={**before, "time": "20:30", **GUEST}).text)
    assert again["key"] != before["key"]
    pages.refuse = None
    answer = client.post(BOOK, data={**again, **GUEST, "pick": "2026-12-19 20:00"})
    assert answer.status_code == 303
    assert pages.booked[0][0] == Wish(date(2026, 12, 19), time(20), 2, None)


def test_a_value_the_use_case_refuses_is_marked_where_it_was_typed() -> None:
    pages = FakePages(
        refuse=Refusal("invalid_request", fields=[FieldError("guest.phone", "not_a_phone", {})])
    )
    answer = send(house(pages).test_client(), phone="12")
    assert answer.status_code == 422
    assert 'id="phone-problem"' in answer.text


def test_too_many_bookings_in_a_row_say_when_to_come_back() -> None:
    pages = FakePages(refuse=Refusal("rate_limited", params={"seconds": 20}, headers={"Retry-After": "20"}))
    answer = send(house(pages).test_client())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "20")
    assert 'value="Lucía Pérez"' in answer.text


def test_a_full_day_links_to_free_ones_before_anything_is_typed() -> None:
    page = visit(DAY, FakePages(full=(FRIDAY,))).text
    assert f'href="{BOOK}?party=2&amp;date=2026-12-19&amp;time=20%3A00#times"' in page
    assert 'name="email"' not in page


def test_a_form_from_elsewhere_books_nothing() -> None:
    pages = FakePages()
    answer = (
        house(pages).test_client().post(BOOK, data={"time": "20:30", "key": "0" * 32, "form": "1.x", **GUEST})
    )
    assert (answer.status_code, pages.booked) == (403, [])
    assert 'value="Lucía Pérez"' in answer.text


def test_a_form_of_one_wish_does_not_serve_for_another() -> None:
    pages = FakePages()
    client = house(pages).test_client()
    hidden = form_of(client.get(DAY).text) | {"key": "0" * 32}
    client.post(BOOK, data={**hidden, "time": "20:30", **GUEST})
    assert pages.booked == []


@pytest.mark.parametrize("query", ["party=0&date=2026-12-18", "party=2&date=1999-01-01", "party=x&date=y"])
def test_an_impossible_question_is_said_and_not_looked_up(query: str) -> None:
    page = visit(f"{BOOK}?{query}").text
    assert 'class="problem"' in page
    assert 'name="time"' not in page


# Privacy, front page, errors


def test_privacy_names_who_answers_for_the_data() -> None:
    page = visit("/r/la-marea/privacy").text
    assert "La Marea es responsable" in page
    assert "24 meses" in page
    assert "hola@lamarea.example" in page


def test_privacy_in_general_promises_no_restaurants_period() -> None:
    page = visit("/privacy", language="en").text
    assert "As long as the restaurant sets" in page


def test_the_front_page_leads_everywhere_there_is() -> None:
    app = Flask("front")
    landing = Landing("La Marea", "/r/la-marea", "/g/g_1", None, "/docs", "/readyz", "scripts/host --enrol 1")
    app.register_blueprint(landing_blueprint(lambda: landing))
    page = app.test_client().get("/", headers={"Accept-Language": "en"}).text
    assert re.findall(r'<h2>.*?href="([^"]+)"', page) == ["/r/la-marea", "/g/g_1", "/docs", "/readyz"]
    assert "scripts/host --enrol 1" in page
    assert "Mailbox" not in page


@pytest.mark.parametrize(
    "code", ["not_found", "gone", "rate_limited", "unavailable", "internal_error", "odd"]
)
@pytest.mark.parametrize("locale", ["es", "en"])
def test_every_error_has_a_page_with_a_way_back(code: str, locale: str) -> None:
    page = render_error_page(code, locale)
    assert f'<html lang="{locale}">' in page
    assert 'href="/"' in page
