"""Subscribing over plain HTTP, and where a subscription's cursor stands."""

from __future__ import annotations

from typing import Any

from odevents.simulator import Office, Simulator
from tests.contract.simulator.replay import raw


def subscribe(sim: Simulator, office: Office, url: str, table: str = "Appointment", **fields: Any) -> int:
    """A subscription of SRV01, every five seconds, unless ``fields`` say otherwise; its number."""
    body = {"EndPointUrl": url, "WatchTable": table, "PollingSeconds": 5, "Workstation": "SRV01"} | fields
    answer = raw(sim, office, "POST", "/subscriptions", body)
    assert answer.status == 201, answer.text
    return int(answer.json["SubscriptionNum"])


def cursor(office: Office, number: int) -> str:
    """``DateTimeStart`` of a subscription."""
    return str(office.row("apisubscription", number)["DateTimeStart"])
