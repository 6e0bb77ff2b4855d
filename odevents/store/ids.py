"""Ids that sort by time and mean nothing."""

from __future__ import annotations

import os

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_BITS, _RANDOM_BITS = 45, 35


def new_id(prefix: str, now: float) -> str:
    """``dlv_`` and 16 letters: 45 bits of milliseconds, 35 random ones.

    :param now: seconds since the epoch.
    """
    random = int.from_bytes(os.urandom(5)) >> (40 - _RANDOM_BITS)
    return f"{prefix}_{letters((int(now * 1000) % (1 << _TIME_BITS)) << _RANDOM_BITS | random, 16)}"


def number_of(text: str) -> int:
    """The number that :func:`letters` was given.

    :raises ValueError: a letter is not one of them.
    """
    number = 0
    for letter in text:
        number = number << 5 | _LETTERS.index(letter)
    return number


def letters(number: int, length: int) -> str:
    """The lowest ``5 * length`` bits of a number as letters and digits that are hard to confuse."""
    return "".join(_LETTERS[(number >> shift) & 31] for shift in range(5 * (length - 1), -1, -5))
