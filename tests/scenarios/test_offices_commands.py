"""``odevents offices``, as an operator types it, and a customer key replaced while events come in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from odevents.simulator import Office
from tests.support.command import run
from tests.support.declaring import declare, subscription
from tests.support.installation import Installation, installation, until

VISITS = subscription("visits", "Appointment")
OLD, NEW = "ODEVENTS_TEST_SOUTHSIDE", "ODEVENTS_TEST_NEW_KEY"
NEW_KEY = "invented-new-customer-key"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """One office, and a receiver and workers of ours."""
    office = Office("southside", patients=120, workstations=("SRV01", "FRONT1"))
    processes = ("serve", "worker")
    with installation(tmp_path, *processes, offices=[office], mode="dry-run", ODEVENTS_TEST_NEW_KEY=NEW_KEY) as found:
        yield found


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Installation]:
    """One office, and no process of ours."""
    office = Office("southside")
    with installation(tmp_path, offices=[office], mode="dry-run", ODEVENTS_TEST_NEW_KEY=NEW_KEY) as found:
        yield found


def said(running: Installation, *arguments: str, code: int = 0) -> Any:
    return json.loads(run(running, "offices", *arguments, "--json", code=code).stdout)


def test_an_office_is_shown_with_what_it_sends_and_never_with_its_key(running: Installation) -> None:
    assert said(running, "list")[0]["trouble"] == "not looked at yet"
    declare(running, VISITS)
    run(running, "subscriptions", "apply")
    running.clinic.office("southside").change("appointment", 1, Note="changed")
    running.clinic.poll_now()
    until(lambda: running.runtime.store.feeds.arrivals("southside"), what="the delivery")
    shown = said(running, "show", "southside")
    assert (shown["subscriptions"], shown["differences"], shown["trouble"]) == (1, 0, "")
    assert [one["table"] for one in shown["events"]] == ["Appointment"]
    machines = {one["workstation"]: (one["configured"], one["deliveries"]) for one in shown["workstations"]}
    assert machines == {"SRV01": ("yes", 1), "FRONT1": ("", 0)}
    assert [(one["key"], one["calls"], bool(one["last_delivery"])) for one in shown["keys"]] == [
        ("first", "accepted", True)
    ]
    assert shown["calls"].split()[0] == str(len(running.clinic.office("southside").calls))
    assert running.clinic.office("southside").customer_key not in json.dumps(shown)

    running.clinic.office("southside").faults.key_disabled = True
    refused = run(running, "offices", "show", "southside", code=1)
    assert "the customer key is refused (401)" in refused.stderr
    assert "customer key refused (401) since" in said(running, "list")[0]["trouble"]


def test_a_mode_is_changed_in_one_line_after_asking_and_taken_up(quiet: Installation) -> None:
    file = quiet.folder / "odevents.toml"
    before = file.read_text()
    asked = run(quiet, "offices", "mode", "southside", "live", code=1)
    assert "nothing was changed; add --yes to do it" in asked.stderr
    assert "confirm-by-text, pattern-changed, confirmed-elsewhere" in asked.stderr
    assert file.read_text() == before
    run(quiet, "offices", "mode", "southside", "live", "--yes", "--reason", "Kim agreed")
    assert file.read_text() == before.replace('"dry-run"', '"live"')
    assert said(quiet, "list")[0]["mode"] == "live"
    assert "live already" in run(quiet, "offices", "mode", "southside", "live").stderr


@contextmanager
def busy(running: Installation) -> Iterator[list[int]]:
    """Appointments change and are polled all the time; gives those that were changed."""
    office, changed, stop = running.clinic.office("southside"), list[int](), threading.Event()
    numbers = [row["AptNum"] for row in office.rows("appointment")]

    def live() -> None:
        while not stop.wait(0.05):
            if numbers:
                number = numbers.pop()
                office.change("appointment", number, Note=f"changed {number}")
                changed.append(number)
            running.clinic.poll_now()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield changed
    finally:
        stop.set()
        thread.join()
        for _ in range(3):
            running.clinic.poll_now()


def arrived(running: Installation) -> set[int]:
    """The appointments in deliveries that were answered 200."""
    deliveries = running.clinic.office("southside").deliveries
    return {row["AptNum"] for sent in deliveries if sent.status == 200 for row in json.loads(sent.body)}


def keys_of(running: Installation) -> set[str]:
    """The keys of deliveries that were answered 200."""
    deliveries = list(running.clinic.office("southside").deliveries)
    return {sent.headers["Authorization"] for sent in deliveries if sent.status == 200}


def test_a_customer_key_is_replaced_while_events_come_in_and_none_is_lost(running: Installation) -> None:
    office = running.clinic.office("southside")
    old_key = office.customer_key
    declare(running, VISITS)
    run(running, "subscriptions", "apply")
    with busy(running) as changed:
        until(lambda: len(changed) > 5, what="changes")
        office.more_keys = [NEW_KEY]
        declare(running, VISITS, keys=(NEW, OLD))
        planned = run(running, "subscriptions", "plan", code=3)
        assert "second customer key → first, its DateTimeStart carried over" in planned.stdout
        run(running, "subscriptions", "apply")
        until(lambda: NEW_KEY in keys_of(running), what="a delivery under the new key, once the receiver knows it")
        office.customer_key, office.more_keys = NEW_KEY, []  # the old key is disabled
        shown = said(running, "show", "southside")
        assert [key["calls"].partition(" since")[0] for key in shown["keys"]] == ["accepted", "refused (401)"]
        assert [bool(key["last_delivery"]) for key in shown["keys"]] == [True, True]
        declare(running, VISITS, keys=(NEW,))
        run(running, "subscriptions", "plan")
    assert set(changed) <= arrived(running)
    assert {row["CustomerKey"] for row in office.rows("apisubscription")} == {NEW_KEY}
    assert keys_of(running) == {old_key, NEW_KEY}


def test_a_new_key_that_does_not_work_yet_is_said_to_be_it(quiet: Installation) -> None:
    declare(quiet, VISITS, keys=(NEW, OLD))
    told = run(quiet, "subscriptions", "plan", code=3)
    assert "the first customer key is refused (401) and the second one works" in told.stdout
