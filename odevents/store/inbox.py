"""The inbox lane: deliveries answered 200 and not yet understood, and what became of those that were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import msgspec

from odevents.events.tables import counted_as
from odevents.store import keys, strips
from odevents.store.atomic import Lease, Steps, in_store
from odevents.store.compression import compress, decompress
from odevents.store.ids import moment_of, packed
from odevents.store.lane_head import INBOX_HEAD, HeadUnreadable
from odevents.store.packing import ABOUT, DELIVERIES, about_records, delivery_record
from odevents.store.seal import Seals
from odevents.store.tail import append_to_tail

if TYPE_CHECKING:
    from redis import Redis

SUMMARY = (
    "table", "source", "workstation", "received", "rows", "bytes", "status",
    "attempts", "ack", "kinds", "wanted", "replay_of", "mode", "stopped",
)  # fmt: skip
"""What :class:`Entry` is made of."""

REPLAY, BACKFILL, PRIME, PRIMED = "replay", "backfill", "prime", "primed"
"""Sources of deliveries of our own: one processed again; rows read by REST; those that only become known; and, empty,
the word that all rows of a table are known now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept of one delivery, without its rows.

    :ivar status: ``waiting``, ``processed`` or ``dead``.
    :ivar kinds: number of rows by how they ended (``updated``, ``duplicate``, ``unreadable`` …).
    :ivar wanted: reaction name -> ids of the writes it caused.
    :ivar replay_of: id of the delivery that this one is a replay of, ``""`` for one that Open Dental sent.
    :ivar mode: the office's mode when it was understood, ``""`` before.
    :ivar stopped: reaction name -> reason code, where a write could not even be planned.
    """

    id: str
    office: str
    table: str
    source: str
    workstation: str
    received_at: float
    rows: int
    bytes: int
    status: str
    attempts: int = 0
    ack_ms: float | None = None
    kinds: dict[str, int] = field(default_factory=dict)
    wanted: dict[str, list[str]] = field(default_factory=dict)
    replay_of: str = ""
    mode: str = ""
    stopped: dict[str, str] = field(default_factory=dict)


class RowOutcome(msgspec.Struct, omit_defaults=True):
    """How one row of a delivery ended; kept sealed, because ``old`` holds values.

    :ivar kind: a :class:`~odevents.events.change.Kind`, or ``unreadable``.
    :ivar reason: reason code of an unreadable row.
    :ivar old: previous values of the columns that changed.
    :ivar forgotten: see :class:`odevents.events.change.Change`.
    """

    kind: str
    key: str = ""
    reason: str = ""
    fields: list[str] = []
    old: dict[str, Any] = {}
    forgotten: str = ""


@dataclass(frozen=True)
class Ended:
    """How a delivery ended.

    :ivar wanted: reaction name -> ids of the writes it caused.
    :ivar stopped: reaction name -> reason code, where a write could not even be planned.
    :ivar mode: the office's mode.
    :ivar about: what :func:`odevents.store.packing.about_rows` says of its rows.
    """

    outcomes: list[RowOutcome]
    wanted: dict[str, list[str]] = field(default_factory=dict)
    status: str = "processed"
    stopped: dict[str, str] = field(default_factory=dict)
    mode: str = ""
    about: Sequence[bytes] = ()

    @cached_property
    def kinds(self) -> dict[str, int]:
        """Number of rows by how they ended."""
        return dict(Counter(outcome.kind for outcome in self.outcomes))


class Inbox:
    """The worker's half: look at the head of the lane, and the records of what was received."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals
        self._seen = "", b""

    def head(self, lease: Lease, office: str) -> Entry | None:
        """The oldest delivery that waits, its attempt counted; ``None`` when none does, and the lane was let go.

        :param lease: that of the lane, taken on the way if it is not held yet.
        :raises HeadUnreadable: its record is gone.
        :raises LeaseLost: the lane is not ours.
        """
        asked = [keys.delivery(office, ""), *SUMMARY, "body"]
        found = lease.look(INBOX_HEAD, [keys.inbox(office)], asked)
        if found is None:
            return None
        delivery_id, record = found[0].decode(), found[1] if len(found) > 1 else [None] * (len(SUMMARY) + 1)
        entry = entry_from(office, delivery_id, record[:-1])
        if entry is None:
            raise HeadUnreadable(f"the record of {delivery_id} is gone", delivery_id, gone=True)
        self._seen = delivery_id, record[-1] or b""
        return entry

    def depth(self, office: str) -> int:
        """How many deliveries of an office wait."""
        return in_store(lambda: self._redis.llen(keys.inbox(office)))

    def oldest_waits(self, offices: Iterable[str], now: float) -> float:
        """For how many seconds the delivery that has waited longest has been waiting, 0 when none waits."""
        with self._redis.pipeline(transaction=False) as together:
            for office in offices:
                together.lindex(keys.inbox(office), 0)
            heads = in_store(together.execute)
        return max((now - moment_of(head.decode()) for head in heads if head), default=0.0)

    def entry(self, office: str, delivery_id: str) -> Entry | None:
        """What is kept of one delivery, ``None`` when there is no such."""
        found = in_store(lambda: self._redis.hmget(keys.delivery(office, delivery_id), SUMMARY))
        return entry_from(office, delivery_id, cast("list[bytes | None]", found))

    def body(self, office: str, delivery_id: str) -> bytes:
        """The rows as they were stored.

        :raises SealBroken: altered, or its key is not in the ring.
        """
        return decompress(self._seals.open(self._sealed_body(office, delivery_id), office, "delivery", delivery_id))

    def _sealed_body(self, office: str, delivery_id: str) -> bytes:
        seen, sealed = self._seen
        self._seen = "", b""
        if seen == delivery_id:  # came with the look at the lane
            return sealed
        found = in_store(lambda: self._redis.hget(keys.delivery(office, delivery_id), "body"))
        return cast("bytes", found or b"")

    def outcomes(self, office: str, delivery_id: str) -> list[RowOutcome]:
        """How each row ended; empty while the delivery waits."""
        sealed = cast(
            "bytes | None", in_store(lambda: self._redis.hget(keys.delivery(office, delivery_id), "outcomes"))
        )
        if sealed is None:
            return []
        plain = decompress(self._seals.open(sealed, office, "outcomes", delivery_id))
        return msgspec.json.decode(plain, type=list[RowOutcome])

    def office_of(self, delivery_id: str, offices: list[str]) -> str | None:
        """The office that sent a delivery, looked up by id."""
        for office in offices:
            if in_store(lambda office=office: self._redis.exists(keys.delivery(office, delivery_id))):  # type: ignore[misc]
                return office
        return None

    def put(
        self,
        steps: Steps,
        office: str,
        delivery: str,
        table: str,
        body: bytes,
        now: float,
        *,
        of: str = "",
        source: str = REPLAY,
    ) -> None:
        """Add the steps that append a delivery of ours to the lane.

        :param of: the delivery that it is a replay of, which stays as it is; ``""`` for a row that comes again alone.
        """
        record: dict[str, str | int | bytes] = {
            "table": table,
            "source": source,
            "workstation": "",
            "received": repr(now),
            "rows": _rows(body),
            "bytes": len(body),
            "status": "waiting",
            "replay_of": of,
            "body": self._seals.seal(compress(body), office, "delivery", delivery),
        }
        steps.add("HSET", keys.delivery(office, delivery), *(part for pair in record.items() for part in pair))
        steps.add("RPUSH", keys.inbox(office), delivery)
        steps.reindex(office, "inbox")

    def pass_over(self, steps: Steps, office: str, gone: HeadUnreadable) -> None:
        """Add the steps that let the lane go on without a delivery of which nothing is left."""
        steps.add("LREM", keys.inbox(office), 1, gone.subject)
        steps.reindex(office, "inbox")

    def postpone(self, steps: Steps, entry: Entry, until: float) -> None:
        """Add the steps that let the lane wait, this try not counted."""
        steps.add("HSET", keys.delivery(entry.office, entry.id), "attempts", max(entry.attempts - 1, 0))
        steps.add("ZADD", keys.lanes("inbox"), int(until * 1000), entry.office)

    def keep(self, steps: Steps, entry: Entry) -> None:
        """Add the step that keeps a delivery, body and all, until a person has looked."""
        steps.add("PERSIST", keys.delivery(entry.office, entry.id))

    def finish(self, steps: Steps, entry: Entry, ended: Ended, now: float, keep_seconds: int) -> None:
        """Add the steps that take the delivery off the lane and record how its rows ended."""
        office, key = entry.office, keys.delivery(entry.office, entry.id)
        sealed = self._seals.seal(compress(msgspec.json.encode(ended.outcomes)), office, "outcomes", entry.id)
        kinds, wanted = msgspec.json.encode(ended.kinds), msgspec.json.encode(ended.wanted)
        stopped = msgspec.json.encode(ended.stopped)
        steps.add(
            "HSET", key, "status", ended.status, "outcomes", sealed, "kinds", kinds, "wanted", wanted,
            "mode", ended.mode, "stopped", stopped,
        )  # fmt: skip
        steps.add("EXPIRE", key, keep_seconds)
        steps.add("LREM", keys.inbox(office), 1, entry.id)
        steps.reindex(office, "inbox")
        _list(steps, entry, ended, keep_seconds)
        _count(steps, entry, ended)
        append_to_tail(
            steps,
            "delivery",
            now,
            office=office,
            table=entry.table,
            delivery=entry.id,
            rows=entry.rows,
            kinds=ended.kinds,
            wanted=ended.wanted,
            stopped=ended.stopped,
            status=ended.status,
            ack=entry.ack_ms,
        )


