"""The unpleasant truth, by switch and by seed.

A share between 0 and 1 is decided for every call or delivery by the office's own random numbers, so one seed always
misbehaves in the same places; :meth:`Faults.next` makes the very next call misbehave, for a test.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from random import Random
from typing import Literal

Trouble = Literal["reset_before", "reset_after", "gateway_timeout", "late_write", "truncated", "slow"]
"""What can befall one call."""

TROUBLES: tuple[Trouble, ...] = (
    "reset_before", "reset_after", "gateway_timeout", "late_write", "truncated", "slow",
)  # fmt: skip


@dataclass
class Faults:
    """What is wrong at one office. Everything may be changed while the simulator runs.

    :ivar throttle: what happens to a call that comes too soon: nothing, it waits, or ``429`` with ``Retry-After``.
    :ivar econnector_down: every call answers ``400`` with the documented sentence.
    :ivar key_disabled: every call answers ``401``.
    :ivar clock_skew: seconds by which the office's database clock is wrong.
    :ivar reset_before: share of calls whose connection breaks before anything happened.
    :ivar reset_after: share whose connection breaks after the write took effect.
    :ivar gateway_timeout: share answered ``504`` although the write took effect.
    :ivar late_write: share answered ``504`` whose write takes effect only ``late_seconds`` later.
    :ivar truncated: share whose answer stops half-way.
    :ivar slow: share answered only after ``slow_seconds``.
    :ivar events_late: seconds that a delivery is held back.
    :ivar events_doubled: share of deliveries sent twice.
    :ivar events_shuffled: share of deliveries whose rows are out of order.
    :ivar row_skipped: share of polls that lose a row because their paging shifted.
    """

    throttle: Literal["none", "delay", "refuse"] = "none"
    econnector_down: bool = False
    key_disabled: bool = False
    clock_skew: float = 0.0
    reset_before: float = 0.0
    reset_after: float = 0.0
    gateway_timeout: float = 0.0
    late_write: float = 0.0
    late_seconds: float = 2.0
    truncated: float = 0.0
    slow: float = 0.0
    slow_seconds: float = 5.0
    events_late: float = 0.0
    events_doubled: float = 0.0
    events_shuffled: float = 0.0
    row_skipped: float = 0.0
    random: Random = field(default_factory=lambda: Random(0), repr=False)  # noqa: S311
    _next: list[Trouble] = field(default_factory=list, repr=False)

    def next(self, *troubles: Trouble) -> None:
        """The next calls of this office meet these troubles, in this order."""
        self._next.extend(troubles)

    def of_this_call(self) -> Trouble | None:
        """What befalls the call that is being answered."""
        if self._next:
            return self._next.pop(0)
        return next((trouble for trouble in TROUBLES if self.strikes(getattr(self, trouble))), None)

    def strikes(self, share: float) -> bool:
        """Whether a fault with this share happens now."""
        return share > 0 and self.random.random() < share

    @classmethod
    def parse(cls, text: str) -> Faults:
        """``throttle=refuse,slow=0.1,econnector_down`` as written on a command line.

        :raises ValueError: naming the part that is not a fault, and the faults there are.
        """
        faults = cls()
        kinds = {f.name: type(getattr(faults, f.name)) for f in fields(cls) if f.name not in ("random", "_next")}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = part.partition("=")
            if name not in kinds:
                raise ValueError(f"no fault {name!r}; there are {', '.join(kinds)}")
            if kinds[name] is bool:
                setattr(faults, name, value in ("", "true"))
            elif kinds[name] is str and value in ("none", "delay", "refuse"):
                setattr(faults, name, value)
            elif kinds[name] is float:
                setattr(faults, name, float(value or 1))
            else:
                raise ValueError(f"{name} is none, delay or refuse, not {value!r}")
        return faults
