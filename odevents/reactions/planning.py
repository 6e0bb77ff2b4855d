"""From a change to the writes it causes. Pure: the same change always plans the same writes, with the same ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from odevents.config import ReactionTable
from odevents.events.change import Change, Kind
from odevents.events.row import content
from odevents.events.tables import table_named
from odevents.reactions.action import CLOCKS_DIFFER_BY, FORGOTTEN, STILL, Action, Intent, NoTarget
from odevents.reactions.commlog import Commlog
from odevents.reactions.confirm import Confirm
from odevents.reactions.marker import NO_MINUTE, minute_letters
from odevents.reactions.note import Note
from odevents.reactions.registry import Reaction
from odevents.reactions.text import TextInvalid
from odevents.store.ids import letters
from odevents.store.ledger import Write
from odevents.store.packing import about_row

Fingerprint = Callable[..., bytes]

HANDLER = "handler"
ACTIONS: Mapping[str, Action] = {"confirm": Confirm(), "note": Note(), "commlog": Commlog()}
"""What a rule can do, by its key in ``odevents.toml``."""

_OWN_LETTERS = 8

SENT_AGAIN_FOR = timedelta(days=3)
"""Open Dental sends nothing again that is older."""


def plan(
    reaction: Reaction, change: Change[Any], fingerprint: Fingerprint, now: float, local: datetime
) -> Iterator[Write]:
    """The writes one reaction makes of one change.

    :param fingerprint: keyed; (value, *purpose) -> bytes.
    :param now: seconds since the epoch.
    :param local: the same moment at the office, without zone.
    :raises odevents.reactions.text.TextInvalid: a text cannot be made from this row.
    """
    row_id = row_identity(change)
    moment = moment_of(change, local)
    for action, settings in reaction.actions.items():
        intent = {"change": packed(change)} if action == HANDLER else _intent(action, settings, change, moment)
        yield Write(
            id=write_id(fingerprint, _minute(change), row_id, reaction.name, action),
            office=change.office,
            reaction=reaction.name,
            action=action,
            subject=_subject(fingerprint, change),
            delivery=change.delivery,
            table=change.table,
            intent=intent,
            created_at=now,
            about=about_row(fingerprint, change.values),
        )


def _intent(action: str, settings: tuple[Any, ReactionTable], change: Change[Any], moment: datetime) -> Intent:
    what, rule = settings
    intent = ACTIONS[action].plan(what, rule, change, moment)
    if change.forgotten:
        intent[FORGOTTEN] = change.forgotten
    return {**intent, STILL: change.key} if rule.still else intent


def why_unplanned(reaction: str, error: Exception) -> tuple[str, str]:
    """Reason code and words for a row whose writes could not be planned."""
    if isinstance(error, TextInvalid | NoTarget):
        return "text-invalid" if isinstance(error, TextInvalid) else str(error), f"reaction {reaction}: {error}"
    # A mistake of ours must cost one write, not the delivery; its text may hold anything.
    return "cannot-be-planned", f"reaction {reaction} could not be planned ({type(error).__name__})"


def presumable(reaction: Reaction) -> bool:
    """Whether a row that may have changed in any column is reason enough, so that its writes are made unless they are
    there already: the row shows by itself what the reaction is about, and nobody wants to be asked."""
    pinned = not reaction.changed or any(column in reaction.when for column in reaction.changed)
    return pinned and reaction.on_unknown != "manual"


def moment_of(change: Change[Any], local: datetime) -> datetime:
    """When it happened, at the office: as the row says, so that planning it again, days later, says the same.

    :param local: the office's time now, for rows that carry no stamp.
    """
    return _stamped(change) or local


def _stamped(change: Change[Any]) -> datetime | None:
    entry = str(change.values.get(table_named(change.table).entry) or "")
    created = change.kind is Kind.CREATED and len(entry) > len("yyyy-MM-dd")
    try:
        return datetime.fromisoformat(entry if created else change.stamp)
    except ValueError:
        return None


def _minute(change: Change[Any]) -> str:
    """When it happened, as far as the row says, as the first letters of a write's id."""
    stamped = _stamped(change)
    return minute_letters(stamped) if stamped else NO_MINUTE


def in_doubt(change: Change[Any], horizon: datetime, now: datetime) -> bool:
    """Whether the ledger may have forgotten that this change was reacted to.

    :param horizon: office-local time since when the ledger forgets nothing.
    :param now: office-local.
    """
    if change.kind is Kind.SELECTED:
        return False  # never sent again
    known_since = horizon + CLOCKS_DIFFER_BY
    return change.stamp < f"{known_since:%Y-%m-%d %H:%M:%S}" if change.stamp else now < known_since + SENT_AGAIN_FOR


def row_identity(change: Change[Any]) -> bytes:
    """What makes this state of this row different from every other; a resend has the same.

    A row is created once, however often it has changed (by a write of ours, for example) when that is found out again.
    """
    if change.kind is Kind.CREATED:
        return "\0".join((change.office, change.table, change.key, "created")).encode()
    # Without a stamp nothing in the row tells A after B from A before it (nor one selection of a patient from the
    # next); the delivery does, for a resend is no change.
    occasion = change.stamp or change.delivery
    return "\0".join((change.office, change.table, change.key, occasion)).encode() + content(change.values)


def write_id(fingerprint: Fingerprint, minute: str, cause: bytes, *part: str) -> str:
    """``wr_`` and 12 letters: the identity of an effect, and its marker in the chart.

    :param minute: four letters that say when the change happened; the other eight are 40 bits that nobody can guess.
    """
    return f"wr_{minute}" + letters(int.from_bytes(fingerprint(cause, "write", *part)[:5]), _OWN_LETTERS)


def packed(change: Change[Any]) -> dict[str, Any]:
    """A change as plain JSON."""
    return {name: getattr(change, name) for name in _PACKED} | {"kind": str(change.kind), "fields": list(change.fields)}


def unpacked(plain: Mapping[str, Any]) -> Change[Any]:
    """The change that :func:`packed` was given."""
    return Change(
        kind=Kind(plain["kind"]),
        fields=frozenset(plain["fields"]),
        **{name: plain[name] for name in _PACKED if name in plain},
    )


_PACKED = ("office", "table", "key", "stamp", "values", "old", "workstation", "delivery", "forgotten")


def _subject(fingerprint: Fingerprint, change: Change[Any]) -> str:
    about = ["PatNum", change.patient] if change.patient else [change.table, change.key]
    return fingerprint(msgspec.json.encode(about), "subject", change.office).hex()[:16]
