"""What a plan says of an office that differs from what is declared, one kind of difference at a time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from odevents.client.resources.subscriptions import Subscription
from odevents.subscriptions.actual import Held
from odevents.subscriptions.drift import Drift
from odevents.subscriptions.plan import Plan, Wish, plan
from odevents.subscriptions.steps import Create, Heir, Remove, Update
from tests.unit.subscriptions.offices import NOW, POLLED, PretendOffice, row, ui, watch

VISITS = watch("visits")


def office(*rows: Subscription, **other: Any) -> PretendOffice:
    """An office that has these under its first key."""
    return PretendOffice([Held(found) for found in rows], **other)


def kinds(plan: Plan) -> list[tuple[Drift, str]]:
    """Kind and subscription of every difference."""
    return [(difference.kind, difference.subscription) for difference in plan.differences]


def test_nothing_is_planned_where_everything_is_as_declared() -> None:
    plan = office(row(7, VISITS)).plan(VISITS)
    assert (plan.steps, plan.differs) == ([], False)
    assert plan.kept["visits"].number == 7


def test_a_moved_cursor_is_no_difference() -> None:
    for start in (NOW - timedelta(days=2), NOW, None):
        assert not office(row(7, VISITS, DateTimeStart=start)).plan(VISITS).differences


def test_a_missing_subscription_is_created_from_now_on() -> None:
    [step] = office().plan(VISITS).steps
    assert isinstance(step, Create)
    assert (step.declared, step.note, step.start, step.stop) == (VISITS, "odevents/visits", None, None)


def test_one_that_vanished_is_created_from_its_last_confirmed_poll_on() -> None:
    [step] = office().plan(VISITS, visits=POLLED).steps
    assert isinstance(step, Create)
    assert step.start == POLLED


def test_one_that_vanished_too_long_ago_is_said_to_need_more() -> None:
    [young] = office().plan(VISITS, visits=NOW - timedelta(days=2)).differences
    [old] = office().plan(VISITS, visits=NOW - timedelta(days=4)).differences
    assert ["odevents backfill" in found.text for found in (young, old)] == [False, True]


@pytest.mark.parametrize(
    ("found", "field", "after"),
    [
        ({"Workstation": "FRONT1"}, "Workstation", "SRV01"),
        ({"Workstation": ""}, "Workstation", "SRV01"),
        ({"PollingSeconds": 60}, "PollingSeconds", 5),
        ({"EndPointUrl": "https://old.example.org/apievents/southside/visits"}, "EndPointUrl", VISITS.endpoint),
        ({"DateTimeStop": NOW + timedelta(days=1)}, "DateTimeStop", None),
    ],
)
def test_a_changed_field_is_changed_back_in_place(found: dict[str, Any], field: str, after: object) -> None:
    plan = office(row(7, VISITS, **found)).plan(VISITS)
    [step] = plan.steps
    assert isinstance(step, Update)
    assert [(change.field, change.after) for change in step.changes] == [(field, after)]
    assert kinds(plan) == [(Drift.changed, "visits")]


def test_the_secret_of_the_receivers_path_is_never_shown() -> None:
    public = "https://hooks.example.org/apievents/0123456789abcdef"
    secret = replace(VISITS, endpoint=f"{public}/apievents/southside/visits")
    other = secret.endpoint.replace("0123456789abcdef", "fedcba9876543210")
    wish = Wish(NOW, public)
    plans = [
        plan("southside", [secret], office(*rows).actual(), wish)
        for rows in ((), (row(7, VISITS),), (row(7, secret, EndPointUrl=other),), (row(7, secret),))
    ]
    said = " ".join(found.text for made in plans for found in made.differences)
    assert "visits" in said
    assert not re.search("0123456789abcdef|fedcba9876543210", said)
    assert [len(made.steps) for made in plans] == [1, 1, 1, 0]


def test_capitals_of_a_machine_are_no_difference() -> None:
    assert not office(row(7, VISITS, Workstation="srv01")).plan(VISITS).differences


def test_an_expired_one_has_its_stop_cleared() -> None:
    plan = office(row(7, VISITS, DateTimeStop=NOW - timedelta(hours=1))).plan(VISITS)
    [step] = plan.steps
    assert isinstance(step, Update)
    assert [(change.field, change.after) for change in step.changes] == [("DateTimeStop", None)]
    assert kinds(plan) == [(Drift.expired, "visits")]


def test_a_paused_one_stays_stopped_and_is_no_difference() -> None:
    paused = row(7, VISITS, DateTimeStop=NOW - timedelta(hours=1), Note="odevents/visits paused")
    plan = office(paused).plan(VISITS)
    assert (plan.steps, plan.differs, kinds(plan)) == ([], False, [(Drift.paused, "visits")])


def test_another_table_under_the_same_name_is_replaced_with_its_cursor_carried_over() -> None:
    [step] = office(row(7, watch("visits", "Patient"))).plan(VISITS).steps
    assert isinstance(step, Create)
    assert step.start == POLLED
    assert step.replaces == Remove(7, 0, "visits", "odevents/visits")


def test_another_name_for_the_same_table_is_a_change_in_place() -> None:
    plan = office(row(7, watch("appointments"), Note="odevents/appointments, asked for by Kim")).plan(VISITS)
    [step] = plan.steps
    assert isinstance(step, Update)
    assert {change.field: change.after for change in step.changes} == {
        "EndPointUrl": VISITS.endpoint,
        "Note": "odevents/visits, asked for by Kim",
    }


def test_two_names_that_swap_their_tables_are_changed_in_place() -> None:
    both = office(row(7, watch("a", "Patient")), row(8, watch("b", "Appointment")))
    declared = (watch("a", "Appointment"), watch("b", "Patient"))
    assert all(isinstance(step, Update) for step in both.apply(*declared).steps)
    assert not both.plan(*declared).differences


def test_a_second_one_of_ours_is_removed_only_by_prune() -> None:
    twice = office(row(7, VISITS), row(8, VISITS, DateTimeStart=POLLED - timedelta(hours=1)))
    plan = twice.plan(VISITS)
    assert (plan.steps, plan.differs, kinds(plan)) == ([], True, [(Drift.duplicate, "visits")])
    [step] = twice.plan(VISITS, prune=True).steps
    assert isinstance(step, Remove)
    assert step.number == 7  # the other one has the older cursor, so it has everything that this one has


def test_what_stays_goes_on_from_the_cursor_of_what_is_removed() -> None:
    behind = row(8, watch("again"), DateTimeStart=POLLED - timedelta(hours=1))
    [step] = office(row(7, VISITS), behind).plan(VISITS, prune=True).steps
    assert step == Remove(8, 0, "again", "odevents/again", Heir(7, POLLED - timedelta(hours=1)))
    for other in ({"DateTimeStart": NOW}, {"DateTimeStop": POLLED}, {"WatchTable": "Patient"}):
        [step] = office(row(7, VISITS), behind.model_copy(update=other)).plan(VISITS, prune=True).steps
        assert step == Remove(8, 0, "again", "odevents/again")


def test_what_is_not_declared_any_more_is_removed_only_by_prune() -> None:
    old = office(row(7, VISITS), row(8, watch("patients", "Patient")))
    assert kinds(old.plan(VISITS)) == [(Drift.undeclared, "patients")]
    assert not old.plan(VISITS).steps
    [step] = old.plan(VISITS, prune=True).steps
    assert isinstance(step, Remove)
    assert step.number == 8


@pytest.mark.parametrize(
    "theirs",
    [
        row(14, watch("patients", "Patient"), EndPointUrl="https://other.example/hook?secret=1", Note=""),
        row(14, watch("patients", "Patient"), Note=""),
        row(14, watch("patients", "Patient"), EndPointUrl="https://staging.example/apievents/southside/patients"),
        row(14, watch("patients", "Patient"), EndPointUrl="https://hooks.example.org/apievents/lakewood/patients"),
        row(14, ui("listener", machine="FRONT1")),
    ],
    ids=["another vendor", "no mark", "another installation", "another office's path", "listen install"],
)
def test_what_is_not_ours_is_listed_and_never_touched(theirs: Subscription) -> None:
    plan = office(row(7, VISITS), theirs).plan(VISITS, prune=True)
    assert (plan.steps, plan.differs, kinds(plan)) == ([], False, [(Drift.not_ours, "#14")])
    assert "secret" not in plan.differences[0].text


def test_what_a_key_without_the_permission_to_delete_left_behind_is_not_there() -> None:
    removed = row(8, VISITS, Note="odevents/visits removed", DateTimeStop=datetime(2000, 1, 1))
    assert not office(row(7, VISITS), removed).plan(VISITS, prune=True).differences


def test_what_is_left_over_of_a_replacement_goes_without_prune() -> None:
    plan = office(row(7, watch("visits", "Patient")), row(8, VISITS)).plan(VISITS)
    [step] = plan.steps
    assert isinstance(step, Remove)
    assert step.number == 7


def test_under_the_second_key_it_is_created_under_the_first_from_its_cursor_on_before_it_goes() -> None:
    rotating = PretendOffice([Held(row(7, VISITS), key=1)])
    [step] = rotating.apply(VISITS).steps
    assert isinstance(step, Create)
    assert step.start == POLLED
    assert step.replaces == Remove(7, 1, "visits", "odevents/visits")
    assert not rotating.plan(VISITS).differences


def test_a_paused_one_stays_paused_when_its_key_is_replaced() -> None:
    paused = row(7, VISITS, DateTimeStop=POLLED, Note="odevents/visits paused")
    rotating = PretendOffice([Held(paused, key=1)])
    rotating.apply(VISITS)
    [held] = rotating.held
    assert (held.key, held.row.Note, held.row.DateTimeStop) == (0, "odevents/visits paused", POLLED)
    assert not rotating.plan(VISITS).differs


def test_a_machine_the_office_does_not_know_is_said_and_left() -> None:
    plan = office(row(7, VISITS), computers=("FRONT1",)).plan(VISITS)
    assert (plan.steps, plan.differs, kinds(plan)) == ([], True, [(Drift.workstation_gone, "visits")])
    assert "FRONT1" in plan.differences[0].text
    assert not office(row(7, VISITS), computers=None).plan(VISITS).differences


def test_every_workstation_is_spelt_as_the_version_wants_it() -> None:
    everywhere = ui("screen")
    for version, spelt in (((25, 3, 36), ""), ((26, 2, 1), "All Workstations"), ((26, 10), "All Workstations")):
        [step] = office(version=version).plan(everywhere).steps
        assert isinstance(step, Create)
        assert step.workstation == spelt
    for spelt in ("", "All Workstations", "all workstations"):
        assert not office(row(7, everywhere, Workstation=spelt)).plan(everywhere).differences


def test_nothing_goes_before_everything_else_is_there() -> None:
    steps = office(row(7, watch("old", "Schedule"))).plan(VISITS, watch("patients", "Patient"), prune=True).steps
    assert [type(step) for step in steps] == [Create, Create, Remove]


def test_the_fingerprint_tells_a_persons_change_from_the_pollers() -> None:
    before = office(row(7, VISITS)).actual().fingerprint()
    assert office(row(7, VISITS, DateTimeStart=NOW)).actual().fingerprint() == before
    for changed in ({"PollingSeconds": 6}, {"Note": "x"}, {"DateTimeStop": NOW}, {"EndPointUrl": "https://x.example"}):
        assert office(row(7, VISITS, **changed)).actual().fingerprint() != before
    assert replace(office(row(7, VISITS)).actual(), subscriptions=()).fingerprint() != before
