"""What is to be listed: one value, from and to a page's address or a command's options.

A patient's or appointment's number never stands in a filter: it goes in as a keyed fingerprint
(:func:`odevents.store.packing.about`), so that an address, a log or a saved link holds no identifier. Times are seconds
since the epoch; they are read as ISO 8601 (``2026-11-20T18:00``, this machine's zone unless it says one) or as an age
(``10m``, ``2h``, ``3d``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar

from odevents.errors import FilterInvalid
from odevents.events.change import Kind
from odevents.store.ledger import State
from odevents.store.packing import ABOUT_BYTES

MODES = ("live", "dry-run")
STATUSES = ("waiting", "processed", "dead")
REFUSED = "refused"
"""As an outcome: the requests that were answered otherwise than 200, which are no deliveries."""

OUTCOMES = (*map(str, Kind), "unreadable", *STATUSES, "wanted", "unwanted", REFUSED)
"""What a delivery can be asked for: how one of its rows ended, its status, or whether a reaction wanted any of it."""

_AGE = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_EARLIEST, _LATEST = 0.0, datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_NAME = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?")
_ABOUT = re.compile(rf"[0-9a-f]{{{2 * ABOUT_BYTES}}}")

FilterT = TypeVar("FilterT", bound="_Filter")
T = TypeVar("T")


@dataclass(frozen=True)
class _Filter:
    """What both filters have.

    :ivar since: not older than this; 0 for everything.
    :ivar until: older than this; 0 for now.
    """

    office: str = ""
    since: float = 0.0
    until: float = 0.0

    ALLOWED: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @classmethod
    def parse(cls: type[FilterT], said: Mapping[str, str | None], now: float) -> FilterT:
        """The filter that an address's query or a command's options say; parts it does not know are not its business.

        :raises FilterInvalid: a part it knows has a value it cannot have.
        """
        values: dict[str, Any] = {}
        for field in fields(cls):
            if text := (said.get(field.name) or "").strip():
                values[field.name] = cls._read(field.name, text, now)
        return cls(**values)

    @classmethod
    def _read(cls, name: str, text: str, now: float) -> str | float:
        if name in ("since", "until"):
            return moment(name, text, now)
        if name == "about" and not _ABOUT.fullmatch(text):
            raise FilterInvalid(f"{name} is a fingerprint of {2 * ABOUT_BYTES} hexadecimal digits, not a number")
        allowed = cls.ALLOWED.get(name)
        if allowed and text not in allowed:
            raise FilterInvalid(f"{name} is one of {', '.join(allowed)}")
        if not _NAME.fullmatch(text):
            raise FilterInvalid(f"{name} is at most 100 printable ASCII characters")
        return text

    def query(self) -> dict[str, str]:
        """The parts that are said, by name, as :meth:`parse` reads them; nothing for what is left open."""
        said = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value:
                said[field.name] = _iso(value) if isinstance(value, float) else str(value)
        return said

    def in_time(self, at: float) -> bool:
        """Whether a moment lies in what is asked for."""
        return self.since <= at and (not self.until or at < self.until)


@dataclass(frozen=True)
class DeliveryFilter(_Filter):
    """Which deliveries.

    :ivar watch: watch table or UI event.
    :ivar outcome: one of :data:`OUTCOMES`.
    :ivar mode: the office's mode when the delivery was understood.
    """

    watch: str = ""
    outcome: str = ""
    mode: str = ""
    workstation: str = ""
    about: str = ""

    ALLOWED: ClassVar[Mapping[str, tuple[str, ...]]] = {"outcome": OUTCOMES, "mode": MODES}


@dataclass(frozen=True)
class WriteFilter(_Filter):
    """Which writes; their time is that of their last change.

    :ivar state: a :class:`~odevents.store.ledger.State`; ``dead`` for what was given up on.
    """

    reaction: str = ""
    state: str = ""
    reason: str = ""
    about: str = ""

    ALLOWED: ClassVar[Mapping[str, tuple[str, ...]]] = {"state": tuple(map(str, State))}


@dataclass(frozen=True)
class DeadFilter(_Filter):
    """Which dead letters.

    :ivar of: ``delivery``, ``row`` or ``write``.
    :ivar code: reason code.
    """

    of: str = ""
    code: str = ""
    reaction: str = ""

    ALLOWED: ClassVar[Mapping[str, tuple[str, ...]]] = {"of": ("delivery", "row", "write")}


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of what was asked for.

    :ivar next: the cursor to go on from, ``""`` when there is no more.
    """

    found: list[T]
    next: str


def moment(name: str, text: str, now: float) -> float:
    """A moment in seconds since the epoch, from ISO 8601 or an age.

    :raises FilterInvalid: it is neither.
    """
    try:
        found = _AGE.fullmatch(text)
        at = now - int(found[1]) * _UNITS[found[2]] if found else datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise FilterInvalid(f"{name} is a time such as 2026-11-20T18:00, or an age such as 10m, 2h or 3d") from None
    if not _EARLIEST <= at <= _LATEST:
        raise FilterInvalid(f"{name} lies outside the years 1970 to 9998: nothing is that old, or that new")
    return at


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
