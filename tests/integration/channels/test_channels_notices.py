"""Messages about bookings by WhatsApp and SMS: who gets them there, and the next channel when one fails, never two at once."""

from __future__ import annotations

from typing import Any

import pytest
from channel_house import GUEST, ChannelHouse
from providers import Dropped, Refused
from stage import TOMORROW

from backend.platform.senders import PermanentSendError

TEMPLATE = {"id": "HX" + "2" * 32, "variables": ["name", "restaurant", "when", "people", "code", "manage"]}
TEMPLATES = {"confirmation": {"es": TEMPLATE, "en": TEMPLATE}}


def messages(house: ChannelHouse) -> list[tuple[str, str, str]]:
    """Kind, channel and state of everything written about bookings."""
    rows = house.rows("SELECT kind, channel, state FROM messages ORDER BY id")
    return [(row["kind"], row["channel"], row["state"]) for row in rows]


def book(house: ChannelHouse, channel: str = "whatsapp", **guest: str) -> dict[str, Any]:
    """A booking that came over a channel."""
    who = {"name": "Lucía García", "phone": GUEST, "email": "lucia@example.com", **guest}
    answer = house.stage.book(house.stage.secret, channel=channel, guest={k: v for k, v in who.items() if v})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    house.work()
    return answer.get_json()


def sent(house: ChannelHouse) -> list[dict[str, Any]]:
    return [each for each in house.twilio.taken if house.phone in each["From"]]


def report(house: ChannelHouse, state: str, error: str = "") -> None:
    """Twilio says what became of the last message."""
    last = sent(house)[-1]
    form = {
        "MessageSid": last["sid"],
        "MessageStatus": state,
        "From": last["From"],
        "To": last["To"],
        "ErrorCode": error,
    }
    assert house.post_twilio(form, "/webhooks/twilio/status").status_code == 200
    house.work()


def test_a_guest_who_came_by_whatsapp_is_confirmed_there_by_an_approved_template(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)

    booked = book(house)

    assert messages(house) == [("confirmation", "whatsapp", "sent")]
    told = sent(house)[0]
    assert told["ContentSid"] == TEMPLATE["id"]
    assert booked["reservation"]["code"] in told["ContentVariables"]
    assert house.stage.mails() == []


def test_within_a_day_of_the_guests_message_no_template_is_needed_and_the_code_goes_along(
    house: ChannelHouse,
) -> None:
    house.connect_twilio()
    house.write_twilio("hola")
    house.work()

    book(house)

    told = sent(house)[-1]
    assert "Casa Prueba" in told["Body"]
    assert told["MediaUrl"].endswith("/qr.png?colours=rgb")


def test_a_guest_who_came_by_the_web_is_written_by_mail(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)

    book(house, "web")

    assert messages(house) == [("confirmation", "email", "sent")]


@pytest.mark.parametrize(
    ("notices", "channel"), [("always", "whatsapp"), ("came_by", "email"), ("never", "email")]
)
def test_the_restaurant_says_whose_messages_go_by_whatsapp(
    house: ChannelHouse, notices: str, channel: str
) -> None:
    house.connect_twilio(templates=TEMPLATES, notices=notices)

    book(house, "web")

    assert messages(house) == [("confirmation", channel, "sent")]


def test_where_whatsapp_refuses_it_goes_by_sms_and_only_then(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)
    house.connect_twilio("sms")
    house.twilio.script = [Refused(400, 63024)]

    book(house)

    assert messages(house) == [("confirmation", "whatsapp", "failed"), ("confirmation", "sms", "sent")]
    assert [each["To"] for each in sent(house)] == [GUEST]


def test_where_neither_works_it_goes_by_mail(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)
    house.connect_twilio("sms")
    house.twilio.script = [Refused(400, 63024), Refused(400, 21614)]

    book(house)

    assert messages(house) == [
        ("confirmation", "whatsapp", "failed"),
        ("confirmation", "sms", "failed"),
        ("confirmation", "email", "sent"),
    ]
    assert [each["to"]["email"] for each in house.stage.mails()] == ["lucia@example.com"]


def test_a_message_reported_as_undelivered_goes_over_the_next_channel_once(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)
    book(house)

    for _ in range(3):
        report(house, "undelivered", "63024")

    assert messages(house) == [("confirmation", "whatsapp", "failed"), ("confirmation", "email", "sent")]


def test_a_failure_reported_after_the_delivery_changes_nothing(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)
    booked = book(house)

    for state in ("delivered", "failed", "read"):
        report(house, state)

    assert messages(house) == [("confirmation", "whatsapp", "read")]
    path = f"/reservations/{booked['reservation']['id']}/messages"
    (shown,) = house.stage.call("GET", path, house.stage.staff["host"]).get_json()["messages"]
    assert (shown["state"], bool(shown["deliveredAt"]), bool(shown["readAt"])) == ("read", True, True)


def test_without_a_template_outside_of_the_window_the_next_channel_is_taken(house: ChannelHouse) -> None:
    house.connect_twilio()

    book(house)

    assert messages(house) == [("confirmation", "whatsapp", "failed"), ("confirmation", "email", "sent")]
    assert sent(house) == []


def test_a_guest_without_mail_for_whom_nothing_works_is_a_dead_letter(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)
    house.twilio.script = [Refused(400, 63024)]

    book(house, email="")

    assert messages(house) == [("confirmation", "whatsapp", "dead")]


