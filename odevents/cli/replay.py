"""``odevents replay``: process stored deliveries again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from odevents.cli.output import each
from odevents.cli.wish import go_on, oldest, reason_option, since_option, wish, yes_option
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from odevents.store.inbox import Entry

_MOST = 200_000


@click.command()
@click.argument("deliveries", nargs=-1)
@click.option("--failed", "which", flag_value="failed", help="Those with rows, or writes, that were given up on.")
@click.option("--unprocessed", "which", flag_value="unprocessed", help="Those about which nothing was done.")
@click.option("--all", "which", flag_value="all", help="All that are stored.")
@click.option("--office", help="Only of this office.")
@click.option("--table", help="Only of this watch table or UI event.")
@since_option
@reason_option
@yes_option
def replay(
    deliveries: tuple[str, ...], which: str | None, office: str | None, table: str | None, since: str | None,
    reason: str, yes: bool,
) -> None:  # fmt: skip
    """Process stored deliveries again, as new ones, by today's reactions. What took effect already will not again."""
    from odevents.cli.context import attach

    if bool(deliveries) == bool(which):
        raise ConfigError("name the deliveries, or one of --failed, --unprocessed and --all")
    runtime = attach()
    chosen = _chosen(runtime, deliveries, which, office, table, oldest(since))
    if not go_on(len(chosen), "deliveries", yes=yes or bool(deliveries)):
        return
    wanted = wish(reason)
    for entry in reversed(chosen):  # oldest first, as they came
        click.echo(f"{entry.id} comes again as {runtime.again.replay(entry, wanted)}")


def _chosen(
    runtime: Runtime, ids: tuple[str, ...], which: str | None, office: str | None, table: str | None, since: float
) -> list[Entry]:
    if ids:
        from odevents.cli.deliveries import find

        return [find(runtime, delivery) for delivery in reversed(ids)]
    from odevents.store.filters import DeliveryFilter

    wanted = DeliveryFilter(office or "", since=since, watch=table or "")
    failed = {letter.delivery for letter in runtime.store.dead_letters.recent(_MOST)}

    def fits(entry: Entry) -> bool:
        if which == "failed":
            return entry.status == "dead" or entry.id in failed
        return which == "all" or not entry.wanted

    wanted = DeliveryFilter(office or "", since=since, watch=table or "")
    return [
        entry
        for entry in each(lambda at: runtime.store.records.deliveries(wanted, cursor=at), _MOST)
        if entry.status != "waiting" and not entry.replay_of and entry.received_at >= since and fits(entry)
    ]
