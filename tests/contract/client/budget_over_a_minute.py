"""``make budget``: three processes share one key at one call a second, for 60 calls. Not part of the default run."""

from __future__ import annotations

import pytest
from redis import Redis

from tests.contract.client.budget_race import arrivals, assert_shared_well


@pytest.mark.timeout(200)
def test_three_processes_share_one_call_a_second_for_a_minute(redis_client: Redis, redis_url: str) -> None:
    assert_shared_well(arrivals(redis_url, "1/1s", processes=3, calls_each=20), "1/1s")
