"""What ``--since`` names."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from odevents.cli.backfill import moment_named
from odevents.cli.wish import oldest
from odevents.errors import ConfigError
from odevents.office import OfficeAccess

OFFICE = OfficeAccess("southside", ("key",), "key", (), "none", ZoneInfo("America/Los_Angeles"), "SRV01", "live")
NOW = datetime.fromisoformat("2026-11-21T00:00:00+00:00").timestamp()


@pytest.mark.parametrize(("since", "there"), [
    ("2026-11-20 08:00", "2026-11-20 08:00"),
    ("2026-11-20T08:00Z", "2026-11-20 00:00"),
    ("2026-11-20T08:00-05:00", "2026-11-20 05:00"),
    ("2026-11-15", "2026-11-15 00:00"),
])  # fmt: skip
def test_a_time_with_a_zone_is_put_on_the_offices_clock(since: str, there: str) -> None:
    assert moment_named(since, OFFICE, NOW) == datetime.fromisoformat(there)


@pytest.mark.parametrize("since", ["999999d", "0001-01-01", "2026-11-20T16:01", "9999-12-31T23:59-10:00", "x"])
def test_what_is_no_time_of_the_last_hundred_years_is_refused(since: str) -> None:
    with pytest.raises(ConfigError, match=r"hundred years|in the future|not a number"):
        moment_named(since, OFFICE, NOW)


def test_a_time_ago_has_a_bound() -> None:
    assert oldest("30d") == pytest.approx(time.time() - 30 * 86400, abs=60)
    with pytest.raises(ConfigError, match="hundred years"):
        oldest("999999d")
