"""Refused requests: a line for each kind, bounded, strangers apart from offices; and the bodies answered 400."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
import redis
import redis.asyncio

from odevents.errors import SealBroken
from odevents.store import keys, strips
from odevents.store.atomic import Lease, Steps
from odevents.store.compression import compress
from odevents.store.filters import DeliveryFilter
from odevents.store.refusals import MOST_LINES, RefusalLines, RefusedSeen, Refusing
from odevents.store.seal import Seals

NOW = 1_767_600_000.0
WRONG_KEY = ("", "unknown-key", "SRV01")
GARBLED = ("southside", "not-json", "FRONT 1|2")


def note(url: str, counted: Mapping[tuple[str, str, str], int], at: float = NOW) -> None:
    """Note refusals as the receiver does."""

    async def noting() -> None:
        client = redis.asyncio.Redis.from_url(url)
        await Refusing(client, lambda: at).note(counted)
        await client.aclose()

    asyncio.run(noting())


@pytest.fixture
def lines(redis_client: redis.Redis, seals: Seals) -> RefusalLines:
    """An empty store's lines."""
    return RefusalLines(redis_client, seals)


def test_a_line_says_how_often_and_since_when(lines: RefusalLines, redis_url: str, redis_client: redis.Redis) -> None:
    """The latest kind first; every one is counted too."""
    note(redis_url, {WRONG_KEY: 3, GARBLED: 1}, NOW)
    note(redis_url, {WRONG_KEY: 2}, NOW + 60)

    first, second = lines.lines(DeliveryFilter())
    assert (first.seen, first.times, first.first, first.last) == (RefusedSeen(*WRONG_KEY), 5, NOW, NOW + 60)
    assert second.seen == RefusedSeen(*GARBLED)
    assert redis_client.hget(keys.STATS, "refused|unknown|unknown-key") == b"5"
    assert [line.seen.office for line in lines.lines(DeliveryFilter(office="southside"))] == ["southside"]
    assert [line.seen for line in lines.lines(DeliveryFilter(since=NOW + 30))] == [RefusedSeen(*WRONG_KEY)]


def test_strangers_push_no_line_of_an_office_out(
    lines: RefusalLines, redis_url: str, redis_client: redis.Redis
) -> None:
    """A thousand machines that nobody knows; and every key has a time to live."""
    note(redis_url, {GARBLED: 1}, NOW)
    for batch in range(10):
        note(redis_url, {("", "unknown-key", f"PC{batch}-{n}"): 1 for n in range(100)}, NOW + 1 + batch)

    found = lines.lines(DeliveryFilter(), limit=5_000)
    assert len(found) == MOST_LINES + 1
    assert found[-1].seen == RefusedSeen(*GARBLED)
    assert redis_client.hlen(keys.refusal_times(keys.refusals("unknown"))) == MOST_LINES
    assert all(redis_client.ttl(name) > 0 for name in redis_client.scan_iter("odevents:1:refusals:*"))


def test_refused_bodies_are_listed_without_their_content_and_opened_one_by_one(
    lines: RefusalLines, redis_client: redis.Redis, seals: Seals
) -> None:
    """Sealed at rest; one that is gone says so."""
    sealed = seals.seal(compress(b"not json"), "southside", "refused", "abc")
    said: dict[str, str | bytes] = {"times": "2", "reason": "not-json", "last": repr(NOW), "body": sealed}
    redis_client.hset(keys.refused("southside", "abc"), mapping=said)  # type: ignore[arg-type]
    redis_client.zadd(keys.refused_bodies("southside"), {"abc": NOW * 1000, "gone": NOW * 1000 + 1})

    [body] = lines.bodies("southside")
    assert (body.fingerprint, body.reason, body.times, body.last) == ("abc", "not-json", 2, NOW)
    assert lines.body("southside", "abc") == b"not json"
    with pytest.raises(SealBroken):
        lines.body("southside", "gone")


def test_strips_count_by_minute_over_midnight(redis_client: redis.Redis) -> None:
    """The last hours, oldest first, whatever day they lie in."""
    midnight = 1_767_571_200.0
    steps = Steps()
    for at, by in ((midnight - 90, 2), (midnight - 30, 3), (midnight + 5, 7), (midnight + 65, 1)):
        strips.count(steps, strips.deliveries(), at, by=by)
    strips.count(steps, strips.feed("southside", "Patient"), midnight - 30, strips.TEN_MINUTES)
    with Lease(redis_client, "lease", "test") as lease:
        lease.commit(steps)

    [numbers] = strips.read(redis_client, [strips.deliveries()], midnight + 70, hours=1)
    assert (len(numbers), numbers[-4:], sum(numbers)) == (60, [2, 3, 7, 1], 13)
    [day] = strips.read(redis_client, [strips.feed("southside", "Patient")], midnight + 70, 24, strips.TEN_MINUTES)
    assert (len(day), day[-2:]) == (144, [1, 0])
    assert strips.read(redis_client, [strips.rows("updated")], midnight, 1) == [[0] * 60]


def test_answers_are_counted_by_how_long_they_took(redis_client: redis.Redis) -> None:
    """In all, and by the minute."""
    for at, times in ((NOW, [1.0, 4.0, 4.5]), (NOW + 60, [9_999.0])):
        for command in strips.commands_to_note_acks(at, times):
            redis_client.execute_command(*command)  # type: ignore[no-untyped-call]

    buckets, seconds = strips.acks(redis_client)
    assert (sum(buckets), buckets[:2], buckets[-1]) == (4, [1, 2], 1)
    assert seconds == pytest.approx(10.0085)
    before, last = strips.acks_by_minute(redis_client, NOW + 60, 2)
    assert (strips.quantile(before, 0.95), strips.quantile(last, 0.5)) == (5.0, float("inf"))
    assert strips.quantile([0] * 12, 0.95) is None
