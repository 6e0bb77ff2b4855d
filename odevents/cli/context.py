"""Which installation a command is about: the one configured here, or else the demo that is running."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odevents.cli.demo_folder import described
from odevents.cli.kept import kept

if TYPE_CHECKING:
    from odevents.runtime import Runtime


def attach() -> Runtime:
    """The runtime a command works with; what is not set and `odevents up` keeps beside its data is taken from there.

    :raises odevents.errors.ConfigError: nothing is configured here and no demo runs, or the configuration is wrong.
    """
    from odevents.runtime import load_runtime
    from odevents.settings import load_settings

    if "ODEVENTS_CONFIG" not in os.environ and not Path("odevents.toml").exists():
        _use_running_demo()
    os.environ |= kept(load_settings())
    return load_runtime()


def _use_running_demo() -> None:
    if environment := described():
        os.environ |= environment
        click.echo("(the running demo)", err=True)
