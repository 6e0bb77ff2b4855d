"""The last row seen for each (office, table, key): values without names, packed, sealed.

A row is stored as the shape of its table (the column names, kept once) and its values.
"""

from __future__ import annotations

import struct
from binascii import hexlify
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import accumulate, compress, count, pairwise
from operator import ne
from typing import TYPE_CHECKING, Any, cast

import msgspec

from odevents.errors import KeyMissing, SealBroken
from odevents.events.change import Comparison, Known, Snapshot
from odevents.events.row import ReadRow, Row, stamp_of
from odevents.events.tables import Table, table_named
from odevents.log import logger
from odevents.store import keys
from odevents.store.atomic import Steps, in_store
from odevents.store.packed_rows import SHAPE_BYTES, Shape, decoded, encoded, packing_of, restored, shape_of, shortened
from odevents.store.seal import Fingerprinting, Seals, place_of

if TYPE_CHECKING:
    from redis import Redis

_MOST_ARGUMENTS = 1000
"""Of one command: a script of the server can pass on a few thousand at the most."""

_KEYS_BEYOND = 10_000  # deleted rows whose keys are above those of all that are left

FIELD_BYTES = 8
_FIELDS_KEPT = 4096
"""More than two deliveries have rows: what was read is written again under the same names."""

_TABLES_KEPT = 64

# ARGV: the fields in one piece. Their values come in one piece as well, with their sizes: a thousand answers of the
# server one by one cost the client 4 µs each.
_READ = f"""
local fields, sizes = {{}}, {{}}
for at = 1, #ARGV[1], {FIELD_BYTES} do fields[#fields + 1] = string.sub(ARGV[1], at, at + {FIELD_BYTES - 1}) end
local found = redis.call('HMGET', KEYS[1], unpack(fields))
for i, value in ipairs(found) do
  found[i] = value or ''
  sizes[i] = struct.pack('>I4', #found[i])
end
return {{table.concat(sizes), table.concat(found)}}
"""


class KeptRow(msgspec.Struct, frozen=True):
    """A known row as it is kept; see :class:`odevents.events.change.Known`. Few of its values are ever restored."""

    table: Table
    shape: Shape
    plain: bytes

    @property
    def values(self) -> Row:
        """The row as it came."""
        return dict(zip(self.shape.names, map(restored, decoded(self.plain)), strict=True))

    @property
    def stamp(self) -> str:
        """When it last changed."""
        return stamp_of(self.values, self.table)

    @property
    def gone(self) -> bool:
        """A row that is gone has no values."""
        return False

    def against(self, after: ReadRow) -> Comparison | None:
        """Hold the same row against it, as both are kept."""
        names = self.shape.names
        if tuple(after.values) != names:
            return Snapshot(self.values).against(after)
        short = shortened(self.shape, after.values.values())
        plain = encoded(short)
        if plain == self.plain:
            return None
        kept = decoded(self.plain)
        unlike = {names[at]: restored(kept[at]) for at in compress(count(), map(ne, kept, short))}
        return Comparison(unlike, KeptRow(self.table, self.shape, plain))


