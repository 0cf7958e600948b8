"""Fixtures of the access tests; the stage itself is in access_house.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from access_house import Ground, House, build_house, make_ground
from servers import PostgresServer, RedisServer

from backend.access.authenticator import CallerLimits
from backend.platform.redis import Redis


@pytest.fixture(scope="session")
def ground(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A migrated database, reached as the application's role."""
    made = make_ground(postgres.new_database(), tmp_path_factory.mktemp("secrets"))
    yield made
    made.database.engine.dispose()


@pytest.fixture
def house(ground: Ground, redis_cache: RedisServer) -> House:
    """A web process without limits, so that tests may sign in as often as they like."""
    return build_house(ground, Redis(redis_cache.url))


@pytest.fixture
def limited_house(ground: Ground, redis_cache: RedisServer) -> House:
    """The same with its limits on and an empty Redis."""
    redis = Redis(redis_cache.url)
    redis.client.flushdb()
    return build_house(ground, redis, limited=True, limits=CallerLimits(anonymous=1000))
