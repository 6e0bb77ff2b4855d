"""An event travels end to end, through real processes: received, kept, understood, answered back."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.support.installation import Installation, until
from tests.support.spec_requests import APPOINTMENTS, PATIENT_SELECTED, header


def curl(running: Installation, path: str, example: int, body: str) -> tuple[int, str]:
    """Send one of the page's example requests byte for byte; return status and reason."""
    finished = subprocess.run(
        ["curl", "-sS", "-X", "POST", "--data-binary", "@-", "-w", "\n%{http_code}"]
        + [f"-H{name}: {header(example, name)}" for name in ("Authorization", "Workstation", "Event-Type")]
        + ["-H", "Content-Type:", f"http://127.0.0.1:{running.port}{path}"],
        input=body.encode(),
        capture_output=True,
        check=True,
    )
    reason, _, status = finished.stdout.decode().strip().rpartition("\n")
    return int(status), reason.strip()


def listed(running: Installation, *arguments: str) -> Any:
    """What a command of ours prints as JSON."""
    from tests.support.command import run

    return json.loads(run(running, *arguments, "--json").stdout)


def outcome(running: Installation, delivery: str) -> Any:
    """How the only row of a delivery ended."""

    def rows() -> Any:
        return running.runtime.store.inbox.outcomes("southside", delivery)

    return until(rows, what=f"understanding {delivery}")[0]


@pytest.fixture
def the_printed_appointment(running: Installation) -> Any:
    """The row of the example, as the pretend office has it too: unconfirmed and of an existing patient."""
    office = running.clinic.office("southside")
    row = json.loads(APPOINTMENTS)[0]
    unconfirmed = office.rows("definition", Category=2, ItemName="Not Called")[0]["DefNum"]
    office.change(
        "appointment", row["AptNum"], PatNum=row["PatNum"], Confirmed=unconfirmed, Note="", AptStatus="Scheduled"
    )
    return row


def test_the_example_requests_are_kept_understood_and_answered_back(
    running: Installation, the_printed_appointment: Any
) -> None:
    """Byte for byte, then again, then with one field changed: first seen, duplicate, updated; each write once."""
    office = running.clinic.office("southside")

    status, first = curl(running, "/apievents/appointmentevent", 0, APPOINTMENTS)
    assert (status, first[:8]) == (200, "kept as ")
    status, selected = curl(running, "/apievents/PatientSelected", 1, PATIENT_SELECTED)
    assert status == 200
    status, again = curl(running, "/apievents/appointmentevent", 0, APPOINTMENTS)
    assert status == 200
    changed = APPOINTMENTS.replace('"//XXXX//"', '"//XXXXXX//"')
    assert changed != APPOINTMENTS
    status, updated = curl(running, "/apievents/appointmentevent", 0, changed)
    assert status == 200

    deliveries = [said.split()[-1] for said in (first, selected, again, updated)]
    kinds = [outcome(running, delivery).kind for delivery in deliveries]
    assert kinds == ["first-seen", "selected", "duplicate", "updated"]
    assert outcome(running, deliveries[3]).fields == ["Pattern"]
    assert outcome(running, deliveries[3]).old == {"Pattern": "//XXXX//"}

    by_id = {entry["delivery"]: entry for entry in listed(running, "deliveries", "list")}
    shown = [[by_id[d]["table"], by_id[d]["workstation"], by_id[d]["office"]] for d in deliveries]
    assert shown == [
        ["Appointment", "MOLLYR", "southside"],
        ["PatientSelected", "MOLLYR", "southside"],
        ["Appointment", "MOLLYR", "southside"],
        ["Appointment", "MOLLYR", "southside"],
    ]

    until(running.idle, what="the end of all writes")
    assert sorted(running.writes()) == [
        ("POST", "/commlogs"),
        ("PUT", "/appointments/18/Confirm"),
        ("PUT", "/appointments/18/Note"),
    ]
    accepted = office.rows("definition", Category=2, ItemName="Appointment Confirmed")[0]["DefNum"]
    appointment = office.row("appointment", 18)
    assert appointment["Confirmed"] == accepted
    assert appointment["Note"].startswith("Pattern changed 20")
    written = [log for log in office.rows("commlog", PatNum=17) if log["Note"].startswith("Pattern of ")]
    assert len(written) == 1

    curl(running, "/apievents/appointmentevent", 0, changed)
    until(running.idle)
    assert len(running.writes()) == 3, "a resend must not write again"


def test_a_thousand_rows_with_one_that_cannot_be_read(running: Installation) -> None:
    """The one is a dead letter with its reason; the other 999 are understood, and Open Dental moves on."""
    row = json.loads(APPOINTMENTS)[0]
    rows = [{**row, "AptNum": 50_000 + number} for number in range(1000)]
    rows[500]["DateTStamp"] = "the day before yesterday"

    entry = running.processed(running.post(rows, Event_Type="WatchTable: Appointment"))

    assert entry.kinds == {"first-seen": 999, "unreadable": 1}
    letters = [letter for letter in running.runtime.store.dead_letters.recent(10) if letter.delivery == entry.id]
    assert [(letter.of, letter.row, letter.code) for letter in letters] == [("row", 500, "bad-stamp")]
    assert json.loads(running.runtime.store.dead_letters.content(letters[0])) == rows[500]


