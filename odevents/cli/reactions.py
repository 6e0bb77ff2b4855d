"""``odevents reactions``: what is done about changes, and why, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from odevents.cli.filtering import write_filter, write_options
from odevents.cli.output import each, json_option, local, print_records
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.reactions.registry import Examination
    from odevents.runtime import Runtime
    from odevents.store.inbox import Entry
    from odevents.store.write_seen import WriteSeen

_MOST = 100_000
_WRITES = ("write", "changed", "office", "reaction", "action", "state", "reason", "attempts", "delivery")


@click.group()
def reactions() -> None:
    """What is done about changes, and why, or why not."""


@reactions.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the rules of odevents.toml and the handlers declared with @on."""
    from odevents.cli.context import attach

    print_records(
        [
            {
                "reaction": reaction.name,
                "on": reaction.table.name,
                "kinds": ", ".join(sorted(reaction.kinds)),
                "changed": ", ".join(reaction.changed),
                "does": ", ".join(reaction.actions),
                "offices": ", ".join(sorted(reaction.offices)) or "all",
            }
            for reaction in attach().registry
        ],
        ("reaction", "on", "kinds", "changed", "does", "offices"),
        as_json=as_json,
    )


@reactions.command()
@write_options
@click.option("--dead", is_flag=True, help="Only what was given up on; as --state dead.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, last changed first.")
@json_option
def writes(dead: bool, limit: int, as_json: bool, **said: Any) -> None:
    """List what reactions wrote, or would have, or could not: each write as it stands, the last error with it."""
    from odevents.cli.context import attach

    runtime = attach()
    wanted = write_filter(runtime, {**said, "state": "dead"} if dead else said)
    found = each(lambda cursor: runtime.store.records.writes(wanted, cursor=cursor), limit)
    print_records([_write(write) for write in found], _WRITES, as_json=as_json)


@reactions.command()
@click.argument("delivery")
@click.option("--row", type=click.IntRange(0), help="Only this row, counted from 0.")
@json_option
def explain(delivery: str, row: int | None, as_json: bool) -> None:
    """Say, clause by clause, why each reaction did or did not want the rows of DELIVERY."""
    from odevents.cli.context import attach
    from odevents.cli.deliveries import find

    runtime = attach()
    entry = find(runtime, delivery)
    if unexplained := _not_understood(runtime, entry):
        print_records([unexplained], tuple(unexplained), as_json=as_json)
        return
    explained = [found for found in _explained(runtime, entry) if row in (None, found["row"])]
    if row is not None and not explained:
        raise ConfigError(f"{delivery} has {entry.rows} rows, counted from 0; there is no row {row}")
    if as_json:
        print_records(explained, (), as_json=True)
        return
    for found in explained:
        _print_row(found)


def _write(write: WriteSeen) -> dict[str, Any]:
    return {
        "write": write.id,
        "changed": local(write.changed_ms / 1000),
        "office": write.office,
        "reaction": write.reaction,
        "action": write.action,
        "state": write.state,
        "reason": write.reason,
        "attempts": write.attempts,
        "delivery": write.delivery,
        "table": write.table,
        "handler": write.handler,
    }


def _not_understood(runtime: Runtime, entry: Entry) -> dict[str, str]:
    """What to say of a delivery whose rows were never held against a reaction; nothing of others."""
    if entry.status == "processed" or runtime.store.inbox.outcomes(entry.office, entry.id):
        return {}
    if entry.status == "waiting":
        return {"delivery": entry.id, "status": "waits", "reason": "no worker has looked at it yet: odevents worker"}
    letters = (letter for letter in runtime.store.dead_letters.recent(_MOST) if letter.delivery == entry.id)
    code = next((letter.code for letter in letters if letter.of == "delivery"), "unknown")
    return {"delivery": entry.id, "status": f"given up: {code}", "reason": "see `odevents dead list --of delivery`"}


def _explained(runtime: Runtime, entry: Entry) -> list[dict[str, Any]]:
    from odevents.explaining import explained

    return [
        {
            "row": row.number,
            "outcome": row.outcome.kind,
            "reason": row.outcome.reason,
            "reactions": [_said(examination) for examination in row.examinations],
        }
        for row in explained(runtime.store, runtime.registry, entry)
    ]


def _said(examination: Examination) -> dict[str, Any]:
    return {
        "reaction": examination.reaction.name,
        "wanted": examination.wanted,
        "clauses": [{"mark": str(c.mark), "clause": c.name, "words": c.words} for c in examination.clauses],
    }


def _print_row(found: dict[str, Any]) -> None:
    reason = f" ({found['reason']})" if found["reason"] else ""
    click.echo(f"row {found['row']}: {found['outcome']}{reason}")
    if not found["reactions"]:
        click.echo("  no reaction sees a row of this kind")
    for reaction in found["reactions"]:
        click.echo(f"  reaction {reaction['reaction']} {'wanted it' if reaction['wanted'] else 'did not match'}")
        width = max(len(clause["clause"]) for clause in reaction["clauses"])
        for clause in reaction["clauses"]:
            click.echo(f"    {clause['mark']} {clause['clause']:<{width}}  {clause['words']}")
