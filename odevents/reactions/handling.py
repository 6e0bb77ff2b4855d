"""Running a handler, so that every write it makes keeps the promises of the ledger without its author knowing.

A handler may run more than once: after a crash, or when one of its writes must wait. Its reads are made again; a write
that was done is answered from the ledger, and one whose outcome is unknown is read back. Writes are recognised by their
order and their content, so a handler should make the same writes for the same change.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from odevents.client.call import Call, Sender
from odevents.errors import BadRequest, CallError, LeaseLost, StoreUnavailable
from odevents.reactions.action import FORGOTTEN, LIKE, Action
from odevents.reactions.commlog import Commlog
from odevents.reactions.confirm import Confirm
from odevents.reactions.note import Note
from odevents.reactions.plain_call import PlainCall
from odevents.reactions.planning import Fingerprint, write_id
from odevents.reactions.retry import after_reading
from odevents.reactions.text import like
from odevents.store.ledger import ENDED, Result, State, Write

Perform = Callable[[Write, Action], Write]
"""Take one write of the handler through the ledger; give back the entry as it is then."""


class HandlerWaits(BaseException):
    """A call of the handler must wait, and the handler with it. Not an ``Exception``: handlers must not catch it."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.reason)
        self.result = result


class HandlerInterrupted(BaseException):
    """The ground under the handler is gone (lease, store); neither it nor its author is to blame."""

    def __init__(self, cause: LeaseLost | StoreUnavailable) -> None:
        super().__init__(type(cause).__name__)
        self.cause = cause


class GuardedSender:
    """What ``office.client`` sends through inside a handler: reads go out, writes go through the ledger.

    :param moment: the office's local time of the change; a commlog without a date gets it, every time it is tried.
    """

    def __init__(
        self,
        reads: Sender,
        parent: Write,
        perform: Perform,
        fingerprint: Fingerprint,
        moment: datetime,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._reads = reads
        self._moment = moment
        self._parent = parent
        self._perform = perform
        self._fingerprint = fingerprint
        self._clock = clock
        self._made = 0

    @property
    def page_size(self) -> int:
        """Rows in a full page."""
        return self._reads.page_size

    def send(self, call: Call) -> object:
        """Carry out ``call``.

        :returns: the office's answer; ``None`` for a write that was not needed, not allowed, or only rehearsed.
        :raises odevents.errors.CallError: as any client; a refused write is ``BadRequest``.
        """
        try:
            return self._read(call) if call.endpoint.reads else self._write(call)
        except (LeaseLost, StoreUnavailable) as gone:
            raise HandlerInterrupted(gone) from None

    def _read(self, call: Call) -> object:
        try:
            return self._reads.send(call)
        except CallError as error:
            result = after_reading(error, self._parent, self._clock())
            if result.retry_at is None:
                raise
            raise HandlerWaits(result) from None

    def _write(self, call: Call) -> object:
        action, intent = recognised(call, self._moment)
        self._made += 1
        if since := self._parent.intent["change"].get("forgotten"):
            intent |= {FORGOTTEN: since, LIKE: like(str(intent.get("text", intent.get("Note", ""))))}
        spelled = msgspec.json.encode([call.verb, call.path, dict(call.query), call.body])
        planned = replace(
            self._parent,
            id=write_id(self._fingerprint, self._parent.minute, spelled, self._parent.id, str(self._made)),
            action=call.endpoint.name,
            intent=intent,
            attempts=0,
            tries=0,
            reason="",
            handler=self._parent.id,
        )
        ended = self._perform(planned, action)
        if ended.state is State.DEAD:
            raise BadRequest(f"the office did not take it ({ended.reason})", verb=call.verb, path=call.template)
        return ended.intent.get("answer") if ended.state in ENDED else None


def recognised(call: Call, moment: datetime) -> tuple[Action, dict[str, Any]]:
    """The built-in write that a call is, so that it is checked and marked like one; else the call as it stands."""
    body = dict(call.body or {})
    match call.verb, call.template:
        case "PUT", "appointments/{AptNum}/Confirm":
            named = {"confirmVal": "value", "defNum": "definition"}
            return Confirm(), {"appointment": call.values[0], **{named[name]: value for name, value in body.items()}}
        case "PUT", "appointments/{AptNum}/Note":
            return Note(), {"appointment": call.values[0], "text": body["Note"], "marked": True}
        case "POST", "commlogs":
            return Commlog(), {"CommDateTime": f"{moment:%Y-%m-%d %H:%M:%S}", **body}
    return PlainCall(call), body
