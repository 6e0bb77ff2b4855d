"""``odevents tail``: what happens, line by line, and whether it really is what happens now."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

from odevents.cli.lines import received, recorded
from odevents.errors import ConfigError, StoreUnavailable

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from odevents.store.filters import DeliveryFilter
    from odevents.store.tail import Happening, Tail

Connection = Literal["connecting", "live", "retrying", "stale"]

_MARKS: dict[Connection, str] = {"connecting": "◌", "live": "●", "retrying": "◌", "stale": "▲"}
_ANSWER_WITHIN = 3.0
_TRY_EVERY = 1.0
_LOOK_EVERY = 5.0
STALE_AFTER = 30.0
"""Seconds that a delivery may wait before what is shown no longer is what happens."""


@click.command()
@click.option("--office", help="Only of this office.")
@click.option("--watch", "--table", "watch", help="Only of this watch table or UI event.")
@click.option("--outcome", help="Only with a row that ended so (updated …), or writes in this state (done, dead …).")
@click.option("--since", help="Begin with what happened since then: 10m, 2h, or a time.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def tail(office: str | None, watch: str | None, outcome: str | None, since: str | None, as_json: bool) -> None:
    """Print a line for each delivery that is understood and each write that is recorded, until Ctrl-C.

    How the connection stands goes to standard error: connecting, live, retrying (Redis does not answer; nothing is
    lost, each line comes once when it does), stale (deliveries wait and nobody understands them).
    """
    from odevents.cli.context import attach
    from odevents.store.connection import connect
    from odevents.store.filters import DeliveryFilter
    from odevents.store.tail import Tail

    runtime = attach()
    begins = DeliveryFilter.parse({"since": since}, time.time()).since if since else None
    wanted = _checked(DeliveryFilter(office or "", watch=watch or "", outcome=outcome or ""))
    lines = Tail(connect(runtime.redis_url, _ANSWER_WITHIN), begins)
    follow = Following(lines, lambda: _waits(runtime), lambda words: click.echo(words, err=True))
    try:
        while True:
            for happening in follow.step(time.time()):
                if fits(happening, wanted):
                    click.echo(line_of(happening, as_json=as_json))
    except KeyboardInterrupt:
        raise click.exceptions.Exit(130) from None


@dataclass
class Following:
    """Follows the tail over broken connections, and says how the connection stands whenever that changes.

    :ivar waits: how long the oldest delivery has been waiting, in seconds.
    :ivar tell: prints one line of talk.
    """

    tail: Tail
    waits: Callable[[], float]
    tell: Callable[[str], object]
    state: Connection = "connecting"
    looked_at: float = 0.0
    pause: Callable[[float], object] = time.sleep

    def __post_init__(self) -> None:
        self._say("connecting")

    def step(self, now: float) -> list[Happening]:
        """The lines of the next half second."""
        try:
            if self.state in ("connecting", "retrying") and self.tail.lost():
                self.tell("! lines are missing here: more happened meanwhile than is kept, or the store is another")
            found = self.tail.read()
        except StoreUnavailable as error:
            self._turn("retrying", str(error))
            self.pause(_TRY_EVERY)
            return []
        if self.state != "stale":
            self._turn("live")
        with contextlib.suppress(StoreUnavailable):  # the next read finds it out
            self._look(now)
        return found

    def _look(self, now: float) -> None:
        if now - self.looked_at < _LOOK_EVERY:
            return
        self.looked_at = now
        waited = self.waits()
        if waited > STALE_AFTER:
            self._turn("stale", f"deliveries have been waiting for {waited:.0f} s; is a worker running?")
        else:
            self._turn("live")

    def _turn(self, state: Connection, words: str = "") -> None:
        if state != self.state:
            self.state = state
            self._say(state, words)

    def _say(self, state: Connection, words: str = "") -> None:
        self.tell(f"{_MARKS[state]} {state}{': ' if words else ''}{words}")


def fits(happening: Happening, wanted: DeliveryFilter) -> bool:
    """Whether a line is one of those asked for."""
    said = happening.said
    outcomes = [said["status"], *said["kinds"]] if happening.what == "delivery" else [said["state"]]
    return (
        wanted.office in ("", said["office"])
        and wanted.watch in ("", said.get("table"))
        and (not wanted.outcome or wanted.outcome in outcomes)
    )


def _checked(wanted: DeliveryFilter) -> DeliveryFilter:
    from odevents.store.filters import OUTCOMES
    from odevents.store.ledger import State

    known = {*OUTCOMES, *map(str, State)} - {"waiting", "wanted", "unwanted", "refused"}
    if wanted.outcome and wanted.outcome not in known:
        raise ConfigError(f"--outcome is one of {', '.join(sorted(known))}")
    return wanted


def _waits(runtime: Runtime) -> float:
    return runtime.store.inbox.oldest_waits(runtime.offices, time.time())


def line_of(happening: Happening, *, as_json: bool) -> str:
    """One line as it is printed."""
    said: dict[str, Any] = happening.said
    if as_json:
        return json.dumps({"position": happening.position, "what": happening.what, "at": happening.at, **said})
    if happening.what == "write":
        return recorded(happening.at, said)
    return f"{received(happening.at, said)} {', '.join(said['wanted']):<58} {said['delivery']}"
