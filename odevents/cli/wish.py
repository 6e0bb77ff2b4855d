"""What every command that a person has to answer for asks: why, and, for many things at once, whether really."""

from __future__ import annotations

import getpass
import re
import time
from typing import TYPE_CHECKING

import click

from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.store.again import Wish

reason_option = click.option("--reason", required=True, help="Why; it is kept with your name.")
yes_option = click.option("--yes", is_flag=True, help="Do it; without, only say how many it would be.")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = 100 * 365 * 86400


def wish(reason: str) -> Wish:
    """The wish of whoever runs this command."""
    from odevents.store.again import Wish

    return Wish(getpass.getuser(), time.time(), reason)


def oldest(since: str | None) -> float:
    """The moment that a ``--since`` names, in seconds since the epoch.

    :raises ConfigError: it is not a number and a unit, or longer ago than anything is kept.
    """
    if since is None:
        return 0.0
    found = re.fullmatch(r"(\d{1,6})([smhd])", since)
    if found is None:
        raise ConfigError(f"--since {since} is not a number with s, m, h or d, such as 2h")
    seconds = int(found[1]) * _UNITS[found[2]]
    if seconds > _LONGEST:
        raise ConfigError(f"--since {since} is more than a hundred years ago; name a shorter time, such as 30d")
    return time.time() - seconds


def go_on(number: int, what: str, *, yes: bool) -> bool:
    """Say how many, and whether it is to be done."""
    if not yes or not number:
        click.echo(f"{number} {what}" + ("; add --yes to do it" if number else ""))
    return yes and number > 0
