"""What was acknowledged, and what took effect: written down by those outside the system, compared at the end."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from odevents.simulator import Office

_SAID = re.compile(r"did (t\d{7})\b")

REACTIONS = """
[[reactions]]
name = "say"
on = "Appointment"
kinds = ["created", "updated", "first-seen"]
changed = ["ProcDescript"]
note = "did {{ ProcDescript }}"
commlog = "did {{ ProcDescript }}"
"""
"""Every version of a row carries a token that nothing else has; its note and its commlog must exist exactly once."""


@dataclass
class History:
    """The tokens of the rows whose delivery was answered 200, by office. Thread-safe."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def answered(self, office: str, tokens: list[str], answer: str) -> None:
        """A delivery with these versions was answered so (``200``, ``503``, ``ConnectError`` …)."""
        with self._lock:
            self.answers[answer] += 1
            if answer == "200":
                self.acknowledged.update(dict.fromkeys(tokens, office))


@dataclass(frozen=True)
class Verdict:
    """What became of the acknowledged rows.

    :ivar writes: effects found at the offices.
    :ivar lost: effects that should be there and are not, as ``kind of token``.
    :ivar doubled: effects that are there more than once.
    :ivar unasked: effects of rows that were never acknowledged; legitimate, for a 200 may get lost on its way.
    """

    rows: int
    writes: int
    lost: list[str]
    doubled: list[str]
    unasked: int


def judge(history: History, offices: Mapping[str, Office]) -> Verdict:
    """Compare, looking only at the offices' databases."""
    notes, commlogs = Counter[str](), Counter[str]()
    for office in offices.values():
        notes.update(token for row in office.rows("appointment") for token in _SAID.findall(row["Note"]))
        commlogs.update(token for row in office.rows("commlog") for token in _SAID.findall(row["Note"]))
    found = {"note": notes, "commlog": commlogs}
    wanted = history.acknowledged
    return Verdict(
        rows=len(wanted),
        writes=sum(sum(counter.values()) for counter in found.values()),
        lost=[f"{kind} of {token}" for kind, counter in found.items() for token in wanted if not counter[token]],
        doubled=[f"{kind} of {token}" for kind, counter in found.items() for token, n in counter.items() if n > 1],
        unasked=len(notes.keys() - wanted.keys()),
    )
