"""Backfill against the pretend office: every row, each once, and nothing the second time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
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
        self,
        record: BackfillRecord,
        before: Sent = lambda _: None,
        *,
        understand: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> BackfillRecord:
        """Run it to its end."""
        access = self.running.access()
        with self.running.runtime.session(access) as session:
            client = OpenDental(Watched(session, before))
            ended = run_backfill(self.store, access, client, record, lambda _: None, clock)
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
        if call.query.get("Offset") == "90" and not deleted:
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


def test_a_gap_that_opened_after_a_table_was_read_stays(clinic: Clinic) -> None:
    """Also where the backfill was interrupted then, and goes on with the other tables."""
    began = time.time()
    with_since = begin("backfill", dict.fromkeys(TABLES, clinic.office.now() - timedelta(days=9)), began)
    asked: list[str] = []

    def die(call: Call) -> None:
        asked.append(call.template)
        if call.template == "patfields":
            raise OutcomeUnknown("the process is gone")

    with pytest.raises(OutcomeUnknown):
        clinic.backfill(with_since, die)
    interrupted = clinic.store.backfills.of("southside")
    assert interrupted
    assert [table.done for table in interrupted.tables] == [True, True, False]
    for table in ("Appointment", "PatField"):
        clinic.store.feeds.open_gap("southside", table, Gap(began, "passed", time.time()))
    later = time.time() + 3600
    ended = clinic.backfill(interrupted, clock=lambda: later)

    assert ended.ended_at
    assert list(clinic.store.feeds.gaps("southside")) == ["Appointment"]


def test_a_second_outage_in_a_gap_is_not_closed_by_what_was_read_before_it(clinic: Clinic) -> None:
    """The gap still begins where the first did; seen again, the same outage changes nothing."""
    began = time.time()
    gaps = clinic.store.feeds
    gaps.open_gap("southside", "Appointment", Gap(began - 3600, "passed", began - 1800))
    gaps.open_gap("southside", "Appointment", Gap(began - 3600, "passed", began - 60))
    assert gaps.gaps("southside")["Appointment"].found_at == began - 1800

    def fail_again(_: Call) -> None:
        gaps.open_gap("southside", "Appointment", Gap(time.time(), "passed", time.time()))

    since = begin("backfill", {"Appointment": clinic.office.now() - timedelta(days=9)}, began)
    clinic.backfill(since, fail_again)
    assert gaps.gaps("southside")["Appointment"].since == began - 3600

    clinic.backfill(since)
    assert gaps.gaps("southside") == {}


def test_priming_says_of_no_table_that_all_is_known_where_it_is_not(clinic: Clinic) -> None:
    """Schedules are listed for some days only; a row that nobody can read stays unknown."""
    clinic.office.change("patfield", clinic.office.rows("patfield")[0]["PatFieldNum"], PatNum="nobody")

    ended = clinic.prime("Schedule", "PatField", "Operatory")

    assert [table.unreadable for table in ended.tables] == [0, 1, 0]
    assert clinic.store.feed("southside", "Operatory")[0] == "*"
    assert clinic.store.feed("southside", "Schedule")[0][:2] == "20"
    assert clinic.store.feed("southside", "PatField")[0][:2] == "20"


def test_a_row_that_moves_to_the_page_before_is_read_all_the_same(clinic: Clinic) -> None:
    """Others were deleted meanwhile, a few or more than pages overlap; also where the reading was interrupted."""
    for gone, interrupted in ((3, False), (40, False), (3, True), (40, True)):
        numbers = [row["AptNum"] for row in clinic.office.rows("appointment")]
        assert len(numbers) > clinic.office.page_size, "or there is no second page"
        clinic.store.redis.delete(keys.snapshots("southside", "Appointment"))
        deleted: list[int] = []

        def delete(call: Call, gone: int = gone, first: list[int] = numbers[:40], deleted: list[int] = deleted) -> None:
            if call.query.get("Offset") == "90" and not deleted:
                deleted += first[:gone]
                for number in deleted:
                    clinic.office.delete("appointment", number)
                if interrupted:  # noqa: B023  called in this turn
                    raise OutcomeUnknown("the process is gone")

        with suppress(OutcomeUnknown):
            clinic.backfill(begin("backfill", {"Appointment": None}, time.time()), delete)
        left = clinic.store.backfills.of("southside")
        assert left
        assert bool(left.ended_at) is not interrupted
        if interrupted:
            clinic.backfill(left)
        assert deleted
        assert clinic.unknown("Appointment", "appointment", "AptNum") == []


def test_one_interrupted_long_ago_reads_the_table_from_its_beginning(clinic: Clinic) -> None:
    """And schedules then for the days around the new beginning; within minutes, for those around the old."""
    asked: list[tuple[object, ...]] = []

    def die_at(number: int) -> Callable[[Call], None]:
        def die(call: Call) -> None:
            asked.append(tuple(call.query.get(name) for name in ("Offset", "dateStart")))
            if len(asked) == number:
                raise OutcomeUnknown("the process is gone")

        return die

    midnight = clinic.running.access().moment_of("2026-03-04 00:00:00")
    with pytest.raises(OutcomeUnknown):
        clinic.backfill(begin("backfill", {"Schedule": None}, midnight), die_at(2), clock=lambda: midnight - 60)
    for now in (midnight + 60, midnight + 600):
        interrupted = clinic.store.backfills.of("southside")
        assert interrupted
        with pytest.raises(OutcomeUnknown):
            clinic.backfill(interrupted, die_at(len(asked) + 1), clock=partial(float, now))

    assert asked == [("0", "2026-02-24"), ("90", "2026-02-24"), ("90", "2026-02-24"), ("0", "2026-02-25")]


def test_a_table_that_the_api_shows_by_patient_only_is_said_to_be_skipped(clinic: Clinic) -> None:
    """Not silently."""
    ended = clinic.backfill(begin("backfill", {"MedicationPat": None, "Operatory": None}, time.time()))

    assert [bool(table.skipped) for table in ended.tables] == [True, False]
    assert ended.tables[1].read == len(clinic.office.rows("operatory"))
