"""Connecting a channel: who may, what is refused and why, secrets that go in and never come out."""

from __future__ import annotations

from typing import Any

import pytest
from channel_house import ChannelHouse
from providers import GRAPH_TOKEN, SID, TOKEN


def twilio_body(house: ChannelHouse, **changes: Any) -> dict[str, Any]:
    return {
        "provider": "twilio",
        "account": house.phone,
        "settings": {"accountSid": SID},
        "secrets": {"authToken": TOKEN},
        **changes,
    }


def test_an_account_is_shown_without_its_secrets_and_with_the_addresses_to_enter(house: ChannelHouse) -> None:
    house.connect_twilio()

    answer = house.channels("GET", "whatsapp")

    shown = answer.get_json()
    assert shown["secrets"] == ["authToken"]
    assert TOKEN not in answer.get_data(as_text=True)
    assert shown["webhooks"]["messages"] == "https://book.example/webhooks/twilio/messages"
    assert (shown["provider"], shown["account"], shown["settings"]["notices"]) == (
        "twilio",
        house.phone,
        "came_by",
    )


def test_secrets_lie_sealed_in_the_database(house: ChannelHouse) -> None:
    house.connect_twilio()

    (row,) = house.rows("SELECT settings::text AS settings, secrets_sealed FROM channel_accounts")

    assert TOKEN not in row["settings"]
    assert TOKEN.encode() not in bytes(row["secrets_sealed"])


def test_connecting_changing_and_disconnecting_leave_a_trace_without_secrets(house: ChannelHouse) -> None:
    house.connect_twilio()
    house.connect_twilio(notices="always")
    house.channels("DELETE", "whatsapp")

    rows = house.rows(
        "SELECT action, after::text AS after FROM audit WHERE subject_kind = 'channel' ORDER BY id"
    )

    assert [row["action"] for row in rows] == ["channel.connected", "channel.changed", "channel.disconnected"]
    assert all(TOKEN not in row["after"] for row in rows)


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("manager", 200), ("host", 403)])
def test_owner_and_manager_connect_channels_and_nobody_else(
    house: ChannelHouse, who: str, status: int
) -> None:
    assert house.channels("PUT", "whatsapp", who, json=twilio_body(house)).status_code == status


def test_another_restaurants_channels_are_not_there(new_house: Any) -> None:
    one, other = new_house(), new_house()
    path = f"/restaurants/{other.stage.restaurant_id}/channels/whatsapp"

    assert one.stage.call("GET", path, one.stage.staff["owner"]).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"account": "600 111"}, "account", "not_a_phone"),
        ({"provider": "carrier"}, "provider", "not_a_choice"),
        ({"settings": {"accountSid": "AC1"}}, "settings.accountSid", "wrong_format"),
        ({"settings": {}}, "settings.accountSid", "required"),
        ({"secrets": {}}, "secrets.authToken", "required"),
        ({"settings": {"accountSid": SID, "colour": "red"}}, "settings.colour", "unknown_field"),
        ({"settings": {"accountSid": SID, "apiKeySid": "SK" + "0" * 32}}, "secrets.apiKeySecret", "required"),
        (
            {"settings": {"accountSid": SID, "templates": {"confirmation": {"es": {"id": "name"}}}}},
            "settings.templates.confirmation.es.id",
            "wrong_format",
        ),
    ],
)
def test_a_wrong_part_of_an_account_is_named(
    house: ChannelHouse, changes: Any, field: str, code: str
) -> None:
    answer = house.channels("PUT", "whatsapp", json=twilio_body(house, **changes))

    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.get_json()["errors"]] == [(field, code)]


def test_a_channel_that_there_is_not_is_not_found(house: ChannelHouse) -> None:
    assert house.channels("PUT", "pigeon", json=twilio_body(house)).status_code == 404
    assert house.channels("GET", "whatsapp").status_code == 404
    assert house.channels("DELETE", "whatsapp").status_code == 404
    assert house.channels("POST", "whatsapp/test").status_code == 404


def test_a_number_of_another_restaurant_is_refused(new_house: Any) -> None:
    one, other = new_house(), new_house()
    one.connect_twilio()

    answer = other.channels("PUT", "whatsapp", json=twilio_body(other, account=one.phone))

    assert (answer.status_code, answer.get_json()["code"]) == (409, "channel_taken")


def test_secrets_that_are_left_out_stay(house: ChannelHouse) -> None:
    house.connect_twilio()

    house.connect("whatsapp", twilio_body(house, secrets={}))

    assert house.channels("POST", "whatsapp/test").get_json()["ok"] is True


def test_secrets_of_one_number_are_none_of_another(house: ChannelHouse) -> None:
    house.connect_twilio()

    answer = house.channels("PUT", "whatsapp", json=twilio_body(house, account="+34911999999", secrets={}))

    assert answer.get_json()["errors"][0]["field"] == "secrets.authToken"


