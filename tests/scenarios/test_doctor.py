"""``odevents doctor`` in front of a pretend Open Dental with which one thing after the other is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from odevents.queues import alive
from odevents.simulator import Office
from tests.support.command import run
from tests.support.installation import Installation, installation, until


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One office, and everything that belongs to an installation."""
    with installation(tmp_path_factory.mktemp("doctor"), "serve", "worker", "scheduler") as found:
        until(lambda: all(alive(found.redis)[work] for work in ("inbox", "writes")), what="the workers' start")
        yield found


@pytest.fixture
def office(running: Installation) -> Iterator[Office]:
    """The office, well again afterwards."""
    found = running.clinic.office("southside")
    before = (found.version, found.permissions, vars(found.faults).copy())
    yield found
    found.version, found.permissions = before[:2]
    vars(found.faults).update(before[2])


def findings(running: Installation, code: int) -> dict[str, dict[str, Any]]:
    """What ``odevents doctor --json`` finds, by code; the worst where a code is there twice."""
    told = json.loads(run(running, "doctor", "--json", code=code).stdout)
    worst = ["fine", "unknown", "warning", "error"]
    return {one["code"]: one for one in sorted(told, key=lambda one: worst.index(one["mark"]))}


def test_a_sound_installation_is_told_so(running: Installation) -> None:
    told = findings(running, 0)
    fine = {code for code, found in told.items() if found["mark"] == "fine"}
    assert fine >= {"OD101", "OD102", "OD301", "OD302", "OD210", "OD120", "OD140", "OD141"}


def _key_disabled(office: Office) -> None:
    office.faults.key_disabled = True


def _econnector_down(office: Office) -> None:
    office.faults.econnector_down = True


def _clock_wrong(office: Office) -> None:
    office.faults.clock_skew = 400


def _old(office: Office) -> None:
    office.version = "20.5.1"


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        (_key_disabled, "OD101", "refused the key"),
        (_econnector_down, "OD301", "eConnector"),
        (_clock_wrong, "OD210", "s ahead of ours"),
        (_old, "OD302", "lacks"),
    ],
)
def test_what_is_wrong_with_an_office_is_found_with_its_next_step(
    wrong: Callable[[Office], None], code: str, said: str, office: Office, running: Installation
) -> None:
    wrong(office)
    found = findings(running, 3)[code]
    assert found["mark"] == "error"
    assert said in found["what"]
    assert found["do"]
    assert found["then"] == "odevents doctor --office southside"


def test_for_people_the_errors_come_last_with_what_to_do(office: Office, running: Installation) -> None:
    _econnector_down(office)
    told = run(running, "doctor", code=3).stdout
    assert told.index("✓ OD120") < told.index("✗ OD301 southside: the eConnector did not answer")
    assert "Do: at the office, open Services" in told
    assert "docs/reference/findings.md#od301" in told


def test_a_store_that_is_gone_is_the_finding_and_the_office_is_asked_all_the_same(tmp_path: Path) -> None:
    with installation(tmp_path) as running:
        running.server.stop()
        told = findings(running, 3)
    assert told["OD123"]["mark"] == "error"
    assert told["OD120"]["mark"] == "unknown"
