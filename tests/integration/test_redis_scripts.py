"""Scripts on a real Redis: answered in order, whatever Redis forgot, and left out while it is away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from servers import RedisServer, redis_server, wait_until

from backend.platform.cache import DayCache
from backend.platform.locks import RedisSlotLocks
from backend.platform.redis import Redis, Script
from backend.platform.refusals import Refusal

ECHO = Script("return ARGV[1]")
COUNT = Script("return redis.call('incr', KEYS[1])")
DAY = date(2026, 12, 18)


@pytest.fixture
def redis(redis_url: str) -> Redis:
    return Redis(redis_url)


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def test_scripts_sent_together_are_answered_in_their_order(redis: Redis) -> None:
    key = uuid4().hex
    assert redis.run(COUNT.step([key]), ECHO.step([], ["ñ"]), COUNT.step([key])) == [1, "ñ".encode(), 2]


def test_a_script_that_redis_has_forgotten_is_sent_again(redis: Redis) -> None:
    key = uuid4().hex
    redis.run(COUNT.step([key]))
    redis.client.script_flush()
    assert redis.run(COUNT.step([key]), ECHO.step([], ["x"])) == [2, b"x"]


def test_a_waiting_connection_that_was_closed_is_replaced(redis: Redis) -> None:
    redis.run(ECHO.step([], ["first"]))
    redis.client.client_kill_filter(_type="normal", skipme=True)
    assert redis.run(ECHO.step([], ["second"])) == [b"second"]
    assert redis.failures == 0


def test_without_redis_there_is_no_answer_and_the_failure_is_counted(own_server: RedisServer) -> None:
    redis = Redis(own_server.url)
    own_server.kill()
    assert redis.run(ECHO.step([], ["x"])) is None
    assert redis.run(ECHO.step([], ["x"])) is None
    assert redis.failures == 1, "a dead server is left alone for a moment"


def test_a_redis_that_refuses_to_write_is_as_good_as_none(own_server: RedisServer) -> None:
    redis = Redis(own_server.url)
    redis.client.config_set("maxmemory-policy", "noeviction")
    redis.client.config_set("maxmemory", "1")
    assert redis.run(COUNT.step(["key"])) is None


def test_a_lock_is_refused_to_the_second_until_the_first_gives_it_back(redis: Redis) -> None:
    locks, key = RedisSlotLocks(redis, wait_ms=30, ttl_ms=5000), uuid4().hex
    with locks.held(key), pytest.raises(Refusal, match="lock_timeout"), locks.held(key):
        pass
    with locks.held(key):
        assert redis.client.exists(key)
    assert not redis.client.exists(key)


def test_a_lock_that_expired_is_not_taken_from_its_next_holder(redis: Redis) -> None:
    locks, key = RedisSlotLocks(redis, wait_ms=30, ttl_ms=5000), uuid4().hex
    with locks.held(key):
        redis.client.set(key, "somebody else")
    assert redis.client.get(key) == b"somebody else"


def test_a_lock_is_given_back_even_if_redis_failed_a_moment_ago(own_server: RedisServer) -> None:
    redis = Redis(own_server.url, timeout_ms=400)
    locks = RedisSlotLocks(redis, wait_ms=30, ttl_ms=60_000)
    with locks.held("slot"):
        redis.client.client_pause(600)
        assert redis.run(ECHO.step([], ["x"])) is None
        assert redis.is_left_alone
    assert not redis.client.exists("slot")


def test_a_lock_that_was_taken_though_the_answer_came_too_late_is_given_back(own_server: RedisServer) -> None:
    redis = Redis(own_server.url, timeout_ms=300)
    locks = RedisSlotLocks(redis, wait_ms=30, ttl_ms=60_000)
    with locks.held("slot"):
        pass  # from now on Redis knows the script by its name
    sleeper = redis.client.connection_pool.get_connection()
    sleeper.send_command("DEBUG", "SLEEP", "0.5")  # the whole server stands still, as on a starved machine
    with locks.held("slot"):
        assert redis.failures == 1
        assert sleeper.read_response(timeout=5) == b"OK"
        wait_until(lambda: bool(redis.client.exists("slot")), "the late lock")
    assert not redis.client.exists("slot")


def test_a_redis_that_is_away_is_not_asked_again_for_a_lock_it_cannot_have_given(
    own_server: RedisServer,
) -> None:
    redis = Redis(own_server.url)
    locks = RedisSlotLocks(redis, wait_ms=30, ttl_ms=60_000)
    own_server.kill()
    assert redis.run(ECHO.step([], ["x"])) is None
    with locks.held("slot"):
        pass
    assert redis.failures == 1


def test_steps_given_to_a_lock_are_run_with_its_release(redis: Redis) -> None:
    locks, key, counted = RedisSlotLocks(redis, wait_ms=30, ttl_ms=5000), uuid4().hex, uuid4().hex
    with locks.held(key) as then:
        then.append(COUNT.step([counted]))
        assert not redis.client.exists(counted)
    assert redis.client.get(counted) == b"1"


def test_an_answer_is_kept_for_its_day_and_question_only(redis: Redis) -> None:
    cache, house = DayCache(redis, 30), uuid4()
    stamp, _ = cache.read(house, DAY, "2:")
    cache.write(house, DAY, "2:", stamp, b"answer")
    assert cache.read(house, DAY, "2:") == (stamp, b"answer")
    assert cache.read(house, DAY, "4:") == (stamp, None)
    assert cache.read(house, date(2026, 12, 19), "2:")[1] is None
    assert cache.read(uuid4(), DAY, "2:")[1] is None


@pytest.mark.parametrize("days", [[DAY], None])
def test_an_answer_computed_before_a_change_is_never_read_after_it(
    redis: Redis, days: list[date] | None
) -> None:
    cache, house = DayCache(redis, 30), uuid4()
    stamp, _ = cache.read(house, DAY, "2:")
    cache.forget(house, days)
    cache.write(house, DAY, "2:", stamp, b"too late")
    assert cache.read(house, DAY, "2:")[1] is None
