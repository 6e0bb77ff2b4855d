"""Strips: counters over the last hours in packed form, for charts. A strip is one string a day, of numbers of 32 bits.

A number's time is a minute for what is counted over all offices, and ten for each office and watch table. Counting is
one command, and one to let the strip expire.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from odevents.store import keys
from odevents.store.atomic import Argument, Steps, in_store

if TYPE_CHECKING:
    from redis import Redis

_DAY = 86_400
_KEEP_SECONDS = 2 * _DAY + 3600
MINUTE = 60
TEN_MINUTES = 600

ACK_BOUNDS_MS = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Upper bounds, in milliseconds, of the buckets in which answers are counted by how long they took."""

_ACK_SUM = len(ACK_BOUNDS_MS) + 1


def deliveries() -> str:
    """The strip of all deliveries understood, by the minute they were received."""
    return "deliveries"


def rows(kind: str) -> str:
    """The strip of all rows that ended so, by the minute."""
    return f"rows:{kind}"


def writes(state: str) -> str:
    """The strip of all writes that ended so, by the minute."""
    return f"writes:{state}"


def feed(office: str, table: str) -> str:
    """The strip of the deliveries of one office and watch table, by ten minutes."""
    return f"feed:{office}:{table}"


def count(steps: Steps, name: str, at: float, slot_seconds: int = MINUTE, by: int = 1) -> None:
    """Add the steps that count something at a moment."""
    key = keys.strip(int(at // _DAY), name)
    steps.add("BITFIELD", key, "OVERFLOW", "SAT", "INCRBY", "u32", f"#{int(at % _DAY) // slot_seconds}", by)
    steps.add("EXPIRE", key, _KEEP_SECONDS)


def read(redis: Redis, names: Sequence[str], now: float, hours: float, slot_seconds: int = MINUTE) -> list[list[int]]:
    """The numbers of strips over the last hours, oldest first, the last one of the slot that is running."""
    slots = int(hours * 3600) // slot_seconds
    last = int(now // slot_seconds)
    a_day = _DAY // slot_seconds
    days = range((last - slots + 1) // a_day, last // a_day + 1)
    with redis.pipeline(transaction=False) as together:
        for name in names:
            for day in days:
                together.get(keys.strip(day, name))
        found = cast("list[bytes | None]", in_store(together.execute)) if names else []
    first = last - slots + 1 - days[0] * a_day
    whole = [
        [number for part in found[at : at + len(days)] for number in _unpacked(part, a_day)]
        for at in range(0, len(found), len(days))
    ]
    return [numbers[first : first + slots] for numbers in whole]


def commands_to_note_acks(at: float, milliseconds: Sequence[float]) -> list[tuple[Argument, ...]]:
    """The commands that count how long some answers took: for ever, and in their minute."""
    counted = Counter(bisect_left(ACK_BOUNDS_MS, each) for each in milliseconds)
    for_ever = [part for bucket, by in sorted(counted.items()) for part in ("INCRBY", "u63", f"#{bucket}", by)]
    key = keys.strip(int(at // _DAY), "acks")
    first = int(at % _DAY) // MINUTE * (len(ACK_BOUNDS_MS) + 1)
    minute = [part for bucket, by in sorted(counted.items()) for part in ("INCRBY", "u32", f"#{first + bucket}", by)]
    return [
        ("BITFIELD", keys.ACKS, *for_ever, "INCRBY", "u63", f"#{_ACK_SUM}", int(sum(milliseconds) * 1000)),
        ("BITFIELD", key, "OVERFLOW", "SAT", *minute),
        ("EXPIRE", key, _KEEP_SECONDS),
    ]


def acks(redis: Redis) -> tuple[list[int], float]:
    """How many answers fell into each bucket of :data:`ACK_BOUNDS_MS` and beyond, and seconds in all."""
    get = [part for place in range(_ACK_SUM + 1) for part in ("GET", "u63", f"#{place}")]
    found = cast("list[int]", in_store(lambda: redis.execute_command("BITFIELD", keys.ACKS, *get)))  # type: ignore[no-untyped-call]
    return found[:-1], found[-1] / 1_000_000


def acks_by_minute(redis: Redis, now: float, minutes: int) -> list[list[int]]:
    """For each of the last minutes, oldest first: how many answers fell into each bucket."""
    width = len(ACK_BOUNDS_MS) + 1
    last = int(now // MINUTE)
    a_day = _DAY // MINUTE
    days = range((last - minutes + 1) // a_day, last // a_day + 1)
    with redis.pipeline(transaction=False) as together:
        for day in days:
            together.get(keys.strip(day, "acks"))
        found = cast("list[bytes | None]", in_store(together.execute))
    numbers = [n for part in found for n in _unpacked(part, a_day * width)]
    first = (last - minutes + 1 - days[0] * a_day) * width
    return [numbers[at : at + width] for at in range(first, first + minutes * width, width)]


def quantile(buckets: Sequence[int], share: float) -> float | None:
    """The bound, in milliseconds, under which that share of the answers lies; ``None`` where there were none.

    Beyond the last bound the answer is infinity: nothing more is known.
    """
    total = sum(buckets)
    if not total:
        return None
    seen = 0
    for bound, number in zip(ACK_BOUNDS_MS, buckets, strict=False):
        seen += number
        if seen >= share * total:
            return float(bound)
    return float("inf")


def _unpacked(part: bytes | None, length: int) -> list[int]:
    """The numbers of one day; what was never counted is 0."""
    numbers = array("I")
    data = part or b""
    numbers.frombytes(data + b"\0" * (-len(data) % numbers.itemsize))
    if sys.byteorder == "little":  # Redis counts most significant byte first
        numbers.byteswap()
    return [*numbers, *[0] * (length - len(numbers))]
