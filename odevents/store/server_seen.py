"""How the Redis or Valkey server is: version, memory, persistence, clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odevents.store.atomic import in_store

if TYPE_CHECKING:
    from redis import Redis


@dataclass(frozen=True, slots=True)
class ServerSeen:
    """A server as it said it is.

    :ivar memory: bytes in use.
    :ivar most_memory: bytes it may use, 0 without a limit.
    :ivar up: seconds since its start.
    :ivar persists: it appends to a file, and the last append went well.
    :ivar skew: seconds its clock is ahead of this machine's; a network's delay is in it.
    """

    name: str
    version: str
    memory: int
    most_memory: int
    keys: int
    clients: int
    up: int
    persists: bool
    replicas: int
    skew: float


def look_at_server(redis: Redis) -> ServerSeen:
    """Ask the server about itself.

    :raises StoreUnavailable: it does not answer.
    """
    info = in_store(redis.info)
    asked = time.time()
    seconds, micros = in_store(redis.time)
    return ServerSeen(
        name=str(info.get("server_name", "redis")),
        version=str(info.get("valkey_version") or info.get("redis_version")),
        memory=int(info["used_memory"]),
        most_memory=int(info.get("maxmemory", 0)),
        keys=sum(found["keys"] for name, found in info.items() if name.startswith("db") and isinstance(found, dict)),
        clients=int(info["connected_clients"]),
        up=int(info["uptime_in_seconds"]),
        persists=info.get("aof_enabled") == 1 and info.get("aof_last_write_status") == "ok",
        replicas=int(info.get("connected_slaves", 0)),
        skew=seconds + micros / 1e6 - (asked + time.time()) / 2,
    )
