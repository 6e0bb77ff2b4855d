"""Lists that people work on while they are read: a row that is there all the time is always shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from odevents.client.call import Call
from odevents.client.paging import Place, overlapping_pages, pages
from odevents.errors import AnswerUnreadable
from tests.unit.client.scripted import scripted

Rows = list[dict[str, int]]
Meanwhile = Callable[[Rows, int], None]


def named(row: object) -> str:
    return str(row["AptNum"]) if isinstance(row, dict) else ""


class Office:
    """Shows a list, a hundred rows a page, to which something happens before each call."""

    page_size = 100

    def __init__(self, number: int, meanwhile: Meanwhile = lambda _rows, _call: None) -> None:
        self.rows = [{"AptNum": key} for key in range(number)]
        self.meanwhile = meanwhile
        self.offsets: list[int] = []

    def send(self, call: Call) -> object:
        offset = int(call.query.get("Offset", 0))
        self.offsets.append(offset)
        self.meanwhile(self.rows, len(self.offsets))
        return self.rows[offset : offset + 100]


CALL = scripted({})[0].appointments.find.call()


def shown(office: Office, place: Place | None = None) -> list[str]:
    """The keys of the rows, as they are read."""
    return [named(row) for page, _ in overlapping_pages(office, CALL, named, place) for row in page]


@pytest.mark.parametrize("gone", [1, 10, 35, 100])
def test_rows_that_go_before_the_place_hide_no_other(gone: int) -> None:
    def delete(rows: Rows, call: int) -> None:
        if call == 2:
            del rows[:gone]

    assert sorted(shown(Office(250, delete)), key=int) == [str(key) for key in range(250)]
    control = [row for page in pages(Office(250, delete), CALL) for row in page]
    assert len(control) == 250 - gone


def test_it_goes_on_from_a_place_though_rows_have_gone() -> None:
    office = Office(250)
    page, place = next(overlapping_pages(office, CALL, named))
    del office.rows[:60]

    later = shown(office, place)

    assert len(page) == 100
    assert set(later) >= {str(key) for key in range(100, 250)}


def test_a_list_that_is_not_disturbed_shows_no_row_twice() -> None:
    office = Office(190)

    assert shown(office) == [str(key) for key in range(190)]
    assert office.offsets == [0, 90, 180]


def test_an_office_that_ignores_the_offset_is_not_asked_for_ever() -> None:
    class Deaf(Office):
        def send(self, call: Call) -> object:
            return self.rows[:100]

    with pytest.raises(AnswerUnreadable, match="the same page"):
        shown(Deaf(250))


def test_a_list_of_which_nothing_stays_is_given_up() -> None:
    def renew(rows: Rows, call: int) -> None:
        rows[:] = [{"AptNum": 1000 * call + key} for key in range(100)]

    with pytest.raises(AnswerUnreadable, match="changes faster"):
        shown(Office(0, renew), Place(100, ("0",)))
