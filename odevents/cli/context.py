"""Which installation a command is about: the one configured here, or else the demo that is running."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odevents.cli.demo import demo_folder

if TYPE_CHECKING:
    from odevents.runtime import Runtime


def attach() -> Runtime:
    """The runtime a command works with.

    :raises odevents.errors.ConfigError: nothing is configured here and no demo runs, or the configuration is wrong.
    """
    from odevents.runtime import load_runtime

    if "ODEVENTS_CONFIG" not in os.environ and not Path("odevents.toml").exists():
        _use_running_demo()
    return load_runtime()


def _use_running_demo() -> None:
    description = demo_folder() / "demo.json"
    if description.exists():
        os.environ |= json.loads(description.read_text(encoding="utf-8"))
        click.echo("(the running demo)", err=True)
