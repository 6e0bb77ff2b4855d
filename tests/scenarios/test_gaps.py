"""Outages of two and of five days, with real processes: noticed, closed as advised, no row missing, none twice."""

from __future__ import annotations

import json
import shlex
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from odevents.events.tables import WATCH_TABLES
from odevents.simulator import Office
from odevents.simulator.clock import Clock
from odevents.store.feeds import Kept
from tests.support.command import run
from tests.support.installation import Installation, installation, until

DECLARED = """
[[subscriptions]]
name = "appointments"
watch = "Appointment"

[[subscriptions]]
name = "deleted-appointments"
watch = "AppointmentDeleted"

[[subscriptions]]
name = "patfields"
watch = "PatField"

[[reactions]]
name = "broken"
on = "Appointment"
changed = ["AptStatus"]
when = { AptStatus = "Broken" }
note = "Broken; call to rebook"

[[reactions]]
name = "booked"
on = "Appointment"
kinds = ["created"]
commlog = "Booked for {{ AptDateTime }}"
"""
SOUTHSIDE = "southside"


class Gap:
    """An installation, its pretend office some days ago, and what a test does to both."""

    def __init__(self, running: Installation) -> None:
        self.running = running
        self.clinic = running.clinic
        self.office = running.clinic.office(SOUTHSIDE)
        self.scheduled = [row["AptNum"] for row in self.office.rows("appointment", AptStatus="Scheduled")]
        self.broken: list[int] = []
        self.booked = 0

    def set_up(self) -> None:
        """As the tutorial does."""
        run(self.running, "subscriptions", "apply")
        run(self.running, "backfill", SOUTHSIDE, "--prime")
        self.settle()

    def live(self, seconds: float) -> None:
        """Time passes at the office, with its polls."""
        self.clinic.pass_time(seconds=seconds)
        self.settle()

    def settle(self) -> None:
        """Everything that came is understood and done."""
        until(self.running.idle, within=60, what="empty lanes")

    def break_one(self) -> None:
        """A person breaks an appointment."""
        self.broken.append(self.scheduled.pop())
        self.office.change("appointment", self.broken[-1], AptStatus="Broken")

    def book_one(self) -> None:
        """A person books one."""
        row = self.office.row("appointment", self.scheduled[0])
        made = {n: row[n] for n in ("PatNum", "Op", "ProvNum", "AptDateTime", "AptStatus", "Pattern")}
        self.office.insert("appointment", **made)
        self.booked += 1

    def day(self) -> None:
        """What people do in a day, whether or not anything polls."""
        self.break_one()
        self.book_one()
        field = self.office.rows("patfield")[len(self.broken)]["PatFieldNum"]
        self.office.change("patfield", field, FieldValue=f"day {len(self.broken)}")

    def freshness(self, code: int = 0) -> dict[str, dict[str, Any]]:
        """What ``odevents freshness --check`` says of each table."""
        shown = run(self.running, "freshness", "--check", "--json", code=code)
        return {feed["watch"]: feed for feed in json.loads(shown.stdout)}

    def unknown(self) -> list[str]:
        """Rows of the office that are not known as they are."""
        missing = []
        for table, name, key in (("Appointment", "appointment", "AptNum"), ("PatField", "patfield", "PatFieldNum")):
            rows = {str(row[key]): row for row in self.office.rows(name)}
            known = self.running.runtime.store.snapshots.read(SOUTHSIDE, table, list(rows))
            stamp = WATCH_TABLES[table].stamp
            missing += [f"{table} {k}" for k, row in rows.items() if k not in known or known[k].stamp < row[stamp]]
        return missing

    def done_once(self) -> None:
        """Each broken appointment has one note, each booking one commlog, and nothing else was written."""
        notes = [self.office.row("appointment", apt)["Note"].count("Broken; call") for apt in self.broken]
        assert notes == [1] * len(self.broken)
        verbs = sorted(verb for verb, _ in self.running.writes())
        assert verbs == ["POST"] * self.booked + ["PUT"] * len(self.broken)


@pytest.fixture
def gap(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Gap]:
    """An office whose clock stands so many days ago; it polls when the test lets time pass."""
    clock = Clock.still(datetime.now(UTC) - timedelta(days=request.param))
    offices = [Office(SOUTHSIDE, patients=150)]
    with installation(tmp_path, offices=offices, reactions=DECLARED, clock=clock) as running:
        file = tmp_path / "odevents.toml"
        text = f'public_url = "http://127.0.0.1:{running.port}"\n' + file.read_text(encoding="utf-8")
        file.write_text(text, encoding="utf-8")
        running.start("serve", "worker")
        yield Gap(running)


