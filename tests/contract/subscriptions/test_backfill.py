"""Backfill against the pretend office: every row, each once, and nothing the second time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from odevents.client.call import Call
from odevents.client.opendental import OpenDental
from odevents.errors import LeaseLost, OutcomeUnknown
from odevents.events.tables import WATCH_TABLES
from odevents.simulator import Office
from odevents.simulator.clock import Clock
from odevents.store import keys
from odevents.store.atomic import Lease, Steps
from odevents.store.backfills import BackfillRecord
from odevents.store.feeds import Gap
from odevents.store.ids import new_id
from odevents.subscriptions.backfill import begin, run_backfill
from tests.support.installation import Installation, installation, until

REACTIONS = """
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

[[reactions]]
name = "anything"
on = "Patient"
kinds = ["first-seen"]
commlog = "Seen"
"""

TABLES = ("Appointment", "Patient", "PatField")
Sent = Callable[[Call], None]


class Watched:
    """A sender that tells of each call before it leaves."""

    def __init__(self, sender: Any, before: Sent) -> None:
        self._sender = sender
        self._before = before

    @property
    def page_size(self) -> int:
        return int(self._sender.page_size)

    def send(self, call: Call) -> object:
        self._before(call)
        return self._sender.send(call)


class Clinic:
    """An installation without processes: the test drives the lanes itself."""

    def __init__(self, running: Installation) -> None:
        self.running = running
        self.office = running.clinic.office("southside")
        self.store = running.runtime.store

    def work(self) -> None:
        """What the workers would do."""

        def idle() -> bool:
            self.running.runtime.pipeline.drain_inbox("southside")
            self.running.runtime.pipeline.drain_writes("southside")
            return self.running.idle()

        until(idle, within=60, what="empty lanes")

    def backfill(
        self, record: BackfillRecord, before: Sent = lambda _: None, *, understand: bool = True
    ) -> BackfillRecord:
        """Run it to its end."""
        access = self.running.access()
        with self.running.runtime.session(access) as session:
            client = OpenDental(Watched(session, before))
            ended = run_backfill(self.store, access, client, record, lambda _: None, time.time)
        if understand:
            self.work()
        return ended

    def prime(self, *tables: str) -> BackfillRecord:
        """Make everything known."""
        return self.backfill(begin("prime", dict.fromkeys(tables or TABLES), time.time()))

    def since(self, hours: float, *tables: str) -> BackfillRecord:
        """A backfill of the last hours."""
        moment = self.office.now() - timedelta(hours=hours)
        return begin("backfill", dict.fromkeys(tables or TABLES, moment), time.time())

    def kinds(self) -> dict[str, int]:
        """How the rows of all deliveries ended, together."""
        found: dict[str, int] = {}
        for name in self.deliveries():
            entry = self.store.inbox.entry("southside", name.rpartition(":")[2])
            assert entry
            for kind, number in entry.kinds.items():
                found[kind] = found.get(kind, 0) + number
        return found

    def deliveries(self) -> list[str]:
        """The keys of all deliveries."""
        return [name.decode() for name in self.store.redis.scan_iter("odevents:1:southside:delivery:*")]

    def unknown(self, table: str, name: str, key: str) -> list[str]:
        """Rows of the office that are not known as they are."""
        rows = {str(row[key]): row for row in self.office.rows(name)}
        known = self.store.snapshots.read("southside", table, list(rows))
        stamp = WATCH_TABLES[table].stamp
        return [one for one, row in rows.items() if one not in known or known[one].stamp != row[stamp]]


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic of 130 patients, three pages of them, whose clock stands five days ago."""
    clock = Clock.still(datetime.now(UTC) - timedelta(days=5))
    offices = [Office("southside", patients=130)]
    with installation(tmp_path, offices=offices, reactions=REACTIONS, clock=clock) as running:
        yield Clinic(running)
        running.runtime.pipeline.performing.senders(running.access()).close()  # type: ignore[attr-defined]
        for client in (running.redis, running.runtime.redis):
            client.connection_pool.disconnect()


def test_priming_makes_every_row_known_and_reacts_to_none(clinic: Clinic) -> None:
    """Afterwards a row that is not known is new."""
    ended = clinic.prime()

    assert ended.ended_at
    assert [table.read for table in ended.tables] == [
        len(clinic.office.rows(n)) for n in ("appointment", "patient", "patfield")
    ]
    assert clinic.unknown("Appointment", "appointment", "AptNum") == []
    assert clinic.unknown("Patient", "patient", "PatNum") == []
    assert clinic.kinds().keys() == {"first-seen"}
    assert clinic.running.writes() == []
    assert [clinic.store.feed("southside", table)[0] for table in TABLES] == ["*"] * 3


def test_priming_again_finds_nothing_to_do(clinic: Clinic) -> None:
    """And puts nothing into the inbox but the word that all is known."""
    clinic.prime()
    before = clinic.kinds()
    again = clinic.prime()

    assert again.different == 0
    assert clinic.kinds() == before


