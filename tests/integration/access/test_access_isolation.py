"""Restaurants do not see each other: through the API, and in the database even if a query forgets to ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from access_house import House
from sqlalchemy.exc import ProgrammingError

from backend.platform.http import OWNER
from backend.platform.http.caller import Caller

TABLES = ("staff", "refresh_tokens", "devices", "enrolment_codes", "api_keys", "audit")


@pytest.fixture
def furnished(house: House) -> House:
    """Both restaurants with a row in every table of access."""
    for restaurant, who in ((house.here, "owner"), (house.there, "stranger")):
        house.sign_in(who)
        house.enrol(restaurant=restaurant)
        house.service.api_keys.create(Caller(OWNER, restaurant), kind="publishable", name="Web")
    return house


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("own", ["here", "there"])
def test_a_query_that_asks_for_everything_gets_one_restaurants_rows(
    furnished: House, table: str, own: str
) -> None:
    restaurant = getattr(furnished, own)
    with furnished.ground.database.tenant(restaurant) as tx:
        owners = {row["restaurant_id"] for row in tx.all(f"SELECT restaurant_id FROM {table}")}
    assert owners == {restaurant}


@pytest.mark.parametrize("table", TABLES)
def test_a_query_without_a_tenant_gets_nothing(furnished: House, table: str) -> None:
    with furnished.ground.database.platform() as tx:
        assert tx.value(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize("table", ["staff", "devices", "api_keys", "refresh_tokens"])
def test_an_update_of_everything_leaves_the_other_restaurant_alone(furnished: House, table: str) -> None:
    with furnished.ground.database.tenant(furnished.here) as tx:
        touched = tx.run(
            f"UPDATE {table} SET restaurant_id = restaurant_id WHERE restaurant_id = :there",
            there=furnished.there,
        )
    assert touched == 0


def test_a_row_cannot_be_given_to_another_restaurant(furnished: House) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        furnished.ground.database.tenant(furnished.here) as tx,
    ):
        tx.run("UPDATE devices SET restaurant_id = :there", there=furnished.there)


def test_the_audit_trail_cannot_be_rewritten(furnished: House) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        furnished.ground.database.tenant(furnished.here) as tx,
    ):
        tx.run("UPDATE audit SET actor = 'nobody'")


def test_lists_show_the_callers_restaurant_only(furnished: House) -> None:
    mine, theirs = furnished.token("owner"), furnished.token("stranger")
    for path, name in (("/staff", "staff"), ("/devices", "devices"), ("/api-keys", "apiKeys")):
        here = {each["id"] for each in furnished.call("GET", path, token=mine).json[name]}
        there = {each["id"] for each in furnished.call("GET", path, token=theirs).json[name]}
        assert here, path
        assert there, path
        assert not here & there


def test_what_belongs_to_another_restaurant_is_not_found(furnished: House) -> None:
    theirs = Caller(OWNER, furnished.there)
    device = furnished.service.devices.page(theirs, 1).items[0].id
    key = furnished.service.api_keys.page(theirs, 1).items[0].id
    person = furnished.service.people.page(theirs, 1).items[0].id
    token = furnished.token("owner")
    answers = [
        furnished.call("POST", f"/devices/{device}/revoke", token=token),
        furnished.call("POST", f"/api-keys/{key}/revoke", token=token),
        furnished.call("PUT", f"/staff/{person}", {"name": "Yo"}, token=token),
        furnished.call("PUT", f"/staff/{person}", {"password": "una cuchara bajo la lluvia"}, token=token),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


def test_a_code_of_another_restaurant_cannot_be_withdrawn(furnished: House) -> None:
    made = furnished.service.devices.create_code(
        Caller(OWNER, furnished.there), uses=1, valid_for=timedelta(hours=1)
    )
    path = f"/devices/enrolment-codes/{made.id}/withdraw"
    assert furnished.call("POST", path, token=furnished.token("owner")).status_code == 404
