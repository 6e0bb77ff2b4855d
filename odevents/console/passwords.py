"""Passwords: salted and hashed by scrypt of the standard library, with its costs written beside the hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading

from odevents.errors import ConfigError

SHORTEST = 12
LONGEST = 256

_N, _R, _P = 2**15, 8, 1
_MEMORY = 64 * 1024 * 1024
_AT_ONCE = threading.BoundedSemaphore(2)  # 32 MB each: many sign-ins at once must not fill the machine


def hash_password(password: str) -> str:
    """What is kept of a password.

    :raises ConfigError: it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigError(f"a password has {SHORTEST} to {LONGEST} characters; a few words make a good one")
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(_derived(password, salt, _N, _R, _P))}"


def fits(password: str, kept: str) -> bool:
    """Whether this is the password that was hashed."""
    _, n, r, p, salt, derived = kept.split("$")
    found = _derived(password[: LONGEST + 1], base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(derived))


def spend_time(password: str) -> None:
    """Take as long as :func:`fits` does, so that an answer does not tell whether the account exists."""
    _derived(password[: LONGEST + 1], b"nobody's salt...", _N, _R, _P)


def _derived(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    with _AT_ONCE:
        return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
