"""What a request's parameters demand of each other, checked before anything is sent.

The documents say "exactly one of", "this or that", "required with". A request model lists its conditions::

    class AppointmentConfirm(Body):
        conditions = (exactly_one_of("confirmVal", "defNum"),)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Given = Mapping[str, object]
Condition = Callable[[Given], str | None]
"""Takes the parameters that were set; returns what is wrong with them, or ``None``."""


def exactly_one_of(*names: str) -> Condition:
    """One of ``names``, and no other of them."""

    def check(given: Given) -> str | None:
        return None if _count(names, given) == 1 else f"give exactly one of {_listed(names)}"

    return check


def at_least_one_of(*names: str) -> Condition:
    """One of ``names`` or more."""

    def check(given: Given) -> str | None:
        return None if _count(names, given) else f"give {_listed(names, 'or')}"

    return check


def at_most_one_of(*names: str) -> Condition:
    """None of ``names``, or one."""

    def check(given: Given) -> str | None:
        return None if _count(names, given) < 2 else f"give only one of {_listed(names)}"

    return check


def together(*names: str) -> Condition:
    """All of ``names`` or none."""

    def check(given: Given) -> str | None:
        return None if _count(names, given) in (0, len(names)) else f"{_listed(names)} go together"

    return check


def needs(name: str, other: str) -> Condition:
    """``name`` only makes sense with ``other``."""

    def check(given: Given) -> str | None:
        return f"{name} needs {other} as well" if name in given and other not in given else None

    return check


def needed_when(name: str, other: str, *values: str) -> Condition:
    """``name`` is required when ``other`` has one of ``values``."""

    def check(given: Given) -> str | None:
        missing = given.get(other) in values and name not in given
        return f"{name} is required when {other} is {' or '.join(values)}" if missing else None

    return check


def _count(names: tuple[str, ...], given: Given) -> int:
    return sum(name in given for name in names)


def _listed(names: tuple[str, ...], word: str = "and") -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
