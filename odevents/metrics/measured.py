"""Reading what Redis counted, as samples of the metrics: the same few round trips, whatever the number of offices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from odevents.client.budget import interval_of
from odevents.metrics.definitions import METRICS, MOST_SERIES
from odevents.queues import workers_alive
from odevents.store import keys, strips
from odevents.store.atomic import in_store
from odevents.store.ids import moment_of

if TYPE_CHECKING:
    from odevents.office import OfficeAccess
    from odevents.store.feeds import Evidence
    from odevents.store.store import Store

MOST_REACTIONS = 40
"""Reactions that have series of their own; the others count as ``(others)``."""

StateOf = Callable[[str, "Evidence"], str]
"""The state of an office's feed by what is known of it, the deliveries up to now included."""

_CALM = ("fresh", "quiet", "new")


@dataclass(frozen=True, slots=True)
class Sample:
    """One series and its value.

    :ivar labels: values in the order of the metric's labels.
    """

    metric: str
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Acks:
    """How many answers fell into each bucket (not cumulated), and seconds in all."""

    buckets: list[int]
    seconds: float


def measured(
    store: Store, offices: Mapping[str, OfficeAccess], now: float, state_of: StateOf
) -> tuple[list[Sample], Acks]:
    """All samples, no more than may be shown, and the histogram of the answers.

    :raises StoreUnavailable: Redis did not answer.
    """
    of_all: list[Sample] = []
    of_one: list[Sample] = []
    for sample in _samples(store, offices, now, state_of):
        (of_one if METRICS[sample.metric].by_office else of_all).append(sample)
    acks = Acks(*strips.acks(store.redis))
    room = MOST_SERIES - len(of_all) - len(acks.buckets) - 3
    shown = _most_urgent_first(of_one)[: max(room, 0)]
    left_out = Sample("odevents_series_left_out", (), len(of_one) - len(shown))
    return [*of_all, *shown, left_out], acks


def _samples(store: Store, offices: Mapping[str, OfficeAccess], now: float, state_of: StateOf) -> Iterator[Sample]:
    yield from _counted(store, offices)
    yield from _lanes(store, offices, now)
    yield from _feeds(store, offices, now, state_of)
    yield from _subscriptions(store, offices)
    yield from _budgets(store, offices)
    for mode, number in Counter(office.mode for office in offices.values()).items():
        yield Sample("odevents_offices", (mode,), number)
    yield Sample("odevents_dead_letters", (), store.dead_letters.number())
    yield Sample("odevents_pauses", (), len(store.pauses.all()))
    for kind, number in workers_alive(store.redis).items():
        yield Sample("odevents_processes", (kind,), number)
    acting = in_store(lambda: store.redis.exists(keys.SCHEDULER))
    yield Sample("odevents_processes", ("scheduler",), acting)


def _counted(store: Store, offices: Mapping[str, OfficeAccess]) -> Iterator[Sample]:
    """What the counters say, summed over offices."""
    sums: Counter[tuple[str, tuple[str, ...]]] = Counter()
    calls = 0
    for name, number in store.counters().items():
        match name.split("|"):
            case ["deliveries", office, table, "accepted"]:
                sums["odevents_deliveries", (table,)] += number
                if office in offices:
                    sums["odevents_office_deliveries", (office, table)] += number
            case ["refused", _, code]:
                sums["odevents_refused", (code,)] += number
            case ["rows", _, table, kind]:
                sums["odevents_rows", (table, kind)] += number
            case ["writes", _, reaction, _, state]:
                sums["odevents_writes", (reaction, state)] += number
            case ["dead", _, of, code]:
                sums["odevents_dead", (of, code)] += number
            case ["calls", office]:
                calls += number
                if office in offices:
                    sums["odevents_office_api_calls", (office,)] += number
    yield Sample("odevents_api_calls", (), calls)
    yield from (Sample(name, labels, number) for (name, labels), number in _fewer_reactions(sums).items())


def _fewer_reactions(sums: Counter[tuple[str, tuple[str, ...]]]) -> Counter[tuple[str, tuple[str, ...]]]:
    """The same, with the reactions beyond the first by name counted together: a name must not come and go."""
    names = sorted({labels[0] for name, labels in sums if name == "odevents_writes"})
    others = set(names[MOST_REACTIONS:])
    fewer: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for (name, labels), number in sums.items():
        if name == "odevents_writes" and labels[0] in others:
            labels = ("(others)", labels[1])
        fewer[name, labels] += number
    return fewer


