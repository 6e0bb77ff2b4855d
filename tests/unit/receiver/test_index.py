"""What the receiver is given instead of configuration and keys."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from odevents.errors import ConfigError, SealBroken
from odevents.office import OfficeAccess
from odevents.receiver.index import Senders, index_of, read_index
from odevents.store.receiver_seals import DATA_KEY_SECONDS, ReceiverSeals
from odevents.store.seal import WRAPPED_BYTES, Seals

OLD, NEW, IDENTITY = b"o" * 32, b"n" * 32, b"i" * 32
PLACE = ("southside", "delivery", "dlv_1")


def office(name: str, *keys: str) -> OfficeAccess:
    """An office with these live keys."""
    zone = ZoneInfo("America/Los_Angeles")
    return OfficeAccess(name, keys, "developer-key", ("https://example.org",), "1/1s", zone, "SRV01", "dry-run")


OFFICES = [office("a", "new-key-of-a", "old-key-of-a"), office("b", "key-of-b")]


def test_an_office_is_found_by_either_of_its_live_keys(seals: Seals) -> None:
    """While a key is being replaced, deliveries with the old and the new one arrive side by side."""
    senders = Senders(read_index(index_of(OFFICES, seals).text()))
    found = [senders.with_key(key) for key in ("new-key-of-a", "old-key-of-a", "key-of-b")]

    assert [sender.name for sender, _ in found if sender] == ["a", "a", "b"]
    assert len({shown_as for _, shown_as in found}) == 3


@pytest.mark.parametrize(
    "key", ["", "key-of-", "key-of-bb", "KEY-OF-B", " key-of-b", "ODFHIR developer-key/key-of-b", "\udcff"]
)
def test_no_other_key_opens(seals: Seals, key: str) -> None:
    """Not a part of one, not one in another case."""
    assert Senders(index_of(OFFICES, seals)).with_key(key)[0] is None


def test_an_index_holds_no_key_and_opens_nothing() -> None:
    """Neither of an office nor of ours; who has it cannot read what the ring sealed."""
    seals = Seals([NEW], IDENTITY)
    text = index_of(OFFICES, seals).text()
    everything = text + repr(vars(Senders(read_index(text))))

    assert not [key for key in ("key-of-a", "key-of-b", "developer-key") if key in everything]
    assert not [key for key in (NEW, IDENTITY) if key.decode() in everything or key.hex() in everything]
    assert "fingerprint_key" in text
    assert "fingerprint_key" not in repr(read_index(text))


def test_what_the_receiver_seals_opens_for_holders_of_the_ring_in_its_place_only() -> None:
    """With the newest key or any later one in front of it; after that key's retirement never again."""
    sealed = index_of(OFFICES, Seals([OLD], IDENTITY)).seals().seal(b"rows", *PLACE)

    assert Seals([OLD], IDENTITY).open(sealed, *PLACE) == b"rows"
    assert Seals([NEW, OLD], IDENTITY).open(sealed, *PLACE) == b"rows"
    with pytest.raises(SealBroken, match="put the retired key back"):
        Seals([NEW], IDENTITY).open(sealed, *PLACE)
    with pytest.raises(SealBroken, match="altered or belongs elsewhere"):
        Seals([OLD], IDENTITY).open(sealed, "lakewood", *PLACE[1:])


def test_no_bit_of_what_the_receiver_sealed_can_be_changed() -> None:
    """Every single flipped bit and every shortened length is refused."""
    seals = Seals([NEW], IDENTITY)
    sealed = index_of(OFFICES, seals).seals().seal(b"a row", *PLACE)
    forged = [
        sealed[:i] + bytes([sealed[i] ^ (1 << bit)]) + sealed[i + 1 :] for i in range(len(sealed)) for bit in range(8)
    ]

    for value in (*forged, *(sealed[:length] for length in range(len(sealed)))):
        with pytest.raises(SealBroken):
            seals.open(value, *PLACE)


def test_the_receiver_takes_a_fresh_data_key_every_minute() -> None:
    """So that what it could still open is little; and both open."""
    seals, now = Seals([NEW], IDENTITY), [0.0]
    receiver = ReceiverSeals(seals.public_key, seals.newest, seals.receiver_key, lambda: now[0])
    first = receiver.seal(b"rows", *PLACE)
    same = receiver.seal(b"rows", *PLACE)
    now[0] = DATA_KEY_SECONDS
    later = receiver.seal(b"rows", *PLACE)

    wrapped = slice(2, 2 + WRAPPED_BYTES)
    assert first[wrapped] == same[wrapped] != later[wrapped]
    assert {seals.open(sealed, *PLACE) for sealed in (first, same, later)} == {b"rows"}


def test_the_receivers_fingerprints_are_those_of_everybody_for_its_purposes_only() -> None:
    """A row that is read over the API is minimised alike; markers and snapshots cannot be found with what it has."""
    seals = Seals([NEW], IDENTITY)
    receiver = index_of(OFFICES, seals).seals()

    assert receiver.fingerprint(b"x", "minimised", "a") == seals.fingerprint(b"x", "minimised", "a")
    assert receiver.fingerprint(b"x", "snapshot", "a") != seals.fingerprint(b"x", "snapshot", "a")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"version": 2}', "has version 2, wanted 1"),
        ('{"version": 1, "offices": []}', "cannot be read"),
        ('{"version":1,"public_key":"AA==","label":1,"fingerprint_key":"AA==","offices":[]}', "cannot be read"),
    ],
)
def test_what_is_no_index_is_refused_with_the_command_that_makes_one(text: str, said: str) -> None:
    """Without showing what was given."""
    with pytest.raises(ConfigError, match=f"{said}.*odevents offices index"):
        read_index(text)
