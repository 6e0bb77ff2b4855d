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

    Give it to the receiver as ODEVENTS_RECEIVER_INDEX or, as a file, ODEVENTS_RECEIVER_INDEX_FILE. It holds keyed digests of
    the customer keys and the public half of the newest sealing key: make it again when either changes. Keep it secret.
    """
    from odevents.cli.kept import kept
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


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step: whoever reads it meanwhile sees the old one."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
        new.write(text)
    fresh.replace(file)
