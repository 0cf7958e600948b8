"""The widget's calendar in a real browser: what is asked, what is shown, what is kept, and what happens on bad days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browser import page_errors
from playwright.sync_api import Page, expect
from widget_form import FormOnPage
from widget_house_stand_in import PROFILE, RESTAURANT_ID, TODAY, refusal
from widget_page import WidgetOnPage, stop_clock
from widget_stand_in import ChatStandIn

pytestmark = pytest.mark.slow

FRIDAY = "viernes 18 de diciembre, hay mesa"
TAKEN = refusal(
    409,
    "slot_unavailable",
    "A las 20:30 ya no queda mesa para 2.",
    alternatives=[
        {"date": "2026-12-18", "time": "21:00"},
        {"date": "2026-12-19", "time": "20:30", "area": "terraza"},
    ],
)


def second_by_second(page: Page, is_so: Callable[[], bool]) -> None:
    """Lets the page's time go on until it is so, for at most half a minute."""
    for _ in range(30):
        if is_so():
            return
        page.clock.run_for(1000)
    raise AssertionError("it did not come to be so")


@pytest.fixture
def form(page: Page, widget: WidgetOnPage) -> FormOnPage:
    widget.opened_on(page)
    return FormOnPage(widget)


def test_a_booking_by_calendar_ends_with_a_card_and_breaks_no_rule_of_a_strict_page(
    page: Page, form: FormOnPage, chat: ChatStandIn
) -> None:
    form.to_details()
    form.fill()
    form.submit.click()

    expect(page.get_by_role("img", name="Código QR de la reserva K7QF2M")).to_be_visible()
    expect(form.heading).to_contain_text("¡Listo!")
    shown = form.node.inner_text()
    for line in (
        "Casa Lucía",
        "viernes 18 de diciembre",
        "20:30 · 2 personas",
        "Lucía García",
        "Cómo llegar",
    ):
        assert line.lower() in shown.lower()
    assert page_errors(page) == []


def test_what_is_booked_is_what_was_chosen_and_holds_the_kept_table(
    form: FormOnPage, chat: ChatStandIn
) -> None:
    form.choose()
    form.button("Una persona más").click()
    form.node.get_by_label("Zona").select_option("Terraza")
    chat.house.wait_for("/calendar", 3)
    form.day(FRIDAY).click()
    form.button("20:30").click()
    form.fill()
    form.node.get_by_label("Algo que debamos saber").fill("Una trona")
    form.submit.click()
    expect(form.heading).to_contain_text("¡Listo!")

    [asked] = chat.house.of("/reservations")
    [held] = chat.house.of("/holds")
    assert held.body == {
        "restaurantId": RESTAURANT_ID, "date": "2026-12-18", "time": "20:30", "partySize": 3, "area": "terraza"
    }  # fmt: skip
    assert asked.body == {
        **held.body,
        "guest": {"name": "Lucía García", "phone": "600 111 222", "locale": "es"},
        "notes": "Una trona",
        "privacyAccepted": True,
        "channel": "web",
        "holdId": asked.body["holdId"],
    }
    assert len(asked.headers["idempotency-key"]) == 36


def test_the_page_hears_of_a_booking_by_calendar_and_the_chat_keeps_its_card(
    form: FormOnPage, chat: ChatStandIn
) -> None:
    form.to_details()
    form.fill()
    form.submit.click()
    expect(form.heading).to_contain_text("¡Listo!")

    [booked] = form.widget.heard("saveit-booked")
    assert (booked["code"], booked["reservation"]["date"]) == ("K7QF2M", "2026-12-18")
    form.page.get_by_role("tab", name="Chat").click()
    expect(form.widget.log).to_contain_text("K7QF2M")


def test_the_calendar_is_drawn_before_the_server_has_said_anything(page: Page, widget: WidgetOnPage) -> None:
    page.clock.install(time=f"{TODAY.isoformat()}T12:00:00+01:00")
    page.route("**/profile", lambda route: None)  # never answered
    widget.opened_on(page)
    form = FormOnPage(widget)

    form.tab.click()

    expect(form.day("viernes 18 de diciembre, comprobando")).to_be_visible()


