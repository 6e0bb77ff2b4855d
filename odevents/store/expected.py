"""What our own writes will look like when they come back as events, so that no reaction answers to itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from odevents.events.change import same
from odevents.store import keys
from odevents.store.atomic import Steps, in_store
from odevents.store.seal import Seals

if TYPE_CHECKING:
    from redis import Redis

KEEP_SECONDS = 24 * 3600


class Trace(msgspec.Struct, frozen=True):
    """What one column shows after a write of ours: ``equals`` the value, or ``appends`` it to what was there."""

    column: str
    how: Literal["equals", "appends"]
    value: Any


class Expectation(msgspec.Struct, frozen=True):
    """The traces of one write in one row.

    :ivar not_before: office-local stamp before which the row cannot show the write.
    :ivar not_after: office-local stamp after which a person made the change.
    """

    write: str
    traces: list[Trace]
    not_before: str
    not_after: str


@dataclass(frozen=True, slots=True)
class Traces:
    """All that our writes may have left in one row."""

    expectations: Sequence[Expectation]

    def explain(self, column: str, old: Any, new: Any, stamp: str) -> list[str]:
        """The writes that did exactly this to the column, at about this time, be it one or several together."""
        timely = [e for e in self.expectations if not stamp or e.not_before <= stamp <= e.not_after]
        alone = [e.write for e in timely if any(_left_by(trace, column, old, new) for trace in e.traces)]
        return alone or _appended_together(timely, column, str(old), str(new))


class Expected:
    """Reads expectations, and says the steps that add or drop them."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals

    def of_rows(self, office: str, table: str, row_keys: Iterable[str]) -> dict[str, Traces]:
        """The expectations for these rows, by row key; only rows that have any."""
        if not in_store(lambda: self._redis.exists(keys.expecting(office))):
            return {}
        wanted = list(row_keys)
        with self._redis.pipeline(transaction=False) as together:
            for key in wanted:
                together.hgetall(self._key(office, table, key))
            found = in_store(together.execute)
        return {
            key: Traces([self._open(sealed, office, write) for write, sealed in record.items()])
            for key, record in zip(wanted, found, strict=True)
            if record
        }

    def add(self, steps: Steps, office: str, table: str, key: str, expectation: Expectation) -> None:
        """Add the steps that will recognise this write."""
        sealed = self._seals.seal(msgspec.json.encode(expectation), office, "expected", expectation.write)
        place = self._key(office, table, key)
        steps.add("HSET", place, expectation.write, sealed)
        steps.add("EXPIRE", place, KEEP_SECONDS)
        steps.add("SET", keys.expecting(office), 1, "EX", KEEP_SECONDS)

    def drop(self, steps: Steps, office: str, table: str, key: str, write_ids: Iterable[str]) -> None:
        """Add the steps that forget these: they were seen, or the write had no effect."""
        for write_id in write_ids:
            steps.add("HDEL", self._key(office, table, key), write_id)

    def _key(self, office: str, table: str, key: str) -> str:
        return keys.expected(office, self._seals.fingerprint(key.encode(), "expected", office, table).hex()[:16])

    def _open(self, sealed: bytes, office: str, write: bytes) -> Expectation:
        plain = self._seals.open(sealed, office, "expected", write.decode())
        return msgspec.json.decode(plain, type=Expectation)


def _appended_together(expectations: Sequence[Expectation], column: str, old: str, new: str) -> list[str]:
    """The writes whose texts, one below the other, are all that was added."""
    if not new.startswith(old):
        return []
    rest, writes = new[len(old) :], []
    for expectation in expectations:
        for trace in expectation.traces:
            if trace.how == "appends" and trace.column == column and str(trace.value) in rest:
                rest = rest.replace(str(trace.value), "", 1)
                writes.append(expectation.write)
    return [] if rest.strip() else writes


def _left_by(trace: Trace, column: str, old: Any, new: Any) -> bool:
    if column != trace.column:
        return False
    if trace.how == "equals":
        return same(new, trace.value)
    return str(new).startswith(str(old)) and str(new)[len(str(old)) :].strip() == str(trace.value).strip()
