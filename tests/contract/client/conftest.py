"""A Redis for the tests of what the client shares through it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from odevents.errors import ConfigError


@pytest.fixture(scope="session")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an empty Redis: our own server, or the one that ``TEST_REDIS_URL`` names."""
    if named := os.environ.get("TEST_REDIS_URL"):
        yield named
        return
    from odevents.store.embedded import EmbeddedServer

    folder: Path = tmp_path_factory.mktemp("store")
    try:
        server = EmbeddedServer(folder)
    except ConfigError as error:
        pytest.skip(f"no Redis: {error}; set TEST_REDIS_URL")
    yield server.url
    server.stop()
