"""Fixtures for every test: a PostgreSQL and a Redis a test process, so that parallel runs do not meet."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings
from servers import PostgresServer, RedisServer, postgres_server, redis_server
from servers import free_port as find_free_port

# A shell that starts the tests in the background leaves Ctrl-C switched off, and every program started here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is; speed is measured by scripts/bench alone.
settings.register_profile("saveit", deadline=None)
settings.load_profile("saveit")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The test process's PostgreSQL; open your own with `postgres_server()` to stop it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """The owner's URL of the database `saveit` on the test process's PostgreSQL."""
    return postgres.url


@pytest.fixture(scope="session")
def redis_cache() -> Iterator[RedisServer]:
    """The test process's Redis."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(redis_cache: RedisServer) -> str:
    """The URL of the test process's Redis."""
    return redis_cache.url


@pytest.fixture
def free_port() -> int:
    """A TCP port of the loopback that nobody listens on now."""
    return find_free_port()
