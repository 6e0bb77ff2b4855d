"""One process that carries the write lanes of many offices at once: calls in flight are waiting, not working.

A turn is one write. Between two turns a lane holds no thread: it waits here, its lease kept, until the office's budget
allows the next call. Lanes that are ready get their turns in order, and more lanes than threads is no trouble. An
office that answers slowly costs a thread for as long, so such offices have half of the threads at the most.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from odevents.errors import LeaseLost, StoreUnavailable
from odevents.log import logger, place_of
from odevents.pipeline import Pipeline
from odevents.queues import Work
from odevents.store.atomic import Lease
from odevents.store.ledger import Share
from odevents.turns import Next

HELD_FOR = 60.0
"""Seconds after which a lane that has always more to do is offered to the other processes again."""

SLOW = 5.0
"""Seconds; an office whose last turn took longer is slow."""

_LANES_A_THREAD = 8
"""Lanes in hand per thread at the most; beyond, hints stay in their queue for other processes."""

_SHARES: dict[Work, Share] = {"writes": "rules", "handlers": "handlers"}
_OTHERS: dict[Work, Work] = {"writes": "handlers", "handlers": "writes"}


@dataclass
class CarriedLane:
    """A lane that this process has in hand.

    :ivar since: when it was taken (monotonic); ``None`` before its first turn.
    :ivar hinted: whether somebody said "look" since the last turn began.
    """

    office: str
    lease: Lease
    since: float | None = None
    hinted: bool = False


@dataclass
class Carrier:
    """Carries lanes.

    :ivar work: ``writes`` or ``handlers``.
    :ivar ready_in: office -> seconds until its budget may allow a call.
    :ivar threads: how many turns are taken at the same time at the most.
    """

    pipeline: Pipeline
    work: Work
    ready_in: Callable[[str], float]
    threads: int
    _lanes: dict[str, CarriedLane] = field(default_factory=dict)
    _ready: deque[CarriedLane] = field(default_factory=deque)
    _waiting: list[tuple[float, int, CarriedLane]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _slow: set[str] = field(default_factory=set)
    _busy: int = 0
    _busy_slow: int = 0
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix=self.work)
        self._clock = threading.Thread(target=self._watch_the_clock, name="budgets", daemon=True)
        self._clock.start()

    def look_at(self, office: str) -> None:
        """Take up an office's lane, unless it is in hand; returns at once."""
        if office not in self.pipeline.offices:
            return  # removed from the configuration; its lanes are kept until it is back
        with self._changed:
            if self._stopping:
                return  # the sweep finds another worker
            if lane := self._lanes.get(office):
                lane.hinted = True
                return
            lease = Lease.of_lane(self.pipeline.store.redis, office, "writes", self.pipeline.clock())
            lane = CarriedLane(office, lease)
            self._lanes[office] = lane
            self._put(lane, self.ready_in(office))

    def has_room(self, within: float) -> bool:
        """Whether it takes up another lane; waits so many seconds for room."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._lanes) < self.threads * _LANES_A_THREAD, within)

    def stop(self) -> None:
        """Begin no further turn; return when those in hand have ended."""
        with self._changed:
            self._stopping = True
            idle = [lane for _, _, lane in self._waiting] + list(self._ready)
            self._waiting.clear()
            self._ready.clear()
            self._changed.notify_all()
        for lane in idle:
            self._pool.submit(self._let_go, lane, Next.TURN)
        self._pool.shutdown(wait=True)
        self._clock.join()

    def _put(self, lane: CarriedLane, seconds: float) -> None:
        """Let it have its next turn then. With the lock held."""
        if seconds > 0:
            heapq.heappush(self._waiting, (time.monotonic() + seconds, next(self._numbers), lane))
            if self._waiting[0][2] is lane:
                self._changed.notify_all()
        else:
            self._ready.append(lane)
            self._begin_turns()

    def _begin_turns(self) -> None:
        """Give threads to lanes that are ready, in order, the slow ones within their half. With the lock held."""
        passed_over: list[CarriedLane] = []
        while self._ready and self._busy < self.threads:
            lane = self._ready.popleft()
            slow = lane.office in self._slow
            if slow and self._busy_slow >= max(self.threads // 2, 1):
                passed_over.append(lane)
                continue
            self._busy += 1
            self._busy_slow += slow
            self._pool.submit(self._turn, lane, slow)
        self._ready.extendleft(reversed(passed_over))

    def _watch_the_clock(self) -> None:
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                while self._waiting and self._waiting[0][0] <= now:
                    self._ready.append(heapq.heappop(self._waiting)[2])
                self._begin_turns()
                self._changed.wait(self._waiting[0][0] - now if self._waiting else None)

    def _turn(self, lane: CarriedLane, slow: bool) -> None:
        begun = time.monotonic()
        wants = self._taken_turn(lane)
        took = time.monotonic() - begun
        with self._changed:
            self._busy -= 1
            self._busy_slow -= slow
            (self._slow.add if took > SLOW else self._slow.discard)(lane.office)
            again = wants in (Next.TURN, Next.SLOT) and not self._stopping and not self._held_long(lane)
            if again:
                self._put(lane, self.ready_in(lane.office))
            self._begin_turns()
        if not again:
            self._let_go(lane, wants)

    def _taken_turn(self, lane: CarriedLane) -> Next | None:
        """One turn; ``None`` when the lane is not ours to go on with."""
        office = lane.office
        try:
            if lane.since is None:
                lane.since = time.monotonic()
            wants = self.pipeline.turns.take(lane.lease, office, _SHARES[self.work])
            if wants is Next.REST and lane.hinted:
                lane.hinted = False
                return Next.TURN
        except LeaseLost:
            return None  # another worker has the lane; nothing was changed since it took over
        except StoreUnavailable as error:
            logger.warning("store unavailable", office=office, lane="writes", error=str(error))
            return None
        except Exception as error:
            logger.error("drain failed", office=office, lane="writes", error=place_of(error))
            return None
        return wants

    def _held_long(self, lane: CarriedLane) -> bool:
        return lane.since is not None and time.monotonic() - lane.since > HELD_FOR

    def _let_go(self, lane: CarriedLane, wants: Next | None = None) -> None:
        """Free the lane, and wake whoever is to go on with it."""
        lane.lease.let_go()
        with self._changed:
            del self._lanes[lane.office]
            self._changed.notify_all()
        now = self.pipeline.clock()
        try:
            if wants is Next.OTHERS:
                self.pipeline.hints.pass_on(lane.office, _OTHERS[self.work], now)
            elif wants is Next.TURN or lane.hinted:
                self.pipeline.hints.pass_on(lane.office, self.work, now)
        except StoreUnavailable as error:
            logger.warning("store unavailable", office=lane.office, lane="writes", error=str(error))
