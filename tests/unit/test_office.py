"""Which office a customer key belongs to."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from odevents.errors import ConfigError
from odevents.office import OfficeAccess, Offices
from odevents.store.seal import Seals


def office(name: str, *keys: str) -> OfficeAccess:
    """An office with these live keys."""
    zone = ZoneInfo("America/Los_Angeles")
    return OfficeAccess(name, keys, "developer-key", ("https://example.org",), "1/1s", zone, "SRV01", "dry-run")


def test_an_office_is_found_by_either_of_its_live_keys(seals: Seals) -> None:
    """While a key is being replaced, deliveries with the old and the new one arrive side by side."""
    offices = Offices({"a": office("a", "new-key-of-a", "old-key-of-a"), "b": office("b", "key-of-b")}, seals)
    found = [offices.with_key(key) for key in ("new-key-of-a", "old-key-of-a", "key-of-b")]

    assert [access.name for access in found if access] == ["a", "a", "b"]


@pytest.mark.parametrize(
    "key", ["", "key-of-", "key-of-aa", "KEY-OF-A", " key-of-a", "ODFHIR developer-key/key-of-a", "\udcff"]
)
def test_no_other_key_opens(seals: Seals, key: str) -> None:
    """Not a part of one, not one in another case."""
    assert Offices({"a": office("a", "key-of-a")}, seals).with_key(key) is None


def test_two_offices_with_one_key_are_refused(seals: Seals) -> None:
    """The key says whose rows they are."""
    with pytest.raises(ConfigError, match="a and b have the same customer key"):
        Offices({"a": office("a", "key"), "b": office("b", "key")}, seals)


def test_one_key_named_twice_by_an_office_is_refused(seals: Seals) -> None:
    """It is no mistake of two offices, and the message does not say so."""
    with pytest.raises(ConfigError, match="an office names the same customer key twice"):
        Offices({"a": office("a", "key", "key")}, seals)


def test_keys_are_not_shown(seals: Seals) -> None:
    """Neither by an office nor by all of them."""
    access = office("a", "key-of-a")

    assert "key-of-a" not in repr(access)
    assert "developer-key" not in repr(access)
    assert "key-of-a" not in repr(vars(Offices({"a": access}, seals)))


def test_the_offices_wall_clock_has_no_zone() -> None:
    """As its rows have it; summer time included."""
    local = office("a", "k").local_time

    assert str(local(1_767_600_000)) == "2026-01-05 00:00:00"
    assert str(local(1_782_864_000)) == "2026-06-30 17:00:00"
