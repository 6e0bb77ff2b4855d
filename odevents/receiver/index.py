"""All that the receiver knows: whose key is whose, as keyed digests, and what it seals and fingerprints with.

With this alone nobody can call an office, open what is stored, or make a key that is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from odevents.errors import ConfigError
from odevents.office import OfficeAccess
from odevents.store.receiver_seals import ReceiverSeals
from odevents.store.seal import Seals, fingerprint

VERSION = 1
_PURPOSE = ("customer key",)
_SHOWN = 8
AGAIN = "make it again with: odevents offices index"


class Sender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An office as the receiver knows it.

    :ivar keys: keyed digests of its live customer keys, in hexadecimal.
    :ivar allow_from: networks that its deliveries may come from; none for any.
    """

    name: str
    keys: list[str]
    allow_from: list[str] = []


class ReceiverIndex(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the receiver is given instead of odevents.toml and its secrets.

    :ivar public_key: public half of the newest sealing key, and ``label`` that key's label.
    :ivar fingerprint_key: what the receiver makes fingerprints with.
    """

    version: int
    public_key: bytes
    label: int
    fingerprint_key: bytes
    offices: list[Sender]

    def __repr__(self) -> str:
        return f"ReceiverIndex({', '.join(sender.name for sender in self.offices)})"

    def seals(self) -> ReceiverSeals:
        """What seals for those who hold the opening keys."""
        return ReceiverSeals(self.public_key, self.label, self.fingerprint_key)

    def text(self) -> str:
        """As one line of JSON; to be kept as a secret."""
        return msgspec.json.encode(self).decode()


def index_of(offices: Iterable[OfficeAccess], seals: Seals) -> ReceiverIndex:
    """The index of these offices."""
    senders = [
        Sender(
            office.name,
            [digest(seals.receiver_key, key).hex() for key in office.customer_keys],
            list(office.allow_from),
        )
        for office in offices
    ]
    return ReceiverIndex(VERSION, seals.public_key, seals.newest, seals.receiver_key, senders)


def read_index(text: str) -> ReceiverIndex:
    """An index from its text.

    :raises ConfigError: it is not one, or of a version that this receiver does not know.
    """
    try:
        version = msgspec.json.decode(text, type=_Versioned).version
        if version != VERSION:
            raise ConfigError(f"the receiver index has version {version}, wanted {VERSION}; {AGAIN}")
        index = msgspec.json.decode(text, type=ReceiverIndex)
        Senders(index)
        index.seals()
    except ValueError as error:
        raise ConfigError(f"the receiver index cannot be read ({type(error).__name__}); {AGAIN}") from None
    return index


class _Versioned(msgspec.Struct):
    version: int


class Senders:
    """Finds the office that fires with a key.

    What is looked up is a keyed digest, so that the time taken tells nothing of any key.
    """

    def __init__(self, index: ReceiverIndex) -> None:
        self._key = index.fingerprint_key
        self._by_digest = {bytes.fromhex(key): sender for sender in index.offices for key in sender.keys}

    def with_key(self, key: str) -> tuple[Sender | None, str]:
        """The office with this customer key, ``None`` when there is none; and what the key is shown as."""
        known_by = digest(self._key, key)
        return self._by_digest.get(known_by), known_by.hex()[:_SHOWN]


def digest(receiver_key: bytes, customer_key: str) -> bytes:
    """What a customer key is known by."""
    return fingerprint(receiver_key, customer_key.encode("utf-8", "surrogateescape"), _PURPOSE)


def key_fingerprint(receiver_key: bytes, customer_key: str) -> str:
    """What a customer key is shown as: the beginning of its keyed digest."""
    return digest(receiver_key, customer_key).hex()[:_SHOWN]
