"""The folder of the running demo, through which commands in another terminal find it."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from odevents.errors import ConfigError

_VARIABLES = frozenset(
    {
        "ODEVENTS_CONFIG", "ODEVENTS_HOST", "ODEVENTS_PORT", "ODEVENTS_CONSOLE_PORT", "ODEVENTS_SIMULATED",
        "ODEVENTS_LOG_LEVEL", "ODEVENTS_ALLOW_DOUBTFUL_REDIS", "ODEVENTS_SEALING_KEYS",
        "ODEVENTS_IDENTITY_KEY", "REDIS_URL",
    }
)  # fmt: skip
"""What a demo says of itself, besides the invented keys of its offices; nothing else is taken from its file."""

_DESCRIPTION = "demo.json"


def demo_folder() -> Path:
    """Where the running demo of this user keeps its data, and says how to reach it."""
    return Path(tempfile.gettempdir()) / f"odevents-demo-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def make_demo_folder() -> Path:
    """The folder, made if need be.

    :raises ConfigError: it is not this user's alone: anybody may put something into the machine's temporary folder.
    """
    folder = demo_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _ours_alone(folder):
        raise ConfigError(f"{folder} is not yours alone; remove it, or set TMPDIR to a folder of your own")
    return folder


def describe(environment: Mapping[str, str]) -> None:
    """Say how to reach the demo."""
    file = demo_folder() / _DESCRIPTION
    file.unlink(missing_ok=True)
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(json.dumps(dict(environment)))


def described() -> dict[str, str]:
    """How to reach the running demo of this user; nothing when there is none, or when somebody else says so."""
    file = demo_folder() / _DESCRIPTION
    if not _ours_alone(demo_folder()) or not file.is_file():
        return {}
    said = json.loads(file.read_text(encoding="utf-8"))
    return {name: value for name, value in said.items() if name in _VARIABLES or name.startswith("ODEVENTS_TEST_")}


def _ours_alone(folder: Path) -> bool:
    try:
        about = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return stat.S_ISDIR(about.st_mode)
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o077
