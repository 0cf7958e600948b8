"""API keys: who may make which, what is shown again, revoking."""

from __future__ import annotations

import hashlib

import pytest
from access_house import House


def make_key(house: House, kind: str, who: str = "owner", **other: object) -> dict[str, object]:
    body = {"kind": kind, "name": "Web", **other}
    answer = house.call("POST", "/api-keys", body, token=house.token(who))
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


@pytest.mark.parametrize(("kind", "prefix"), [("publishable", "pk_"), ("secret", "sk_")])
def test_a_key_lets_its_kind_in_at_its_restaurant(house: House, kind: str, prefix: str) -> None:
    key = str(make_key(house, kind)["key"])
    probe = house.call("GET", "/probe", key=key).json
    assert key.startswith(prefix)
    assert (probe["kind"], probe["restaurantId"]) == (kind, str(house.here))


@pytest.mark.parametrize(
    ("who", "kind", "status"),
    [("manager", "publishable", 201), ("manager", "secret", 403), ("host", "publishable", 403)],
)
def test_secret_keys_are_for_owners_to_make(house: House, who: str, kind: str, status: int) -> None:
    answer = house.call("POST", "/api-keys", {"kind": kind, "name": "Web"}, token=house.token(who))
    assert answer.status_code == status


def test_a_manager_does_not_revoke_a_secret_key(house: House) -> None:
    key = make_key(house, "secret")
    path = f"/api-keys/{key['apiKey']['id']}/revoke"
    assert house.call("POST", path, token=house.token("manager")).status_code == 403


def test_a_publishable_key_can_be_read_again_a_secret_one_cannot(house: House) -> None:
    publishable, secret = make_key(house, "publishable"), make_key(house, "secret")
    listed = house.call("GET", "/api-keys", token=house.token("manager")).json["apiKeys"]
    assert [each["key"] for each in listed] == [publishable["key"], None]
    assert listed[1]["hint"] == f"sk_…{str(secret['key'])[-4:]}"


def test_only_a_fingerprint_of_a_key_is_stored(house: House) -> None:
    key = str(make_key(house, "secret")["key"])
    [(stored, row)] = house.as_owner(
        "SELECT key_hash, k::text FROM api_keys k WHERE restaurant_id = %s", str(house.here)
    )
    assert bytes(stored) == hashlib.sha256(key.encode()).digest()
    assert key not in row


def test_a_revoked_key_is_refused_at_once(house: House) -> None:
    made = make_key(house, "secret")
    assert house.call("GET", "/probe", key=str(made["key"])).status_code == 200
    house.call("POST", f"/api-keys/{made['apiKey']['id']}/revoke", token=house.token("owner"))
    answer = house.call("GET", "/probe", key=str(made["key"]))
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_the_restaurants_page_gets_the_oldest_key_that_holds(house: House) -> None:
    assert house.service.api_keys.publishable(house.here) is None
    first, second = make_key(house, "publishable"), make_key(house, "publishable")
    assert house.service.api_keys.publishable(house.here) == first["key"]
    house.call("POST", f"/api-keys/{first['apiKey']['id']}/revoke", token=house.token("owner"))
    assert house.service.api_keys.publishable(house.here) == second["key"]


def test_making_and_revoking_are_audited(house: House) -> None:
    made = make_key(house, "publishable", limitPerMinute=7)
    house.call("POST", f"/api-keys/{made['apiKey']['id']}/revoke", token=house.token("owner"))
    [created], [revoked] = house.audit("api_key.created"), house.audit("api_key.revoked")
    assert created["after"] == {"kind": "publishable", "limitPerMinute": 7}
    assert created["subject_id"] == revoked["subject_id"]
