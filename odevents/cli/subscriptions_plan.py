"""``odevents subscriptions plan``: what differs from what is declared."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odevents.cli.office_by_office import DIFFERENCES, chosen, for_each_office, in_words, office_option
from odevents.cli.output import json_option, print_records

if TYPE_CHECKING:
    from odevents.config import ConfigFile
    from odevents.errors import CallError
    from odevents.subscriptions.actual import Actual
    from odevents.subscriptions.lints import Lint
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions
    from odevents.subscriptions.plan import Difference, Plan

_PLANNED = ("sign", "subscription", "kind", "what")
_SIGNS = {
    "missing": "+",
    "changed": "~",
    "expired": "!",
    "duplicate": "-",
    "undeclared": "-",
    "not ours": "?",
    "paused": "=",
    "workstation gone": "!",
    "unreachable": "x",
}

prune_option = click.option("--prune", is_flag=True, help="Also remove what is ours and superfluous.")


@dataclass(frozen=True, slots=True)
class Read:
    """One office, read and planned for."""

    actual: Actual
    plan: Plan


@click.command()
@office_option
@prune_option
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Keep the plan for `apply FILE`.")
@json_option
def plan(wanted: tuple[str, ...], prune: bool, save: Path | None, as_json: bool) -> None:
    """Show what differs from what odevents.toml declares. Changes nothing; exit 3 when anything differs.

    + to create, ~ to change, ! needs a look, - superfluous, ? not ours, = paused, x not reached.
    """
    from odevents.cli.context import attach

    runtime = attach()
    found, failed = for_each_office(runtime, chosen(runtime, wanted), lambda office: read_and_plan(office, prune=prune))
    plans = {name: read.plan for name, read in found.items()}
    lints = lints_of(runtime.config, found)
    if as_json:
        click.echo(json.dumps(_as_json(plans, failed, lints), indent=2, default=str))
    else:
        print_differences(plans, failed)
        tell_lints(lints)
        click.echo(_summary(plans, failed), err=True)
    if save:
        _save(save, runtime.config, found, prune=prune)
        click.echo(f"Next: odevents subscriptions apply {save}", err=True)
    if failed or any(made.differs for made in plans.values()):
        raise click.exceptions.Exit(DIFFERENCES)


def read_and_plan(office: OfficeSubscriptions, *, prune: bool) -> Read:
    """Read one office and plan for it."""
    actual = office.read()
    return Read(actual, office.plan(actual, prune=prune))


def lints_of(file: ConfigFile, found: Mapping[str, Read]) -> list[Lint]:
    """What will go wrong at the offices that were read."""
    from odevents.subscriptions.lints import lints

    return [lint for name, read in found.items() for lint in lints(file, name, read.actual)]


def tell_lints(lints: list[Lint]) -> None:
    """Say what will go wrong."""
    from odevents.subscriptions.lints import LINTS

    for lint in lints:
        about = f"{lint.office}/{lint.subscription}" if lint.subscription else lint.office
        click.echo(f"warning: {about}: {LINTS[lint.code]} ({lint.code}): {lint.text}", err=True)


def print_differences(plans: Mapping[str, Plan], failed: Mapping[str, CallError]) -> None:
    """One line a difference, and one for each office that could not be asked."""
    records = [_record(name, found) for name, made in plans.items() for found in made.differences]
    records += [
        {"sign": "x", "subscription": name, "kind": "unreachable", "what": in_words(error)}
        for name, error in failed.items()
    ]
    print_records(records, _PLANNED, as_json=False)


def _record(office: str, found: Difference) -> dict[str, Any]:
    about = f"{office} {found.subscription}" if found.subscription.startswith("#") else f"{office}/{found.subscription}"
    return {"sign": _SIGNS[found.kind], "subscription": about, "kind": str(found.kind), "what": found.text}


def _summary(plans: Mapping[str, Plan], failed: Mapping[str, CallError]) -> str:
    steps = Counter(type(step).__name__ for made in plans.values() for step in made.steps)
    offices = f"{len(plans)} office{'' if len(plans) == 1 else 's'} read"
    skipped = f", {len(failed)} not reached" if failed else ""
    text = f"Plan: {steps['Create']} to create, {steps['Update']} to change, {steps['Remove']} to remove. "
    return f"{text}{offices}{skipped}." + ("\nNext: odevents subscriptions apply" if steps else "")


def _as_json(plans: Mapping[str, Plan], failed: Mapping[str, CallError], lints: list[Lint]) -> dict[str, Any]:
    return {
        "offices": {
            name: [
                {"kind": d.kind, "subscription": d.subscription, "what": d.text, "apply_does_it": d.step is not None}
                for d in made.differences
            ]
            for name, made in plans.items()
        },
        "unreachable": {name: in_words(error) for name, error in failed.items()},
        "lints": [{"code": x.code, "office": x.office, "subscription": x.subscription, "what": x.text} for x in lints],
    }


def _save(file: Path, config: ConfigFile, found: Mapping[str, Read], *, prune: bool) -> None:
    from odevents.subscriptions.declared import declared_for
    from odevents.subscriptions.look import drift_seen
    from odevents.subscriptions.saved import VERSION, SavedOffice, SavedPlan, declared_fingerprint, write_plan

    offices = {
        name: SavedOffice(
            declared_fingerprint(declared_for(config, name)), read.actual.fingerprint(), list(drift_seen(read.plan))
        )
        for name, read in found.items()
    }
    write_plan(file, SavedPlan(VERSION, time.time(), prune, offices))
