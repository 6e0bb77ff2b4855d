"""The systemd units, as systemd itself reads them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from workers.supervisor import STOP_WITHIN

UNITS = Path(__file__).parent.parent.parent / "deploy" / "systemd"
SERVICES = sorted(file.name for file in UNITS.glob("*.service"))
MOST_EXPOSED = 2.0
"""Of 10, by systemd's own account; what is left is that they speak to the network, as whoever runs them decides."""

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with a program that is on every machine."""
    for file in UNITS.iterdir():
        (tmp_path / file.name).write_text(re.sub("ExecStart=.*", "ExecStart=/bin/true", file.read_text()))
    return tmp_path


def analyze(*arguments: str) -> str:
    """What systemd says."""
    run = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)
    return run.stdout + run.stderr


def test_systemd_finds_nothing_wrong(units: Path) -> None:
    """In any unit; a misspelt line is the control."""
    files = [str(file) for file in sorted(units.iterdir())]
    assert analyze("verify", *files) == ""

    web = units / "odevents-web.service"
    web.write_text(web.read_text().replace("ProtectHome", "ProtectHme"))
    assert re.search("Unknown key (name )?'ProtectHme'", analyze("verify", *files))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_taken_over_can_do_little(service: str) -> None:
    """By systemd's own measure, and by name."""
    said = analyze("security", "--offline=true", str(UNITS / service))
    overall = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    lines = (UNITS / service).read_text().splitlines()

    assert overall
    assert float(overall[1]) <= MOST_EXPOSED
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "DynamicUser=yes", "CapabilityBoundingSet="} <= set(lines)


def test_the_public_side_is_given_neither_keys_nor_secrets_of_offices() -> None:
    """Of all credentials it has the store's address and its index; workers stop before they are cut off."""
    web = re.findall("LoadCredential=([A-Z_]+):", (UNITS / "odevents-web.service").read_text())
    worker = (UNITS / "odevents-worker.service").read_text()
    stop = re.search(r"TimeoutStopSec=(\d+)", worker)

    assert web == ["REDIS_URL", "ODEVENTS_RECEIVER_INDEX"]
    assert "ODEVENTS_SEALING_KEYS" in re.findall("LoadCredential=([A-Z_]+):", worker)
    assert stop
    assert int(stop[1]) > STOP_WITHIN
