"""What the restaurant's people say reaches the guest's page: by its socket, by asking where there is none, after a reload."""

from __future__ import annotations

import pytest
from browser import page_errors
from playwright.sync_api import Page, expect
from widget_page import WidgetOnPage, stop_clock
from widget_stand_in import ChatStandIn, Planned, replies

pytestmark = pytest.mark.slow

SILENCE = Planned(body={"replies": []})


def handed_over(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    """The guest asked for a person, who has the thread now."""
    chat.plan(replies({"text": "Te paso con el equipo."}))
    chat.house.handler = "staff"
    widget.opened_on(page)
    widget.say("una persona, por favor")
    expect(widget.log).to_contain_text("Te paso con el equipo.")


def test_a_page_that_has_said_nothing_holds_no_socket(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)
    page.get_by_role("tab", name="Calendario").click()
    page.locator("saveit-chat .day.free").first.wait_for()

    assert chat.house.sockets == []


def test_the_socket_introduces_itself_as_the_page_it_belongs_to(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)
    widget.say("hola")

    [opened] = chat.house.wait_for_socket().heard

    session = chat.wait_for_messages(1)[0]["sessionId"]
    assert opened == {
        "action": "open",
        "restaurant": "casa-lucia",
        "key": "pk_test",
        "sessionId": session,
        "locale": "es",
    }
    assert page_errors(page) == []


def test_a_persons_answer_arrives_live_under_their_name(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    handed_over(page, widget, chat)
    chat.house.wait_for_socket()
    expect(widget.dialog).to_contain_text("Responde el equipo")

    chat.house.say("Hola, soy Ana. ¿En qué te ayudo?")

    expect(widget.log).to_contain_text("soy Ana")
    expect(widget.log).to_contain_text("Equipo del restaurante")
    assert [heard["text"] for heard in widget.heard("saveit-message")][
        -1
    ] == "Hola, soy Ana. ¿En qué te ayudo?"


def test_an_answer_heard_twice_is_shown_once(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    handed_over(page, widget, chat)
    chat.house.wait_for_socket()
    message = chat.house.say("una vez")
    chat.house.tell({"type": "message", "message": message})
    chat.house.say("y otra")
    expect(widget.log).to_contain_text("y otra")

    assert widget.house_said().count("una vez") == 1


def test_the_assistants_own_replies_are_not_shown_again_when_the_record_has_them(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "primera"}), replies({"text": "segunda"}))
    widget.opened_on(page)
    widget.say("uno")
    expect(widget.log).to_contain_text("primera")
    message_id = chat.messages()[0]["messageId"]
    chat.house.thread += [
        {"id": message_id, "author": "guest", "text": "uno"},
        {"id": f"{message_id}/0", "author": "assistant", "text": "primera"},
    ]

    page.reload()
    chat.house.wait_for("/messages", 2)
    widget.say("dos")
    expect(widget.log).to_contain_text("segunda")

    assert widget.house_said()[1:] == ["primera", "segunda"]
    assert widget.guest_said() == ["uno", "dos"]


def test_people_typing_shows_until_they_have_answered(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    handed_over(page, widget, chat)
    chat.house.wait_for_socket()
    typing = page.locator("saveit-chat .typing")
    expect(typing).to_be_hidden()

    chat.house.tell({"type": "typing", "author": "staff"})
    expect(typing).to_be_visible()
    chat.house.say("ya está")

    expect(typing).to_be_hidden()


def test_people_hear_that_the_guest_is_typing_and_the_assistant_does_not(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)
    widget.say("hola")
    socket = chat.house.wait_for_socket()
    widget.field.press_sequentially("a")
    chat.house.wait_for("/messages", 1)
    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    chat.house.handler = "staff"
    chat.house.tell({"type": "handler", "handler": "staff"})
    expect(widget.dialog).to_contain_text("Responde el equipo")

    widget.field.press_sequentially("bcd")

    with chat.house.arrival:
        assert chat.house.arrival.wait_for(lambda: len(socket.heard) > 1, 10)
    assert [each["action"] for each in socket.heard] == ["open", "typing"]


def test_a_thread_given_back_is_the_assistants_again(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    handed_over(page, widget, chat)
    chat.house.wait_for_socket()
    expect(widget.dialog).to_contain_text("Responde el equipo")

    chat.house.handler = "bot"
    chat.house.tell({"type": "handler", "handler": "bot"})

    expect(widget.dialog).to_contain_text("Asistente de reservas")


def test_what_was_said_while_the_connection_was_lost_is_there_when_it_is_back(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    handed_over(page, widget, chat)
    socket = chat.house.wait_for_socket()
    chat.house.sockets.clear()
    chat.house.say("mientras tanto")

    socket.drop()

    expect(widget.log).to_contain_text("mientras tanto")
    chat.house.wait_for_socket()
    chat.house.say("otra vez en directo")
    expect(widget.log).to_contain_text("otra vez en directo")
    assert widget.house_said().count("mientras tanto") == 1


def test_where_no_socket_is_let_through_it_is_asked_while_people_have_the_thread(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.house.has_socket = False
    handed_over(page, widget, chat)

    chat.house.say("por el camino largo")

    expect(widget.log).to_contain_text("por el camino largo", timeout=10_000)
    assert chat.house.of("/messages")[-1].headers["x-saveit-session"] == chat.messages()[0]["sessionId"]


def test_nobody_is_asked_again_and_again_while_the_assistant_has_the_thread(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.house.has_socket = False
    stop_clock(page)
    widget.opened_on(page)
    widget.say("hola")
    chat.house.wait_for("/messages", 1)

    page.clock.run_for(60_000)

    assert len(chat.house.of("/messages")) == 1


def test_a_policy_without_the_socket_costs_only_the_speed(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "Te paso con el equipo."}))
    chat.house.handler = "staff"
    policy = "default-src 'none'; script-src {chat}/widget/v1/; connect-src {chat}; img-src {chat}"
    widget.opened_on(page, policy=policy)
    widget.say("una persona")
    expect(widget.log).to_contain_text("Te paso con el equipo.")

    chat.house.say("aquí estoy")

    expect(widget.log).to_contain_text("aquí estoy", timeout=10_000)


def test_an_answer_given_while_the_page_was_away_is_there_after_a_reload(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    handed_over(page, widget, chat)
    chat.house.wait_for_socket()
    page.goto("about:blank")
    chat.house.sockets.clear()
    chat.house.say("te contesto luego")

    page.go_back()

    expect(widget.log).to_contain_text("te contesto luego")


def test_an_answer_to_a_closed_panel_is_counted_while_people_have_the_thread(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    handed_over(page, widget, chat)
    chat.house.wait_for_socket()
    expect(widget.dialog).to_contain_text("Responde el equipo")
    widget.close_button.click()

    chat.house.say("¿sigues ahí?")

    expect(page.get_by_role("button", name="Reservar mesa, mensajes nuevos: 1")).to_be_visible()


def test_sound_is_off_until_it_is_wanted_and_the_wish_outlives_a_reload(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    page.add_init_script("""
      window.played = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...rest) { played += 1; return start.apply(this, rest); };
    """)
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    assert page.evaluate("played") == 0
    sound = widget.button("Sonido de los mensajes")
    expect(sound).to_have_attribute("aria-pressed", "false")

    sound.click()
    assert page.evaluate("played") == 1  # so that one knows what it was
    widget.say("dos")
    page.wait_for_function("() => played === 2")
    page.reload()

    expect(sound).to_have_attribute("aria-pressed", "true")


def test_a_list_is_rows_to_tap(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    rows = [
        {"title": "Viernes 18, 20:00", "value": "K7QF2M", "description": "4 personas"},
        {"title": "Sábado 19, 14:00", "value": "P3XW9T"},
    ]
    chat.plan(replies({"text": "¿Cuál de las dos?", "list": rows}))
    widget.opened_on(page)
    widget.say("mi reserva")

    widget.button("Viernes 18, 20:00 4 personas").click()

    assert chat.wait_for_messages(2)[1]["text"] == "K7QF2M"
    assert widget.guest_said()[-1] == "Viernes 18, 20:00"
