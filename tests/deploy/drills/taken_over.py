"""What somebody could do who has taken a process over. Runs inside, with nothing but Python: one line of JSON.

True: it could be done.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_USERS = 0x10000000
SETUID = 0o4755


def readable(path: str) -> Callable[[], object]:
    """Read a file, or list a folder."""
    return lambda: list(Path(path).iterdir()) if Path(path).is_dir() else Path(path).read_bytes()


def writable(folder: str) -> Callable[[], object]:
    """Leave a file in a folder."""

    def attempt() -> None:
        file = Path(folder) / "taken-over"
        file.write_text("")
        file.unlink()

    return attempt


def call(name: str, *arguments: object) -> Callable[[], object]:
    """A function of the C library that gives 0 when it could."""

    def attempt() -> None:
        if getattr(LIBC, name)(*arguments) == -1:
            raise OSError(ctypes.get_errno(), name)

    return attempt


def others() -> list[int]:
    """Processes that are not this one."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if number not in (os.getpid(), 1)]


def see_others() -> None:
    """Find another process. :raises OSError: there is none to be seen."""
    if not others():
        raise OSError("nobody")


def signal_others() -> None:
    """Reach another process by its number, seen or not. :raises OSError: none could be reached."""
    for pid in range(2, 5000):
        try:
            if pid != os.getpid():
                os.kill(pid, 0)
                return
        except OSError:
            pass
    raise OSError("nobody")


def make_setuid() -> None:
    """Leave a program behind that runs as whoever owns it."""
    file = Path("/tmp/taken-over")
    file.write_text("")
    file.chmod(SETUID)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "read the secrets": readable("/etc/odevents/secrets"),
    "read the worker's credentials": readable("/run/credentials/odevents-worker.service"),
    "read root's files": readable("/root"),
    "read people's files": readable("/home"),
    "see other processes": see_others,
    "signal other processes": signal_others,
    "write to /etc": writable("/etc"),
    "write to /opt/odevents": writable("/opt/odevents"),
    "write to /usr": writable("/usr/local"),
    "write to /var/lib": writable("/var/lib"),
    "speak to the kernel's network": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "see raw packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "make namespaces": call("unshare", NEW_USERS),
    "mount": call("mount", b"none", b"/mnt", b"tmpfs", 0, None),
    "become root": lambda: os.setresuid(0, 0, 0),
    "leave a setuid program": make_setuid,
    "trace itself": call("ptrace", 0, 0, 0, 0),
    "change the host's name": call("sethostname", b"taken", 5),
    "raise its priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
}


def attempted() -> dict[str, bool]:
    """Try everything."""
    result = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
            result[name] = True
        except OSError:
            result[name] = False
    return result


def fill(megabytes: int) -> None:
    """Take so much memory."""
    held = [b"x" * 2**20 for _ in range(megabytes)]
    print(json.dumps({"took MB": len(held)}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        fill(int(sys.argv[2]))
    else:
        print(json.dumps(attempted()), flush=True)
