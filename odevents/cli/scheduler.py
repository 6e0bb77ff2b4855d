"""``odevents scheduler``: the periodic jobs."""

from __future__ import annotations

import sys
import threading

import click

from odevents import __version__
from odevents.cli.output import json_option, local, print_records


@click.command()
@click.option("--jobs", "show", is_flag=True, help="Show how the periodic jobs run, and run none.")
@json_option
def scheduler(show: bool, as_json: bool) -> None:
    """Run the periodic jobs. Two may run; one acts and the other stands by."""
    if show:
        _show(as_json=as_json)
    else:
        _run()


def _show(*, as_json: bool) -> None:
    from odevents.cli.context import attach

    runs = attach().store.job_runs
    acting = runs.scheduler()
    if not acting:
        click.echo("no scheduler acts now: start `odevents scheduler` (or `odevents up`)", err=True)
    records = [
        {
            "job": run.name,
            "every": f"{run.every:g} s",
            "last run": local(run.last_at),
            "took": f"{run.seconds:.3f} s",
            "next run": local(run.next_at) if acting else "",
            "runs": run.runs,
            "last error": f"{run.error} {local(run.error_at)}" if run.error else "",
            "failed": run.failed,
        }
        for run in runs.all()
    ]
    print_records(records, ["job", "every", "last run", "took", "next run", "runs", "last error"], as_json=as_json)


def _run() -> None:
    from odevents.log import configure_logging
    from odevents.reloading import Reloading, start_anew
    from odevents.runtime import load_runtime
    from odevents.store.presence import present
    from workers.schedule import run

    runtime = load_runtime()
    configure_logging(runtime.settings.log_level, json=not sys.stderr.isatty())
    renewed = threading.Event()
    Reloading(load_runtime, runtime).watch(lambda _: renewed.set())
    with present(runtime.redis, "scheduler", __version__):
        signalled = run(runtime, renewed)
    if not signalled:
        start_anew()
