"""Offices as configured."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from odevents.errors import ConfigError
from odevents.office import OfficeAccess, Offices


def office(name: str, *keys: str) -> OfficeAccess:
    """An office with these live keys."""
    zone = ZoneInfo("America/Los_Angeles")
    return OfficeAccess(name, keys, "developer-key", ("https://example.org",), "1/1s", zone, "SRV01", "dry-run")


def test_two_offices_with_one_key_are_refused() -> None:
    """The key says whose rows they are."""
    with pytest.raises(ConfigError, match="a and b have the same customer key"):
        Offices({"a": office("a", "key"), "b": office("b", "key")})


def test_one_key_named_twice_by_an_office_is_refused() -> None:
    """It is no mistake of two offices, and the message does not say so."""
    with pytest.raises(ConfigError, match="a names the same customer key twice"):
        Offices({"a": office("a", "key", "key")})


def test_keys_are_not_shown() -> None:
    """Neither by an office nor by all of them."""
    access = office("a", "key-of-a")

    assert "key-of-a" not in repr(access)
    assert "developer-key" not in repr(access)
    assert "key-of-a" not in repr(vars(Offices({"a": access})))


def test_the_offices_wall_clock_has_no_zone() -> None:
    """As its rows have it; summer time included."""
    local = office("a", "k").local_time

    assert str(local(1_767_600_000)) == "2026-01-05 00:00:00"
    assert str(local(1_782_864_000)) == "2026-06-30 17:00:00"
