"""One line of the table: what was measured, against what, the goal, and how it came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Form:
    """How thoroughly to measure.

    :ivar rounds: interleaved rounds; every figure is the median of so many.
    :ivar seconds: length of one cell of one round.
    """

    name: str
    rounds: int
    seconds: float
    full: bool


SHORT = Form("short", rounds=5, seconds=0.4, full=False)
FULL = Form("full", rounds=7, seconds=1.5, full=True)


@dataclass
class Line:
    """One line.

    :ivar results: one figure per round; a ratio unless ``unit`` says otherwise.
    :ivar goal: the bound; ``None`` for a line that only informs.
    :ivar at_least: whether the result must reach the goal, or stay below it.
    :ivar values: what was measured, by contender: medians, with their unit in the name.
    :ivar note: why there is no result, or what to know about it.
    """

    measure: str
    at: str
    results: list[float] = field(default_factory=list)
    goal: float | None = None
    at_least: bool = True
    unit: str = "×"
    against: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def result(self) -> float:
        """The median over the rounds."""
        return median(self.results)

    @property
    def spread(self) -> tuple[float, float]:
        """Lowest and highest round."""
        return min(self.results), max(self.results)

    @property
    def verdict(self) -> str:
        """``met`` or ``falls short``; empty where there is no goal or no result."""
        if self.goal is None or not self.results:
            return ""
        met = self.result >= self.goal if self.at_least else self.result <= self.goal
        return "met" if met else "falls short"


def ratios(ours: list[float], theirs: list[float]) -> list[float]:
    """Round by round, ours over theirs."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]
