"""What only Windows can tell or keep: credentials, who is signed in, and the name of a remote desktop's client.

Everything that calls a Windows DLL is in this file. The DLL is passed in, so the structures and the order of calls can
be tried against a stand-in anywhere; that they satisfy the real DLLs has to be seen on Windows (docs/listener.md).

Sources: Microsoft Learn, "CREDENTIALW", "CredReadW", "CredWriteW", "WTSEnumerateSessionsW" and
"WTSQuerySessionInformationW".
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, Structure, byref, c_int32, c_uint8, c_uint32, c_void_p, c_wchar_p
from typing import Any, ClassVar

GENERIC = 1
KEPT_ON_THIS_MACHINE = 2
NOT_FOUND = 1168
MOST_BYTES = 2560

_ACTIVE, _DISCONNECTED = 0, 4
_USER_NAME, _CLIENT_NAME = 5, 10
_THIS_SESSION = c_uint32(-1)

_Fields = list[tuple[str, Any]]


class Credential(Structure):
    """``CREDENTIALW``."""

    _fields_: ClassVar[_Fields] = [
        ("Flags", c_uint32),
        ("Type", c_uint32),
        ("TargetName", c_wchar_p),
        ("Comment", c_wchar_p),
        ("LastWritten", c_uint32 * 2),
        ("CredentialBlobSize", c_uint32),
        ("CredentialBlob", POINTER(c_uint8)),
        ("Persist", c_uint32),
        ("AttributeCount", c_uint32),
        ("Attributes", c_void_p),
        ("TargetAlias", c_wchar_p),
        ("UserName", c_wchar_p),
    ]


class SessionInfo(Structure):
    """``WTS_SESSION_INFOW``."""

    _fields_: ClassVar[_Fields] = [("SessionId", c_uint32), ("WinStationName", c_wchar_p), ("State", c_int32)]


def dll(name: str) -> Any:
    """A system DLL.

    :raises OSError: this is not Windows.
    """
    if sys.platform != "win32":
        raise OSError(f"{name} exists on Windows only")
    return ctypes.WinDLL(name, use_last_error=True)


def last_error() -> int:
    """The error code of the last failed call."""
    if sys.platform != "win32":
        raise OSError("there is no last error outside Windows")
    return ctypes.get_last_error()


def read_credential(advapi32: Any, target: str) -> bytes | None:
    """The bytes kept under a name by this user, ``None`` where there is no such credential."""
    found = POINTER(Credential)()
    if not advapi32.CredReadW(c_wchar_p(target), c_uint32(GENERIC), c_uint32(0), byref(found)):
        return None
    try:
        credential = found.contents
        return ctypes.string_at(credential.CredentialBlob, credential.CredentialBlobSize)
    finally:
        advapi32.CredFree(found)


def write_credential(advapi32: Any, target: str, secret: bytes) -> bool:
    """Keep bytes under a name, for this user on this machine; say whether that worked."""
    blob = (c_uint8 * len(secret)).from_buffer_copy(secret)
    credential = Credential(
        Type=GENERIC,
        TargetName=target,
        CredentialBlobSize=len(secret),
        CredentialBlob=ctypes.cast(blob, POINTER(c_uint8)),
        Persist=KEPT_ON_THIS_MACHINE,
        UserName="odevents",
    )
    return bool(advapi32.CredWriteW(byref(credential), c_uint32(0)))


def delete_credential(advapi32: Any, target: str) -> bool:
    """Forget what is kept under a name; say whether there was anything."""
    return bool(advapi32.CredDeleteW(c_wchar_p(target), c_uint32(GENERIC), c_uint32(0)))


def signed_in(wtsapi32: Any) -> list[str]:
    """The user of every interactive session, connected or waiting to be reconnected."""
    first, count = POINTER(SessionInfo)(), c_uint32()
    if not wtsapi32.WTSEnumerateSessionsW(c_void_p(None), c_uint32(0), c_uint32(1), byref(first), byref(count)):
        return []
    try:
        sessions = [first[index] for index in range(count.value)]
        numbers = [session.SessionId for session in sessions if session.State in (_ACTIVE, _DISCONNECTED)]
        users = [_ask(wtsapi32, c_uint32(number), _USER_NAME) for number in numbers]
    finally:
        wtsapi32.WTSFreeMemory(first)
    return [user for user in users if user]


def remote_client(wtsapi32: Any) -> str:
    """The name of the computer this remote desktop is shown on, ``""`` at the machine's own screen."""
    return _ask(wtsapi32, _THIS_SESSION, _CLIENT_NAME)


def _ask(wtsapi32: Any, session: c_uint32, what: int) -> str:
    text, size = c_wchar_p(), c_uint32()
    if not wtsapi32.WTSQuerySessionInformationW(c_void_p(None), session, c_int32(what), byref(text), byref(size)):
        return ""
    try:
        return text.value or ""
    finally:
        wtsapi32.WTSFreeMemory(text)
