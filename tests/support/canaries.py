"""Finding values that must not be anywhere: in text, in Redis, through every encoding that could hide them."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import redis
import zstandard

from odevents.store.compression import decompress

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_DEEPEST = 4
_SHORTEST = 8


def found(canaries: Iterable[str], places: Iterable[tuple[str, bytes]]) -> set[tuple[str, str]]:
    """Which canaries show in which places."""
    wanted = [canary.casefold().encode() for canary in canaries]
    return {
        (canary.decode(), place)
        for place, value in places
        for layer in layers(value)
        for canary in wanted
        if canary in layer.lower()
    }


def layers(value: bytes, depth: int = 0) -> Iterator[bytes]:
    """A value, and all that can be decompressed or decoded out of it."""
    yield value
    if depth == _DEEPEST:
        return
    for inner in (*_decompressed(value), *_decoded(value)):
        yield from layers(inner, depth + 1)


def everything_in(client: redis.Redis) -> Iterator[tuple[str, bytes]]:
    """Every key name and every value of a server, whatever its type."""
    readers: dict[bytes, Any] = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"stream": client.xrange,
        b"none": lambda _: None,  # it ran out meanwhile
    }
    for key in client.scan_iter(count=1000):
        name = key.decode(errors="replace")
        yield "key names", key
        for piece in _pieces(readers[cast("bytes", client.type(key))](key)):
            yield name, piece


def process_tree(pid: int) -> list[int]:
    """A process and all that it started, and they."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in process_tree(int(child)))]


def shown_by(pid: int) -> Iterator[tuple[str, bytes]]:
    """What the operating system shows of a process: its environment, command line and names."""
    threads = [f"task/{task.name}/comm" for task in Path(f"/proc/{pid}/task").iterdir()]
    for name in ("environ", "cmdline", *threads):
        yield f"{pid} {name}", Path(f"/proc/{pid}/{name}").read_bytes()


def appended(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The pieces of a server's append-only file, as they are on disk."""
    for file in (folder / "appendonlydir").iterdir():
        for piece in set(file.read_bytes().split(b"\r\n")):
            if len(piece) >= _SHORTEST:
                yield file.name, piece


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for name, content in value.items():
            yield from _pieces(name)
            yield from _pieces(content)
    elif isinstance(value, list | tuple | set):
        for item in value:
            yield from _pieces(item)


def _decompressed(value: bytes) -> Iterator[bytes]:
    for start, inflate in (
        (b"\x78", zlib.decompress),
        (b"\x1f\x8b", lambda v: zlib.decompress(v, 31)),
        (b"\x28\xb5\x2f\xfd", decompress),
    ):
        position = value.find(start)
        if position >= 0:
            try:
                yield inflate(value[position:])
            except (zlib.error, zstandard.ZstdError):
                continue


def _decoded(value: bytes) -> Iterator[bytes]:
    for match in _BASE64.findall(value):
        try:
            yield base64.b64decode(match.replace(b"-", b"+").replace(b"_", b"/") + b"==")
        except ValueError:
            continue
        try:
            yield bytes.fromhex(match.decode())
        except ValueError:
            continue
