"""From a webhook to an answer over the same channel: once, in order, and politely where nothing can be read."""

from __future__ import annotations

from channel_house import GUEST, ChannelHouse

from backend.conversations.channels.records import Inbound
from backend.conversations.channels.rendering.whatsapp import BUTTON_TITLE
from backend.conversations.channels.rendering.words import short


def test_a_guest_books_by_whatsapp_and_gets_the_code_as_a_picture(house: ChannelHouse) -> None:
    house.connect_twilio()

    for text in ("mesa para 2 mañana a las 20:00", "Lucía Gil", "sí"):
        house.write_twilio(text)
        house.work()

    booked = house.sent()[-1]
    assert "¡Listo, Lucía!" in booked["words"]
    assert booked["MediaUrl"].startswith("https://book.example/")
    assert {each["to"] for each in house.sent()} == {f"whatsapp:{GUEST}"}


def test_a_message_delivered_three_times_is_answered_once(house: ChannelHouse) -> None:
    house.connect_twilio()
    form = house.write_twilio("hola")

    for _ in range(2):
        house.post_twilio(form)
    house.work()
    house.post_twilio(form)
    house.work()

    assert len(house.sent()) == 1
    assert house.states("inbound_messages") == ["done"]


def test_messages_of_one_delivery_are_answered_in_the_order_in_which_they_were_said(
    house: ChannelHouse,
) -> None:
    house.connect_cloud()
    now = int(house.stage.clock.at.timestamp())
    later = house.cloud_message("mejor para 3", timestamp=str(now))
    first = house.cloud_message("mesa para 2 mañana a las 20:00", timestamp=str(now - 30))

    house.post_meta(house.cloud_body(later, first))
    house.work()

    assert "para 2" in house.meta.texts()[0]
    assert "para 3" in house.meta.texts()[1]


def test_a_voice_message_is_answered_with_a_request_for_words(house: ChannelHouse) -> None:
    house.connect_twilio()

    house.write_twilio("", NumMedia="1", MediaContentType0="audio/ogg", MediaUrl0="https://x.example/1")
    house.work()

    assert [each["words"] for each in house.sent()] == [
        "No puedo escuchar mensajes de voz. Escríbeme qué necesitas y te ayudo."
    ]


def test_a_message_held_up_for_hours_is_not_answered_as_if_fresh(house: ChannelHouse) -> None:
    house.connect_cloud()
    old = house.cloud_message("mesa para 2 hoy a las 21:00")
    house.stage.later(hours=5)

    house.post_meta(house.cloud_body(old))
    house.work()

    assert house.meta.texts() == [
        "Tu mensaje del miércoles 16 de diciembre, 10:00, acaba de llegarnos. Si aún necesitas algo, escríbeme de nuevo y lo vemos."
    ]


def test_of_several_late_messages_only_the_last_is_answered(house: ChannelHouse) -> None:
    house.connect_cloud()
    old = [house.cloud_message(text) for text in ("mesa para 2", "mañana", "a las 9")]
    house.stage.later(hours=5)

    house.post_meta(house.cloud_body(*old))
    house.work()

    assert len(house.meta.taken) == 1
    assert house.states("inbound_messages") == ["done"] * 3


def test_a_tapped_title_that_was_cut_short_means_what_it_stood_for(house: ChannelHouse) -> None:
    house.connect_twilio()
    for phone in ("600000001", "600000002", "600000003", "600000004"):
        house.stage.booked(guest={"name": "Otra", "phone": phone})
    house.write_twilio("mesa para 4 mañana a las 20:00")
    house.work()
    with house.stage.services.database.tenant(house.stage.restaurant_id) as tx:
        store = house.stage.worker.channels.chats._store
        told = store.last_said(tx, _inbound(house))
    assert told is not None
    offered = [*told.quick_replies, *told.options][0]

    house.write_twilio(short(offered.title, BUTTON_TITLE), ButtonPayload="1", ButtonText="x")
    house.work()

    assert "esa para 4" in house.sent()[-1]["words"]


def _inbound(house: ChannelHouse) -> Inbound:
    """Any message of the guest's thread."""
    session = house.stage.worker.channels.intake.session(house.stage.restaurant_id, "whatsapp", GUEST)
    return Inbound("whatsapp", session, "m", GUEST, "", house.stage.clock.now())
