"""``odevents reseal``: seal with the newest key what older ones sealed, so that those can be retired."""

from __future__ import annotations

import time

import click

from odevents.cli.wish import reason_option
from odevents.errors import ConfigError

MOST_PASSES = 5


@click.command()
@reason_option
def reseal(reason: str) -> None:
    """Seal everything anew with the first of ODEVENTS_SEALING_KEYS, beside all that goes on.

    It may be stopped and started again. When it says that nothing is left, the other keys can be taken out of the ring.
    """
    from odevents.cli.context import attach
    from odevents.cli.wish import wish
    from odevents.store.audit import note
    from odevents.store.resealing import Resealed, reseal

    runtime = attach()
    redis, said = runtime.redis, [time.monotonic()]

    def progress(done: Resealed) -> None:
        if time.monotonic() - said[0] >= 1:
            said[0] = time.monotonic()
            click.echo(f"  {done.looked} looked at, {done.resealed} sealed anew", err=True)

    asked = wish(reason)
    note(redis, "reseal", asked.at, who=asked.who, about="all", reason=asked.reason)
    total = 0
    for _ in range(MOST_PASSES):
        done = reseal(redis, runtime.seals, progress)
        total += done.resealed
        if done.finished:
            break
    else:
        raise ConfigError(
            f"{total} values were sealed anew, and a process goes on sealing with an older key; give all of them the"
            " new ring (and the receiver a new index), then run this again"
        )
    click.echo(f"{total} values sealed anew; of {done.looked}, {done.looked - done.lost} are under the newest key")
    if done.lost:
        raise ConfigError(f"{done.lost} values open with no key of the ring; put the key that is missing back")
    click.echo("The other keys can be taken out of ODEVENTS_SEALING_KEYS.")
