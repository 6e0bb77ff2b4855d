"""Handlers in Python: what they write takes effect once, however often they have to run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.installation import Installation, installation, until
from tests.support.spec_requests import APPOINTMENTS

HANDLERS = '''
from pathlib import Path

from odevents import Change, Office, on
from odevents.client.resources.appointments import Appointment

RUNS = Path(__file__).parent / "runs"


@on(Appointment, "updated", changed="Pattern")
def rebook(change: Change[Appointment], office: Office) -> None:
    """Writes twice, and fails in between the first two times."""
    runs = len(RUNS.read_text()) if RUNS.exists() else 0
    RUNS.write_text("x" * (runs + 1))
    before = change.before
    assert before is not None and before.Pattern != change.row.Pattern
    office.client.appointments.note(change.row.AptNum, Note=f"Was {len(before.Pattern)} long")
    if runs < 2:
        raise RuntimeError("an author's mistake")
    made = office.client.commlogs.create(PatNum=change.row.PatNum, Note="Call to rebook")
    assert made is not None and made.CommlogNum


@on(Appointment, "updated", changed="Pattern")
def unrelated(change: Change[Appointment], office: Office) -> None:
    """Another handler of the same change."""
    office.client.appointments.update(change.row.AptNum, Op=change.row.Op + 1)
'''


@pytest.fixture(scope="module")
def handled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation whose reactions are handlers, after one change they wanted."""
    folder = tmp_path_factory.mktemp("handlers")
    (folder / "rebooking.py").write_text(HANDLERS)
    with installation(folder, "serve", "worker", reactions="", handlers=["rebooking"]) as running:
        office = running.clinic.office("southside")
        row = json.loads(APPOINTMENTS)[0]
        office.change("appointment", 18, PatNum=17, Note="", Op=1)
        running.processed(running.post([row], Event_Type="WatchTable: Appointment"))
        running.processed(running.post([{**row, "Pattern": "/X/", "Op": 1}], Event_Type="WatchTable: Appointment"))
        until(running.idle, within=30, what="the end of all writes")
        yield running


def test_a_handler_that_failed_is_run_again_and_its_writes_take_effect_once(handled: Installation) -> None:
    """The note of the first run is not written by the second and third."""
    runs = (handled.folder / "runs").read_text()

    assert len(runs) == 3
    assert handled.writes().count(("PUT", "/appointments/18/Note")) == 1
    assert handled.writes().count(("POST", "/commlogs")) == 1


def test_what_a_handler_writes_is_marked_and_stands_in_the_ledger(handled: Installation) -> None:
    """So that it is recognised when it comes back, and when its answer was lost."""
    note = handled.clinic.office("southside").row("appointment", 18)["Note"]

    assert note.startswith("Was 8 long [ode:")


def test_handlers_of_one_change_do_not_wait_for_each_others_mistakes(handled: Installation) -> None:
    """Each has its own entry in the ledger."""
    assert handled.writes().count(("PUT", "/appointments/18")) == 1
    assert handled.clinic.office("southside").row("appointment", 18)["Op"] == 2


def test_a_handler_in_a_dry_run_office_reads_but_writes_nothing(tmp_path: Path) -> None:
    """It runs, so that its author sees what it would do."""
    (tmp_path / "rehearsed.py").write_text(
        "from odevents import on\n"
        "from odevents.client.resources.appointments import Appointment\n"
        "@on(Appointment, 'updated')\n"
        "def rehearse(change, office):\n"
        "    found = office.client.appointments.get(change.row.AptNum)\n"
        "    assert office.client.appointments.note(found.AptNum, Note='x') is None\n"
    )
    with installation(tmp_path, "serve", "worker", reactions="", handlers=["rehearsed"], mode="dry-run") as running:
        row = json.loads(APPOINTMENTS)[0]
        running.processed(running.post([row], Event_Type="WatchTable: Appointment"))
        entry = running.processed(running.post([{**row, "Op": 9}], Event_Type="WatchTable: Appointment"))
        until(running.idle)

        calls = [(call.verb, call.status) for call in running.clinic.office("southside").calls]
        write = running.runtime.store.ledger.get("southside", entry.wanted["rehearse"][0])
        assert calls == [("GET", 200)]
        assert write is not None
        assert write.state == "dry-run"
