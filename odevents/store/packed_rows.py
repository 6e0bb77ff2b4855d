"""The values of a row in few bytes: moments as four, the rest as MessagePack, compressed against a dictionary.

Small values compress only against a dictionary; those shipped with odevents were trained on invented rows, so they hold
nobody's data.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from odevents.store.compression import zstd

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

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Any]).decode


def encoded(values: Sequence[Any]) -> bytes:
    """The values of a row as they are before compression; what dictionaries are trained on."""
    return _encode([_shortened(value) if value.__class__ in _SHORTENED else value for value in values])


def pack(table: str, values: Sequence[Any]) -> bytes:
    """The values of a row of a table."""
    plain = encoded(values)
    compressor = _compressor(table)
    frame = compressor.compress(plain, compressor.FLUSH_FRAME)
    if len(frame) >= len(plain) + len(_OPENING):
        return bytes([_PLAIN]) + plain
    packing = _ZSTD + _DICTIONARY if _dictionary(table, _DICTIONARY) else _ZSTD
    if frame.startswith(_OPENING):
        return bytes([packing]) + frame.removeprefix(_OPENING)
    return bytes([packing | _WHOLE]) + frame


def unpack(table: str, packed: bytes) -> list[Any]:
    """What :func:`pack` was given."""
    packing, plain = packed[0] & ~_WHOLE, packed[1:]
    if packing != _PLAIN:
        dictionary = _dictionary(table, packing - _ZSTD) if packing > _ZSTD else None
        frame = plain if packed[0] & _WHOLE else _OPENING + plain
        plain = zstd.ZstdDecompressor(zstd_dict=dictionary).decompress(frame)
    return [_restored(value) if value.__class__ in _RESTORED else value for value in _decode(plain)]


_SHORTENED = frozenset({str, int, list, dict})
_RESTORED = frozenset({bytes, msgspec.msgpack.Ext})


def _shortened(value: Any) -> Any:
    """A moment as four bytes, which no JSON value is; what MessagePack cannot hold as JSON; all else as it stands."""
    if isinstance(value, str):
        return _moment(value) if len(value) == _MOMENT_LENGTH and value[:2] in ("19", "20") else value
    if isinstance(value, list | dict) or not _SMALLEST <= value <= _LARGEST:
        return msgspec.msgpack.Ext(_JSON, msgspec.json.encode(value))
    return value


def _moment(text: str) -> str | bytes:
    try:
        moment = datetime.fromisoformat(text)
        since = moment - _EPOCH
    except (ValueError, TypeError):
        return text
    seconds = since.days * 86_400 + since.seconds
    return seconds.to_bytes(4) if 0 <= seconds < 1 << 32 and str(moment) == text else text


def _restored(value: Any) -> Any:
    if isinstance(value, bytes):
        return str(_EPOCH + timedelta(0, int.from_bytes(value)))
    return msgspec.json.decode(value.data)


@cache
def _compressor(table: str) -> zstd.ZstdCompressor:
    """Kept, because making one costs as much as packing a row; it locks itself."""
    dictionary = _dictionary(table, _DICTIONARY)
    return zstd.ZstdCompressor(options=_OPTIONS, zstd_dict=dictionary.as_digested_dict if dictionary else None)


@cache
def _dictionary(table: str, version: int) -> zstd.ZstdDict | None:
    file = resources.files("odevents.store") / "dictionaries" / f"{table}-{version}.zdict"
    return zstd.ZstdDict(file.read_bytes()) if file.is_file() else None