def test_what_is_created_while_priming_is_new(clinic: Clinic) -> None:
    """Its booking is reacted to; what was there before is not."""
    clinic.running.clinic.clock.advance(days=5)
    booked: list[int] = []

    def book(call: Call) -> None:
        if call.template == "patients/Simple" and not booked:
            clinic.running.clinic.clock.advance(5)
            row = clinic.office.rows("appointment")[0]
            made = {n: row[n] for n in ("PatNum", "Op", "ProvNum", "AptDateTime", "AptStatus", "Pattern")}
            booked.append(clinic.office.insert("appointment", **made))

    clinic.backfill(begin("prime", dict.fromkeys(["Patient", "Appointment"]), time.time()), book)

    assert booked
    assert clinic.kinds()["created"] == 1
    assert clinic.running.writes() == [("POST", "/commlogs")]


def test_a_backfill_brings_what_the_events_did_not_and_each_once(clinic: Clinic) -> None:
    """Changed, created and deleted rows; unchanged ones are not even put into the inbox."""
    clinic.prime()
    first, second, third = (row["AptNum"] for row in clinic.office.rows("appointment", AptStatus="Scheduled")[:3])
    clinic.running.clinic.clock.advance(hours=3)
    clinic.office.change("appointment", first, AptStatus="Broken")
    clinic.running.clinic.clock.advance(days=5, hours=-3)
    row = clinic.office.row("appointment", second)
    made = {n: row[n] for n in ("PatNum", "Op", "ProvNum", "AptDateTime", "AptStatus", "Pattern")}
    clinic.office.insert("appointment", **made)
    clinic.office.delete("appointment", third)

    ended = clinic.backfill(clinic.since(5 * 24, "Appointment", "AppointmentDeleted"))

    assert ended.different == 3
    assert {kind: n for kind, n in clinic.kinds().items() if kind != "first-seen"} == {
        "updated": 1, "created": 1, "deleted": 1,
    }  # fmt: skip
    assert sorted(clinic.running.writes()) == [("POST", "/commlogs"), ("PUT", f"/appointments/{first}/Note")]
    assert clinic.office.row("appointment", first)["Note"].count("Broken; call") == 1

    again = clinic.backfill(clinic.since(5 * 24, "Appointment", "AppointmentDeleted"))
    own = 1  # the note that we wrote ourselves changed its row
    assert again.different == own
    assert clinic.kinds()["echo"] == own
    assert clinic.backfill(clinic.since(5 * 24, "Appointment", "AppointmentDeleted")).different == 0
    assert len(clinic.running.writes()) == 2


def test_an_event_after_the_backfill_is_a_duplicate_though_its_columns_differ(clinic: Clinic) -> None:
    """REST has columns that events lack, and the other way round."""
    clinic.prime("Appointment")
    apt = clinic.office.rows("appointment", AptStatus="Scheduled")[0]["AptNum"]
    clinic.running.clinic.clock.advance(days=5)
    clinic.office.change("appointment", apt, AptStatus="Broken")
    clinic.office.delete("appointment", clinic.office.rows("appointment")[-1]["AptNum"])
    clinic.running.clinic.clock.advance(5)
    clinic.backfill(clinic.since(2, "Appointment", "AppointmentDeleted"), understand=True)
    done = clinic.running.writes()
    kinds = clinic.kinds()

    with clinic.running.runtime.session(clinic.running.access()) as session:
        client = OpenDental(session)
        (row,) = [
            found.wire() for found in client.appointments.find(DateTStamp=clinic.office.now() - timedelta(hours=2))
        ]
        (gone,) = [found.wire() for found in client.histappointments.find(HistApptAction="Deleted")]
    event = {n: v for n, v in row.items() if n not in ("SecUserNumEntry", "serverDateTime")} | {"OnlyInEvents": "x"}
    as_sent = {n: v for n, v in gone.items() if n not in ("ApptSource", "HistUserNum")} | {"OnlyInEvents": "x"}
    for table, sent in (("Appointment", event), ("AppointmentDeleted", as_sent)):
        steps = Steps()
        body = json.dumps([sent]).encode()
        clinic.store.inbox.put(
            steps, "southside", new_id("dlv", time.time()), table, body, time.time(), source="WatchTable"
        )
        with Lease(clinic.store.redis, "odevents:1:test", "me") as lease:
            lease.commit(steps)
    clinic.work()

    assert clinic.running.writes() == done
    assert {k: n - kinds.get(k, 0) for k, n in clinic.kinds().items() if n != kinds.get(k, 0)} in (
        {"duplicate": 1, "echo": 1},
        {"duplicate": 2},
    )


