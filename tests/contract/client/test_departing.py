"""The moment between "may have been sent" and "certainly was not": the last one before the first byte."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.errors import LeaseLost, NotSent
from odevents.simulator import DEVELOPER_KEY, Office, Simulator
from tests.support.installation import free_port


def session(base_url: str) -> Session:
    return Session(developer_key=DEVELOPER_KEY, customer_key="customer-key-of-southside", base_urls=[base_url])


def test_departing_is_called_once_and_before_the_office_is() -> None:
    with Simulator([Office("southside", patients=1)], poll=False) as clinic, session(clinic.base_url) as sender:
        office, seen = clinic.office("southside"), []
        call = OpenDental(sender).appointments.note.call(1, Note="now")

        sender.send(replace(call, departing=lambda: seen.append(len(office.calls))))
        sender.send(replace(call, departing=lambda: seen.append(len(office.calls))))

        assert seen == [0, 1]


def test_what_departing_raises_comes_out_and_nothing_was_sent() -> None:
    def stop() -> None:
        raise LeaseLost("somebody else has the lane")

    with Simulator([Office("southside", patients=1)], poll=False) as clinic, session(clinic.base_url) as sender:
        call = OpenDental(sender).appointments.note.call(1, Note="now")

        with pytest.raises(LeaseLost):
            sender.send(replace(call, departing=stop))

        assert clinic.office("southside").calls == []
        sender.send(call)
        assert len(clinic.office("southside").calls) == 1, "the session goes on"


def test_without_a_connection_nothing_departs() -> None:
    seen: list[int] = []
    with session(f"http://127.0.0.1:{free_port()}/api/v1") as sender:
        call = OpenDental(sender).appointments.note.call(1, Note="now")

        with pytest.raises(NotSent):
            sender.send(replace(call, departing=lambda: seen.append(1)))

    assert seen == []
