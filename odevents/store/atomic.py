"""One way to change the store in several steps: all of them or none, and only while the lane is still ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from redis.exceptions import RedisError

from odevents.errors import LeaseLost, StoreUnavailable
from odevents.store import keys
from odevents.store.heart import Heart
from odevents.store.ids import new_id
from odevents.store.keys import Lane
from odevents.store.script import Argument as Argument
from odevents.store.script import Script

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

T = TypeVar("T")

LEASE_MS = 6_000
"""A lane whose worker died is free after this; a frozen worker that wakes later changes nothing."""

# ARGV: token, then commands, each preceded by its length. Five are ours.
# REINDEX index office lane: when does this lane want a worker next?
# ADVANCE lane subject list due: the head of the list is finished; the next one is due then, if there is one.
# UNLESS hash field ...: nothing is done if the hash has one of these fields. Comes before all others.
# HINT flag ms job ...: wake a worker, unless the flag says that one has been woken; see queues.py.
# LETGO list: the lease is free when nothing is left in the list. Comes after all others.
_IF_OURS = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end "
_LOST, _LET_GO, _NOT_ALLOWED = 0, 2, 3
WAKE = """
-- ARGV from there on: queue, id of the job, its key, its seconds, when it was made, its other fields as JSON.
local function wake(first)
  local queue, id, job, seconds, at, fields = unpack(ARGV, first, first + 5)
  redis.call('SADD', 'rq:queues', queue)
  redis.call('HSET', job, 'created_at', at, 'enqueued_at', at, unpack(cjson.decode(fields)))
  redis.call('EXPIRE', job, seconds)
  redis.call('RPUSH', queue, id)
end
"""
_GUARDED = Script(
    WAKE
    + _IF_OURS
    + """
local i, answer = 2, 1
while i <= #ARGV do
  local n = tonumber(ARGV[i])
  local command = ARGV[i + 1]
  if command == 'REINDEX' then
    local index, office, lane, due = ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], nil
    if redis.call('TYPE', lane).ok == 'list' then due = 0
    else due = redis.call('ZRANGE', lane, 0, 0, 'WITHSCORES')[2] end
    if due then redis.call('ZADD', index, due, office) else redis.call('ZREM', index, office) end
  elseif command == 'ADVANCE' then
    local lane, subject, list = ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
    redis.call('LPOP', list)
    if redis.call('EXISTS', list) == 1 then redis.call('ZADD', lane, ARGV[i + 5], subject)
    else redis.call('ZREM', lane, subject) end
  elseif command == 'UNLESS' then
    for _, found in ipairs(redis.call('HMGET', ARGV[i + 2], unpack(ARGV, i + 3, i + n))) do
      if found then return 3 end
    end
  elseif command == 'HINT' then
    if redis.call('SET', ARGV[i + 2], 1, 'NX', 'PX', ARGV[i + 3]) then wake(i + 4) end
  elseif command == 'LETGO' then
    if redis.call('EXISTS', ARGV[i + 2]) == 0 then
      redis.call('DEL', KEYS[1])
      answer = 2
    end
  else
    redis.call(unpack(ARGV, i + 1, i + n))
  end
  i = i + n + 1
end
return answer
"""
)
LOOK = """
-- KEYS: the lease, what is looked at. ARGV: token, the milliseconds for which to take the lease ('' if it is ours), the
-- flag of the hint that this look answers ('' for none).
if ARGV[2] == '' then
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
else
  if ARGV[3] ~= '' then redis.call('DEL', ARGV[3]) end
  if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 'lost' end
end
local function nothing()
  redis.call('DEL', KEYS[1])
  return false
