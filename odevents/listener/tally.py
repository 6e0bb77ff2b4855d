"""What happened since the listener started, in numbers: what ``odevents listen status`` shows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Outlet:
    """One thing that happens on a selection.

    :ivar done: how often it worked.
    :ivar failed: how often it did not.
    :ivar waiting: selections not dealt with yet.
    :ivar last_failure: what went wrong last, without patient data; ``""`` once it worked again.
    """

    done: int = 0
    failed: int = 0
    waiting: int = 0
    last_failure: str = ""

    def worked(self) -> None:
        """Count a success; an old failure is history."""
        self.done += 1
        self.last_failure = ""

    def went_wrong(self, reason: str) -> None:
        """Count a failure. ``reason`` names no value of the row."""
        self.failed += 1
        self.last_failure = reason


@dataclass(slots=True)
class Tally:
    """Counters of one run; never a patient, never a key.

    :ivar started_at, last_selection_at: seconds since the epoch; 0 for never.
    :ivar refused: reason code to count.
    :ivar screens: pages connected now.
    :ivar outlets: name of what happens on a selection to its counters.
    """

    started_at: float
    version: str
    selections: int = 0
    repeats: int = 0
    last_selection_at: float = 0.0
    screens: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    outlets: dict[str, Outlet] = field(default_factory=dict)

    def refuse(self, code: str) -> None:
        """Count a refusal by its reason code."""
        self.refused[code] = self.refused.get(code, 0) + 1

    def outlet(self, name: str) -> Outlet:
        """The counters of one outlet, starting at nought."""
        return self.outlets.setdefault(name, Outlet())