def test_the_test_says_that_the_provider_takes_the_account(house: ChannelHouse) -> None:
    house.connect_twilio()
    told = house.channels("POST", "whatsapp/test").get_json()
    house.connect_cloud()
    by_meta = house.channels("POST", "whatsapp/test").get_json()

    assert (told["ok"], told["facts"]["name"]) == (True, "Casa Prueba")
    assert (by_meta["ok"], by_meta["facts"]["verified_name"]) == (True, "Casa")


def test_the_test_says_that_the_provider_refuses_the_credentials(house: ChannelHouse) -> None:
    house.connect("whatsapp", twilio_body(house, secrets={"authToken": "another-token"}))

    told = house.channels("POST", "whatsapp/test").get_json()

    assert (told["ok"], told["reason"]) == (False, "credentials")


def test_the_test_says_that_the_provider_is_not_reached(new_house: Any, free_port: int) -> None:
    house = new_house(meta_base_url=f"http://127.0.0.1:{free_port}")
    house.connect_cloud()

    told = house.channels("POST", "whatsapp/test").get_json()

    assert (told["ok"], told["reason"]) == (False, "unreachable")


def test_an_account_of_meta_needs_an_app_secret_unless_the_server_has_one(new_house: Any) -> None:
    house = new_house()
    body = {"provider": "meta", "account": house.phone_id, "secrets": {"accessToken": GRAPH_TOKEN}}

    answer = house.channels("PUT", "whatsapp", json=body)

    assert answer.get_json()["errors"][0]["field"] == "secrets.appSecret"
    served = new_house(meta_app_secret="the-servers-app")
    assert served.channels("PUT", "whatsapp", json={**body, "account": served.phone_id}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("channel", ["%00", "sms%00", "%F0%9F%8D%95"])
def test_a_name_that_no_channel_can_have_is_not_found(house: ChannelHouse, method: str, channel: str) -> None:
    house.connect_twilio("sms")

    assert house.channels(method, channel).status_code == 404
    assert house.channels("GET", "sms").status_code == 200


def test_an_id_in_other_scripts_figures_is_none_of_metas(house: ChannelHouse) -> None:
    body = {
        "provider": "meta",
        "account": "١٢٣٤٥٦٧",
        "secrets": {"accessToken": GRAPH_TOKEN, "appSecret": "0123456789abcdef"},
    }

    answer = house.channels("PUT", "whatsapp", json=body)

    assert [each["field"] for each in answer.get_json()["errors"]] == ["account"]


def of_the_servers_app(account: str, token: str = GRAPH_TOKEN, **settings: Any) -> dict[str, Any]:
    return {"provider": "meta", "account": account, "settings": settings, "secrets": {"accessToken": token}}


def test_a_number_that_the_servers_app_signs_for_is_only_taken_with_a_token_that_meta_knows(
    new_house: Any,
) -> None:
    house = new_house(meta_app_secret="the-servers-app")

    answer = house.channels(
        "PUT", "whatsapp", json=of_the_servers_app(house.phone_id, "EAAG-somebody-elses-token")
    )

    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "secrets.accessToken")
    assert house.channels("GET", "whatsapp").status_code == 404


def test_another_page_than_the_tokens_is_not_taken_where_the_servers_app_signs(new_house: Any) -> None:
    house = new_house(meta_app_secret="the-servers-app")
    house.meta.facts = {"user_id": house.page}

    stolen = house.channels("PUT", "instagram", json=of_the_servers_app("17840000000000"))
    own = house.channels("PUT", "instagram", json=of_the_servers_app(house.page))

    assert (stolen.status_code, own.status_code) == (422, 200)


def test_what_meta_cannot_be_asked_about_now_is_not_taken_on_trust(new_house: Any, free_port: int) -> None:
    house = new_house(meta_app_secret="the-servers-app", meta_base_url=f"http://127.0.0.1:{free_port}")

    answer = house.channels("PUT", "whatsapp", json=of_the_servers_app(house.phone_id))

    assert answer.status_code == 503
    assert house.channels("GET", "whatsapp").status_code == 404


def test_settings_of_a_proven_account_change_without_asking_again(new_house: Any) -> None:
    house = new_house(meta_app_secret="the-servers-app")
    house.meta.facts = {"user_id": house.page}
    assert house.channels("PUT", "instagram", json=of_the_servers_app(house.page)).status_code == 200
    house.meta.facts = {"user_id": "it would say no now"}

    body = {**of_the_servers_app(house.page, humanAgent=True), "secrets": {}}
    changed = house.channels("PUT", "instagram", json=body)

    assert changed.get_json()["settings"]["humanAgent"] is True
    assert house.channels("PUT", "instagram", json=of_the_servers_app(house.page)).status_code == 422
