"""Which rows are sent, when, and what the request looks like (domain reference §2.1 and §2.4), from a plain socket."""

from __future__ import annotations

import pytest

from odevents.simulator import Office, Simulator
from tests.contract.simulator.catcher import Catcher
from tests.contract.simulator.replay import raw
from tests.contract.simulator.sending import cursor, subscribe


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


APPOINTMENT_FIELDS = [
    "AptNum", "PatNum", "AptStatus", "Pattern", "Confirmed", "confirmed", "TimeLocked", "Op", "Note", "ProvNum",
    "provAbbr", "ProvHyg", "AptDateTime", "NextAptNum", "UnschedStatus", "unschedStatus", "IsNewPatient",
    "ProcDescript", "ClinicNum", "IsHygiene", "DateTStamp", "DateTimeArrived", "DateTimeSeated", "DateTimeDismissed",
    "InsPlan1", "InsPlan2", "DateTimeAskedToArrive", "colorOverride", "AppointmentTypeNum", "SecDateTEntry",
    "Priority", "PatternSecondary", "ItemOrderPlanned",
]  # fmt: skip
"""Copied from the example of the API Events page."""
