"""What is known of each feed (an office's rows of one table): what arrived, what the API showed, the judgement.

Two small hashes an office, so that a page or a metric reads those of all offices in one round trip.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, cast

import msgspec

from odevents.store import keys
from odevents.store.atomic import Steps, in_store

if TYPE_CHECKING:
    from redis import Redis

Subscribed = Literal["unknown", "active", "missing", "stopped", "paused"]
"""What the office's list of subscriptions last said: nothing yet, there and running, not there, past its
``DateTimeStop``, or stopped by us for a while."""

Trouble = Literal["", "unreachable", "key-refused"]
"""Why the office's API could not be asked."""


class Probe(msgspec.Struct, frozen=True):
    """One look at the changed rows of a table, by REST.

    :ivar at: when, in seconds since the epoch.
    :ivar rows: how many changed rows the office has that never came to us.
    :ivar oldest: when the oldest of them changed, in seconds since the epoch; 0 where there are none.
    :ivar until: up to when (office-local) nothing is missing.
    """

    at: float
    rows: int = 0
    oldest: float = 0.0
    until: str = ""


class Gap(msgspec.Struct, frozen=True):
    """Rows that the events have passed over.

    :ivar since: from when on rows may be missing, in seconds since the epoch.
    :ivar cause: ``passed`` (the cursor went on without them) or ``too-old`` (Open Dental sends three days at the most).
    :ivar found_at: when that was noticed last.
    """

    since: float
    cause: Literal["passed", "too-old"]
    found_at: float


class Evidence(msgspec.Struct, frozen=True):
    """All that is known of a feed. Times are seconds since the epoch, ``None`` for never.

    :ivar watched_since: when somebody first looked after this feed.
    :ivar delivered_at: when a delivery of the office last came.
    :ivar polled_at: the last poll that is proven, by ``DateTimeStart`` having moved.
    :ivar looked_at: when the office's subscriptions were last read.
    :ivar number: ``SubscriptionNum`` of the subscription that brings the rows, 0 for none.
    :ivar cursor: ``DateTimeStart`` as it stood then, office-local.
    :ivar poll_seconds: ``PollingSeconds`` of the subscription.
    :ivar workstation: the machine that should be polling.
    :ivar failing: what the office itself notes of failed sends, ``""`` for none (newer versions only).
    :ivar trouble: why the last look did not succeed.
    :ivar gap: rows that are known, or must be feared, to be missing.
    """

    watched_since: float
    delivered_at: float | None = None
    polled_at: float | None = None
    looked_at: float | None = None
    number: int = 0
    cursor: str = ""
    subscription: Subscribed = "unknown"
    poll_seconds: float = 5.0
    workstation: str = ""
    failing: str = ""
    trouble: Trouble = ""
    probe: Probe | None = None
    gap: Gap | None = None


class Judged(msgspec.Struct, frozen=True):
    """The last judgement, for whoever only shows it: words of :mod:`odevents.subscriptions.freshness`."""

    state: str
    reason: str
    code: str
    since: float
    sentence: str
    at: float


class Kept(msgspec.Struct, frozen=True):
    """What is kept of one feed."""

    evidence: Evidence
    judged: Judged | None = None


FeedKey = tuple[str, str]
"""Office and table."""


class Feeds:
    """Reads and keeps the evidence."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def read(self, offices: Iterable[str]) -> dict[FeedKey, Kept]:
        """Everything known of the feeds of these offices, deliveries included, in one round trip.

        :raises StoreUnavailable: Redis did not answer.
        """
        names = list(offices)
        with self._redis.pipeline(transaction=False) as together:
            for office in names:
                together.hgetall(keys.freshness(office))
                together.hgetall(keys.arrivals(office))
                together.hgetall(keys.gaps(office))
            answers = cast("list[dict[bytes, bytes]]", in_store(together.execute))
        found: dict[FeedKey, Kept] = {}
        for office, kept, arrived, gaps in zip(names, answers[::3], answers[1::3], answers[2::3], strict=True):
            for table, text in kept.items():
                whole = msgspec.json.decode(text, type=Kept)
                evidence = msgspec.structs.replace(
                    whole.evidence,
                    delivered_at=float(arrived[table]) if table in arrived else None,
                    gap=msgspec.json.decode(gaps[table], type=Gap) if table in gaps else None,
                )
                found[office, table.decode()] = Kept(evidence, whole.judged)
        return found

    def arrivals(self, office: str) -> dict[str, float]:
        """When a delivery of each table last came, in seconds since the epoch."""
        found = cast("dict[bytes, bytes]", in_store(lambda: self._redis.hgetall(keys.arrivals(office))))
        return {table.decode(): float(at) for table, at in found.items()}

    def gaps(self, office: str) -> dict[str, Gap]:
        """The gaps of an office by table."""
        found = cast("dict[bytes, bytes]", in_store(lambda: self._redis.hgetall(keys.gaps(office))))
        return {table.decode(): msgspec.json.decode(said, type=Gap) for table, said in found.items()}

    def open_gap(self, office: str, table: str, gap: Gap) -> None:
        """Note a gap, or that one reaches further than was known; that the same is seen again changes nothing."""
        before = self.gaps(office).get(table)
        if before and gap.since == before.since:
            return
        said = cast("str", msgspec.json.encode(_together(before, gap) if before else gap))
        in_store(lambda: self._redis.hset(keys.gaps(office), table, said))

    def close_gaps(self, office: str, since: float, tables: Iterable[str] | None = None) -> list[str]:
        """Forget the gaps that began at ``since`` or later: their rows have come, or will. Say of which tables.

        :param tables: only of these.
        """
        wanted = None if tables is None else set(tables)
        gaps = self.gaps(office).items()
        closed = [table for table, gap in gaps if gap.since >= since and (wanted is None or table in wanted)]
        if closed:
            in_store(lambda: self._redis.hdel(keys.gaps(office), *closed))
        return closed

    def keep(self, office: str, kept: Mapping[str, Kept], drop: Iterable[str] = ()) -> None:
        """Keep what is known of these tables, and forget those that nobody looks after any more."""
        with self._redis.pipeline(transaction=True) as together:
            for table, whole in kept.items():
                # What other hands write is not written here: deliveries and gaps have hashes of their own.
                evidence = msgspec.structs.replace(whole.evidence, delivered_at=None, gap=None)
                said = msgspec.json.encode(Kept(evidence, whole.judged))
                together.hset(keys.freshness(office), table, cast("str", said))
            for table in drop:
                together.hdel(keys.freshness(office), table)
            in_store(together.execute)


def _together(before: Gap, gap: Gap) -> Gap:
    """Both as one: it is not closed by whoever began to read before the later one was found."""
    further = before if before.cause == "too-old" else gap
    return Gap(min(before.since, gap.since), further.cause, max(before.found_at, gap.found_at))


def close_gap(steps: Steps, office: str, table: str) -> None:
    """Add the step that forgets a gap."""
    steps.add("HDEL", keys.gaps(office), table)


def arrive(steps: Steps, office: str, table: str, at: float) -> None:
    """Add the step that notes a delivery of the office."""
    steps.add("HSET", keys.arrivals(office), table, repr(at))
