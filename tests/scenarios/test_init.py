"""``odevents init`` as a person answers it, in front of a pretend office and of none."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odevents.cli.starter import Answers, likely_zones, starter_file
from odevents.simulator import DEVELOPER_KEY, Office, Simulator
from tests.support.terminal import converse


def answers(base_url: str, customer_key: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        ("[office]:", "southside"),
        ("[https://api.opendental.com/api/v1]:", base_url),
        ("developer key:", DEVELOPER_KEY),
        ("customer key:", customer_key),
        *more,
    ]


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odevents.cli.main", "check", "--without-secrets"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_a_few_questions_make_a_configuration_that_is_right(tmp_path: Path) -> None:
    with Simulator(
        [Office("southside", zone="America/Denver", workstations=("SRV01", "FRONT1"))], poll=False
    ) as clinic:
        key = clinic.office("southside").customer_key
        code, shown = converse(
            tmp_path,
            ["init"],
            answers(
                clinic.base_url,
                key,
                ("[America/Denver]:", ""),
                ("events [", "SRV01"),
                ("[http://127.0.0.1:8320]:", ""),
            ),
        )

    assert code == 0, shown
    assert "Open Dental 25.3.36" in shown
    assert key not in shown
    assert DEVELOPER_KEY not in shown
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert key not in (tmp_path / "odevents.toml").read_text()
    assert 'mode          = "dry-run"' in (tmp_path / "odevents.toml").read_text()
    assert "1 offices, 2 subscriptions, 2 rules" in check(tmp_path).stdout

    again = converse(tmp_path, ["init"], [])
    assert again[0] == 1
    assert "is there already" in again[1]


def test_an_office_that_does_not_answer_is_said_and_the_dialogue_goes_on(tmp_path: Path) -> None:
    code, shown = converse(
        tmp_path,
        ["init"],
        answers(
            "http://127.0.0.1:1/api/v1",
            "a-key-of-nobody",
            ("[Y/n]:", ""),
            ("zone [", "America/Chicago"),
            ("events [", "SRV01"),
            ("8320]:", "https://hooks.example.org"),
        ),
    )
    assert code == 0, shown
    assert "could not be asked" in shown
    assert check(tmp_path).returncode == 0, check(tmp_path).stderr


@pytest.mark.parametrize(
    ("office_time", "zone"),
    [
        (datetime(2026, 11, 20, 14, 0), "America/Denver"),
        (datetime(2026, 11, 20, 16, 4), "America/New_York"),
        (datetime(2026, 7, 1, 14, 0), "America/Phoenix"),
    ],
)
def test_the_zone_is_guessed_by_the_clock_of_the_office(office_time: datetime, zone: str) -> None:
    utc = datetime(office_time.year, office_time.month, office_time.day, 21, 0, tzinfo=UTC)
    assert zone in likely_zones(office_time, utc)


def test_a_clock_that_fits_no_zone_leaves_all_of_them() -> None:
    utc = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    assert len(likely_zones(datetime(2026, 11, 20, 3, 33), utc)) > 5


def test_the_file_names_variables_that_a_shell_can_hold() -> None:
    said = starter_file(Answers("main-street-2", "https://x", "UTC", "SRV01", "https://y"))
    assert "OD_KEY_MAIN_STREET_2" in said
