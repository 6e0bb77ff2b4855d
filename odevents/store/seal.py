"""Sealing: AES-256-GCM under keys that Redis does not hold, and keyed fingerprints of what must not be stored.

A sealed value is bound to the place it was made for (office, purpose, id): moved elsewhere it does not open.
Keys rotate by putting a new one in front of the ring; the identity key never changes, because markers in charts and
the identities of writes are made with it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odevents.errors import ConfigError, SealBroken

KEY_BYTES = 32
_FORMAT = 1
_NONCE_BYTES = 12
_HEADER_BYTES = 2


class Seals:
    """The sealing keys and the identity key of this installation.

    :param ring: 32-byte sealing keys, newest first: seal with the first, open with any.
    :param identity: 32-byte key of all fingerprints; it must outlive the ring and the store.
    :raises ConfigError: a key has the wrong length, or two of the ring cannot be told apart.
    """

    def __init__(self, ring: Sequence[bytes], identity: bytes) -> None:
        if not ring or any(len(key) != KEY_BYTES for key in (*ring, identity)):
            raise ConfigError("sealing and identity keys are 32 bytes each, in base64")
        self._newest = _label(ring[0])
        self._ciphers = {_label(key): AESGCM(key) for key in ring}
        if len(self._ciphers) != len(ring):
            raise ConfigError("two sealing keys share their first fingerprint byte; make one of them anew")
        self._identity = identity

    def seal(self, plain: bytes, *place: str) -> bytes:
        """Seal for one place; the result is 30 bytes longer."""
        header = bytes((_FORMAT, self._newest))
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + self._ciphers[self._newest].encrypt(nonce, plain, _bound_to(header, place))

    def open(self, sealed: bytes, *place: str) -> bytes:
        """Open what was sealed for exactly this place.

        :raises SealBroken: it was altered or moved, or its key is not in the ring.
        """
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        cipher = self._ciphers.get(header[1]) if len(header) == _HEADER_BYTES and header[0] == _FORMAT else None
        if cipher is None:
            raise SealBroken(f"a sealed value ({place[1:2]}) has no key in the ring; put the retired key back")
        try:
            return cipher.decrypt(nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], _bound_to(header, place))
        except (InvalidTag, ValueError):
            raise SealBroken(f"a sealed value ({place[1:2]}) was altered or belongs elsewhere") from None

    def fingerprint(self, value: bytes, *purpose: str) -> bytes:
        """32 bytes that identify ``value`` for one purpose and reveal nothing of it."""
        return hmac.digest(self._identity, "\0".join(purpose).encode() + b"\0" + value, sha256)


def _label(key: bytes) -> int:
    return sha256(b"odevents key label" + key).digest()[0]


def _bound_to(header: bytes, place: Sequence[str]) -> bytes:
    return header + "\0".join(place).encode()
