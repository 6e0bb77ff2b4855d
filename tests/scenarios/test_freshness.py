"""A workstation stops polling, with real processes: the office is stale in time and for the right reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from odevents.client.opendental import OpenDental
from odevents.simulator import Office
from odevents.simulator.clock import wire
from odevents.store.feeds import Kept
from tests.support.command import run
from tests.support.installation import Installation, installation, until

POLL, WARNING = 2, 6
ZONE = "America/Denver"
DECLARED = f"""
[freshness]
warning = "{WARNING}s"
fresh = "1s"

[[subscriptions]]
name = "appointments"
watch = "Appointment"
poll_seconds = {POLL}

[[subscriptions]]
name = "patfields"
watch = "PatField"
offices = ["southside"]
poll_seconds = {POLL}
"""


def closed_today() -> str:
    """Opening hours of an office that is closed at this time of the week."""
    day = datetime.now(ZoneInfo(ZONE)) + timedelta(days=3)
    return f'hours = {{ {day:%a} = "09:00-10:00" }}'.lower()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """Two offices that poll; lakewood is closed now."""
    offices = [Office("southside", patients=10), Office("lakewood", patients=3, zone=ZONE)]
    with installation(tmp_path, offices=offices, reactions=DECLARED, poll=True) as started:
        file = tmp_path / "odevents.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("[offices.lakewood]", f"[offices.lakewood]\n{closed_today()}"), encoding="utf-8")
        started.start("serve", "worker")
        for name in ("southside", "lakewood"):
            subscribe(started, name)
        started.start("scheduler")
        yield started


def subscribe(running: Installation, name: str) -> None:
    """As ``odevents subscriptions apply`` does."""
    tables = {"appointments": "Appointment"} | ({"patfields": "PatField"} if name == "southside" else {})
    with running.runtime.session(running.access(name)) as session:
        for subscription, table in tables.items():
            OpenDental(session).subscriptions.create(
                EndPointUrl=f"http://127.0.0.1:{running.port}/apievents/{name}/{subscription}",
                WatchTable=table,
                PollingSeconds=POLL,
                Workstation="SRV01",
                Note=f"odevents/{subscription}",
            )


def feed(running: Installation, office: str, table: str = "Appointment") -> Kept | None:
    """What is kept of a feed."""
    return running.runtime.store.feeds.read([office]).get((office, table))


def state(running: Installation, office: str, table: str = "Appointment") -> str:
    """How it was judged last."""
    kept = feed(running, office, table)
    return kept.judged.state if kept and kept.judged else ""


def test_a_workstation_that_stops_polling_is_stale_in_time_and_a_closed_office_is_not(running: Installation) -> None:
    """Within two poll intervals plus the warning time; and it is well again once it polls."""
    southside, lakewood = running.clinic.office("southside"), running.clinic.office("lakewood")
    until(lambda: state(running, "southside") == "quiet", what="a proven poll of southside")
    run(running, "freshness", "--office", "lakewood")
    southside.workstations = lakewood.workstations = ()
    southside.change("appointment", 1, Note="nobody sends this")
    until(lambda: state(running, "southside") == "late", what="the first warning")

    until(lambda: state(running, "southside") == "stale", what="the judgement")
    kept = feed(running, "southside")
    assert kept
    assert kept.judged
    last_poll = running.access("southside").moment_of(kept.evidence.cursor)
    took = kept.judged.at - last_poll
    print(f"\nstale {took:.1f} s after the last poll; allowed {2 * POLL + WARNING}")
    assert took <= 2 * POLL + WARNING + 1, "one second for a busy machine"
    assert (kept.judged.reason, kept.judged.code) == ("not-polled", "OD204")
    assert "SRV01" in kept.judged.sentence
    assert "REST shows 1 changed row" in kept.judged.sentence
    assert feed(running, "lakewood").judged.state not in ("late", "stale")  # type: ignore[union-attr]

    checked = run(running, "freshness", "--check", "--json", code=3)
    shown = {(feed["office"], feed["watch"]): feed for feed in json.loads(checked.stdout)}
    assert shown["southside", "Appointment"]["state"] == "stale"
    assert "OpenDentalAPIService" in shown["southside", "Appointment"]["next"]
    assert shown["lakewood", "Appointment"]["reason"] == "closed"
    assert run(running, "freshness", "--check", "--office", "lakewood").returncode == 0

    again = wire(southside.now())
    southside.workstations = ("SRV01",)
    southside.wake.set()
    until(lambda: all(row["DateTimeStart"] >= again for row in southside.rows("apisubscription")), what="polls again")
    assert run(running, "freshness", "--check", "--office", "southside").returncode == 0
