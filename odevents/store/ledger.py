"""The write lane and its ledger: what is known of each call that alters an office's database.

Writes about one subject (a patient, or else a row) keep their order: they wait in one list, and only its head is tried.
A subject whose head must wait is due later, and the other subjects of the office go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, cast

import msgspec

from odevents.errors import SealBroken
from odevents.store import keys, strips
from odevents.store.atomic import Lease, Steps, in_store
from odevents.store.lane_head import WRITES_HEAD, Head, HeadUnreadable, May, Slots
from odevents.store.packing import NOBODY, WRITES, write_record
from odevents.store.seal import Seals
from odevents.store.tail import append_to_tail

if TYPE_CHECKING:
    from redis import Redis


class State(StrEnum):
    """What is known of a write."""

    INTENDED = "intended"
    """Nothing was sent yet, or what was sent certainly had no effect."""
    SENT = "sent"
    """The call was about to leave; until its answer is recorded it may have taken effect."""
    UNKNOWN = "unknown"
    """No trustworthy answer came; it will be read back before anything is sent again."""
    DONE = "done"
    SKIPPED = "skipped"
    """Not needed or not allowed any more; the reason says which."""
    DRY_RUN = "dry-run"
    """The office is in dry-run mode; nothing was sent."""
    DEAD = "dead"
    """Given up on; a person has to look."""


Share = Literal["all", "rules", "handlers"]
"""Which writes a worker carries out: user code runs apart from the calls of everybody else."""

ENDED = frozenset({State.DONE, State.SKIPPED, State.DRY_RUN, State.DEAD})


@dataclass(frozen=True, slots=True)
class Write:
    """One ledger entry.

    :ivar id: ``wr_`` and the marker that identifies the effect for ever, derived from its cause.
    :ivar action: ``confirm``, ``note``, ``commlog`` or ``handler``.
    :ivar subject: opaque token; writes with the same one keep their order.
    :ivar intent: what to do, sealed at rest.
    :ivar attempts: how often the call was sent and may have taken effect.
    :ivar tries: how often a worker took it up without recording how that ended.
    :ivar sent_at: seconds since the epoch of the last attempt, 0 before the first.
    :ivar handler: the handler's own write, for one that it makes while it runs; such a write stands in no lane.
    :ivar requeued: how often a person asked for it again after it was given up on.
    :ivar about: what :func:`odevents.store.packing.about_row` says of the row it was made for.
    """

    id: str
    office: str
    reaction: str
    action: str
    subject: str
    delivery: str
    table: str
    intent: dict[str, Any]
    created_at: float
    state: State = State.INTENDED
    attempts: int = 0
    tries: int = 0
    sent_at: float = 0.0
    reason: str = ""
    handler: str = ""
    requeued: int = 0
    about: bytes = NOBODY * 2

    @property
    def minute(self) -> str:
        """The letters that say when the change happened; see ``reactions/marker.py``."""
        return self.id.removeprefix("wr_")[:4]

    @property
    def marker(self) -> str:
        """What identifies the effect in a text of the chart."""
        return f"[ode:{self.id.removeprefix('wr_')}]"


def requeued(write: Write, times: int) -> Write:
    """A write that was given up on, wanted again by a person: as if it may have been sent, so that it is checked."""
    return replace(write, state=State.UNKNOWN, attempts=0, tries=0, reason="requeued", requeued=times)


@dataclass(frozen=True, slots=True)
class Result:
    """How one attempt at a write ended.

    :ivar retry_at: when to look at it again; ``None`` for an ended write.
    """

    state: State
    reason: str = ""
    retry_at: float | None = None


_UNREADABLE_AGAIN = 60.0
"""Seconds after which an entry that does not open is looked at again: somebody may have put the key back."""


class Ledger:
    """Reads the ledger, and says the steps that change it.

    :param listed_seconds: how long a write can be listed after its last change.
    """

    def __init__(self, redis: Redis, seals: Seals, listed_seconds: int = 30 * 24 * 3600) -> None:
        self._redis = redis
        self._seals = seals
        self._listed_seconds = listed_seconds

    def known(self, office: str, write_ids: Sequence[str]) -> set[str]:
        """Which of these effects are in the ledger already."""
        with self._redis.pipeline(transaction=False) as together:
            for write_id in write_ids:
                together.exists(keys.write(office, write_id))
            found = in_store(together.execute)
        return {write_id for write_id, exists in zip(write_ids, found, strict=True) if exists}

    def began(self, now: float) -> float:
        """Since when nothing was forgotten: the moment the store was found empty, 0 if it is known to have been new.

        :param now: that moment, when it is found so now.
        """
        if (known := in_store(lambda: self._redis.get(keys.EPOCH))) is not None:
            return float(cast("bytes", known))
        with self._redis.pipeline(transaction=True) as together:
            together.set(keys.EPOCH, repr(now), nx=True)
            together.get(keys.EPOCH)
            return float(in_store(together.execute)[1])

    def mark_new(self) -> None:
        """Note that this store never held a ledger that could have been lost."""
        in_store(lambda: self._redis.set(keys.EPOCH, 0, nx=True))

    def get(self, office: str, write_id: str) -> Write | None:
        """One entry, ``None`` when it is not (or no longer) known.

        :raises SealBroken: its intent was altered, or its key is not in the ring.
        """
        record = cast("dict[bytes, bytes]", in_store(lambda: self._redis.hgetall(keys.write(office, write_id))))
        return self._entry(office, write_id, record) if record else None

    def _entry(self, office: str, write_id: str, record: Mapping[bytes, bytes]) -> Write:
        text = {name.decode(): value for name, value in record.items()}
        return Write(
            id=write_id,
            office=office,
            intent=msgspec.json.decode(self._seals.open(text.pop("intent"), office, "write", write_id)),
            created_at=float(text["created"]),
            state=State(text["state"].decode()),
            attempts=int(text["attempts"]),
            tries=int(text.get("tries", 0)),
            sent_at=float(text["sent"]),
            requeued=int(text.get("requeued", 0)),
            about=text.get("about", NOBODY * 2),
            **{name: text[name].decode() for name in _WORDS},
        )

    def next_due(
        self, lease: Lease, office: str, now: float, share: Share = "all", slots: Slots | None = None
    ) -> Head | None:
        """The head of the subject that has been due longest; ``None`` when nothing is due, and the lane was let go.

        :param lease: that of the lane, taken on the way if it is not held yet.
        :param slots: the office's budget; ``None`` where no slot of it is needed.
        :raises HeadUnreadable: it cannot be opened, or is gone; the subject must not hold up the others.
        :raises LeaseLost: the lane is not ours.
        """
        places = [keys.subject(office, ""), keys.write(office, "")]
        budget: tuple[str | int, ...] = slots.asking() if slots else ("",)
        asked = [office, int(now * 1000), *places, {"all": "", "rules": "0", "handlers": "1"}[share], *budget]
        found = lease.look(WRITES_HEAD, [keys.writes(office), keys.PAUSES, keys.STATS], asked)
        if found is None:
            return None
        may, subject, write_id, wait, *entry = found
        if slots and may in (May.TRY.value, May.WAIT.value):
            slots.answered(wait)
        return self._head_of(office, may, subject.decode(), write_id.decode(), entry)

    def _head_of(self, office: str, may: bytes, subject: str, write_id: str, entry: Sequence[list[bytes]]) -> Head:
        key = keys.write(office, write_id)
        if not entry:
            raise HeadUnreadable(f"the ledger has no entry {key}; it was taken off its lane", subject, gone=True)
        record = dict(zip(entry[0][::2], entry[0][1::2], strict=True))
        try:
            return Head(self._entry(office, write_id, record), May(may))
        except SealBroken as error:
            raise HeadUnreadable(f"{key}: {error}", subject, gone=False) from None

    def pass_over(self, steps: Steps, office: str, unreadable: HeadUnreadable, now: float) -> None:
        """Add the steps that let the others go on: this subject comes again later, or moves on from what is gone."""
        lane, subject = keys.writes(office), unreadable.subject
        if unreadable.gone:
            steps.add("ADVANCE", lane, subject, keys.subject(office, subject), int(now * 1000))
        else:
            steps.add("ZADD", lane, int((now + _UNREADABLE_AGAIN) * 1000), subject)
        steps.reindex(office, "writes")

    def plan(self, steps: Steps, write: Write, now: float | None = None) -> None:
        """Add the steps that append a write to its office's lane.

        :param now: when, if that is not when it was made.
        """
        self._put(steps, write, now or write.created_at)
        steps.add("RPUSH", keys.subject(write.office, write.subject), write.id)
        steps.add("ZADD", keys.writes(write.office), "NX", int(write.created_at * 1000), write.subject)
        steps.reindex(write.office, "writes")

    def intend(self, steps: Steps, write: Write, now: float) -> Write:
        """Add the steps that say "the next thing that happens is the call"; return the entry as it will be."""
        sent = replace(write, state=State.SENT, attempts=write.attempts + 1, sent_at=now)
        self._put(steps, sent, now)
        return sent

    def settle(self, steps: Steps, write: Write, result: Result, now: float, keep_seconds: int) -> None:
        """Add the steps that record how an attempt ended, and move its subject on."""
        self.record(steps, write, result, now, keep_seconds)
        if not write.handler:
            self._move_on(steps, write, now if result.retry_at is None else result.retry_at, result.retry_at is None)

    def record(self, steps: Steps, write: Write, result: Result, now: float, keep_seconds: int) -> None:
        """Add the steps that say what is known of a write. What was given up on is kept until a person has looked."""
        self._put(steps, replace(write, state=result.state, reason=result.reason), now)
        steps.add("HSET", keys.write(write.office, write.id), "tries", 0)
        if result.retry_at is None and result.state is not State.DEAD:
            steps.add("EXPIRE", keys.write(write.office, write.id), keep_seconds)
        steps.count("writes", write.office, write.reaction, write.action, result.state)
        strips.count(steps, strips.writes(result.state), now)
        append_to_tail(
            steps,
            "write",
            now,
            office=write.office,
            table=write.table,
            write=write.id,
            delivery=write.delivery,
            reaction=write.reaction,
            action=write.action,
            state=result.state,
            reason=result.reason,
        )

    def postpone(self, steps: Steps, write: Write, until: float) -> None:
        """Add the steps that let a subject wait, its head untouched."""
        steps.add("HSET", keys.write(write.office, write.id), "tries", 0)
        self._move_on(steps, write, until, ended=False)

    def rest(self, steps: Steps, write: Write, until: float) -> None:
        """Add the steps that let the whole lane wait, this head untouched; a new write ends the rest."""
        steps.add("HSET", keys.write(write.office, write.id), "tries", 0)
        steps.add("ZADD", keys.lanes("writes"), "XX", int(until * 1000), write.office)

    def _move_on(self, steps: Steps, write: Write, due: float, ended: bool) -> None:
        """The subject's next write is due, or the same one later."""
        lane, subject = keys.writes(write.office), keys.subject(write.office, write.subject)
        if ended:
            steps.add("ADVANCE", lane, write.subject, subject, int(due * 1000))
        else:
            steps.add("ZADD", lane, int(due * 1000), write.subject)
        steps.reindex(write.office, "writes")

    def _put(self, steps: Steps, write: Write, now: float) -> None:
        said: dict[str, str | int | bytes] = {name: getattr(write, name) for name in _WORDS}
        said |= {
            "state": write.state,
            "attempts": write.attempts,
            "created": repr(write.created_at),
            "sent": repr(write.sent_at),
            "requeued": write.requeued,
            "changed": int(now * 1000),
            "about": write.about,
            "intent": self._seals.seal(msgspec.json.encode(write.intent), write.office, "write", write.id),
        }
        steps.add("HSET", keys.write(write.office, write.id), *(part for pair in said.items() for part in pair))
        names = (write.office, write.reaction, write.reason, str(write.state))
        WRITES.append(steps, now, write_record(int(now * 1000), write.id, names, write.about), self._listed_seconds)


_WORDS = ("reaction", "action", "subject", "delivery", "table", "reason", "handler")
