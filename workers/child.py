"""The start of every supervised process: leave when the parent is gone, and be the module that was asked for."""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _leave_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):  # unbuffered: a buffered read would hold a lock that stopping needs
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run ``sys.argv[1]`` as a module with the rest as its arguments."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, name="parent", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
