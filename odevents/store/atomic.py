"""One way to change the store in several steps: all of them or none, and only while the lane is still ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from redis.exceptions import RedisError

from odevents.errors import LeaseLost, StoreUnavailable
from odevents.store import keys
from odevents.store.heart import Heart
from odevents.store.keys import Lane

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

T = TypeVar("T")

Argument = str | bytes | int | float

LEASE_MS = 6_000
"""A lane whose worker died is free after this; a frozen worker that wakes later changes nothing."""

# ARGV: token, then commands, each preceded by its length. Two are ours.
# REINDEX index office lane: when does this lane want a worker next?
# ADVANCE lane subject list due: the head of the list is finished; the next one is due then, if there is one.
_IF_OURS = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end "
_GUARDED = (
    _IF_OURS
    + """
local i = 2
while i <= #ARGV do
  local n = tonumber(ARGV[i])
  if ARGV[i + 1] == 'REINDEX' then
    local index, office, lane, due = ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], nil
    if redis.call('TYPE', lane).ok == 'list' then due = 0
    else due = redis.call('ZRANGE', lane, 0, 0, 'WITHSCORES')[2] end
    if due then redis.call('ZADD', index, due, office) else redis.call('ZREM', index, office) end
  elseif ARGV[i + 1] == 'ADVANCE' then
    local lane, subject, list = ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
    redis.call('LPOP', list)
    if redis.call('EXISTS', list) == 1 then redis.call('ZADD', lane, ARGV[i + 5], subject)
    else redis.call('ZREM', lane, subject) end
  else
    redis.call(unpack(ARGV, i + 1, i + n))
  end
  i = i + n + 1
end
return 1
"""
)
_RENEW = _IF_OURS + "return redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_RELEASE = _IF_OURS + "return redis.call('DEL', KEYS[1])"


class Steps:
    """Commands that will take effect together."""

    def __init__(self) -> None:
        self.commands: list[tuple[Argument, ...]] = []

    def add(self, *command: Argument) -> None:
        self.commands.append(command)

    def reindex(self, office: str, lane: Lane) -> None:
        """Note when this lane next wants a worker, after the steps before this one."""
        lane_key = keys.inbox(office) if lane == "inbox" else keys.writes(office)
        self.add("REINDEX", keys.lanes(lane), office, lane_key)

    def count(self, *name: str, by: int = 1) -> None:
        """Raise a counter; names are words of ours, offices, tables and reactions."""
        self.add("HINCRBY", keys.STATS, "|".join(name), by)


class Lease:
    """The right to do something alone, renewed in the background while it is held.

    :param key: the Redis key that says who has it, such as ``keys.lease(office, lane)``.
    :param token: who we are; unique.
    :ivar redis: the client that it is held, and renewed, through.
    """

    def __init__(self, redis: Redis, key: str, token: str) -> None:
        self.redis = redis
        self._key = key
        self._token = token
        self._guarded = redis.register_script(_GUARDED)
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)

    def __enter__(self) -> Lease:
        return self.take()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()

    def take(self) -> Lease:
        """Hold it from now on.

        :raises LeaseLost: somebody else has it.
        """
        if not in_store(lambda: self.redis.set(self._key, self._token, nx=True, px=LEASE_MS)):
            raise LeaseLost(f"{self._key} is in other hands")
        _HEART.keep(self)
        return self

    def let_go(self) -> None:
        """Free it for others at once."""
        _HEART.forget(self)
        with suppress(StoreUnavailable):  # the lease runs out by itself
            in_store(lambda: self._release(keys=[self._key], args=[self._token]))

    def commit(self, steps: Steps) -> None:
        """Apply all steps, durably, in one go.

        The server refuses a script as a whole when it is full or read-only. A command that failed by itself would leave
        those before it: no step here can, as long as nobody else writes to our keys.

        :raises LeaseLost: the lane is no longer ours; nothing was changed.
        :raises StoreUnavailable: the store did not take it.
        """
        flat: list[Argument] = [self._token]
        for command in steps.commands:
            flat += [len(command), *command]
        if not in_store(lambda: self._guarded(keys=[self._key], args=flat)):
            raise LeaseLost(f"{self._key} was taken over")

    def renew(self) -> None:
        """Hold the lane for its full time from now.

        :raises LeaseLost: it is no longer ours.
        """
        if not in_store(lambda: self._renew(keys=[self._key], args=[self._token, LEASE_MS])):
            raise LeaseLost(f"{self._key} was taken over")

    def renew_with(self, together: Pipeline) -> None:
        """Add the renewal to what is sent together. A lease that was lost stays lost; its next step says so."""
        self._renew(keys=[self._key], args=[self._token, LEASE_MS], client=together)


def _renew_all(leases: Sequence[Lease]) -> None:
    """Renew leases, those of one client in one round trip."""
    for redis in {id(lease.redis): lease.redis for lease in leases}.values():
        with redis.pipeline(transaction=False) as together, suppress(StoreUnavailable):  # it may be back in time
            for lease in leases:
                if lease.redis is redis:
                    lease.renew_with(together)
            in_store(together.execute)


_HEART = Heart(_renew_all, every=LEASE_MS / 3000)


_CODE = re.compile(r"[A-Z]{3,}(?= )")
"""What a server's refusal begins with: DENIED, MISCONF; the words behind it may quote what was sent."""


def in_store(action: Callable[[], T]) -> T:
    """Run a Redis call, its failures named for whoever runs the store.

    :raises StoreUnavailable: the message says what kind of failure, never what was sent.
    """
    try:
        return action()
    except RedisError as error:
        code = _CODE.match(str(error))
        kind = f"{type(error).__name__}{f' {code[0]}' if code else ''}"
        raise StoreUnavailable(f"Redis did not do what was asked ({kind})") from None