def _lanes(store: Store, offices: Mapping[str, OfficeAccess], now: float) -> Iterator[Sample]:
    redis, names = store.redis, list(offices)
    with redis.pipeline(transaction=False) as together:
        for office in names:
            together.llen(keys.inbox(office))
            together.lindex(keys.inbox(office), 0)
            together.zcard(keys.writes(office))
            together.zrange(keys.writes(office), 0, 0, withscores=True)
        found = in_store(together.execute) if names else []
    depths, ages = Counter({"inbox": 0, "writes": 0}), {"inbox": 0.0, "writes": 0.0}
    for office, waiting, head, subjects, due in zip(names, *(found[n::4] for n in range(4)), strict=True):
        depths["inbox"] += waiting
        depths["writes"] += subjects
        if head:
            ages["inbox"] = max(ages["inbox"], now - moment_of(head.decode()))
        if due:
            ages["writes"] = max(ages["writes"], now - due[0][1] / 1000)
        if waiting:
            yield Sample("odevents_office_lane_depth", (office, "inbox"), waiting)
        if subjects:
            yield Sample("odevents_office_lane_depth", (office, "writes"), subjects)
    for lane in depths:
        yield Sample("odevents_lane_depth", (lane,), depths[lane])
        yield Sample("odevents_lane_oldest_seconds", (lane,), ages[lane])


def _feeds(store: Store, offices: Mapping[str, OfficeAccess], now: float, state_of: StateOf) -> Iterator[Sample]:
    states: Counter[str] = Counter()
    gaps = 0
    for (office, table), kept in store.feeds.read(offices).items():
        state = state_of(office, kept.evidence)
        states[state] += 1
        gaps += kept.evidence.gap is not None
        known = [at for at in (kept.evidence.delivered_at, kept.evidence.polled_at) if at is not None]
        yield Sample("odevents_feed_state", (office, table, state), 1)
        if known:
            yield Sample("odevents_feed_silent_seconds", (office, table), now - max(known))
        yield Sample("odevents_feed_gap", (office, table), kept.evidence.gap is not None)
    yield from (Sample("odevents_feeds", (state,), number) for state, number in states.items())
    yield Sample("odevents_gaps", (), gaps)


def _subscriptions(store: Store, offices: Mapping[str, OfficeAccess]) -> Iterator[Sample]:
    drift: Counter[str] = Counter()
    unread = 0
    for office, seen in store.subscriptions_seen.all(offices).items():
        unread += bool(seen.trouble)
        kinds = Counter(str(found.kind) for found in seen.drift)
        drift += kinds
        yield from (Sample("odevents_office_drift", (office, kind), number) for kind, number in kinds.items())
    yield from (Sample("odevents_drift", (kind,), number) for kind, number in drift.items())
    yield Sample("odevents_offices_unread", (), unread)


def _budgets(store: Store, offices: Mapping[str, OfficeAccess]) -> Iterator[Sample]:
    with store.redis.pipeline(transaction=False) as together:
        together.time()
        for name in offices:
            together.get(keys.budget(name))
        (seconds, micros), *free = in_store(together.execute)
    for (name, office), at in zip(offices.items(), cast("list[bytes | None]", free), strict=True):
        interval = interval_of(office.budget)
        if interval:
            yield Sample("odevents_office_budget_calls_per_second", (name,), 1 / interval)
        wait = float(at) / 1_000_000 - (seconds + micros / 1_000_000) if at else 0.0
        yield Sample("odevents_office_budget_wait_seconds", (name,), max(wait, 0.0))


def _most_urgent_first(samples: list[Sample]) -> list[Sample]:
    """Series office by office, those of offices that need attention first."""
    urgent: Counter[str] = Counter()
    for sample in samples:
        troubled = sample.metric == "odevents_feed_state" and sample.labels[2] not in _CALM
        gap = sample.metric == "odevents_feed_gap" and sample.value > 0
        urgent[sample.labels[0]] += 4 * (troubled or gap) + (sample.metric == "odevents_office_lane_depth")
        urgent[sample.labels[0]] += sample.metric == "odevents_office_drift"
    return sorted(samples, key=lambda sample: (-urgent[sample.labels[0]], sample.labels[0]))
