"""The last row seen for each (office, table, key): values without names, packed, sealed.

A row is stored as the shape of its table (the column names, kept once) and its values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

import msgspec

from odevents.errors import KeyMissing, SealBroken
from odevents.events.change import Snapshot
from odevents.events.row import stamp_of
from odevents.events.tables import table_named
from odevents.log import logger
from odevents.store import keys
from odevents.store.atomic import Steps, in_store
from odevents.store.packed_rows import pack, unpack
from odevents.store.seal import Seals

if TYPE_CHECKING:
    from redis import Redis

_SHAPE_BYTES = 4
_MOST_ARGUMENTS = 1000
"""Of one command: a script of the server can pass on a few thousand at the most."""

_KEYS_BEYOND = 10_000  # deleted rows whose keys are above those of all that are left

_FIELD_BYTES = 8
_FIELDS_KEPT = 4096
"""More than two deliveries have rows: what was read is written again under the same names."""


class Snapshots:
    """Reads snapshots, and says the steps that would write one."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals
        self._columns: dict[bytes, list[str]] = {}
        self._field = lru_cache(_FIELDS_KEPT)(self._make_field)

    def read(
        self, office: str, table: str, row_keys: Sequence[str], *, await_keys: bool = False
    ) -> dict[str, Snapshot]:
        """The known snapshots among ``row_keys``.

        One that does not open (altered, or its key is not in the ring) is not known: its row is then seen for the first
        time, to which nothing reacts.

        :param await_keys: rather have the caller come back when the key is there.
        :raises KeyMissing: only with ``await_keys``.
        :raises StoreUnavailable: Redis did not answer.
        """
        if not row_keys:
            return {}
        fields = [self._field(office, table, key) for key in row_keys]
        sealed = cast("list[bytes | None]", in_store(lambda: self._redis.hmget(keys.snapshots(office, table), fields)))
        found: dict[str, Snapshot] = {}
        for key, value in zip(row_keys, sealed, strict=True):
            try:
                if value is not None:
                    found[key] = self._open(value, office, table, key)
            except SealBroken as broken:
                if await_keys and isinstance(broken, KeyMissing):
                    raise
                logger.error("snapshot does not open", office=office, table=table, error=str(broken))
        return found

    def missing(self, office: str, table: str, present: Set[str]) -> Iterator[tuple[int, dict[str, Any], str]]:
        """The known rows that are not among ``present``: key, columns and stamp of each; rows known to be deleted not.

        Keys are kept as fingerprints, so every number that a key may be is tried; those of Open Dental count up.
        (Where an office's keys are random, its rows are not found.)

        :raises StoreUnavailable: Redis did not answer.
        """
        known = cast("list[bytes]", in_store(lambda: self._redis.hkeys(keys.snapshots(office, table))))
        fields = set(known) - {self._field(office, table, key) for key in present}
        most = max((int(key) for key in present if key.isdecimal()), default=0) + _KEYS_BEYOND
        for number in range(1, most):
            if not fields:
                return
            field = self._field(office, table, str(number))
            if field not in fields:
                continue
            fields.discard(field)
            snapshot = self.read(office, table, [str(number)]).get(str(number))
            if snapshot and snapshot.values is not None:
                yield number, snapshot.values, snapshot.stamp

    def write(self, steps: Steps, office: str, table: str, snapshots: dict[str, Snapshot]) -> None:
        """Add the steps that remember these."""
        if not snapshots:
            return
        pairs: list[bytes] = []
        shapes: dict[bytes, bytes] = {}
        for key, snapshot in snapshots.items():
            shape, names = _shape(tuple(snapshot.values or ()))
            shapes[shape] = names
            # A row that is gone has no columns; all that is kept of it is since when.
            plain = shape + pack(table, tuple(snapshot.values.values()) if snapshot.values else (snapshot.stamp,))
            field = self._field(office, table, key)
            pairs += [field, self._seals.seal(plain, office, "snapshot", table, field.hex())]
        for shape, names in shapes.items():  # always: the store may have been lost since they were last written
            steps.add("HSET", keys.SHAPES, shape, names)
        for start in range(0, len(pairs), _MOST_ARGUMENTS):
            steps.add("HSET", keys.snapshots(office, table), *pairs[start : start + _MOST_ARGUMENTS])

    def _make_field(self, office: str, table: str, key: str) -> bytes:
        return self._seals.fingerprint(key.encode(), "snapshot", office, table)[:_FIELD_BYTES]

    def _open(self, sealed: bytes, office: str, table: str, key: str) -> Snapshot:
        plain = self._seals.open(sealed, office, "snapshot", table, self._field(office, table, key).hex())
        columns = self._names(plain[:_SHAPE_BYTES])
        values = unpack(table, plain[_SHAPE_BYTES:])
        if not columns:
            return Snapshot(None, values[0])
        row = dict(zip(columns, values, strict=True))
        known = table_named(table)
        if str(row.get(known.key, key)).strip() != key:
            raise SealBroken("two rows have the same fingerprint; the other one was seen last")
        return Snapshot(row, stamp_of(row, known))

    def _names(self, shape: bytes) -> list[str]:
        if shape not in self._columns:
            names = cast("bytes | None", in_store(lambda: self._redis.hget(keys.SHAPES, cast("str", shape))))
            if names is None:
                raise SealBroken("the column names of a snapshot are gone; the store was tampered with")
            self._columns[shape] = msgspec.json.decode(names, type=list[str])
        return self._columns[shape]


@lru_cache(maxsize=256)
def _shape(columns: tuple[str, ...]) -> tuple[bytes, bytes]:
    names = msgspec.json.encode(columns)
    return sha256(names).digest()[:_SHAPE_BYTES], names
