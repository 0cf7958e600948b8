"""Fixtures of the core tests; the stage itself is in stage.py."""

from __future__ import annotations

from collections.abc import Iterator

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
def stage(core_ground: Ground) -> Iterator[Stage]:
    """A restaurant of the test's own."""
    made = open_stage(core_ground)
    yield made
    made.services.database.engine.dispose()
    made.worker.database.engine.dispose()
