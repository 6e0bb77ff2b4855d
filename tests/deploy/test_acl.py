"""The server's user of docs/how-to/deploy-kubernetes.md can do nothing but odevents' work.

That it is enough for that work shows ``tests/scenarios/test_rotating_sealing_keys.py``, which runs as this user.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
import redis

from tests.support.acl import as_documented_user


@pytest.fixture
def user(redis_client: redis.Redis, redis_url: str) -> Iterator[Any]:
    """A connection as that user."""
    client = redis.Redis.from_url(as_documented_user(redis_client, redis_url))
    yield client
    client.close()
    cast("Any", redis_client).execute_command("ACL", "DELUSER", "odevents")


@pytest.mark.parametrize(
    "command", ["FLUSHALL", "CONFIG SET appendfsync no", "KEYS *", "GET other", "SET other 1", "SHUTDOWN", "ACL LIST"]
)
def test_what_is_not_ours_to_do_is_denied(user: Any, command: str) -> None:
    """The server's settings, everything at once, the keys of other programs; our own are the control."""
    with pytest.raises(redis.exceptions.NoPermissionError):
        user.execute_command(*command.split())
    assert user.set("odevents:1:ready", 1)
    assert user.config_get("appendfsync")
