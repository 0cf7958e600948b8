"""The demonstration: believable, complete, made once."""

from __future__ import annotations

import json
import stat
from typing import Any

from servers import PostgresServer, RedisServer
from stage import SetClock, connected, make_ground

from backend.demo import make_demo

KEYS = {
    "baseUrl",
    "restaurantId",
    "slug",
    "timezone",
    "publishableKey",
    "secretKey",
    "enrolmentCode",
    "staff",
}


def test_the_demonstration_is_a_house_with_a_week_in_all_states_and_its_facts_in_a_private_file(
    postgres: PostgresServer, redis_cache: RedisServer, tmp_path: Any
) -> None:
    ground = make_ground(postgres.new_database(), redis_cache.url, tmp_path)
    # A Wednesday, 21:30 in Madrid: lunch is over, dinner is at its height.
    clock = SetClock()
    clock.at = clock.at.replace(hour=20, minute=30)
    _, services = connected(ground, "app", clock)

    assert make_demo(services) is True
    assert make_demo(services) is False

    path = tmp_path / "demo.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    assert set(facts) == KEYS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each["role"] for each in facts["staff"]] == ["owner", "manager", "host"]
    (house,) = services.restaurants.all()
    config = services.restaurants.config(house["id"])
    assert len(config.tables) >= 18
    assert len(config.areas) == 3
    assert config.combinations
    assert len(config.rules.shifts) == 2
    assert config.rules.special_dates
    with services.database.tenant(house["id"]) as tx:
        found = {row["status"] for row in tx.all("SELECT DISTINCT status FROM reservations")}
    assert found >= {"confirmed", "seated", "completed", "cancelled", "no_show"}
    services.database.engine.dispose()


def test_a_first_start_that_was_killed_half_way_is_finished_by_the_next(
    postgres: PostgresServer, redis_cache: RedisServer, tmp_path: Any
) -> None:
    ground = make_ground(postgres.new_database(), redis_cache.url, tmp_path)
    _, services = connected(ground, "app", SetClock())
    make_demo(services)
    (tmp_path / "demo.json").unlink()

    assert make_demo(services) is True

    facts = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
    assert len(services.restaurants.all()) == 1
    owner = facts["staff"][0]
    assert services.access.sessions.sign_in(owner["email"], owner["password"], "127.0.0.1").access_token
    services.database.engine.dispose()
