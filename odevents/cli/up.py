"""``odevents up``: receiver, workers and scheduler on one machine, with a server of their own where there is none."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from workers.supervisor import Child


@click.command()
def up() -> None:
    """Run everything: receiver, workers, scheduler, page. Without REDIS_URL an embedded server keeps ODEVENTS_DATA."""
    from odevents.cli.kept import key_file, keys_in, missing_keys, server_file, write_index
    from odevents.cli.serve import listening
    from odevents.log import configure_logging, logger
    from odevents.receiver.tls import certificate_of
    from odevents.reloading import Reloading
    from odevents.runtime import checked_config, load_runtime
    from odevents.settings import load_settings
    from workers.supervisor import Supervisor

    settings = load_settings()
    configure_logging(settings.log_level, json=not sys.stderr.isatty())
    checked_config(settings.config)  # refuse what is wrong before anything is made or started
    certificate_of(settings)
    listening(settings.host, settings.port).close()
    listening(settings.console_host, settings.console_port).close()
    missing = missing_keys(settings)
    identity = "ODEVENTS_IDENTITY_KEY"
    new = identity in missing and not key_file(settings.data, identity).exists()
    environment = keys_in(settings.data, missing) if missing else {}
    server = None
    if settings.redis_url is None:
        from odevents.store.embedded import EmbeddedServer

        server = EmbeddedServer(settings.data / "server")
        environment["REDIS_URL"] = server.url
    os.environ |= environment
    try:
        runtime = load_runtime()
        if new:  # no identity, so no write that could have been forgotten
            runtime.store.ledger.mark_new()

        def revive_server() -> None:
            if server and not server.running():
                logger.warning("the embedded server died, starting it again")
                server.restart()

        write_index(runtime)
        Reloading(load_runtime, runtime).watch(write_index)
        Supervisor(everything(runtime)).run(revive_server)
    finally:
        if server:
            server.stop()
            server_file(settings.data).unlink(missing_ok=True)


def everything(runtime: Runtime) -> list[Child]:
    """The process types of the Procfile, one of each; the receiver is given its index and no key."""
    from odevents.cli.kept import index_file
    from odevents.settings import SEALING_VARIABLES
    from workers.supervisor import Child

    given = {"ODEVENTS_RECEIVER_INDEX_FILE": str(index_file(runtime))}
    serve = Child("serve", ["odevents.cli.main", "serve"], given, SEALING_VARIABLES | runtime.config.secret_variables)
    return [serve, *(Child(name, ["odevents.cli.main", name]) for name in ("worker", "scheduler", "console"))]
