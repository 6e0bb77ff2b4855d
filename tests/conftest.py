"""What all tests share: real servers on free ports, and an environment that the developer's shell cannot colour."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import redis

from odevents.store.embedded import EmbeddedServer
from odevents.store.seal import Seals

# How long an example takes says nothing on a machine that others use too.
hypothesis.settings.register_profile(
    "shared machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shared machine")


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> None:
    for name in list(os.environ):
        if name.startswith(("ODEVENTS_", "OD_")) or name == "PORT":
            del os.environ[name]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that keeps what it acknowledges: REDIS_URL if set, else an embedded one."""
    if given := os.environ.get("REDIS_URL"):
        if redis.Redis.from_url(given).dbsize():
            pytest.exit("REDIS_URL names a database that is not empty, and the tests would empty it; name another", 2)
        yield given
        return
    server = EmbeddedServer(tmp_path_factory.mktemp("server"))
    yield server.url
    server.stop()


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    """A connection to an empty store."""
    client = redis.Redis.from_url(redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def seals() -> Seals:
    """Keys for sealing that are nobody's."""
    return Seals([b"sealing key of the tests, 32 byt"], b"identity key of the tests 32 byt")


@pytest.fixture
def spec() -> Path:
    """The folder of example requests as Open Dental's pages print them."""
    return Path(__file__).parent / "contract" / "data"
