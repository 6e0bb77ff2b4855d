"""One line per delivery with what was done about it, for people who watch a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from odevents.cli.output import printable
from odevents.store.ledger import ENDED, State
from odevents.store.tail import Happening

_WORDS = {"done": "", "dry-run": " (dry-run)", "skipped": " skipped", "dead": " GIVEN UP"}
PATIENCE = 20.0
"""Seconds a line waits for its writes before it is printed as it is."""


def received(at: float, said: Mapping[str, Any]) -> str:
    """The beginning of a delivery's line: when, whose, what, how long the answer took, how the rows ended."""
    rows = f"{said['rows']} row{'' if said['rows'] == 1 else 's'}"
    kinds = ", ".join(kind if number == 1 else f"{number} {kind}" for kind, number in said["kinds"].items())
    ack = f"ack {said['ack']:.0f} ms" if said.get("ack") is not None else ""
    return f"{_when(at)}  {said['office']:<10} {printable(said['table']):<18} {rows:<7} {ack:<10} {kinds:<12}"


def recorded(at: float, said: Mapping[str, Any]) -> str:
    """The line of one write."""
    reason = f" ({said['reason']})" if said["reason"] else ""
    done = f"{said['reaction']} → {said['action']} {said['state']}{reason}"
    return f"{_when(at)}  {said['office']:<10} {printable(said.get('table', '')):<18} {done:<58} {said['delivery']}"


def _when(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")


@dataclass
class Watcher:
    """Holds each delivery's line back until its writes have ended, so that the line can say how."""

    waiting: dict[str, _Line] = field(default_factory=dict)

    def see(self, happening: Happening) -> list[str]:
        """Take in one happening; return the lines that are complete now."""
        said = happening.said
        if happening.what == "delivery":
            self.waiting[said["delivery"]] = _Line(happening.at, said)
        elif said["delivery"] in self.waiting and State(said["state"]) in ENDED:
            self.waiting[said["delivery"]].ended[said["write"]] = said
        return self._complete(lambda line: line.complete)

    def pass_time(self, now: float) -> list[str]:
        """Return the lines that have waited long enough."""
        return self._complete(lambda line: now - line.at > PATIENCE)

    def _complete(self, due: Any) -> list[str]:
        ready = [delivery for delivery, line in self.waiting.items() if due(line)]
        return [self.waiting.pop(delivery).text() for delivery in ready]


@dataclass
class _Line:
    at: float
    said: dict[str, Any]
    ended: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return all(write in self.ended for writes in self.said["wanted"].values() for write in writes)

    def text(self) -> str:
        return f"{received(self.at, self.said)} {self._done():<58} {self.said['delivery']}"

    def _done(self) -> str:
        parts = [f"{reaction} → {self._writes(writes)}" for reaction, writes in self.said["wanted"].items()]
        parts += [f"{reaction} → GIVEN UP ({code})" for reaction, code in self.said.get("stopped", {}).items()]
        return "; ".join(parts) or "no reaction wanted it"

    def _writes(self, writes: list[str]) -> str:
        return ", ".join(self._write(write) for write in writes)

    def _write(self, write: str) -> str:
        ended = self.ended.get(write)
        if ended is None:
            return "waiting"
        reason = f" ({ended['reason']})" if ended["reason"] and ended["state"] != "done" else ""
        return f"{ended['action']}{_WORDS[ended['state']]}{reason}"
