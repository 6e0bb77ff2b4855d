"""The pretend office of a drill: its part of ``odevents.toml``, and what it sends, as a program of its own.

``python -m tests.deploy.drills.office PORT KEY PATTERN`` sends one version of an appointment and prints the answer.
"""

from __future__ import annotations

import http.client
import json
import sys
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
    connection = http.client.HTTPConnection(host, port, timeout=10)
    headers = {"Authorization": key, "Workstation": "SRV01", "Event-Type": "WatchTable: Appointment"}
    connection.request("POST", "/apievents", json.dumps([row]), headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


if __name__ == "__main__":
    print(*send(int(sys.argv[1]), *sys.argv[2:]))
