"""What is sealed opens whole, in its place, with its key, or not at all."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from odevents.errors import SealBroken
from odevents.receiver.index import index_of
from odevents.store.seal import Seals
from tests.abuse.conftest import so_many

PLACE = ("southside", "delivery", "dlv_1")
ELSEWHERE = [
    ("lakewood", "delivery", "dlv_1"),
    ("southside", "snapshot", "dlv_1"),
    ("southside", "delivery", "dlv_2"),
    ("southside", "delivery"),
    ("southside", "delivery", "dlv_1", ""),
    ("southsidedelivery", "dlv_1"),
    ("southside", "deliverydlv_1"),
]


def sealed_entries(seals: Seals, seed: int, many: int) -> Iterator[bytes]:
    """Entries as workers and as the receiver seal them, of up to fifty bytes."""
    chance, receiver = random.Random(seed), index_of([], seals).seals()
    for number in range(many):
        yield (receiver if number % 2 else seals).seal(chance.randbytes(chance.randrange(50)), *PLACE)


def refused(seals: Seals, value: bytes, place: tuple[str, ...] = PLACE) -> bool:
    """Whether it does not open."""
    try:
        seals.open(value, *place)
    except SealBroken:
        return True
    return False


def test_no_bit_of_any_entry_can_be_flipped(seals: Seals) -> None:
    """Every one of every entry: header, wrapped key, nonce, content, tag."""
    many, flips, opened = so_many(30, 1000), 0, 0
    for sealed in sealed_entries(seals, 5, many):
        assert not refused(seals, sealed), "the control"
        for position in range(len(sealed)):
            for bit in range(8):
                forged = bytearray(sealed)
                forged[position] ^= 1 << bit
                flips += 1
                opened += not refused(seals, bytes(forged))

    print(f"\n{flips} flipped bits in {many} entries: {opened} opened")
    assert flips > many * 8 * 30
    assert opened == 0


def test_no_entry_can_be_cut_lengthened_or_joined(seals: Seals) -> None:
    """Every length; and the halves of two."""
    entries = list(sealed_entries(seals, 6, so_many(20, 200)))
    for one, other in zip(entries, entries[2:], strict=False):
        assert all(refused(seals, one[:length]) for length in range(len(one)))
        assert refused(seals, one + b"\0")
        joined = one[: len(one) // 2] + other[len(other) // 2 :]
        assert refused(seals, joined) or joined == other, "short ones of a minute begin alike, with one wrapped key"


@pytest.mark.parametrize("place", ELSEWHERE)
def test_no_entry_opens_elsewhere(seals: Seals, place: tuple[str, ...]) -> None:
    """Another office, purpose or id; nor where the parts of the place are parted differently."""
    for sealed in sealed_entries(seals, 7, 20):
        assert refused(seals, sealed, place)
        assert not refused(seals, sealed), "the control"


def test_no_entry_opens_with_another_key(seals: Seals) -> None:
    """Retired keys close what they sealed."""
    stranger = Seals([b"another sealing key, thirty-two b"[:32]], b"identity key of the tests 32 byt")

    assert all(refused(stranger, sealed) for sealed in sealed_entries(seals, 8, 50))
    assert not any(refused(stranger, sealed) for sealed in sealed_entries(stranger, 8, 50)), "the control"


def test_what_is_not_sealed_at_all_does_not_open(seals: Seals) -> None:
    """Noise of any length, and plain rows."""
    chance = random.Random(9)

    assert all(refused(seals, chance.randbytes(length)) for length in range(300))
    assert refused(seals, b'[{"AptNum": 1}]')
    assert refused(seals, b"")
