"""The last row seen for each (office, table, key): values without names, compressed, sealed.

A row is stored as the shape of its table (the column names, kept once) and its values. Small values compress only
against a dictionary; those shipped with odevents were trained on invented rows, so they hold nobody's data.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import msgspec

from odevents.errors import SealBroken
from odevents.events.change import Snapshot
from odevents.store import keys
from odevents.store.atomic import Steps, in_store
from odevents.store.compression import zstd
from odevents.store.seal import Seals

if TYPE_CHECKING:
    from redis import Redis

_SHAPE_BYTES = 4
_FIELD_BYTES = 8
_PLAIN, _ZSTD = 0, 1
_DICTIONARY = 1
"""The version of the dictionaries that new snapshots are packed with; ``_ZSTD`` plus it marks the packing."""

_MAGIC = b"\x28\xb5\x2f\xfd"
_OPTIONS: dict[int, int] = {
    zstd.CompressionParameter.compression_level: 9,
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

        :raises SealBroken: a snapshot was altered, or its key is not in the ring.
        :raises StoreUnavailable: Redis did not answer.
        """
        if not row_keys:
            return {}
        fields = [self._field(office, table, key) for key in row_keys]
        sealed = cast("list[bytes | None]", in_store(lambda: self._redis.hmget(keys.snapshots(office, table), fields)))
        return {
            key: self._open(value, office, table, key)
            for key, value in zip(row_keys, sealed, strict=True)
            if value is not None
        }

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
            plain = shape + _pack(table, [snapshot.stamp, *(snapshot.values or {}).values()])
            pairs += [self._field(office, table, key), self._seals.seal(plain, office, "snapshot", table, key)]
        for shape, names in shapes.items():
            if shape not in self._columns:
                steps.add("HSET", keys.SHAPES, shape, names)
        steps.add("HSET", keys.snapshots(office, table), *pairs)

    def _field(self, office: str, table: str, key: str) -> bytes:
        return self._seals.fingerprint(key.encode(), "snapshot", office, table)[:_FIELD_BYTES]

    def _open(self, sealed: bytes, office: str, table: str, key: str) -> Snapshot:
        plain = self._seals.open(sealed, office, "snapshot", table, key)
        columns = self._names(plain[:_SHAPE_BYTES])
        stamp, *values = _unpack(table, plain[_SHAPE_BYTES:])
        return Snapshot(dict(zip(columns, values, strict=True)) if columns else None, stamp)

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


def _pack(table: str, values: list[Any]) -> bytes:
    plain = msgspec.json.encode(values)
    dictionary = _dictionary(table, _DICTIONARY)
    packed = zstd.compress(plain, options=_OPTIONS, zstd_dict=dictionary).removeprefix(_MAGIC)
    if len(packed) >= len(plain):
        return bytes([_PLAIN]) + plain
    return bytes([_ZSTD + _DICTIONARY if dictionary else _ZSTD]) + packed


def _unpack(table: str, packed: bytes) -> list[Any]:
    packing, plain = packed[0], packed[1:]
    if packing != _PLAIN:
        dictionary = _dictionary(table, packing - _ZSTD) if packing > _ZSTD else None
        plain = zstd.decompress(_MAGIC + plain, zstd_dict=dictionary)
    return msgspec.json.decode(plain, type=list[Any])


@cache
def _dictionary(table: str, version: int) -> zstd.ZstdDict | None:
    file = resources.files("odevents.store") / "dictionaries" / f"{table}-{version}.zdict"
    return zstd.ZstdDict(file.read_bytes()) if file.is_file() else None
