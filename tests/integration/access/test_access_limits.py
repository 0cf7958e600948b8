"""Rate limits of sign-in and of each kind of caller, with Redis and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from access_house import Ground, House, build_house
from servers import RedisServer, free_port

from backend.access.authenticator import CallerLimits
from backend.platform.http import OWNER
from backend.platform.http.caller import Caller
from backend.platform.redis import Redis

FEW = 3


def statuses(call: Callable[[], int], times: int) -> list[int]:
    return [call() for _ in range(times)]


def house_with(ground: Ground, redis: RedisServer, limits: CallerLimits) -> House:
    connection = Redis(redis.url)
    connection.client.flushdb()
    return build_house(ground, connection, limited=True, limits=limits)


def attempts(house: House, email: str, address: str, times: int) -> list[int]:
    def attempt() -> int:
        body = {"email": email, "password": "no es esta, seguro"}
        place = {"REMOTE_ADDR": address}
        return house.client.post("/api/v1/auth/login", json=body, environ_overrides=place).status_code

    return statuses(attempt, times)


def test_an_address_may_try_to_sign_in_ten_times_a_minute(limited_house: House) -> None:
    outcomes = [
        attempts(limited_house, f"nadie{number}@mesa.example", "192.0.2.1", 1)[0] for number in range(11)
    ]
    assert outcomes == [401] * 10 + [429]


def test_an_account_may_be_tried_ten_times_a_minute_from_anywhere(limited_house: House) -> None:
    email = limited_house.emails["owner"]
    outcomes = [attempts(limited_house, email, f"192.0.2.{number}", 1)[0] for number in range(11)]
    assert outcomes == [401] * 10 + [429]


def test_writing_an_address_otherwise_does_not_get_around_the_limit(limited_house: House) -> None:
    email = limited_house.emails["owner"]
    attempts(limited_house, email, "192.0.2.1", 5)
    attempts(limited_house, f" {email.upper()}", "192.0.2.2", 5)
    assert attempts(limited_house, email, "192.0.2.3", 1) == [429]


def test_a_limit_says_when_to_come_back(limited_house: House) -> None:
    attempts(limited_house, "nadie@mesa.example", "127.0.0.1", 10)
    answer = limited_house.sign_in("owner")
    assert (answer.status_code, answer.json["code"]) == (429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_redis_holds_no_address_of_a_person(limited_house: House, redis_cache: RedisServer) -> None:
    limited_house.sign_in("owner")
    keys = b" ".join(Redis(redis_cache.url).client.keys("*")).decode()
    assert "limit:login:account:" in keys
    assert "mesa.example" not in keys


def test_sign_in_works_while_redis_is_away(ground: Ground) -> None:
    house = build_house(ground, Redis(f"redis://127.0.0.1:{free_port()}/0", timeout_ms=100), limited=True)
    outcomes = attempts(house, house.emails["owner"], "192.0.2.1", 12)
    assert outcomes == [401] * 12
    assert house.sign_in("owner").status_code == 200


@pytest.mark.parametrize(
    ("kind", "limits"),
    [
        ("anyone", CallerLimits(anonymous=FEW)),
        ("publishable", CallerLimits(publishable=FEW, anonymous=1000)),
        ("secret", CallerLimits(secret=FEW, anonymous=1000)),
        ("device", CallerLimits(staff=FEW, anonymous=1000)),
    ],
)
def test_each_kind_of_caller_has_its_limit(
    ground: Ground, redis_cache: RedisServer, kind: str, limits: CallerLimits
) -> None:
    house = house_with(ground, redis_cache, limits)
    if kind == "device":
        token = house.enrol()["deviceToken"]
    elif kind == "anyone":
        token = ""
    else:
        token = house.service.api_keys.create(Caller(OWNER, house.here), kind=kind, name="Web").key
    outcomes = statuses(lambda: house.call("GET", "/probe", token=token).status_code, FEW + 1)
    assert outcomes == [200] * FEW + [429]


def test_a_keys_own_limit_comes_before_that_of_its_kind(ground: Ground, redis_cache: RedisServer) -> None:
    house = house_with(ground, redis_cache, CallerLimits(secret=1))
    made = house.service.api_keys.create(
        Caller(OWNER, house.here), kind="secret", name="Socio", limit_per_minute=FEW
    )
    outcomes = statuses(lambda: house.call("GET", "/probe", key=made.key).status_code, FEW + 1)
    assert outcomes == [200] * FEW + [429]


def test_one_diner_does_not_use_up_the_key_of_the_page_for_others(
    ground: Ground, redis_cache: RedisServer
) -> None:
    house = house_with(ground, redis_cache, CallerLimits(publishable=FEW))
    key = house.service.api_keys.create(Caller(OWNER, house.here), kind="publishable", name="Web").key

    def probe(address: str) -> int:
        place = {"REMOTE_ADDR": address}
        return house.client.get(
            "/api/v1/probe", headers={"X-Api-Key": key}, environ_overrides=place
        ).status_code

    assert statuses(lambda: probe("192.0.2.1"), FEW + 1)[-1] == 429
    assert probe("192.0.2.2") == 200


def test_wrong_credentials_count_against_their_address(ground: Ground, redis_cache: RedisServer) -> None:
    house = house_with(ground, redis_cache, CallerLimits(anonymous=FEW))
    outcomes = statuses(lambda: house.call("GET", "/probe", key="sk_" + "A" * 32).status_code, FEW + 1)
    assert outcomes == [401] * FEW + [429]
