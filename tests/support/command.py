"""Running the command line as a user does."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.installation import Installation


def run(running: Installation, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """``odevents <arguments>`` against an installation; it must end with ``code``."""
    finished = subprocess.run(
        [sys.executable, "-m", "odevents.cli.main", *arguments],
        env={**os.environ, **running.environment},
        cwd=running.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == code, finished.stderr
    return finished
