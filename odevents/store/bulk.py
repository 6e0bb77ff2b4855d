"""Many things at once: what a filter chose is frozen and counted, then done in the background, office by office.

A job goes through *counting* (its selection is being frozen), *ready* (counted; a person decides), *running*, and ends
as *done* or *aborted*. Each item is taken off the job in the same atomic step that hands it to its lane, so a job goes
on after kill -9 where it was and does nothing twice. An office is given no more than a handful at a time: what is new
does not wait behind what is old, and an abort stops all but that handful.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import msgspec

from odevents.errors import ConfigError, LeaseLost, SealBroken
from odevents.store import keys
from odevents.store.again import Again, Wish
from odevents.store.atomic import Lease, Steps, in_store
from odevents.store.audit import command_to_note
from odevents.store.bulk_job import BulkJob, State, What, job_from, said_of
from odevents.store.filters import DeadFilter, DeliveryFilter
from odevents.store.ids import new_id

if TYPE_CHECKING:
    from odevents.store.store import Store

MOST_ITEMS = 200_000
"""Things that one job does at the most; a filter that chooses more stops there, and says so."""

MOST_HANDED = 50
"""Deliveries or subjects that wait in an office's lane while a job gives it more."""

_MOST_JOBS = 100
_WAIT_SECONDS = 3.0
_KEEP_SECONDS = 30 * 24 * 3600
_READY_SECONDS = 24 * 3600


