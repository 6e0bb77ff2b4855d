"""``odevents offices``: what is configured of each office."""

from __future__ import annotations

import click

from odevents.cli.offices_index import index


@click.group()
def offices() -> None:
    """The offices, and what other processes must know of them."""


offices.add_command(index)
