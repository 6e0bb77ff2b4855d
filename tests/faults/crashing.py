"""A process that dies at a chosen moment, on a clock that a test moves: a real server, an office in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import redis
import redis.asyncio

from odevents.client.call import Call
from odevents.config import ConfigFile
from odevents.errors import BudgetSpent, NotSent, OfficeOffline, OutcomeUnknown, Throttled
from odevents.events.delivery import Delivery, EventType
from odevents.office import OfficeAccess, Offices
from odevents.pipeline import Pipeline
from odevents.queues import Hints, Work
from odevents.reactions.performing import Performing
from odevents.reactions.registry import Registry
from odevents.store import keys
from odevents.store.accepting import Accepting
from odevents.store.atomic import Steps
from odevents.store.ids import new_id
from odevents.store.seal import Seals
from odevents.store.store import Store
from tests.support.spec_requests import APPOINTMENTS

OFFICE = "southside"
LOCAL = ZoneInfo("America/Los_Angeles")
QUARANTINE = 90.0
_DAY = 86_400
ROW: dict[str, Any] = {**json.loads(APPOINTMENTS)[0], "Note": "", "DateTStamp": "2026-11-20 10:00:00"}


class Crash(BaseException):
    """The process is gone."""


@dataclass
class Fate:
    """Counts the boundaries a process crosses, and ends it at one of them.

    :ivar at: number of the boundary at which it dies; 0 for never.
    :ivar crossed: the boundaries so far, by name.
    """

    at: int = 0
    crossed: list[str] = field(default_factory=list)
    dead: bool = False

    def cross(self, name: str) -> None:
        """Go over one boundary, or die there; the dead stay dead."""
        if not self.dead:
            self.crossed.append(name)
            self.dead = len(self.crossed) == self.at
        if self.dead:
            raise Crash(name)


def mortal(url: str, fate: Fate) -> redis.Redis:
    """A client whose process can die before each command.

    To die after a command, its answer read or not, is to die before the next one: nothing outside tells them apart.
    """

    class MortalConnection(redis.Connection):
        def send_packed_command(self, command: Any, check_health: bool = True) -> None:
            fate.cross("a command")
            super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]

    pool = redis.ConnectionPool.from_url(url, connection_class=MortalConnection, protocol=2)
    return redis.Redis(connection_pool=pool)


@dataclass
class OfficeInMemory:
    """The office's API: what it was asked to change, and how its next answers go wrong.

    :ivar troubles: what befalls the next writes, in order: see :meth:`send`.
    :ivar read_troubles: how many of the next reads find nobody.
    :ivar late: effects that will come later, as (when, what to do).
    """

    clock: Callable[[], float]
    fate: Fate = field(default_factory=Fate)
    page_size: int = 1000
    row: dict[str, Any] = field(default_factory=lambda: dict(ROW))
    note: str = ""
    status: int = 19
    commlogs: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    late: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    read_troubles: int = 0

    def send(self, call: Call) -> object:
        """Do it, with what befalls it.

        ``refused`` throttled, nothing done · ``no connection`` · ``no budget`` · ``dropped`` done, answer lost ·
        ``vanished`` nothing done, answer lost · ``late`` answer lost, done 60 s later.
        """
        self.catch_up()
        self.fate.cross(f"before {call.template}")
        if call.endpoint.reads:
            answer = self._read(call)
        else:
            answer = self._write(call, self.troubles.pop(0) if self.troubles else "")
        self.fate.cross(f"after {call.template}")
        return answer

    def _write(self, call: Call, trouble: str) -> object:
        if trouble == "no connection":
            raise call.error(NotSent, "no connection")
        if trouble == "no budget":
            raise BudgetSpent("no slot is free", retry_in=5)
        assert call.departing
        call.departing()
        self.fate.cross(f"between record and bytes of {call.template}")
        if trouble == "refused":
            raise Throttled("slowly", retry_in=5)
        if trouble == "vanished":
            raise call.error(OutcomeUnknown, "no answer")
        if trouble == "late":
            self.late.append((self.clock() + 60, lambda: self._do(call)))
            raise call.error(OutcomeUnknown, "no answer")
        answer = self._do(call)
        if trouble == "dropped":
            raise call.error(OutcomeUnknown, "no answer")
        return answer

    def _do(self, call: Call) -> object:
        body = dict(call.body or {})
        match call.template:
            case "appointments/{AptNum}/Note":
                self.note = "\r\n".join(filter(None, (self.note, body["Note"])))
            case "appointments/{AptNum}/Confirm":
                self.status = 21
            case "commlogs":
                self.commlogs.append({"CommlogNum": len(self.commlogs) + 1, **body})
                return self.commlogs[-1]
            case _:
                self.tasks.append(body)
        return None

    def _read(self, call: Call) -> object:
        if self.read_troubles:
            self.read_troubles -= 1
            raise call.error(OfficeOffline, "nobody there")
        match call.template.partition("/")[0]:
            case "appointments":
                return {**self.row, "Note": self.note, "Confirmed": self.status}
            case "commlogs":
                return self.commlogs
            case "definitions":
                return [{"DefNum": 19, "ItemName": "Not Called"}, {"DefNum": 21, "ItemName": "Confirmed"}]
            case "preferences":
                return [{"PrefNum": 1, "PrefName": call.query["PrefName"], "ValueString": "21"}]
        raise AssertionError(call.template)

    def catch_up(self) -> None:
        """Make the effects that were late."""
        due = [action for when, action in self.late if when <= self.clock()]
        self.late = [item for item in self.late if item[0] > self.clock()]
        for action in due:
            action()


class SilentHints(Hints):
    """Nobody is woken: the test itself looks at every lane."""

    def __init__(self) -> None:
        pass

    def give(self, office: str, work: Work, now: float) -> None:
        """Nothing."""

    def add(self, steps: Steps, office: str, work: Work, now: float) -> None:
        """Nothing."""


@dataclass
class World:
    """One office, one store, one clock; processes come and go. A new world empties the server: the one before ends."""

    url: str
    seals: Seals
    registry: Registry
    quarantine: float = QUARANTINE
    now: float = 1_795_200_000.0
    office: OfficeInMemory = field(init=False)
    living: ClassVar[list[World]] = []

    def __post_init__(self) -> None:
        World.end()
        World.living.append(self)
        self.redis = redis.Redis.from_url(self.url)
        self.processes: list[redis.Redis] = []
        self.redis.flushdb()
        self.office = OfficeInMemory(lambda: self.now)
        self.store.ledger.mark_new()

    @classmethod
    def end(cls) -> None:
        """Close what the last world opened."""
        while cls.living:
            world = cls.living.pop()
            for client in (world.redis, *world.processes):
                client.connection_pool.disconnect()

    @property
    def store(self) -> Store:
        """The store, as somebody who does not die sees it."""
        return Store(self.redis, self.seals)

    def process(self, fate: Fate) -> Pipeline:
        """A new worker process."""
        self.processes.append(mortal(self.url, fate))
        store = Store(self.processes[-1], self.seals)
        self.office.fate = fate
        access = OfficeAccess(OFFICE, ("key",), "key", (), "none", LOCAL, "SRV01", "live")
        performing = Performing(
            store, self.registry, lambda _: self.office, self.clock, self.quarantine, 30 * 86400, 60
        )
        offices = Offices({OFFICE: access})
        return Pipeline(store, offices, self.registry, performing, SilentHints(), self.clock, _DAY)

    def clock(self) -> float:
        """Seconds since the epoch; only the test moves it."""
        return self.now

    def receive(self, *deliveries: list[dict[str, Any]]) -> list[str]:
        """Deliveries of appointments, answered 200; gives their ids."""
        type_ = EventType("Appointment", "WatchTable")
        received = [
            Delivery(new_id("dlv", self.now), OFFICE, type_, "SRV01", self.now, json.dumps(rows).encode())
            for rows in deliveries
        ]

        async def accept() -> None:
            async with redis.asyncio.Redis.from_url(self.url) as client:
                accepting = Accepting(client, self.seals)
                for delivery, rows in zip(received, deliveries, strict=True):
                    await accepting.accept(delivery, len(rows))
                await accepting.close()

        asyncio.run(accept())
        return [delivery.id for delivery in received]

    def live(self, fate: Fate | None = None, *, most: int = 40) -> None:
        """Work until nothing is left; a process that dies is followed by another, when its leases have run out."""
        pipeline = self.process(fate or Fate())
        for _ in range(most):
            try:
                pipeline.drain_inbox(OFFICE)
                pipeline.drain_writes(OFFICE)
            except Crash:
                self.bury()
                pipeline = self.process(Fate())
                continue
            if not self.redis.exists(keys.lanes("inbox"), keys.lanes("writes")):
                return
            self.now = max(self.now, self.next_due()) + 0.001
        raise AssertionError("the lanes do not become empty")

    def bury(self) -> None:
        """The time passes in which the leases of a dead process run out."""
        self.now += 7
        self.redis.delete(keys.lease(OFFICE, "inbox"), keys.lease(OFFICE, "writes"))

    def next_due(self) -> float:
        """When the write lane next wants a worker; now, if it is empty."""
        with suppress(IndexError):
            return float(self.redis.zrange(keys.lanes("writes"), 0, 0, withscores=True)[0][1]) / 1000
        return self.now


def registry_of_text(text: str) -> Registry:
    """The reactions of a piece of ``odevents.toml``."""
    import tomllib

    from odevents.reactions.rules import registry_of

    office = {"customer_key": {"env": "A"}, "developer_key": {"env": "B"}, "time_zone": "America/Los_Angeles"}
    file = ConfigFile.model_validate({"offices": {OFFICE: office}, **tomllib.loads(text)})
    registry, problems = registry_of(file)
    assert not problems, problems
    return registry


def version(number: int, **values: Any) -> dict[str, Any]:
    """The row of the example as it was after its so-many-th change."""
    return {**ROW, "DateTStamp": f"2026-11-20 10:{number // 60:02d}:{number % 60:02d}", **values}
