"""Where there are replicas, 200 means that they have it too."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from odevents.store.connection import doubts
from odevents.store.embedded import EmbeddedServer
from tests.support.installation import Installation, installation, until

ROW = {"AptNum": 1, "PatNum": 1, "DateTStamp": "2026-11-20 10:00:00"}


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "replica")
    yield server
    server.stop()


def follow(running: Installation, replica: EmbeddedServer) -> None:
    """Let the replica follow, and wait until it does."""
    primary = urlsplit(running.server.url)
    client = redis.Redis.from_url(replica.url)
    client.config_set("masterauth", str(primary.password))
    client.replicaof("127.0.0.1", str(primary.port))
    client.close()
    until(lambda: running.redis.info("replication")["connected_slaves"] == 1, what="the replica")
    until(lambda: running.redis.wait(1, 1000) == 1, what="the replica's copy")


def test_a_delivery_that_no_replica_has_is_answered_503_within_two_seconds(
    tmp_path: Path, replica: EmbeddedServer
) -> None:
    with installation(tmp_path / "primary", poll=False) as running:
        follow(running, replica)
        assert [doubt.setting for doubt in doubts(running.redis)] == ["min-replicas-to-write"]
        running.redis.config_set("min-replicas-to-write", 1)
        assert doubts(running.redis) == []
        running.start("serve")
        with_replica = running.post([ROW])
        os.kill(replica.pid, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            without = running.post([ROW])
            took = time.monotonic() - begun
        finally:
            os.kill(replica.pid, signal.SIGCONT)

        assert (with_replica.status_code, without.status_code) == (200, 503)
        assert took < 2
        until(lambda: running.post([ROW]).status_code == 200, what="the replica's return")
