"""``odevents offices``: what is configured of each office, and what is seen of it."""

from __future__ import annotations

import click

from odevents.cli.offices_index import index
from odevents.cli.offices_list import list_, show
from odevents.cli.offices_mode import mode


@click.group()
def offices() -> None:
    """The offices, what is seen of them, and what other processes must know of them."""


for command in (list_, show, mode, index):
    offices.add_command(command)
