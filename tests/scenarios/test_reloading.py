"""A changed configuration is taken up by running processes, and a wrong one is not."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.support.installation import Installation, installation, until

ROW = {"AptNum": 1, "PatNum": 1, "Pattern": "/XX/"}
RULE = """
[[reactions]]
name = "added-later"
on = "Appointment"
changed = ["Pattern"]
note = "seen {{ today }}"
"""
NEW_KEY = "a-second-customer-key"


def test_a_running_installation_takes_up_a_changed_file_and_loses_no_request(tmp_path: Path) -> None:
    """While deliveries keep coming: a wrong file is refused with its line, a right one gives a key and a rule."""
    with installation(tmp_path, "serve", "worker", "scheduler", reactions="") as running:
        file = Path(running.environment["ODEVENTS_CONFIG"])
        pids = {name: process.pid for name, process in running.processes.items()}
        until(lambda: running.logs().count(" ready") >= 3, what="two workers and a scheduler")
        posting = Posting(running)
        posting.start()

        before = file.read_text()
        file.write_text(before + '[[reactions]]\nname = "half"\n')
        running.hang_up()
        until(lambda: running.logs().count("the old one stays") >= 3, what="three processes refusing the file")
        assert f"{file}:" in running.logs()

        (tmp_path / "second_key").write_text(NEW_KEY)
        old = '{ env = "ODEVENTS_TEST_SOUTHSIDE" }'
        file.write_text(before.replace(old, f'[{old}, {{ file = "{tmp_path}/second_key" }}]') + RULE)
        running.hang_up()
        until(lambda: running.post([ROW], Authorization=NEW_KEY).status_code == 200, what="the new key")
        until(lambda: running.logs().count("worker ready") >= 4, what="the workers' new start")
        posting.stop()

        changed = {**ROW, "Pattern": "//XX", "DateTStamp": "2027-01-05 08:00:00"}
        answer = running.post([changed], Event_Type="WatchTable: Appointment")
        until(lambda: ("PUT", "/appointments/1/Note") in running.writes(), what="the new rule's note")
        assert answer.status_code == 200
        assert {name: process.pid for name, process in running.processes.items() if process.poll() is None} == pids
        assert posting.answers
        assert set(posting.answers) == {200}


class Posting(threading.Thread):
    """Posts deliveries one after the other until told to stop."""

    def __init__(self, running: Installation) -> None:
        super().__init__()
        self._running = running
        self._stopping = threading.Event()
        self.answers: list[int] = []

    def run(self) -> None:
        """Post."""
        while not self._stopping.wait(0.1):
            self.answers.append(self._running.post([ROW], Event_Type="WatchTable: Appointment").status_code)

    def stop(self) -> None:
        """Post no more."""
        self._stopping.set()
        self.join()