def test_one_odd_row_costs_one_row(running: Installation) -> None:
    """A patient that is missing, a number beyond 64 bits, a nested value: the rows beside them are reacted to."""
    row = {**json.loads(APPOINTMENTS)[0], "AptStatus": "Scheduled"}
    known = [{**row, "AptNum": 61_000 + number, "DateTStamp": "2026-03-02 09:00:00"} for number in range(4)]
    changed = [{**one, "Confirmed": 999, "DateTStamp": "2026-03-02 09:01:00"} for one in known]
    changed[1] |= {"PatNum": 0}
    changed[2] |= {"Future": 10**30, "Nested": {"deep": [10**25, {"er": None}]}}
    running.processed(running.post(known, Event_Type="WatchTable: Appointment"))
    entry = running.processed(running.post(changed, Event_Type="WatchTable: Appointment"))
    again = running.processed(running.post(changed, Event_Type="WatchTable: Appointment"))

    assert (entry.status, entry.kinds) == ("processed", {"updated": 4})
    assert again.kinds == {"duplicate": 4}, "the odd values were kept exactly"
    assert len(entry.wanted["confirmed-elsewhere"]) == 3
    letters = [letter for letter in running.runtime.store.dead_letters.recent(10) if letter.delivery == entry.id]
    assert [(letter.row, letter.code) for letter in letters] == [(1, "no-patient")]


def test_a_body_of_more_rows_than_documented_is_understood_too(running: Installation) -> None:
    """Versions before 23.2.1 sent everything in one body."""
    rows = [{"OperatoryNum": number, "OpName": f"Op {number}"} for number in range(1, 6001)]

    assert running.processed(running.post(rows, Event_Type="WatchTable: Operatory")).kinds == {"first-seen": 6000}


def test_an_unknown_table_with_unknown_columns_is_kept_and_compared(running: Installation) -> None:
    """A newer Open Dental version must never stall a feed."""
    row = {"FutureThingNum": 4, "Whatever": {"nested": [1, 2]}, "DateTStamp": "2026-01-05 08:00:00"}

    first = running.processed(running.post([row], Event_Type="WatchTable: FutureThing"))
    second = running.processed(running.post([{**row, "Whatever": None}], Event_Type="WatchTable: FutureThing"))

    assert (first.table, first.kinds, second.kinds) == ("FutureThing", {"first-seen": 1}, {"updated": 1})


def test_an_older_row_never_replaces_a_newer_one(running: Installation) -> None:
    """What comes late is stale, and what was newer stays."""
    row = {**json.loads(APPOINTMENTS)[0], "AptNum": 60_001, "PatNum": 0}
    versions = [
        {**row, "Op": 5, "DateTStamp": "2026-03-02 09:00:00"},
        {**row, "Op": 4, "DateTStamp": "2026-03-02 08:59:59"},
        {**row, "Op": 5, "DateTStamp": "2026-03-02 09:00:00"},
    ]

    kinds = [running.processed(running.post([v], Event_Type="WatchTable: Appointment")).kinds for v in versions]

    assert kinds == [{"first-seen": 1}, {"stale": 1}, {"duplicate": 1}]


def test_a_deleted_appointment_does_not_come_back_by_an_older_copy(running: Installation) -> None:
    """A resend of the window from before the deletion finds a tombstone."""
    row = {**json.loads(APPOINTMENTS)[0], "AptNum": 60_002, "DateTStamp": "2026-03-02 09:00:00"}
    gone = {"HistApptNum": 7, "HistApptAction": "Deleted", "HistDateTStamp": "2026-03-02 09:05:00", **row}

    running.processed(running.post([row], Event_Type="WatchTable: Appointment"))
    deleted = running.processed(running.post([gone], Event_Type="WatchTable: AppointmentDeleted"))
    late = running.processed(running.post([{**row, "Op": 9}], Event_Type="WatchTable: Appointment"))

    assert (deleted.kinds, late.kinds) == ({"deleted": 1}, {"stale": 1})


def test_an_office_in_dry_run_mode_is_never_written_to(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What would have been written is recorded, and the office's API is not called at all."""
    from tests.support.installation import installation

    with installation(tmp_path_factory.mktemp("dry"), "serve", "worker", mode="dry-run") as running:
        calls_before = len(running.clinic.office("southside").calls)
        row = {**json.loads(APPOINTMENTS)[0]}
        running.processed(running.post([row], Event_Type="WatchTable: Appointment"))
        entry = running.processed(
            running.post(
                [{**row, "Pattern": "/X/", "DateTStamp": "2026-01-01 00:00:00"}], Event_Type="WatchTable: Appointment"
            )
        )
        until(running.idle)

        ids = entry.wanted["pattern-changed"]
        states = {running.runtime.store.ledger.get("southside", write).state for write in ids}  # type: ignore[union-attr]
        assert (len(ids), states) == (3, {"dry-run"})
        assert len(running.clinic.office("southside").calls) == calls_before
