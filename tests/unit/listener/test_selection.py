"""The board, the guard against repeats, the keys, and what the page may know."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odevents.errors import DeliveryRefused
from odevents.events.change import Change, Kind
from odevents.events.patient_selected import PatientSelected
from odevents.listener.config import ScreenSection
from odevents.listener.keys import KeyRing, screen_pass
from odevents.listener.screen import shown
from odevents.listener.selection import Board, RepeatGuard, Selection


def selection(number: int = 1, row: Mapping[str, Any] | None = None, *, test: bool = False) -> Selection:
    row = {"PatNum": 28, "FName": "Bradley", "LName": "Harrison", **(row or {})}
    change: Change[PatientSelected] = Change(
        Kind.SELECTED, "southside", "PatientSelected", str(row["PatNum"]), "", row, workstation="FRONT1"
    )
    return Selection(number, 1700000000.0, change, {"authorization": "customer-key-of-southside"}, b"{}", test)


def test_a_waiter_that_was_busy_sees_only_the_last() -> None:
    async def scene() -> list[int]:
        board, seen = Board(), []

        async def follow() -> None:
            number = 0
            while number < 9:
                number = (await board.newer_than(number)).number
                seen.append(number)
                await asyncio.sleep(0)

        following = asyncio.create_task(follow())
        await asyncio.sleep(0)
        for number in range(1, 6):
            board.post(selection(number))
        await asyncio.sleep(0.01)
        board.post(selection(9))
        await following
        return seen

    assert asyncio.run(scene()) == [5, 9]


def test_every_waiter_wakes_for_every_post() -> None:
    async def scene() -> list[int]:
        board = Board()
        waiting = [asyncio.create_task(board.newer_than(0)) for _ in range(3)]
        await asyncio.sleep(0)
        board.post(selection(1))
        return [found.number for found in await asyncio.gather(*waiting)]

    assert asyncio.run(scene()) == [1, 1, 1]


def test_the_same_event_within_200_milliseconds_is_one() -> None:
    guard = RepeatGuard()
    assert not guard.repeats("southside", b"A", 10.0)
    assert guard.repeats("southside", b"A", 10.199)
    assert not guard.repeats("southside", b"A", 10.25)


def test_a_b_a_is_three_however_fast() -> None:
    guard = RepeatGuard()
    assert [guard.repeats("southside", body, 10.0) for body in (b"A", b"B", b"A")] == [False, False, False]


def test_two_offices_never_repeat_each_other() -> None:
    guard = RepeatGuard()
    assert not guard.repeats("southside", b"A", 10.0)
    assert not guard.repeats("lakewood", b"A", 10.0)


def test_a_key_names_its_office_and_anything_else_is_refused() -> None:
    ring = KeyRing({"southside": "customer-key-of-southside", "lakewood": "customer-key-of-lakewood"})
    assert ring.office("customer-key-of-lakewood") == "lakewood"
    for wrong in ("", "customer-key-of-lakewoo", "CUSTOMER-KEY-OF-LAKEWOOD", "\xff\xfe"):
        with pytest.raises(DeliveryRefused) as refused:
            ring.office(wrong)
        assert refused.value.status == 401


def test_the_pass_follows_from_the_key_and_does_not_show_it() -> None:
    first, second = screen_pass("customer-key-of-southside"), screen_pass("customer-key-of-lakewood")
    assert first == screen_pass("customer-key-of-southside")
    assert first != second
    assert len(first) == 24
    ring = KeyRing({"southside": "customer-key-of-southside", "lakewood": "customer-key-of-lakewood"})
    assert ring.opens_screen(first)
    assert ring.opens_screen(second)
    assert not ring.opens_screen(first[:-1])
    assert not ring.opens_screen("")


@pytest.mark.parametrize(
    ("form", "name"), [("first", "Bradley"), ("initial", "Bradley H."), ("full", "Bradley Harrison")]
)
def test_the_name_is_shown_in_the_form_asked_for(form: Any, name: str) -> None:
    assert shown(selection(), ScreenSection(name=form))["name"] == name


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"FName": "", "LName": "Harrison"}, "H."),
        ({"FName": "Bradley", "LName": ""}, "Bradley"),
        ({"FName": None, "LName": None}, "No name"),
        ({"FName": " Ann ", "LName": "ó Briain"}, "Ann ó."),
    ],
)
def test_a_name_with_parts_missing_is_still_shown(row: dict[str, Any], name: str) -> None:
    assert shown(selection(row=row), ScreenSection())["name"] == name


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.none()))
def test_nothing_reaches_the_page_that_was_not_asked_for(extra: dict[str, Any]) -> None:
    row = {**extra, "FName": "Bradley", "LName": "Harrison", "PatNum": 28}
    assert shown(selection(row=row), ScreenSection(fields={"Born": "Birthdate"})).keys() == {
        "at",
        "name",
        "patient",
        "fields",
        "workstation",
        "office",
        "test",
    }


def test_empty_fields_and_dates_that_mean_none_are_left_out() -> None:
    section = ScreenSection(
        fields={"Born": "Birthdate", "First visit": "DateFirstVisit", "Balance": "BalTotal", "Note": "X"}
    )
    row = {"Birthdate": "1986-11-06", "DateFirstVisit": "0001-01-01", "BalTotal": 0, "X": ""}
    assert shown(selection(row=row), section)["fields"] == [("Born", "1986-11-06"), ("Balance", "0")]


def test_no_repr_shows_a_patient_or_a_key() -> None:
    assert "Bradley" not in repr(selection())
    assert "customer-key" not in repr(selection())
