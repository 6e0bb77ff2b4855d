"""A delivery: what its headers say it is, and the rows in its body.

Obeys the "API Events" page: ``Authorization`` is the bare customer key, ``Workstation`` exists since 22.4.28 and
``Event-Type`` since 22.4.35; before that only the URL can tell the type, by ``?type=`` or its last path segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import msgspec

from odevents.errors import DeliveryRefused
from odevents.events.tables import ALWAYS_MINIMISED, UI_EVENTS, WATCH_TABLES

Source = Literal["WatchTable", "UiEventType"]

UNKNOWN = "Unknown"
"""The table of a delivery that nothing names."""

MAX_NAME = 64

MOST_VALUES = 250_000
"""Twice what 1000 rows of 100 columns hold. Parsing holds up the whole process, a thread or not, so it is bounded by
this: at most some 50 ms, where 8 MiB of empty arrays took 480."""

_BYTES_TO_COUNT_FROM = 1_000_000
"""In less there is no room for so many more objects that reading them would hold anybody up (some 25 ms at most); and
to count them beforehand costs a third of a look at 1000 rows."""

_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_BY_FOLDED_NAME = {name.casefold(): name for name in (*WATCH_TABLES, *UI_EVENTS)}


@dataclass(frozen=True, slots=True)
class EventType:
    """What kind of rows a delivery carries.

    :ivar table: watch table or UI event type as Open Dental spells it, ``Unknown`` when nothing says.
    :ivar source: whether a database poll or the user interface fired it.
    :ivar disagrees: header, query and path name different types; the first of them was believed.
    """

    table: str
    source: Source
    disagrees: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST from Open Dental, known to come from ``office``.

    :ivar received_at: seconds since the epoch.
    :ivar body: JSON text: an array of rows, or one object for a UI event.
    """

    id: str
    office: str
    type: EventType
    workstation: str
    received_at: float
    body: bytes


@lru_cache(maxsize=256)
def event_type(header: str, query: str, last_segment: str) -> EventType:
    """The type by ``Event-Type`` header, else ``?type=``, else the last path segment.

    >>> event_type("WatchTable: PatField", "", "apievents")
    EventType(table='PatField', source='WatchTable', disagrees=False)
    >>> event_type("", "", "appointmentevent").table
    'Appointment'
    """
    said = [name for name in (_from_header(header), _from_url(query), _from_url(last_segment)) if name]
    table = said[0] if said else UNKNOWN
    ui = header.strip().startswith("UiEventType") or table in UI_EVENTS
    return EventType(table, "UiEventType" if ui else "WatchTable", disagrees=len(set(said)) > 1)


@lru_cache(maxsize=256)
def machine_name(header: str) -> str:
    """A ``Workstation`` header made safe to store and print: at most 64 printable ASCII characters.

    An odd machine name must never stall an office's feed, so it is mended, not refused.
    """
    return "".join(c if " " < c < "\x7f" else "?" for c in header.strip()[:MAX_NAME])


@dataclass(frozen=True, slots=True)
class Glance:
    """What the receiver must know of a body.

    :ivar rows: how many elements it has.
    :ivar sensitive: whether one of them may hold what must not be stored; only then the rows are read.
    """

    rows: int
    sensitive: bool


_Sensitive = msgspec.defstruct("_Sensitive", [(column, Any, "") for column in sorted(ALWAYS_MINIMISED)])
_glancing = msgspec.json.Decoder(list[_Sensitive])  # type: ignore[valid-type]
_NOTHING = _Sensitive()


def glance_at(body: bytes) -> Glance:
    """Count the rows and look for sensitive columns, building nothing else: 0.5 ms for 1000 rows, to read them 3.5.

    :raises DeliveryRefused: 400, the body is not JSON or holds no rows.
    """
    if len(body) > _BYTES_TO_COUNT_FROM and body.count(b"{") > MOST_VALUES:
        raise _too_many_values()
    try:
        if not body.isascii():
            body.decode()  # what is skipped is not looked into
        rows = _glancing.decode(body)
        if len(rows) > MOST_VALUES:
            raise _too_many_values()
    except msgspec.ValidationError:  # one object, or an element that is none
        return Glance(len(rows_in(body)), sensitive=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _not_json() from None
    return Glance(len(rows), sensitive=rows.count(_NOTHING) < len(rows))


def rows_in(body: bytes) -> list[object]:
    """The elements of the body, in order, not yet looked at one by one.

    :raises DeliveryRefused: 400, the body is not JSON, holds no rows, or holds more than any delivery does.
    """
    if len(body) > MOST_VALUES and sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise _too_many_values()
    return _elements(body)


def _elements(body: bytes) -> list[object]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _not_json() from None
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value]
    raise DeliveryRefused(400, "not-rows", "the body is neither an array of rows nor one object")


def kept_rows_in(body: bytes) -> list[object]:
    """The elements of a body that was kept; one that is valid JSON but holds no value we can have stays as it is.

    A number with five thousand digits must cost its row, not the delivery.

    :raises DeliveryRefused: the body is not JSON or holds no rows.
    """
    try:
        return _elements(body)
    except DeliveryRefused:
        try:
            elements = msgspec.json.decode(body, type=list[msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _not_json() from None
        return [_element(raw) for raw in elements]


def _element(raw: msgspec.Raw) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw


def _too_many_values() -> DeliveryRefused:
    return DeliveryRefused(400, "too-many-values", f"the body holds more than {MOST_VALUES} values")


def _not_json() -> DeliveryRefused:
    return DeliveryRefused(400, "not-json", "the body is not valid JSON")


def _from_header(header: str) -> str:
    kind, separator, name = header.partition(":")
    if not separator or kind.strip() not in ("WatchTable", "UiEventType"):
        return ""
    return _known_or_safe(name.strip())


def _from_url(text: str) -> str:
    """A known type named in the URL, as ``Appointment``, ``appointments``, ``appointmentevent`` …; else nothing."""
    folded = text.strip().casefold()
    for ending in ("", "events", "event", "s"):
        if folded.endswith(ending) and (found := _BY_FOLDED_NAME.get(folded.removesuffix(ending))):
            return found
    return ""


def _known_or_safe(name: str) -> str:
    known = _BY_FOLDED_NAME.get(name.casefold())
    if known or (name and len(name) <= MAX_NAME and _NAME_CHARACTERS.issuperset(name)):
        return known or name
    return ""
