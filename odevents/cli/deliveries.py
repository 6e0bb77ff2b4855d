"""``odevents deliveries``: what was received, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from odevents.cli.filtering import delivery_filter, delivery_options
from odevents.cli.output import counted, each, json_option, local, print_records
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from odevents.store.inbox import Entry
    from odevents.store.refusals import Refusal

_LISTED = ("delivery", "received", "office", "table", "workstation", "rows", "status", "outcome", "reactions")
_REFUSED = ("last", "office", "code", "workstation", "times", "first")
_ROWS = ("row", "outcome", "fields", "reason")
_WRITES = ("write", "reaction", "action", "state", "reason", "attempts")


@click.group()
def deliveries() -> None:
    """What was received, and what became of it. Values of rows are never shown."""


@deliveries.command("list")
@delivery_options
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first.")
@json_option
def list_(limit: int, as_json: bool, **said: Any) -> None:
    """List the newest deliveries. With `--outcome refused`: the requests that were not accepted."""
    from odevents.cli.context import attach
    from odevents.store.filters import REFUSED

    runtime = attach()
    wanted = delivery_filter(runtime, said)
    if wanted.outcome == REFUSED:
        lines = runtime.store.refusals.lines(wanted, limit)
        print_records([_refusal(line) for line in lines], _REFUSED, as_json=as_json)
        return
    entries = each(lambda cursor: runtime.store.records.deliveries(wanted, cursor=cursor), limit)
    print_records([_summary(entry) for entry in entries], _LISTED, as_json=as_json)


@deliveries.command()
@click.argument("delivery")
@json_option
def show(delivery: str, as_json: bool) -> None:
    """Show how each row of one delivery ended, and the writes it caused."""
    from odevents.cli.context import attach

    runtime = attach()
    entry = find(runtime, delivery)
    rows = [
        {"row": index, "outcome": row.kind, "fields": ", ".join(row.fields), "reason": row.reason}
        for index, row in enumerate(runtime.store.inbox.outcomes(entry.office, entry.id))
    ]
    writes = [_write(runtime, entry.office, write) for ids in entry.wanted.values() for write in ids]
    writes += [
        {**dict.fromkeys(_WRITES), "reaction": reaction, "state": "dead", "reason": code}
        for reaction, code in entry.stopped.items()
    ]
    if as_json:
        print_records([{**_summary(entry), "rows": rows, "writes": writes}], (), as_json=True)
        return
    print_records([_summary(entry)], _LISTED, as_json=False)
    print_records(rows, _ROWS, as_json=False)
    print_records(writes, _WRITES, as_json=False)


def find(runtime: Runtime, delivery: str) -> Entry:
    """One delivery by its id.

    :raises ConfigError: there is no such delivery, or it is too old.
    """
    office = runtime.store.inbox.office_of(delivery, list(runtime.offices))
    entry = runtime.store.inbox.entry(office, delivery) if office else None
    if entry is None:
        raise ConfigError(f"no delivery {delivery}; `odevents deliveries list` shows those there are")
    return entry


def _refusal(line: Refusal) -> dict[str, Any]:
    seen = line.seen
    return {
        "last": local(line.last),
        "office": seen.office or "unknown",
        "code": seen.code,
        "workstation": seen.workstation,
        "times": line.times,
        "first": local(line.first),
    }


def _summary(entry: Entry) -> dict[str, Any]:
    return {
        "delivery": entry.id,
        "received": local(entry.received_at),
        "office": entry.office,
        "table": entry.table,
        "workstation": entry.workstation,
        "rows": entry.rows,
        "status": entry.status,
        "outcome": counted(entry.kinds),
        "reactions": ", ".join(dict.fromkeys([*entry.wanted, *entry.stopped])),
        "mode": entry.mode,
        "ack_ms": entry.ack_ms,
        "bytes": entry.bytes,
    }


def _write(runtime: Runtime, office: str, write_id: str) -> dict[str, Any]:
    write = runtime.store.ledger.get(office, write_id)
    if write is None:
        return {"write": write_id, **dict.fromkeys(_WRITES[1:], None), "state": "forgotten"}
    return {
        "write": write.id,
        "reaction": write.reaction,
        "action": write.action,
        "state": str(write.state),
        "reason": write.reason,
        "attempts": write.attempts,
    }
