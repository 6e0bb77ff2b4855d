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
MOST_BYTES = 2 << 20
"""Bytes of index that are looked at for one page."""

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
    for bucket in sorted(buckets, reverse=True):
        size = _size(redis, index, bucket)
        last = max(size - 1, 0) // index.chunk_bytes
        here = start if start and start.bucket == bucket else None
        if here and not here.after:
            last = here.chunk - 1
        elif here:
            last = here.chunk
        for number in range(last, -1, -1):
            extra = besides.get(bucket, ()) if number == last and (here is None or here.after) else ()
            yield _chunk(redis, index, match, bucket, number, extra, here.after if here and number == last else b"")


def _size(redis: Redis, index: Index, bucket: int) -> int:
    return in_store(lambda: redis.strlen(keys.bucket(index.name, bucket)))


def _chunk(
    redis: Redis, index: Index, match: Match, bucket: int, number: int, extra: Sequence[Candidate], after: bytes
) -> Chunk:
    begin = number * index.chunk_bytes
    read = in_store(lambda: redis.getrange(keys.bucket(index.name, bucket), begin, begin + index.chunk_bytes - 1))
    data = cast("bytes", read)
    candidates = sorted({*match(data), *extra}, reverse=True)
    if after:
        candidates = [candidate for candidate in candidates if candidate[0] < after]
    return Chunk(bucket, number, candidates, len(data))


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
