"""``odevents scheduler``: the periodic jobs."""

from __future__ import annotations

import sys
import threading

import click


@click.command()
def scheduler() -> None:
    """Run the periodic jobs. Two may run; one acts and the other stands by."""
    from odevents.log import configure_logging
    from odevents.reloading import Reloading, start_anew
    from odevents.runtime import load_runtime
    from workers.schedule import run

    runtime = load_runtime()
    configure_logging(runtime.settings.log_level, json=not sys.stderr.isatty())
    renewed = threading.Event()
    Reloading(load_runtime, runtime).watch(lambda _: renewed.set())
    if not run(runtime, renewed):
        start_anew()