end
"""
_RENEW = Script(_IF_OURS + "return redis.call('PEXPIRE', KEYS[1], ARGV[2])")
_RELEASE = Script(_IF_OURS + "return redis.call('DEL', KEYS[1])")


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

    def unless(self, key: str, fields: Sequence[str]) -> None:
        """Do nothing at all if this hash has one of these fields; before every other step."""
        self.commands.insert(0, ("UNLESS", key, *fields))

    def let_go_after(self, office: str) -> None:
        """Let the inbox lane go if nothing waits in it any more; after every other step."""
        self.add("LETGO", keys.inbox(office))

    def count(self, *name: str, by: int = 1) -> None:
        """Raise a counter; names are words of ours, offices, tables and reactions."""
        self.add("HINCRBY", keys.STATS, "|".join(name), by)


class Lease:
    """The right to do something alone, renewed in the background while it is held.

    :param key: the Redis key that says who has it, such as ``keys.lease(office, lane)``.
    :param token: who we are; unique.
    :param hint: the flag that goes when the first :meth:`look` takes the lease: what comes later needs a new hint.
    :ivar redis: the client that it is held, and renewed, through.
    :ivar held: whether it is ours, as far as we know.
    """

    def __init__(self, redis: Redis, key: str, token: str, hint: str = "") -> None:
        self.redis = redis
        self.held = False
        self._key = key
        self._token = token
        self._hint = hint

    @classmethod
    def of_lane(cls, redis: Redis, office: str, lane: Lane, now: float) -> Lease:
        """That of an office's lane, not taken yet: the first look does."""
        return cls(redis, keys.lease(office, lane), new_id("lease", now), keys.hint(office, lane))

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
        self._keep()
        return self

    def let_go(self) -> None:
        """Free it for others at once."""
        if not self.held:
            return
        self._forget()
        with suppress(StoreUnavailable):  # the lease runs out by itself
            in_store(lambda: _RELEASE.run(self.redis, [self._key], [self._token]))

    def look(self, script: Script, at: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Look at what is to be done, in one step with taking the lease if it is not held yet.

        :param script: begins with :data:`LOOK`, and ends with ``nothing()`` where nothing is to be done.
        :returns: what the script does; ``None`` when nothing is to be done, and the lease was let go.
        :raises LeaseLost: somebody else has it; nothing was changed.
        """
        taking = "" if self.held else LEASE_MS
        self.held = True  # if its answer is lost it may be ours, and is let go
        own = [self._token, taking, self._hint]
        found = in_store(lambda: script.run(self.redis, [self._key, *at], [*own, *arguments]))
        if found == b"lost":
            raise self._lost()
        if found is None:
            self._forget()
        elif taking:
            self._keep()
        return found

    def commit(self, steps: Steps) -> bool:
        """Apply all steps, durably, in one go; say whether that was allowed (:meth:`Steps.unless`).

        The server refuses a script as a whole when it is full or read-only. A command that failed by itself would leave
        those before it: no step here can, as long as nobody else writes to our keys.

        :raises LeaseLost: the lane is no longer ours; nothing was changed.
        :raises StoreUnavailable: the store did not take it.
        """
        flat: list[Argument] = [self._token]
        for command in steps.commands:
            flat += [len(command), *command]
        answer = in_store(lambda: _GUARDED.run(self.redis, [self._key], flat))
        if answer == _LOST:
            raise self._lost()
        if answer == _LET_GO:
            self._forget()
        return bool(answer != _NOT_ALLOWED)

    def _keep(self) -> None:
        self.held = True
        _HEART.keep(self)

    def _forget(self) -> None:
        self.held = False
        _HEART.forget(self)

    def _lost(self) -> LeaseLost:
        self._forget()
        return LeaseLost(f"{self._key} is in other hands")

    def renew(self) -> None:
        """Hold the lane for its full time from now.

        :raises LeaseLost: it is no longer ours.
        """
        if not in_store(lambda: _RENEW.run(self.redis, [self._key], [self._token, LEASE_MS])):
            raise LeaseLost(f"{self._key} was taken over")

    def renew_with(self, together: Pipeline) -> None:
        """Add the renewal to what is sent together. A lease that was lost stays lost; its next step says so."""
        _RENEW.run_with(together, [self._key], [self._token, LEASE_MS])


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
