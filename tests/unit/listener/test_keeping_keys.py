"""Where keys are kept. The Windows DLLs are stand-ins that work on the real structures, byte by byte."""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import POINTER, c_uint8, c_wchar_p
from pathlib import Path
from typing import Any

import pytest

from odevents.errors import ConfigError
from odevents.listener import windows, workstation
from odevents.listener.credentials import TARGET, FileStore, WindowsStore, system_store

KEYS = {"southside": "customer-key-of-southside", "lakewood": "customer-key-of-lakewood"}


class Advapi32:
    """Windows' credential store, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.freed = 0
        self.broken = False
        self._alive: list[Any] = []

    def CredWriteW(self, credential: Any, flags: Any) -> int:
        given = credential._obj
        if self.broken:
            return 0
        assert (given.Type, given.Persist, flags.value) == (windows.GENERIC, windows.KEPT_ON_THIS_MACHINE, 0)
        self.kept[given.TargetName] = ctypes.string_at(given.CredentialBlob, given.CredentialBlobSize)
        return 1

    def CredReadW(self, target: c_wchar_p, kind: Any, flags: Any, out: Any) -> int:
        assert (kind.value, flags.value) == (windows.GENERIC, 0)
        if target.value not in self.kept:
            return 0
        secret = self.kept[target.value]
        blob = (c_uint8 * len(secret)).from_buffer_copy(secret)
        found = windows.Credential(CredentialBlobSize=len(secret), CredentialBlob=ctypes.cast(blob, POINTER(c_uint8)))
        self._alive += [blob, found]
        ctypes.cast(out, POINTER(POINTER(windows.Credential)))[0] = ctypes.pointer(found)
        return 1

    def CredDeleteW(self, target: c_wchar_p, kind: Any, flags: Any) -> int:
        if self.broken:
            return 0
        return int(self.kept.pop(target.value or "", None) is not None)

    def CredFree(self, _: Any) -> None:
        self.freed += 1


class Wtsapi32:
    """A terminal server."""

    def __init__(self, sessions: list[tuple[int, int, str]], client: str = "") -> None:
        self._sessions = sessions
        self._client = client
        self.freed = 0
        self._alive: list[Any] = []

    def WTSEnumerateSessionsW(self, server: Any, reserved: Any, version: Any, first: Any, count: Any) -> int:
        assert (server.value, reserved.value, version.value) == (None, 0, 1)
        array = (windows.SessionInfo * len(self._sessions))(
            *(windows.SessionInfo(number, f"RDP-Tcp#{number}", state) for number, state, _ in self._sessions)
        )
        self._alive.append(array)
        ctypes.cast(first, POINTER(POINTER(windows.SessionInfo)))[0] = ctypes.cast(array, POINTER(windows.SessionInfo))
        count._obj.value = len(self._sessions)
        return 1

    def WTSQuerySessionInformationW(self, server: Any, session: Any, what: Any, text: Any, size: Any) -> int:
        if session.value == 0xFFFFFFFF:
            assert what.value == 10
            text._obj.value = self._client
        else:
            assert what.value == 5
            text._obj.value = next(user for number, _, user in self._sessions if number == session.value)
        return 1

    def WTSFreeMemory(self, _: Any) -> None:
        self.freed += 1


def test_the_structures_have_the_sizes_that_64_bit_windows_has() -> None:
    if ctypes.sizeof(ctypes.c_void_p) != 8:
        pytest.skip("the sizes are those of 64-bit systems")
    assert ctypes.sizeof(windows.Credential) == 80
    assert windows.Credential.CredentialBlob.offset == 40
    assert windows.Credential.UserName.offset == 72
    assert ctypes.sizeof(windows.SessionInfo) == 24


def test_windows_keeps_returns_and_forgets_the_keys() -> None:
    advapi32 = Advapi32()
    store = WindowsStore(advapi32, lambda: windows.NOT_FOUND)
    assert store.read() == {}
    store.write(KEYS)
    assert list(advapi32.kept) == [TARGET]
    assert store.read() == KEYS
    assert advapi32.freed == 1
    store.forget()
    assert store.read() == {}
    store.forget()


def test_a_windows_that_refuses_is_told_of() -> None:
    advapi32 = Advapi32()
    advapi32.broken = True
    store = WindowsStore(advapi32, lambda: 5)
    with pytest.raises(ConfigError, match=r"did not keep the key \(error 5\)"):
        store.write(KEYS)
    with pytest.raises(ConfigError, match=r"did not delete the credential \(error 5\)"):
        store.forget()
    with pytest.raises(ConfigError, match="too many offices"):
        WindowsStore(Advapi32(), lambda: 0).write({str(n): "x" * 100 for n in range(30)})


def test_a_damaged_credential_is_not_guessed_at() -> None:
    advapi32 = Advapi32()
    advapi32.kept[TARGET] = b"{"
    with pytest.raises(ConfigError, match="store them again: odevents listen install"):
        WindowsStore(advapi32, lambda: 0).read()


def test_who_is_signed_in_counts_people_and_not_services() -> None:
    wtsapi32 = Wtsapi32([(0, 4, ""), (1, 0, "anna"), (2, 4, "bradley"), (3, 6, "listening"), (65536, 6, "")])
    assert windows.signed_in(wtsapi32) == ["anna", "bradley"]
    assert workstation.needs_own_port(["anna", "bradley"])
    assert not workstation.needs_own_port(["anna"])
    assert wtsapi32.freed == 4


def test_a_remote_desktop_goes_by_the_name_of_its_client() -> None:
    assert windows.remote_client(Wtsapi32([], client="FRONT1")) == "FRONT1"
    assert windows.remote_client(Wtsapi32([])) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="says what happens elsewhere")
def test_elsewhere_the_dlls_are_said_to_be_missing() -> None:
    with pytest.raises(OSError, match="advapi32 exists on Windows only"):
        windows.dll("advapi32")
    assert workstation.people() == []
    assert workstation.name()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
class TestTheFile:
    def test_only_its_owner_may_read_it(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path / "odevents" / "keys.json")
        before = os.umask(0)
        try:
            store.write(KEYS)
        finally:
            os.umask(before)
        assert store.read() == KEYS
        assert (tmp_path / "odevents" / "keys.json").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "odevents").stat().st_mode & 0o777 == 0o700
        store.write({})
        assert [path.name for path in (tmp_path / "odevents").iterdir()] == ["keys.json"]
        store.forget()
        assert store.read() == {}

    def test_a_file_that_others_may_read_is_refused(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path / "keys.json")
        store.write(KEYS)
        (tmp_path / "keys.json").chmod(0o644)
        with pytest.raises(ConfigError, match="chmod 600"):
            store.read()

    def test_it_is_where_this_system_keeps_settings(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        assert system_store().place() == str(tmp_path / "odevents" / "listener-keys.json")
