"""The widget's conversation in a real browser: what is sent, what is shown, and what happens on bad days."""

from __future__ import annotations

import threading

import pytest
from browser import keep_picture, page_errors
from playwright.sync_api import Page, expect
from widget_page import WidgetOnPage, box_of, stop_clock
from widget_stand_in import ChatStandIn, Planned, booking_card, problem, replies

pytestmark = pytest.mark.slow

CHOICE = {
    "text": "Tengo a las 19:30 o a las 20:45, ¿cuál te va mejor?",
    "quickReplies": [{"title": "19:30", "value": "a las 19:30"}, {"title": "20:45", "value": "a las 20:45"}],
}
BOOKED = {"text": "¡Listo, Lucía! Enseña este código al llegar.", "card": booking_card()}


def let_time_pass_until_failed(page: Page) -> None:
    """Second by second, for at most 80 seconds of the page's time."""
    failure = page.locator("saveit-chat .failed")
    for _ in range(80):
        if failure.is_visible():
            return
        page.clock.run_for(1000)
    raise AssertionError("no failure was shown")


def test_a_booking_by_chat_ends_with_a_card_and_breaks_no_rule_of_a_strict_page(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies(CHOICE), replies(BOOKED))
    widget.opened_on(page, 'restaurant-name="Casa Lucía"')

    widget.say("Quiero reservar para 4 personas mañana a las 20:00")
    widget.button("20:45").click()

    image = page.get_by_role("img", name="Código QR de la reserva K7QF2M")
    expect(image).to_be_visible()
    page.wait_for_function("(image) => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    for line in booking_card()["lines"]:
        expect(widget.log.get_by_role("listitem").get_by_text(line, exact=True)).to_be_visible()
    assert page_errors(page) == []
    keep_picture(page, "widget-booked-desktop")


def test_a_message_is_sent_as_the_contract_says(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    widget.opened_on(page)

    widget.say("Mesa para dos")
    chat.wait_for_messages(1)

    (request,) = chat.received
    assert request.path == "/api/v1/chat/casa-lucia/messages"
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["x-api-key"] == "pk_test"
    assert headers["content-type"] == "application/json"
    assert headers["accept-language"] == "es"
    assert set(request.body) == {"sessionId", "messageId", "text", "locale"}
    assert (request.body["text"], request.body["locale"]) == ("Mesa para dos", "es")


def test_messages_of_one_conversation_share_the_session_and_have_ids_of_their_own(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)

    widget.say("uno")
    widget.say("dos")
    first, second = chat.wait_for_messages(2)

    assert first["sessionId"] == second["sessionId"]
    assert first["messageId"] != second["messageId"]


def test_a_quick_reply_sends_its_value_and_shows_its_title(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies(CHOICE))
    widget.opened_on(page)
    widget.say("hola")

    widget.button("19:30").click()

    assert chat.wait_for_messages(2)[1]["text"] == "a las 19:30"
    assert widget.guest_said() == ["hola", "19:30"]
    expect(widget.button("20:45")).to_have_count(0)


def test_the_greeting_comes_from_the_page_itself_and_its_replies_go_with_the_first_message(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)
    expect(widget.log).to_contain_text("Soy el asistente de reservas")

    widget.button("Horario").click()

    assert chat.wait_for_messages(1)[0]["text"] == "¿Cuál es el horario?"
    expect(widget.button("Mi reserva")).to_have_count(0)


def test_enter_sends_and_shift_enter_breaks_the_line(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)

    widget.field.fill("una")
    widget.field.press("Shift+Enter")
    widget.field.press_sequentially("dos")
    widget.field.press("Enter")

    assert chat.wait_for_messages(1)[0]["text"] == "una\ndos"
    expect(widget.field).to_have_value("")


def test_blank_messages_are_not_sent(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    widget.opened_on(page)

    widget.field.fill("  \n ")
    widget.send_button.click()
    widget.say("algo")

    assert [message["text"] for message in chat.wait_for_messages(1)] == ["algo"]


def test_a_double_click_on_send_sends_once(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    widget.opened_on(page)
    widget.field.fill("hola")

    widget.send_button.dblclick()
    expect(widget.log).to_contain_text("¿Para cuántas personas?")

    assert len(chat.messages()) == 1


def test_a_double_click_on_a_quick_reply_does_not_answer_the_next_question(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies(CHOICE), replies(CHOICE))
    widget.opened_on(page)
    widget.say("hola")
    widget.button("19:30").click()
    expect(widget.house_bubbles).to_have_count(3)
    box = box_of(widget.button("19:30"))

    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down(click_count=2)  # the second half of the double click, now that the next question is there
    page.mouse.up(click_count=2)
    widget.say("fin")

    assert [message["text"] for message in chat.wait_for_messages(3)] == ["hola", "a las 19:30", "fin"]


def test_the_second_message_waits_for_the_first_answer(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    gate = threading.Event()
    chat.plan(Planned(body={"replies": [{"text": "primera"}]}, gate=gate), replies({"text": "segunda"}))
    widget.opened_on(page)

    widget.say("uno")
    widget.say("dos")
    chat.wait_for_messages(1)
    assert len(chat.messages()) == 1
    gate.set()

    expect(widget.log).to_contain_text("segunda")
    assert widget.house_said()[1:] == ["primera", "segunda"]


def test_dots_show_that_an_answer_is_coming_and_go_when_it_is_there(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    gate = threading.Event()
    chat.plan(Planned(body={"replies": [{"text": "aquí estoy"}]}, gate=gate))
    widget.opened_on(page)
    typing = page.locator("saveit-chat .typing")
    expect(typing).to_be_hidden()

    widget.say("hola")
    expect(typing).to_be_visible()
    gate.set()

    expect(widget.log).to_contain_text("aquí estoy")
    expect(typing).to_be_hidden()


def test_a_lost_connection_is_tried_again_under_the_same_message_id(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(Planned(drop=True), Planned(drop=True), replies({"text": "recibido"}))
    widget.opened_on(page)

    widget.say("hola")

    expect(widget.log).to_contain_text("recibido")
    sent = chat.messages()
    assert len(sent) == 3
    assert sent[0] == sent[1] == sent[2]


def test_a_message_that_failed_is_sent_again_by_its_button_under_the_same_id(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(*[problem(500, "defect", "boom")] * 4)
    stop_clock(page)
    widget.opened_on(page)
    widget.say("hola")
    let_time_pass_until_failed(page)
    retry = widget.button("Reintentar")
    expect(retry).to_be_visible()
    expect(widget.log).to_contain_text("nada se reserva dos veces")

    retry.click()

    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    assert {message["messageId"] for message in chat.wait_for_messages(5)} == {
        chat.messages()[0]["messageId"]
    }
    assert widget.guest_said() == ["hola"]
    expect(retry).to_have_count(0)


def test_too_many_requests_waits_as_long_as_the_server_asks_and_says_so(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(problem(429, "rate_limited", "Demasiadas peticiones", Retry_After="12"))
    stop_clock(page)
    widget.opened_on(page)

    widget.say("hola")
    expect(widget.log).to_contain_text("Se enviará solo en 12 segundos")
    page.clock.run_for(11_000)
    assert len(chat.messages()) == 1
    page.clock.run_for(1_500)

    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    first, second = chat.messages()
    assert first == second
    expect(widget.log).not_to_contain_text("Se enviará solo")


def test_too_long_a_wait_is_left_to_the_guest(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    chat.plan(problem(429, "rate_limited", "Demasiadas peticiones", Retry_After="3600"))
    widget.opened_on(page)

    widget.say("hola")

    expect(widget.log).to_contain_text("En un momento se puede reintentar")
    expect(widget.button("Reintentar")).to_be_visible()


def test_an_answer_that_never_comes_is_given_up_and_can_be_asked_again(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    gate = threading.Event()
    chat.plan(*[Planned(body={"replies": []}, gate=gate)] * 4)
    stop_clock(page)
    widget.opened_on(page)

    widget.say("hola")
    let_time_pass_until_failed(page)

    expect(widget.log).to_contain_text("La respuesta no ha llegado a tiempo.")
    expect(widget.button("Reintentar")).to_be_visible()
    gate.set()


def test_a_refusal_is_told_in_the_servers_words_and_not_repeated(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(problem(422, "invalid", "Ese mensaje es demasiado largo."))
    widget.opened_on(page)

    widget.say("hola")

    expect(widget.log).to_contain_text("Ese mensaje es demasiado largo.")
    expect(widget.button("Reintentar")).to_have_count(0)
    assert len(chat.messages()) == 1


def test_a_wrong_key_is_told_to_the_pages_author_and_not_to_the_guest(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    warnings = []
    page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    chat.plan(problem(401, "unauthenticated", "La clave pk_test no existe"))
    widget.opened_on(page)

    widget.say("hola")

    expect(widget.log).to_contain_text("Las reservas en línea no están disponibles en este momento.")
    assert "pk_test" not in widget.log.inner_text()
    assert [warning for warning in warnings if "unauthenticated" in warning]


def test_a_proxys_error_page_is_a_failure_and_not_shown(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(
        *[
            Planned(
                status=502, body=b"<html><h1>Bad gateway</h1></html>", headers={"Content-Type": "text/html"}
            )
        ]
    )
    widget.opened_on(page)

    widget.say("hola")

    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    assert "gateway" not in widget.log.inner_text()


def test_what_is_written_offline_is_kept_and_sent_when_the_network_is_back(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)
    page.context.set_offline(True)
    status = page.get_by_role("status")
    expect(status).to_contain_text("Sin conexión")

    widget.say("uno")
    widget.say("dos")
    expect(widget.log.get_by_text("Se enviará al volver la conexión.")).to_have_count(2)
    keep_picture(page, "widget-offline")
    page.context.set_offline(False)

    assert [message["text"] for message in chat.wait_for_messages(2)] == ["uno", "dos"]
    expect(status).to_be_empty()
    expect(widget.log.get_by_text("Se enviará al volver la conexión.")).to_have_count(0)


def test_a_reload_keeps_the_conversation_and_its_session(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies(CHOICE))
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.button("20:45")).to_be_visible()

    page.reload()
    widget.button("20:45").click()

    first, second = chat.wait_for_messages(2)
    assert first["sessionId"] == second["sessionId"]
    assert widget.guest_said() == ["hola", "20:45"]


def test_a_reload_before_the_answer_asks_again_under_the_same_id(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    gate = threading.Event()
    chat.plan(Planned(body={"replies": []}, gate=gate), replies({"text": "aquí está"}))
    widget.opened_on(page)
    widget.say("hola")
    chat.wait_for_messages(1)

    page.reload()

    expect(widget.log).to_contain_text("aquí está")
    gate.set()
    first, second = chat.messages()
    assert first == second


def test_events_tell_the_page_what_happened(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    chat.plan(replies(BOOKED))
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.log).to_contain_text("K7QF2M")

    widget.close_button.click()

    message_id = chat.messages()[0]["messageId"]
    assert widget.heard("saveit-open") == [{}]
    assert widget.heard("saveit-close") == [{}]
    assert widget.heard("saveit-message") == [
        {"from": "guest", "text": "hola", "messageId": message_id},
        {"from": "restaurant", "text": BOOKED["text"], "messageId": f"{message_id}/0"},
    ]
    assert widget.heard("saveit-booked") == [{"code": "K7QF2M", "reservation": booking_card()["reservation"]}]


def test_a_restored_booking_is_not_announced_a_second_time(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies(BOOKED))
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.log).to_contain_text("K7QF2M")

    page.reload()

    expect(widget.log).to_contain_text("K7QF2M")
    assert widget.heard("saveit-booked") == []


def test_a_card_of_an_existing_booking_is_no_new_booking(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "Tu reserva:", "card": booking_card(event=None)}))
    widget.opened_on(page)

    widget.say("mi reserva")

    expect(widget.log).to_contain_text("K7QF2M")
    assert widget.heard("saveit-booked") == []


def test_an_answer_to_a_closed_panel_is_counted_on_the_launcher(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    gate = threading.Event()
    chat.plan(Planned(body={"replies": [{"text": "a"}, {"text": "b"}]}, gate=gate))
    widget.opened_on(page)
    widget.say("hola")
    widget.close_button.click()

    gate.set()

    expect(page.get_by_role("button", name="Reservar mesa, mensajes nuevos: 2")).to_be_visible()
    widget.launcher.click()
    widget.close_button.click()
    expect(page.get_by_role("button", name="Reservar mesa", exact=True)).to_be_visible()


def test_the_page_can_open_speak_and_close_by_script(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.open_on(page)

    message_id = widget.element.evaluate("(chat) => { chat.open(); return chat.send('  mesa para dos ') }")

    assert chat.wait_for_messages(1)[0]["text"] == "mesa para dos"
    assert chat.messages()[0]["messageId"] == message_id
    expect(widget.dialog).to_be_visible()
    widget.element.evaluate("(chat) => chat.close()")
    expect(widget.dialog).to_be_hidden()


def test_a_script_cannot_send_more_than_a_thousand_characters(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.open_on(page)

    refused = widget.element.evaluate(
        "(chat) => { try { chat.send('a'.repeat(1001)); return null } catch (error) { return error.name } }"
    )

    assert refused == "RangeError"
    assert chat.messages() == []


def test_a_picture_that_does_not_load_leaves_words_in_its_place(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "Listo", "card": booking_card(imageUrl="/missing.png")}))
    widget.opened_on(page)

    widget.say("hola")

    expect(widget.log).to_contain_text("basta con enseñar el código K7QF2M.")


def test_another_restaurant_starts_another_conversation(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.log).to_contain_text("¿Para cuántas personas?")

    widget.element.evaluate("(chat) => chat.setAttribute('restaurant', 'otro-sitio')")
    expect(widget.log).not_to_contain_text("¿Para cuántas personas?")
    widget.say("buenas")

    chat.wait_for_messages(2)
    first, second = chat.received
    assert second.path == "/api/v1/chat/otro-sitio/messages"
    assert first.body["sessionId"] != second.body["sessionId"]


@pytest.mark.parametrize(
    "missing",
    [
        '<saveit-chat lang="es" api-key="pk_test"></saveit-chat>',
        '<saveit-chat lang="es" restaurant="casa"></saveit-chat>',
    ],
)
def test_a_forgotten_attribute_is_told_to_the_author_and_the_guest_gets_an_answer(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn, missing: str
) -> None:
    widget.opened_on(page, element=missing)

    widget.say("hola")

    expect(widget.log).to_contain_text("Las reservas en línea no están disponibles en este momento.")
    assert any('restaurant="SLUG"' in error for error in page_errors(page))
    assert chat.messages() == []
