"""``odevents doctor``: the help desk."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odevents.cli.output import json_option
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.doctor.findings import Finding

FINDINGS = 3
"""Exit code when something should be done."""


@click.command()
@click.option("--office", "offices", multiple=True, help="Only this office; may be given several times.")
@json_option
def doctor(offices: tuple[str, ...], as_json: bool) -> None:
    """Look at everything that can be looked at: keys, permissions, versions, Redis, the public address, subscriptions.

    Says what is wrong, why it matters, and the next step. Exit code 3 when something should be done.
    """
    from odevents.cli.context import attach
    from odevents.doctor.examination import examine

    runtime = attach()
    if missing := [name for name in offices if name not in runtime.offices]:
        raise ConfigError(f"no office {missing[0]}; there are: {', '.join(runtime.offices)}")
    findings = examine(runtime, offices or list(runtime.offices), Path(".env"))
    if as_json:
        click.echo(json.dumps([_plain(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    if any(finding.wrong for finding in findings):
        sys.exit(FINDINGS)


def _plain(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "mark": finding.mark.name.lower(),
        "office": finding.office,
        "what": finding.what,
        "why": finding.why,
        "do": finding.do,
        "then": finding.then,
        "page": finding.page,
    }


def _print(findings: Sequence[Finding]) -> None:
    wrong = [finding for finding in findings if finding.wrong]
    for finding in findings:
        if not finding.wrong:
            click.echo(f" {finding.mark} {_head(finding)}")
    for finding in wrong:
        click.echo("")
        click.echo(click.style(f" {finding.mark} {_head(finding)}", bold=True))
        click.echo(f"         {finding.why}")
        for word, text in (("Do", finding.do), ("Then", finding.then), ("See", finding.page)):
            if text:
                click.echo(f"         {word}: {text}")
    errors = sum(finding.mark.name == "ERROR" for finding in wrong)
    click.echo(f"\nFindings: {errors} errors, {len(wrong) - errors} warnings." if wrong else "\nAll is well.")


def _head(finding: Finding) -> str:
    return f"{finding.code} {f'{finding.office}: ' if finding.office else ''}{finding.what}"
