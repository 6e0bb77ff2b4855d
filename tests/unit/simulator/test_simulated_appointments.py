"""Appointments and what their special verbs really do."""

from __future__ import annotations

from typing import Any

import pytest

from odevents.simulator import Office
from tests.unit.simulator.conftest import Ask


@pytest.fixture
def scheduled(office: Office) -> int:
    return office.insert("appointment", PatNum=5, AptStatus="Scheduled", AptDateTime="2026-03-09 09:00:00", ProvNum=1)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("None", "Not Called"),
        ("Sent", "Texted"),
        ("Confirmed", "Appointment Confirmed"),
        ("Not Accepted", "Not Accepted"),
        ("Failed", "Send Failed"),
    ],
)
def test_what_confirming_means_is_up_to_the_offices_preferences(
    ask: Ask, office: Office, scheduled: int, value: str, status: str
) -> None:
    office.change("appointment", scheduled, Confirmed=207)
    assert ask("PUT", f"appointments/{scheduled}/Confirm", confirmVal=value).status == 200
    assert ask("GET", f"appointments/{scheduled}").body["confirmed"] == status  # type: ignore[index]


def test_an_office_that_mapped_confirmed_to_something_else_gets_that(ask: Ask, office: Office, scheduled: int) -> None:
    office.store.set_preference("ApptEConfirmStatusAccepted", "206")
    ask("PUT", f"appointments/{scheduled}/Confirm", confirmVal="Confirmed")
    assert office.row("appointment", scheduled)["Confirmed"] == 206


@pytest.mark.parametrize(
    "body", [{}, {"confirmVal": "Confirmed", "defNum": 205}, {"confirmVal": "Yes"}, {"defNum": 201}]
)
def test_confirm_wants_exactly_one_valid_value(ask: Ask, scheduled: int, body: dict[str, Any]) -> None:
    assert ask("PUT", f"appointments/{scheduled}/Confirm", **body).status in (400, 404)
    assert ask("PUT", f"appointments/{scheduled}/Confirm", defNum=205).status == 200


def test_a_note_goes_below_the_old_one_every_time(ask: Ask, office: Office, scheduled: int) -> None:
    for _ in range(2):
        assert ask("PUT", f"appointments/{scheduled}/Note", Note="Called").body is None
    assert office.row("appointment", scheduled)["Note"] == "Called\r\nCalled"


def test_a_put_overwrites_the_note(ask: Ask, office: Office, scheduled: int) -> None:
    office.change("appointment", scheduled, Note="Old")
    ask("PUT", f"appointments/{scheduled}", Note="New")
    assert office.row("appointment", scheduled)["Note"] == "New"


def test_breaking_takes_it_off_the_book_or_leaves_it_there(ask: Ask, office: Office, scheduled: int) -> None:
    assert ask("PUT", f"appointments/{scheduled}/Break", sendToUnscheduledList="true").status == 200
    assert office.row("appointment", scheduled)["AptStatus"] == "UnschedList"
    office.change("appointment", scheduled, AptStatus="Scheduled")
    assert ask("PUT", f"appointments/{scheduled}/Break", sendToUnscheduledList="False").status == 200
    assert office.row("appointment", scheduled)["AptStatus"] == "Broken"


def test_breaking_writes_the_fee_and_the_commlog_that_the_preferences_ask_for(
    ask: Ask, office: Office, scheduled: int
) -> None:
    before = len(office.rows("commlog", PatNum=5))
    ask("PUT", f"appointments/{scheduled}/Break", sendToUnscheduledList="true", breakType="Missed")
    (fee,) = office.rows("procedurelog", AptNum=scheduled)
    assert office.row("procedurecode", fee["CodeNum"])["ProcCode"] == "D9986"
    assert len(office.rows("commlog", PatNum=5)) == before + 1

    office.store.set_preference("BrokenApptProcedure", "0")
    office.change("appointment", scheduled, AptStatus="Scheduled")
    answer = ask("PUT", f"appointments/{scheduled}/Break", sendToUnscheduledList="true", breakType="Missed")
    assert answer.status == 400
    assert office.row("appointment", scheduled)["AptStatus"] == "Scheduled"


def test_only_a_scheduled_appointment_can_be_broken(ask: Ask, office: Office, scheduled: int) -> None:
    office.change("appointment", scheduled, AptStatus="Complete")
    assert ask("PUT", f"appointments/{scheduled}/Break", sendToUnscheduledList="true").status == 400


