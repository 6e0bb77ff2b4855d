"""Client and simulator, written apart from the same tables, understand each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from odevents.client import resources
from odevents.client.endpoints import Endpoint, is_list
from odevents.client.incremental import changed_since
from odevents.client.models import parameters
from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.errors import CallError, KeyRefused, OfficeOffline, OfficeTooOld, OutcomeUnknown
from odevents.simulator import DEVELOPER_KEY, Faults, Office, Simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    offices = [Office("southside", patients=40), Office("oldtown", patients=5, version="22.1")]
    with Simulator(offices, poll=False) as running:
        yield running


@pytest.fixture
def office(simulator: Simulator) -> Iterator[Office]:
    office = simulator.office("southside")
    yield office
    office.faults = Faults()


def client_of(simulator: Simulator, name: str) -> OpenDental:
    """A client whose session lives as long as the test."""
    key = simulator.office(name).customer_key
    session = Session(
        developer_key=DEVELOPER_KEY, customer_key=key, base_urls=[simulator.base_url], sleep=lambda _: None
    )
    return OpenDental(session)


@pytest.fixture
def client(simulator: Simulator) -> Iterator[OpenDental]:
    client = client_of(simulator, "southside")
    yield client
    client.sender.close()  # type: ignore[attr-defined]


LISTS = [
    endpoint
    for endpoint in resources.endpoints()
    if is_list(endpoint)
    and not endpoint.path_names
    and not any(parameter.required for parameter in parameters(endpoint.request))
    and not (endpoint.request and endpoint.request.conditions)
]


@pytest.mark.parametrize("endpoint", LISTS, ids=lambda endpoint: endpoint.name)
def test_every_row_of_a_list_fits_its_model(client: OpenDental, endpoint: Endpoint[..., Any]) -> None:
    resource, _, attribute = endpoint.name.partition(".")

    rows = list(getattr(getattr(client, resource), attribute)(Limit=150))

    assert all(isinstance(row, endpoint.row or ()) for row in rows)


def test_what_people_change_is_read_incrementally(client: OpenDental, office: Office) -> None:
    everything = changed_since(client.appointments.find, None)
    known = {appointment.AptNum for appointment in everything}
    chosen = min(known)
    office.change("appointment", chosen, Note="Moved by phone")

    changes = changed_since(client.appointments.find, everything.cursor)
    found = {appointment.AptNum: appointment for appointment in changes}

    assert found[chosen].Note == "Moved by phone"
    assert everything.cursor is not None
    assert changes.cursor is not None
    assert changes.cursor >= everything.cursor


def test_an_older_office_says_since_when_a_method_exists(simulator: Simulator) -> None:
    client = client_of(simulator, "oldtown")

    with pytest.raises(OfficeTooOld, match=r"came with 24\.2\.3"):
        list(client.toothinitials.find())
    client.sender.close()  # type: ignore[attr-defined]


def test_a_write_whose_answer_is_lost_is_unknown_and_was_sent_once(client: OpenDental, office: Office) -> None:
    office.faults.next("reset_after")

    with pytest.raises(OutcomeUnknown):
        client.appointments.note(1, Note="Only once, please")

    assert client.appointments.get(1).Note.count("Only once, please") == 1


@pytest.mark.parametrize(("fault", "kind"), [("econnector_down", OfficeOffline), ("key_disabled", KeyRefused)])
def test_what_is_wrong_at_the_office_is_named(
    client: OpenDental, office: Office, fault: str, kind: type[CallError]
) -> None:
    assert client.appointments.get(1).AptNum == 1
    setattr(office.faults, fault, True)

    with pytest.raises(kind):
        client.appointments.get(1)
