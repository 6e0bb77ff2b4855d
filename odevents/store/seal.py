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
from collections.abc import Callable, Sequence
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
_BLOCK_BYTES = 64  # of SHA-256
RECEIVERS_PURPOSES = frozenset({"customer key", "minimised", "refused"})
"""What the receiver makes fingerprints for."""


Fingerprinting = Callable[[bytes], bytes]
"""Makes 32 bytes that identify a value for one purpose and reveal nothing of it."""


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
        self._ciphers = {bytes((BY_RING, _label(key))): AESGCM(key) for key in ring}
        self._private = {_label(key): _private_key(key) for key in ring}
        if len(self._ciphers) != len(ring):
            raise ConfigError("two sealing keys share their first fingerprint byte; make one of them anew")
        self._newest_header = bytes((BY_RING, self.newest))
        self._identity = identity
        self.receiver_key = hmac.digest(identity, b"odevents receiver", sha256)
        self._unwrapped = lru_cache(_UNWRAPPED_KEPT)(self._unwrap)

    @property
    def public_key(self) -> bytes:
        """The public half of the key that seals."""
        return self._private[self.newest].public_key().public_bytes_raw()

    def seal(self, plain: bytes, *place: str) -> bytes:
        """Seal for one place; the result is 30 bytes longer."""
        return self.seal_at(plain, place_of(*place))

    def seal_at(self, plain: bytes, place: bytes) -> bytes:
        """The same, the place as :func:`place_of` spells it: for a thousand places that begin alike."""
        header, nonce = self._newest_header, os.urandom(NONCE_BYTES)
        return header + nonce + self._ciphers[header].encrypt(nonce, plain, header + place)

    def open(self, sealed: bytes, *place: str) -> bytes:
        """Open what was sealed for exactly this place.

        :raises SealBroken: it was altered or moved.
        :raises KeyMissing: its key is not in the ring.
        """
        return self.open_at(sealed, place_of(*place))

    def open_at(self, sealed: bytes, place: bytes) -> bytes:
        """The same, the place as :func:`place_of` spells it."""
        header, begin = sealed[:_HEADER_BYTES], _HEADER_BYTES
        try:
            cipher = self._ciphers.get(header)
            if cipher is None:
                begin += WRAPPED_BYTES
                cipher = self._unwrapped(self._receivers(header, place), sealed[_HEADER_BYTES:begin])
            return cipher.decrypt(sealed[begin : begin + NONCE_BYTES], sealed[begin + NONCE_BYTES :], header + place)
        except (InvalidTag, ValueError):
            raise SealBroken(f"a sealed value ({_purpose(place)}) was altered or belongs elsewhere") from None

    def _receivers(self, header: bytes, place: bytes) -> bytes:
        """The header of what a receiver sealed for a key of the ring."""
        if len(header) < _HEADER_BYTES or header[0] not in (BY_RING, BY_RECEIVER):
            raise SealBroken(f"a sealed value ({_purpose(place)}) is gone, or of a format that is not known here")
        if header[1] not in self._private:
            raise KeyMissing(f"a sealed value ({_purpose(place)}) has no key in the ring; put the retired key back")
        return header

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a value is sealed with the key that seals now."""
        return sealed[1:2] == bytes((self.newest,))

    def fingerprint(self, value: bytes, *purpose: str) -> bytes:
        """32 bytes that identify ``value`` for one purpose and reveal nothing of it."""
        return self.fingerprinting(*purpose)(value)

    def fingerprinting(self, *purpose: str) -> Fingerprinting:
        """What makes the fingerprints for one purpose."""
        return fingerprinting(self.receiver_key if purpose[0] in RECEIVERS_PURPOSES else self._identity, purpose)

    def _unwrap(self, header: bytes, wrapped: bytes) -> AESGCM:
        return AESGCM(HPKE.decrypt(wrapped, self._private[header[1]], WRAPPING + header))


def fingerprint(key: bytes, value: bytes, purpose: Sequence[str]) -> bytes:
    """A keyed digest of a value for one purpose."""
    return fingerprinting(key, tuple(purpose))(value)


@lru_cache(maxsize=4096)
def fingerprinting(key: bytes, purpose: tuple[str, ...]) -> Fingerprinting:
    """What makes the keyed digests of values for one purpose: HMAC-SHA256 of the purpose and the value.

    Spelled out (RFC 2104), because what comes before the value is then digested once, which is all but a third of it.
    """
    inner = sha256(_padded(key, 0x36) + place_of(*purpose) + b"\0")
    outer = sha256(_padded(key, 0x5C))

    def fingerprint(value: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(value)
        around.update(within.digest())
        return around.digest()

    return fingerprint


def _padded(key: bytes, mask: int) -> bytes:
    assert len(key) <= _BLOCK_BYTES
    return bytes(byte ^ mask for byte in key.ljust(_BLOCK_BYTES, b"\0"))


def place_of(*words: str) -> bytes:
    """A place, or a purpose, as values are bound to it."""
    return "\0".join(words).encode()


def _purpose(place: bytes) -> str:
    words = place.split(b"\0")
    return words[1].decode() if len(words) > 1 else "of no purpose"


def _label(key: bytes) -> int:
    return sha256(b"odevents key label" + key).digest()[0]


def _private_key(key: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(hmac.digest(key, b"odevents receiver", sha256))