def test_each_day_says_whether_there_is_a_table(form: FormOnPage) -> None:
    form.choose()

    for name in (FRIDAY, "viernes 25 de diciembre, completo", "lunes 21 de diciembre, cerrado"):
        expect(form.day(name)).to_be_visible()
    expect(form.day("lunes 21 de diciembre, cerrado")).to_have_attribute("aria-disabled", "true")


def test_a_closed_day_does_nothing_and_a_full_one_offers_what_is_free_nearby(
    form: FormOnPage, chat: ChatStandIn
) -> None:
    form.choose()
    form.day("lunes 21 de diciembre, cerrado").click(force=True)  # it says that it is of no use
    expect(form.heading).to_have_text("Personas y día")

    form.day("viernes 25 de diciembre, completo").click()

    expect(form.alert).to_contain_text("Ese día ya está completo.")
    form.button("sáb 26 dic · 20:30 · Terraza").click()
    expect(form.heading).to_have_text("¿A nombre de quién?")
    [held] = chat.house.of("/holds")
    assert (held.body["date"], held.body["time"], held.body["area"]) == ("2026-12-26", "20:30", "terraza")


def test_another_month_is_asked_for_and_the_last_one_is_the_end(form: FormOnPage, chat: ChatStandIn) -> None:
    form.choose()
    form.button("Mes siguiente").click()
    expect(form.grid).to_have_accessible_name("enero de 2027")
    expect(form.day("sábado 30 de enero de 2027, hay mesa")).to_be_visible()

    form.button("Mes siguiente").click(force=True)

    expect(form.grid).to_have_accessible_name("enero de 2027")
    assert [asked.query["month"] for asked in chat.house.of("/calendar")] == ["2026-12", "2027-01"]


def test_a_party_stays_within_what_is_taken_online_and_beyond_it_there_is_the_telephone(
    form: FormOnPage,
) -> None:
    form.choose()
    for _ in range(9):
        form.button("Una persona más").click(force=True)

    expect(form.page.locator("saveit-chat .count")).to_have_text("8 personas")
    expect(form.node.get_by_role("link", name="+34 912 345 678")).to_have_attribute(
        "href", "tel:+34912345678"
    )


def test_what_is_lacking_is_said_at_its_field_and_the_first_one_gets_the_focus(
    form: FormOnPage, chat: ChatStandIn
) -> None:
    form.to_details()
    form.field("email").fill("lucia@")

    form.submit.click()

    expect(form.field("name")).to_be_focused()
    expect(form.field("name")).to_have_accessible_description("Falta el nombre de la reserva.")
    expect(form.field("email")).to_have_accessible_description(
        "El correo tiene que ser como nombre@ejemplo.com."
    )
    expect(form.consent).to_have_accessible_description("Sin este acuerdo no se puede guardar la reserva.")
    assert chat.house.of("/reservations") == []
    form.field("name").fill("L")
    expect(form.field("name")).not_to_have_attribute("aria-invalid", "")


def test_what_the_server_objects_to_is_said_at_its_field(form: FormOnPage, chat: ChatStandIn) -> None:
    errors = [{"field": "guest.phone", "code": "not_a_phone", "message": "No parece un teléfono."}]
    chat.house.plan("/reservations", *refusal(422, "invalid_request", "Hay que corregir algo", errors=errors))
    form.to_details()
    form.fill(phone="123")

    form.submit.click()

    expect(form.field("phone")).to_be_focused()
    expect(form.node).to_contain_text("No parece un teléfono.")
    form.field("phone").fill("600 111 222")
    form.submit.click()
    expect(form.heading).to_contain_text("¡Listo!")
    keys = [asked.headers["idempotency-key"] for asked in chat.house.of("/reservations")]
    assert len(set(keys)) == 2


