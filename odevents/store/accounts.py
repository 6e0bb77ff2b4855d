"""The people who may use the console: who they are and what they may do, never their passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import msgspec

from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.audit import command_to_note

if TYPE_CHECKING:
    from redis import Redis

Role = Literal["viewer", "operator"]


class Account(msgspec.Struct, frozen=True):
    """One person.

    :ivar role: ``viewer`` looks, masked; ``operator`` acts and may reveal.
    :ivar password: what the password is checked against, salted and hashed; see :mod:`odevents.console.passwords`.
    :ivar changed_at: seconds since the epoch; sessions begun before are over.
    """

    name: str
    role: Role
    password: str
    changed_at: float


class Accounts:
    """Reads and changes accounts; every change is a deed."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def get(self, name: str) -> Account | None:
        """The account of that name."""
        found = cast("bytes | None", in_store(lambda: self._redis.hget(keys.ACCOUNTS, name)))
        return None if found is None else msgspec.json.decode(found, type=Account)

    def all(self) -> list[Account]:
        """All accounts, by name."""
        found = cast("dict[bytes, bytes]", in_store(lambda: self._redis.hgetall(keys.ACCOUNTS)))
        return sorted((msgspec.json.decode(a, type=Account) for a in found.values()), key=lambda a: a.name)

    def any(self) -> bool:
        """Whether there is an account at all."""
        return bool(in_store(lambda: self._redis.exists(keys.ACCOUNTS)))

    def put(self, account: Account, what: str, who: str) -> None:
        """Add an account, or replace it; its sessions are over.

        :param what: the deed: ``account-added`` or ``password-set``.
        """
        note = command_to_note(what, account.changed_at, who=who, about=account.name, reason=f"role {account.role}")
        with self._redis.pipeline(transaction=True) as together:
            together.hset(keys.ACCOUNTS, account.name, msgspec.json.encode(account))
            together.execute_command(*note)  # type: ignore[no-untyped-call]
            in_store(together.execute)

    def remove(self, name: str, who: str, now: float) -> bool:
        """Take an account away, and with it its sessions; say whether it was there."""
        note = command_to_note("account-removed", now, who=who, about=name, reason="")
        with self._redis.pipeline(transaction=True) as together:
            together.hdel(keys.ACCOUNTS, name)
            together.execute_command(*note)  # type: ignore[no-untyped-call]
            return bool(in_store(together.execute)[0])
