"""The drills in short: what needs neither root nor an engine. ``make image`` and the like are the long form."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.deploy.charts import manifests
from tests.deploy.drills import chart, compose, machine, office
from tests.deploy.drills.ground import ROOT, Missing, Sight, block, demand, run, wait
from tests.deploy.drills.taken_over import ATTEMPTS
from tests.support.installation import installation


def test_what_is_not_there_is_named_by_its_package() -> None:
    """A program of a package that is missing; one that is there is the control."""
    demand({"sh": "dash"}, root=False)
    with pytest.raises(Missing, match=r"apt-get install no-such-package$"):
        demand({"sh": "dash", "no-such-program": "no-such-package"}, root=False)


def test_what_was_not_seen_fails_the_drill(capsys: pytest.CaptureFixture[str]) -> None:
    """One of two; a drill that saw everything is the control."""
    good, bad = Sight(), Sight()
    for sight in (good, bad):
        sight.seen("the one", True)
    bad.seen("the other", False, "it was\nelsewhere")

    assert (good.end(), bad.end()) == (0, 1)
    assert "FAILED the other: it was elsewhere" in capsys.readouterr().out


def test_the_pages_have_the_commands_that_the_drills_carry_out() -> None:
    """Each in one block; each is something that bash reads."""
    told = [(machine.PAGE, "pip install"), (machine.PAGE, "openssl rand"), (machine.PAGE, "systemctl enable"),
            (machine.PAGE, "systemctl restart"), (compose.PAGE, "docker compose up -d\n"),
            (compose.PAGE, "--force-recreate")]  # fmt: skip
    for page, having in told:
        run("bash", "-n", stdin=block(page, having))
    assert compose.SECRETS_GO_HERE in block(compose.PAGE, "docker compose up -d\n")
    with pytest.raises(Missing):
        block(machine.PAGE, "no such command")


def test_the_account_of_what_could_be_done_tells_yes_from_no(tmp_path: Path) -> None:
    """The program that is put in the receiver's place: everything has an answer, and here some can be done."""
    program = ROOT / "tests/deploy/drills/taken_over.py"
    could = yaml.safe_load(run(sys.executable, str(program)))

    assert could.keys() == ATTEMPTS.keys()
    assert could["see other processes"] is True
    assert run(sys.executable, str(program), "fill", "1").strip() == '{"took MB": 1}'


def test_the_office_of_the_drills_is_understood(tmp_path: Path) -> None:
    """What it sends is taken with its key and refused with another; its part of odevents.toml is right."""
    toml = tmp_path / "odevents.toml"
    toml.write_text(office.CONFIGURATION.format(base_url="http://127.0.0.1:30222/api/v1"))
    said = run(sys.executable, "-m", "odevents.cli.main", "check", str(toml), "--without-secrets")
    with installation(tmp_path, "serve") as running:
        good = office.send(running.port, office.KEY, "/X/")
        bad = office.send(running.port, "another", "/X/")
        program = [sys.executable, "-m", "tests.deploy.drills.office", str(running.port), office.KEY, "steadily"]
        load = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        time.sleep(1.5)
        answers = yaml.safe_load(load.communicate()[0])

    assert "error" not in said
    assert (good[0], bad[0]) == (200, 401)
    assert answers.keys() == {"200"}
    assert answers["200"] > 3


def test_older_words_change_nothing_else_of_the_chart() -> None:
    """The budget's version and the sleep before a stop; every other manifest stays as it is."""
    given = {"secretName": "clinic-secrets", "config": {"toml": "handlers = []\n"}}
    for new, old in zip(manifests(given), map(chart.in_older_words, manifests(given)), strict=True):
        name = new["metadata"]["name"] + new["kind"]
        assert (new == old) is (name not in ("clinic-webDeployment", "clinic-webPodDisruptionBudget")), name


def test_waiting_gives_what_was_said_last() -> None:
    """When the words come, and when they do not within the time."""
    assert wait(["echo", "ready now"], "ready", within=5) == "ready now\n"
    assert wait(["echo", "not yet"], "ready", within=0.1) == "not yet\n"
