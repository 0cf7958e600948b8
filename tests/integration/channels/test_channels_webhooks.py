"""What may come in at the webhooks: forged is 403, anything else is never 500, nothing is lost and nothing doubled."""

from __future__ import annotations

import json
from typing import Any

import pytest
from channel_house import FORM, PUBLIC, ChannelHouse
from providers import APP_SECRET, TOKEN, form_body, meta_signature, twilio_signature
from werkzeug.middleware.proxy_fix import ProxyFix

MESSAGES = "/webhooks/twilio/messages"
STATUS = "/webhooks/twilio/status"


def test_a_forged_twilio_message_is_refused_and_not_kept(house: ChannelHouse) -> None:
    house.connect_twilio()

    answer = house.post_twilio(house.twilio_form("hola"), token="another")

    assert answer.status_code == 403
    assert house.states("inbound_messages") == []


@pytest.mark.parametrize(
    "changed",
    [{"Body": "otra cosa"}, {"From": "whatsapp:+34600999888"}, {"MessageSid": "SM2"}, {"Extra": "1"}],
)
def test_a_twilio_message_that_was_changed_on_its_way_is_refused(
    house: ChannelHouse, changed: dict[str, str]
) -> None:
    house.connect_twilio()
    form = house.twilio_form("hola")
    headers = {"X-Twilio-Signature": twilio_signature(TOKEN, PUBLIC + MESSAGES, form)}

    answer = house.stage.client.post(
        MESSAGES, data=form_body({**form, **changed}), headers=headers, content_type=FORM
    )

    assert answer.status_code == 403


def test_a_twilio_message_signed_for_another_address_is_refused(house: ChannelHouse) -> None:
    house.connect_twilio()

    assert house.post_twilio(house.twilio_form("hola"), url="https://evil.example").status_code == 403


def test_a_message_to_a_number_that_nobody_connected_is_refused(house: ChannelHouse) -> None:
    assert house.post_twilio(house.twilio_form("hola")).status_code == 403


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (b"%%%=&&==\xff\xfe", FORM),
        (b"{}", "application/json"),
        (b"x" * 10_000, "text/plain"),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
        (b"To=" + b"9" * 100_000, FORM),
    ],
)
@pytest.mark.parametrize("path", [MESSAGES, STATUS])
def test_nonsense_at_twilios_door_is_refused_without_a_stumble(
    house: ChannelHouse, path: str, body: bytes, kind: str
) -> None:
    answer = house.stage.client.post(
        path, data=body, content_type=kind, headers={"X-Twilio-Signature": "é\udcff"}
    )

    assert answer.status_code == 403


def test_a_signed_message_without_a_name_is_answered_and_left_out(house: ChannelHouse) -> None:
    house.connect_twilio()
    form = house.twilio_form("hola")
    del form["MessageSid"]

    assert house.post_twilio(form).status_code == 200
    assert house.states("inbound_messages") == []


def test_a_long_message_is_worked_on_as_far_as_it_is_read(house: ChannelHouse) -> None:
    house.connect_twilio()

    house.write_twilio("mesa para 2 mañana a las 20:00 " + "bla " * 20_000)
    house.work()

    assert house.states("inbound_messages") == ["done"]


def test_a_body_past_all_bounds_is_refused_as_too_large(house: ChannelHouse) -> None:
    house.connect_cloud()

    assert house.post_meta(b'{"x":"' + b"y" * 4_100_000 + b'"}').status_code == 413


def test_a_delivery_of_meta_may_be_three_megabytes(house: ChannelHouse) -> None:
    house.connect_cloud()
    big = house.cloud_body(house.cloud_message("hola"), padding="y" * 3_000_000)

    assert house.post_meta(big).status_code == 200
    assert house.states("inbound_messages") == ["waiting"]


def test_a_forged_delivery_of_meta_is_refused_and_not_kept(house: ChannelHouse) -> None:
    house.connect_cloud()
    body = house.cloud_body(house.cloud_message("hola"))

    assert house.post_meta(body, secret="another").status_code == 403
    assert house.post_meta(body, signature="sha256=00").status_code == 403
    assert house.states("inbound_messages") == []


