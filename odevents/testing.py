"""For tests of your own handlers and rules: rows and changes to hand them, and an office for them to act on.

In a ``conftest.py``::

    pytest_plugins = ["odevents.testing"]

Then ``opendental`` is a :class:`~odevents.simulator.Simulator` with one office, and ``handler_office`` is what a
handler is given besides the change, its client connected to that office. ``docs/how-to/test-your-handlers.md`` has an
example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.events.change import Change, Kind
from odevents.events.tables import table_named
from odevents.office import Office as HandlerOffice
from odevents.simulator import DEVELOPER_KEY, Clock, Office, Simulator
from odevents.simulator.events.watch import PATIENT_SELECTED, WATCHES
from odevents.simulator.schema import Field, tables

__all__ = [
    "START",
    "a_change",
    "a_deleted_appointment",
    "a_patfield",
    "a_patient",
    "a_row",
    "a_selected_patient",
    "an_appointment",
    "an_event",
    "handler_office",
    "opendental",
]

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""When it is in ``opendental``: a Monday, nine in the morning at the office."""

_STAMPED = "2026-03-02 08:59:00"
_SENSIBLE: dict[str, dict[str, Any]] = {
    "Appointment": {
        "PatNum": 12, "AptStatus": "Scheduled", "Confirmed": 203, "confirmed": "Not Called", "Op": 1, "ProvNum": 1,
        "provAbbr": "DOC1", "AptDateTime": "2026-03-05 10:00:00", "ClinicNum": 1,
        "SecDateTEntry": "2026-02-02 10:00:00",
    },
    "Patient": {
        "LName": "Lanternfell", "FName": "Cobalt", "Gender": "Unknown", "Birthdate": "1990-01-01", "Guarantor": 12,
        "HmPhone": "(555)555-0123", "PriProv": 1, "priProvAbbr": "DOC1", "BillingType": "Standard Account",
        "ImageFolder": "LanternfellCobalt12", "ClinicNum": 1, "clinicAbbr": "North", "PatNum": 12,
    },
    "PatField": {"PatNum": 12, "FieldName": "Text Confirm", "FieldValue": "Yes", "SecDateEntry": "2026-03-02"},
}  # fmt: skip
_SENSIBLE["AppointmentDeleted"] = _SENSIBLE["Appointment"] | {"AptNum": 1, "HistApptAction": "Deleted"}
_SENSIBLE["PatientSelected"] = _SENSIBLE["Patient"] | {"BillingType": "StandardAccount", "ClinicNum": "1"}


def an_appointment(**fields: Any) -> dict[str, Any]:
    """A row of an ``Appointment`` event: scheduled, not confirmed, unless ``fields`` say otherwise."""
    return a_row("Appointment", **fields)


def a_deleted_appointment(**fields: Any) -> dict[str, Any]:
    """A row of an ``AppointmentDeleted`` event."""
    return a_row("AppointmentDeleted", **fields)


def a_patient(**fields: Any) -> dict[str, Any]:
    """A row of a ``Patient`` event."""
    return a_row("Patient", **fields)


def a_patfield(**fields: Any) -> dict[str, Any]:
    """A row of a ``PatField`` event: the answer "Yes" to "Text Confirm"."""
    return a_row("PatField", **fields)


def a_selected_patient(**fields: Any) -> dict[str, Any]:
    """The object of a ``PatientSelected`` event."""
    return a_row("PatientSelected", **fields)


def a_row(watch: str, /, **fields: Any) -> dict[str, Any]:
    """A complete row of an event, its fields in Open Dental's order and spelling.

    :param watch: a watch table, or ``PatientSelected``.
    :raises KeyError: a table that cannot be watched, or a field that its rows do not have.
    """
    row = {field.name: _value(field) for field in _shape(watch)} | _SENSIBLE.get(watch, {})
    unknown = set(fields) - set(row)
    if unknown:
        raise KeyError(f"{watch} rows have no field {', '.join(sorted(unknown))}")
    return row | fields


def a_change(
    row: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    table: str = "Appointment",
    kind: str = "",
    office: str = "testville",
) -> Change[Any]:
    """What a handler is given: an update if ``before`` names what fields held, else a creation.

    :param before: previous values of the fields that changed, ``{"AptStatus": "Scheduled"}``.
    :param kind: to say otherwise: ``deleted``, ``first-seen``, ``selected`` …
    """
    described = table_named(table)
    return Change(
        kind=Kind(kind or ("updated" if before else "created")),
        office=office,
        table=table,
        key=str(row[described.key]),
        stamp=str(row.get(described.stamp, "")),
        values=dict(row),
        old=dict(before or {}),
        fields=frozenset(before or ()),
        workstation="SRV01",
        delivery="dlv_test",
    )


def an_event(
    watch: str, *rows: Mapping[str, Any], customer_key: str = "customer-key-of-testville", workstation: str = "SRV01"
) -> tuple[dict[str, str], bytes]:
    """Headers and body of the POST that Open Dental would send with these rows."""
    selected = watch == "PatientSelected"
    headers = {
        "Authorization": customer_key,
        "Workstation": workstation,
        "Event-Type": f"{'UiEventType' if selected else 'WatchTable'}: {watch}",
        "Content-Type": "application/json",
    }
    return headers, msgspec.json.encode(rows[0] if selected else rows)


@pytest.fixture
def opendental() -> Iterator[Simulator]:
    """One office, ``testville``, with thirty patients. Time stands still until the test moves it.

    Its events are sent when the test says so, by ``opendental.poll_now()``.
    """
    with Simulator([Office("testville", patients=30)], clock=Clock.still(START), poll=False) as simulator:
        yield simulator


@pytest.fixture
def handler_office(opendental: Simulator) -> Iterator[HandlerOffice]:
    """What a handler is given besides the change. Its client writes straight to the office, at once."""
    office = opendental.office("testville")
    session = Session(developer_key=DEVELOPER_KEY, customer_key=office.customer_key, base_urls=[opendental.base_url])
    with session:
        yield HandlerOffice(office.name, OpenDental(session), office.now())


def _shape(watch: str) -> tuple[Field, ...]:
    if watch == "PatientSelected":
        return tables()["patient"].shape(only=PATIENT_SELECTED)
    if watch not in WATCHES or WATCHES[watch].deleted_from:
        raise KeyError(f"no rows are known of {watch}")
    return WATCHES[watch].shape


def _value(field: Field) -> Any:
    if field.kind in ("key", "key_text"):
        return 1 if field.kind == "key" else "1"
    if field.kind in ("stamp", "entered", "entered_date"):
        return _STAMPED[:10] if field.kind == "entered_date" else _STAMPED
    if field.kind in ("ref_text", "money_text"):
        return "0" if field.kind == "ref_text" else "0.00"
    return 0 if field.kind == "money" else "" if field.kind == "lookup" else field.default
