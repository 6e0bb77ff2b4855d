"""``odevents aging``: who owes how much for how long, by the documented steps."""

from __future__ import annotations

import sys
import time

import click

from odevents.cli.output import json_option, print_records

TRY_LATER = 75
"""Exit code: nothing is wrong, come back later (sysexits.h, EX_TEMPFAIL)."""


@click.command()
@click.argument("office", required=False)
@click.option("--clinic", type=int, help="Only guarantors of this ClinicNum, which is quicker.")
@click.option("--wait", is_flag=True, help="If aging has not run today, wait until it has.")
@json_option
def aging(office: str | None, clinic: int | None, wait: bool, as_json: bool) -> None:
    """Aging data of OFFICE: the guarantors that have a balance. Needs the permission Queries."""
    from odevents.cli.office_client import find_office, open_session
    from odevents.client.opendental import OpenDental
    from odevents.client.recipes.aging import Balance, aging_run, balances

    access = find_office(office)
    with open_session(access.name) as session:
        client = OpenDental(session)
        while True:
            now = access.local_time(time.time())
            run = aging_run(client, now.date())
            until = run.wait_until(now)
            if until is None:
                break
            message = f"aging of {access.name} last ran {run.last or 'never'}; today's run is due at {until:%H:%M}"
            if not wait:
                click.echo(f"{message}. Come back then, or use --wait.", err=True)
                sys.exit(TRY_LATER)
            click.echo(f"{message}; waiting", err=True)
            time.sleep((until - now).total_seconds() + 1)
        click.echo(f"aging of {access.name} as of {run.last or 'an unknown day'}", err=True)
        found = (balance.model_dump() for balance in balances(client, clinic))
        print_records(found, list(Balance.model_fields), as_json=as_json)
