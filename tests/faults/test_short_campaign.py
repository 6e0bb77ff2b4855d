"""The short form of ``make faults``: real processes, killed while offices send and their API misbehaves."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from odevents.store.embedded import EmbeddedServer
from tests.faults.campaign import Plan, run
from tests.faults.power import PowerRecorder

KINDS = (
    "kill worker's child, writes",
    "kill worker's child, inbox",
    "kill server",
    "kill worker",
    "reset server connections",
    "kill receiver",
    "kill scheduler",
    "API reset_after",
)


@pytest.mark.timeout(170)
def test_nothing_is_lost_and_nothing_doubled_while_everything_is_killed(tmp_path: Path) -> None:
    plan = Plan(len(KINDS), seed=7, kinds=KINDS, share=0.02, between=0.5, pause=0.15, quarantine=3.0, offices=6)

    report = run(tmp_path, plan, drain_within=90)

    assert (report.verdict.lost, report.verdict.doubled) == ([], [])
    assert report.verdict.rows > 30
    assert set(report.struck.elements()) == set(KINDS), "every fault struck"
    assert report.befell, "the office's API misbehaved"
    assert max(report.recoveries) <= 30


@pytest.mark.parametrize(("fsync", "survives"), [("always", True), ("no", False)])
def test_a_power_cut_takes_what_was_not_synced_and_nothing_else(tmp_path: Path, fsync: str, survives: bool) -> None:
    """The second case is the control: without fsync before the answer, acknowledged values are gone."""
    power = PowerRecorder(tmp_path / "synced")
    if power.missing:
        pytest.skip(power.missing)
    with power.recording():
        server = EmbeddedServer(tmp_path / "server")
    client = redis.Redis.from_url(server.url)
    client.config_set("appendfsync", fsync)
    for number in range(200):
        client.rpush("acknowledged", number)

    power.cut(server, tmp_path / "server")
    server.restart()

    assert (client.llen("acknowledged") == 200) is survives
    client.close()
    server.stop()
