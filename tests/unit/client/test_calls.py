"""What a call is made of, before it is sent: checked, complete, and silent about values."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from odevents.client import opendental, resources
from odevents.client.conditions import Condition, at_least_one_of, at_most_one_of, exactly_one_of, needed_when, needs
from odevents.client.endpoints import Resource
from odevents.client.models import Body
from odevents.client.opendental import OpenDental
from odevents.client.resources.appointments import AppointmentConfirm, AppointmentNote, Appointments
from odevents.errors import CallInvalid
from tests.unit.client.scripted import scripted


@pytest.fixture
def client() -> OpenDental:
    return scripted({})[0]


def test_on_the_class_an_endpoint_tells_everything_about_itself() -> None:
    confirm = Appointments.confirm

    assert (confirm.verb, confirm.path, confirm.name) == (
        "PUT",
        "appointments/{AptNum}/Confirm",
        "appointments.confirm",
    )
    assert (confirm.added, confirm.permission, confirm.success, confirm.reads) == ("21.1", "Comm", 200, False)
    assert confirm.request is AppointmentConfirm


def test_an_endpoint_is_found_again_by_its_name() -> None:
    for endpoint in resources.endpoints():
        assert resources.endpoint(endpoint.name) is endpoint


def test_what_is_not_there_is_not_found(client: OpenDental) -> None:
    misspelt = "apointments"
    with pytest.raises(KeyError):
        resources.endpoint("appointments.cancel")
    with pytest.raises(KeyError):
        resources.load("os")
    with pytest.raises(AttributeError, match="no resource 'apointments'"):
        getattr(client, misspelt)


def test_a_call_is_made_without_being_sent(client: OpenDental) -> None:
    call = client.appointments.note.call(18, Note="Requests reschedule")

    assert (call.verb, call.path, call.template) == ("PUT", "appointments/18/Note", "appointments/{AptNum}/Note")
    assert (call.body, dict(call.query)) == ({"Note": "Requests reschedule"}, {})
    assert client.sender.calls == []  # type: ignore[attr-defined]


def test_neither_a_call_nor_a_request_shows_a_value(client: OpenDental) -> None:
    call = client.patients.find.call(LName="Harrison")

    assert "Harrison" not in repr(call)
    assert repr(AppointmentNote(Note="Harrison")) == "AppointmentNote('Note')"


def test_a_change_sends_what_was_set_and_an_empty_string_clears(client: OpenDental) -> None:
    call = client.patients.update.call(16, Preferred="", Birthdate=None, Premed=True)

    assert call.body == {"Preferred": "", "Birthdate": "0001-01-01", "Premed": "true"}


@pytest.mark.parametrize(
    ("path", "values", "parameters", "told"),
    [
        ("appointments.note", (18,), {"Nte": "x"}, "Note: Field required; Nte: Extra inputs are not permitted"),
        ("appointments.note", (), {"Note": "x"}, "needs AptNum"),
        ("appointments.get", (18,), {"PatNum": 3}, "does not take PatNum"),
        ("appointments.create", (18,), {}, "needs no id"),
        ("appointments.update", (18,), {"provAbbr": "DOC1"}, "provAbbr: Extra inputs"),
        ("appointments.update", (18,), {"Op": None}, "Op: Input should be a valid integer"),
        ("appointments.update", (18,), {"AptDateTime": datetime(2026, 3, 2, tzinfo=UTC)}, "without a zone"),
        ("appointments.find", (), {"Limit": 0}, "Limit: Input should be greater than or equal to 1"),
        ("subscriptions.create", (), {"EndPointUrl": "x", "WatchTable": "Patient"}, "WatchTable needs PollingSeconds"),
        ("subscriptions.create", (), {"EndPointUrl": "x"}, "exactly one of WatchTable and UiEventType"),
        ("patients.update", (1,), {"Guarantor": 1, "SuperFamily": 1}, "only one of Guarantor and SuperFamily"),
        ("payplans.find", (), {}, "give PatNum or Guarantor"),
        (
            "claims.create",
            (),
            {"PatNum": 1, "procNums": [1], "ClaimType": "PreAuth"},
            "InsSubNum is required when ClaimType is PreAuth; PatRelat is required when ClaimType is PreAuth",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_told_by_name(
    path: str, values: tuple[int, ...], parameters: dict[str, Any], told: str
) -> None:
    endpoint = resources.endpoint(path)

    with pytest.raises(CallInvalid) as caught:
        endpoint.prepare(values, parameters)

    assert told in str(caught.value)
    assert endpoint.path in str(caught.value)


def test_a_refused_argument_is_told_without_its_value() -> None:
    with pytest.raises(CallInvalid) as caught:
        resources.endpoint("patients.find").prepare((), {"Birthdate": "Harrison", "ClinicNum": "Bradley"})

    assert "Harrison" not in str(caught.value)
    assert "Bradley" not in str(caught.value)


def test_objects_inside_a_body_are_spelt_as_well(client: OpenDental) -> None:
    call = resources.endpoint("payments.update_partial").prepare(
        (3,), {"procNumsAndAmounts": [{"ProcNum": 271, "Amount": Decimal("40.50")}]}
    )

    assert call.body == {"procNumsAndAmounts": [{"ProcNum": 271, "Amount": 40.5}]}


def test_a_parameter_of_a_body_can_travel_in_the_query(client: OpenDental) -> None:
    call = client.queries.short_query.call(SqlCommand="SELECT 1", Offset=200)

    assert call.target == "queries/ShortQuery?Offset=200"
    assert call.body == {"SqlCommand": "SELECT 1"}


@pytest.mark.parametrize(
    ("condition", "met", "unmet"),
    [
        (exactly_one_of("a", "b"), ["a"], ["", "ab"]),
        (at_least_one_of("a", "b"), ["a", "ab"], [""]),
        (at_most_one_of("a", "b"), ["", "a"], ["ab"]),
        (needs("a", "b"), ["", "b", "ab"], ["a"]),
    ],
)
def test_a_condition_holds_or_names_what_it_wants(condition: Condition, met: list[str], unmet: list[str]) -> None:
    assert all(condition.met(dict.fromkeys(given)) for given in met)
    assert not any(condition.met(dict.fromkeys(given)) for given in unmet)
    assert "a" in condition.rule.split()


def test_a_value_can_make_another_parameter_required() -> None:
    condition = needed_when("options", "kind", "list")

    assert condition.met({"kind": "text"})
    assert condition.met({"kind": "list", "options": ""})
    assert not condition.met({"kind": "list"})
    assert condition.rule == "options is required when kind is list"


FACADE = Path(opendental.__file__).read_text()


@pytest.mark.parametrize("name", resources.names())
def test_a_resource_file_is_written_like_all_others(name: str) -> None:
    resource = resources.load(name)

    assert issubclass(resource, Resource)
    assert resource.__name__.lower() == name
    assert {endpoint.path.partition("/")[0] for endpoint in resource.endpoints().values()} == {name}
    assert f"from odevents.client.resources.{name} import {name}\n" in FACADE


def test_every_row_can_be_read_from_its_key_alone() -> None:
    """Older offices send fewer columns: whatever is not the key has an empty value."""
    for endpoint in resources.endpoints():
        fields = endpoint.row.model_fields if endpoint.row else {}
        required = [name for name, field in fields.items() if field.is_required()]
        assert len(required) <= 1, f"{endpoint} requires {required}"
    assert sum(endpoint.row is not None for endpoint in resources.endpoints()) > 270


def test_every_request_refuses_what_it_does_not_know() -> None:
    for endpoint in resources.endpoints():
        if endpoint.request is not None:
            assert endpoint.request.model_config["extra"] == "forbid"
            assert issubclass(endpoint.request, Body) == (endpoint.verb in ("POST", "PUT"))
