"""Talking with a command as a person at a terminal does, hidden questions included."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path


def converse(
    folder: Path, arguments: Sequence[str], said: Sequence[tuple[str, str]], within: float = 60.0
) -> tuple[int, str]:
    """Run ``odevents <arguments>`` in ``folder`` and answer its questions.

    :param said: (what the question ends with, the answer), in order.
    :returns: its exit code, and all that stood on the terminal.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "odevents.cli.main", *arguments],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    shown, deadline = "", time.monotonic() + within
    try:
        for question, answer in said:
            shown += _until(ours, question, deadline)
            os.write(ours, f"{answer}\n".encode())
        shown += _until(ours, None, deadline)
        return process.wait(10), shown
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _until(terminal: int, words: str | None, deadline: float) -> str:
    """What is shown until these words, or until nobody writes any more."""
    shown = ""
    while words is None or words not in shown:
        ready, _, _ = select.select([terminal], [], [], max(deadline - time.monotonic(), 0))
        assert ready, f"waited for {words!r} after: {shown}"
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            piece = b""
        if not piece:
            assert words is None, f"ended without {words!r}: {shown}"
            break
        shown += piece.decode(errors="replace")
    return shown
