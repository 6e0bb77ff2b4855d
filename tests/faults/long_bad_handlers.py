"""Handlers that take their worker down, or never come back, in real processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.installation import installation, until

HANDLERS = """
import os, signal, time
from odevents import Change, Office, on
from odevents.client.resources.appointments import Appointment

@on(Appointment, "first-seen", name="bad")
def bad(change, office):
    match change.row.ProcDescript:
        case "exits":
            os._exit(3)
        case "crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "never returns":
            while True:
                try:
                    time.sleep(1)
                except BaseException:
                    pass
        case "eats memory":
            eaten = []
            while True:
                eaten.append(b"x" * (1 << 24))
    office.client.appointments.note(change.row.AptNum, Note="now handled")
"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("misdeed", ["exits", "crashes", "never returns", "eats memory"])
def test_a_handler_that_takes_its_worker_down_is_parked_after_three_tries(misdeed: str, tmp_path: Path) -> None:
    (tmp_path / "bad_handlers.py").write_text(HANDLERS)
    with installation(
        tmp_path,
        "serve",
        "worker",
        reactions="",
        handlers=["bad_handlers"],
        ODEVENTS_HANDLER_SECONDS="2",
        PYTHONPATH=str(tmp_path),
    ) as running:
        rows = [
            {"AptNum": number, "PatNum": number, "ProcDescript": text, "DateTStamp": "2026-11-20 10:00:00"}
            for number, text in ((1, misdeed), (2, "good"), (3, "good"))
        ]
        assert running.post(rows, path="/apievents/appointmentevent").status_code == 200

        [letter] = until(lambda: running.runtime.store.dead_letters.recent(9), within=90, what="the dead letter")
        until(running.idle, within=30, what="the others' turn")

        office = running.clinic.office("southside")
        assert letter.code in ("worker-died", "handler-failed")
        assert [office.row("appointment", n)["Note"].count("now handled") for n in (1, 2, 3)] == [0, 1, 1]
