"""Noticing that what a process was configured by has changed, and taking it up only if it is right.

Files are looked at by content every other second (mounted ConfigMaps and Secrets change without a signal), and at once
after SIGHUP. Variables of the environment cannot change under a process.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from odevents.errors import ConfigError
from odevents.log import logger, place_of
from odevents.runtime import Runtime
from odevents.settings import secret_files

LOOK_EVERY = 2.0
"""Seconds between two looks at the files."""


class Reloading:
    """Watches what a runtime was read from.

    :param load: reads everything again, and raises :class:`ConfigError` where it is wrong.
    """

    def __init__(self, load: Callable[[], Runtime], runtime: Runtime) -> None:
        self._load = load
        self._runtime = runtime
        self._taken = self._seen = self._contents()
        self._asked = threading.Event()
        if sys.platform != "win32":
            signal.signal(signal.SIGHUP, self._ask)

    def renewed(self) -> Runtime | None:
        """What is configured now, if that has changed and is right; what is wrong is logged and not taken up."""
        now = self._contents()
        settled, self._seen = now == self._seen, now  # a file that is being written is looked at again
        if not self._asked.is_set() and (now == self._taken or not settled):
            return None
        self._asked.clear()
        self._taken = now
        try:
            found = self._load()
        except ConfigError as error:
            for line in str(error).splitlines():
                logger.error("configuration refused, the old one stays", error=line)
            return None
        except Exception as error:  # whatever a module of handlers does while it is imported, say
            logger.error("configuration refused, the old one stays", error=place_of(error))
            return None
        self._runtime = found
        self._taken = self._seen = self._contents()
        logger.info("configuration taken up", number=len(found.config.offices), pid=os.getpid())
        return found

    def watch(self, take: Callable[[Runtime], None]) -> None:
        """From now on give ``take`` every new configuration that is right, from a thread of its own."""

        def look() -> None:
            while True:
                self._asked.wait(LOOK_EVERY)
                if found := self.renewed():
                    self._give(found, take)

        threading.Thread(target=look, name="configuration", daemon=True).start()

    def _give(self, found: Runtime, take: Callable[[Runtime], None]) -> None:
        try:
            take(found)
        except Exception as error:  # it must go on looking: the next change may be better
            logger.error("configuration not taken up", error=place_of(error))

    def _ask(self, *_: object) -> None:
        self._asked.set()

    def _contents(self) -> dict[Path, bytes]:
        return {file: _digest(file) for file in sorted(files_of(self._runtime))}


def files_of(runtime: Runtime) -> set[Path]:
    """All files that a runtime was read from."""
    offices = runtime.config.offices.values()
    secrets = (secret for office in offices for secret in (*office.customer_keys, office.developer_key))
    named = (secret.file_in(os.environ) for secret in secrets)
    return {runtime.settings.config, *secret_files(), *(file for file in named if file is not None)}


def start_anew(again: Iterable[str] = sys.orig_argv) -> NoReturn:
    """Become a fresh process of the same command and number, which reads everything anew."""
    if sys.platform != "win32":
        signal.signal(
            signal.SIGHUP, signal.SIG_IGN
        )  # until the fresh process listens to it; it reads everything anyway
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *list(again)[1:]])  # noqa: S606  ourselves


def _digest(file: Path) -> bytes:
    try:
        return sha256(file.read_bytes()).digest()
    except OSError:
        return b""
