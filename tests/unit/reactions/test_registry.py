"""Which reactions want a change, and why."""

from __future__ import annotations

from typing import Any

import pytest

from odevents.client.resources.appointments import Appointment
from odevents.errors import ConfigError
from odevents.events.change import Change, Kind
from odevents.events.tables import table_named
from odevents.reactions.registry import Mark, Reaction, Registry, examine, kinds_of, on

APPOINTMENT = table_named("Appointment")


def change(kind: Kind = Kind.UPDATED, fields: tuple[str, ...] = ("AptStatus",), **values: Any) -> Change[Any]:
    """A change of an appointment."""
    row = {"AptNum": 18, "PatNum": 17, "AptStatus": "Broken", **values}
    return Change(kind, "southside", "Appointment", "18", "", row, dict.fromkeys(fields, "before"), frozenset(fields))


def reaction(**given: Any) -> Reaction:
    """A reaction on broken appointments."""
    settings: dict[str, Any] = {
        "name": "broken",
        "table": APPOINTMENT,
        "kinds": kinds_of(APPOINTMENT),
        "actions": {},
        "changed": ("AptStatus",),
        "when": {"AptStatus": "Broken"},
    }
    return Reaction(**settings | given)


def marks(r: Reaction, c: Change[Any]) -> dict[str, Mark]:
    """How each clause came out."""
    return {clause.name: clause.mark for clause in examine(r, c).clauses}


def test_a_change_that_fits_is_wanted() -> None:
    """Every clause holds."""
    assert examine(reaction(), change()).wanted
    assert set(marks(reaction(), change()).values()) == {Mark.HOLDS}


def test_the_first_clause_that_fails_is_told_and_the_rest_not_evaluated() -> None:
    """So that a person sees the one reason."""
    found = marks(reaction(), change(fields=("Op",)))

    assert found == {"on": Mark.HOLDS, "kinds": Mark.HOLDS, "changed": Mark.FAILS, "AptStatus": Mark.NOT_EVALUATED}


@pytest.mark.parametrize(
    ("given", "kind", "wanted"),
    [
        ({}, Kind.CREATED, True),
        ({}, Kind.FIRST_SEEN, False),
        ({}, Kind.DUPLICATE, False),
        ({}, Kind.STALE, False),
        ({}, Kind.ECHO, False),
        ({"kinds": frozenset({Kind.FIRST_SEEN})}, Kind.FIRST_SEEN, True),
        ({"offices": frozenset({"lakewood"})}, Kind.UPDATED, False),
        ({"offices": frozenset({"lakewood", "southside"})}, Kind.UPDATED, True),
        ({"when": {"AptStatus": ["Broken", "UnschedList"]}}, Kind.UPDATED, True),
        ({"when": {"AptStatus": "broken"}}, Kind.UPDATED, False),
        ({"when": {"PatNum": "17"}}, Kind.UPDATED, True),
        ({"when": {"NoSuchColumn": ""}}, Kind.UPDATED, False),
        ({"table": table_named("PatField")}, Kind.UPDATED, False),
    ],
)
def test_what_a_reaction_wants(given: dict[str, Any], kind: Kind, wanted: bool) -> None:
    """Quiet kinds are never wanted unless named; values compare by meaning."""
    assert examine(reaction(**given), change(kind)).wanted is wanted


def test_no_word_of_an_explanation_shows_a_value_of_the_row() -> None:
    """Only what the file says."""
    found = examine(reaction(), change(AptStatus="canary-status", Note="canary-note"))

    assert not found.wanted
    assert "canary" not in str(found.clauses)


def test_two_of_one_name_are_refused_and_the_registry_stays_as_it_was() -> None:
    """Loudly."""
    registry = Registry([reaction()])
    with pytest.raises(ConfigError, match='two reactions are named "broken"'):
        registry.add(reaction(table=table_named("Patient")))

    assert [found.table for found in registry] == [APPOINTMENT]


def test_a_handler_must_be_about_rows_that_events_carry() -> None:
    """A commlog fires nothing."""
    from odevents.client.resources.commlogs import Commlog

    with pytest.raises(ConfigError, match="no event carries rows of"):
        on(Commlog)
    with pytest.raises(ConfigError, match="no such kind of change"):
        on(Appointment, "changed")


def test_kinds_follow_the_table_unless_named() -> None:
    """A deletion for tables of deletions, a selection for UI events, else what happened to a row."""
    assert kinds_of(table_named("AppointmentDeleted")) == {Kind.DELETED}
    assert kinds_of(table_named("PatientSelected")) == {Kind.SELECTED}
    assert kinds_of(APPOINTMENT) == {Kind.CREATED, Kind.UPDATED}
    assert kinds_of(APPOINTMENT, ["first-seen"]) == {Kind.FIRST_SEEN}
