"""What single pages say: of addresses that cannot be, of revealed values, of budgets, and of feeds."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from odevents.console.console import Console
from odevents.console.words import budget
from odevents.runtime import Runtime
from odevents.store.atomic import Lease, Steps
from odevents.store.budget import RedisBudget, calls_lately
from odevents.store.feeds import Evidence, Judged, Kept, arrive
from odevents.store.ids import new_id
from odevents.store.sessions import REVEAL_SECONDS
from tests.support.console import browser_at, console_in, runtime_in


@pytest.fixture
def runtime(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    return runtime_in(tmp_path, redis_url, monkeypatch)


@pytest.fixture
def console(runtime: Runtime) -> Console:
    return console_in(runtime)


def commit(console: Console, steps: Steps) -> None:
    with Lease(console.store.redis, "lease", "test") as lease:
        lease.commit(steps)


@pytest.mark.parametrize("page", ["/deliveries", "/reactions", "/dead"])
@pytest.mark.parametrize("query", ["cursor=x", "since=999999d", "until=999999d", "since=0001-01-01", "until=yesterday"])
def test_an_address_that_cannot_be_is_answered_400_in_plain_words(console: Console, page: str, query: str) -> None:
    answer = browser_at(console).open(f"{page}?{query}")
    assert answer.status_code == 400
    assert any(words in answer.text for words in ("the cursor is not one", "lies outside", "is a time such as"))
    assert browser_at(console).open(f"{page}?since=3d&until=1h").status_code == 200


def test_a_page_with_revealed_values_reloads_when_their_time_is_over(console: Console) -> None:
    steps, now = Steps(), time.time()
    delivery = new_id("dlv", now)
    row = b'[{"AptNum": 1, "Note": "canary-note", "DateTStamp": "2026-01-05 08:00:00"}]'
    console.store.inbox.put(steps, "southside", delivery, "Appointment", row, now, of="")
    commit(console, steps)
    page = f"/deliveries/{delivery}"
    browser = browser_at(replace(console, clock=lambda: now))
    assert "refresh" not in browser.open(page).headers
    assert browser.send(f"{page}/reveal", reason="to see it").status_code == 303
    assert browser.open(page + "?done=revealed").headers["refresh"] == f"{REVEAL_SECONDS}; url={page}"
    over = browser_at(replace(console, clock=lambda: now + REVEAL_SECONDS)).open(page)
    assert "refresh" not in over.headers
    assert "Mask again" not in over.text


def test_calls_of_all_offices_are_read_in_one_round_trip_and_shown_against_the_budget(console: Console) -> None:
    redis: Any = console.store.redis
    for tier in ("none", "none", "none"):
        RedisBudget(redis, "southside", tier).claim(0)
    before = redis.info("stats")["total_commands_processed"]
    assert calls_lately(redis, ["southside", "lakewood"], time.time()) == {"southside": 3, "lakewood": 0}
    assert redis.info("stats")["total_commands_processed"] - before == 2, "one command, and the one that counts"
    assert budget("1/5s", 7) == "1 call every 5 seconds: 7 of 120 used in 10 minutes"
    assert budget("none", 7) == "no limit: 7 used in 10 minutes"
    for page in ("/", "/offices"):
        text = browser_at(console).open(page).text
        assert "3 of 600 used in 10 minutes" in text, page
        assert "0 of 600 used in 10 minutes" in text, page


def test_a_feed_is_judged_with_what_has_arrived_since(console: Console) -> None:
    """What was kept says "new, no poll and no delivery yet"; then a delivery comes."""
    now = time.time()
    judged = Judged("new", "no-sign-yet", "", now - 30, "watched since 08:00; no poll and no delivery yet", now - 30)
    console.store.feeds.keep("southside", {"Appointment": Kept(Evidence(now - 30, looked_at=now - 30), judged)})
    before = browser_at(console).open("/metrics").text
    assert 'odevents_feed_state{office="southside",state="new",watch="Appointment"} 1.0' in before
    steps = Steps()
    arrive(steps, "southside", "Appointment", now - 2)
    commit(console, steps)
    after = browser_at(console).open("/metrics").text
    assert 'odevents_feed_state{office="southside",state="fresh",watch="Appointment"} 1.0' in after
    assert 'state="new"' not in after
    overview = browser_at(console).open("/").text
    assert "A delivery came" in overview
    assert "no delivery yet" not in overview
