"""Which processes of ours run, where, and of which version: each says so every few seconds."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, cast

import msgspec

from odevents.errors import StoreUnavailable
from odevents.store import keys
from odevents.store.atomic import in_store

if TYPE_CHECKING:
    from redis import Redis

EVERY_SECONDS = 5.0
GONE_AFTER = 20.0
_FORGOTTEN_AFTER = 3600.0


class Process(msgspec.Struct, frozen=True):
    """A process that said it is there.

    :ivar kind: ``serve``, ``worker inbox``, ``worker writes``, ``scheduler`` or ``console``.
    :ivar seen_at: when it last said so, seconds since the epoch.
    """

    kind: str
    host: str
    pid: int
    version: str
    started_at: float
    seen_at: float


def processes(redis: Redis, now: float) -> list[Process]:
    """Those that said something within the last hour, by kind; a silent one stopped without a word."""
    found = cast("dict[bytes, bytes]", in_store(lambda: redis.hgetall(keys.PROCESSES)))
    known = [msgspec.json.decode(said, type=Process) for said in found.values()]
    recent = [process for process in known if now - process.seen_at < _FORGOTTEN_AFTER]
    return sorted(recent, key=lambda process: (process.kind, process.host, process.pid))


@contextmanager
def present(redis: Redis, kind: str, version: str) -> Iterator[None]:
    """Say that this process is there, in the background, until it ends."""
    leaving = threading.Event()
    started = time.time()
    name = f"{kind} {socket.gethostname()} {os.getpid()}"

    def say() -> None:
        said = Process(kind, socket.gethostname(), os.getpid(), version, started, time.time())
        with redis.pipeline(transaction=False) as together:
            together.hset(keys.PROCESSES, name, cast("str", msgspec.json.encode(said)))
            together.expire(keys.PROCESSES, int(_FORGOTTEN_AFTER))
            in_store(together.execute)

    def keep_saying() -> None:
        while True:
            with suppress(StoreUnavailable):  # whoever needs the store says so
                say()
            if leaving.wait(EVERY_SECONDS):
                return

    voice = threading.Thread(target=keep_saying, name="presence", daemon=True)
    voice.start()
    try:
        yield
    finally:
        leaving.set()
        voice.join(EVERY_SECONDS)
        with suppress(StoreUnavailable):
            in_store(lambda: redis.hdel(keys.PROCESSES, name))


def forget_gone(redis: Redis, now: float) -> None:
    """Take out those that have been silent for an hour."""
    found = cast("dict[bytes, bytes]", in_store(lambda: redis.hgetall(keys.PROCESSES)))
    gone = [
        name for name, said in found.items() if now - msgspec.json.decode(said, type=Process).seen_at > _FORGOTTEN_AFTER
    ]
    if gone:
        in_store(lambda: redis.hdel(keys.PROCESSES, *gone))
