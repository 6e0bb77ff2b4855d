"""Whatever people change, in whatever order: applying a plan leaves nothing to plan, and no table loses its cursor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odevents.subscriptions.actual import Held
from odevents.subscriptions.declared import Declared
from odevents.subscriptions.marks import listener_endpoint, receiver_endpoint
from tests.unit.subscriptions.offices import NOW, OFFICE, POLLED, PUBLIC, PretendOffice

TABLES = ("Appointment", "Patient", "PatField")
MACHINES = ("SRV01", "FRONT1", "All Workstations")


@st.composite
def declarations(draw: st.DrawFn) -> list[Declared]:
    """Some subscriptions as odevents.toml could declare them."""
    found = []
    for name in draw(st.lists(st.sampled_from(("a", "b", "c", "d")), unique=True)):
        table = draw(st.sampled_from((*TABLES, "")))
        machine = draw(st.sampled_from(MACHINES))
        here = receiver_endpoint(draw(st.sampled_from((PUBLIC,) * 5)), OFFICE, name)
        if table:
            found.append(Declared(name, table, "", machine, draw(st.integers(1, 3)), here))
        else:
            endpoint = draw(st.sampled_from((here, listener_endpoint(2097), listener_endpoint(2098))))
            found.append(Declared(name, "", "PatientSelected", machine, 0, endpoint))
    return found


MEDDLING = st.sampled_from(
    (
        {"Workstation": "FRONT9"},
        {"PollingSeconds": 99},
        {"DateTimeStop": NOW - timedelta(days=1)},
        {"DateTimeStop": NOW + timedelta(days=1)},
        {"DateTimeStart": POLLED - timedelta(days=1)},
        {"Note": ""},
        {"Note": "odevents/b"},
        {"EndPointUrl": "https://other.example/hook"},
        {"EndPointUrl": f"{PUBLIC}/apievents/{OFFICE}/c"},
        {"DateTimeStop": NOW - timedelta(days=1), "Note": "odevents/a paused"},
        {"key": 1},
        {"twice": True},
        {"gone": True},
    )
)


def meddle(office: PretendOffice, which: int, how: dict[str, object]) -> None:
    """Change one subscription at the office, as a person there or another program could."""
    if not office.held:
        return
    which %= len(office.held)
    found = office.held[which]
    office.numbers += 1
    if "gone" in how:
        office.held.pop(which)
    elif "twice" in how:
        office.held.append(Held(found.row.model_copy(update={"SubscriptionNum": office.numbers}), found.key))
    elif "key" in how:
        office.held[which] = replace(found, key=1)
    else:
        office.held[which] = replace(found, row=found.row.model_copy(update=how))


EDITS = st.lists(st.one_of(declarations(), st.tuples(st.integers(0, 9), MEDDLING)), min_size=1, max_size=8)


@given(EDITS)
def test_applying_leaves_nothing_to_plan(edits: list[list[Declared] | tuple[int, dict[str, object]]]) -> None:
    office, declared = PretendOffice(), list[Declared]()
    for edit in edits:
        if isinstance(edit, tuple):
            meddle(office, *edit)
        else:
            declared = edit
        office.apply(*declared)
        assert not office.plan(*declared).steps
        office.apply(*declared, prune=True)
        left = office.plan(*declared, prune=True)
        assert not left.steps
        assert {found.kind for found in left.differences} <= {"not ours", "paused", "workstation gone"}
        assert set(left.kept) == {wanted.name for wanted in declared}


RUNNING = st.sampled_from(
    ({"Workstation": "FRONT9"}, {"PollingSeconds": 99}, {"DateTimeStart": POLLED - timedelta(days=1)}, {"twice": True})
)
KEPT_RUNNING = st.lists(st.one_of(declarations(), st.tuples(st.integers(0, 9), RUNNING)), min_size=1, max_size=8)


@given(KEPT_RUNNING)
def test_no_step_leaves_a_table_without_a_cursor_it_had(
    edits: list[list[Declared] | tuple[int, dict[str, object]]],
) -> None:
    """At every moment of an apply, each table that is watched before and after has a cursor as old as it had."""
    office, declared = PretendOffice(), list[Declared]()
    for edit in edits:
        if isinstance(edit, tuple):
            meddle(office, *edit)
            office.apply(*declared, prune=True)
            continue
        both = {wanted.watch for wanted in declared} & {wanted.watch for wanted in edit} - {""}
        before = {table: _oldest(office, table) for table in both}
        declared = edit
        for step in office.plan(*declared, prune=True).steps:
            office.carry_out(step)
            for table, cursor in before.items():
                assert _oldest(office, table) <= cursor, (table, step)


def _oldest(office: PretendOffice, table: str) -> datetime:
    cursors = [found.row.DateTimeStart for found in office.held if found.row.WatchTable == table]
    return min((cursor for cursor in cursors if cursor), default=NOW + timedelta(days=9))
