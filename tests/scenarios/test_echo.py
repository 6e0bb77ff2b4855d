"""Our own writes come back as events, fired by the pretend office as a real one fires them, and trigger nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from odevents.store.filters import DeliveryFilter
from tests.support.installation import Installation, installation, until

LOOP = """
[[reactions]]
name = "broken"
on = "Appointment"
changed = ["AptStatus"]
when = { AptStatus = "Broken" }
confirm = { value = "Confirmed", from = ["Not Called"] }
note = "Broken"

[[reactions]]
name = "answers-to-confirmations"
on = "Appointment"
changed = ["Confirmed", "confirmed", "Note"]
commlog = "Somebody confirmed, or wrote a note"

[[reactions]]
name = "answers-to-moves"
on = "Appointment"
changed = ["Op"]
commlog = "Somebody moved it"
"""


def watch_appointments(running: Installation) -> Any:
    """Subscribe to the appointments of the pretend office, and give the office."""
    office = running.clinic.office("southside")
    httpx.post(
        f"{running.clinic.base_url}/subscriptions",
        headers={"Authorization": office.authorization, "Content-Type": "application/json"},
        json={
            "EndPointUrl": f"http://127.0.0.1:{running.port}/apievents",
            "Workstation": "SRV01",
            "WatchTable": "Appointment",
            "PollingSeconds": 1,
        },
    ).raise_for_status()
    return office


@pytest.fixture
def subscribed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An office whose appointments are watched, and the number of one that is not yet confirmed."""
    with installation(tmp_path_factory.mktemp("echo"), "serve", "worker", reactions=LOOP) as running:
        office = watch_appointments(running)
        unconfirmed = office.rows("definition", Category=2, ItemName="Not Called")[0]["DefNum"]
        number = office.rows("appointment", AptStatus="Scheduled")[0]["AptNum"]
        office.change("appointment", number, Confirmed=unconfirmed, Note="Here before", Op=1)
        running.clinic.poll_now()
        until(running.idle)
        yield running, office, number


def outcomes(running: Installation) -> list[Any]:
    """How every row received so far ended, oldest first."""
    until(running.idle)
    store = running.runtime.store
    entries = store.records.deliveries(DeliveryFilter(), limit=100).found
    return [row for entry in reversed(entries) for row in store.inbox.outcomes(entry.office, entry.id)]


def test_our_own_writes_come_back_and_trigger_nothing(subscribed: Any) -> None:
    """A confirm and a note of ours arrive as one changed row: an echo."""
    running, office, number = subscribed
    office.change("appointment", number, AptStatus="Broken")
    running.clinic.poll_now()
    until(lambda: len(running.writes()) == 2 and running.idle(), what="our two writes")

    polled = len(outcomes(running))
    running.clinic.poll_now()
    until(lambda: len(outcomes(running)) > polled, what="the echo")

    assert outcomes(running)[-1].kind == "echo"
    assert len(running.writes()) == 2


def test_a_persons_change_in_the_same_poll_is_not_lost_in_the_echo(subscribed: Any) -> None:
    """The row shows our confirm, our note and a person's move: only the move is a change."""
    running, office, number = subscribed
    office.change("appointment", number, AptStatus="Broken")
    running.clinic.poll_now()
    until(lambda: len(running.writes()) == 2 and running.idle(), what="our two writes")
    office.change("appointment", number, Op=2)

    polled = len(outcomes(running))
    running.clinic.poll_now()
    until(lambda: len(outcomes(running)) > polled, what="the event with both")

    last = outcomes(running)[-1]
    assert (last.kind, last.fields) == ("updated", ["Op"])
    until(lambda: len(running.writes()) == 3)
    assert [log["Note"] for log in office.rows("commlog")].count("Somebody moved it") == 1
    assert not [log for log in office.rows("commlog") if log["Note"].startswith("Somebody confirmed")]


def test_the_same_change_by_a_person_does_trigger(subscribed: Any) -> None:
    """The control: without a write of ours, a confirmation is a person's, and the reaction answers."""
    running, office, number = subscribed
    arrived = office.rows("definition", Category=2, ItemName="Arrived")[0]["DefNum"]
    office.change("appointment", number, Confirmed=arrived)
    running.clinic.poll_now()

    until(lambda: len(running.writes()) == 1, what="the commlog")
    assert [log["Note"] for log in office.rows("commlog")].count("Somebody confirmed, or wrote a note") == 1


FOLLOW_UP = """
from odevents import on
from odevents.client.resources.appointments import Appointment

@on(Appointment, "created")
def follow_up(change, office):
    row = change.row
    office.client.appointments.create(PatNum=row.PatNum, Op=row.Op, AptDateTime=row.AptDateTime, ProvNum=row.ProvNum)
"""


def test_a_row_that_a_handler_created_is_not_new_to_it(tmp_path: Path) -> None:
    """Else a handler that books a follow-up for each new appointment would book for ever."""
    (tmp_path / "follow_up.py").write_text(FOLLOW_UP)
    with installation(tmp_path, "serve", "worker", reactions="", handlers=["follow_up"]) as running:
        office = watch_appointments(running)
        running.runtime.store.mark_complete("southside", "Appointment")
        template = office.rows("appointment", AptStatus="Scheduled")[0]
        booked = {name: template[name] for name in ("PatNum", "Op", "ProvNum", "AptDateTime", "AptStatus", "Pattern")}
        office.insert("appointment", **booked)
        for _ in range(4):
            running.clinic.poll_now()
            until(running.idle)

        assert running.writes() == [("POST", "/appointments")]
        kinds = [row.kind for row in outcomes(running)]
        assert (kinds.count("created"), kinds.count("echo")) == (1, 1)
