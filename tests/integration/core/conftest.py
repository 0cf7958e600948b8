"""Fixtures of the core tests; the stage itself is in stage.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from servers import PostgresServer, RedisServer
from stage import Ground, Stage, make_ground, open_stage


@pytest.fixture(scope="session")
def core_ground(
    postgres: PostgresServer, redis_cache: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Ground:
    """A migrated database of the test process."""
    return make_ground(postgres.new_database(), redis_cache.url, tmp_path_factory.mktemp("core"))


@pytest.fixture
def new_stage(core_ground: Ground) -> Iterator[Callable[..., Stage]]:
    """Opens further restaurants; their connections are closed with the test."""
    opened: list[Stage] = []

    def make(ground: Ground | None = None, **more: Any) -> Stage:
        opened.append(open_stage(ground or core_ground, **more))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def stage(new_stage: Callable[..., Stage]) -> Stage:
    """A restaurant of the test's own."""
    return new_stage()
