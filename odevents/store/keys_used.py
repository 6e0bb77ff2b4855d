"""Which customer keys the offices still fire with: what tells whether an old one can go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from odevents.store import keys
from odevents.store.atomic import in_store

if TYPE_CHECKING:
    from redis import Redis


def keys_used(redis: Redis, office: str, fingerprints: Sequence[str]) -> list[float]:
    """When each key last came with a delivery that was kept, to the minute, in seconds since the epoch; 0 for never.

    It is remembered for ninety days.

    :raises StoreUnavailable: Redis did not answer.
    """
    names = [keys.key_used(office, fingerprint) for fingerprint in fingerprints]
    found = cast("list[bytes | None]", in_store(lambda: redis.mget(names))) if names else []
    return [float(at) if at else 0.0 for at in found]
