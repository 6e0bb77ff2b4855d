"""The invented events of ``odevents trigger``: each is what its name says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pytest

from odevents.cli.scenarios import SCENARIOS
from odevents.cli.trigger import _setting, bodies_of
from odevents.events.tables import WATCH_TABLES, table_named
from tests.unit.cli.test_command_line import run

NOW = datetime(2026, 1, 5, 12, 0)
LATER = datetime(2026, 1, 5, 12, 1)


def bodies(name: str, rows: int = 1, now: datetime = NOW, **given: Any) -> list[Any]:
    """What is sent for a scenario."""
    return list(bodies_of(SCENARIOS[name], given, rows, now))


@pytest.mark.parametrize("name", ["appointment.created", "patient.created", "appointment.deleted", "unknown.table"])
def test_what_is_new_has_a_key_of_its_own_every_time(name: str) -> None:
    """That no office has, so that nothing is found under it."""
    key = table_named(SCENARIOS[name].table).key
    keys = {row[key] for now in (NOW, LATER) for [rows] in [bodies(name, 3, now)] for row in rows}

    assert len(keys) == 6
    assert min(keys) > 10**12


def test_what_is_new_was_entered_just_now() -> None:
    """As a date with a time, or without one, as the table has it."""
    [[appointment]], [[patient]] = bodies("appointment.created"), bodies("patient.created")

    assert (appointment["SecDateTEntry"], appointment["DateTStamp"]) == ("2026-01-05 12:00:00", "2026-01-05 12:00:00")
    assert patient["SecDateEntry"] == "2026-01-05"


def test_a_change_is_of_a_row_that_was_sent_before() -> None:
    """A second earlier, with the same key; several rows have several keys."""
    before, after = bodies("appointment.broken", 2)

    assert [row["AptNum"] for row in before] == [row["AptNum"] for row in after] == [18, 19]
    assert [row["AptStatus"] for row in before + after] == ["Scheduled"] * 2 + ["Broken"] * 2
    assert [row["DateTStamp"][-2:] for row in before + after] == ["59", "59", "00", "00"]


def test_what_is_set_wins() -> None:
    """Also over a fresh key."""
    [[row]] = bodies("appointment.created", AptNum=7, Note="given")

    assert (row["AptNum"], row["Note"]) == (7, "given")


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_can_be_sent_in_several_rows(name: str) -> None:
    """With the columns that the table has, and one object where Open Dental sends one."""
    for body in bodies(name, 2):
        assert len(body) == 2 or SCENARIOS[name].source == "UiEventType"
        if SCENARIOS[name].table in WATCH_TABLES:
            assert table_named(SCENARIOS[name].table).stamp in body[0]


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("AptNum=19", 19),
        ("ProvNum=-1", -1),
        ("AptNum=019", "019"),
        ("Note=--5", "--5"),
        ("Note=5", "5"),
        ("Note=a=b", "a=b"),
        ("NoSuchColumn=5", "5"),
    ],
)
def test_a_value_is_a_number_only_where_the_scenario_has_one(change: str, value: object) -> None:
    """A telephone number keeps its zeros."""
    assert _setting(change, SCENARIOS["appointment.created"].row) == (change.partition("=")[0], value)


def test_a_setting_without_a_value_is_refused() -> None:
    """With how it is written."""
    with pytest.raises(click.UsageError, match='--set takes FIELD=VALUE, not "AptNum"'):
        _setting("AptNum", {})


@pytest.mark.parametrize("option", [("--set", "Note=x"), ("--rows", "2")])
def test_options_for_scenarios_are_refused_with_a_file(option: tuple[str, str]) -> None:
    """Instead of being ignored."""
    told = run("trigger", "--file", __file__, *option)

    assert (told.returncode, "--set and --rows are for scenarios" in told.stderr) == (2, True)


@pytest.mark.parametrize(
    "url", ["foo", "file:///etc/hostname", "http:///secret", "http://127.0.0.1:x/apievents", "http://a b/"]
)
def test_what_is_no_address_of_a_receiver_is_refused(url: str) -> None:
    """Told without the address: its path may hold the secret."""
    told = run("trigger", "appointment.broken", "--to", url)

    assert (told.returncode, "--to takes" in told.stderr, url in told.stderr) == (2, True, False)
    assert "Traceback" not in told.stderr
