"""Attacks on the channels."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from channel_house import FORM, PUBLIC, ChannelHouse
from providers import TOKEN, form_body, meta_signature, twilio_signature


@pytest.mark.parametrize("field", ["To", "From", "MessageSid", "Body", "ProfileName"])
@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_nul(house: ChannelHouse, field: str, bad: str) -> None:
    house.connect_twilio()
    form = house.twilio_form("hola")
    form[field] = form[field] + bad
    try:
        body = form_body(form)
    except UnicodeEncodeError:
        return
    answer = house.stage.client.post(
        "/webhooks/twilio/messages", data=body,
        headers={"X-Twilio-Signature": twilio_signature(TOKEN, PUBLIC + "/webhooks/twilio/messages", form)}, content_type=FORM)
    print(field, repr(bad), answer.status_code)
    assert answer.status_code != 500
    house.work()
    print(house.states("inbound_messages"))


@pytest.mark.parametrize("stamp", ["9" * 400, "1e999", "-5", "\0", 10**400, float("inf")])
def test_stamp(house: ChannelHouse, stamp: Any) -> None:
    house.connect_cloud()
    body = house.cloud_body(house.cloud_message("hola", timestamp=stamp))
    assert house.post_meta(body).status_code == 200


@pytest.mark.parametrize("code", [float("inf"), "9" * 5000, None])
def test_code(house: ChannelHouse, code: Any) -> None:
    house.connect_cloud()
    body = house.cloud_body(statuses=[{"id": "x", "status": "failed", "errors": [{"code": code}]}])
    assert house.post_meta(body).status_code == 200


@pytest.mark.parametrize("what", ["from", "text", "name", "id"])
@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_meta_chars(house: ChannelHouse, what: str, bad: str) -> None:
    house.connect_cloud()
    message = house.cloud_message("mesa para 2 mañana a las 20:00")
    more = {}
    if what == "text":
        message["text"]["body"] += bad
    elif what == "name":
        more = {"contacts": [{"profile": {"name": "L" + bad}, "wa_id": "34600111222"}]}
    else:
        message[what] += bad
    answer = house.post_meta(house.cloud_body(message, **more))
    assert answer.status_code == 200
    house.work()
    print(what, repr(bad), house.rows("SELECT state, last_error FROM inbound_messages"))
    print(house.rows("SELECT state, last_error FROM outbound_messages"))


def test_amplify(house: ChannelHouse) -> None:
    body = json.dumps({"object": "instagram", "entry": [{"id": str(10**6 + n)} for n in range(3000)]}).encode()
    start = time.monotonic()
    answer = house.stage.client.post("/webhooks/meta", data=body, content_type="application/json")
    print("AMPLIFY", answer.status_code, time.monotonic() - start)


@pytest.mark.parametrize("path", ["messages?after=%00", "messages?after=a%00/1", "messages?after=%ED%A0%80"])
def test_after(house: ChannelHouse, path: str) -> None:
    s = house.stage
    key = s.publishable if hasattr(s, "publishable") else None
    print([n for n in dir(s) if not n.startswith("_")])
