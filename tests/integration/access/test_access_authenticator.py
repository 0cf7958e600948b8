"""Who is recognised by which credential, and what a wrong one gets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from access_house import House, StatementCount
from servers import free_port
from sqlalchemy import create_engine

from backend.access import guest_link_key, issue_guest_link
from backend.access.keyring import access_token_key
from backend.platform.database import Database
from backend.platform.http import OWNER
from backend.platform.http.caller import Caller
from backend.platform.refusals import Refusal


def probe(house: House, **credentials: str) -> tuple[int, str]:
    answer = house.call("GET", "/probe", **credentials)
    return answer.status_code, answer.json.get("kind") or answer.json["code"]


def guest_token(house: House, **by: float) -> str:
    expires = house.clock.now() + timedelta(**by)
    return issue_guest_link(guest_link_key(house.ground.secrets), uuid4(), house.here, expires)


def api_key(house: House, kind: str) -> str:
    return house.service.api_keys.create(Caller(OWNER, house.here), kind=kind, name="Web").key


def credentials_of(house: House, kind: str) -> str:
    if kind in ("owner", "manager", "host"):
        return house.token(kind)
    if kind == "device":
        return house.enrol()["deviceToken"]
    return guest_token(house, hours=1) if kind == "guest" else api_key(house, kind)


def test_without_credentials_the_caller_is_anyone(house: House) -> None:
    assert probe(house) == (200, "anyone")


@pytest.mark.parametrize("kind", ["owner", "manager", "host", "device", "guest"])
def test_a_bearer_is_recognised(house: House, kind: str) -> None:
    assert probe(house, token=credentials_of(house, kind)) == (200, kind)


@pytest.mark.parametrize("kind", ["publishable", "secret"])
def test_an_api_key_is_recognised_in_its_header(house: House, kind: str) -> None:
    assert probe(house, key=api_key(house, kind)) == (200, kind)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "pk_",
        "sk_" + "A" * 32,
        "dt_" + "A" * 32,
        "dt_" + "ñ" * 32,
        "g_" + "A" * 71,
        "rt_" + "A" * 32,
        "a.b.c",
        "A" * 5000,
        "eyJhbGciOiJub25lIn0.e30.",
    ],
)
def test_a_credential_nobody_issued_is_refused(house: House, token: str) -> None:
    header = f"Bearer {token}".encode().decode("latin-1")
    answer = house.client.get("/api/v1/probe", headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "", "rubbish"])
def test_an_authorization_header_that_is_no_bearer_is_refused(house: House, header: str) -> None:
    answer = house.client.get("/api/v1/probe", headers={"Authorization": header})
    assert answer.json["code"] == "unauthenticated"


def test_a_device_token_is_not_taken_as_an_api_key(house: House) -> None:
    assert probe(house, key=house.enrol()["deviceToken"]) == (401, "unauthenticated")


def test_a_guest_link_expires(house: House) -> None:
    token = guest_token(house, minutes=5)
    assert probe(house, token=token) == (200, "guest")
    house.clock.move(minutes=5)
    assert probe(house, token=token) == (401, "unauthenticated")


def claims_of(token: str) -> dict[str, object]:
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def test_an_access_token_says_what_the_design_lists(house: House) -> None:
    claims = claims_of(house.token("host"))
    assert claims["sub"] == str(house.person("host"))
    assert (claims["rid"], claims["role"]) == (str(house.here), "host")
    assert set(claims) == {"sub", "rid", "sid", "role", "iat", "exp", "jti"}


def test_a_token_signed_with_another_key_is_refused(house: House) -> None:
    forged = jwt.encode(claims_of(house.token("owner")), b"k" * 32, algorithm="HS256")
    assert probe(house, token=forged) == (401, "unauthenticated")


def test_a_token_without_a_signature_is_refused(house: House) -> None:
    unsigned = jwt.encode(claims_of(house.token("owner")), None, algorithm="none")
    assert probe(house, token=unsigned) == (401, "unauthenticated")


@pytest.mark.parametrize("missing", ["sub", "rid", "sid", "exp", "jti"])
def test_a_token_that_lacks_a_claim_is_refused(house: House, missing: str) -> None:
    claims = claims_of(house.token("owner"))
    del claims[missing]
    assert probe(house, token=signed(house, claims)) == (401, "unauthenticated")


@pytest.mark.parametrize(("claim", "value"), [("sub", "yo"), ("rid", 7), ("sid", None), ("exp", "mañana")])
def test_a_token_with_a_claim_of_the_wrong_kind_is_refused(house: House, claim: str, value: object) -> None:
    claims = {**claims_of(house.token("owner")), claim: value}
    assert probe(house, token=signed(house, claims)) == (401, "unauthenticated")


def test_the_role_in_a_token_lets_nobody_in(house: House) -> None:
    claims = {**claims_of(house.token("host")), "role": "owner"}
    assert probe(house, token=signed(house, claims)) == (200, "host")


def test_a_token_for_another_restaurant_than_its_person_is_refused(house: House) -> None:
    claims = {**claims_of(house.token("host")), "rid": str(house.there)}
    assert probe(house, token=signed(house, claims)) == (401, "unauthenticated")


def signed(house: House, claims: dict[str, object]) -> str:
    """Signed by hand: the library refuses to sign some of what a forger would."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    text = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )
    mac = hmac.digest(access_token_key(house.ground.secrets), text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize("kind", ["owner", "device", "secret"])
def test_a_second_request_asks_the_database_nothing(house: House, kind: str) -> None:
    token = credentials_of(house, kind)
    probe(house, token=token)
    with StatementCount(house.ground.database) as statements:
        assert probe(house, token=token) == (200, kind)
    assert statements.count == 0


@pytest.mark.parametrize("kind", ["owner", "device", "secret"])
def test_the_live_feed_takes_staff_devices_and_secret_keys(house: House, kind: str) -> None:
    caller = house.authenticator.authenticate_token(credentials_of(house, kind))
    assert (caller.kind, caller.restaurant_id) == (kind, house.here)


@pytest.mark.parametrize("kind", ["publishable", "guest"])
def test_the_live_feed_is_not_for_diners(house: House, kind: str) -> None:
    with pytest.raises(Refusal, match="forbidden"):
        house.authenticator.authenticate_token(credentials_of(house, kind))


def test_the_live_feed_learns_of_a_revocation(house: House) -> None:
    device = house.enrol()
    house.authenticator.authenticate_token(device["deviceToken"])
    house.service.devices.revoke(Caller(OWNER, house.here), UUID(device["deviceId"]))
    with pytest.raises(Refusal, match="unauthenticated"):
        house.authenticator.authenticate_token(device["deviceToken"])


def database_away() -> Database:
    url = f"postgresql+psycopg2://nobody@127.0.0.1:{free_port()}/nothing"
    return Database(create_engine(url, connect_args={"connect_timeout": 2}))


@pytest.mark.parametrize("kind", ["owner", "device", "secret"])
def test_while_the_database_is_away_nobody_is_taken_for_wrong(house: House, kind: str) -> None:
    token = credentials_of(house, kind)
    house.authenticator._database = database_away()
    assert probe(house, token=token) == (503, "unavailable")


def test_what_was_just_known_holds_while_the_database_is_away(house: House) -> None:
    token = credentials_of(house, "device")
    probe(house, token=token)
    house.authenticator._database = database_away()
    assert probe(house, token=token) == (200, "device")


def test_last_seen_times_wait_for_a_database_that_is_away(house: House) -> None:
    device = house.enrol()
    house.clock.move(minutes=2)
    probe(house, token=device["deviceToken"])
    here, house.last_seen._database = house.last_seen._database, database_away()
    house.last_seen.flush()
    house.last_seen._database = here
    house.last_seen.flush()
    [(waited,)] = house.as_owner(
        "SELECT seen_at - enrolled_at FROM devices WHERE id = %s", device["deviceId"]
    )
    assert waited >= timedelta(minutes=2)
