"""What ``odevents init`` writes, from its answers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Halifax",
    "America/St_Johns",
    "UTC",
)
"""Where Open Dental's offices are, the usual ones first."""

CUSTOMER_KEY = "OD_KEY_{office}"
DEVELOPER_KEY = "OD_DEVELOPER_KEY"


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody said about their first office."""

    office: str
    base_url: str
    time_zone: str
    workstation: str
    public_url: str

    @property
    def customer_key_variable(self) -> str:
        """The environment variable that holds the office's customer key."""
        return CUSTOMER_KEY.format(office=self.office.upper().replace("-", "_"))


def likely_zones(office_time: datetime, utc: datetime) -> Sequence[str]:
    """The zones in which it is ``office_time`` now; all usual ones where none fits.

    :param office_time: the office's wall clock, without zone.
    :param utc: the present moment.
    """
    fitting = [
        zone
        for zone in ZONES
        if abs((utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - office_time).total_seconds()) < 15 * 60
    ]
    return fitting or ZONES


def starter_file(answers: Answers) -> str:
    """``odevents.toml`` for one office, in dry-run mode, with two reactions that show something."""
    return f"""\
# Written by `odevents init`. Check it with `odevents check`; all that can be in it is in odevents.example.toml.
# Secrets are never in here: {{ env = "NAME" }} reads a variable, which may stand in .env; {{ file = "/path" }} a file.

public_url = "{answers.public_url}"

[offices.{answers.office}]
customer_key  = {{ env = "{answers.customer_key_variable}" }}
developer_key = {{ env = "{DEVELOPER_KEY}" }}
base_url      = "{answers.base_url}"
budget        = "1/1s"        # the tier of the key: 1/5s (free), 1/1s, 1/0.5s (Enterprise), none
time_zone     = "{answers.time_zone}"
workstation   = "{answers.workstation}"
mode          = "dry-run"     # nothing is written to the office until this says "live"

[[subscriptions]]
name = "appointments"
watch = "Appointment"
poll_seconds = 5

[[subscriptions]]
name = "patfields"
watch = "PatField"
poll_seconds = 5

[[reactions]]
name = "confirm-by-text"
on = "PatField"
when = {{ FieldName = "Text Confirm", FieldValue = "Yes" }}
changed = ["FieldValue"]
appointment = "next"          # the patient's next scheduled appointment
confirm = "Confirmed"

[[reactions]]
name = "broken-appointment"
on = "Appointment"
changed = ["AptStatus"]
when = {{ AptStatus = "Broken" }}
note = "Broken {{{{ today }}}}; call to rebook"
"""


def env_lines(answers: Answers, customer_key: str, developer_key: str) -> str:
    """The lines for ``.env``."""
    return f"{answers.customer_key_variable}={customer_key}\n{DEVELOPER_KEY}={developer_key}\n"
