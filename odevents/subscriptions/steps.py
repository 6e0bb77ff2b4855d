"""The steps of a plan: what to create, change or remove at an office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from odevents.subscriptions.declared import Declared
from odevents.subscriptions.marks import shown

ChangedField = Literal["EndPointUrl", "Workstation", "PollingSeconds", "Note", "DateTimeStop"]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changes.

    :ivar after: as Open Dental wants it; ``None`` is "never".
    """

    field: ChangedField
    before: str | int | datetime | None
    after: str | int | datetime | None

    def __str__(self) -> str:
        before, after = self._said(self.before), self._said(self.after)
        return f"{self.field} {before} → {after}" if before != after else f"{self.field} {after}, in a part not shown"

    def _said(self, value: object) -> str:
        if self.field == "EndPointUrl":
            return shown(str(value))
        return "never" if value is None else str(value) or "(blank)"


@dataclass(frozen=True, slots=True)
class Heir:
    """A subscription of the same table that stays, and is to go on from the removed one's cursor.

    :ivar start: its new ``DateTimeStart``.
    """

    number: int
    start: datetime


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete a subscription, or stop it for good where the key may not delete.

    :ivar key: which of the office's customer keys it belongs to.
    :ivar heir: what has to go back first, where the removed one is behind it.
    """

    number: int
    key: int
    name: str
    note: str
    heir: Heir | None = None

    def __str__(self) -> str:
        return f"removed #{self.number}"


@dataclass(frozen=True, slots=True)
class Create:
    """Create a subscription, under the office's first key.

    :ivar workstation: as this office's version spells it.
    :ivar start: its ``DateTimeStart``; ``None`` is now.
    :ivar stop: its ``DateTimeStop``; ``None`` is never.
    :ivar replaces: what goes as soon as this one is there.
    """

    declared: Declared
    workstation: str
    note: str
    start: datetime | None = None
    stop: datetime | None = None
    replaces: Remove | None = None

    def __str__(self) -> str:
        return f"replaced #{self.replaces.number}" if self.replaces else "created"


@dataclass(frozen=True, slots=True)
class Update:
    """Change fields in place."""

    number: int
    key: int
    name: str
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        return f"changed #{self.number}"


Step = Create | Update | Remove


def name_of(step: Step) -> str:
    """The declared name that a step is about."""
    return step.declared.name if isinstance(step, Create) else step.name
