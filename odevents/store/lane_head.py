"""The head of a write lane: fetched in one round trip, its try counted."""

from __future__ import annotations

from odevents.errors import SealBroken

# KEYS: the lane. ARGV: now (ms), where its subjects and its entries are, and which share is tried here: "0" rules'
# writes, "1" handlers, "" both. Answers with subject, id, and the entry unless it is gone.
HEAD = """
local subject = redis.call('ZRANGEBYSCORE', KEYS[1], 0, ARGV[1], 'LIMIT', 0, 1)[1]
if not subject then return false end
local id = redis.call('LINDEX', ARGV[2] .. subject, 0) or ''
local entry = ARGV[3] .. id
local action = redis.call('HGET', entry, 'action')
if not action then return {subject, id} end
if ARGV[4] == '' or (ARGV[4] == '1') == (action == 'handler') then redis.call('HINCRBY', entry, 'tries', 1) end
return {subject, id, redis.call('HGETALL', entry)}
"""


class HeadUnreadable(SealBroken):
    """The head of a subject cannot be read: its key is not in the ring, or its entry is gone.

    :ivar gone: whether there is nothing left to read.
    """

    def __init__(self, message: str, subject: str, *, gone: bool) -> None:
        super().__init__(message)
        self.subject = subject
        self.gone = gone
