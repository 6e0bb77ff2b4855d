"""A write as it is shown in a list: everything of its ledger entry but what is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WRITE_SUMMARY = (
    "reaction", "action", "delivery", "table", "state", "reason", "attempts", "created", "sent", "changed", "handler",
)  # fmt: skip
"""What :class:`WriteSeen` is made of."""


@dataclass(frozen=True, slots=True)
class WriteSeen:
    """One ledger entry without its intent; see :class:`odevents.store.ledger.Write`.

    :ivar changed_ms: when its state was last recorded, milliseconds since the epoch.
    """

    id: str
    office: str
    reaction: str
    action: str
    delivery: str
    table: str
    state: str
    reason: str
    attempts: int
    created_at: float
    sent_at: float
    changed_ms: int
    handler: str


def write_from(office: str, write_id: str, found: Sequence[bytes | None]) -> WriteSeen | None:
    """The write that the fields of :data:`WRITE_SUMMARY` make; ``None`` where the ledger no longer knows it."""
    text = {name: value.decode() for name, value in zip(WRITE_SUMMARY, found, strict=True) if value is not None}
    if "state" not in text:
        return None
    return WriteSeen(
        id=write_id,
        office=office,
        reaction=text["reaction"],
        action=text["action"],
        delivery=text["delivery"],
        table=text["table"],
        state=text["state"],
        reason=text["reason"],
        attempts=int(text["attempts"]),
        created_at=float(text["created"]),
        sent_at=float(text["sent"]),
        changed_ms=int(text.get("changed", 0)),
        handler=text["handler"],
    )
