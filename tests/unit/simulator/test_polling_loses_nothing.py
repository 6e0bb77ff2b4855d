"""However changes, failures and outages mingle, what changed within three days reaches the endpoint in the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from odevents.simulator import Clock, Office, Simulator
from odevents.simulator.clock import wire

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ROWS = 6

Step = tuple[str, int]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.integers(1, ROWS)),
        st.tuples(st.just("wait"), st.sampled_from([0, 1, 2, 7, 3600, 40_000])),
        st.tuples(st.just("poll"), st.sampled_from([200, 200, 200, 503, 0])),
    ),
    max_size=40,
)


class Endpoint:
    """Answers as told, and believes only what it answered 200."""

    def __init__(self) -> None:
        self.answer = 200
        self.believed: dict[int, str] = {}

    def __call__(self, _url: str, _headers: Mapping[str, str], body: bytes) -> int | None:
        if self.answer == 200:
            self.believed |= {row["AptNum"]: row["Note"] for row in msgspec.json.decode(body)}
        return self.answer or None


endpoint = Endpoint()
office = Office("southside", patients=10, zone="UTC", workstations=("SRV01", "FRONT1"))
simulator = Simulator([office], clock=Clock.still(START), poll=False, send=endpoint)


@settings(max_examples=60, deadline=None)
@given(steps=steps, workstation=st.sampled_from(["SRV01", ""]))
def test_every_change_arrives_once_everything_answers_again(steps: list[Step], workstation: str) -> None:
    simulator.clock.advance(days=4)
    for row in office.rows("apisubscription"):
        office.delete("apisubscription", row["SubscriptionNum"])
    office.insert("apisubscription", EndPointUrl="http://127.0.0.1/", WatchTable="Appointment", PollingSeconds=1,
                  Workstation=workstation, DateTimeStart=wire(office.now()))  # fmt: skip
    endpoint.believed = {}
    changed = {}
    for number, (what, value) in enumerate(steps):
        if what == "change":
            changed[value] = f"{number} at {simulator.clock.now()}"
            office.change("appointment", value, Note=changed[value])
        elif what == "wait":
            simulator.clock.advance(value)
        else:
            endpoint.answer = value
            simulator.pollers["southside"].cycle()
    within_three_days = sum(value for what, value in steps if what == "wait") < 3 * 86_400
    endpoint.answer = 200
    simulator.clock.advance(2)
    simulator.pollers["southside"].cycle()

    if within_three_days:
        assert endpoint.believed == changed
    else:
        assert endpoint.believed.keys() <= changed.keys()
