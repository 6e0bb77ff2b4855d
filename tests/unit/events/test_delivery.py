"""What the headers, the URL and the body of a delivery say."""

from __future__ import annotations

import pytest

from odevents.errors import DeliveryRefused
from odevents.events.delivery import event_type, machine_name, rows_in


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
