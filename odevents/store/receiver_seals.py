"""The receiver's half of sealing: it can seal, and cannot open what it sealed yesterday, nor what anybody else did.

HPKE for every delivery would cost 77 µs; so it wraps a fresh data key once a minute, and AES-GCM under that costs
1.5 µs a delivery. What the process could still open is what it received within that minute.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odevents.store.seal import BY_RECEIVER, HPKE, KEY_BYTES, NONCE_BYTES, WRAPPING, fingerprint, place_of

DATA_KEY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _DataKey:
    cipher: AESGCM
    wrapped: bytes
    until: float


class ReceiverSeals:
    """Seals for holders of the ring.

    :param public_key: public half of the newest sealing key, 32 bytes.
    :param label: that key's label.
    :param key: what fingerprints are made with, 32 bytes.
    :param clock: seconds that only grow.
    :raises ValueError: a key has the wrong length.
    """

    def __init__(self, public_key: bytes, label: int, key: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._public = X25519PublicKey.from_public_bytes(public_key)
        self._header = bytes((BY_RECEIVER, label))
        self._key = key
        self._clock = clock
        self._data_key = self._fresh()

    def seal(self, plain: bytes, *place: str) -> bytes:
        """Seal for one place; the result is 110 bytes longer."""
        if self._clock() >= self._data_key.until:
            self._data_key = self._fresh()
        data_key, nonce = self._data_key, os.urandom(NONCE_BYTES)
        sealed = data_key.cipher.encrypt(nonce, plain, self._header + place_of(*place))
        return self._header + data_key.wrapped + nonce + sealed

    def fingerprint(self, value: bytes, *purpose: str) -> bytes:
        """32 bytes that identify ``value`` for one of the receiver's purposes and reveal nothing of it."""
        return fingerprint(self._key, value, purpose)

    def _fresh(self) -> _DataKey:
        key = os.urandom(KEY_BYTES)
        wrapped = HPKE.encrypt(key, self._public, WRAPPING + self._header)
        return _DataKey(AESGCM(key), wrapped, self._clock() + DATA_KEY_SECONDS)
