"""Listing what was received and what was written: filtered, newest first, page by page.

A page costs a bounded amount of work whatever is asked for: where that was not enough to fill it, it comes back short,
with a place to go on from. Nothing here opens a sealed value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.filters import REFUSED, DeliveryFilter, Page, WriteFilter
from odevents.store.ids import first_packed, packed, unpacked
from odevents.store.inbox import SUMMARY, Entry, entry_from
from odevents.store.index import BUCKET_SECONDS, Candidate, Chunk, Index, Match, Place, chunks, drop_excess
from odevents.store.packing import (
    ABOUT,
    DELIVERIES,
    FLAGS,
    NOBODY,
    OFFICE_BYTES,
    REACTION_BYTES,
    REASON_BYTES,
    TABLE_BYTES,
    WORKSTATION_BYTES,
    WRITES,
    token,
    write_key,
)  # fmt: skip
from odevents.store.write_seen import WRITE_SUMMARY, WriteSeen, write_from

if TYPE_CHECKING:
    from redis import Redis

MOST_LISTED = 5_000_000
"""Deliveries, and states of writes, that stay in the indexes; beyond, the oldest go first."""

_MOST_LOADED = 1_000
"""Records that are looked up for one page."""

_MOST_WAITING = 1_000
"""Waiting deliveries that are listed of an office, and offices whose waiting ones are."""

_FAR = 1e11
T = TypeVar("T")


class Records:
    """Lists deliveries and writes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def deliveries(self, wanted: DeliveryFilter, *, cursor: str = "", limit: int = 50) -> Page[Entry]:
        """A page of deliveries, newest first; refused requests are none (:mod:`odevents.store.refusals`).

        :raises FilterInvalid: the cursor is not one.
        """
        start = Place.parse(cursor)
        if wanted.outcome == REFUSED:
            return Page([], "")
        waiting = {} if wanted.about else self._waiting(wanted)
        besides: dict[int, list[Candidate]] = {}
        for id_bytes, office in waiting.items():
            at = (int.from_bytes(id_bytes) >> 35) / 1000
            besides.setdefault(int(at // BUCKET_SECONDS), []).append((id_bytes, office))
        index, match = (ABOUT, _about(wanted)) if wanted.about else (DELIVERIES, _deliveries(wanted))
        match = match if wanted.outcome != "waiting" else lambda _: []
        found = chunks(
            self._redis, index, match, since=wanted.since, until=wanted.until or _FAR, start=start, besides=besides
        )
        names = self._offices()

        def load(candidates: Sequence[Candidate]) -> list[Entry | None]:
            return self._entries([(names.get(office, ""), unpacked("dlv", key)) for key, office in candidates])

        return _page(index, found, load, lambda _, entry: fits(entry, wanted), limit)

    def writes(self, wanted: WriteFilter, *, cursor: str = "", limit: int = 50) -> Page[WriteSeen]:
        """A page of writes as they stand, last changed first.

        :raises FilterInvalid: the cursor is not one.
        """
        found = chunks(
            self._redis, WRITES, _writes(wanted),
            since=wanted.since, until=wanted.until or _FAR, start=Place.parse(cursor),
        )  # fmt: skip
        names = self._offices()

        def load(candidates: Sequence[Candidate]) -> list[WriteSeen | None]:
            return self._writes([(names.get(office, ""), write_key(key)[1]) for key, office in candidates])

        def is_last(candidate: Candidate, write: WriteSeen) -> bool:
            return write.changed_ms == write_key(candidate[0])[0] and write_fits(write, wanted)

        return _page(WRITES, found, load, is_last, limit)

    def forget(self) -> None:
        """Keep the indexes within what may be listed."""
        for index in (DELIVERIES, ABOUT, WRITES):
            drop_excess(self._redis, index, MOST_LISTED)

    def _offices(self) -> dict[bytes, str]:
        names = cast("set[bytes]", in_store(lambda: self._redis.smembers(keys.OFFICES)))
        waiting = cast("list[bytes]", in_store(lambda: self._redis.zrange(keys.lanes("inbox"), 0, -1)))
        return {token(name.decode(), OFFICE_BYTES): name.decode() for name in (*names, *waiting)}

    def _waiting(self, wanted: DeliveryFilter) -> dict[bytes, bytes]:
        """The newest deliveries that nobody has understood yet, and the tokens of their offices."""
        if wanted.outcome not in ("", "waiting") or wanted.mode:
            return {}
        busy = in_store(lambda: self._redis.zrange(keys.lanes("inbox"), 0, _MOST_WAITING - 1))
        offices = [name.decode() for name in cast("list[bytes]", busy) if wanted.office in ("", name.decode())]
        with self._redis.pipeline(transaction=False) as together:
            for office in offices:
                together.lrange(keys.inbox(office), -_MOST_WAITING, -1)
            lists = in_store(together.execute) if offices else []
        return {
            packed(delivery.decode()): token(office, OFFICE_BYTES)
            for office, ids in zip(offices, lists, strict=True)
            for delivery in ids
        }

    def _entries(self, places: Sequence[tuple[str, str]]) -> list[Entry | None]:
        with self._redis.pipeline(transaction=False) as together:
            for office, delivery in places:
                together.hmget(keys.delivery(office, delivery), SUMMARY)
            found = in_store(together.execute)
        return [entry_from(*place, values) for place, values in zip(places, found, strict=True)]

    def _writes(self, places: Sequence[tuple[str, str]]) -> list[WriteSeen | None]:
        with self._redis.pipeline(transaction=False) as together:
            for office, write in places:
                together.hmget(keys.write(office, write), WRITE_SUMMARY)
            found = in_store(together.execute)
        return [write_from(*place, values) for place, values in zip(places, found, strict=True)]


def fits(entry: Entry, wanted: DeliveryFilter) -> bool:
    """Whether a delivery is one of those asked for; what it is about is not looked at."""
    return (
        wanted.office in ("", entry.office)
        and wanted.watch in ("", entry.table)
        and wanted.workstation in ("", entry.workstation)
        and wanted.mode in ("", entry.mode)
        and wanted.in_time(entry.received_at)
        and _ended(entry, wanted.outcome)
    )


def write_fits(write: WriteSeen, wanted: WriteFilter) -> bool:
    """Whether a write, as it stands, is one of those asked for; what it is about is not looked at."""
    return (
        wanted.office in ("", write.office)
        and wanted.reaction in ("", write.reaction)
        and wanted.reason in ("", write.reason)
        and wanted.state in ("", write.state)
        and wanted.in_time(write.changed_ms / 1000)
    )


def _ended(entry: Entry, outcome: str) -> bool:
    if outcome in ("wanted", "unwanted"):
        return entry.status == "processed" and bool(entry.wanted or entry.stopped) == (outcome == "wanted")
    return outcome in ("", entry.status) or outcome in entry.kinds


def _page(
    index: Index,
    found: Iterator[Chunk],
    load: Callable[[Sequence[Candidate]], list[T | None]],
    keep: Callable[[Candidate, T], bool],
    limit: int,
) -> Page[T]:
    page: list[T] = []
    loaded = 0
    for batch, behind in _batches(index, found, limit):
        candidates = [candidate for candidate, _ in batch]
        for (candidate, chunk), record in zip(batch, load(candidates) if batch else (), strict=True):
            if record is not None and keep(candidate, record):
                page.append(record)
                if len(page) == limit:
                    return Page(page, str(chunk.place(candidate[0])))
        loaded += len(batch)
        if loaded >= _MOST_LOADED and batch:
            last, chunk = batch[-1]
            return Page(page, str(chunk.place(last[0])))
        if behind:
            return Page(page, str(behind))
    return Page(page, "")


def _batches(
    index: Index, found: Iterator[Chunk], size: int
) -> Iterator[tuple[list[tuple[Candidate, Chunk]], Place | None]]:
    """Candidates some at a time, over chunks; and, when enough was looked at, the place behind the last."""
    batch: list[tuple[Candidate, Chunk]] = []
    looked_at = 0
    for chunk in found:
        looked_at += chunk.size
        for candidate in chunk.candidates:
            batch.append((candidate, chunk))
            if len(batch) == size:
                yield batch, None
                batch = []
        if looked_at >= index.most_bytes:
            yield batch, chunk.place()
            return
    if batch:
        yield batch, None


def _records(data: bytes, width: int) -> Iterator[bytes]:
    return (data[at : at + width] for at in range(0, len(data), width))


def _deliveries(wanted: DeliveryFilter) -> Match:
    names = ((wanted.office, OFFICE_BYTES), (wanted.watch, TABLE_BYTES), (wanted.workstation, WORKSTATION_BYTES))
    tests = _tests(10, names)
    mask = stand = 0
    for word in (wanted.outcome, wanted.mode):
        if word in FLAGS:
            mask, stand = mask | FLAGS[word][0], stand | FLAGS[word][1]
    oldest, newest = first_packed(wanted.since), first_packed(wanted.until) if wanted.until else b"\xff" * 10

    def match(data: bytes) -> list[Candidate]:
        found = [r for r in _records(data, DELIVERIES.width) if oldest <= r < newest]
        for place, name in tests:
            found = [r for r in found if r[place] == name]
        if mask:
            found = [r for r in found if int.from_bytes(r[18:20]) & mask == stand]
        return [(r[:10], r[10:14]) for r in found]

    return match


def _about(wanted: DeliveryFilter) -> Match:
    sought = bytes.fromhex(wanted.about) + (token(wanted.office, OFFICE_BYTES) if wanted.office else b"")

    def match(data: bytes) -> list[Candidate]:
        found, at = [], data.find(sought)
        while at >= 0:
            if at % ABOUT.width == 0:
                found.append((data[at + 10 : at + 20], data[at + 6 : at + 10]))
            at = data.find(sought, at + 1)
        return found

    return match


def _writes(wanted: WriteFilter) -> Match:
    names = ((wanted.office, OFFICE_BYTES), (wanted.reaction, REACTION_BYTES), (wanted.reason, REASON_BYTES))
    tests = _tests(18, (*names, (wanted.state, 1)))
    sought = bytes.fromhex(wanted.about) or NOBODY

    def match(data: bytes) -> list[Candidate]:
        found = list(_records(data, WRITES.width))
        for place, name in tests:
            found = [r for r in found if r[place] == name]
        if wanted.about:
            found = [r for r in found if sought in (r[28:34], r[34:40])]
        return [(r[:18], r[18:22]) for r in found]

    return match


def _tests(at: int, names: Sequence[tuple[str, int]]) -> list[tuple[slice, bytes]]:
    """Where in a record which bytes must stand, for the names that are asked for."""
    tests = []
    for name, length in names:
        if name:
            tests.append((slice(at, at + length), token(name, length)))
        at += length
    return tests
