"""What each kind of write knows of itself: how to plan it, find its target, check for it, call, and recognise it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from odevents.client.call import Call
from odevents.client.opendental import OpenDental
from odevents.config import ReactionTable
from odevents.events.change import Change
from odevents.reactions.facts import OfficeFacts
from odevents.store.expected import Trace

Intent = dict[str, Any]
"""What one write is to do, as plain JSON; sealed at rest."""


STILL = "still"
"""In the intent of a write whose condition must hold just before it: the key of the row to read again."""

FORGOTTEN = "forgotten"
"""In the intent of a write: since when (office-local) the store has forgotten what was done. The same effect, made for
another state of the row, may be at the office: what we wrote moved the row on."""

LIKE = "like"
"""In the same intent: a regular expression of the text, whenever it was made."""

CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""How far an office's clock may be from ours before anything here goes wrong."""


class Found(StrEnum):
    """What reading back showed."""

    THERE = "there"
    """The effect is at the office: nothing more to do."""
    ABSENT = "absent"
    """It is not, and may be made."""
    FORBIDDEN = "forbidden"
    """It is not, and must not be made."""
    UNKNOWABLE = "unknowable"
    """Nothing at the office can tell."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of reading back; ``reason`` says why it is forbidden."""

    found: Found
    reason: str = ""


class NoTarget(Exception):
    """There is nothing at the office that this write could be about; the message is a reason code."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an action has at hand while it is carried out.

    :ivar facts: the office's set-up, read when first asked for.
    :ivar now: the office's local time, without zone.
    :ivar marker: what identifies this write in a text.
    """

    client: OpenDental
    facts: Callable[[], OfficeFacts]
    now: datetime
    marker: str


@dataclass(frozen=True, slots=True)
class Echo:
    """How the write will look when it comes back as an event."""

    table: str
    key: str
    traces: list[Trace]


class Action(Protocol):
    """One kind of write. Stateless: everything it knows is in the intent and the context."""

    reads_first: bool
    """Whether it is checked before the first attempt too, not only after an unknown outcome."""

    def plan(self, settings: Any, rule: ReactionTable, change: Change[Any], now: datetime) -> Intent:
        """What to do about this change; pure.

        :raises odevents.reactions.text.TextInvalid: its text cannot be made from this row.
        """
        ...

    def target(self, intent: Intent, context: Context) -> Intent:
        """What the office must be asked to know the target, as additions to the intent; nothing when it is known.

        :raises NoTarget: there is none.
        """
        ...

    def check(self, intent: Intent, context: Context) -> Check:
        """Look at the office whether the effect is there, and whether it may be made."""
        ...

    def call(self, intent: Intent, context: Context) -> Call:
        """The call that makes the effect."""
        ...

    def echo(self, intent: Intent, context: Context) -> Echo | None:
        """How it will come back as an event, if it does."""
        ...
