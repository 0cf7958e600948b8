"""Fixtures of the tests of channels: the stage of the core tests with Twilio and Meta on the loopback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from providers import Provider, meta_server, twilio_server
from servers import PostgresServer, RedisServer

# The whole product in one process is built in one place, beside the core's tests.
sys.path.append(str(Path(__file__).resolve().parent.parent / "core"))

from channel_house import PUBLIC, ChannelHouse
from stage import Ground, Stage, make_ground, open_stage


@pytest.fixture(scope="session")
def channel_ground(
    postgres: PostgresServer, redis_cache: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Ground:
    """A migrated database of the test process."""
    return make_ground(postgres.new_database(), redis_cache.url, tmp_path_factory.mktemp("channels"))


@pytest.fixture
def twilio() -> Iterator[Provider]:
    """Twilio's API."""
    with twilio_server() as server:
        yield server


@pytest.fixture
def meta() -> Iterator[Provider]:
    """Meta's API."""
    with meta_server() as server:
        yield server


@pytest.fixture
def new_house(
    channel_ground: Ground, twilio: Provider, meta: Provider
) -> Iterator[Callable[..., ChannelHouse]]:
    """Opens restaurants whose providers are these; their connections are closed with the test."""
    opened: list[Stage] = []

    def make(**more: Any) -> ChannelHouse:
        settings = {
            "public_url": PUBLIC,
            "twilio_base_url": twilio.url,
            "meta_base_url": meta.url,
            "instagram_base_url": meta.url,
            "provider_timeout_s": 1.0,
            **more,
        }
        opened.append(open_stage(channel_ground, **settings))
        twilio.clock = opened[-1].clock.now
        return ChannelHouse(opened[-1], twilio, meta)

    yield make
    for each in opened:
        _lay_down(each)
        each.close()


def _lay_down(stage: Stage) -> None:
    """Leaves nothing that the worker of the next test would do: all of them share the queues of one database."""
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        for table in ("inbound_messages", "outbound_messages", "messages", "jobs"):
            tx.run(f"UPDATE {table} SET state = 'dead' WHERE state IN ('waiting', 'sending')")
        tx.run("UPDATE deliveries SET state = 'dead' WHERE state = 'waiting'")


@pytest.fixture
def house(new_house: Callable[..., ChannelHouse]) -> ChannelHouse:
    """A restaurant of the test's own."""
    return new_house()
