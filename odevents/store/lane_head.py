"""Looks at a lane: its head, all that is needed to go on with it, and its try counted, in one step with the lease."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from odevents.errors import SealBroken
from odevents.store.atomic import LOOK
from odevents.store.script import Script

if TYPE_CHECKING:
    from odevents.store.ledger import Write

# KEYS from the second on: the inbox. ARGV from the fourth on: where its entries are, and the fields that are wanted.
# Answers with id, and fields unless the entry is gone.
INBOX_HEAD = Script(f"""{LOOK}
local id = redis.call('LINDEX', KEYS[2], 0)
if not id then return nothing() end
local entry = ARGV[4] .. id
if redis.call('EXISTS', entry) == 0 then return {{id}} end
redis.call('HINCRBY', entry, 'attempts', 1)
return {{id, redis.call('HMGET', entry, unpack(ARGV, 5))}}
""")

# A slot further ahead than any pause can only come from a server whose clock was set back.
NEXT_SLOT = """
local function next_slot(budget)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local free = tonumber(redis.call('GET', budget) or 0)
  if free - now > 7200000000 then free = 0 end
  return now, free, time
end
local function keep_slot(budget, free, now)
  redis.call('SET', budget, string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 1000)
end
"""
# Takes a slot, if one is free, and gives 0; else the microseconds until one is.
CLAIM_SLOT = f"""{NEXT_SLOT}
local function claim_slot(budget, interval, stats, counter)
  local now, free, time = next_slot(budget)
  if free > now then return free - now end
  keep_slot(budget, now + interval, now)
  local minute = budget .. ':' .. math.floor(time[1] / 60)
  redis.call('INCR', minute)
  redis.call('EXPIRE', minute, 1200)
  redis.call('HINCRBY', stats, counter, 1)
  return 0
end
"""

# KEYS from the second on: the lane, what is paused, counters. ARGV from the fourth on: office, now (ms), where its
# subjects and its entries are, which share is tried here ("0" rules' writes, "1" handlers, "" both), and where a call
# needs a slot of the budget: where that is, microseconds from slot to slot, the counter of slots taken.
# Answers with what may be done, subject, id, microseconds until a slot is free, and the entry unless it is gone.
WRITES_HEAD = Script(f"""{LOOK}{CLAIM_SLOT}
local office, now, subjects, entries, share, budget = unpack(ARGV, 4, 9)
local subject = redis.call('ZRANGEBYSCORE', KEYS[2], 0, now, 'LIMIT', 0, 1)[1]
if not subject then return nothing() end
local id = redis.call('LINDEX', subjects .. subject, 0) or ''
local entry = entries .. id
local action, reaction = unpack(redis.call('HMGET', entry, 'action', 'reaction'))
if not action then return {{'gone', subject, id, 0}} end
local handler = action == 'handler'
local function may(what, wait) return {{what, subject, id, wait or 0, redis.call('HGETALL', entry)}} end
if share ~= '' and (share == '1') ~= handler then return may('others') end
local ours, its = 'office ' .. office, 'reaction ' .. reaction
for _, paused in ipairs(redis.call('HMGET', KEYS[3], 'all', ours, its, ours .. ' ' .. its)) do
  if paused then return may('held') end
end
if budget ~= '' and not handler then
  local wait = claim_slot(budget, ARGV[10], KEYS[4], ARGV[11])
  if wait > 0 then return may('wait', wait) end
end
redis.call('HINCRBY', entry, 'tries', 1)
return may('try')
""")


class HeadUnreadable(SealBroken):
    """The head of a subject cannot be read: its key is not in the ring, or its entry is gone.

    :ivar gone: whether there is nothing left to read.
    """

    def __init__(self, message: str, subject: str, *, gone: bool) -> None:
        super().__init__(message)
        self.subject = subject
        self.gone = gone


class May(Enum):
    """What a worker may do with the head of a write lane."""

    TRY = b"try"
    """Its try is counted, and the slot for its first call taken."""
    LEAVE = b"others"
    """It is not of this worker's share."""
    HOLD = b"held"
    """Effects are paused."""
    WAIT = b"wait"
    """The office's budget has no slot yet."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the subject that has been due longest."""

    write: Write
    may: May


class Slots(Protocol):
    """An office's budget, as far as a look at its lane takes a slot there."""

    def asking(self) -> tuple[str, int, str]:
        """Where the budget is, microseconds from slot to slot, and the counter of slots taken."""
        ...

    def answered(self, microseconds: int) -> None:
        """0: the slot was taken, and the next call needs no other; else it is free in so long."""
        ...