@pytest.mark.parametrize("gap", [5.01], indirect=True)
def test_an_outage_of_five_days_is_closed_by_backfill(gap: Gap) -> None:
    """Open Dental sends three days; the rest is read. A row that was deleted is found in the history."""
    gap.set_up()
    gap.live(10)
    gap.break_one()
    gap.live(10)
    gap.live(10)  # the echo of our own note
    assert gap.unknown() == []
    gap.done_once()
    run(gap.running, "freshness")
    gap.office.workstations = ()
    deleted = gap.scheduled.pop(0)
    for _ in range(5):
        gap.clinic.clock.advance(hours=12)
        gap.day()
        gap.clinic.clock.advance(hours=12)
    gap.office.delete("appointment", deleted)
    gap.office.workstations = ("SRV01",)
    gap.live(10)
    assert gap.unknown(), "the control: three days are not five"

    shown = gap.freshness(code=3)
    assert shown["Appointment"]["missing since"] < shown["Appointment"]["last delivery"]
    command = shlex.split(shown["Appointment"]["close the gap"])
    assert command[:3] == ["odevents", "backfill", SOUTHSIDE]
    run(gap.running, "backfill", SOUTHSIDE)
    gap.settle()
    gap.live(10)

    assert gap.unknown() == []
    gap.done_once()
    gone = gap.running.runtime.store.snapshots.read(SOUTHSIDE, "Appointment", [str(deleted)])
    assert gone[str(deleted)].values is None
    again = json.loads(run(gap.running, "backfill", SOUTHSIDE, "--since", "6d", "--json").stdout)
    assert [table["different"] for table in again] == [0, 0, 0]
    assert not any(feed["missing since"] for feed in gap.freshness().values())


class Impostor(BaseHTTPRequestHandler):
    """Answers 200 to everything and keeps nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.mark.parametrize("gap", [2.01], indirect=True)
def test_two_days_that_somebody_else_was_sent_are_closed_by_rewind(gap: Gap) -> None:
    """The cursor moved on, so the office would never send them again by itself."""
    gap.set_up()
    gap.live(10)
    gap.freshness()
    look_back(gap, days=2)
    with ThreadingHTTPServer(("127.0.0.1", 0), Impostor) as impostor:
        threading.Thread(target=impostor.serve_forever).start()
        for row in gap.office.rows("apisubscription"):
            elsewhere = f"http://127.0.0.1:{impostor.server_address[1]}/"
            gap.office.change("apisubscription", row["SubscriptionNum"], EndPointUrl=elsewhere)
        for _ in range(2):
            gap.clinic.clock.advance(hours=12)
            gap.day()
            gap.clinic.pass_time(seconds=10)
            gap.clinic.clock.advance(hours=12)
        impostor.shutdown()
    run(gap.running, "subscriptions", "apply")
    gap.live(10)
    assert gap.unknown(), "the control: nothing comes again by itself"

    shown = gap.freshness(code=3)
    assert shown["Appointment"]["missing since"]
    command = shlex.split(shown["Appointment"]["close the gap"])
    assert command[:3] == ["odevents", "subscriptions", "rewind"]
    run(gap.running, *command[1:])
    gap.live(10)
    gap.live(10)

    assert gap.unknown() == []
    gap.done_once()
    assert not any(feed["missing since"] for feed in gap.freshness().values())


def look_back(gap: Gap, days: float) -> None:
    """As if the office had been looked after for so long."""
    feeds = gap.running.runtime.store.feeds
    kept = feeds.read([SOUTHSIDE])
    since = time.time() - days * 86400
    shifted = {t: Kept(replace(whole.evidence, watched_since=since, probe=None)) for (_, t), whole in kept.items()}
    feeds.keep(SOUTHSIDE, shifted)


@pytest.mark.parametrize("gap", [1], indirect=True)
def test_priming_that_is_killed_goes_on_and_is_complete(gap: Gap) -> None:
    """``kill -9`` between two pages; nothing is reacted to."""
    run(gap.running, "subscriptions", "apply")
    backfills = gap.running.runtime.store.backfills
    gap.office.faults.slow, gap.office.faults.slow_seconds = 1.0, 0.7
    gap.running.launch("prime", "odevents.cli.main", "backfill", SOUTHSIDE, "--prime")
    until(lambda: (begun := backfills.of(SOUTHSIDE)) and begun.tables[0].offset, what="the first page")
    process = gap.running.processes.pop("prime")
    process.kill()
    process.wait()
    gap.office.faults.slow = 0
    killed = backfills.of(SOUTHSIDE)
    assert killed
    assert not killed.ended_at

    again = run(gap.running, "backfill", SOUTHSIDE, "--prime")
    gap.settle()

    assert "going on" in again.stderr
    ended = backfills.of(SOUTHSIDE)
    assert ended
    assert ended.ended_at
    assert ended.began_at == killed.began_at
    assert gap.unknown() == []
    assert gap.running.writes() == []
    assert gap.running.runtime.store.feed(SOUTHSIDE, "Appointment")[0] == "*"
