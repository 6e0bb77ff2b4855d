"""``odevents recover``: the store was put back from a copy, or lost; what it has forgotten must not be done twice."""

from __future__ import annotations

import click

from odevents.cli.output import json_option, print_records
from odevents.cli.wish import oldest, reason_option
from odevents.errors import ConfigError


@click.command()
@click.option("--since", required=True, help="When the copy was made, as 40m, 6h, 2d ago: rather earlier than later.")
@reason_option
@json_option
def recover(since: str, reason: str, as_json: bool) -> None:
    """Say that the store has forgotten what came and what was done since then, before workers start again.

    Rows that come again from that time count as changes, and each write they call for is read back at the office before
    it is made. Then set the subscriptions back, so that they come again: odevents subscriptions rewind --since …
    """
    from odevents.cli.context import attach
    from odevents.cli.wish import wish
    from odevents.recovering import recover
    from odevents.store.audit import note

    began = oldest(since)
    runtime, asked = attach(), wish(reason)
    if began > asked.at:
        raise ConfigError(f"--since {since} is not over yet")
    note(runtime.redis, "recover", asked.at, who=asked.who, about=f"since {since}", reason=asked.reason)
    records = []
    for office in runtime.offices.values():
        lost = recover(runtime.store, office, began, asked.at)
        records.append({"office": office.name, "forgotten since": lost.since, "until": lost.until})
    print_records(records, ["office", "forgotten since", "until"], as_json=as_json)
    click.echo(f"Next: start the workers, then: odevents subscriptions rewind --since {since}", err=True)
