"""Pretend offices over real HTTP, and one office's subscriptions as the commands see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from zoneinfo import ZoneInfo

import pytest
import redis

from odevents.client.session import Session
from odevents.config import ConfigFile
from odevents.office import OfficeAccess
from odevents.simulator import DEVELOPER_KEY, Office, Simulator
from odevents.store.subscriptions_seen import SubscriptionsSeen
from odevents.subscriptions.office_subscriptions import OfficeSubscriptions, clients_of

PUBLIC = "https://hooks.example.org"

Opened = Callable[..., AbstractContextManager[OfficeSubscriptions]]


def configuration(*subscriptions: dict[str, object], workstation: str = "SRV01") -> ConfigFile:
    """A file with one office and these subscriptions."""
    office = {
        "customer_key": {"env": "KEY"},
        "developer_key": {"env": "DEVELOPER"},
        "time_zone": "America/Los_Angeles",
        "workstation": workstation,
    }
    return ConfigFile.model_validate(
        {"public_url": PUBLIC, "offices": {"southside": office}, "subscriptions": list(subscriptions)}
    )


@pytest.fixture
def clinic() -> Iterator[Simulator]:
    """One pretend office that fires nothing by itself."""
    with Simulator([Office("southside", workstations=("SRV01", "FRONT1"))], poll=False) as simulator:
        yield simulator


@pytest.fixture
def opened(clinic: Simulator, redis_client: redis.Redis) -> Opened:
    """Opens the office's subscriptions as a file declares them."""

    @contextmanager
    def opened(*declared: dict[str, object], keys: tuple[str, ...] = ()) -> Iterator[OfficeSubscriptions]:
        office = OfficeAccess(
            name="southside",
            customer_keys=keys or (clinic.office("southside").customer_key,),
            developer_key=DEVELOPER_KEY,
            base_urls=(clinic.base_url,),
            budget="none",
            zone=ZoneInfo("America/Los_Angeles"),
            workstation="SRV01",
            mode="live",
        )

        def connect(office: OfficeAccess, key: int) -> Session:
            return Session(
                developer_key=office.developer_key,
                customer_key=office.customer_keys[key],
                base_urls=office.base_urls,
                sleep=lambda _: None,
            )

        fingerprints = [f"key{number}" for number in range(len(office.customer_keys))]
        with clients_of(office, connect) as clients:
            seen = SubscriptionsSeen(redis_client)
            yield OfficeSubscriptions(office, configuration(*declared), clients, fingerprints, seen)

    return opened
