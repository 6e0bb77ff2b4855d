"""Ids that sort by time and mean nothing."""

from __future__ import annotations

import os
from base64 import b32hexencode

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_OURS = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUV", _LETTERS.encode())
_TIME_BITS, _RANDOM_BITS = 45, 35
_TIME_LETTERS = 16


def new_id(prefix: str, now: float) -> str:
    """``dlv_`` and 16 letters: 45 bits of milliseconds, 35 random ones.

    :param now: seconds since the epoch.
    """
    random = int.from_bytes(os.urandom(5)) >> (40 - _RANDOM_BITS)
    number = (int(now * 1000) % (1 << _TIME_BITS)) << _RANDOM_BITS | random
    return f"{prefix}_{b32hexencode(number.to_bytes(10)).translate(_OURS).decode()}"


def number_of(text: str) -> int:
    """The number that :func:`letters` was given.

    :raises ValueError: a letter is not one of them.
    """
    number = 0
    for letter in text:
        number = number << 5 | _LETTERS.index(letter)
    return number


def packed(an_id: str) -> bytes:
    """The ten bytes of an id without its prefix; they sort by time as the id does.

    :raises ValueError: :func:`new_id` did not make it.
    """
    word = an_id.rpartition("_")[2]
    if len(word) != _TIME_LETTERS:
        raise ValueError("not an id of ours")
    return number_of(word).to_bytes(10)


def unpacked(prefix: str, id_bytes: bytes) -> str:
    """The id that :func:`packed` was given."""
    return f"{prefix}_{letters(int.from_bytes(id_bytes), _TIME_LETTERS)}"


def moment_of(an_id: str) -> float:
    """When :func:`new_id` made it, in seconds since the epoch.

    :raises ValueError: it did not.
    """
    return (int.from_bytes(packed(an_id)) >> _RANDOM_BITS) / 1000


def first_packed(at: float) -> bytes:
    """The ten bytes before those of every id made at or after a moment."""
    return ((int(at * 1000) % (1 << _TIME_BITS)) << _RANDOM_BITS).to_bytes(10)


def letters(number: int, length: int) -> str:
    """The lowest ``5 * length`` bits of a number as letters and digits that are hard to confuse."""
    return "".join(_LETTERS[(number >> shift) & 31] for shift in range(5 * (length - 1), -1, -5))
