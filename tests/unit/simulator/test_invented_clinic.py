"""The invented clinic: consistent, belonging to nobody, the same for the same seed, quick to open."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import UTC, datetime

import pytest

from odevents.simulator import Clock, Office, Simulator, demo_offices
from odevents.simulator.schema import REFERENCES

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def opened(office: Office, seed: int = 1) -> Office:
    Simulator([office], seed=seed, clock=Clock.still(START), poll=False).stop()
    return office


@pytest.fixture(scope="module")
def clinic() -> Office:
    return opened(Office("southside", patients=240, providers=5))


def test_every_reference_leads_to_a_row(clinic: Office) -> None:
    store = clinic.store
    dangling = []
    for table in store.tables.values():
        for field in table.columns.values():
            if field.kind in REFERENCES:
                target = store.tables[field.target]
                sql = (
                    f"SELECT COUNT(*) AS n FROM {table.name} WHERE {field.name} <> 0 "
                    f"AND {field.name} NOT IN (SELECT {target.key} FROM {target.name})"
                )
                if store.query(sql)[0]["n"]:
                    dangling.append(f"{table.name}.{field.name}")
    assert dangling == []


def test_a_definition_is_of_the_category_that_its_field_asks_for(clinic: Office) -> None:
    for table in clinic.store.tables.values():
        for field in table.columns.values():
            if field.category:
                sql = (
                    f"SELECT COUNT(*) AS n FROM {table.name} t JOIN definition d ON d.DefNum = t.{field.name} "
                    f"WHERE d.Category <> {field.category}"
                )
                assert clinic.store.query(sql)[0]["n"] == 0, f"{table.name}.{field.name}"


def test_the_people_belong_to_nobody(clinic: Office) -> None:
    for row in clinic.rows("patient"):
        assert row["SSN"] == ""
        assert all(re.fullmatch(r"(\(555\)555-01\d\d)?", row[name]) for name in ("HmPhone", "WkPhone", "WirelessPhone"))
        assert row["Email"] == "" or row["Email"].endswith("@example.com")


def test_the_confirm_preferences_name_definitions_of_confirmation(clinic: Office) -> None:
    named = [row for row in clinic.rows("preference") if row["PrefName"].startswith("ApptEConfirmStatus")]
    assert len(named) == 4
    assert all(clinic.row("definition", int(row["ValueString"]))["Category"] == 2 for row in named)


def test_no_table_that_the_api_shows_is_empty_but_those_only_changes_fill(clinic: Office) -> None:
    empty = {t.resource for t in clinic.store.tables.values() if t.resource and not clinic.rows(t.name)}
    assert empty == {"subscriptions"}


def test_everything_lies_in_the_past_so_that_a_new_subscription_is_silent(clinic: Office) -> None:
    for table in clinic.store.tables.values():
        if table.stamp:
            newest = clinic.store.query(f"SELECT MAX({table.stamp}) AS at FROM {table.name}")[0]["at"]
            assert newest is None or newest <= "2026-03-02 08:00:00", table.name


def contents(office: Office) -> str:
    return hashlib.sha256(repr([office.rows(name) for name in office.store.tables]).encode()).hexdigest()


def test_one_seed_makes_one_clinic_and_another_seed_another() -> None:
    first, again, other = (opened(Office("southside", patients=40), seed) for seed in (7, 7, 8))
    assert contents(first) == contents(again) != contents(other)


def test_an_office_without_patients_still_has_what_an_office_sets_up() -> None:
    empty = opened(Office("new"))
    assert empty.rows("patient") == empty.rows("appointment") == []
    assert empty.rows("definition")
    assert empty.rows("provider")


def seconds_to_open(offices: list[Office]) -> float:
    began = time.perf_counter()
    with Simulator(offices):
        return time.perf_counter() - began


def test_an_empty_simulator_opens_within_a_second_and_the_demo_within_two() -> None:
    # The better of two, because other tests share the machine.
    assert min(seconds_to_open([Office("empty")]) for _ in range(2)) < 1.0
    assert min(seconds_to_open(demo_offices()) for _ in range(2)) < 2.0
