"""The operator's page as processes: where it refuses to start, who is let in, and one port for everything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from odevents.store.accounts import Accounts
from odevents.store.audit import deeds
from odevents.store.presence import processes
from tests.support.command import run
from tests.support.installation import Installation, free_port, installation, until

PASSWORD = "a few plain words"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that is set up to show the page at a path of the receiver's port; nothing runs yet."""
    settings: Any = {"ODEVENTS_CONSOLE_PORT": str(free_port())}
    with installation(tmp_path_factory.mktemp("processes"), **settings) as started:
        yield started


def accounts(running: Installation, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """``odevents accounts …`` with a password on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "odevents.cli.main", "accounts", *arguments],
        env={**os.environ, **running.environment},
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_starts_nowhere_that_others_reach_until_there_is_an_account(running: Installation) -> None:
    running.environment["ODEVENTS_CONSOLE_HOST"] = "0.0.0.0"
    refused = run(running, "console", code=1)
    assert "odevents accounts add NAME --role operator" in refused.stderr
    running.environment["ODEVENTS_CONSOLE_ON_SERVE"] = "true"
    assert "odevents accounts add" in run(running, "serve", code=1).stderr

    assert "12 to 256 characters" in accounts(running, "add", "otto", "--role", "operator", typed="short\n").stderr
    assert accounts(running, "add", "otto", "--role", "operator", typed=PASSWORD + "\n").returncode == 0
    assert "there is an account otto already" in accounts(running, "add", "otto", "--role", "viewer").stderr
    assert accounts(running, "list").stdout.splitlines()[1].startswith("otto\toperator")
    kept = Accounts(running.redis).get("otto")
    assert kept
    assert PASSWORD not in kept.password
    assert [deed.what for deed in deeds(running.redis, 5)] == ["account-added"]


def test_one_port_shows_the_page_below_its_path_and_takes_deliveries_as_ever(running: Installation) -> None:
    """Continues the one before: with an account it starts, and everything is below /console."""
    running.start("serve")
    assert running.post([{"AptNum": 1, "PatNum": 1}], path="/apievents/Appointment").status_code == 200
    with httpx.Client(base_url=f"http://127.0.0.1:{running.port}", trust_env=False) as browser:
        asked = browser.get("/console/deliveries")
        assert (asked.status_code, asked.headers["location"]) == (303, "/console/login?next=%2Fdeliveries")
        form = browser.get(asked.headers["location"]).text
        token = re.findall(r'name="token" value="([^"]*)"', form)[0]
        said = {"token": token, "name": "otto", "password": PASSWORD, "next": "/deliveries"}
        answer = browser.post("/console/login", data=said, headers={"Sec-Fetch-Site": "same-origin"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/deliveries")
        cookie = answer.headers["set-cookie"]
        assert "Secure" in cookie
        assert "Path=/console" in cookie
        session = cookie.partition(";")[0]
        page = browser.get("/console/deliveries", headers={"Cookie": session})
        assert page.status_code == 200
        assert 'href="/console/reactions"' in page.text
        assert not re.findall(r'(?:href|action|src)="/(?!console/)[^"]*"', page.text), "every link stays below it"
        assert browser.get("/console/static/console.css").status_code == 200
        assert browser.get("/deliveries", headers={"Cookie": session}).status_code == 404
    assert accounts(running, "remove", "otto").returncode == 0
    assert (
        httpx.get(f"http://127.0.0.1:{running.port}/console/", headers={"Cookie": session}, trust_env=False).status_code
        == 303
    ), "a session ends with its account"


def test_a_process_says_that_it_runs_and_says_goodbye(running: Installation) -> None:
    """Continues the ones before: the receiver runs."""

    def kinds() -> set[str]:
        import time

        return {process.kind for process in processes(running.redis, time.time())}

    until(lambda: "serve" in kinds(), what="the receiver's sign of life")
    running.processes["serve"].terminate()
    running.processes["serve"].wait(timeout=30)
    assert "serve" not in kinds()
