"""What a request's parameters demand of each other, checked before anything is sent.

The documents say "exactly one of", "this or that", "required with". A request model lists its conditions::

    class AppointmentConfirm(Body):
        conditions = (exactly_one_of("confirmVal", "defNum"),)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Given = Mapping[str, object]
"""The parameters that were set."""


@dataclass(frozen=True)
class Condition:
    """:ivar rule: what is wanted, in words that name the parameters; also the error when it is not met."""

    rule: str
    met: Callable[[Given], bool]


def exactly_one_of(*names: str) -> Condition:
    """One of ``names``, and no other of them."""
    return Condition(f"give exactly one of {_listed(names)}", lambda given: _count(names, given) == 1)


def at_least_one_of(*names: str) -> Condition:
    """One of ``names`` or more."""
    return Condition(f"give {_listed(names, 'or')}", lambda given: _count(names, given) >= 1)


def at_most_one_of(*names: str) -> Condition:
    """None of ``names``, or one."""
    return Condition(f"give only one of {_listed(names)}", lambda given: _count(names, given) <= 1)


def needs(name: str, other: str) -> Condition:
    """``name`` only makes sense with ``other``."""
    return Condition(f"{name} needs {other} as well", lambda given: name not in given or other in given)


def needed_when(name: str, other: str, *values: str) -> Condition:
    """``name`` is required when ``other`` has one of ``values``."""
    rule = f"{name} is required when {other} is {' or '.join(values)}"
    return Condition(rule, lambda given: given.get(other) not in values or name in given)


def _count(names: tuple[str, ...], given: Given) -> int:
    return sum(name in given for name in names)


def _listed(names: tuple[str, ...], word: str = "and") -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
