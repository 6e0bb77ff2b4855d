"""``odevents aging``: who owes how much for how long, by the documented steps."""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import TYPE_CHECKING

import click

from odevents.cli.output import json_option, print_records

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental
    from odevents.office import OfficeAccess

TRY_LATER = 75
"""Exit code: nothing is wrong, come back later (sysexits.h, EX_TEMPFAIL)."""


@click.command()
@click.argument("office", required=False)
@click.option("--clinic", type=int, help="Only guarantors of this ClinicNum, which is quicker.")
@click.option("--wait", is_flag=True, help="If aging has not run today, wait until it has.")
@json_option
def aging(office: str | None, clinic: int | None, wait: bool, as_json: bool) -> None:
    """Aging data of OFFICE: the guarantors that have a balance. Needs the permission Queries."""
    from odevents.cli.office_client import client_of
    from odevents.client.recipes.aging import Balance, balances

    with client_of(office) as (access, client):
        last = _run_to_read(access, client, wait=wait)
        click.echo(f"aging of {access.name} as of {last or 'an unknown day'}", err=True)
        found = (balance.model_dump() for balance in balances(client, clinic))
        print_records(found, list(Balance.model_fields), as_json=as_json)


def _run_to_read(office: OfficeAccess, client: OpenDental, *, wait: bool) -> date | None:
    """The day of the run that can be read now; ends the command when that is later and nobody waits."""
    from odevents.client.recipes.aging import aging_run

    while True:
        now = office.local_time(time.time())
        run = aging_run(client, now.date())
        until = run.wait_until(now)
        if until is None:
            return run.last
        message = f"aging of {office.name} last ran {run.last or 'never'}; today's run is due at {until:%H:%M}"
        if not wait:
            click.echo(f"{message}. Come back then, or use --wait.", err=True)
            sys.exit(TRY_LATER)
        click.echo(f"{message}; waiting", err=True)
        time.sleep((until - now).total_seconds() + 1)
