"""Packed indexes: what happened, newest first, at some twenty bytes an entry, and read a bounded piece at a time.

An index is a row of *buckets*, one for each ten minutes; a bucket is one string of records of one width that is only
ever appended to. A record begins with what it is sorted by. Reading filters a bucket's records in memory, chunk by
chunk, and stops after so many bytes with a place from where to go on, so the rarest combination of filters costs a page
no more than the commonest. A bucket expires as a whole, so nothing is trimmed entry by entry.

Within a chunk the order is exact; a bucket has a second chunk only when more than 32,768 entries fell into ten minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from odevents.errors import FilterInvalid
from odevents.store import keys
from odevents.store.atomic import Steps, in_store

if TYPE_CHECKING:
    from redis import Redis

BUCKET_SECONDS = 600
CHUNK_RECORDS = 32_768
MOST_BYTES = 1 << 20
"""Bytes of index that are looked at for one page."""

_BYTES_AT_ONCE = 128 << 10
_CHUNKS_AT_ONCE = 64
"""How much is read in one round trip; the first page of what is new needs little."""

Candidate = tuple[bytes, bytes]
"""What a record is sorted by (and found by), and the token of its office."""

Match = Callable[[bytes], list[Candidate]]
"""The records of a chunk that may fit: a token may stand for two names, so what is found is looked at again."""


@dataclass(frozen=True, slots=True)
class Index:
    """One index.

    :ivar name: its part in the names of keys.
    :ivar width: bytes of a record.
    :ivar most_bytes: how much of it is looked at for one page.
    """

    name: str
    width: int
    most_bytes: int = MOST_BYTES

    @property
    def chunk_bytes(self) -> int:
        """Bytes that are read at once."""
        return self.width * CHUNK_RECORDS

    def append(self, steps: Steps, at: float, records: bytes, keep_seconds: int) -> None:
        """Add the steps that append records of one moment."""
        number = int(at // BUCKET_SECONDS)
        key = keys.bucket(self.name, number)
        steps.add("APPEND", key, records)
        steps.add("EXPIRE", key, keep_seconds + BUCKET_SECONDS)
        steps.add("ZADD", keys.buckets(self.name), number, number)


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where to go on: after this sorting key of this chunk of this bucket.

    :ivar after: ``b""`` for the end of the chunk.
    """

    bucket: int
    chunk: int
    after: bytes

    def __str__(self) -> str:
        return f"{self.bucket}-{self.chunk}-{self.after.hex()}"

    @staticmethod
    def parse(text: str) -> Place | None:
        """What :meth:`__str__` made; ``None`` for the beginning.

        :raises FilterInvalid: it is something else.
        """
        if not text:
            return None
        try:
            bucket, chunk, after = text.split("-")
            return Place(int(bucket), int(chunk), bytes.fromhex(after))
        except ValueError:
            raise FilterInvalid("the cursor is not one of a page; begin again without it") from None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The candidates of one chunk, newest first.

    :ivar size: bytes that were looked at.
    """

    bucket: int
    number: int
    candidates: list[Candidate]
    size: int

    def place(self, after: bytes = b"") -> Place:
        """Where to go on after one of the candidates, or after all."""
        return Place(self.bucket, self.number, after)


def chunks(
    redis: Redis,
    index: Index,
    match: Match,
    *,
    since: float,
    until: float,
    start: Place | None,
    besides: Mapping[int, Sequence[Candidate]] | None = None,
) -> Iterator[Chunk]:
    """The chunks of an index that lie between two moments, newest first.

    :param since: seconds since the epoch; 0 for the beginning.
    :param besides: candidates by bucket that are not in the index (yet).
    """
    besides = besides or {}
    newest = int(min(until, 1e11) // BUCKET_SECONDS)
    newest = min(newest, start.bucket) if start else newest
    oldest = int(since // BUCKET_SECONDS)
    found = in_store(lambda: redis.zrange(keys.buckets(index.name), newest, oldest, desc=True, byscore=True))
    buckets = {int(name) for name in cast("list[bytes]", found)} | {b for b in besides if oldest <= b <= newest}
    ordered = sorted(buckets, reverse=True)
    for batch in _batches(_spots(index, ordered, _sizes(redis, index, ordered), start, besides)):
        for spot, data in zip(batch, _read(redis, index, batch), strict=True):
            yield _chunk(spot, data, match)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A chunk that is to be read.

    :ivar extra: candidates that are not in it (yet).
    :ivar after: where in it to go on from, ``b""`` for its beginning.
    """

    bucket: int
    number: int
    length: int
    extra: Sequence[Candidate]
    after: bytes


def _sizes(redis: Redis, index: Index, buckets: Sequence[int]) -> list[int]:
    with redis.pipeline(transaction=False) as together:
        for bucket in buckets:
            together.strlen(keys.bucket(index.name, bucket))
        return in_store(together.execute) if buckets else []


def _spots(
    index: Index,
    buckets: Sequence[int],
    sizes: Sequence[int],
    start: Place | None,
    besides: Mapping[int, Sequence[Candidate]],
) -> Iterator[_Spot]:
    for bucket, size in zip(buckets, sizes, strict=True):
        last = max(size - 1, 0) // index.chunk_bytes
        here = start if start and start.bucket == bucket else None
        if here and not here.after:
            last = here.chunk - 1
        elif here:
            last = here.chunk
        for number in range(last, -1, -1):
            extra = besides.get(bucket, ()) if number == last and (here is None or here.after) else ()
            length = min(size - number * index.chunk_bytes, index.chunk_bytes)
            yield _Spot(bucket, number, length, extra, here.after if here and number == last else b"")


def _batches(spots: Iterator[_Spot]) -> Iterator[list[_Spot]]:
    """What is read in one round trip: many small chunks, or a large one."""
    batch: list[_Spot] = []
    for spot in spots:
        batch.append(spot)
        if sum(spot.length for spot in batch) >= _BYTES_AT_ONCE or len(batch) == _CHUNKS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(redis: Redis, index: Index, batch: Sequence[_Spot]) -> list[bytes]:
    with redis.pipeline(transaction=False) as together:
        for spot in batch:
            begin = spot.number * index.chunk_bytes
            together.getrange(keys.bucket(index.name, spot.bucket), begin, begin + index.chunk_bytes - 1)
        return in_store(together.execute)


def _chunk(spot: _Spot, data: bytes, match: Match) -> Chunk:
    candidates = sorted({*match(data), *spot.extra}, reverse=True)
    if spot.after:
        candidates = [candidate for candidate in candidates if candidate[0] < spot.after]
    return Chunk(spot.bucket, spot.number, candidates, len(data))


def drop_excess(redis: Redis, index: Index, most_records: int) -> int:
    """Drop the oldest buckets beyond so many records, and the names of those that have expired; say how many."""
    names = cast("list[bytes]", in_store(lambda: redis.zrange(keys.buckets(index.name), 0, -1, desc=True)))
    with redis.pipeline(transaction=False) as together:
        for name in names:
            together.strlen(keys.bucket(index.name, int(name)))
        sizes = cast("list[int]", in_store(together.execute)) if names else []
    total, gone = 0, []
    for name, size in zip(names, sizes, strict=True):
        total += size // index.width
        if size == 0 or total > most_records:
            gone.append(int(name))
    with redis.pipeline(transaction=True) as together:
        for number in gone:
            together.unlink(keys.bucket(index.name, number))
            together.zrem(keys.buckets(index.name), number)
        if gone:
            in_store(together.execute)
    return len(gone)
