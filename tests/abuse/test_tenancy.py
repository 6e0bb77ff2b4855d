"""An office's key reaches that office's data and nobody else's, whatever the delivery says."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from odevents.simulator import Office
from tests.abuse.conftest import so_many
from tests.support.installation import Installation, installation, until

NAMES = [f"office-{number}" for number in range(6)]
VICTIMS = NAMES[3:]
"""Their own keys send nothing."""


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Six offices with receiver and workers."""
    clinics = [Office(name, patients=3) for name in NAMES]
    with installation(tmp_path_factory.mktemp("tenancy"), "serve", "worker", offices=clinics) as running:
        yield running


def attempt(running: Installation, chance: random.Random, number: int) -> int:
    """One office's key with everything else of another; the answer's status."""
    attacker, victim = chance.choice(NAMES[:3]), chance.choice(VICTIMS)
    row = {
        "AptNum": number,
        "PatNum": 3,
        "CustomerKey": running.clinic.office(victim).customer_key,
        "office": victim,
        "Note": f"odevents:1:{victim}:inbox",
        "DateTStamp": "2026-01-05 08:00:00",
    }
    headers = {"Workstation": victim, "X_Office": victim, "X_Customer_Key": running.clinic.office(victim).customer_key}
    headers |= {"Event_Type": chance.choice(["WatchTable: Appointment", f"WatchTable: {victim}", f"{victim}:inbox"])}
    path = chance.choice(
        [f"/apievents/{victim}", f"/apievents?office={victim}", f"/apievents/../{victim}", f"/apievents/{victim}%00"]
    )
    return running.post([row], office=attacker, path=path, **headers).status_code


def keys_of(running: Installation, office: str) -> set[bytes]:
    """Every key of the store that names an office, and every entry of a common index that does."""
    name = office.encode()
    client = running.redis
    found = {key for key in client.scan_iter(count=1000) if name in key}
    found |= {member for member in client.zrange("odevents:1:lanes:inbox", 0, -1) if name in member}
    counters = running.runtime.store.counters()
    return found | {counter.encode() for counter in counters if f"|{office}|" in counter}


def test_no_delivery_reaches_another_offices_data(offices: Installation) -> None:
    """Rows, headers and paths that name the victim; nothing with its name comes to be, nothing is written there."""
    chance, many = random.Random(11), so_many(100, 1000)
    before = {victim: keys_of(offices, victim) for victim in VICTIMS}
    answers = {attempt(offices, chance, number) for number in range(many)}
    until(offices.idle, within=60)

    assert answers <= {200, 404}
    assert 200 in answers
    assert {victim: keys_of(offices, victim) for victim in VICTIMS} == before
    assert keys_of(offices, NAMES[0]), "the control: the offices whose keys were used do have keys"
    assert all(not offices.writes(victim) for victim in VICTIMS)
