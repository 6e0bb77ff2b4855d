"""The whole pretend Open Dental: its offices, their API, their event threads, and their day."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType

from odevents.simulator.clinic import fill
from odevents.simulator.clock import Clock
from odevents.simulator.events.polling import Poller
from odevents.simulator.events.sender import ANSWER_WITHIN, HttpSender, Send
from odevents.simulator.office import Office
from odevents.simulator.rest.service import PREFIX, Service
from odevents.simulator.server import Server
from odevents.simulator.traffic import Hours, Traffic

WAKES_EVERY = 1.0
"""Seconds between two wake-ups of an office's event thread (source 24.3)."""


class Simulator:
    """One or more offices behind one address, like the hosted API: the customer key decides which of them answers.

    ::

        with Simulator([Office("southside", patients=50)]) as sim:
            office = sim.office("southside")
            httpx.get(f"{sim.base_url}/patients/1", headers={"Authorization": office.authorization, …})
            office.change("appointment", 1, AptStatus="Broken")
            sim.poll_now()
    """

    def __init__(
        self,
        offices: Sequence[Office] = (),
        *,
        seed: int = 1,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
        poll: bool = True,
        send: Send | None = None,
        answer_within: float = ANSWER_WITHIN,
        rate: float = 0.0,
        hours: Hours = "always",
    ) -> None:
        """:param seed: decides everybody and everything invented, and which calls faults befall.
        :param port: 0 takes a free one.
        :param clock: real time, if left out.
        :param poll: whether the offices fire events by themselves; else only :meth:`poll_now` does.
        :param send: how an event travels, if not over HTTP.
        :param answer_within: seconds after which an event that was not answered counts as failed.
        :param rate: changes a minute that the people of all offices together make.
        :param hours: whether they keep that pace ``always`` or follow a ``clinic``'s weekday.
        """
        self.clock = clock or Clock()
        self.seed = seed
        self.offices = {office.name: office for office in offices or (Office("office"),)}
        for office in self.offices.values():
            office.open(self.clock, seed)
            fill(office)
        self._sender = None if send else HttpSender(answer_within)
        send = send or self._sender
        assert send
        self.pollers = {name: Poller(office, send) for name, office in self.offices.items()}
        self._service = Service({office.customer_key: office for office in self.offices.values()})
        each = rate / len(self.offices)
        self.traffic = {name: Traffic(o, each, hours=hours) for name, o in self.offices.items()} if rate else {}
        self._address = (host, port)
        self._server: Server | None = None
        self._polls = poll
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT/api/v1``. :raises RuntimeError: before :meth:`start`."""
        if self._server is None:
            raise RuntimeError("the simulator has not been started")
        return f"http://{self._address[0]}:{self._server.port}{PREFIX.rstrip('/')}"

    def office(self, name: str) -> Office:
        """An office by its name. :raises KeyError: there is none."""
        return self.offices[name]

    def start(self) -> Simulator:
        """Serve the API, and fire events unless told not to. Returns itself."""
        self._server = Server(self._service, *self._address)
        for office in self.offices.values():
            office.base_url = self.base_url
        self._server.start()
        if self._polls:
            self._threads += [threading.Thread(target=self._fire, args=(name,)) for name in self.offices]
        if self.clock.speed and self.traffic:
            self._threads.append(threading.Thread(target=self._live))
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and firing, and wait until nothing runs any more."""
        self._stopping.set()
        for office in self.offices.values():
            office.wake.set()
        for thread in self._threads:
            thread.join()
        if self._server is not None:
            self._server.stop()
        if self._sender is not None:
            self._sender.close()

    def poll_now(self, name: str = "") -> int:
        """Poll every subscription of an office, or of all, at once and return when its events were answered.

        The clock moves on by a second first: a change is only sent when the database's clock has left its second.
        Gives the number of subscriptions polled.
        """
        self.clock.advance(1)
        return sum(poller.cycle(due_only=False) for office, poller in self.pollers.items() if name in ("", office))

    def pass_time(
        self, *, days: float = 0, hours: float = 0, seconds: float = 0, wake_every: float = WAKES_EVERY
    ) -> None:
        """Live through this much simulated time as fast as it goes: the clinic's day, and every poll that falls due.

        Every change happens at its own second, so with one seed and one start every event is the same to the byte.

        :param wake_every: simulated seconds between two wake-ups of the event threads.
        :raises RuntimeError: if the clock runs by itself.
        """
        if self.clock.speed:
            raise RuntimeError("only a clock that stands still can be moved: Clock.still(start)")
        end = self.clock.now() + timedelta(days=days, hours=hours, seconds=seconds)
        while (now := self.clock.now()) < end:
            wake = min(now + timedelta(seconds=wake_every), end)
            for traffic in self.traffic.values():
                while traffic.due <= wake:
                    self.clock.advance(max(0.0, (traffic.due - self.clock.now()).total_seconds()))
                    traffic.next()
            self.clock.advance((wake - self.clock.now()).total_seconds())
            for poller in self.pollers.values():
                poller.cycle()

    def _live(self) -> None:
        while not self._stopping.wait(0.1):
            for traffic in self.traffic.values():
                traffic.catch_up()

    def _fire(self, name: str) -> None:
        office, poller = self.offices[name], self.pollers[name]
        while not self._stopping.is_set():
            office.wake.clear()
            poller.cycle()
            office.wake.wait(WAKES_EVERY)

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