def test_meta_signs_bytes_and_not_what_they_mean(house: ChannelHouse) -> None:
    house.connect_cloud()
    told = house.cloud_body(house.cloud_message("mañana"))
    escaped = json.dumps(told).encode()  # as Meta sends it
    plain = json.dumps(told, ensure_ascii=False).encode()

    assert house.post_meta(plain, signature=meta_signature(APP_SECRET, escaped)).status_code == 403
    assert house.post_meta(escaped).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"hola"',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"object":"whatsapp_business_account","entry":{}}',
        b'{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":1}]}]}',
        b'{"object":"instagram","entry":[null,1,{"id":[]}]}',
    ],
)
def test_nonsense_at_metas_door_is_refused_without_a_stumble(house: ChannelHouse, raw: bytes) -> None:
    assert house.post_meta(raw).status_code == 403


def test_malformed_items_in_a_signed_delivery_do_not_lose_the_good_one(house: ChannelHouse) -> None:
    house.connect_cloud()
    bad: list[Any] = [{"type": "text"}, None, {"type": "text", "id": "x", "from": "1", "text": "hola"}]

    answer = house.post_meta(house.cloud_body(*bad, house.cloud_message("hola")))

    assert answer.status_code == 200
    assert house.states("inbound_messages") == ["waiting"]


def test_a_delivery_repeated_by_meta_is_kept_once(house: ChannelHouse) -> None:
    house.connect_cloud()
    body = house.cloud_body(house.cloud_message("hola"))

    for _ in range(3):
        assert house.post_meta(body).status_code == 200

    assert house.states("inbound_messages") == ["waiting"]


def test_one_delivery_for_two_restaurants_with_apps_of_their_own_reaches_only_the_one_that_signed(
    new_house: Any,
) -> None:
    one, other = new_house(), new_house()
    one.connect_cloud()
    account = other.connect_cloud()
    other.connect(
        "whatsapp",
        {
            "provider": "meta",
            "account": account["account"],
            "settings": account["settings"],
            "secrets": {"appSecret": "another-app-secret"},
        },
    )
    body = one.cloud_body(one.cloud_message("hola"))
    body["entry"] += other.cloud_body(other.cloud_message("hola"))["entry"]

    assert one.post_meta(body).status_code == 200
    assert (one.states("inbound_messages"), other.states("inbound_messages")) == (["waiting"], [])


def test_the_servers_own_app_delivers_for_all_of_its_restaurants(new_house: Any) -> None:
    houses = [new_house(meta_app_secret="the-servers-app") for _ in range(2)]
    for each in houses:
        each.connect(
            "whatsapp",
            {
                "provider": "meta",
                "account": each.phone_id,
                "secrets": {"accessToken": "EAAG-a-token-of-the-app"},
            },
        )
    body = houses[0].cloud_body(houses[0].cloud_message("hola"))
    body["entry"] += houses[1].cloud_body(houses[1].cloud_message("hola"))["entry"]

    assert houses[0].post_meta(body, secret="the-servers-app").status_code == 200
    assert [each.states("inbound_messages") for each in houses] == [["waiting"], ["waiting"]]
    assert houses[0].post_meta({"object": "unknown"}, secret="the-servers-app").status_code == 200


def test_the_challenge_is_answered_to_whoever_has_the_restaurants_token(house: ChannelHouse) -> None:
    token = house.connect_cloud()["verifyToken"]
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}

    answer = house.stage.client.get("/webhooks/meta", query_string=asked)

    assert (answer.status_code, answer.get_data(as_text=True), answer.mimetype) == (
        200,
        "1158201444",
        "text/plain",
    )


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"hub.verify_token": "guess"}, 403),
        ({"hub.mode": "unsubscribe"}, 403),
        ({"hub.challenge": ""}, 400),
        ({"hub.challenge": "a\nb"}, 400),
    ],
)
def test_a_challenge_that_is_not_metas_is_refused(
    house: ChannelHouse, changed: dict[str, str], status: int
) -> None:
    token = house.connect_cloud()["verifyToken"]
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1", **changed}

    assert house.stage.client.get("/webhooks/meta", query_string=asked).status_code == status


