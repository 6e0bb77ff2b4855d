"""The pretend office of a drill: its part of ``odevents.toml``, and what it sends, as a program of its own.

``python -m tests.deploy.drills.office PORT KEY PATTERN [HOST]`` sends one version of an appointment and prints the
answer; with ``steadily`` for a pattern it sends until its input ends, and prints how often it was answered what.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

KEY = "customer-key-of-southside"
NEXT_KEY = "another-customer-key-of-southside"
DEVELOPER_KEY = "developer-key-of-the-simulator"
PATIENT = "Zebedee-Canary"
"""A name that stands in every row that is sent, to be looked for where no patient's data may be."""

CONFIGURATION = """
public_url = "http://127.0.0.1:8320"

[offices.southside]
customer_key  = {{ env = "OD_KEY_SOUTHSIDE" }}
developer_key = {{ env = "OD_DEVELOPER_KEY" }}
base_url      = "{base_url}"
budget        = "none"
time_zone     = "America/Los_Angeles"
workstation   = "SRV01"
mode          = "dry-run"

[[subscriptions]]
name = "appointments"
watch = "Appointment"
offices = ["*"]
poll_seconds = 5

[[reactions]]
name = "pattern-changed"
on = "Appointment"
changed = ["Pattern"]
note = "Pattern changed"
"""


def send(port: int, key: str, pattern: str, host: str = "127.0.0.1") -> tuple[int, str]:
    """One version of an appointment; status and answer."""
    now = datetime.now(UTC)
    row = {"AptNum": 1, "PatNum": 1, "Pattern": pattern, "ProcDescript": PATIENT, "DateTStamp": f"{now:%F %T.%f}"}
    headers = {"Authorization": key, "Workstation": "SRV01", "Event-Type": "WatchTable: Appointment"}
    with closing(http.client.HTTPConnection(host, port, timeout=10)) as connection:
        connection.request("POST", "/apievents", json.dumps([row]), headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read().decode()


def understood(answer: str, listed: Callable[[], str]) -> bool:
    """Wait until a delivery that was answered so has been understood.

    :param listed: what ``odevents deliveries list`` prints.
    """
    deadline = time.monotonic() + 30
    while answer.startswith("200 ") and time.monotonic() < deadline:
        if any(answer.split()[-1] in line and "processed" in line for line in listed().splitlines()):
            return True
        time.sleep(0.3)
    print(f"       the answer was {answer[-300:]}")
    return False


def steadily(port: int, key: str, host: str) -> Counter[str]:
    """Send every 50 ms until standard input ends; how often it was answered what, or why it was not."""
    ended = threading.Event()

    def read_to_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=read_to_the_end, daemon=True).start()
    answers: Counter[str] = Counter()
    while not ended.wait(0.05):
        try:
            answers[str(send(port, key, "/X" if answers.total() % 2 else "//X", host)[0])] += 1
        except OSError as error:
            answers[type(error).__name__] += 1
    return answers


def main(port: str, key: str, pattern: str, host: str = "127.0.0.1") -> None:
    """What the command line says."""
    if pattern == "steadily":
        print(json.dumps(steadily(int(port), key, host)))
    else:
        print(*send(int(port), key, pattern, host))


if __name__ == "__main__":
    main(*sys.argv[1:])
