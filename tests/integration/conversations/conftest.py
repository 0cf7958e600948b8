"""Fixtures of the tests of conversations: the stage of the core tests, on a database of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import PostgresServer, RedisServer

# The whole product in one process is built in one place, beside the core's tests.
sys.path.append(str(Path(__file__).resolve().parent.parent / "core"))

from stage import Ground, Stage, make_ground, open_stage


@pytest.fixture(scope="session")
def talk_ground(
    postgres: PostgresServer, redis_cache: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Ground:
    """A migrated database of the test process."""
    return make_ground(postgres.new_database(), redis_cache.url, tmp_path_factory.mktemp("talk"))


@pytest.fixture
def new_stage(talk_ground: Ground) -> Iterator[Callable[..., Stage]]:
    """Opens further restaurants; their connections are closed with the test."""
    opened: list[Stage] = []

    def make(**more: Any) -> Stage:
        opened.append(open_stage(talk_ground, **more))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def stage(new_stage: Callable[..., Stage]) -> Stage:
    """A restaurant of the test's own."""
    return new_stage()
