"""The page on freshness says what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from odevents.events.tables import WATCH_TABLES
from odevents.subscriptions.freshness import REASONS, State
from odevents.subscriptions.sources import SOURCES

PAGE = (Path(__file__).parent.parent.parent / "docs/how-to/freshness-and-gaps.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REASONS)
def test_each_reason_stands_in_the_table_as_the_program_has_it(name: str) -> None:
    """Its code, what is known, and what to do."""
    reason = REASONS[name]
    step = reason.next_step.format(office="OFFICE", workstation="the machine")
    assert f"| `{name}` | {reason.code or '–'} | {reason.meaning} | {step or '–'} |\n" in PAGE


def test_the_table_has_no_reason_and_no_state_that_does_not_exist() -> None:
    """And every state there is."""
    named = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")}

    assert named == set(REASONS) | set(State)


def test_every_watch_table_has_a_source_or_is_said_to_have_none() -> None:
    """A new watch table wants a decision."""
    assert set(SOURCES) == set(WATCH_TABLES)
    assert all(table in PAGE for table in WATCH_TABLES if not WATCH_TABLES[table].deletes)
