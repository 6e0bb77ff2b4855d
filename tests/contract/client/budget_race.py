"""Several processes share one office's budget; the office itself notes when each call arrives."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

from odevents.client.budget import TIERS
from tests.contract.client.tiny_office import Answer, tiny_office

CALLER = """
import sys
from redis import Redis
from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.store.budget import RedisBudget

store, office, tier, calls = sys.argv[1:]
budget = RedisBudget(Redis.from_url(store), "southside", tier)
with Session(developer_key="d", customer_key="c", base_urls=[office], budget=budget, max_wait=60) as session:
    client = OpenDental(session)
    client.preferences.find  # imported before the race begins
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(calls)):
        list(client.preferences.find())
"""


def arrivals(store: str, tier: str, processes: int, calls_each: int) -> list[float]:
    """When each call arrived at the office, in seconds."""
    with tiny_office(Answer()) as office:
        command = [sys.executable, "-c", CALLER, store, office.base_url, tier, str(calls_each)]
        racers = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        try:
            for racer in racers:
                assert racer.stdout
                assert racer.stdout.readline() == "ready\n"
            for racer in racers:
                assert racer.stdin
                racer.stdin.write("go\n")
                racer.stdin.flush()
            assert [racer.wait(timeout=150) for racer in racers] == [0] * processes
        finally:
            for racer in racers:
                racer.kill()
                racer.communicate()
        return sorted(asked.at for asked in office.asked)


def assert_shared_well(times: list[float], tier: str) -> None:
    """No two calls closer than the tier allows, and at least 95 % of it used."""
    interval = TIERS[tier]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    use = interval * len(gaps) / (times[-1] - times[0])
    print(f"{len(times)} calls at {tier}: closest {min(gaps):.3f} s, widest {max(gaps):.3f} s, {use:.1%} used")
    assert min(gaps) >= interval
    assert use >= 0.95
