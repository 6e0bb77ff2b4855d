"""What the headers, the URL and the body of a delivery say."""

from __future__ import annotations

import msgspec
import pytest

from odevents.errors import DeliveryRefused
from odevents.events.delivery import Glance, event_type, glance_at, kept_rows_in, machine_name, rows_in


@pytest.mark.parametrize(
    ("header", "query", "path", "table", "source"),
    [
        ("WatchTable: Appointment", "", "", "Appointment", "WatchTable"),
        ("WatchTable:patfield", "", "", "PatField", "WatchTable"),
        ("UiEventType: PatientSelected", "", "", "PatientSelected", "UiEventType"),
        ("WatchTable: TableOfTomorrow", "", "", "TableOfTomorrow", "WatchTable"),
        ("UiEventType: EventOfTomorrow", "", "", "EventOfTomorrow", "UiEventType"),
        ("", "patientevent", "appointmentevent", "Patient", "WatchTable"),
        ("", "", "appointmentevent", "Appointment", "WatchTable"),
        ("", "", "Appointments", "Appointment", "WatchTable"),
        ("", "", "appointmentdeleted", "AppointmentDeleted", "WatchTable"),
        ("", "", "PatientSelected", "PatientSelected", "UiEventType"),
        ("", "", "southside", "Unknown", "WatchTable"),
        ("nonsense", "", "", "Unknown", "WatchTable"),
        ("WatchTable: <script>", "", "", "Unknown", "WatchTable"),
        ("WatchTable: " + "x" * 65, "", "", "Unknown", "WatchTable"),
    ],
)
def test_the_type_comes_from_header_then_query_then_path(
    header: str, query: str, path: str, table: str, source: str
) -> None:
    """Whatever is not a name is no type, and stalls nothing."""
    found = event_type(header, query, path)

    assert (found.table, found.source) == (table, source)


def test_a_disagreement_is_noticed() -> None:
    """The header is believed."""
    found = event_type("WatchTable: Appointment", "", "patientevent")

    assert (found.table, found.disagrees) == ("Appointment", True)
    assert not event_type("WatchTable: Appointment", "", "appointmentevent").disagrees


def test_a_machine_name_is_made_safe_to_print() -> None:
    """No control bytes, nothing beyond ASCII, not endless."""
    assert machine_name(" FRONT-1 ") == "FRONT-1"
    assert machine_name("a\x1b[31m\u2028é") == "a?[31m??"
    assert len(machine_name("x" * 1000)) == 64


def test_an_array_gives_its_elements_and_an_object_one_row() -> None:
    """A database event is an array, a UI event one object."""
    assert rows_in(b'[{"a": 1}, 5]') == [{"a": 1}, 5]
    assert rows_in(b'{"a": 1}') == [{"a": 1}]
    assert rows_in(b"[]") == []


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "not-json"), (b"\xff", "not-json"), (b"NaN", "not-json"), (b"5", "not-rows"), (b"null", "not-rows")],
)
def test_anything_else_is_refused(body: bytes, code: str) -> None:
    """With a reason code, and nothing of the body in the message."""
    with pytest.raises(DeliveryRefused) as refused:
        rows_in(body)

    assert (refused.value.status, refused.value.code) == (400, code)


def test_columns_that_differ_only_in_case_stay_apart() -> None:
    """One row holds both ``Confirmed`` and ``confirmed``."""
    assert rows_in(b'[{"Confirmed": 19, "confirmed": "Not Called"}]') == [{"Confirmed": 19, "confirmed": "Not Called"}]


@pytest.mark.parametrize(
    ("body", "glance"),
    [
        (b'[{"AptNum": 1}, {"AptNum": 2}]', Glance(2, sensitive=False)),
        (b'[{"AptNum": 1}, {"SSN": "000-12-3456"}]', Glance(2, sensitive=True)),
        (b'[{"\\u0053SN": "000-12-3456"}]', Glance(1, sensitive=True)),
        (b'[{"SSN": ""}, {"SSN": ""}]', Glance(2, sensitive=False)),
        (b'{"PatNum": 28}', Glance(1, sensitive=True)),
        (b'[{"AptNum": 1}, 5]', Glance(2, sensitive=True)),
        (b"[]", Glance(0, sensitive=False)),
    ],
)
def test_a_glance_counts_rows_and_sees_sensitive_columns(body: bytes, glance: Glance) -> None:
    """However the column's name is spelt; where it cannot tell, the rows are looked at."""
    assert glance_at(body) == glance


@pytest.mark.parametrize("body", [b"", b"nothing", b"5", b'[{"a": 01}]', b'[{"a": "\xff"}]', b'[{"a": NaN}]', b"[{]"])
def test_a_glance_refuses_what_is_not_json(body: bytes) -> None:
    """As a reading would."""
    with pytest.raises(DeliveryRefused):
        glance_at(body)


def test_a_kept_row_that_holds_an_impossible_number_stays_alone_unread() -> None:
    """It is valid JSON, so it was kept; it must not take the other rows with it."""
    body = b'[{"AptNum": 1}, {"AptNum": 1e999}, {"AptNum": 3}]'

    assert glance_at(body).rows == 3
    first, odd, third = kept_rows_in(body)
    assert (first, third) == ({"AptNum": 1}, {"AptNum": 3})
    assert not isinstance(odd, dict)
    assert msgspec.json.encode(odd) == b'{"AptNum": 1e999}'
