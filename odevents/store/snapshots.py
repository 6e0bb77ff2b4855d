"""The last row seen for each (office, table, key): values without names, compressed, sealed.

A row is stored as the shape of its table (the column names, kept once) and its values. Small values compress only
against a dictionary; those shipped with odevents were trained on invented rows, so they hold nobody's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import msgspec

from odevents.errors import SealBroken
from odevents.events.change import Snapshot
from odevents.events.row import stamp_of
from odevents.events.tables import table_named
from odevents.log import logger
from odevents.store import keys
from odevents.store.atomic import Steps, in_store
from odevents.store.compression import zstd
from odevents.store.seal import Seals

if TYPE_CHECKING:
    from redis import Redis

_SHAPE_BYTES = 4
_MOST_ARGUMENTS = 1000
"""Of one command: a script of the server can pass on a few thousand at the most."""

_KEYS_BEYOND = 10_000  # deleted rows whose keys are above those of all that are left

_FIELD_BYTES = 8
_PLAIN, _ZSTD = 0, 1
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  the offices' times carry no zone
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_JSON = 1
_MOMENT_LENGTH = len("2026-01-05 08:00:00")
_DICTIONARY = 1
"""The version of the dictionaries that new snapshots are packed with; ``_ZSTD`` plus it marks the packing."""

_OPENING = b"\x28\xb5\x2f\xfd\0\0"
"""How every frame of less than a kilobyte begins; not worth keeping a hundred thousand times."""

_WHOLE = 0x80
"""Marks a larger frame, kept with its beginning."""

_OPTIONS: dict[int, int] = {
    zstd.CompressionParameter.compression_level: 5,
    zstd.CompressionParameter.content_size_flag: 0,
    zstd.CompressionParameter.checksum_flag: 0,
    zstd.CompressionParameter.dict_id_flag: 0,
}


class Snapshots:
    """Reads snapshots, and says the steps that would write one."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals
        self._columns: dict[bytes, list[str]] = {}

    def read(self, office: str, table: str, row_keys: Sequence[str]) -> dict[str, Snapshot]:
        """The known snapshots among ``row_keys``.

        One that does not open (altered, or its key is not in the ring) is not known: its row is then seen for the first
        time, to which nothing reacts.

        :raises StoreUnavailable: Redis did not answer.
        """
        if not row_keys:
            return {}
        fields = [self._field(office, table, key) for key in row_keys]
        sealed = cast("list[bytes | None]", in_store(lambda: self._redis.hmget(keys.snapshots(office, table), fields)))
        found: dict[str, Snapshot] = {}
        for key, value in zip(row_keys, sealed, strict=True):
            try:
                found |= {key: self._open(value, office, table, key)} if value is not None else {}
            except SealBroken as broken:
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
            columns = list(snapshot.values or ())
            shape, names = _shape(columns)
            shapes[shape] = names
            # A row that is gone has no columns; all that is kept of it is since when.
            plain = shape + _pack(
                table, list(snapshot.values.values()) if columns and snapshot.values else [snapshot.stamp]
            )
            field = self._field(office, table, key)
            pairs += [field, self._seals.seal(plain, office, "snapshot", table, field.hex())]
        for shape, names in shapes.items():
            if shape not in self._columns:
                steps.add("HSET", keys.SHAPES, shape, names)
        for start in range(0, len(pairs), _MOST_ARGUMENTS):
            steps.add("HSET", keys.snapshots(office, table), *pairs[start : start + _MOST_ARGUMENTS])

    def _field(self, office: str, table: str, key: str) -> bytes:
        return self._seals.fingerprint(key.encode(), "snapshot", office, table)[:_FIELD_BYTES]

    def _open(self, sealed: bytes, office: str, table: str, key: str) -> Snapshot:
        plain = self._seals.open(sealed, office, "snapshot", table, self._field(office, table, key).hex())
        columns = self._names(plain[:_SHAPE_BYTES])
        values = _unpack(table, plain[_SHAPE_BYTES:])
        if not columns:
            return Snapshot(None, values[0])
        row = dict(zip(columns, values, strict=True))
        if str(row.get(table_named(table).key, key)).strip() != key:
            raise SealBroken("two rows have the same fingerprint; the other one was seen last")
        return Snapshot(row, stamp_of(row, table_named(table)))

    def _names(self, shape: bytes) -> list[str]:
        if shape not in self._columns:
            names = cast("bytes | None", in_store(lambda: self._redis.hget(keys.SHAPES, cast("str", shape))))
            if names is None:
                raise SealBroken("the column names of a snapshot are gone; the store was tampered with")
            self._columns[shape] = msgspec.json.decode(names, type=list[str])
        return self._columns[shape]


def _shape(columns: list[str]) -> tuple[bytes, bytes]:
    names = msgspec.json.encode(columns)
    return sha256(names).digest()[:_SHAPE_BYTES], names


def encoded(values: list[Any]) -> bytes:
    """The values of a row as they are before compression; what dictionaries are trained on."""
    return msgspec.msgpack.encode([_shortened(value) for value in values])


def _pack(table: str, values: list[Any]) -> bytes:
    plain = encoded(values)
    dictionary = _dictionary(table, _DICTIONARY)
    digested = dictionary.as_digested_dict if dictionary else None
    frame = zstd.compress(plain, options=_OPTIONS, zstd_dict=digested)
    if len(frame) >= len(plain) + len(_OPENING):
        return bytes([_PLAIN]) + plain
    packing = _ZSTD + _DICTIONARY if dictionary else _ZSTD
    if frame.startswith(_OPENING):
        return bytes([packing]) + frame.removeprefix(_OPENING)
    return bytes([packing | _WHOLE]) + frame


def _unpack(table: str, packed: bytes) -> list[Any]:
    packing, plain = packed[0] & ~_WHOLE, packed[1:]
    if packing != _PLAIN:
        dictionary = _dictionary(table, packing - _ZSTD) if packing > _ZSTD else None
        frame = plain if packed[0] & _WHOLE else _OPENING + plain
        plain = zstd.decompress(frame, zstd_dict=dictionary)
    return [_restored(value) for value in msgspec.msgpack.decode(plain, type=list[Any])]


def _shortened(value: Any) -> Any:
    """A moment as four bytes, which no JSON value is; what MessagePack cannot hold as JSON; all else as it stands."""
    if isinstance(value, str) and len(value) == _MOMENT_LENGTH and value[:2] in ("19", "20"):
        try:
            seconds = int((datetime.fromisoformat(value) - _EPOCH).total_seconds())
        except (ValueError, TypeError):
            return value
        if 0 <= seconds < 1 << 32 and _restored(short := seconds.to_bytes(4)) == value:
            return short
    if isinstance(value, list | dict) or (isinstance(value, int) and not _SMALLEST <= value <= _LARGEST):
        return msgspec.msgpack.Ext(_JSON, msgspec.json.encode(value))
    return value


def _restored(value: Any) -> Any:
    if isinstance(value, bytes):
        return (_EPOCH + timedelta(seconds=int.from_bytes(value))).isoformat(sep=" ")
    return msgspec.json.decode(value.data) if isinstance(value, msgspec.msgpack.Ext) else value


@cache
def _dictionary(table: str, version: int) -> zstd.ZstdDict | None:
    file = resources.files("odevents.store") / "dictionaries" / f"{table}-{version}.zdict"
    return zstd.ZstdDict(file.read_bytes()) if file.is_file() else None
