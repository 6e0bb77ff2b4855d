"""What a user's test gets from ``odevents.testing``, used as the how-to shows it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from odevents.events.change import Kind
from odevents.events.delivery import rows_in
from odevents.simulator import Simulator
from odevents.testing import (
    a_change,
    a_deleted_appointment,
    a_patfield,
    a_patient,
    a_row,
    a_selected_patient,
    an_appointment,
    an_event,
)

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "test-your-handlers.md"


def test_the_worked_example_of_the_how_to_runs_as_printed(tmp_path: Path) -> None:
    files = dict(re.findall(r"```python title=\"(.+?)\"\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL))
    assert {"conftest.py", "rebooking.py", "test_rebooking.py"} <= set(files)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{files['test_rebooking.py'].count('def test_')} passed" in done.stdout


@pytest.mark.parametrize("build", [an_appointment, a_deleted_appointment, a_patient, a_patfield, a_selected_patient])
def test_a_builders_row_is_complete_and_refuses_what_rows_do_not_have(build: Any) -> None:
    row = build()
    assert row["PatNum"] == 12
    assert build(PatNum=7)["PatNum"] == 7
    with pytest.raises(KeyError, match="AptStaus"):
        build(AptStaus="Broken")


@pytest.mark.parametrize(
    "watch", ["Appointment", "AppointmentDeleted", "Patient", "PatField", "Operatory", "Provider", "Schedule"]
)
def test_a_builders_row_has_the_fields_and_types_that_the_simulator_sends(watch: str) -> None:
    from odevents.simulator import Office as Clinic
    from odevents.simulator.events.watch import WATCHES

    clinic = Clinic("testville", patients=30)
    Simulator([clinic], poll=False).stop()
    table = WATCHES[watch]
    sent = clinic.store.objects(table.table, table.shape)[0]
    built = a_row(watch)
    assert list(built) == list(sent)
    money = {field.name for field in table.shape if field.kind == "money"}  # a whole amount carries no fraction
    assert {name: type(value) for name, value in built.items() if name not in money} == {
        name: type(value) for name, value in sent.items() if name not in money
    }
    assert {type(sent[name]) for name in money} <= {int, float}


def test_a_change_is_an_update_with_before_and_a_creation_without() -> None:
    updated = a_change(an_appointment(AptStatus="Broken"), before={"AptStatus": "Scheduled"})
    assert (updated.kind, updated.fields) == (Kind.UPDATED, frozenset({"AptStatus"}))
    assert updated.before is not None
    assert (updated.before.AptStatus, updated.row.AptStatus) == ("Scheduled", "Broken")
    assert a_change(a_patfield(), table="PatField").kind is Kind.CREATED
    assert a_change(a_deleted_appointment(), table="AppointmentDeleted", kind="deleted").kind is Kind.DELETED


def test_an_event_is_the_post_that_open_dental_sends() -> None:
    headers, body = an_event("Appointment", an_appointment(), an_appointment(AptNum=2))
    assert headers["Event-Type"] == "WatchTable: Appointment"
    assert headers["Authorization"] == "customer-key-of-testville"
    assert [row["AptNum"] for row in rows_in(body)] == [1, 2]  # type: ignore[index]
    headers, body = an_event("PatientSelected", a_selected_patient(PatNum=5))
    assert headers["Event-Type"] == "UiEventType: PatientSelected"
    assert msgspec.json.decode(body)["PatNum"] == 5


def test_a_built_appointments_confirmation_is_one_that_an_office_has() -> None:
    from odevents.simulator import Office as Clinic

    clinic = Clinic("testville")
    Simulator([clinic], poll=False).stop()
    built = an_appointment()
    assert clinic.row("definition", built["Confirmed"])["ItemName"] == built["confirmed"]


def test_no_rows_are_invented_for_a_table_that_nobody_documents() -> None:
    for unknown in ("Commlog", "PatFieldDeleted"):
        with pytest.raises(KeyError):
            a_row(unknown)
