"""Several machines, machines that do not run, and selections (domain reference §2.5 and §2.6), from a plain socket."""

from __future__ import annotations

from datetime import UTC, datetime

from odevents.simulator import Clock, Office, Simulator
from tests.contract.simulator.catcher import Catcher
from tests.contract.simulator.conftest import START
from tests.contract.simulator.replay import raw
from tests.contract.simulator.sending import cursor, subscribe


class TestWorkstations:
    def test_only_the_named_machine_fires(self, sim: Simulator, office: Office, catcher: Catcher) -> None:
        subscribe(sim, office, catcher.url, Workstation="FRONT1")
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()

        assert [caught.headers["workstation"] for caught in catcher.caught] == ["FRONT1"]

    def test_a_machine_that_does_not_exist_never_fires(self, sim: Simulator, office: Office, catcher: Catcher) -> None:
        subscribe(sim, office, catcher.url, Workstation="SRV1")
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()
        assert catcher.caught == []

    def test_without_a_name_every_machine_fires_the_same_and_they_share_one_cursor(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        number = subscribe(sim, office, catcher.url, Workstation="")
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()

        first, second = catcher.caught
        assert (first.headers["workstation"], second.headers["workstation"]) == ("SRV01", "FRONT1")
        assert first.body == second.body
        assert cursor(office, number) == "2026-03-02 17:00:01"

    def test_a_machine_that_runs_two_programs_sends_everything_twice(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        office.workstations = ("SRV01", "SRV01")
        subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()

        first, second = catcher.caught
        assert (first.headers, first.body) == (second.headers, second.body)

    def test_while_no_program_runs_nothing_is_polled_and_afterwards_it_goes_on(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        number = subscribe(sim, office, catcher.url)
        office.workstations = ()
        office.change("appointment", 3, Note="Changed on Friday")
        sim.pass_time(hours=40, wake_every=600)
        assert catcher.caught == []
        assert cursor(office, number) == "2026-03-02 17:00:00"

        office.workstations = ("SRV01",)
        sim.poll_now()
        assert [row["AptNum"] for row in catcher.caught[0].rows] == [3]

    def test_changes_of_the_hour_that_clocks_repeat_in_autumn_lie_before_the_cursor(self, catcher: Catcher) -> None:
        office = Office("lakewood", patients=10, zone="America/Denver")
        before_the_change = Clock.still(datetime(2026, 11, 1, 7, 30, tzinfo=UTC))
        with Simulator([office], clock=before_the_change, poll=False) as sim:
            subscribe(sim, office, catcher.url)
            sim.clock.advance(minutes=20)
            sim.poll_now()
            sim.clock.advance(minutes=20)
            office.change("appointment", 3, Note="At 1:10 for the second time")
            sim.poll_now()
            assert catcher.caught == []

            sim.clock.advance(hours=1)
            office.change("appointment", 4, Note="After it")
            sim.poll_now()
            assert [row["AptNum"] for row in catcher.caught[0].rows] == [4]


class TestSelection:
    def test_selecting_another_patient_fires_one_object_at_once(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        raw(sim, office, "POST", "/subscriptions", {"EndPointUrl": catcher.url, "UiEventType": "PatientSelected"})
        assert office.select_patient(7, "FRONT1")
        sim.pollers["southside"].fire_selections()

        (caught,) = catcher.caught
        assert caught.headers["event-type"] == "UiEventType: PatientSelected"
        assert caught.headers["workstation"] == "FRONT1"
        assert list(caught.rows) == PATIENT_SELECTED_FIELDS
        assert caught.rows["PatNum"] == 7
        assert isinstance(caught.rows["ClinicNum"], str)
        assert caught.rows["BillingType"] == "StandardAccount"

    def test_selecting_the_same_patient_again_does_not_fire(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        raw(sim, office, "POST", "/subscriptions", {"EndPointUrl": catcher.url, "UiEventType": "PatientSelected"})
        assert [office.select_patient(n, "FRONT1") for n in (7, 7, 8, 7)] == [True, False, True, True]
        sim.pollers["southside"].fire_selections()

        assert [caught.rows["PatNum"] for caught in catcher.caught] == [7, 8, 7]

    def test_a_selection_is_not_sent_again_when_it_failed(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        raw(sim, office, "POST", "/subscriptions", {"EndPointUrl": catcher.url, "UiEventType": "PatientSelected"})
        catcher.answers = [500]
        office.select_patient(7, "FRONT1")
        sim.poll_now()
        sim.poll_now()
        assert len(catcher.caught) == 1

    def test_by_itself_the_simulator_fires_a_selection_without_being_polled(self, catcher: Catcher) -> None:
        office = Office("southside", patients=10)
        with Simulator([office], clock=Clock.still(START)) as sim:
            raw(sim, office, "POST", "/subscriptions", {"EndPointUrl": catcher.url, "UiEventType": "PatientSelected"})
            office.select_patient(7)
            catcher.await_count(1)


PATIENT_SELECTED_FIELDS = [
    "PatNum", "LName", "FName", "MiddleI", "Preferred", "PatStatus", "Gender", "Position", "Birthdate", "SSN",
    "Address", "Address2", "City", "State", "Zip", "HmPhone", "WkPhone", "WirelessPhone", "Guarantor", "Email",
    "EstBalance", "PriProv", "priProvAbbr", "SecProv", "secProvAbbr", "BillingType", "ImageFolder", "ChartNumber",
    "MedicaidID", "BalTotal", "DateFirstVisit", "ClinicNum", "clinicAbbr", "PreferConfirmMethod",
    "PreferContactMethod", "PreferRecallMethod", "Language", "siteDesc", "DateTStamp", "TxtMsgOk", "SecDateEntry",
]  # fmt: skip
"""Copied from the example of the API Events page."""