def test_behind_a_trusted_proxy_the_signature_is_that_of_the_address_outside(new_house: Any) -> None:
    house = new_house(public_url="")
    house.connect_twilio()
    house.stage.app.wsgi_app = ProxyFix(house.stage.app.wsgi_app, x_for=1, x_proto=1, x_host=1)
    form = house.twilio_form("hola")
    headers = {
        "X-Twilio-Signature": twilio_signature(TOKEN, "https://outside.example" + MESSAGES, form),
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "outside.example",
        "X-Forwarded-For": "203.0.113.9",
    }

    answer = house.stage.client.post(MESSAGES, data=form_body(form), headers=headers, content_type=FORM)

    assert answer.status_code == 200


def test_without_a_trusted_proxy_forwarded_headers_are_not_believed(new_house: Any) -> None:
    house = new_house(public_url="")
    house.connect_twilio()
    form = house.twilio_form("hola")
    headers = {
        "X-Twilio-Signature": twilio_signature(TOKEN, "https://outside.example" + MESSAGES, form),
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "outside.example",
    }

    answer = house.stage.client.post(MESSAGES, data=form_body(form), headers=headers, content_type=FORM)

    assert answer.status_code == 403


def test_a_guest_who_told_twilio_to_stop_is_not_answered_again(house: ChannelHouse) -> None:
    house.connect_twilio("sms")

    house.write_twilio("STOP", "sms", OptOutType="STOP")
    house.work()

    assert [each for each in house.twilio.taken if each["From"] == house.phone] == []
    assert len(house.rows("SELECT 1 FROM channel_stops")) == 1
    house.write_twilio("START", "sms", OptOutType="START")
    assert house.rows("SELECT 1 FROM channel_stops") == []


@pytest.mark.parametrize("field", ["To", "From", "MessageSid", "Body", "ProfileName", "ErrorCode"])
def test_a_null_character_in_a_field_of_twilio_makes_nothing_stumble(house: ChannelHouse, field: str) -> None:
    house.connect_twilio()
    form = house.twilio_form("hola", ErrorCode="1", MessageStatus="failed")
    form[field] += "\0"

    for path in (MESSAGES, STATUS):
        assert house.post_twilio(form, path).status_code in (200, 403)
    house.work()

    assert set(house.states("inbound_messages")) <= {"done"}


@pytest.mark.parametrize("what", ["from", "text", "name", "id"])
@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_characters_that_no_database_takes_are_left_out_of_what_meta_says(
    house: ChannelHouse, what: str, bad: str
) -> None:
    house.connect_cloud()
    message = house.cloud_message("hola")
    more: dict[str, Any] = {}
    if what == "text":
        message["text"]["body"] += bad
    elif what == "name":
        more = {"contacts": [{"profile": {"name": "L" + bad}, "wa_id": "34600111222"}]}
    else:
        message[what] += bad

    answer = house.post_meta(house.cloud_body(message, **more))
    house.work()

    assert answer.status_code == 200
    assert house.states("inbound_messages") == (["done"] if what in ("text", "name") else [])


@pytest.mark.parametrize("stamp", ["9" * 400, "1e999", "-5", "\0", 10**400, float("inf"), None, True])
def test_a_time_that_cannot_be_makes_nothing_stumble(house: ChannelHouse, stamp: Any) -> None:
    house.connect_cloud()

    assert house.post_meta(house.cloud_body(house.cloud_message("hola", timestamp=stamp))).status_code == 200


@pytest.mark.parametrize("code", [float("inf"), "9" * 5000, None, []])
def test_a_code_that_cannot_be_makes_nothing_stumble(house: ChannelHouse, code: Any) -> None:
    house.connect_cloud()
    told = {"id": "x", "status": "failed", "errors": [{"code": code}]}

    assert house.post_meta(house.cloud_body(statuses=[told])).status_code == 200


def test_an_unsigned_delivery_that_names_many_accounts_is_refused_without_looking_them_up(
    house: ChannelHouse,
) -> None:
    house.connect_instagram()
    body = house.instagram_body(house.instagram_event("hola"))
    body["entry"] = [{"id": str(10**6 + number)} for number in range(3000)] + body["entry"]

    assert house.post_meta(body).status_code == 403
    assert house.states("inbound_messages") == []