class Bulk:
    """Makes jobs, carries them out, lists them."""

    def __init__(self, store: Store, again: Again) -> None:
        self._store = store
        self._redis = store.redis
        self._again = again

    def choose(self, what: What, wanted: DeliveryFilter | DeadFilter, wish: Wish) -> BulkJob:
        """Freeze what a filter chooses now; a small selection is counted when this returns.

        Dead letters can be requeued, dropped, or have the deliveries they came with replayed; deliveries are replayed.

        :raises ConfigError: deliveries can only be replayed.
        """
        source = "dead" if isinstance(wanted, DeadFilter) else "deliveries"
        if source == "deliveries" and what != "replay":
            raise ConfigError("deliveries can only be replayed; choose dead letters instead")
        said: dict[Any, Any] = {
            "what": what, "source": source, "state": "counting", "who": wish.who, "reason": wish.reason,
            "at": repr(wish.at), "chosen": msgspec.json.encode(replace(wanted, until=wanted.until or wish.at).query()),
        }  # fmt: skip
        job = new_id("blk", wish.at)
        with self._redis.pipeline(transaction=True) as together:
            together.hset(keys.bulk(job), mapping=said)
            together.expire(keys.bulk(job), _READY_SECONDS)
            together.zadd(keys.BULK, {job: int(wish.at * 1000)})
            together.zremrangebyrank(keys.BULK, 0, -_MOST_JOBS - 1)
            in_store(together.execute)
        self.work_on(job, wish.at)
        return self.get(job)

    def start(self, job_id: str, wish: Wish) -> BulkJob:
        """Let a counted job run.

        :raises ConfigError: there is no such job, or it is not ready.
        """
        job = self.get(job_id)
        if job.state != "ready":
            raise ConfigError(f"{job_id} is {job.state}, not ready; `odevents bulk show {job_id}` says more")
        self._turn(job, "running", f"bulk-{job.what}", wish)
        return self.get(job_id)

    def abort(self, job_id: str, wish: Wish) -> BulkJob:
        """Stop a job; what was handed to the lanes already goes on.

        :raises ConfigError: there is no such job, or it has ended.
        """
        job = self.get(job_id)
        if job.state in ("done", "aborted"):
            raise ConfigError(f"{job_id} is {job.state} already")
        self._turn(job, "aborted", "bulk-abort", wish)
        return self.get(job_id)

    def get(self, job_id: str) -> BulkJob:
        """One job.

        :raises ConfigError: there is no such job.
        """
        found = cast("dict[bytes, bytes]", in_store(lambda: self._redis.hgetall(keys.bulk(job_id))))
        if not found:
            raise ConfigError(f"no job {job_id}; `odevents bulk list` shows those there are")
        return job_from(job_id, _text(found))

    def recent(self) -> list[BulkJob]:
        """The newest jobs, newest first."""
        names = [
            name.decode() for name in cast("list[bytes]", in_store(lambda: self._redis.zrevrange(keys.BULK, 0, -1)))
        ]
        with self._redis.pipeline(transaction=False) as together:
            for name in names:
                together.hgetall(keys.bulk(name))
            found = in_store(together.execute) if names else []
        return [job_from(name, _text(said)) for name, said in zip(names, found, strict=True) if said]

    def work(self, now: float) -> None:
        """Do a step of every job that is counting or running."""
        for job in self.recent():
            if job.state in ("counting", "running"):
                self.work_on(job.id, now)

    def work_on(self, job_id: str, now: float) -> BulkJob:
        """Do a step of one job: look at some more of what there is, or hand some more to the lanes."""
        job = self.get(job_id)
        try:
            if job.state == "counting":
                self._count(job, now)
            elif job.state == "running":
                for office in self._offices(job):
                    self._hand(job, office, now)
                self._end(job, now)
        except LeaseLost:
            pass  # another process is at it
        return self.get(job_id)

    def _count(self, job: BulkJob, now: float) -> None:
        with self._alone(job, now) as lease:
            job = self.get(job.id)  # as it is now that it is ours
            if job.state != "counting":
                return
            items, cursor = self._chosen(job)
            steps = Steps()
            for office, item, at in items:
                steps.add("ZADD", keys.bulk_items(job.id, office), "NX", int(at * 1000), item)
                steps.add("EXPIRE", keys.bulk_items(job.id, office), _READY_SECONDS)
            offices = sorted({*self._offices(job), *(office for office, _, _ in items)})
            steps.add("HSET", keys.bulk(job.id), "cursor", cursor, "offices", msgspec.json.encode(offices))
            lease.commit(steps)
            number = self._left(job.id, offices)
            ended = not cursor or number >= MOST_ITEMS
            said = {"number": number, "capped": int(bool(cursor) and ended), "state": "ready" if ended else "counting"}
            steps = Steps()
            steps.add("HSET", keys.bulk(job.id), *(part for pair in said.items() for part in pair))
            lease.commit(steps)

    def _chosen(self, job: BulkJob) -> tuple[list[tuple[str, str, float]], str]:
        """Some more of what the filter chooses: (office, item, when), and how far that was."""
        if job.source == "deliveries":
            wanted = DeliveryFilter.parse(job.chosen, job.at)
            entries = self._store.records.deliveries(wanted, cursor=job.cursor, limit=500)
            fit = [entry for entry in entries.found if entry.status != "waiting" and not entry.replay_of]
            return [(entry.office, entry.id, entry.received_at) for entry in fit], entries.next
        letters = self._store.dead_letters.page(DeadFilter.parse(job.chosen, job.at), cursor=job.cursor, limit=500)
        if job.what == "replay":
            return [(letter.office, letter.delivery, letter.at) for letter in letters.found], letters.next
        return [(letter.office, letter.id, letter.at) for letter in letters.found], letters.next

    def _hand(self, job: BulkJob, office: str, now: float) -> None:
        """Give an office's lanes the next few."""
        room = MOST_HANDED - self._waiting(job, office)
        if room <= 0:
            return
        with Lease(self._redis, keys.again(office), new_id("lease", now)) as lease:
            queue = keys.bulk_items(job.id, office)
            items = in_store(lambda: self._redis.zrange(queue, 0, room - 1))
            for item in cast("list[bytes]", items):
                if self.get(job.id).state != "running":
                    return
                steps = Steps()
                ended = self._hand_one(steps, job, office, item.decode(), now)
                steps.add("ZREM", queue, item)
                steps.add("HINCRBY", keys.bulk(job.id), ended, 1)
                lease.commit(steps)

    def _hand_one(self, steps: Steps, job: BulkJob, office: str, item: str, now: float) -> str:
        """Add the steps for one item; give the counter that it raises."""
        tried = Steps()
        try:
            if job.what == "replay":
                entry = self._store.inbox.entry(office, item)
                if entry is None:
                    return "skipped"
                self._again.add_replay(tried, entry, now)
            else:
                letter = self._store.dead_letters.get(item)
                if letter is None:
                    return "skipped"
                if job.what == "requeue":
                    self._again.add_requeue(tried, letter, now)
                else:
                    self._again.add_drop(tried, letter)
        except ConfigError:
            return "failed:nothing-left-to-try"
        except SealBroken:
            return "failed:cannot-be-opened"
        steps.commands += tried.commands
        return "handed"

    @contextmanager
    def _alone(self, job: BulkJob, now: float) -> Iterator[Lease]:
        """Change what is known of a job while nobody else does.

        :raises LeaseLost: somebody else has been at it for some seconds.
        """
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            lease = Lease(self._redis, keys.bulk_lease(job.id), new_id("lease", now))
            try:
                lease.__enter__()
                break
            except LeaseLost:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        with ExitStack() as stack:
            stack.push(lease)
            yield lease

    def _waiting(self, job: BulkJob, office: str) -> int:
        if job.what == "drop":
            return 0
        writes = in_store(lambda: self._redis.zcard(keys.writes(office)))
        return max(self._store.inbox.depth(office), writes)

    def _offices(self, job: BulkJob) -> list[str]:
        found = cast("bytes | None", in_store(lambda: self._redis.hget(keys.bulk(job.id), "offices")))
        return msgspec.json.decode(found, type=list[str]) if found else []

    def _left(self, job_id: str, offices: Sequence[str]) -> int:
        with self._redis.pipeline(transaction=False) as together:
            for office in offices:
                together.zcard(keys.bulk_items(job_id, office))
            return sum(in_store(together.execute)) if offices else 0

    def _end(self, job: BulkJob, now: float) -> None:
        if not self._left(job.id, self._offices(job)):
            wish = Wish(job.who, now, job.reason)
            self._turn(self.get(job.id), "done", f"bulk-{job.what}-done", wish)

    def _turn(self, job: BulkJob, state: State, deed: str, wish: Wish) -> None:
        """Change a job's state and note the deed, unless another process changed it meanwhile."""
        about = f"{job.id}: {job.number} {job.source} {said_of(job)}".strip()
        note = command_to_note(deed, wish.at, who=wish.who, about=about, reason=wish.reason)
        with self._alone(job, wish.at) as lease:
            if self.get(job.id).state != job.state:
                return
            steps = Steps()
            steps.add("HSET", keys.bulk(job.id), "state", state)
            steps.add("EXPIRE", keys.bulk(job.id), _KEEP_SECONDS)
            for office in self._offices(job):
                items = keys.bulk_items(job.id, office)
                steps.add(*(("UNLINK", items) if state == "aborted" else ("EXPIRE", items, _KEEP_SECONDS)))
            steps.add(*note)
            lease.commit(steps)


def _text(found: dict[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in found.items()}