def test_a_rule_is_told_in_the_servers_words_with_other_times_to_tap_and_what_was_typed_is_kept(
    form: FormOnPage, chat: ChatStandIn
) -> None:
    chat.house.plan("/reservations", *TAKEN)
    form.to_details()
    form.fill()
    form.submit.click()
    expect(form.alert).to_contain_text("A las 20:30 ya no queda mesa para 2.")

    form.button("vie 18 dic · 21:00").click()

    chat.house.wait_for("/holds", 2)
    expect(form.node).to_contain_text("21:00 · 2 personas")
    expect(form.field("name")).to_have_value("Lucía García")
    form.submit.click()
    expect(form.heading).to_contain_text("¡Listo!")
    assert [asked.body["time"] for asked in chat.house.of("/reservations")] == ["20:30", "21:00"]


def test_a_time_that_went_meanwhile_is_told_where_it_was_tapped(form: FormOnPage, chat: ChatStandIn) -> None:
    chat.house.plan("/holds", *TAKEN)
    form.choose()
    form.day(FRIDAY).click()

    form.button("20:30").click()

    expect(form.alert).to_contain_text("A las 20:30 ya no queda mesa para 2.")
    expect(form.button("vie 18 dic · 21:00")).to_be_visible()


def test_a_lost_answer_is_asked_for_again_under_the_same_key(form: FormOnPage, chat: ChatStandIn) -> None:
    chat.house.plan("/reservations", *refusal(503, "unavailable", "Un momento"), times=2)
    form.to_details()
    form.fill()

    form.submit.click()

    expect(form.heading).to_contain_text("¡Listo!")
    keys = {asked.headers["idempotency-key"] for asked in chat.house.of("/reservations")}
    assert (len(chat.house.of("/reservations")), len(keys)) == (3, 1)


def test_two_presses_book_once(form: FormOnPage, chat: ChatStandIn) -> None:
    form.to_details()
    form.fill()

    form.submit.dblclick()

    expect(form.heading).to_contain_text("¡Listo!")
    assert len(chat.house.of("/reservations")) == 1


