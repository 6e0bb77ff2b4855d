"""What is noted of answers one by one is written together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import redis

from odevents.errors import StoreUnavailable
from odevents.store import keys
from odevents.store.acks import WITHIN, Acks
from odevents.store.atomic import Argument
from odevents.store.strips import ACK_BOUNDS_MS, acks


def test_notes_are_written_together_and_counted_by_how_long_they_took(redis_client: redis.Redis) -> None:
    """Each delivery says its own; the counters get the sum, in one exchange, soon after the first note."""
    exchanges = 0

    async def write(commands: list[tuple[Argument, ...]]) -> None:
        nonlocal exchanges
        exchanges += 1
        for command in commands:
            redis_client.execute_command(*command)  # type: ignore[no-untyped-call]

    async def note() -> None:
        noting = Acks(write)  # type: ignore[arg-type]
        for number, milliseconds in enumerate((1.0, 3.0, 4.0, 9000.0)):
            noting.note("southside", f"dlv_{number}", milliseconds)
        await asyncio.sleep(WITHIN * 3)

    asyncio.run(note())
    buckets, seconds = acks(redis_client)

    assert exchanges == 1
    assert redis_client.hget(keys.delivery("southside", "dlv_3"), "ack") == b"9000.0"
    assert buckets == [1, 2, *[0] * (len(ACK_BOUNDS_MS) - 2), 1]
    assert seconds == 9.008


def test_a_note_that_cannot_be_written_harms_nothing() -> None:
    """The delivery is kept and answered; only how long that took is forgotten."""

    async def fail(_: object) -> None:
        raise StoreUnavailable("down")

    async def note() -> None:
        noting = Acks(fail)
        noting.note("southside", "dlv_1", 1.0)
        await noting.write()
        await noting.write()

    asyncio.run(note())


def test_counters_are_raised_together(redis_client: redis.Redis) -> None:
    """Also where nobody noted how long the answer took."""

    async def write(commands: Sequence[tuple[Argument, ...]]) -> None:
        for command in commands:
            redis_client.execute_command(*command)  # type: ignore[no-untyped-call]

    async def count() -> None:
        noting = Acks(write)
        for name in ("a", "b", "a"):
            noting.count(name)
        await noting.write()
        await noting.write()

    asyncio.run(count())

    assert redis_client.hgetall(keys.STATS) == {b"a": b"2", b"b": b"1"}
