"""One campaign: traffic, faults, calm, judgement."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

import redis

from tests.faults.history import REACTIONS, History, Verdict, judge
from tests.faults.injections import Injections
from tests.faults.office_api import MisbehavingClinic
from tests.faults.power import PowerRecorder
from tests.faults.sender import Machines
from tests.support.installation import Installation, until

QUARANTINE = 10.0
"""Seconds; longer than any fault here lets a call linger (late 1.5 s, frozen 7.5 s)."""

WEAKENED = "tests.faults.weakened_worker"


@dataclass(frozen=True)
class Plan:
    """What a campaign does.

    :ivar kinds: names of the injections to choose from, in turn; empty for all that are possible here.
    :ivar share: how often each trouble befalls a call of the API by itself.
    :ivar between: seconds between two injections.
    :ivar pause: seconds between two deliveries of each of the two sender threads.
    :ivar weakened: name of a protection that is switched off in the worker of writes, for controls.
    :ivar fsync: what the server is told about fsync.
    """

    injections: int
    seed: int
    offices: int = 8
    kinds: tuple[str, ...] = ()
    disk: bool = False
    share: float = 0.01
    between: float = 2.0
    pause: float = 0.3
    quarantine: float = QUARANTINE
    late_seconds: float = 1.5
    weakened: str = ""
    fsync: str = "always"


@dataclass
class Report:
    """What happened, and what was found."""

    plan: Plan
    verdict: Verdict
    struck: Counter[str] = field(default_factory=Counter)
    befell: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    seconds: float = 0.0
    not_possible: str = ""
    counters: dict[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """For people, and for programs."""
        said = {**vars(self), "plan": asdict(self.plan), "verdict": asdict(self.verdict)}
        return json.dumps(said, indent=1)


def run(folder: Path, plan: Plan, drain_within: float = 180.0) -> Report:
    """Run it from beginning to end."""
    begun = time.monotonic()
    random = Random(plan.seed)
    power = PowerRecorder(folder / "synced")
    history = History()
    with MisbehavingClinic(plan.offices, plan.seed, plan.late_seconds) as clinic:
        with power.recording():
            running = _install(folder, clinic, plan)
        try:
            injections = Injections(running, clinic, power, random, plan.fsync)
            struck = _attack(running, clinic, plan, injections, history, random)
            injections.calm()
            clinic.heal()
            _drain(running, drain_within)
            return Report(
                plan,
                judge(history, clinic.offices),
                struck,
                clinic.witness.befell,
                history.answers,
                injections.recoveries,
                time.monotonic() - begun,
                power.missing,
                _counters(running),
            )
        finally:
            running.stop()


def _counters(running: Installation) -> dict[str, int]:
    """What the installation itself counted at all offices: rows by kind, writes by state, dead letters by code."""
    summed = Counter[str]()
    for name, number in running.runtime.store.counters().items():
        what, _, *rest = name.split("|")
        if what in ("rows", "writes", "dead"):
            summed[f"{what}: {rest[-1]}"] += number
    return dict(summed)


def _install(folder: Path, clinic: MisbehavingClinic, plan: Plan) -> Installation:
    settings = {
        "ODEVENTS_QUARANTINE_SECONDS": str(plan.quarantine),
        "ODEVENTS_LOG_LEVEL": "warning",
        "ODEVENTS_ALLOW_DOUBTFUL_REDIS": "1",
        "ODEVENTS_TEST_WEAKENED": plan.weakened,
    }
    running = Installation(folder, clinic, REACTIONS, handlers=(), mode="live", settings=settings)
    running.redis.config_set("appendfsync", plan.fsync)
    if plan.weakened:
        running.launch("workers of deliveries", "odevents.cli.main", "worker", "--writes", "0")
        running.launch("weakened worker", WEAKENED)
        running.start("serve", "scheduler")
    else:
        running.start("serve", "worker", "scheduler")
    return running


def _attack(
    running: Installation,
    clinic: MisbehavingClinic,
    plan: Plan,
    injections: Injections,
    history: History,
    random: Random,
) -> Counter[str]:
    kinds = injections.kinds(disk=plan.disk)
    names = list(plan.kinds or kinds)
    struck = Counter[str]()
    machines = Machines(list(clinic.offices.values()), running.port, history, plan.seed, plan.pause)
    clinic.misbehave(plan.share)
    machines.start()
    try:
        for number in range(plan.injections):
            if number % len(names) == 0:
                random.shuffle(names)
            time.sleep(plan.between * (0.5 + random.random()))
            name = names[number % len(names)]
            struck[name] += kinds[name]()
            _keep_alive(running)
    finally:
        _keep_alive(running)
        until(running.ready, within=60, what="the receiver's return")
        machines.stop()
    return struck


def _keep_alive(running: Installation) -> None:
    """What any platform does: start again a process that left, for example because it found no server."""
    for name, process in list(running.processes.items()):
        if process.poll() is not None:
            module = [WEAKENED] if name.startswith("weak") else ["odevents.cli.main", name.partition(" ")[0]]
            running.launch(name, *module)


def _drain(running: Installation, within: float) -> None:
    def empty() -> bool:
        _keep_alive(running)
        try:
            return running.idle()
        except redis.exceptions.RedisError:
            return False

    until(empty, within=within, what="the lanes' end")
