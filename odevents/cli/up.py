"""``odevents up``: receiver, workers and scheduler on one machine, with a server of their own where there is none."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workers.supervisor import Child


@click.command()
def up() -> None:
    """Run receiver, workers and scheduler. Without REDIS_URL an embedded server keeps its data in ODEVENTS_DATA."""
    from odevents.log import configure_logging, logger
    from odevents.settings import load_settings
    from workers.supervisor import Supervisor

    settings = load_settings()
    configure_logging(settings.log_level, json=not sys.stderr.isatty())
    new = not settings.sealing_keys and not (settings.data / "identity_key").exists()
    environment = {} if settings.sealing_keys else keys_in(settings.data)
    server = None
    if settings.redis_url is None:
        from odevents.store.embedded import EmbeddedServer

        server = EmbeddedServer(settings.data / "server")
        environment["REDIS_URL"] = server.url
    os.environ |= environment
    try:
        from odevents.runtime import load_runtime

        runtime = load_runtime()  # refuse a wrong configuration before anything is started
        if new:  # no identity, so no write that could have been forgotten
            runtime.store.ledger.mark_new()

        def revive_server() -> None:
            if server and not server.running():
                logger.warning("the embedded server died, starting it again")
                server.restart()

        Supervisor(everything()).run(revive_server)
    finally:
        if server:
            server.stop()


def everything() -> list[Child]:
    """The process types of the Procfile, one of each."""
    from workers.supervisor import Child

    return [Child(name, ["odevents.cli.main", name]) for name in ("serve", "worker", "scheduler")]


def keys_in(folder: Path) -> dict[str, str]:
    """The keys of an installation that keeps them beside its data, made when first needed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    variables = {}
    for variable in ("ODEVENTS_SEALING_KEYS", "ODEVENTS_IDENTITY_KEY"):
        file = folder / variable.removeprefix("ODEVENTS_").lower()
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        variables[variable] = file.read_text().strip()
    return variables
