"""READ ME FIRST: what happens to a delivery, and to a write.

::

    receiver  --accept-->  inbox lane  --process-->  write lane  --perform-->  the office's REST API
    (200 once it is kept)               (what changed, who wants it)           (once, and proven)

An RQ job only says "look at this lane". Whoever holds the lane's lease works through it, one entry after the other, and
records each in one atomic step; it may die anywhere and the next one starts where the last step ended. The second half
is ``turns.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import msgspec

from odevents.backfilled import note_feed, without_first_seen, young_since
from odevents.errors import DeliveryRefused, KeyMissing, LeaseLost
from odevents.events.change import Change, Feed
from odevents.events.delivery import EventType, kept_rows_in
from odevents.events.row import ReadRow
from odevents.events.tables import UI_EVENTS, table_named
from odevents.events.understanding import Knowledge, Understood, newest_stamp, read_rows, tombstones, understand
from odevents.followed import delivery_followed
from odevents.office import Offices
from odevents.putting_aside import PuttingAside
from odevents.queues import Hints
from odevents.reactions.performing import Performing
from odevents.reactions.planning import in_doubt, plan, presumable, why_unplanned
from odevents.reactions.registry import Reaction, Registry
from odevents.replaying import as_they_were
from odevents.store.atomic import Lease, Steps
from odevents.store.inbox import Ended, Entry, RowOutcome
from odevents.store.keys import Lane
from odevents.store.lane_head import HeadUnreadable
from odevents.store.ledger import State, Write
from odevents.store.packing import about_rows
from odevents.store.store import Store
from odevents.turns import Next, Turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from odevents.tracing import Traces

YIELD_AFTER = 0.5
"""Seconds after which a worker that has one lane at a time lets go of it, so that other offices get their turn."""

JUST_NOW = 600.0
"""Seconds; a row created so shortly before its delivery came is new, whatever else is known."""

MOST_TRIES = 10
"""How often a delivery may take its worker down before it is put aside."""


@dataclass(frozen=True)
class Pipeline:
    """The two halves of the way from a delivery to the office.

    :ivar clock: seconds since the epoch.
    :ivar keep_seconds: how long the rows of an understood delivery stay.
    :ivar traces: makes spans of what is done, where somebody collects them.
    """

    store: Store
    offices: Offices
    registry: Registry
    performing: Performing
    hints: Hints
    clock: Callable[[], float]
    keep_seconds: int
    traces: Traces | None = None

    def drain_inbox(self, office: str) -> None:
        """Understand what waits in an office's inbox, oldest first."""
        self._drain(office, "inbox", lambda lease: self._process_next(lease, office))

    def drain_writes(self, office: str) -> None:
        """Carry out what is due in an office's write lane, one after the other, whoever wants it."""
        self._drain(office, "writes", lambda lease: self.turns.take(lease, office) is Next.TURN)

    @property
    def aside(self) -> PuttingAside:
        """What is done with what cannot be understood."""
        return PuttingAside(self.store, self.clock, self.keep_seconds)

    @property
    def turns(self) -> Turns:
        """The second half: how a write lane is worked through."""
        return Turns(self.store, self.offices, self.performing, self.clock, self.traces)

    def process(self, lease: Lease, entry: Entry) -> None:
        """Understand one delivery and plan what is done about it: all in one step, or not at all.

        The same step wakes a worker for the writes, and lets the lane go if nothing else waits in it.
        """
        steps = Steps()
        try:
            understood = self._understand(steps, entry)
            stopped: dict[str, str] = {}
            wanted = self._plan(steps, entry, understood, stopped)
        except DeliveryRefused as error:  # stored by a version that accepted more
            understood, wanted, stopped = [], {}, {}
            self.aside.bury(steps, entry, error.code, str(error), self.store.inbox.body(entry.office, entry.id))
        self.aside.bury_rows(steps, entry, understood)
        note_feed(self.store, steps, entry)
        ended = Ended(
            outcomes=[_outcome(row) for row in understood],
            wanted=wanted,
            stopped=stopped,
            mode=self.offices[entry.office].mode,
            about=about_rows(self.store.seals.fingerprinting("about"), [row.values for row in understood]),
        )
        self.store.inbox.finish(steps, entry, ended, self.clock(), self.keep_seconds)
        if wanted:
            self.hints.add(steps, entry.office, "writes", self.clock())
        steps.let_go_after(entry.office)
        lease.commit(steps)

    def _drain(self, office: str, lane: Lane, next_one: Callable[[Lease], bool]) -> None:
        if office not in self.offices:
            return  # removed from the configuration; its lanes are kept until it is back
        lease, until = Lease.of_lane(self.store.redis, office, lane, self.clock()), self.clock() + YIELD_AFTER
        try:
            more = next_one(lease)
            while more and self.clock() < until:
                more = next_one(lease)
        except LeaseLost:
            return  # another worker has the lane; nothing was changed since it took over
        finally:
            lease.let_go()
        if more:
            self.hints.give(office, lane, self.clock())

    def _process_next(self, lease: Lease, office: str) -> bool:
        try:
            entry = self.store.inbox.head(lease, office)
        except HeadUnreadable as gone:
            return self.aside.pass_over(lease, office, gone)
        if entry is None:
            return False
        if entry.attempts > MOST_TRIES:
            self.aside.give_up(lease, entry, MOST_TRIES)
            return True
        try:
            with delivery_followed(entry, self.traces, self.clock):
                self.process(lease, entry)
        except KeyMissing as missing:
            return self.aside.await_key(lease, entry, missing)
        return lease.held

    def _understand(self, steps: Steps, entry: Entry) -> list[Understood]:
        type_ = EventType(entry.table, "UiEventType" if entry.table in UI_EVENTS else "WatchTable")
        elements = kept_rows_in(self.store.inbox.body(entry.office, entry.id))
        readings = read_rows(elements, type_)
        compared = entry.table not in UI_EVENTS
        known = self._recall(entry, [row.key for row in readings if compared and isinstance(row, ReadRow)])
        understood = list(understand(elements, readings, type_, known))
        if entry.replay_of:
            outcomes = self.store.inbox.outcomes(entry.office, entry.replay_of)
            understood = list(as_they_were(understood, outcomes, entry))
        understood = without_first_seen(understood, entry)
        self.store.remember(steps, entry.office, entry.table, known.updated)
        self.store.remember(steps, entry.office, table_named(entry.table).deletes, tombstones(understood, type_))
        for row in understood:
            if row.seen:
                self.store.expected.drop(steps, entry.office, entry.table, row.key, row.seen)
        if not known.feed.since and (newest := newest_stamp(readings)):
            self.store.begin_feed(steps, entry.office, entry.table, newest)
        return understood

    def _recall(self, entry: Entry, rows: Sequence[str]) -> Knowledge:
        office = self.offices[entry.office]
        just_now = f"{office.local_time(entry.received_at - JUST_NOW):%Y-%m-%d %H:%M:%S}"
        since, lost = self.store.feed(entry.office, entry.table)
        traces = self.store.expected.of_rows(entry.office, entry.table, rows)
        return Knowledge(
            office=entry.office,
            delivery=entry.id,
            workstation=entry.workstation,
            snapshots=self.store.snapshots.read(
                entry.office, entry.table, rows, await_keys=self.aside.key_may_come(entry)
            ),
            feed=Feed(since, young_since(entry, just_now), office.comes_twice, lost),
            explain={key: trace.explain for key, trace in traces.items()},
        )

    def _plan(
        self, steps: Steps, entry: Entry, understood: Sequence[Understood], stopped: dict[str, str]
    ) -> dict[str, list[str]]:
        writes = list(self._writes(steps, entry, understood, stopped))
        known = self.store.ledger.known(entry.office, [write.id for write in writes])
        wanted: dict[str, list[str]] = {}
        for write in writes:
            wanted.setdefault(write.reaction, []).append(write.id)
            if write.id in known:
                continue
            if write.state is State.DEAD:
                self.performing.refuse(steps, write, write.reason)
            else:
                self.store.ledger.plan(steps, write)
            known.add(write.id)
        return wanted

    def _writes(
        self, steps: Steps, entry: Entry, understood: Sequence[Understood], stopped: dict[str, str]
    ) -> Iterator[Write]:
        known_since = self._known_since() if any(row.change for row in understood) else 0.0
        for index, row in enumerate(understood):
            for reaction in self.registry.wanted_by(row.change) if row.change else ():
                change = cast("Change[Any]", row.change)
                try:
                    planned = self._planned(reaction, change)
                except Exception as error:
                    code, message = why_unplanned(reaction.name, error)
                    stopped[reaction.name] = code
                    content = msgspec.json.encode(row.values)
                    self.aside.bury(steps, entry, code, message, content, index, reaction.name)
                else:
                    yield from self._allowed(steps, reaction, change, planned, known_since)

    def _planned(self, reaction: Reaction, change: Change[Any]) -> list[Write]:
        now = self.clock()
        local = self.offices[change.office].local_time(now)
        return list(plan(reaction, change, self.store.seals.fingerprint, now, local))

    def _known_since(self) -> float:
        """The moment since when the ledger has forgotten nothing."""
        now = self.clock()
        return max(self.store.ledger.began(now), now - self.performing.keep_seconds)

    def _allowed(
        self, steps: Steps, reaction: Reaction, change: Change[Any], planned: Iterable[Write], known_since: float
    ) -> Iterator[Write]:
        office = self.offices[change.office]
        stopped = self.store.breaker.fired(steps, reaction.name, change)
        for write in planned:
            if stopped:
                yield replace(write, state=State.DEAD, reason="loop-breaker")
            elif change.presumed and not presumable(reaction):
                yield replace(write, state=State.DEAD, reason="may-have-changed")
            elif change.forgotten or in_doubt(change, office.local_time(known_since), office.local_time(self.clock())):
                # As if it had been sent in the last moment that was forgotten: it is read back first.
                yield replace(write, state=State.UNKNOWN, sent_at=known_since)
            else:
                yield write


def _outcome(row: Understood) -> RowOutcome:
    if row.unreadable:
        return RowOutcome("unreadable", row.key, row.unreadable.code)
    if row.change is None:
        return RowOutcome(str(row.kind), row.key)
    change = row.change
    return RowOutcome(str(row.kind), row.key, "", sorted(change.fields), change.old, change.forgotten)
