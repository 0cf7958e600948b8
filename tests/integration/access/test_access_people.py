"""Staff accounts: who may make and change whom, and what happens to the changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from access_house import PASSWORD, House

from backend.access.service import PersonChange
from backend.platform.http import OWNER
from backend.platform.http.caller import Caller
from backend.platform.refusals import Refusal


def new_person(house: House, role: str, other: dict[str, object] | None = None) -> dict[str, object]:
    return {
        "email": f"{role}.nuevo.{house.here.hex[-12:]}@mesa.example",
        "name": "Íñigo Muñoz",
        "role": role,
        "password": PASSWORD,
        **(other or {}),
    }


@pytest.mark.parametrize(
    ("actor", "role", "status"),
    [
        ("owner", "owner", 201),
        ("owner", "manager", 201),
        ("owner", "host", 201),
        ("manager", "owner", 403),
        ("manager", "manager", 403),
        ("manager", "host", 201),
        ("host", "host", 403),
    ],
)
def test_owners_add_everyone_managers_only_hosts(house: House, actor: str, role: str, status: int) -> None:
    answer = house.call("POST", "/staff", new_person(house, role), token=house.token(actor))
    assert answer.status_code == status


def test_a_new_person_can_sign_in(house: House) -> None:
    person = new_person(house, "host")
    house.call("POST", "/staff", person, token=house.token("manager"))
    house.emails["new"] = str(person["email"])
    assert house.sign_in("new").status_code == 200


def test_the_list_shows_the_house_in_the_order_it_was_hired(house: House) -> None:
    people = house.call("GET", "/staff", token=house.token("manager")).json["staff"]
    assert [person["role"] for person in people] == ["owner", "manager", "host"]


def test_a_long_list_comes_in_parts(house: House) -> None:
    token = house.token("owner")
    first = house.call("GET", "/staff?limit=2", token=token).json
    rest = house.call("GET", f"/staff?limit=2&cursor={first['nextCursor']}", token=token).json
    assert [len(first["staff"]), len(rest["staff"]), rest["nextCursor"]] == [2, 1, None]


@pytest.mark.parametrize("whose", ["owner", "stranger"])
def test_an_address_that_has_an_account_anywhere_is_refused(house: House, whose: str) -> None:
    person = new_person(house, "host", {"email": house.emails[whose].upper()})
    answer = house.call("POST", "/staff", person, token=house.token("owner"))
    assert [(each["field"], each["code"]) for each in answer.json["errors"]] == [("email", "taken")]


@pytest.mark.parametrize("whose", ["manager", "stranger"])
def test_an_address_cannot_be_changed_to_one_that_has_an_account(house: House, whose: str) -> None:
    answer = house.call(
        "PUT", f"/staff/{house.person('host')}", {"email": house.emails[whose]}, token=house.token("owner")
    )
    assert [(each["field"], each["code"]) for each in answer.json["errors"]] == [("email", "taken")]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "no es un correo", "not_an_email"),
        ("email", "", "too_short"),
        ("name", "🍽" * 10_000, "too_long"),
        ("role", "cook", "not_a_choice"),
        ("password", "corta", "too_short"),
        ("password", "restaurante2026", "too_common"),
        ("locale", "español", "wrong_format"),
        ("salary", 1, "unknown_field"),
    ],
)
def test_a_bad_value_is_named(house: House, field: str, value: object, code: str) -> None:
    person = new_person(house, "host", {field: value})
    answer = house.call("POST", "/staff", person, token=house.token("owner"))
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json["errors"]] == [(field, code)]


def test_a_change_leaves_the_rest_as_it_was(house: House) -> None:
    host = house.person("host")
    changed = house.call("PUT", f"/staff/{host}", {"name": "Ana"}, token=house.token("manager")).json["staff"]
    assert (changed["name"], changed["email"], changed["role"]) == ("Ana", house.emails["host"], "host")
    assert house.sign_in("host").status_code == 200


def test_a_person_with_a_new_address_signs_in_by_it(house: House) -> None:
    host = house.person("host")
    fresh = f"nueva.{house.here.hex[-12:]}@mesa.example"
    house.call("PUT", f"/staff/{host}", {"email": fresh}, token=house.token("owner"))
    assert house.sign_in("host").status_code == 401
    house.emails["host"] = fresh
    assert house.sign_in("host").status_code == 200


@pytest.mark.parametrize("whom", ["owner", "manager"])
def test_a_manager_changes_neither_owners_nor_managers(house: House, whom: str) -> None:
    person = house.person(whom)
    assert (
        house.call("PUT", f"/staff/{person}", {"name": "Yo"}, token=house.token("manager")).status_code == 403
    )


def test_a_manager_makes_nobody_a_manager(house: House) -> None:
    host = house.person("host")
    answer = house.call("PUT", f"/staff/{host}", {"role": "manager"}, token=house.token("manager"))
    assert answer.status_code == 403


def test_a_new_role_holds_for_tokens_already_issued(house: House) -> None:
    manager = house.person("manager")
    issued = house.token("manager")
    assert house.call("GET", "/staff", token=issued).status_code == 200
    house.call("PUT", f"/staff/{manager}", {"role": "host"}, token=house.token("owner"))
    assert house.call("GET", "/staff", token=issued).status_code == 403


@pytest.mark.parametrize("change", [{"active": False}, {"password": "una cuchara bajo la lluvia"}])
def test_switching_off_or_a_new_password_ends_the_persons_sessions(
    house: House, change: dict[str, object]
) -> None:
    host = house.person("host")
    session = house.sign_in("host").json
    assert house.call("GET", "/auth/me", token=session["accessToken"]).status_code == 200
    house.call("PUT", f"/staff/{host}", change, token=house.token("owner"))
    assert house.call("GET", "/auth/me", token=session["accessToken"]).status_code == 401
    refreshed = house.call("POST", "/auth/refresh", {"refreshToken": session["refreshToken"]})
    assert refreshed.json["code"] == "token_expired"


@pytest.mark.parametrize(("change", "field"), [({"role": "host"}, "role"), ({"active": False}, "active")])
def test_the_last_owner_stays_an_owner(house: House, change: dict[str, object], field: str) -> None:
    owner = house.person("owner")
    answer = house.call("PUT", f"/staff/{owner}", change, token=house.token("owner"))
    assert [(each["field"], each["code"]) for each in answer.json["errors"]] == [(field, "last_owner")]


def test_two_owners_who_switch_each_other_off_at_once_leave_one(house: House) -> None:
    caller = Caller(OWNER, house.here)
    second = house.service.people.add(
        caller,
        email=f"dos.{house.here.hex[-12:]}@mesa.example",
        name="Dos",
        role="owner",
        password=PASSWORD,
        locale="es-ES",
    )

    def switch_off(person: UUID) -> str:
        try:
            house.service.people.change(caller, person, PersonChange(active=False))
        except Refusal as refusal:
            return refusal.fields[0].code
        return "done"

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(switch_off, [house.person("owner"), second.id]))
    assert sorted(outcomes) == ["done", "last_owner"]


def test_a_change_is_audited_without_what_it_changed_to(house: House) -> None:
    host = house.person("host")
    house.call("PUT", f"/staff/{host}", {"name": "Ana", "role": "manager"}, token=house.token("owner"))
    [row] = house.audit("staff.changed")
    assert row["actor"] == f"owner:{house.person('owner')}"
    assert row["before"] == {"role": "host", "locale": "es-ES", "active": True}
    assert row["after"] == {"role": "manager", "locale": "es-ES", "active": True, "replaced": ["name"]}
