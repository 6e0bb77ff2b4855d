"""``odevents subscriptions apply``: make the offices have what is declared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odevents.cli.office_by_office import (
    chosen,
    exit_partly,
    for_each_office,
    in_words,
    note_deed,
    office_option,
    tell_failed,
)
from odevents.cli.output import json_option, print_records
from odevents.cli.subscriptions_plan import Read, prune_option, read_and_plan
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.errors import CallError
    from odevents.runtime import Runtime
    from odevents.subscriptions.apply import Applied
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions
    from odevents.subscriptions.saved import SavedPlan

_WHY_PRIME = "then only what is new counts as created"
_DONE = ("office", "subscription", "result", "what")


@click.command()
@click.argument("file", required=False, metavar="[PLAN]", type=click.Path(path_type=Path, dir_okay=False))
@office_option
@prune_option
@json_option
def apply(file: Path | None, wanted: tuple[str, ...], prune: bool, as_json: bool) -> None:
    """Make the offices have what odevents.toml declares; with PLAN, exactly what was planned, or nothing.

    Changes in place, creates before it removes, and removes only with --prune and only what is ours. Exit 4 when some
    offices or steps failed.
    """
    from odevents.cli.context import attach

    runtime = attach()
    if file:
        if wanted or prune:
            raise click.UsageError("a saved plan says which offices and whether to prune")
        found, failed, prune = _as_saved(runtime, file)
    else:
        names = chosen(runtime, wanted)
        found, failed = for_each_office(runtime, names, lambda office: read_and_plan(office, prune=prune))

    def apply_here(office: OfficeSubscriptions) -> Applied:
        return office.apply(found[office.office.name].plan, prune=prune)

    to_do = [name for name, read in found.items() if read.plan.steps]
    applied, _ = for_each_office(runtime, to_do, apply_here)
    records = [record for name, what in applied.items() for record in _records(name, what)]
    print_records(records, _DONE, as_json=as_json)
    tell_failed(failed)
    _note(runtime, applied)
    click.echo(_summary(found, applied, len(found) + len(failed)), err=True)
    if new := _new(applied):
        click.echo(
            f"Next: odevents backfill {new[0]} --prime{' (and the others)' * (len(new) > 1)}: {_WHY_PRIME}", err=True
        )
    troubled = sum(bool(what.failed) for what in applied.values())
    exit_partly(len(found) - troubled, len(failed) + troubled)


def _as_saved(runtime: Runtime, file: Path) -> tuple[dict[str, Read], dict[str, CallError], bool]:
    """The plans of a file, made again of what they were made of.

    :raises ConfigError: an office, or what is declared for it, has changed since; nothing was done.
    """
    from odevents.subscriptions.declared import declared_for
    from odevents.subscriptions.saved import read_plan, what_changed

    saved: SavedPlan = read_plan(file)
    names = chosen(runtime, list(saved.offices))
    found, failed = for_each_office(runtime, names, lambda office: read_and_plan(office, prune=saved.prune))
    changed = [
        f"{name}: {what} changed since the plan was made"
        for name, read in found.items()
        if (what := what_changed(saved.offices[name], declared_for(runtime.config, name), read.actual))
    ]
    if changed:
        again = f"Nothing was done. Plan again: odevents subscriptions plan --save {file}"
        raise ConfigError("\n".join([*changed, again]))
    return found, failed, saved.prune


def _records(office: str, applied: Applied) -> list[dict[str, Any]]:
    from odevents.subscriptions.steps import name_of

    done = [
        {"office": office, "subscription": name_of(step), "result": "done", "what": str(step)} for step in applied.done
    ]
    return done + [
        {"office": office, "subscription": name_of(f.step), "result": "failed", "what": in_words(f.error)}
        for f in applied.failed
    ]


def _note(runtime: Runtime, applied: Mapping[str, Applied]) -> None:
    from odevents.subscriptions.steps import name_of

    for office, what in applied.items():
        if what.done:
            steps = ", ".join(f"{name_of(step)} {step}" for step in what.done)
            note_deed(runtime, "subscriptions apply", f"{office}: {steps}")


def _new(applied: Mapping[str, Applied]) -> list[str]:
    """The offices of which nothing was known before."""
    from odevents.subscriptions.steps import Create

    return [
        office
        for office, what in applied.items()
        if any(isinstance(step, Create) and step.start is None for step in what.done)
    ]


def _summary(found: Mapping[str, Read], applied: Mapping[str, Applied], offices: int) -> str:
    done = sum(len(what.done) for what in applied.values())
    left = sum(
        difference.kind.is_difference and difference.step is None
        for read in found.values()
        for difference in read.plan.differences
    )
    more = f" {left} differences are left: odevents subscriptions plan shows them." if left else ""
    return f"{done} done at {len(applied)} of {offices} offices.{more}"