def _list(steps: Steps, entry: Entry, ended: Ended, keep_seconds: int) -> None:
    id_bytes, names = packed(entry.id), (entry.office, entry.table, entry.workstation)
    wanted = bool(ended.wanted or ended.stopped)
    record = delivery_record(id_bytes, names, ended.kinds, status=ended.status, wanted=wanted, mode=ended.mode)
    DELIVERIES.append(steps, entry.received_at, record, keep_seconds)
    if about := about_records(id_bytes, entry.office, ended.about):
        ABOUT.append(steps, entry.received_at, about, keep_seconds)
    steps.add("SADD", keys.OFFICES, entry.office)


def _count(steps: Steps, entry: Entry, ended: Ended) -> None:
    table = counted_as(entry.table)
    strips.count(steps, strips.deliveries(), entry.received_at)
    strips.count(steps, strips.feed(entry.office, table), entry.received_at, strips.TEN_MINUTES)
    for kind, number in ended.kinds.items():
        steps.count("rows", entry.office, table, kind, by=number)
        strips.count(steps, strips.rows(kind), entry.received_at, by=number)


def _rows(body: bytes) -> int:
    try:
        return len(msgspec.json.decode(body, type=list[msgspec.Raw]))
    except msgspec.DecodeError:
        return 1  # one object, or nothing that can be read: then it will be a dead letter again


def entry_from(office: str, delivery_id: str, found: Sequence[bytes | None]) -> Entry | None:
    """The entry that the fields of :data:`SUMMARY` make; ``None`` where there is no such delivery."""
    text = {name: value for name, value in zip(SUMMARY, found, strict=True) if value is not None}
    if "received" not in text:
        return None
    return Entry(
        id=delivery_id,
        office=office,
        table=text["table"].decode(),
        source=text["source"].decode(),
        workstation=text["workstation"].decode(),
        received_at=float(text["received"]),
        rows=int(text["rows"]),
        bytes=int(text["bytes"]),
        status=text["status"].decode(),
        attempts=int(text.get("attempts", 0)),
        ack_ms=float(text["ack"]) if "ack" in text else None,
        kinds=msgspec.json.decode(text.get("kinds", b"{}"), type=dict[str, int]),
        wanted=msgspec.json.decode(text.get("wanted", b"{}"), type=dict[str, list[str]]),
        replay_of=text.get("replay_of", b"").decode(),
        mode=text.get("mode", b"").decode(),
        stopped=msgspec.json.decode(text.get("stopped", b"{}"), type=dict[str, str]),
    )
