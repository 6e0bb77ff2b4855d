"""Sealing: AES-256-GCM under keys that Redis does not hold, and keyed fingerprints of what must not be stored.

A sealed value is bound to the place it was made for (office, purpose, id): moved elsewhere it does not open.
Keys rotate by putting a new one in front of the ring; the identity key never changes, because markers in charts and
the identities of writes are made with it.

The receiver seals and never opens: it has the public half of the newest key (``receiver_seals.py``). Its fingerprints
are made with a key derived from the identity key, so that it holds nothing that markers or snapshots are found by.

::

    1 | label | nonce | sealed                      by a holder of the ring
    2 | label | wrapped data key | nonce | sealed   by the receiver
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from odevents.errors import ConfigError, KeyMissing, SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12
BY_RING, BY_RECEIVER = 1, 2
"""The first byte of a sealed value: the version of its format. The second is the label of its key."""

HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
WRAPPING = b"odevents data key"
WRAPPED_BYTES = 80
_HEADER_BYTES = 2
_UNWRAPPED_KEPT = 256
RECEIVERS_PURPOSES = frozenset({"customer key", "minimised", "refused"})
"""What the receiver makes fingerprints for."""


class Sealing(Protocol):
    """What seals for one place, and fingerprints; it need not be able to open."""

    def seal(self, plain: bytes, *place: str) -> bytes:
        """Seal for one place."""

    def fingerprint(self, value: bytes, *purpose: str) -> bytes:
        """32 bytes that identify ``value`` for one purpose and reveal nothing of it."""


class Seals:
    """The sealing keys and the identity key of this installation.

    :param ring: 32-byte sealing keys, newest first: seal with the first, open with any.
    :param identity: 32-byte key of all fingerprints; it must outlive the ring and the store.
    :ivar newest: label of the key that seals.
    :ivar receiver_key: what the receiver makes fingerprints with.
    :raises ConfigError: a key has the wrong length, or two of the ring cannot be told apart.
    """

    def __init__(self, ring: Sequence[bytes], identity: bytes) -> None:
        if not ring or any(len(key) != KEY_BYTES for key in (*ring, identity)):
            raise ConfigError("sealing and identity keys are 32 bytes each, in base64")
        self.newest = _label(ring[0])
        self._ciphers = {_label(key): AESGCM(key) for key in ring}
        self._private = {_label(key): _private_key(key) for key in ring}
        if len(self._ciphers) != len(ring):
            raise ConfigError("two sealing keys share their first fingerprint byte; make one of them anew")
        self._identity = identity
        self.receiver_key = hmac.digest(identity, b"odevents receiver", sha256)
        self._unwrapped = lru_cache(_UNWRAPPED_KEPT)(self._unwrap)

    @property
    def public_key(self) -> bytes:
        """The public half of the key that seals."""
        return self._private[self.newest].public_key().public_bytes_raw()

    def seal(self, plain: bytes, *place: str) -> bytes:
        """Seal for one place; the result is 30 bytes longer."""
        header = bytes((BY_RING, self.newest))
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + self._ciphers[self.newest].encrypt(nonce, plain, bound_to(header, place))

    def open(self, sealed: bytes, *place: str) -> bytes:
        """Open what was sealed for exactly this place.

        :raises SealBroken: it was altered or moved.
        :raises KeyMissing: its key is not in the ring.
        """
        header, rest = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        if len(header) < _HEADER_BYTES or header[0] not in (BY_RING, BY_RECEIVER):
            raise SealBroken(f"a sealed value ({_purpose(place)}) is gone, or of a format that is not known here")
        if header[1] not in self._ciphers:
            raise KeyMissing(f"a sealed value ({_purpose(place)}) has no key in the ring; put the retired key back")
        try:
            cipher = self._ciphers[header[1]]
            if header[0] == BY_RECEIVER:
                cipher, rest = self._unwrapped(header, rest[:WRAPPED_BYTES]), rest[WRAPPED_BYTES:]
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], bound_to(header, place))
        except (InvalidTag, ValueError):
            raise SealBroken(f"a sealed value ({_purpose(place)}) was altered or belongs elsewhere") from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a value is sealed with the key that seals now."""
        return sealed[1:2] == bytes((self.newest,))

    def fingerprint(self, value: bytes, *purpose: str) -> bytes:
        """32 bytes that identify ``value`` for one purpose and reveal nothing of it."""
        key = self.receiver_key if purpose[0] in RECEIVERS_PURPOSES else self._identity
        return fingerprint(key, value, purpose)

    def _unwrap(self, header: bytes, wrapped: bytes) -> AESGCM:
        return AESGCM(HPKE.decrypt(wrapped, self._private[header[1]], WRAPPING + header))


def fingerprint(key: bytes, value: bytes, purpose: Sequence[str]) -> bytes:
    """A keyed digest of a value for one purpose."""
    return hmac.digest(key, _prefix(tuple(purpose)) + value, sha256)


@lru_cache(maxsize=1024)
def _prefix(purpose: tuple[str, ...]) -> bytes:
    return "\0".join(purpose).encode() + b"\0"


def bound_to(header: bytes, place: Sequence[str]) -> bytes:
    """What a sealed value is bound to."""
    return header + "\0".join(place).encode()


def _purpose(place: Sequence[str]) -> str:
    return place[1] if len(place) > 1 else "of no purpose"


def _label(key: bytes) -> int:
    return sha256(b"odevents key label" + key).digest()[0]


def _private_key(key: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(hmac.digest(key, b"odevents receiver", sha256))
