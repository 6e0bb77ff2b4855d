"""``odevents offices index``: all that the receiver must know, without any key of an office."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file, for its owner only."
)
def index(out: Path | None) -> None:
    """Print what `odevents serve` needs instead of odevents.toml, its secrets and the sealing keys.

    Give it to the receiver as ODEVENTS_RECEIVER_INDEX or, as a file, ODEVENTS_RECEIVER_INDEX_FILE. It holds keyed
    digests of the customer keys and the public half of the newest sealing key: make it again when either changes.
    Keep it secret.
    """
    from odevents.cli.kept import kept, write_private
    from odevents.receiver.index import index_of
    from odevents.runtime import load_runtime
    from odevents.settings import load_settings

    os.environ |= kept(load_settings())
    runtime = load_runtime()
    text = index_of(runtime.offices.values(), runtime.seals).text()
    if out is None:
        click.echo(text)
    else:
        write_private(out, text + "\n")
