"""What the last look at the offices' subscriptions saw, as the page and freshness read it back."""

from __future__ import annotations

import redis

from odevents.store import keys
from odevents.store.subscriptions_seen import DriftSeen, KeySeen, OfficeSeen, SubscriptionSeen, SubscriptionsSeen

SUBSCRIPTION = SubscriptionSeen(
    number=7,
    name="appointments",
    table="Appointment",
    workstation="SRV01",
    poll_seconds=5,
    endpoint="https://hooks.example.org/apievents/southside/appointments",
    confirmed="2026-01-05 08:00:00",
    moved_at=1_767_600_000.0,
)
LOOK = OfficeSeen(
    at=1_767_600_010.0,
    read_at=1_767_600_010.0,
    subscriptions=(SUBSCRIPTION,),
    drift=(DriftSeen("missing", "patients", "Patient every 5 s on SRV01"),),
    keys=(KeySeen("3f9a1c22"),),
)


def test_a_look_is_read_back_as_it_was_kept(redis_client: redis.Redis) -> None:
    seen = SubscriptionsSeen(redis_client)
    seen.keep("southside", LOOK)
    assert seen.of("southside") == LOOK
    assert LOOK.named("appointments") is not None
    assert LOOK.named("patients") is None


def test_offices_nobody_looked_at_are_left_out(redis_client: redis.Redis) -> None:
    seen = SubscriptionsSeen(redis_client)
    seen.keep("southside", LOOK)
    assert set(seen.all(["southside", "lakewood"])) == {"southside"}
    assert seen.of("lakewood") is None
    assert seen.all([]) == {}


def test_a_look_is_forgotten_by_itself(redis_client: redis.Redis) -> None:
    SubscriptionsSeen(redis_client).keep("southside", LOOK)
    assert 0 < int(redis_client.ttl(keys.subscriptions_seen("southside"))) <= 30 * 24 * 3600