def test_the_time_left_is_shown_and_said_when_it_is_nearly_over(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    stop_clock(page)
    widget.opened_on(page)
    form = FormOnPage(widget).to_details()
    expect(form.kept).to_contain_text("Mesa guardada durante 5:00")

    page.clock.run_for(90_000)
    expect(form.kept).to_contain_text("Mesa guardada durante 3:30")
    page.clock.run_for(155_000)

    expect(form.node.get_by_role("status")).to_have_text(
        "Queda menos de un minuto para completar la reserva."
    )


def test_who_is_writing_keeps_the_table_for_longer(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    stop_clock(page)
    widget.opened_on(page)
    form = FormOnPage(widget).to_details()
    page.clock.run_for(235_000)
    form.field("name").press_sequentially("Lu")

    with page.expect_response("**/holds"):
        page.clock.run_for(8_000)

    first, second = chat.house.wait_for("/holds", 2)
    assert "insteadOf" not in first.body
    assert second.body["insteadOf"]
    second_by_second(page, lambda: "durante 4:5" in form.kept.inner_text())
    expect(form.field("name")).to_have_value("Lu")


def test_a_table_that_is_no_longer_kept_can_be_kept_again_or_booked_all_the_same(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    stop_clock(page)
    widget.opened_on(page)
    form = FormOnPage(widget).to_details()
    page.clock.run_for(301_000)
    expect(form.kept).to_contain_text("La mesa ya no está guardada, pero puede seguir libre.")

    form.button("Guardarla otra vez").click()
    chat.house.wait_for("/holds", 2)
    expect(form.kept).to_contain_text("Mesa guardada durante 5:00")
    page.clock.run_for(301_000)
    form.fill()
    form.submit.click()

    expect(form.heading).to_contain_text("¡Listo!")
    assert "holdId" not in chat.house.of("/reservations")[0].body


def test_going_back_frees_the_table(form: FormOnPage, chat: ChatStandIn) -> None:
    form.to_details()
    form.button("Otra hora").click()
    expect(form.button("20:30")).to_be_visible()

    [released] = chat.house.wait_for("", 1, "DELETE")
    assert released.path.startswith("/api/v1/availability/holds/")
    form.button("Otro día").click()
    expect(form.day(FRIDAY)).to_be_visible()


def test_another_time_takes_the_place_of_the_one_kept_before(form: FormOnPage, chat: ChatStandIn) -> None:
    chat.house.plan("/reservations", *TAKEN)
    form.to_details()
    form.fill()
    form.submit.click()
    form.button("vie 18 dic · 21:00").click()

    _, second = chat.house.wait_for("/holds", 2)
    assert second.body["insteadOf"]


def test_a_page_that_goes_away_frees_the_table(form: FormOnPage, chat: ChatStandIn) -> None:
    form.to_details()

    form.page.goto("about:blank")

    assert chat.house.wait_for("", 1, "DELETE")


def test_without_a_server_the_form_says_so_and_goes_on_when_it_is_back(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.house.plan("/profile", *refusal(404, "not_found", "No hay"))
    widget.opened_on(page)
    form = FormOnPage(widget)
    form.tab.click()
    expect(form.alert).to_contain_text("Las reservas en línea no están disponibles en este momento.")

    chat.house.plan("/profile", *refusal(500, "internal_error", "boom"), times=4)
    page.get_by_role("tab", name="Chat").click()
    form.tab.click()
    expect(form.alert).to_contain_text("Ha fallado algo de nuestro lado.", timeout=15_000)
    form.button("Reintentar").click()

    expect(form.day(FRIDAY)).to_be_visible()


def test_a_change_of_language_reaches_dates_areas_and_what_was_typed_stays(
    form: FormOnPage, chat: ChatStandIn
) -> None:
    form.to_details()
    form.fill()

    form.widget.element.evaluate("(chat) => chat.setLocale('en')")

    expect(form.heading).to_have_text("Who is it for?")
    expect(form.node).to_contain_text("Friday 18 December · 8:30 pm · 2 people")
    expect(form.node.get_by_label("Name", exact=True)).to_have_value("Lucía García")
    assert chat.house.of("/profile")[-1].headers["accept-language"] == "en"


def test_the_page_can_open_the_calendar(page: Page, widget: WidgetOnPage) -> None:
    widget.open_on(page)

    widget.element.evaluate("(chat) => chat.open('form')")

    expect(FormOnPage(widget).heading).to_be_visible()
    expect(FormOnPage(widget).tab).to_have_attribute("aria-selected", "true")


def test_a_reload_shows_the_way_that_was_chosen(form: FormOnPage) -> None:
    form.choose()

    form.page.reload()

    expect(form.tab).to_have_attribute("aria-selected", "true")
    expect(form.day(FRIDAY)).to_be_visible()


@pytest.mark.parametrize(
    "body",
    [None, [], {"days": 7}, {"days": [None, {"date": 5}]}],
)
def test_an_answer_of_another_shape_is_a_failure_and_not_a_defect(
    form: FormOnPage, chat: ChatStandIn, body: Any
) -> None:
    chat.house.plan("/calendar", 200, body, times=4)
    form.tab.click()

    expect(form.alert).to_contain_text("Ha fallado algo de nuestro lado.", timeout=15_000)
    assert page_errors(form.page) == []


def test_markup_from_the_server_is_shown_as_text_in_the_form_too(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    script = "<img src=x onerror=hacked()>"
    page.add_init_script("window.attacks = 0; window.hacked = () => { attacks += 1 }")
    areas = [{"id": "a", "name": script}, {"id": "b", "name": script}]
    chat.house.plan(
        "/profile", 200, {**PROFILE, "name": script, "areas": areas, "mapUrl": "javascript:hacked()"}
    )
    chat.house.plan("/holds", *refusal(422, "closed", script))
    widget.opened_on(page)
    form = FormOnPage(widget).choose()
    form.day(FRIDAY).click()
    form.button("20:30").click()
    expect(form.alert).to_contain_text(script)
    form.button("20:30").click()
    form.fill(name=script)
    form.submit.click()
    expect(form.heading).to_contain_text("¡Listo!")

    assert page.evaluate("attacks") == 0
    assert page.locator("saveit-chat [onerror], saveit-chat a[href^=javascript]").count() == 0
