"""``odevents worker``: worker processes, watched over."""

from __future__ import annotations

import os
import sys
import time

import click


@click.command()
@click.option("--inbox", default=1, show_default=True, type=click.IntRange(0, 64), help="Processes for deliveries.")
@click.option("--writes", default=1, show_default=True, type=click.IntRange(0, 64), help="Processes for rules' writes.")
@click.option(
    "--handlers",
    default=1,
    show_default=True,
    type=click.IntRange(0, 64),
    help="Processes for handlers; none are started where the configuration names no handlers.",
)
def worker(inbox: int, writes: int, handlers: int) -> None:
    """Run worker processes and start again those that die. One process for writes carries many offices at once."""
    from odevents.errors import StoreUnavailable
    from odevents.log import configure_logging, logger
    from odevents.reloading import Reloading, start_anew
    from odevents.runtime import load_runtime
    from workers.supervisor import Supervisor, lane_workers

    runtime = load_runtime()
    configure_logging(runtime.settings.log_level, json=not sys.stderr.isatty())
    for doubt in runtime.refuse_doubtful_redis():
        logger.warning("Redis is not to be trusted", setting=doubt)

    def sweep() -> None:
        try:
            runtime.hints.sweep(time.time())
        except StoreUnavailable as error:
            logger.warning("sweep failed", error=str(error))

    children = lane_workers(inbox, writes, handlers if runtime.config.handlers else 0)
    logger.info("workers start", number=len(children), pid=os.getpid())
    supervisor = Supervisor(children)
    Reloading(load_runtime, runtime).watch(lambda _: supervisor.ask_to_stop())
    supervisor.run(sweep)
    if not supervisor.signalled:
        start_anew()
