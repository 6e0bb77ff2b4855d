"""``odevents listen install`` and ``uninstall`` against the pretend Open Dental, with a stand-in for systemctl."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.listener import subscription
from odevents.simulator import DEVELOPER_KEY, Office, Simulator
from tests.support.listening import KEY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the stand-in is for systemctl")


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office("southside", workstations=("FRONT1",))
    with Simulator([office], poll=False):
        yield office


class Machine:
    """A workstation with a home of its own, whose systemctl writes down what it is told."""

    def __init__(self, home: Path, office: Office) -> None:
        self.home = home
        self.office = office
        self.told = home / "systemctl.log"
        (home / "bin").mkdir()
        systemctl = home / "bin" / "systemctl"
        systemctl.write_text(f'#!/bin/sh\necho "$@" >> {self.told}\n')
        systemctl.chmod(0o755)

    def listen(self, *arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "odevents.cli.main", "listen", *arguments],
            env={"PATH": f"{self.home / 'bin'}:{os.environ['PATH']}", "HOME": str(self.home), **environment},
            cwd=self.home,
            input=typed,
            capture_output=True,
            text=True,
            timeout=30,
        )

    def install(self, *more: str) -> subprocess.CompletedProcess[str]:
        return self.listen(
            "install",
            "--office",
            "southside",
            "--workstation",
            "FRONT1",
            "--api",
            self.office.base_url,
            *more,
            typed=f"{KEY}\n{DEVELOPER_KEY}\n",
        )

    def uninstall(self, *more: str) -> subprocess.CompletedProcess[str]:
        return self.listen(
            "uninstall", "--workstation", "FRONT1", "--api", self.office.base_url, *more, typed=f"{DEVELOPER_KEY}\n"
        )

    @property
    def unit(self) -> Path:
        return self.home / ".config" / "systemd" / "user" / "odevents-listener.service"

    @property
    def keys(self) -> Path:
        return self.home / ".config" / "odevents" / "listener-keys.json"


@pytest.fixture
def machine(tmp_path: Path, office: Office) -> Machine:
    return Machine(tmp_path, office)


def subscriptions(office: Office) -> list[tuple[str, str, str]]:
    return [(row["EndPointUrl"], row["Workstation"], row["UiEventType"]) for row in office.rows("apisubscription")]


def test_install_leaves_a_key_a_unit_and_a_subscription_and_uninstall_none(machine: Machine, office: Office) -> None:
    done = machine.install()
    assert done.returncode == 0, done.stderr
    assert "subscription 1 created" in done.stdout
    assert "Next: odevents listen test" in done.stdout
    assert machine.keys.stat().st_mode & 0o777 == 0o600
    assert "listen" in machine.unit.read_text()
    assert machine.told.read_text().splitlines()[-1] == "--user enable --now odevents-listener.service"
    assert subscriptions(office) == [("http://localhost:2097/PatientSelected", "FRONT1", "PatientSelected")]

    gone = machine.uninstall()
    assert gone.returncode == 0, gone.stderr
    assert "subscription 1 removed" in gone.stdout
    assert subscriptions(office) == []
    assert not machine.unit.exists()
    assert not machine.keys.exists()
    assert machine.told.read_text().splitlines()[-1] == "--user disable --now odevents-listener.service"


def test_install_twice_changes_nothing(machine: Machine, office: Office) -> None:
    machine.install()
    again = machine.install()
    assert "subscription 1 was there already" in again.stdout
    assert len(subscriptions(office)) == 1


def test_the_developer_key_is_kept_nowhere_and_no_key_is_shown(machine: Machine) -> None:
    done = machine.install()
    for path in machine.home.rglob("*"):
        if path.is_file():
            assert DEVELOPER_KEY not in path.read_text()
    assert KEY not in done.stdout + done.stderr
    assert KEY not in machine.unit.read_text()


def test_other_subscriptions_are_left_alone(machine: Machine, office: Office) -> None:
    with Session(developer_key=DEVELOPER_KEY, customer_key=KEY, base_urls=[office.base_url]) as session:
        known = OpenDental(session).subscriptions
        known.create(
            EndPointUrl="http://localhost:2097/PatientSelected", Workstation="FRONT1", UiEventType="PatientSelected"
        )
        known.create(
            EndPointUrl="http://localhost:2097/PatientSelected",
            Workstation="FRONT2",
            UiEventType="PatientSelected",
            Note=subscription.NOTE,
        )
        machine.install()
        machine.uninstall()
        assert [found.SubscriptionNum for found in known.find()] == [1, 2]


def test_a_key_that_may_not_delete_stops_the_subscription_and_takes_it_up_again(tmp_path: Path) -> None:
    office = Office("southside", permissions=frozenset({"ReadAll"}))
    with Simulator([office], poll=False):
        machine = Machine(tmp_path, office)
        machine.install()
        gone = machine.uninstall()
        assert "subscription 1 stopped: this key may not delete it" in gone.stdout, gone.stderr
        back = machine.install()
        assert "subscription 1 taken up again" in back.stdout, back.stderr
        assert len(subscriptions(office)) == 1


def test_a_port_of_ones_own_is_the_same_everywhere(machine: Machine, office: Office) -> None:
    machine.install("--port", "2098")
    assert subscriptions(office)[0][0] == "http://localhost:2098/PatientSelected"
    assert '"--port" "2098"' in machine.unit.read_text()


def test_an_office_that_refuses_is_told_of_with_the_way_around_it(machine: Machine, office: Office) -> None:
    done = machine.listen(
        "install", "--api", office.base_url, OD_CUSTOMER_KEY="customer-key-of-nobody", OD_DEVELOPER_KEY=DEVELOPER_KEY
    )
    assert done.returncode == 1
    assert "the subscription of office: GET subscriptions: " in done.stderr
    assert "go without (--help)" in done.stderr
    assert "customer-key-of-nobody" not in done.stdout + done.stderr


def test_a_workstation_of_two_offices_is_subscribed_with_each_of_their_keys(tmp_path: Path) -> None:
    offices = [Office("southside"), Office("lakewood")]
    with Simulator(offices, poll=False):
        machine = Machine(tmp_path, offices[0])
        for office in offices:
            done = machine.listen(
                "install",
                "--office",
                office.name,
                "--workstation",
                "FRONT1",
                "--api",
                office.base_url,
                OD_CUSTOMER_KEY=office.customer_key,
                OD_DEVELOPER_KEY=DEVELOPER_KEY,
            )
            assert f"{office.name}: subscription 1 created" in done.stdout, done.stderr
        assert [len(subscriptions(office)) for office in offices] == [1, 1]
        gone = machine.uninstall()
        assert "southside: subscription 1 removed" in gone.stdout
        assert "lakewood: subscription 1 removed" in gone.stdout


def test_print_shows_the_definition_and_changes_nothing(machine: Machine) -> None:
    shown = machine.listen("install", "--print")
    assert shown.returncode == 0, shown.stderr
    assert "[Service]" in shown.stdout
    assert not machine.unit.exists()
    assert not machine.told.exists()


def test_without_a_key_or_a_developer_key_it_says_what_is_missing(machine: Machine, office: Office) -> None:
    assert "install needs the customer key" in machine.listen("install").stderr
    done = machine.listen("install", "--api", office.base_url, OD_CUSTOMER_KEY=KEY)
    assert done.returncode == 1
    assert "the subscription needs the developer key" in done.stderr
    done = machine.listen("install", "--no-subscription", "--workstation", "FRONT1", OD_CUSTOMER_KEY=KEY)
    assert done.returncode == 0
    assert "subscribe FRONT1 to PatientSelected with http://localhost:2097/PatientSelected" in done.stdout