@pytest.mark.parametrize(("table", "base", "name", "key"), [
    ("PatFieldDeleted", "PatField", "patfield", "PatFieldNum"),
    ("ScheduleDeleted", "Schedule", "schedule", "ScheduleNum"),
])  # fmt: skip
def test_rows_missing_from_the_whole_list_are_deleted(
    clinic: Clinic, table: str, base: str, name: str, key: str
) -> None:
    """Asked for by themselves first; and deleted once."""
    clinic.prime(base)
    clinic.running.clinic.clock.advance(hours=1)
    today = clinic.running.access().local_time(time.time()).date().isoformat()
    rows = [row for row in clinic.office.rows(name) if row.get("SchedDate", today) >= today]
    gone = [row[key] for row in (rows[0], rows[-1])]
    for one in gone:
        clinic.office.delete(name, one)

    ended = clinic.backfill(begin("backfill", {table: None}, time.time()))

    assert ended.different == len(gone)
    assert clinic.kinds()["deleted"] == len(gone)
    known = clinic.store.snapshots.read("southside", base, [str(one) for one in gone])
    assert [snapshot.values for snapshot in known.values()] == [None, None]
    assert clinic.backfill(begin("backfill", {table: None}, time.time())).different == 0


def test_a_row_that_the_list_left_out_is_not_taken_for_deleted(clinic: Clinic) -> None:
    """Offset paging does that when rows are deleted meanwhile: it is asked for by itself."""
    for patient in clinic.office.rows("patient")[:120]:
        clinic.office.insert("patfield", PatNum=patient["PatNum"], FieldName="Text Confirm", FieldValue="No")
    clinic.prime("PatField")
    rows = clinic.office.rows("patfield")
    assert len(rows) > clinic.office.page_size, "or there is no second page"
    clinic.running.clinic.clock.advance(hours=1)
    deleted: list[int] = []

    def delete_one(call: Call) -> None:
        if call.query.get("Offset") == "100" and not deleted:
            deleted.append(rows[0]["PatFieldNum"])
            clinic.office.delete("patfield", rows[0]["PatFieldNum"])

    ended = clinic.backfill(begin("backfill", {"PatFieldDeleted": None}, time.time()), delete_one)

    assert deleted
    assert ended.different == 0, "the one really deleted was still in the list; the one left out is there"


def test_one_that_dies_anywhere_goes_on_there_and_brings_each_row_once(clinic: Clinic) -> None:
    """Whichever call it dies at."""
    pages: list[str] = []
    whole = clinic.store
    for dies_at in range(1, 8):
        whole.redis.delete(keys.backfill("southside"))
        calls = 0

        def die(call: Call, dies_at: int = dies_at) -> None:
            nonlocal calls
            calls += 1
            pages.append(f"{call.template} {call.query.get('Offset')}")
            if calls == dies_at:
                raise OutcomeUnknown("the process is gone")

        for table in TABLES:
            whole.redis.delete(keys.snapshots("southside", table), keys.feeds("southside"))
        whole.redis.delete(keys.inbox("southside"), keys.lanes("inbox"), *clinic.deliveries())
        try:
            clinic.backfill(begin("prime", dict.fromkeys(TABLES), time.time()), die)
        except OutcomeUnknown:
            begun = whole.backfills.of("southside")
            assert begun
            assert not begun.ended_at
            ended = clinic.backfill(begun)
            assert ended.ended_at
        assert clinic.kinds() == {
            "first-seen": sum(len(clinic.office.rows(n)) for n in ("appointment", "patient", "patfield"))
        }
        assert clinic.unknown("Patient", "patient", "PatNum") == []
    assert len(set(pages)) == 6


def test_two_backfills_of_one_office_do_not_run_at_once(clinic: Clinic) -> None:
    """The second is told so."""
    lease = Lease(clinic.store.redis, keys.backfill_lease("southside"), "somebody else")
    with lease, pytest.raises(LeaseLost):
        clinic.prime()
    assert clinic.prime().ended_at


def test_a_backfill_closes_the_gaps_it_has_read_over_and_no_other(clinic: Clinic) -> None:
    """One that begins later than the gap leaves it open."""
    now = clinic.office.now()
    began = clinic.running.access().moment_of(f"{now:%Y-%m-%d %H:%M:%S}") - 3600
    for table in ("Appointment", "PatField"):
        clinic.store.feeds.open_gap("southside", table, Gap(began, "too-old", began))

    clinic.backfill(begin("backfill", {"Appointment": now - timedelta(hours=2), "PatField": now}, time.time()))

    assert list(clinic.store.feeds.gaps("southside")) == ["PatField"]


def test_a_table_that_the_api_shows_by_patient_only_is_said_to_be_skipped(clinic: Clinic) -> None:
    """Not silently."""
    ended = clinic.backfill(begin("backfill", {"MedicationPat": None, "Operatory": None}, time.time()))

    assert [bool(table.skipped) for table in ended.tables] == [True, False]
    assert ended.tables[1].read == len(clinic.office.rows("operatory"))
