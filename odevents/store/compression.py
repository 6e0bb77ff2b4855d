"""Zstandard. A context serves one call at a time, so every thread keeps its own."""

from __future__ import annotations

import threading

import zstandard

_LEVEL = 1


class _Contexts(threading.local):
    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_contexts = _Contexts()


def compress(plain: bytes) -> bytes:
    """A body or a list of outcomes, about fifteen times smaller; higher levels take longer and gain nothing."""
    return _contexts.compressor.compress(plain)


def decompress(packed: bytes) -> bytes:
    """What :func:`compress` was given; frames that do not say how large they were are taken as well."""
    return _contexts.decompressor.decompressobj().decompress(packed)