def test_a_throttled_message_waits_and_does_not_change_its_channel(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)
    house.twilio.script = [Refused(429, 20429, retry_after=5)]
    book(house)
    assert messages(house) == [("confirmation", "whatsapp", "waiting")]

    house.stage.later(minutes=1)
    house.stage.worker.channels.sending._circuits._accounts.clear()
    house.work()

    assert messages(house) == [("confirmation", "whatsapp", "sent")]


@pytest.mark.parametrize("taken", [True, False])
def test_a_message_cut_off_in_the_middle_reaches_the_guest_once(house: ChannelHouse, taken: bool) -> None:
    house.connect_twilio("sms", notices="always")
    house.twilio.script = [Dropped(taken=taken)]
    book(house, "web")
    assert messages(house) == [("confirmation", "sms", "sending")]

    house.stage.later(minutes=3)
    house.stage.worker.channels.sending._circuits._accounts.clear()
    house.work()

    assert messages(house) == [("confirmation", "sms", "sent")]
    assert len(sent(house)) == 1


def test_a_guest_who_stopped_messages_there_is_written_by_mail(house: ChannelHouse) -> None:
    house.connect_twilio("sms", notices="always")
    house.write_twilio("STOP", "sms", OptOutType="STOP")

    book(house, "web")

    assert messages(house) == [("confirmation", "email", "sent")]
    assert sent(house) == []


def test_a_broken_account_is_not_waited_for_longer_than_a_quarter_of_an_hour(house: ChannelHouse) -> None:
    house.connect_twilio(templates=TEMPLATES)
    house.twilio.script = [Refused(401, 20003)] * 20
    book(house)

    for _ in range(3):
        house.stage.later(minutes=10)
        house.stage.worker.channels.sending._circuits._accounts.clear()
        house.work()

    assert messages(house) == [("confirmation", "whatsapp", "failed"), ("confirmation", "email", "sent")]


def test_by_meta_the_template_has_the_code_in_its_head(house: ChannelHouse) -> None:
    template = {"id": "reserva_confirmada", "language": "es", "qrHeader": True}
    house.connect_cloud(templates={"confirmation": {"es": template}})

    booked = book(house)

    told = next(each for each in house.meta.taken if house.phone_id in str(house.meta.asked))
    made = told["template"]
    assert (made["name"], made["language"]) == ("reserva_confirmada", {"code": "es"})
    assert made["components"][0]["parameters"][0]["image"]["link"].endswith("qr.png?colours=rgb")
    words = [each["text"] for each in made["components"][1]["parameters"]]
    assert words[0] == "Lucía"
    assert booked["reservation"]["code"] in words
    assert str(TOMORROW.day) in words[2]


class _NoSuchMailbox:
    """A mail server that refuses the address for good."""

    def send(self, outgoing: Any) -> None:
        raise PermanentSendError("recipient refused (550)")


def test_where_the_mail_is_refused_for_good_it_goes_by_sms(house: ChannelHouse) -> None:
    house.connect_twilio("sms")
    house.stage.worker.notifications._sender = _NoSuchMailbox()

    book(house, "web")

    assert messages(house) == [("confirmation", "email", "failed"), ("confirmation", "sms", "sent")]


def test_a_refused_mail_without_another_way_is_a_dead_letter(house: ChannelHouse) -> None:
    house.stage.worker.notifications._sender = _NoSuchMailbox()

    book(house, "web")

    assert messages(house) == [("confirmation", "email", "dead")]


def test_who_waits_and_came_by_whatsapp_is_told_there_and_books_by_answering(house: ChannelHouse) -> None:
    house.connect_twilio()
    others = [{"name": "Otra", "phone": f"60000000{each}"} for each in range(2)]
    taken = [house.stage.booked(partySize=6, time="20:00", guest=each) for each in others]
    for text in (f"lista de espera para 6 el {TOMORROW:%d/%m} a las 20:00", "Ana Gil", "sí"):
        house.write_twilio(text)
        house.work()
    assert "lista de espera" in sent(house)[-1]["Body"]

    house.stage.call("DELETE", f"/reservations/{taken[0]['reservation']['id']}", house.stage.staff["host"])
    house.work()

    assert messages(house)[-1] == ("waitlist_offer", "whatsapp", "sent")
    assert "contesta «sí»" in sent(house)[-1]["Body"]
    for text in ("sí", "sí"):
        house.write_twilio(text)
        house.work()
    (entry,) = house.rows("SELECT state FROM waitlist_entries")
    assert entry["state"] == "seated"


def test_a_table_that_came_free_is_told_outside_the_window_by_an_approved_template(
    house: ChannelHouse,
) -> None:
    words = ["name", "restaurant", "when", "people", "manage"]
    house.connect_twilio(templates={"waitlist_offer": {"es": {**TEMPLATE, "variables": words}}})
    others = [{"name": "Otra", "phone": f"60000000{each}"} for each in range(2)]
    taken = [house.stage.booked(partySize=6, time="20:00", guest=each) for each in others]
    body = house.stage.body(partySize=6, time="20:00", guest={"name": "Ana Gil", "phone": GUEST})
    house.stage.call("POST", "/waitlist", house.stage.publishable, json=body)
    with house.stage.services.database.tenant(house.stage.restaurant_id) as tx:
        tx.run("UPDATE waitlist_entries SET channel = 'whatsapp'")  # as if it were asked for there, days ago

    house.stage.call("DELETE", f"/reservations/{taken[0]['reservation']['id']}", house.stage.staff["host"])
    house.work()

    told = sent(house)[-1]
    assert told["ContentSid"] == TEMPLATE["id"]
    assert "Ana" in told["ContentVariables"]
