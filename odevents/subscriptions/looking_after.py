"""One office looked after: its subscriptions read, its changed rows probed, its feeds judged, and all of it kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from odevents.errors import CallError
from odevents.log import logger
from odevents.store.feeds import Evidence, Gap, Kept, Probe
from odevents.subscriptions.freshness import FeedState, State, Thresholds, judge, last_sign, next_turn
from odevents.subscriptions.probe import can_probe, probe
from odevents.subscriptions.watching import evidence_of, gap_of, kept_with, newly_watched, thresholds_of, watched_tables

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental
    from odevents.config import ConfigFile
    from odevents.office import OfficeAccess
    from odevents.store.store import Store
    from odevents.store.subscriptions_seen import OfficeSeen

LOOK_EVERY = 60.0
"""Seconds between two looks at an office: one call of its API for each of its keys."""

PROBE_EVERY = 900.0
"""Seconds between two probes of a table, while nothing seems wrong: one call each, as a rule."""

AT_FIRST = 10.0
"""Seconds between two looks at an office of which nothing has been seen yet: somebody is waiting for it."""

AT_LEAST_APART = 2.0
"""Seconds between two looks at an office, however soon a feed may turn stale."""

ALARMING = (State.LATE, State.STALE)


@dataclass(frozen=True)
class LookingAfter:
    """What it takes to look after offices.

    :ivar look: reads an office's subscriptions and keeps what is seen; that the office did not answer is seen as well.
    :ivar connect: opens the office's API, behind everybody else in its budget.
    :ivar still_ours: called before anything is kept; raises when this process must stop acting.
    """

    store: Store
    file: ConfigFile
    look: Callable[[OfficeAccess], OfficeSeen]
    connect: Callable[[OfficeAccess], AbstractContextManager[OpenDental]]
    clock: Callable[[], float]
    still_ours: Callable[[], None] = lambda: None

    def office(self, office: OfficeAccess, *, thorough: bool = False) -> list[tuple[str, FeedState]]:
        """Look, probe, judge and keep; the judgement of each declared table.

        :param thorough: probe every table that can be, due or not.
        :raises StoreUnavailable: Redis did not answer.
        """
        tables = watched_tables(self.file, office.name)
        if not tables:
            return []
        seen = self.look(office)
        now = self.clock()
        before = {table: kept for (_, table), kept in self.store.feeds.read([office.name]).items()}
        evidence = newly_watched(tables, before, now)
        for table, facts in evidence.items():
            evidence[table] = evidence_of(facts, table, seen, office, now)
            stands = facts.cursor == evidence[table].cursor
            gap = gap_of(facts, evidence[table], office, now)
            if gap and not (stands and _nothing_missing(facts, now)):
                self.store.feeds.open_gap(office.name, table, gap)
                evidence[table] = replace(evidence[table], gap=facts.gap or gap)
        thresholds = thresholds_of(self.file, office)
        if not seen.trouble:
            self._probe(office, evidence, thresholds, thorough)
        return self._keep(office, evidence, before, thresholds)

    def next_look(self, states: list[tuple[str, FeedState]], office: OfficeAccess, now: float) -> float:
        """When to look again: in a minute, or when a feed would turn late or stale before that."""
        thresholds = thresholds_of(self.file, office)
        turns = [next_turn(found.evidence, thresholds, now) for _, found in states]
        soon = now + (AT_FIRST if any(found.state is State.NEW for _, found in states) else LOOK_EVERY)
        return max(now + AT_LEAST_APART, min([soon, *turns]))

    def _probe(
        self, office: OfficeAccess, evidence: dict[str, Evidence], thresholds: Thresholds, thorough: bool
    ) -> None:
        now = self.clock()
        due = [
            table
            for table, facts in evidence.items()
            if can_probe(table) and (thorough or _probe_due(facts, thresholds, now))
        ]
        if not due or self.store.inbox.depth(office.name):
            return
        with self.connect(office) as client:
            for table in due:
                try:
                    found = probe(self.store, office, client, table, evidence[table], self.clock())
                except CallError as error:
                    logger.debug("no probe", office=office.name, table=table, error=type(error).__name__)
                    return
                if found:
                    evidence[table] = self._probed(office.name, table, evidence[table], *found)

    def _probed(self, office: str, table: str, facts: Evidence, found: Probe, gap: Gap | None) -> Evidence:
        """The evidence after a probe, which also opens a gap, or sees that one has been closed."""
        self.still_ours()
        if facts.gap and not found.rows:
            self.store.feeds.close_gaps(office, facts.gap.since, [table])
            return replace(facts, probe=found, gap=None)
        if gap:
            self.store.feeds.open_gap(office, table, gap)
        return replace(facts, probe=found, gap=facts.gap or gap)

    def _keep(
        self, office: OfficeAccess, evidence: dict[str, Evidence], before: dict[str, Kept], thresholds: Thresholds
    ) -> list[tuple[str, FeedState]]:
        self.still_ours()
        now = self.clock()
        judged = {table: kept_with(facts, thresholds, office.name, now) for table, facts in evidence.items()}
        self.store.feeds.keep(
            office.name, {table: kept for table, (kept, _) in judged.items()}, before.keys() - evidence.keys()
        )
        for table, (_, found) in judged.items():
            earlier = before[table].judged if table in before else None
            _say_if_changed(office.name, table, found, earlier.state if earlier else "")
        return [(table, found) for table, (_, found) in judged.items()]


def _probe_due(facts: Evidence, thresholds: Thresholds, now: float) -> bool:
    """Every quarter of an hour while the office is open, and at once when something seems wrong."""
    if facts.subscription == "paused":
        return False
    last = facts.probe.at if facts.probe else facts.watched_since
    if judge(facts, thresholds, now).state in ALARMING:
        return last <= last_sign(facts) or now - last >= LOOK_EVERY
    if facts.gap:
        return now - last >= LOOK_EVERY
    return now - last >= PROBE_EVERY and thresholds.hours.open_at(now)


def _nothing_missing(facts: Evidence, now: float) -> bool:
    """Whether a probe has just shown that nothing is, however long nothing polls."""
    return facts.probe is not None and not facts.probe.rows and now - facts.probe.at < 2 * PROBE_EVERY


def _say_if_changed(office: str, table: str, found: FeedState, earlier: str) -> None:
    if found.state == earlier:
        return
    if found.state in ALARMING:
        logger.warning(f"feed is {found.state}", office=office, table=table, code=found.code or found.reason)
    elif earlier in ALARMING:
        logger.info(f"feed is {found.state} again", office=office, table=table)
