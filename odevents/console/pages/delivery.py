"""One delivery: its way, its rows and why each reaction did or did not want them, its writes, and what can be done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from odevents.console.admission import Refused
from odevents.console.console import back_to, base_of, operator_of, visitor_of
from odevents.console.masking import fixture as fixture_of
from odevents.console.masking import masked
from odevents.errors import DeliveryRefused, SealBroken
from odevents.events.delivery import kept_rows_in
from odevents.explaining import ExplainedRow, explained
from odevents.store.inbox import Entry
from odevents.store.ledger import Write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request

    from odevents.config import Secret
    from odevents.console.console import Console

MOST_ROWS = 100
"""Rows that one page shows; a delivery has up to 1000."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of a delivery's way."""

    at: float | None
    words: str


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    entry = _entry(console, request)
    visitor = visitor_of(request)
    now = console.clock()
    until = console.guard.sessions.revealed_until(visitor.name, entry.id) if visitor.operates else 0.0
    until = until if until > now else 0.0
    try:
        rows, unreadable = list(explained(console.store, console.registry, entry)), ""
    except SealBroken as error:
        rows, unreadable = [], str(error)
    writes = list(_writes(console, entry))
    answer = console.draw(
        request,
        "delivery",
        f"Delivery {entry.id}",
        here="deliveries",
        entry=entry,
        zone=console.offices[entry.office].zone,
        mode=entry.mode or console.offices[entry.office].mode,
        rows=[_row(row, revealed=until > 0) for row in rows[:MOST_ROWS]],
        more_rows=max(len(rows) - MOST_ROWS, 0),
        unreadable=unreadable,
        writes=writes,
        moments=_way(entry, writes),
        revealed_until=until,
        curl=_curl(console, entry),
    )
    if until:
        answer.headers["Refresh"] = f"{ceil(until - now)}; url={base_of(request)}/deliveries/{entry.id}"
    return answer


def replay(console: Console, request: Request) -> Response:
    """Process it again, as a new delivery."""
    entry = _entry(console, request)
    again = console.again.replay(entry, console.wish(request))
    return back_to(request, f"/deliveries/{again}", "replayed")


def reveal(console: Console, request: Request) -> Response:
    """Show its values to whoever asks, for a while."""
    entry, wish = _entry(console, request), console.wish(request)
    console.guard.sessions.reveal(wish.who, entry.id, wish.reason, wish.at)
    return back_to(request, f"/deliveries/{entry.id}", "revealed")


def mask(console: Console, request: Request) -> Response:
    """Hide them again."""
    entry = _entry(console, request)
    console.guard.sessions.mask(operator_of(request).name, entry.id)
    return back_to(request, f"/deliveries/{entry.id}", "masked")


def fixture(console: Console, request: Request) -> Response:
    """The rows as a file for tests and `odevents trigger --file`: same columns, invented values, whoever asks."""
    entry = _entry(console, request)
    try:
        rows = kept_rows_in(console.store.inbox.body(entry.office, entry.id))
    except DeliveryRefused as error:
        raise Refused(409, f"A fixture cannot be made of it: {error}") from None
    content = json.dumps(fixture_of(rows, _named_in_reactions(console, entry.table)), indent=2)
    headers = {"Content-Disposition": f'attachment; filename="{entry.table}.json"'}
    return Response(content + "\n", media_type="application/json", headers=headers)


def _entry(console: Console, request: Request) -> Entry:
    delivery = request.path_params["delivery"]
    office = console.store.inbox.office_of(delivery, list(console.offices))
    entry = console.store.inbox.entry(office, delivery) if office else None
    if entry is None:
        raise Refused(404, "There is no such delivery, or it is so old that it has been deleted.")
    return entry


def _row(row: ExplainedRow, *, revealed: bool) -> dict[str, Any]:
    values = row.values if isinstance(row.values, dict) else {}
    changed = set(row.outcome.fields)
    return {
        "row": row,
        "wanted": [e.reaction.name for e in row.examinations if e.wanted],
        "values": [
            {
                "column": column,
                "value": str(value) if revealed else masked(value),
                "old": (str(row.outcome.old[column]) if revealed else masked(row.outcome.old[column]))
                if column in row.outcome.old
                else "",
                "changed": column in changed,
            }
            for column, value in sorted(values.items(), key=lambda item: item[0] not in changed)
        ],
    }


def _writes(console: Console, entry: Entry) -> Iterator[dict[str, Any]]:
    for reaction, ids in entry.wanted.items():
        for write_id in ids:
            try:
                found = console.store.ledger.get(entry.office, write_id)
            except SealBroken:
                found = None
            yield {"id": write_id, "reaction": reaction, "write": found}


def _way(entry: Entry, writes: list[dict[str, Any]]) -> list[Moment]:
    sender = f"from {entry.workstation}" if entry.workstation else "from an unnamed machine"
    origin = f"Replayed from {entry.replay_of}" if entry.replay_of or entry.source == "replay" else f"Received {sender}"
    ack = f", answered 200 after {entry.ack_ms:.0f} ms" if entry.ack_ms is not None else ""
    way = [Moment(entry.received_at, f"{origin}{ack}")]
    if entry.status == "waiting":
        way.append(Moment(None, "Waits to be understood"))
    else:
        way.append(Moment(None, "Understood" if entry.status == "processed" else "Given up on"))
    for found in writes:
        write: Write | None = found["write"]
        if write is not None and write.sent_at:
            way.append(Moment(write.sent_at, f"{write.action} of {write.reaction} sent, {write.attempts} in all"))
    return way


def _named_in_reactions(console: Console, table: str) -> Mapping[str, set[str]]:
    named: dict[str, set[str]] = {}
    for reaction in console.registry:
        if reaction.table.name == table:
            for column, wanted in reaction.when.items():
                values = wanted if isinstance(wanted, list) else [wanted]
                named.setdefault(column, set()).update(str(value) for value in values)
    return named


def _curl(console: Console, entry: Entry) -> str:
    key = _variable(console.config.offices[entry.office].customer_key[0])
    kind = "UiEventType" if entry.source == "UiEventType" else "WatchTable"
    return (
        f'curl -sS "$ODEVENTS_URL/apievents" \\\n  -H "Authorization: {key}" \\\n'
        f"  -H 'Event-Type: {kind}: {entry.table}' -H 'Content-Type: application/json' \\\n"
        f"  --data-binary @{entry.table}.json"
    )


def _variable(secret: Secret) -> str:
    return f"${secret.env}" if secret.env else f"$(cat {secret.file})"
