"""Bad input over the HTTP edge: a problem document with a code and the field, never a 500; and strangers see nothing."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from stage import TODAY, TOMORROW, Stage

from backend.platform.http.caller import ANYONE


def problem(answer: Any) -> dict[str, Any]:
    assert answer.status_code < 500, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    document = answer.get_json()
    assert {"type", "title", "status", "code", "detail", "requestId"} <= set(document)
    assert document["status"] == answer.status_code
    return document


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"a":NaN}',
        b'{"guest": {"name": "\\u0000"}}',
        b'{"guest": {"name": "\\ud800"}}',
        b"[" * 20_000,
        b'{"partySize": ' + b"9" * 400 + b"}",
    ],
)
def test_what_is_not_a_json_object_in_shape_is_a_problem(stage: Stage, raw: bytes) -> None:
    headers = {**stage.publishable, "Content-Type": "application/json"}
    answer = stage.client.post("/api/v1/reservations", data=raw, headers=headers)

    assert problem(answer)["status"] in (400, 422)


def test_another_content_type_is_refused(stage: Stage) -> None:
    answer = stage.client.post("/api/v1/reservations", data="partySize=4", headers=stage.publishable)

    assert problem(answer)["status"] in (400, 415, 422)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date": "2026-02-29"}, "date"),
        ({"date": "mañana"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"time": "25:00"}, "time"),
        ({"time": "20:00+01:00"}, "time"),
        ({"partySize": "muchos"}, "partySize"),
        ({"partySize": 4.5}, "partySize"),
        ({"partySize": 10**30}, "partySize"),
        ({"partySize": None}, "partySize"),
        ({"guest": {"name": ""}}, "guest.name"),
        ({"guest": {"name": "   "}}, "guest.name"),
        ({"guest": {"name": "\u202e\u0007"}}, "guest.name"),
        ({"guest": {"name": "🍝" * 5000}}, "guest.name"),
        ({"guest": {"name": "Ana", "phone": "no tengo"}}, "guest.phone"),
        ({"guest": {"name": "Ana", "email": "ana@"}}, "guest.email"),
        ({"guest": {"name": "Ana", "locale": "klingon"}}, "guest.locale"),
        ({"guest": None}, "guest"),
        ({"area": "tejado"}, "area"),
        ({"holdId": "7"}, "holdId"),
        ({"surprise": 1}, "surprise"),
        ({"restaurantId": "x"}, "restaurantId"),
    ],
)
def test_a_wrong_field_is_named(stage: Stage, changes: dict[str, Any], field: str) -> None:
    document = problem(stage.book(**changes))

    assert (document["status"], document["code"]) == (422, "invalid_request")
    assert [error["field"] for error in document["errors"]] == [field]
    assert document["errors"][0]["message"]


def test_a_name_in_emoji_and_other_scripts_is_kept_as_written(stage: Stage) -> None:
    name = "Zoë 李小龍 👩‍🍳 d'Ávila-Ó"
    booked = stage.booked(guest={"name": name})
    path = f"/reservations/{booked['reservation']['id']}"

    assert stage.call("GET", path, stage.device).get_json()["guest"]["name"] == name


def test_refusals_speak_the_readers_language(stage: Stage) -> None:
    english = problem(
        stage.call(
            "POST",
            "/reservations",
            stage.publishable,
            json=stage.body(time="20:10"),
            headers={"Accept-Language": "en-GB,en;q=0.9"},
        )
    )
    spanish = problem(stage.call("POST", "/reservations", stage.publishable, json=stage.body(time="20:10")))

    assert english["code"] == spanish["code"] == "not_a_slot"
    assert english["detail"] != spanish["detail"]


def test_a_time_that_the_spring_change_skips_does_not_exist(stage: Stage) -> None:
    stage.set_rules(
        reservationWindow={"minHoursAdvance": 0, "maxDaysAdvance": 365, "allowSameDay": True},
        businessHours={
            day: {"open": "13:00", "close": "04:00"}
            for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        },
    )
    # In Madrid the night of 27 to 28 March 2027 has no 02:30.
    answer = stage.book(date="2027-03-27", time="02:30")

    assert problem(answer)["code"] == "not_a_slot"


@pytest.mark.parametrize("path", ["/reservations/{id}", "/guests/{id}", "/reservations/user/{id}"])
def test_unknown_ids_are_not_found_or_empty(stage: Stage, path: str) -> None:
    answer = stage.call("GET", path.format(id=uuid4()), stage.staff["host"])

    assert answer.status_code == 404 or answer.get_json() == {"reservations": []}
    assert problem(stage.call("GET", path.format(id="not-an-id"), stage.staff["host"]))["status"] == 404


def test_what_belongs_to_another_restaurant_is_not_found(stage: Stage, new_stage: Any) -> None:
    other = new_stage()
    theirs = other.booked(date=TODAY.isoformat())["reservation"]
    rid = other.restaurant_id
    calls = [
        ("GET", f"/reservations/{theirs['id']}", None),
        ("PUT", f"/reservations/{theirs['id']}", {"partySize": 2}),
        ("DELETE", f"/reservations/{theirs['id']}", None),
        ("POST", f"/reservations/{theirs['id']}/status", {"status": "seated"}),
        ("GET", f"/guests/{theirs['guestId']}", None),
        ("GET", f"/restaurants/{rid}/config", None),
        ("GET", f"/availability/{rid}?date={TOMORROW}&partySize=2", None),
        ("GET", f"/reservations?restaurantId={rid}", None),
        ("POST", "/reservations", other.body()),
        ("POST", "/qr/generate", {"reservationId": theirs["id"]}),
    ]
    for method, path, body in calls:
        answer = (
            stage.call(method, path, stage.staff["owner"], json=body)
            if body
            else stage.call(method, path, stage.staff["owner"])
        )
        assert problem(answer)["status"] == 404, (method, path)


def test_row_level_security_hides_every_tenants_rows_even_without_a_where(
    stage: Stage, new_stage: Any
) -> None:
    other = new_stage()
    other.booked()
    tables = (
        "reservations",
        "guests",
        "allocations",
        "audit",
        "outbox",
        "staff",
        "devices",
        "api_keys",
        "consents",
        "idempotency_keys",
        "restaurant_configs",
        "tables",
        "refresh_tokens",
    )
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        for table in tables:
            assert (
                tx.value(f"SELECT count(*) FROM {table} WHERE restaurant_id <> :own", own=stage.restaurant_id)
                == 0
            )
    with stage.services.database.platform() as tx:
        for table in tables:
            assert tx.value(f"SELECT count(*) FROM {table}") == 0


def test_the_application_role_cannot_bypass_row_level_security(stage: Stage) -> None:
    with stage.services.database.platform() as tx:
        role = tx.one(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        unprotected = tx.all(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND NOT relrowsecurity AND relname <> 'alembic_version'"
        )

    assert role is not None
    assert not any(role.values())
    assert unprotected == []


@pytest.mark.parametrize("who", ["publishable", "secret", "guest", "nobody"])
def test_guests_data_is_for_the_house_only(stage: Stage, who: str) -> None:
    booked = stage.booked(guest={"name": "Lucía García", "phone": "600111222", "email": "lucia@example.com"})
    callers = {
        "publishable": stage.publishable,
        "secret": stage.secret,
        "guest": stage.guest(booked),
        "nobody": {},
    }
    answer = stage.call("GET", f"/reservations/{booked['reservation']['id']}", callers[who])

    text = answer.get_data(as_text=True)
    assert answer.status_code == {"publishable": 403, "secret": 200, "guest": 200, "nobody": 401}[who]
    assert "600111222" not in text
    assert "lucia@example.com" not in text


def test_a_guests_link_opens_one_booking_only(stage: Stage) -> None:
    mine, theirs = stage.booked(), stage.booked(guest={"name": "Otro"})
    other = f"/reservations/{theirs['reservation']['id']}"

    assert stage.call("GET", other, stage.guest(mine)).status_code == 404
    assert stage.call("DELETE", other, stage.guest(mine)).status_code == 404
    assert (
        stage.call("GET", f"/reservations?restaurantId={stage.restaurant_id}", stage.guest(mine)).status_code
        == 403
    )


def test_personal_data_lies_sealed_in_the_database(stage: Stage) -> None:
    stage.booked(
        guest={"name": "Lucía García", "phone": "600111222", "email": "lucia@example.com"}, notes="celíaca"
    )
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        for table in ("guests", "reservations", "audit", "outbox", "idempotency_keys"):
            dump = json.dumps(
                [dict(row) for row in tx.all(f"SELECT row_to_json(t)::text AS row FROM {table} t")]
            )
            for secret in ("Luc", "600111222", "lucia@", "celiaca", "cel\\u00edaca"):
                assert secret not in dump, (table, secret)


def test_an_erased_guest_is_gone_from_rows_and_answers_and_the_counts_stay(stage: Stage) -> None:
    booked = stage.booked(
        guest={"name": "Lucía García", "phone": "600111222", "email": "lucia@example.com"}, notes="celíaca"
    )
    identity = booked["reservation"]["guestId"]
    exported = stage.call("GET", f"/guests/{identity}/export", stage.staff["owner"]).get_json()
    assert exported["guest"]["email"] == "lucia@example.com"
    assert exported["consents"][0]["purpose"] == "reservations"
    assert stage.call("POST", f"/guests/{identity}/erase", stage.staff["host"]).status_code == 403

    erased = stage.call("POST", f"/guests/{identity}/erase", stage.staff["owner"])

    assert erased.get_json()["reservations"] == 1
    shown = stage.call("GET", f"/reservations/{booked['reservation']['id']}", stage.device).get_json()
    assert shown["guest"]["name"] is None
    assert shown["guest"]["phone"] is None
    assert shown["reservation"]["notes"] is None
    assert shown["reservation"]["partySize"] == 4
    assert stage.booked(guest={"name": "Lucía", "phone": "600111222"})["reservation"]["guestId"] != identity


def test_every_route_says_who_may_call_it(stage: Stage) -> None:
    # Pages and files are for anyone by nature; everything else carries its declaration.
    public = ("pages.", "mailbox.", "widget.", "live.", "docs.")
    silent = [
        rule.rule
        for rule in stage.app.url_map.iter_rules()
        if not getattr(stage.app.view_functions[rule.endpoint], "access", None)
        and not rule.endpoint.startswith(public)
    ]

    assert silent == []


def test_every_route_refuses_whom_it_does_not_name(stage: Stage) -> None:
    for endpoint in stage.app.extensions["saveit.endpoints"]:
        path = endpoint.path.replace("<uuid:", "<").replace("<string:", "<").replace("<path:", "<")
        while "<" in path:
            start, end = path.index("<"), path.index(">")
            path = path[:start] + str(uuid4()) + path[end + 1 :]
        answer = stage.client.open(path, method=endpoint.method, json={})
        if ANYONE in endpoint.who:
            # A webhook is open to anyone and refuses what is not signed.
            allowed = (403,) if "forbidden" in endpoint.refusals else ()
            assert answer.status_code in allowed or answer.status_code not in (401, 403), endpoint.path
        else:
            assert problem(answer)["status"] == 401, endpoint.path
