"""``odevents check``: is the configuration right? Offline, for the release step, CI and pre-commit."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--without-secrets", is_flag=True, help="Do not require the secrets that the file names to be there.")
def check(file: Path | None, without_secrets: bool) -> None:
    """Check FILE (odevents.toml, or what ODEVENTS_CONFIG names) and the environment. Nothing is contacted."""
    from odevents.cli.kept import kept
    from odevents.cli.subscriptions_plan import tell_lints
    from odevents.listener.config import load_listener
    from odevents.runtime import Runtime, checked_config
    from odevents.settings import load_settings
    from odevents.subscriptions.lints import lints

    kept_by_up = kept(load_settings())
    os.environ |= kept_by_up
    settings = load_settings()
    path = file or settings.config
    config = checked_config(path, secrets=not without_secrets).file
    load_listener(path)
    if not without_secrets:
        runtime = Runtime(settings, config)
        _ = runtime.offices
        _ = None if kept_by_up else runtime.redis_url  # its own server has an address only while it runs
    click.echo(
        f"{path}: right. {len(config.offices)} offices, {len(config.subscriptions)} subscriptions, "
        f"{len(config.reactions)} rules, {len(config.handlers)} handler modules"
    )
    if config.public_url is not None:
        tell_lints([lint for office in config.offices for lint in lints(config, office)])
