"""Each clause of how Open Dental sends events (domain reference §2.1 and §2.4 to §2.6), seen from a plain socket.

Time stands still but for what a test moves, and every poll is asked for, so nothing here waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from odevents.simulator import Clock, Office, Simulator
from odevents.simulator.clock import moment
from tests.contract.simulator.catcher import Catcher
from tests.contract.simulator.replay import raw

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@pytest.fixture
def office() -> Office:
    return Office("southside", patients=20, zone="UTC", workstations=("SRV01", "FRONT1"))


@pytest.fixture
def sim(office: Office) -> Iterator[Simulator]:
    with Simulator([office], clock=Clock.still(START), poll=False) as simulator:
        yield simulator


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    with Catcher() as listening:
        yield listening


def subscribe(sim: Simulator, office: Office, url: str, table: str = "Appointment", **fields: Any) -> int:
    body = {"EndPointUrl": url, "WatchTable": table, "PollingSeconds": 5, "Workstation": "SRV01"} | fields
    answer = raw(sim, office, "POST", "/subscriptions", body)
    assert answer.status == 201, answer.text
    return int(answer.json["SubscriptionNum"])


def cursor(office: Office, number: int) -> str:
    return str(office.row("apisubscription", number)["DateTimeStart"])


class TestTheRequest:
    def test_it_is_a_post_with_the_bare_customer_key_the_machine_and_the_type(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()

        (caught,) = catcher.caught
        assert caught.line == "POST /od HTTP/1.1"
        assert caught.headers["authorization"] == "customer-key-of-southside"
        assert caught.headers["workstation"] == "SRV01"
        assert caught.headers["event-type"] == "WatchTable: Appointment"

    def test_a_database_event_is_an_array_even_of_one_full_row_in_the_documented_order(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()

        (row,) = catcher.caught[0].rows
        assert list(row) == APPOINTMENT_FIELDS
        assert row["AptNum"] == 3
        assert row["Note"] == "Changed"
        assert row["TimeLocked"] == "false"

    @pytest.mark.parametrize(
        ("version", "there"),
        [("22.4.27", set()), ("22.4.28", {"workstation"}), ("22.4.35", {"workstation", "event-type"})],
    )
    def test_older_versions_lack_headers(
        self, sim: Simulator, office: Office, catcher: Catcher, version: str, there: set[str]
    ) -> None:
        subscribe(sim, office, catcher.url)
        office.version = version
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()

        assert set(catcher.caught[0].headers) & {"workstation", "event-type"} == there


class TestTheWindow:
    def test_a_change_is_sent_once_and_by_whom_it_was_made_does_not_matter(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="By a person")
        raw(sim, office, "PUT", "/appointments/4/Note", {"Note": "Through the API"})
        sim.poll_now()
        sim.poll_now()

        assert [[row["AptNum"] for row in caught.rows] for caught in catcher.caught] == [[3, 4]]

    def test_the_window_is_closed_at_its_start_and_open_at_its_end(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        number = subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="In the second of the start")
        poller = sim.pollers["southside"]
        poller.cycle(due_only=False)
        assert catcher.caught == []
        assert cursor(office, number) == "2026-03-02 17:00:00"

        sim.clock.advance(1)
        poller.cycle(due_only=False)
        assert len(catcher.caught) == 1
        assert cursor(office, number) == "2026-03-02 17:00:01"

    def test_rows_come_by_the_time_of_their_change_oldest_first(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        for number in (9, 3, 6):
            office.change("appointment", number, Note="Changed")
            sim.clock.advance(2)
        sim.poll_now()

        assert [row["AptNum"] for row in catcher.caught[0].rows] == [9, 3, 6]

    def test_several_changes_of_a_row_collapse_into_its_state_at_sending_time(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        for text in ("One", "Two", "Three"):
            office.change("appointment", 3, Note=text)
            sim.clock.advance(1)
        sim.poll_now()

        assert [row["Note"] for row in catcher.caught[0].rows] == ["Three"]

    def test_nothing_is_sent_when_nothing_changed_but_the_cursor_moves(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        number = subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note=office.row("appointment", 3)["Note"])
        sim.clock.advance(60)
        sim.poll_now()

        assert catcher.caught == []
        assert cursor(office, number) == "2026-03-02 17:01:01"

    def test_a_row_inserted_and_deleted_between_two_polls_is_never_seen(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        subscribe(sim, office, catcher.url + "/deleted", "AppointmentDeleted")
        office.delete("appointment", office.insert("appointment", PatNum=1))
        sim.poll_now()

        (caught,) = catcher.caught
        assert caught.headers["event-type"] == "WatchTable: AppointmentDeleted"
        assert caught.rows[0]["HistApptAction"] == "Deleted"

    def test_it_is_due_only_when_its_polling_seconds_have_passed(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url, PollingSeconds=10)
        office.change("appointment", 3, Note="Changed")
        sim.pass_time(seconds=9)
        assert catcher.caught == []

        sim.pass_time(seconds=1)
        assert len(catcher.caught) == 1

    def test_a_stopped_subscription_is_skipped(self, sim: Simulator, office: Office, catcher: Catcher) -> None:
        number = subscribe(sim, office, catcher.url)
        raw(sim, office, "PUT", f"/subscriptions/{number}", {"DateTimeStop": "2026-03-02 16:59:59"})
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()
        assert catcher.caught == []

        raw(sim, office, "PUT", f"/subscriptions/{number}", {"DateTimeStop": "0001-01-01 00:00:00"})
        sim.poll_now()
        assert len(catcher.caught) == 1

    def test_setting_the_cursor_back_sends_again(self, sim: Simulator, office: Office, catcher: Catcher) -> None:
        number = subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()
        raw(sim, office, "PUT", f"/subscriptions/{number}", {"DateTimeStart": "2026-03-02 17:00:00"})
        sim.poll_now()

        assert [caught.body for caught in catcher.caught] == [catcher.caught[0].body] * 2

    def test_what_is_older_than_three_days_is_not_sent_any_more(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="Four days ago")
        sim.clock.advance(days=2)
        office.change("appointment", 4, Note="Two days ago")
        sim.clock.advance(days=2)
        sim.poll_now()

        assert [row["AptNum"] for row in catcher.caught[0].rows] == [4]


class TestBatches:
    def _change_many(self, sim: Simulator, office: Office, count: int) -> None:
        office.store.insert_many("appointment", [{"PatNum": 1, "Note": str(n)} for n in range(count)])

    def test_a_thousand_rows_at_most_are_in_one_event(self, sim: Simulator, office: Office, catcher: Catcher) -> None:
        subscribe(sim, office, catcher.url)
        self._change_many(sim, office, 2300)
        sim.poll_now()

        assert [len(caught.rows) for caught in catcher.caught] == [1000, 1000, 300]

    def test_before_23_2_1_there_is_no_such_bound(self, sim: Simulator, office: Office, catcher: Catcher) -> None:
        subscribe(sim, office, catcher.url)
        office.version = "23.2.0"
        self._change_many(sim, office, 2300)
        sim.poll_now()

        assert [len(caught.rows) for caught in catcher.caught] == [2300]

    def test_a_failed_batch_stops_the_rest_and_the_next_attempt_begins_with_the_first(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        number = subscribe(sim, office, catcher.url)
        before = cursor(office, number)
        self._change_many(sim, office, 2300)
        catcher.answers = [200, 503]
        sim.poll_now()
        assert [len(caught.rows) for caught in catcher.caught] == [1000, 1000]
        assert cursor(office, number) == before

        sim.poll_now()
        assert [len(caught.rows) for caught in catcher.caught[2:]] == [1000, 1000, 300]
        assert catcher.caught[2].body == catcher.caught[0].body
        assert cursor(office, number) > before

    def test_a_row_changed_between_two_batches_shifts_another_out_of_the_pass(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        self._change_many(sim, office, 1500)
        keys = [row["AptNum"] for row in office.rows("appointment")][-1500:]

        def edit_the_first(_: object) -> None:
            if len(catcher.caught) == 1:
                office.change("appointment", keys[0], Note="Edited meanwhile")

        catcher.on_request = edit_the_first
        sim.poll_now()

        sent = {row["AptNum"] for caught in catcher.caught for row in caught.rows}
        assert set(keys) - sent == {keys[1000]}


class TestFailure:
    @pytest.mark.parametrize("answer", [201, 202, 204, 301, 400, 401, 500, 503, "hang up"])
    def test_anything_but_200_leaves_the_cursor_and_sends_the_same_again(
        self, sim: Simulator, office: Office, catcher: Catcher, answer: int | str
    ) -> None:
        number = subscribe(sim, office, catcher.url)
        before = cursor(office, number)
        office.change("appointment", 3, Note="Changed")
        catcher.answers = [answer]
        sim.poll_now()
        assert cursor(office, number) == before

        sim.poll_now()
        assert [caught.body for caught in catcher.caught] == [catcher.caught[0].body] * 2
        assert cursor(office, number) > before

    def test_a_failed_subscription_is_tried_again_after_the_others_and_does_not_stop_them(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url + "/first")
        subscribe(sim, office, catcher.url + "/second")
        office.change("appointment", 3, Note="Changed")
        catcher.answers = [500]
        sim.poll_now()
        sim.poll_now()

        assert [caught.line.split()[1] for caught in catcher.caught] == ["/od/first", "/od/second", "/od/first"]

    def test_nobody_listening_is_a_failure_like_any_other(self, sim: Simulator, office: Office) -> None:
        with Catcher() as gone:
            url = gone.url
        number = subscribe(sim, office, url)
        before = cursor(office, number)
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()

        assert office.deliveries[-1].status is None
        assert cursor(office, number) == before

    def test_one_slow_subscription_delays_the_others_of_the_office(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url + "/slow")
        subscribe(sim, office, catcher.url + "/next")
        office.change("appointment", 3, Note="Changed")
        seen_while_waiting = []

        def take_time(_: object) -> None:
            if len(catcher.caught) == 1:
                sim.clock.advance(40)
                seen_while_waiting.append(len(catcher.caught))

        catcher.on_request = take_time
        sim.poll_now()

        assert seen_while_waiting == [1]
        assert moment(office.deliveries[1].at) >= moment("2026-03-02 17:00:41")

    def test_what_a_version_of_2026_notes_of_failures_is_shown_on_request(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        office.reported_2026 = True
        subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="Changed")
        catcher.answers = [503, 503]
        sim.poll_now()
        sim.poll_now()

        (row,) = raw(sim, office, "GET", "/subscriptions").json
        assert row["SubsequentFailures"] == 2
        assert row["FailureReason"] == "Answered 503"
        office.reported_2026 = False
        assert "FailureReason" not in raw(sim, office, "GET", "/subscriptions").json[0]


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


APPOINTMENT_FIELDS = [
    "AptNum", "PatNum", "AptStatus", "Pattern", "Confirmed", "confirmed", "TimeLocked", "Op", "Note", "ProvNum",
    "provAbbr", "ProvHyg", "AptDateTime", "NextAptNum", "UnschedStatus", "unschedStatus", "IsNewPatient",
    "ProcDescript", "ClinicNum", "IsHygiene", "DateTStamp", "DateTimeArrived", "DateTimeSeated", "DateTimeDismissed",
    "InsPlan1", "InsPlan2", "DateTimeAskedToArrive", "colorOverride", "AppointmentTypeNum", "SecDateTEntry",
    "Priority", "PatternSecondary", "ItemOrderPlanned",
]  # fmt: skip
"""Copied from the example of the API Events page."""

PATIENT_SELECTED_FIELDS = [
    "PatNum", "LName", "FName", "MiddleI", "Preferred", "PatStatus", "Gender", "Position", "Birthdate", "SSN",
    "Address", "Address2", "City", "State", "Zip", "HmPhone", "WkPhone", "WirelessPhone", "Guarantor", "Email",
    "EstBalance", "PriProv", "priProvAbbr", "SecProv", "secProvAbbr", "BillingType", "ImageFolder", "ChartNumber",
    "MedicaidID", "BalTotal", "DateFirstVisit", "ClinicNum", "clinicAbbr", "PreferConfirmMethod",
    "PreferContactMethod", "PreferRecallMethod", "Language", "siteDesc", "DateTStamp", "TxtMsgOk", "SecDateEntry",
]  # fmt: skip
"""Copied from the same page."""
