"""An office whose time stands still, and a way to call its API without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from odevents.simulator import Clock, Office, Simulator
from odevents.simulator.rest.answer import Answer
from odevents.simulator.rest.service import Service

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)

Ask = Callable[..., Answer]


@pytest.fixture
def office() -> Iterator[Office]:
    """Sixty patients, in UTC, nobody polling."""
    opened = Office("southside", patients=60, zone="UTC")
    simulator = Simulator([opened], clock=Clock.still(START), poll=False)
    opened.base_url = "http://127.0.0.1:30222/api/v1"
    yield opened
    simulator.stop()


@pytest.fixture
def ask(office: Office) -> Ask:
    """``ask("PUT", "appointments/3/Note", Note="x")``; a query is part of the path."""
    service = Service({office.customer_key: office})

    def send(verb: str, path: str, /, headers: dict[str, str] | None = None, **body: Any) -> Answer:
        sent = {"authorization": office.authorization, "content-type": "application/json"} | (headers or {})
        return service.respond(verb, f"/api/v1/{path}", sent, json.dumps(body).encode() if body else b"").answer

    return send
