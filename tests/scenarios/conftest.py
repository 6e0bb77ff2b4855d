"""A running installation for the scenarios that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from odevents.simulator import Office
from tests.support.installation import Installation, installation
from tests.support.spec_requests import PRINTED_KEY


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Receiver and workers around one live office and one in dry-run mode."""
    offices = [
        Office("southside", patients=30, customer_key=PRINTED_KEY, zone="America/Los_Angeles"),
        Office("lakewood", patients=10, zone="America/Denver"),
    ]
    with installation(tmp_path_factory.mktemp("running"), "serve", "worker", offices=offices) as started:
        yield started
