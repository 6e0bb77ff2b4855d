"""Where customer keys are kept between runs: Windows' credential store, elsewhere a file only its owner can read."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from odevents.errors import ConfigError
from odevents.listener import windows

TARGET = "odevents listener"
"""The name in Windows' Credential Manager, under "Generic credentials"."""


class KeyStore(Protocol):
    """Keeps customer keys by name of office."""

    def read(self) -> dict[str, str]:
        """All of them; empty when none was ever kept."""
        ...

    def write(self, keys: Mapping[str, str]) -> None:
        """Keep exactly these."""
        ...

    def forget(self) -> None:
        """Keep none."""
        ...

    def place(self) -> str:
        """Where that is, for people."""
        ...


def system_store() -> KeyStore:
    """The store of this system and user."""
    if sys.platform == "win32":
        return WindowsStore(windows.dll("advapi32"), windows.last_error)
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return FileStore(Path(base) / "odevents" / "listener-keys.json")


class WindowsStore:
    """One generic credential of the signed-in user, which Windows encrypts with the user's own password."""

    def __init__(self, advapi32: Any, last_error: Callable[[], int]) -> None:
        self._advapi32 = advapi32
        self._last_error = last_error

    def read(self) -> dict[str, str]:
        return _decoded(windows.read_credential(self._advapi32, TARGET), self.place())

    def write(self, keys: Mapping[str, str]) -> None:
        secret = msgspec.json.encode(dict(keys))
        if len(secret) > windows.MOST_BYTES:
            raise ConfigError(f"Windows keeps at most {windows.MOST_BYTES} bytes in one credential: too many offices")
        if not windows.write_credential(self._advapi32, TARGET, secret):
            raise ConfigError(
                f"Windows did not keep the key (error {self._last_error()}): is the Credential Manager off?"
            )

    def forget(self) -> None:
        if not windows.delete_credential(self._advapi32, TARGET) and self._last_error() != windows.NOT_FOUND:
            raise ConfigError(f"Windows did not delete the credential (error {self._last_error()})")

    def place(self) -> str:
        return f'Windows Credential Manager, "{TARGET}"'


class FileStore:
    """A file of mode 0600 in a folder of mode 0700."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        if self._path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"{self._path} can be read by other users: chmod 600 {self._path}")
        return _decoded(self._path.read_bytes(), self.place())

    def write(self, keys: Mapping[str, str]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        # Created with its mode: at no moment is there a file with keys in it that others may open.
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(dict(keys)))
        fresh.replace(self._path)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def place(self) -> str:
        return str(self._path)


def _decoded(secret: bytes | None, place: str) -> dict[str, str]:
    if secret is None:
        return {}
    try:
        return msgspec.json.decode(secret, type=dict[str, str])
    except msgspec.DecodeError:
        raise ConfigError(f"the keys in {place} cannot be read; store them again: odevents listen install") from None
