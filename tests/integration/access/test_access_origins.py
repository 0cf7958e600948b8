"""On which sites' pages a publishable key may be used."""

from __future__ import annotations

import pytest
from access_house import House

SITE = "https://www.casalucia.example"


def limited_key(house: House, *origins: str) -> dict[str, str]:
    body = {"kind": "publishable", "name": "Web", "origins": list(origins)}
    made = house.call("POST", "/api-keys", body, token=house.token("manager"))
    assert made.status_code == 201, made.json
    return {"key": made.json["key"], "id": made.json["apiKey"]["id"]}


def probe(house: House, key: str, origin: str | None) -> int:
    headers = {"X-Api-Key": key} | ({"Origin": origin} if origin else {})
    return house.client.get("/api/v1/probe", headers=headers).status_code


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (SITE, 200),
        ("HTTPS://WWW.CASALUCIA.EXAMPLE", 200),
        (None, 200),
        ("http://localhost", 200),
        ("https://evil.example", 403),
        ("http://www.casalucia.example", 403),
        (f"{SITE}.evil.example", 403),
        (f"{SITE}:8443", 403),
        ("null", 403),
    ],
)
def test_a_key_for_one_site_is_for_that_site_and_our_own_pages(
    house: House, origin: str | None, status: int
) -> None:
    key = limited_key(house, SITE)["key"]

    assert probe(house, key, origin) == status


def test_a_key_for_no_site_in_particular_is_for_all(house: House) -> None:
    assert probe(house, limited_key(house)["key"], "https://anywhere.example") == 200


def test_the_refusal_can_be_read_by_the_page_and_says_what_is_wrong(house: House) -> None:
    headers = {"X-Api-Key": limited_key(house, SITE)["key"], "Origin": "https://evil.example"}

    answer = house.client.get("/api/v1/probe", headers=headers)

    assert (answer.json["code"], answer.headers["Access-Control-Allow-Origin"]) == ("origin_not_allowed", "*")


def test_sites_can_be_changed_and_the_change_holds_at_once(house: House) -> None:
    made = limited_key(house, SITE)
    other = "https://reservas.casalucia.example"
    assert probe(house, made["key"], other) == 403

    path = f"/api-keys/{made['id']}/origins"
    answer = house.call("PUT", path, {"origins": [other, other]}, token=house.token("manager"))

    assert answer.json["apiKey"]["origins"] == [other]
    assert (probe(house, made["key"], other), probe(house, made["key"], SITE)) == (200, 403)


@pytest.mark.parametrize(
    "wrong", ["casalucia.example", f"{SITE}/", "ftp://a.example", "https://*.example", ""]
)
def test_what_is_no_origin_is_refused_by_its_place_in_the_list(house: House, wrong: str) -> None:
    body = {"kind": "publishable", "name": "Web", "origins": [SITE, wrong]}

    answer = house.call("POST", "/api-keys", body, token=house.token("owner"))

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "origins.1")


def test_a_secret_key_belongs_on_no_page(house: House) -> None:
    body = {"kind": "secret", "name": "Socio", "origins": [SITE]}

    answer = house.call("POST", "/api-keys", body, token=house.token("owner"))

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "origins")


def test_a_host_may_not_change_the_sites(house: House) -> None:
    path = f"/api-keys/{limited_key(house, SITE)['id']}/origins"

    assert house.call("PUT", path, {"origins": []}, token=house.token("host")).status_code == 403
