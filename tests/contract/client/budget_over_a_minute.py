"""``make budget``: three processes share one key at one call a second, for 60 calls. Not part of the default run."""

from __future__ import annotations

import pytest
from budget_race import arrivals, assert_shared_well
from redis import Redis


@pytest.mark.timeout(200)
def test_three_processes_share_one_call_a_second_for_a_minute(store_url: str) -> None:
    Redis.from_url(store_url).flushall()

    assert_shared_well(arrivals(store_url, "1/1s", processes=3, calls_each=20), "1/1s")
