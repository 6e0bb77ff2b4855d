"""Sealing and fingerprints."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odevents.errors import ConfigError, SealBroken
from odevents.store.seal import Seals, fingerprint

OLD, NEW, IDENTITY = b"o" * 32, b"n" * 32, b"i" * 32
PLACE = ("southside", "delivery", "dlv_1")


def test_what_was_sealed_opens_in_its_place_only() -> None:
    """Moved to another office, purpose or id it does not open."""
    seals = Seals([NEW], IDENTITY)
    sealed = seals.seal(b"a row", *PLACE)

    assert seals.open(sealed, *PLACE) == b"a row"
    for elsewhere in (
        ("lakewood", *PLACE[1:]),
        ("southside", "snapshot", "dlv_1"),
        ("southside", "delivery", "dlv_2"),
        ("southside",),
    ):
        with pytest.raises(SealBroken):
            seals.open(sealed, *elsewhere)


def test_no_bit_of_a_sealed_value_can_be_changed() -> None:
    """Every single flipped bit and every shortened length is refused."""
    seals = Seals([NEW], IDENTITY)
    sealed = seals.seal(b"a row", *PLACE)
    forged = [
        sealed[:i] + bytes([sealed[i] ^ (1 << bit)]) + sealed[i + 1 :] for i in range(len(sealed)) for bit in range(8)
    ]

    for value in (*forged, *(sealed[:length] for length in range(len(sealed)))):
        with pytest.raises(SealBroken):
            seals.open(value, *PLACE)


def test_a_new_key_in_front_of_the_ring_keeps_the_old_values_open() -> None:
    """Rotation: seal with the newest, open with any; without the old key its values are gone."""
    sealed = Seals([OLD], IDENTITY).seal(b"a row", *PLACE)
    rotated = Seals([NEW, OLD], IDENTITY)

    assert rotated.open(sealed, *PLACE) == b"a row"
    assert Seals([NEW], IDENTITY).open(rotated.seal(b"new row", *PLACE), *PLACE) == b"new row"
    with pytest.raises(SealBroken, match="put the retired key back"):
        Seals([NEW], IDENTITY).open(sealed, *PLACE)


def test_equal_values_seal_differently_and_fingerprint_equally() -> None:
    """A reader of Redis cannot see that two rows are the same; we can, for one purpose."""
    seals = Seals([NEW], IDENTITY)

    assert seals.seal(b"a row", *PLACE) != seals.seal(b"a row", *PLACE)
    assert seals.fingerprint(b"x", "purpose") == Seals([OLD], IDENTITY).fingerprint(b"x", "purpose")
    assert seals.fingerprint(b"x", "purpose") != seals.fingerprint(b"x", "other")
    assert seals.fingerprint(b"x", "purpose") != Seals([NEW], OLD).fingerprint(b"x", "purpose")


@pytest.mark.parametrize("ring", [[], [b"short"], [NEW, NEW]])
def test_keys_that_cannot_work_are_refused(ring: list[bytes]) -> None:
    """At start, not at the first row."""
    with pytest.raises(ConfigError):
        Seals(ring, IDENTITY)


@given(key=st.binary(min_size=32, max_size=32), value=st.binary(max_size=300), purpose=st.lists(st.text(), min_size=1))
def test_a_fingerprint_is_the_hmac_of_purpose_and_value(key: bytes, value: bytes, purpose: list[str]) -> None:
    """Digested in two parts, it is what the library makes of the whole."""
    whole = "\0".join(purpose).encode() + b"\0" + value

    assert fingerprint(key, value, purpose) == hmac.digest(key, whole, "sha256")