class Snapshots:
    """Reads snapshots, and says the steps that would write one."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals
        self._read_fields = redis.register_script(_READ)
        self._shapes: dict[bytes, Shape] = {}
        self._fields = lru_cache(_TABLES_KEPT)(self._fields_of)

    def read(self, office: str, table: str, row_keys: Sequence[str], *, await_keys: bool = False) -> dict[str, Known]:
        """The known snapshots among ``row_keys``.

        One that does not open (altered, or its key is not in the ring) is not known: its row is then seen for the first
        time, to which nothing reacts.

        :param await_keys: rather have the caller come back when the key is there.
        :raises KeyMissing: only with ``await_keys``.
        :raises StoreUnavailable: Redis did not answer.
        """
        found: dict[str, Known] = {}
        known_table = table_named(table)
        place, fields, unpack = _place(office, table), self._fields(office, table), packing_of(table).unpack
        for key, value in zip(row_keys, self._sealed(office, table, row_keys), strict=True):
            try:
                if value:
                    plain = self._seals.open_at(value, place + hexlify(fields[key]))
                    row = KeptRow(known_table, self._shape(plain[:SHAPE_BYTES]), unpack(plain[SHAPE_BYTES:]))
                    found[key] = row if row.shape.names else Snapshot(None, restored(decoded(row.plain)[0]))
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
        field_of = self._fields(office, table)
        fields = set(known) - {field_of[key] for key in present}
        most = max((int(key) for key in present if key.isdecimal()), default=0) + _KEYS_BEYOND
        for number in range(1, most):
            if not fields:
                return
            field = field_of[str(number)]
            if field not in fields:
                continue
            fields.discard(field)
            snapshot = self.read(office, table, [str(number)]).get(str(number))
            if snapshot and snapshot.values is not None:
                yield number, snapshot.values, snapshot.stamp

    def write(self, steps: Steps, office: str, table: str, snapshots: Mapping[str, Known]) -> None:
        """Add the steps that remember these."""
        if not snapshots:
            return
        place, fields, pack = _place(office, table), self._fields(office, table), packing_of(table).pack
        pairs: list[bytes] = []
        shapes: dict[bytes, Shape] = {}
        for key, known in snapshots.items():
            row = known if isinstance(known, KeptRow) else _kept(table, known)
            field = fields[key]
            shapes[row.shape.id] = row.shape
            pairs += (field, self._seals.seal_at(row.shape.id + pack(row.plain), place + hexlify(field)))
        for shape in shapes.values():  # always: the store may have been lost since they were last written
            steps.add("HSET", keys.SHAPES, shape.id, shape.text)
        for start in range(0, len(pairs), _MOST_ARGUMENTS):
            steps.add("HSET", keys.snapshots(office, table), *pairs[start : start + _MOST_ARGUMENTS])

    def _fields_of(self, office: str, table: str) -> _Fields:
        return _Fields(self._seals.fingerprinting("snapshot", office, table))

    def _sealed(self, office: str, table: str, row_keys: Sequence[str]) -> Iterable[bytes]:
        """What is kept under each key, ``b""`` where nothing is."""
        fields, place = self._fields(office, table), keys.snapshots(office, table)
        for start in range(0, len(row_keys), _MOST_ARGUMENTS):
            some = row_keys[start : start + _MOST_ARGUMENTS]
            asked = b"".join([fields[key] for key in some])
            sizes, values = in_store(lambda asked=asked: self._read_fields([place], [asked]))  # type: ignore[misc]
            ends = accumulate(struct.unpack(f">{len(some)}I", sizes), initial=0)
            yield from (values[begin:end] for begin, end in pairwise(ends))

    def _shape(self, shape_id: bytes) -> Shape:
        if shape_id not in self._shapes:
            names = cast("bytes | None", in_store(lambda: self._redis.hget(keys.SHAPES, cast("str", shape_id))))
            if names is None:
                raise SealBroken("the column names of a snapshot are gone; the store was tampered with")
            self._shapes[shape_id] = shape_of(msgspec.json.decode(names, type=tuple[str, ...]))
        return self._shapes[shape_id]


class _Fields(dict[str, bytes]):
    """The names that the rows of one table are kept under, by their keys."""

    def __init__(self, fingerprint: Fingerprinting) -> None:
        self._fingerprint = fingerprint

    def __missing__(self, key: str) -> bytes:
        if len(self) >= _FIELDS_KEPT:
            self.clear()
        self[key] = field = self._fingerprint(key.encode())[:FIELD_BYTES]
        return field


def _kept(table: str, known: Known) -> KeptRow:
    """A known row as it is to be kept. One that is gone has no columns; all that is kept of it is since when."""
    values = known.values or {}
    shape = shape_of(tuple(values))
    return KeptRow(table_named(table), shape, encoded(shortened(shape, values.values()) if values else [known.stamp]))


def _place(office: str, table: str) -> bytes:
    """Where the snapshots of one table are sealed for; the name of their field follows."""
    return place_of(office, "snapshot", table, "")
