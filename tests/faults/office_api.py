"""The offices' API, outside the system: a pretend Open Dental that misbehaves, and a record of when it really did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import get_args

from odevents.simulator import Office, Simulator
from odevents.simulator.faults import Faults, Trouble
from odevents.simulator.rest.service import Outcome, Service

REFUSALS = ("refused 400", "refused 401", "refused 429")
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)


class WitnessedService(Service):
    """Counts the troubles that befell writes, and the writes refused."""

    def __init__(self, offices: Mapping[str, Office]) -> None:
        super().__init__(offices)
        self.befell: Counter[str] = Counter()

    def respond(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Answer as the API does, and remember what went wrong."""
        outcome = super().respond(verb, target, headers, body)
        if verb != "GET" and outcome.trouble:
            self.befell[outcome.trouble] += 1
        if outcome.answer.status in (400, 401, 429):
            self.befell[f"refused {outcome.answer.status}"] += 1
        return outcome


class MisbehavingClinic(Simulator):
    """Offices whose every trouble is witnessed.

    They have many rows, so that none changes as often as the loop breaker allows: it is not what is tried here.
    """

    def __init__(self, number: int, seed: int, late_seconds: float = 1.5) -> None:
        names = [f"office{index:02d}" for index in range(number)]
        faults = [Faults(late_seconds=late_seconds, slow_seconds=3.0) for _ in names]
        super().__init__(
            [Office(n, patients=40, faults=f) for n, f in zip(names, faults, strict=True)],
            seed=seed,
            poll=False,
        )
        self.witness = WitnessedService({office.customer_key: office for office in self.offices.values()})
        self._service = self.witness

    def start(self) -> MisbehavingClinic:
        """Serve the API. Returns itself."""
        super().start()
        return self

    def __enter__(self) -> MisbehavingClinic:
        return self.start()

    def misbehave(self, share: float) -> None:
        """From now on each kind of trouble befalls so many of the calls by itself."""
        for office in self.offices.values():
            for trouble in TROUBLES:
                setattr(office.faults, trouble, share)

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        for office in self.offices.values():
            calm = Faults()
            for name in (*TROUBLES, "econnector_down", "key_disabled", "throttle"):
                setattr(office.faults, name, getattr(calm, name))