def test_a_new_appointment_gets_the_documented_defaults_and_its_location(ask: Ask, office: Office) -> None:
    answer = ask("POST", "appointments", PatNum=5, Op=2, AptDateTime="2026-03-09 09:00:00")
    assert answer.status == 201
    body = answer.body
    assert isinstance(body, dict)
    assert (body["AptStatus"], body["Pattern"], body["confirmed"], body["ProvHyg"]) == (
        "Scheduled", "/XX/", "Not Called", 0,
    )  # fmt: skip
    assert body["ProvNum"] == office.row("patient", 5)["PriProv"]
    assert answer.headers["location"].endswith(f"/appointments/{body['AptNum']}")


def test_a_pattern_is_cut_at_nine_hours(ask: Ask, office: Office, scheduled: int) -> None:
    ask("PUT", f"appointments/{scheduled}", Pattern="X" * 200)
    assert len(office.row("appointment", scheduled)["Pattern"]) == 108


def test_arrival_is_given_as_a_time_of_the_appointments_day(ask: Ask, office: Office, scheduled: int) -> None:
    ask("PUT", f"appointments/{scheduled}", DateTimeArrived="08:55:00")
    assert office.row("appointment", scheduled)["DateTimeArrived"] == "2026-03-09 08:55:00"
    assert ask("PUT", f"appointments/{scheduled}", DateTimeArrived="2026-03-09").status == 400


def test_a_slot_is_open_until_somebody_books_it(ask: Ask, office: Office) -> None:
    for row in office.rows("appointment"):
        office.delete("appointment", row["AptNum"])
    slots = ask("GET", "appointments/Slots?date=2026-03-09&ProvNum=1").body
    assert slots == [
        {"DateTimeStart": "2026-03-09 08:00:00", "DateTimeEnd": "2026-03-09 17:00:00", "ProvNum": 1, "OpNum": 1}
    ]
    kind = office.rows("definition", Category=42)[0]["DefNum"]
    booking = {
        "PatNum": 5, "DateTimeStart": "2026-03-09 09:00:00", "DateTimeEnd": "2026-03-09 09:30:00", "ProvNum": 1,
        "OpNum": 1, "defNumApptType": kind,
    }  # fmt: skip
    assert ask("POST", "appointments/WebSched", **booking).status == 201
    again = ask("POST", "appointments/WebSched", **booking)
    assert (again.status, again.body) == (404, "Timeslot is no longer available")
    spans = ask("GET", "appointments/Slots?date=2026-03-09&ProvNum=1&lengthMinutes=90").body
    assert [(s["DateTimeStart"][11:], s["DateTimeEnd"][11:]) for s in spans] == [("09:30:00", "17:00:00")]  # type: ignore[attr-defined]
    made = ask("GET", "appointments/WebSched?date=2026-03-09").body
    assert [row["eServiceLogType"] for row in made] == ["NewPat"]  # type: ignore[attr-defined]


def test_a_planned_appointment_is_scheduled_once_and_takes_its_procedures_along(ask: Ask, office: Office) -> None:
    procedure = office.insert("procedurelog", PatNum=5, CodeNum=1, ProcStatus="TP")
    planned = ask("POST", "appointments/Planned", PatNum=5, procNums=[procedure]).body
    assert isinstance(planned, dict)
    assert planned["AptStatus"] == "Planned"
    time = {"AptNum": planned["AptNum"], "AptDateTime": "2026-03-09 09:00:00", "ProvNum": 1, "Op": 1}
    made = ask("POST", "appointments/SchedulePlanned", **time).body
    assert isinstance(made, dict)
    assert (made["AptStatus"], made["NextAptNum"]) == ("Scheduled", planned["AptNum"])
    assert office.row("procedurelog", procedure)["AptNum"] == made["AptNum"]
    assert ask("POST", "appointments/SchedulePlanned", **time).status == 400


def test_every_change_leaves_a_line_of_history(ask: Ask, office: Office, scheduled: int) -> None:
    ask("PUT", f"appointments/{scheduled}/Note", Note="x")
    office.delete("appointment", scheduled)
    history = ask("GET", f"histappointments?AptNum={scheduled}").body
    assert [row["HistApptAction"] for row in history] == ["Created", "Changed", "Deleted"]  # type: ignore[attr-defined]
