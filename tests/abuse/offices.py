"""Offices that exist only as an index of keys."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from odevents.office import OfficeAccess
from odevents.receiver.index import ReceiverIndex, index_of
from odevents.store.seal import Seals


def index_of_offices(seals: Seals, many: int) -> ReceiverIndex:
    """So many offices with the keys ``customer-key-0000`` and so on."""
    return index_of(
        [
            OfficeAccess(
                name=f"office-{number}",
                customer_keys=(f"customer-key-{number:04}",),
                developer_key="developer-key",
                base_urls=("http://127.0.0.1:1/api/v1",),
                budget="none",
                zone=ZoneInfo("America/Denver"),
                workstation="",
                mode="dry-run",
            )
            for number in range(many)
        ],
        seals,
    )
