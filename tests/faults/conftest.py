"""What the fault tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.faults.crashing import World


@pytest.fixture(autouse=True)
def _worlds_end() -> Iterator[None]:
    yield
    World.end()


@pytest.fixture
def quick_server(redis_url: str) -> Iterator[str]:
    """Thousands of steps: what fsync is for is tested with power cuts."""
    client = redis.Redis.from_url(redis_url)
    before = str(client.config_get("appendfsync")["appendfsync"])
    client.config_set("appendfsync", "no")
    yield redis_url
    client.config_set("appendfsync", before)
    client.close()
