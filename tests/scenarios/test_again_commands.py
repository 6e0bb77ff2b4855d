"""``odevents pause``, ``resume``, ``dead`` and ``replay``, as an operator types them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.command import run
from tests.support.installation import Installation, installation, until

RULES = """
[[reactions]]
name = "say"
on = "Appointment"
kinds = ["created", "updated", "first-seen"]
changed = ["ProcDescript"]
commlog = "did {{ ProcDescript }}"
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("again"), "serve", "worker", "scheduler", reactions=RULES) as found:
        yield found


def changed(number: int, appointment: int = 1) -> dict[str, Any]:
    return {
        "AptNum": appointment,
        "PatNum": 1,
        "ProcDescript": f"t{number}",
        "DateTStamp": f"2026-11-20 10:00:{number:02d}",
    }


def post(running: Installation, rows: list[dict[str, Any]]) -> httpx.Response:
    return running.post(rows, path="/apievents/appointmentevent")


def said(running: Installation, number: int) -> int:
    """How many commlogs the office has of this change."""
    return len([row for row in running.clinic.office("southside").rows("commlog") if row["Note"] == f"did t{number}"])


def test_paused_effects_are_held_within_two_seconds_while_receiving_goes_on(running: Installation) -> None:
    run(running, "pause", "--office", "southside", "--reason", "they asked")
    running.processed(post(running, [changed(1)]))
    time.sleep(2)  # long enough for the write, had it not been held
    held = json.loads(run(running, "pause", "--json").stdout)
    assert (said(running, 1), [(p["paused"], p["why"]) for p in held]) == (0, [("office southside", "they asked")])

    run(running, "resume", "--office", "southside", "--reason", "they are done")

    until(lambda: said(running, 1) == 1, within=15, what="the held write")
    refused = run(running, "resume", "--office", "southside", "--reason", "again", code=1)
    assert "is not paused" in refused.stderr


def test_a_dead_letter_is_listed_shown_masked_requeued_and_dropped(running: Installation) -> None:
    running.processed(post(running, [{"ProcDescript": "secret words"}, changed(2)]))
    [letter] = json.loads(run(running, "dead", "list", "--json").stdout)
    assert (letter["of"], letter["code"]) == ("row", "missing-key")

    shown = run(running, "dead", "show", letter["letter"]).stdout
    assert "ProcDescript (12 characters)" in shown
    assert "secret" not in shown

    preview = run(running, "dead", "requeue", "--code", "missing-key", "--reason", "try").stdout
    assert preview == "1 dead letters; add --yes to do it\n"
    run(running, "dead", "requeue", "--code", "missing-key", "--reason", "try", "--yes")
    [again] = until(
        lambda: [found for found in _letters(running) if found["letter"] != letter["letter"]], what="the new letter"
    )

    run(running, "dead", "drop", again["letter"], "--reason", "it is nothing")
    assert _letters(running) == []


def test_stored_deliveries_are_replayed_and_double_nothing(running: Installation) -> None:
    answer = post(running, [changed(3)])
    delivery = running.processed(answer).id
    until(lambda: said(running, 3) == 1, what="the write")

    preview = run(running, "replay", "--all", "--reason", "to see").stdout
    assert preview.endswith("deliveries; add --yes to do it\n")
    printed = run(running, "replay", delivery, "--reason", "to see").stdout
    again = printed.split()[-1]
    until(lambda: _status(running, again) == "processed", what="the replay")
    until(running.idle, what="the lanes' end")

    assert said(running, 3) == 1
    assert "name the deliveries" in run(running, "replay", "--reason", "what", code=1).stderr


def _letters(running: Installation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(running, "dead", "list", "--json").stdout)
    return found


def _status(running: Installation, delivery: str) -> str:
    entry = running.runtime.store.inbox.entry("southside", delivery)
    return entry.status if entry else ""
