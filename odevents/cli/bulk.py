"""``odevents bulk``: jobs over many deliveries or dead letters, and the way commands start and follow one."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from odevents.cli.output import counted, json_option, local, print_records
from odevents.cli.wish import go_on, reason_option, wish

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from odevents.store.bulk_job import BulkJob, What
    from odevents.store.filters import DeadFilter, DeliveryFilter

_LISTED = ("job", "asked", "what", "state", "number", "handed", "skipped", "failed", "left", "who", "reason")
_LOOK_EVERY = 0.3


@click.group()
def bulk() -> None:
    """Replays, requeues and drops of many things at once: how far they are, and how to stop them."""


@bulk.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the newest jobs."""
    from odevents.cli.context import attach

    print_records([_said(job) for job in attach().bulk.recent()], _LISTED, as_json=as_json)


@bulk.command()
@click.argument("job")
@json_option
def show(job: str, as_json: bool) -> None:
    """Show one job: what was chosen, by whom and why, how far it is, and what failed."""
    from odevents.cli.context import attach

    found = attach().bulk.get(job)
    print_records([{**_said(found), "chosen": found.chosen}], _LISTED, as_json=as_json)


@bulk.command()
@click.argument("job")
@reason_option
def abort(job: str, reason: str) -> None:
    """Stop a job. What was handed to the lanes already goes on."""
    from odevents.cli.context import attach

    stopped = attach().bulk.abort(job, wish(reason))
    click.echo(f"{stopped.id} aborted: {stopped.handed} of {stopped.number} had been handed on")


def do_all(
    runtime: Runtime, what: What, wanted: DeliveryFilter | DeadFilter, reason: str, words: str, *, yes: bool
) -> None:
    """Freeze and count what a filter chooses and, if that is wanted, do it and show how far it is.

    The scheduler does the same work: Ctrl-C leaves it to it.
    """
    asked = wish(reason)
    job = runtime.bulk.choose(what, wanted, asked)
    while job.state == "counting":
        job = runtime.bulk.work_on(job.id, time.time())
    if job.capped:
        click.echo(f"only {job.number} of them at once: choose again for the rest", err=True)
    if not go_on(job.number, words, yes=yes):
        runtime.bulk.abort(job.id, asked)
        return
    ended = _follow(runtime, runtime.bulk.start(job.id, asked))
    click.echo(f"{ended.handed} done, {sum(ended.failed.values()) + ended.skipped} not ({ended.id})")
    if ended.failed:
        click.echo(counted(ended.failed), err=True)
        raise click.exceptions.Exit(4)


def _follow(runtime: Runtime, job: BulkJob) -> BulkJob:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task(job.id, total=job.number)
        while job.state == "running":
            before = job.left
            job = runtime.bulk.work_on(job.id, time.time())
            progress.update(bar, completed=job.number - job.left)
            if job.left == before:
                time.sleep(_LOOK_EVERY)
    return job


def _said(job: BulkJob) -> dict[str, Any]:
    return {
        "job": job.id,
        "asked": local(job.at),
        "what": f"{job.what} {job.source}",
        "state": job.state,
        "number": job.number,
        "handed": job.handed,
        "skipped": job.skipped,
        "failed": counted(job.failed),
        "left": job.left,
        "who": job.who,
        "reason": job.reason,
    }
