"""The values of a row in few bytes: moments as four, the rest as MessagePack, compressed against a dictionary.

Small values compress only against a dictionary; those shipped with odevents were trained on invented rows, so they hold
nobody's data. Rows are compared as they are kept, so that values are only restored where they differ.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any

import msgspec
import zstandard

from odevents.events import moments

Kept = list[Any]
"""The values of a row as they are kept, in the order of its columns."""

SHAPE_BYTES = 4

_PLAIN, _ZSTD = 0, 1
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_JSON = 1
_DICTIONARY = 1
"""The version of the dictionaries that new snapshots are packed with; ``_ZSTD`` plus it marks the packing."""

_OPENING = b"\x28\xb5\x2f\xfd\0\0"
"""How every frame of less than a kilobyte begins; not worth keeping a hundred thousand times."""

_WHOLE = 0x80
"""Marks a larger frame, kept with its beginning."""

_USUAL_BYTES = 4096
"""Room for nearly every row; larger ones are opened in two attempts."""

_LEVEL = 3
"""Two bytes a row more than level 5, in two thirds of the time."""

_NEVER = "0"
"""How Open Dental's "none" begins, 0001-01-01, which most of these columns hold."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Any]).decode


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a row, in their order; kept once for all rows that have them.

    :ivar id: what stands for it in a snapshot.
    :ivar text: the names as JSON.
    :ivar moments: places of the columns that may hold moments; Open Dental has "Date" in the names of all of them.
    :ivar places: where each column stands.
    """

    names: tuple[str, ...]
    id: bytes
    text: bytes
    moments: tuple[int, ...]
    places: dict[str, int]


@lru_cache(maxsize=256)
def shape_of(columns: tuple[str, ...]) -> Shape:
    """The shape of rows with these columns."""
    text = msgspec.json.encode(columns)
    moments = tuple(at for at, name in enumerate(columns) if "Date" in name)
    places = {name: at for at, name in enumerate(columns)}
    return Shape(columns, sha256(text).digest()[:SHAPE_BYTES], text, moments, places)


def shortened(shape: Shape, values: Iterable[Any]) -> Kept:
    """The values of a row with moments as four bytes, which no JSON value is."""
    kept = list(values)
    for at in shape.moments:
        value = kept[at]
        if value.__class__ is str and value[:1] != _NEVER:
            kept[at] = moments.shortened(value)
    return kept


def restored(value: Any) -> Any:
    """A kept value as it came."""
    if value.__class__ is bytes:
        return moments.restored(value)
    return msgspec.json.decode(value.data) if value.__class__ is msgspec.msgpack.Ext else value


class Packing:
    """Packs and unpacks the rows of one table; not for two threads at once. See :func:`packing_of`."""

    def __init__(self, table: str) -> None:
        dictionary = _dictionary(table, _DICTIONARY)
        self._table = table
        self._compress = zstandard.ZstdCompressor(dict_data=dictionary, compression_params=_PARAMETERS).compress
        self._packing = _ZSTD + _DICTIONARY if dictionary else _ZSTD
        self._short = bytes([self._packing])
        self._decompress = zstandard.ZstdDecompressor(dict_data=dictionary).decompress

    def pack(self, plain: bytes) -> bytes:
        """The encoded values of a row."""
        frame = self._compress(plain)
        if len(frame) >= len(plain) + len(_OPENING):
            return bytes([_PLAIN]) + plain
        if frame.startswith(_OPENING):
            return self._short + frame[len(_OPENING) :]
        return bytes([self._packing | _WHOLE]) + frame

    def unpack(self, packed: bytes) -> bytes:
        """What :meth:`pack` was given."""
        if packed[0] != self._packing:
            return self._unusual(packed)
        try:
            return self._decompress(_OPENING + packed[1:], _USUAL_BYTES)
        except zstandard.ZstdError:  # no room
            return self._unusual(packed)

    def _unusual(self, packed: bytes) -> bytes:
        """A row that is larger than most, or was packed otherwise."""
        packing = packed[0] & ~_WHOLE
        if packing == _PLAIN:
            return packed[1:]
        frame = packed[1:] if packed[0] & _WHOLE else _OPENING + packed[1:]
        dictionary = _dictionary(self._table, packing - _ZSTD)
        return zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj().decompress(frame)


class _Packings(threading.local):
    def __init__(self) -> None:
        self.of = cache(Packing)


_packings = _Packings()


def packing_of(table: str) -> Packing:
    """What packs the rows of a table, in this thread."""
    return _packings.of(table)


def encoded(kept: Kept) -> bytes:
    """Kept values in one piece, not yet compressed; what dictionaries are trained on."""
    try:
        return _encode(kept)
    except OverflowError:  # MessagePack has no number that large
        return _encode([_as_json(value) if value.__class__ in _MAY_BE_LARGE else value for value in kept])


def decoded(plain: bytes) -> Kept:
    """What :func:`encoded` was given. (Other versions kept lists, and moments in more columns, in a short form.)"""
    return _decode(plain)


_MAY_BE_LARGE = frozenset({int, list, dict})


def _as_json(value: Any) -> Any:
    if isinstance(value, int) and _SMALLEST <= value <= _LARGEST:
        return value
    return msgspec.msgpack.Ext(_JSON, msgspec.json.encode(value))


_PARAMETERS = zstandard.ZstdCompressionParameters.from_level(
    _LEVEL, write_content_size=False, write_checksum=False, write_dict_id=False
)


@cache
def _dictionary(table: str, version: int) -> zstandard.ZstdCompressionDict | None:
    file = resources.files("odevents.store") / "dictionaries" / f"{table}-{version}.zdict"
    if not version or not file.is_file():
        return None
    dictionary = zstandard.ZstdCompressionDict(file.read_bytes())
    dictionary.precompute_compress(compression_params=_PARAMETERS)
    return dictionary
