"""Connecting to Redis or Valkey, and finding out whether it keeps what it acknowledges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import redis
import redis.asyncio
from redis.backoff import NoBackoff
from redis.retry import Retry

from odevents.errors import StoreUnavailable
from odevents.store.atomic import in_store

if TYPE_CHECKING:
    from redis import Redis

ANSWER_WITHIN = 1.5
"""Seconds within which the store must answer, so that an office gets its 503 soon."""

WORKERS_WAIT = 10.0
"""Seconds that a worker waits for an answer: nobody waits for the worker."""

OLDEST = (6, 2)


def connect(url: str, wait: float = WORKERS_WAIT) -> Redis:
    """A connection pool for the worker side; nothing is sent yet.

    :param wait: seconds that an answer may take.

    No automatic retry: a step whose answer was lost may have been taken, and taking it again would pop a lane twice.
    Whoever is interrupted lets go, and the next one starts from what the store says.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=wait,
        socket_connect_timeout=ANSWER_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )


def connect_async(url: str) -> redis.asyncio.Redis:
    """A connection pool for the receiver: one try, short waits, because the office waits for the answer."""
    return redis.asyncio.Redis.from_url(
        url,
        socket_timeout=ANSWER_WITHIN,
        socket_connect_timeout=ANSWER_WITHIN,
        retry=redis.asyncio.retry.Retry(NoBackoff(), 0),
    )


def connect_rq(url: str) -> Redis:
    """A connection pool for RQ, which sets its own time-outs to wait for jobs."""
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 1))


def with_any_certificate(url: str) -> str:
    """The address of a TLS server whose certificate is not checked."""
    if not url.startswith("rediss://"):
        return url
    return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=none&ssl_check_hostname=false"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason why an acknowledged delivery could be lost.

    :ivar setting: the server's setting, as its configuration file spells it.
    """

    setting: str
    found: str
    wanted: str
    consequence: str

    def __str__(self) -> str:
        return f"{self.setting} is {self.found}, wanted {self.wanted}: {self.consequence}"


def doubts(server: Redis) -> list[Doubt]:
    """What is wrong with the durability of this server; empty when a 200 means "kept".

    :raises StoreUnavailable: the server did not answer.
    """
    info = cast("dict[str, object]", in_store(lambda: server.info("server")))
    version = str(info.get("valkey_version") or info.get("redis_version") or "0")
    found = [] if _newer(version) else [Doubt("version", version, "6.2 or newer", "RQ loses jobs on older servers")]
    try:
        settings = cast(
            "dict[str, str]",
            server.config_get("appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy"),
        )
    except redis.exceptions.ResponseError:
        unreadable = Doubt("CONFIG GET", "refused", "readable", "its durability cannot be checked from here")
        return [*found, unreadable]
    for setting, wanted, consequence in _WANTED:
        if settings.get(setting) != wanted:
            found.append(Doubt(setting, settings.get(setting, "absent"), wanted, consequence))
    replicas = cast("dict[str, object]", in_store(lambda: server.info("replication"))).get("connected_slaves", 0)
    if replicas and not replicas_wanted(server):
        consequence = "a failover loses deliveries that were answered 200"
        found.append(Doubt("min-replicas-to-write", "0", "1 or more, as there are replicas", consequence))
    return found


def replicas_wanted(server: Redis) -> int:
    """How many replicas must have a delivery before it is answered 200: as many as the server's operator demands.

    :raises StoreUnavailable: the server did not answer.
    """
    try:
        settings = cast("dict[str, str]", server.config_get("min-replicas-to-write"))
    except redis.exceptions.ResponseError:
        return 0  # it may not be asked; `doubts` says so
    except redis.exceptions.RedisError as error:
        raise StoreUnavailable(f"Redis did not say how many replicas it wants ({type(error).__name__})") from None
    return int(settings.get("min-replicas-to-write", 0))


_WANTED = (
    ("appendonly", "yes", "a restart of the server loses deliveries that were answered 200"),
    ("appendfsync", "always", "a power cut loses about the last second of answered deliveries"),
    ("no-appendfsync-on-rewrite", "no", "a power cut while the file is rewritten loses minutes of answered deliveries"),
    ("maxmemory-policy", "noeviction", "a full server throws away deliveries instead of refusing them"),
)


def _newer(version: str) -> bool:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return numbers >= OLDEST
