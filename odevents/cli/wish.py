"""What every command that a person has to answer for asks: why, and, for many things at once, whether really."""

from __future__ import annotations

import getpass
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from odevents.store.again import Wish

reason_option = click.option("--reason", required=True, help="Why; it is kept with your name.")
yes_option = click.option("--yes", is_flag=True, help="Do it; without, only say how many it would be.")


def wish(reason: str) -> Wish:
    """The wish of whoever runs this command."""
    from odevents.store.again import Wish

    return Wish(getpass.getuser(), time.time(), reason)


def go_on(number: int, what: str, *, yes: bool) -> bool:
    """Say how many, and whether it is to be done."""
    if not yes or not number:
        click.echo(f"{number} {what}" + ("; add --yes to do it" if number else ""))
    return yes and number > 0
