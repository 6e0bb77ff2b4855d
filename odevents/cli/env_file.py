"""``.env``: variables of the environment for development, read once by the command line."""

from __future__ import annotations

import os
from pathlib import Path

from odevents.errors import ConfigError


def load_env_file(file: Path) -> None:
    """Put what the file says into the environment, for us, for the secrets of odevents.toml, and for child processes.

    What the environment says itself, directly or by a variable with ``_FILE`` behind its name, stays.

    :raises ConfigError: the file cannot be read.
    """
    if not file.is_file():
        return
    from dotenv import dotenv_values

    try:
        said = dotenv_values(file, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read ({type(error).__name__})") from None
    for name, value in said.items():
        if value is not None and f"{name}_FILE" not in os.environ:
            os.environ.setdefault(name, value)
