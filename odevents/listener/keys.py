"""Customer keys: which office a request comes from, and the secret part of the page's address."""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Mapping

from odevents.errors import DeliveryRefused

_PASS_BYTES = 15


class KeyRing:
    """The keys that may speak, by name of office. Comparison takes the same time whatever is presented."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._offices = {_digest(key): office for office, key in keys.items()}
        self._passes = [screen_pass(key) for key in keys.values()]

    def office(self, authorization: str) -> str:
        """The office whose bare key this is.

        :raises DeliveryRefused: 401, for no key, an unknown one, or one behind a scheme such as ``Basic``.
        """
        presented = _digest(authorization)
        found = [office for digest, office in self._offices.items() if hmac.compare_digest(digest, presented)]
        if not found or not authorization:
            raise DeliveryRefused(401, "unknown-key", "Authorization is not a customer key of this listener")
        return found[0]

    def opens_screen(self, presented: str) -> bool:
        """Whether the address of the page holds the pass of one of the keys."""
        matches = [hmac.compare_digest(known.encode(), presented.encode()) for known in self._passes]
        return any(matches)


def screen_pass(key: str) -> str:
    """The unguessable part of the page's address: follows from the key, so nothing is stored and a bookmark lasts.

    The key cannot be found from it.
    """
    digest = hmac.digest(key.encode(), b"odevents listener screen", "sha256")
    return b32encode(digest[:_PASS_BYTES]).decode().lower()


def _digest(text: str) -> bytes:
    return hmac.digest(b"odevents listener key", text.encode(), "sha256")
