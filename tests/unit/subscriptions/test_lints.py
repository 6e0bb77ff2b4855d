"""What would go wrong is said before it does; and what would not, is not said."""

from __future__ import annotations

from typing import Any

import pytest

from odevents.config import ConfigFile
from odevents.subscriptions.actual import Actual, Held
from odevents.subscriptions.lints import LINTS, check_subscriptions, lints
from tests.unit.subscriptions.offices import row, watch

OFFICE = {
    "customer_key": {"env": "KEY"},
    "developer_key": {"env": "DEVELOPER"},
    "time_zone": "America/Denver",
    "workstation": "SRV01",
}
VISITS = {"name": "visits", "watch": "Appointment"}


def file(*subscriptions: dict[str, Any], office: dict[str, Any] | None = None, **other: Any) -> ConfigFile:
    """A configuration with one office."""
    whole = {"public_url": "https://hooks.example.org", "offices": {"southside": OFFICE | (office or {})}}
    return ConfigFile.model_validate(whole | {"subscriptions": list(subscriptions)} | other)


REACTION = {"name": "note-it", "on": "PatField", "commlog": "text"}

WRONG: dict[str, tuple[ConfigFile, Actual | None]] = {
    "blank-workstation": (file(VISITS, office={"workstation": ""}), None),
    "two-sources": (file(VISITS, {"name": "again", "watch": "Appointment", "workstation": "All Workstations"}), None),
    "http-to-public": (
        file(VISITS),
        Actual((Held(row(14, watch("x", "Patient"), EndPointUrl="http://other.example/hook", Note="")),)),
    ),
    "polls-too-fast": (file(VISITS | {"poll_seconds": 4}, office={"budget": "1/5s"}), None),
    "table-too-new": (file({"name": "desks", "watch": "Operatory"}), Actual((), version=(24, 2, 10))),
    "no-event-type": (file(VISITS), Actual((), version=(22, 4, 34))),
    "misleading-name": (file({"name": "patients", "watch": "Appointment"}), None),
    "only-this-machine": (file(VISITS, public_url="http://localhost:8320"), None),
    "nothing-brings": (file(VISITS, reactions=[REACTION]), None),
}

RIGHT: dict[str, tuple[ConfigFile, Actual | None]] = {
    "blank-workstation": (file(VISITS, {"name": "screen", "ui": "PatientSelected"}), None),
    "two-sources": (file(VISITS, {"name": "again", "watch": "Appointment", "workstation": "FRONT1"}), None),
    "http-to-public": (
        file(VISITS),
        Actual((Held(row(14, watch("x", "Patient"), EndPointUrl="http://192.168.1.9/hook", Note="")),)),
    ),
    "polls-too-fast": (file(VISITS, office={"budget": "1/5s"}), None),
    "table-too-new": (file({"name": "desks", "watch": "Operatory"}), Actual((), version=(24, 2, 11))),
    "no-event-type": (file({"name": "appointments", "watch": "Appointment"}), Actual((), version=(22, 4, 34))),
    "misleading-name": (file({"name": "appointments", "watch": "Appointment"}), None),
    "only-this-machine": (
        file(VISITS, public_url="http://localhost:8320", office={"base_url": "http://localhost:30222/api/v1"}),
        None,
    ),
    "nothing-brings": (file({"name": "fields", "watch": "PatField"}, reactions=[REACTION]), None),
}


@pytest.mark.parametrize("code", LINTS)
def test_what_would_go_wrong_is_said(code: str) -> None:
    wrong, actual = WRONG[code]
    assert code in {found.code for found in lints(wrong, "southside", actual)}


@pytest.mark.parametrize("code", LINTS)
def test_what_would_go_well_is_not_said(code: str) -> None:
    right, actual = RIGHT[code]
    assert [found.text for found in lints(right, "southside", actual)] == []


def test_a_subscription_of_somebody_else_to_our_receiver_is_a_second_source() -> None:
    theirs = Held(row(14, watch("x"), EndPointUrl="https://hooks.example.org/apievents/southside/x", Note=""))
    assert [found.subscription for found in lints(file(VISITS), "southside", Actual((theirs,)))] == ["#14"]


def test_two_for_one_listener_on_one_machine_are_a_mistake_in_the_file() -> None:
    ui = {"ui": "PatientSelected"}
    one, other = {"name": "a"} | ui, {"name": "b"} | ui
    assert [problem.path for problem in check_subscriptions(file(one, other))] == [("subscriptions", 1, "name")]
    assert not list(check_subscriptions(file(one, other | {"workstation": "FRONT1"})))
    assert not list(check_subscriptions(file(one, other | {"to": "receiver"})))
