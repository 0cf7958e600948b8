"""Answers on their way out: what a provider's refusals, pauses, silence and reports make of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from channel_house import ChannelHouse
from providers import TOKEN, Dropped, Refused, twilio_signature


def outbound(house: ChannelHouse) -> list[tuple[str, int]]:
    return [
        (row["state"], row["attempts"])
        for row in house.rows("SELECT state, attempts FROM outbound_messages ORDER BY place")
    ]


def passed(house: ChannelHouse, **time: float) -> None:
    """Time goes by, also for circuits: a new worker knows of none."""
    house.stage.later(**time)
    house.stage.worker.channels.sending._circuits._accounts.clear()
    house.work()


def test_a_throttled_answer_is_sent_after_the_pause_that_was_asked_for(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.twilio.script = [Refused(429, 20429, retry_after=40)]
    house.write_twilio("hola")

    house.work()
    assert outbound(house) == [("waiting", 1)]
    passed(house, seconds=20)
    assert outbound(house) == [("waiting", 1)]
    passed(house, seconds=25)

    assert outbound(house) == [("sent", 2)]


def test_answers_of_a_thread_keep_their_order_when_the_first_is_held_up(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.twilio.script = [Refused(503, 20503)]
    for text in ("mesa para 2 mañana a las 20:00", "mejor para 3"):
        house.write_twilio(text)

    house.work()
    assert house.sent() == []
    passed(house, minutes=1)

    assert ["para 2" in house.sent()[0]["words"], "para 3" in house.sent()[1]["words"]] == [True, True]


def test_an_answer_that_never_goes_through_is_a_dead_letter_that_can_be_put_back(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.twilio.script = [Refused(500, 20500)] * 8
    house.write_twilio("hola")

    for _ in range(9):
        passed(house, minutes=16)
    letters = house.stage.worker.channels.dead_letters
    mine = [each for each in letters.dead() if each["restaurant_id"] == house.stage.restaurant_id]

    assert [(each["kind"], each["channel"]) for each in mine] == [("outbound", "whatsapp")]
    assert letters.replay(house.stage.clock.now(), mine[0]["id"]) == 1
    passed(house, seconds=1)
    assert [state for state, _ in outbound(house)] == ["sent"]


def test_an_answer_that_is_refused_for_good_is_not_tried_again(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.twilio.script = [Refused(400, 63024)]
    house.write_twilio("hola")

    house.work()
    passed(house, hours=1)

    assert outbound(house) == [("failed", 1)]
    assert len([each for each in house.twilio.asked if house.phone in each["From"]]) == 1


def test_broken_credentials_do_not_use_up_an_answers_tries(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.twilio.script = [Refused(401, 20003)] * 12
    house.write_twilio("hola")

    for _ in range(13):
        passed(house, minutes=10)

    assert [state for state, _ in outbound(house)] == ["sent"]


def test_one_restaurants_broken_account_does_not_hold_up_another(new_house: Any) -> None:
    broken, sound = new_house(), new_house()
    for each in (broken, sound):
        each.connect_twilio()
    broken.connect(
        "whatsapp",
        {
            "provider": "twilio",
            "account": broken.phone,
            "settings": {"accountSid": "AC" + "f" * 32},
            "secrets": {"authToken": TOKEN},
        },
    )
    for guest in range(90):
        broken.write_twilio("hola", From=f"whatsapp:+3460000{guest:04d}")
    sound.write_twilio("hola")

    broken.work()
    sound.work()

    assert outbound(sound) == [("sent", 1)]
    # Of each worker one of ninety found out that the account does not work; the others were not even tried.
    assert len([each for each in broken.twilio.asked if broken.phone in each["From"]]) == 2


@pytest.mark.parametrize("taken", [True, False])
def test_an_answer_cut_off_in_the_middle_reaches_the_guest_once(house: ChannelHouse, taken: bool) -> None:
    house.connect_twilio()
    house.twilio.script = [Dropped(taken=taken)]
    house.write_twilio("hola")

    house.work()
    assert outbound(house) == [("sending", 1)]
    passed(house, minutes=3)

    assert [state for state, _ in outbound(house)] == ["sent"]
    assert len(house.sent()) == 1


def test_a_report_about_a_cut_off_answer_of_meta_says_that_it_was_taken(house: ChannelHouse) -> None:
    house.connect_cloud()
    house.meta.script = [Dropped(taken=True)]
    house.post_meta(house.cloud_body(house.cloud_message("hola")))
    house.work()
    assert outbound(house) == [("sending", 1)]

    sent = house.meta.taken[0]
    report = {
        "id": sent["sid"],
        "status": "delivered",
        "recipient_id": "34600111222",
        "biz_opaque_callback_data": sent["biz_opaque_callback_data"],
    }
    house.post_meta(house.cloud_body(statuses=[report]))
    passed(house, minutes=5)

    assert outbound(house) == [("delivered", 1)]
    assert len(house.meta.taken) == 1


def test_a_report_that_comes_before_the_next_try_makes_it_needless(house: ChannelHouse) -> None:
    house.connect_cloud()
    house.meta.script = [Dropped(taken=True), Refused(429, 130429, retry_after=60)]
    house.post_meta(house.cloud_body(house.cloud_message("hola")))
    house.work()
    passed(house, minutes=3)
    assert outbound(house) == [("waiting", 2)]

    sent = house.meta.taken[0]
    told = {"id": sent["sid"], "status": "read", "biz_opaque_callback_data": sent["biz_opaque_callback_data"]}
    house.post_meta(house.cloud_body(statuses=[told]))
    passed(house, minutes=5)

    assert outbound(house) == [("read", 2)]
    assert len(house.meta.taken) == 1


def test_an_echo_of_a_cut_off_answer_on_instagram_says_that_it_was_taken(house: ChannelHouse) -> None:
    house.connect_instagram()
    house.meta.script = [Dropped(taken=True)]
    house.post_meta(house.instagram_body(house.instagram_event("hola")))
    house.work()
    assert outbound(house) == [("sending", 1)]

    echo = house.instagram_event(house.meta.taken[0]["words"], sender=house.page, is_echo=True)
    echo["recipient"] = {"id": "9001"}
    house.post_meta(house.instagram_body(echo))
    passed(house, minutes=5)

    assert outbound(house) == [("sent", 1)]
    assert len(house.meta.taken) == 1


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["delivered", "failed"], "delivered"),
        (["failed", "sent"], "failed"),
        (["undelivered"], "failed"),
        (["queued", "sending"], "sent"),
    ],
)
def test_a_reported_state_never_goes_back(house: ChannelHouse, reports: list[str], state: str) -> None:
    house.connect_twilio()
    house.write_twilio("hola")
    house.work()
    sent = house.sent()[0]

    for told in reports * 2:
        form = {"MessageSid": sent["sid"], "MessageStatus": told, "From": sent["From"], "To": sent["To"]}
        assert house.post_twilio(form, "/webhooks/twilio/status").status_code == 200

    assert [state for state, _ in outbound(house)] == [state]


def test_twilio_is_told_where_to_report_under_our_own_name_of_the_message(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.write_twilio("hola")
    house.work()
    callback = house.sent()[0]["StatusCallback"]
    path = callback.removeprefix("https://book.example")
    form = {
        "MessageSid": "SMother",
        "MessageStatus": "delivered",
        "From": f"whatsapp:{house.phone}",
        "To": "whatsapp:+34600111222",
    }

    headers = {"X-Twilio-Signature": twilio_signature(TOKEN, callback, form)}
    answer = house.stage.client.post(path, data=form, headers=headers)

    assert answer.status_code == 200
    assert UUID(path.partition("ref=")[2])
    assert [state for state, _ in outbound(house)] == ["delivered"]


def staff_says(house: ChannelHouse, text: str) -> None:
    """The staff answers in the only thread."""
    (thread,) = house.rows("SELECT id FROM conversations")
    path = f"/conversations/{thread['id']}/messages"
    answer = house.stage.call("POST", path, house.stage.staff["host"], json={"messageId": "a1", "text": text})
    assert answer.status_code == 201, answer.get_data(as_text=True)


def test_after_a_day_a_staff_answer_goes_as_an_approved_template(house: ChannelHouse) -> None:
    template = {"id": "HX" + "1" * 32, "variables": ["text"]}
    house.connect_twilio(templates={"message": {"es": template}})
    house.write_twilio("quiero hablar con una persona")
    house.work()
    house.stage.later(hours=30)

    staff_says(house, "Hola, somos Casa Prueba.\nSí que hay trona.")
    house.work()

    sent = house.sent()[-1]
    assert sent["ContentSid"] == template["id"]
    assert sent["ContentVariables"] == '{"1": "Hola, somos Casa Prueba. Sí que hay trona."}'
    assert "Body" not in sent


def test_after_a_day_without_a_template_a_staff_answer_fails_with_its_reason(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.write_twilio("quiero hablar con una persona")
    house.work()
    house.stage.later(hours=30)

    staff_says(house, "Hola")
    house.work()

    last = house.rows("SELECT state, last_error FROM outbound_messages ORDER BY place")[-1]
    assert last["state"] == "failed"
    assert "WindowClosedError" in last["last_error"]


def test_a_disconnected_channel_sends_nothing_more(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.write_twilio("hola")
    assert house.channels("DELETE", "whatsapp").status_code == 204

    house.work()

    assert [each for each in house.twilio.asked if house.phone in each["From"]] == []
    assert outbound(house) == [("failed", 1)]


def test_a_guest_who_opted_out_at_the_provider_is_remembered(house: ChannelHouse) -> None:
    house.connect_twilio("sms")
    house.twilio.script = [Refused(400, 21610)]
    house.write_twilio("hola", "sms")

    house.work()

    assert len(house.rows("SELECT 1 FROM channel_stops")) == 1
    assert [bool(row["stopped_at"]) for row in house.rows("SELECT stopped_at FROM conversations")] == [True]
