"""What the doctor makes of what was seen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from odevents.doctor import endpoint, installation, machine, store
from odevents.doctor.findings import CODES, Finding, Mark
from odevents.doctor.office import judge_clock
from odevents.store.connection import Doubt
from odevents.store.refusals import Refusal, RefusedSeen
from odevents.store.subscriptions_seen import DriftSeen, KeySeen, OfficeSeen
from odevents.subscriptions.lints import Lint

NOW = 1_795_200_000.0
DAY = 86400.0
GB = 2**30

FULL = {"used_memory": 900, "maxmemory": 1000}
BAD_KEY = OfficeSeen(NOW, NOW, keys=(KeySeen("a1", NOW - 60), KeySeen("b2")))
DEAD_KEYS = OfficeSeen(NOW, NOW, keys=(KeySeen("a1", NOW - 60),))
DRIFTED = OfficeSeen(NOW, NOW, drift=(DriftSeen("missing", "appointments", "is missing"), DriftSeen("paused", "x", "")))


def refused(last: float) -> Refusal:
    return Refusal(RefusedSeen("", "unknown-key", "SRV01"), 4, last - 90, last)


@pytest.mark.parametrize(
    ("found", "marks"),
    [
        (judge_clock(timedelta(seconds=40), "a"), "✓"),
        (judge_clock(timedelta(seconds=-94), "a"), "!"),
        (judge_clock(timedelta(minutes=6), "a"), "✗"),
        (list(store.judge_durability([])), "✓"),
        (list(store.judge_durability([Doubt("appendonly", "no", "yes", "…"), Doubt("version", "5", "6", "…")])), "✗✗"),
        (store.judge_room({"used_memory": 5}), "✓"),
        (store.judge_room(FULL), "!"),
        (store.judge_way("rediss://cache.example.org"), "✓"),
        (store.judge_way("redis://127.0.0.1:6379"), "✓"),
        (store.judge_way("redis://cache.example.org"), "!"),
        (store.judge_disk("data", 50 * GB), "✓"),
        (store.judge_disk("data", GB), "!"),
        (store.judge_disk("data", 1000), "✗"),
        (store.judge_disk("data", None), "?"),
        (machine.judge_ring(1), "✓"),
        (machine.judge_ring(2), "!"),
        (list(installation.judge_processes({"inbox": 1, "writes": 2}, True)), "✓✓"),
        (list(installation.judge_processes({"inbox": 1, "writes": 0}, False)), "✗✗"),
        (installation.judge_dead([], False), "✓"),
        (installation.judge_dead(["bad-stamp"], False), "!"),
        (installation.judge_pauses(["all"]), "!"),
        (installation.judge_refusals([], NOW), "✓"),
        (
            installation.judge_refusals([refused(NOW - DAY)], NOW),
            "✓",
        ),
        (
            installation.judge_refusals([refused(NOW - 60)], NOW),
            "!",
        ),
        (installation.judge_lints([], "a"), "✓"),
        (installation.judge_lints([Lint("polls-too-fast", "a", "x", "polls every 1 s")], "a"), "!"),
        (installation.judge_mode("live", "a"), "✓"),
        (installation.judge_mode("dry-run", "a"), "?"),
        (installation.judge_keys(None, "a"), "?"),
        (installation.judge_keys(BAD_KEY, "a"), "!"),
        (installation.judge_keys(DEAD_KEYS, "a"), "✗"),
        (list(installation.judge_subscriptions(None, "a")), "?"),
        (list(installation.judge_subscriptions(DRIFTED, "a")), "!"),
        (list(installation.judge_subscriptions(OfficeSeen(NOW, NOW), "a")), "✓"),
        (endpoint.judge_certificate(None, NOW, "h"), "?"),
        (endpoint.judge_certificate(NOW + 40 * DAY, NOW, "h"), "✓"),
        (endpoint.judge_certificate(NOW + 3 * DAY, NOW, "h"), "!"),
        (list(endpoint.examine_endpoint("", NOW)), "??"),
    ],
)
def test_each_finding_has_its_mark_and_what_is_wrong_has_a_next_step(
    found: Finding | Sequence[Finding], marks: str
) -> None:
    findings = [found] if isinstance(found, Finding) else list(found)
    assert "".join(finding.mark for finding in findings) == marks
    for finding in findings:
        assert finding.code in CODES
        assert finding.then.startswith("odevents ")
        assert bool(finding.do) == finding.wrong


def test_a_clock_that_is_whole_hours_off_is_a_wrong_time_zone() -> None:
    assert "time_zone" in judge_clock(timedelta(hours=3, seconds=8), "a").do
    assert "time_zone" not in judge_clock(timedelta(minutes=22), "a").do


def test_a_secret_that_others_may_read_is_named(tmp_path: Path) -> None:
    kept, loose = tmp_path / "kept", tmp_path / "loose"
    for file, mode in ((kept, 0o600), (loose, 0o644)):
        file.touch()
        file.chmod(mode)

    findings = list(machine.examine_secrets([kept, loose, tmp_path / "absent"]))

    assert [(finding.mark, os.fspath(loose) in finding.what) for finding in findings] == [(Mark.WARNING, True)]
