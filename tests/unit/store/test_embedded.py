"""The server from a wheel: it keeps what it acknowledges, and its folder has one owner."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import redis

from odevents.errors import ConfigError
from odevents.store.connection import doubts
from odevents.store.embedded import EmbeddedServer
from tests.support.installation import until


def test_what_it_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """Append-only file, fsync before the answer; and nothing to doubt in its settings."""
    server = EmbeddedServer(tmp_path)
    try:
        client = redis.Redis.from_url(server.url)
        for number in range(200):
            client.rpush("acknowledged", number)
        assert doubts(client) == []
        os.kill(server.pid, signal.SIGKILL)
        server.restart()

        assert client.llen("acknowledged") == 200
    finally:
        server.stop()


def test_a_second_owner_of_the_folder_is_refused(tmp_path: Path) -> None:
    """Two servers on one append-only file destroy it."""
    server = EmbeddedServer(tmp_path)
    try:
        with pytest.raises(ConfigError, match="in use by another odevents"):
            EmbeddedServer(tmp_path)
    finally:
        server.stop()


def test_a_server_that_outlived_its_parent_is_adopted(tmp_path: Path) -> None:
    """The parent was killed, the server was not: the next one takes it over with all it holds."""
    orphaned = EmbeddedServer(tmp_path)
    redis.Redis.from_url(orphaned.url).set("kept", "yes")
    orphaned._lock.close()  # what the kernel does for a killed parent

    adopted = EmbeddedServer(tmp_path)
    try:
        assert (adopted.url, adopted.pid) == (orphaned.url, orphaned.pid)
        assert redis.Redis.from_url(adopted.url).get("kept") == b"yes"
    finally:
        adopted.stop()
    until(lambda: not orphaned.running(), what="the server's end")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("appendonly", "no"),
        ("appendfsync", "everysec"),
        ("maxmemory-policy", "allkeys-lru"),
        ("no-appendfsync-on-rewrite", "yes"),
    ],
)
def test_a_server_that_may_lose_acknowledged_deliveries_is_doubted_by_name(
    tmp_path: Path, setting: str, value: str
) -> None:
    """Each doubt names the setting, what was found and what is wanted."""
    server = EmbeddedServer(tmp_path)
    try:
        client = redis.Redis.from_url(server.url)
        client.config_set(setting, value)

        assert [(doubt.setting, doubt.found) for doubt in doubts(client)] == [(setting, value)]
    finally:
        server.stop()
