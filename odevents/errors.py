"""Every error odevents raises, named by who must act.

::

    OdeventsError
    ├── ConfigError              whoever writes odevents.toml or the environment
    ├── FilterInvalid            whoever asks for a list: an option, or a part of the page's address
    ├── DeliveryRefused          the sender of the delivery (carries the HTTP answer)
    ├── RowUnreadable            a person, looking at the dead letter
    ├── SealBroken               whoever keeps the sealing keys
    │   └── KeyMissing           the same: the key is not in the ring, not yet or not any more
    ├── StoreUnavailable         whoever runs Redis
    ├── LeaseLost                nobody: another worker has the lane now
    ├── AgingNotSetUp            the office: it never computes aging
    └── CallError                whoever looks after the office's API access
        ├── CallInvalid          the caller: arguments the method does not take; never sent
        ├── NotApplied           certainly had no effect
        │   ├── NotSent          the network: the request never left
        │   ├── BudgetSpent      nobody: come back in ``retry_in`` seconds
        │   ├── Throttled        nobody: the office asked for a pause (429)
        │   ├── OfficeOffline    the office: its eConnector or service does not answer (400)
        │   ├── OfficeTooOld     the office: its version lacks the method (400)
        │   ├── KeyRefused       whoever manages the keys and their permissions (401)
        │   ├── NotFound         the caller: no such record or resource (404)
        │   ├── MethodGone       us: the method was removed (410)
        │   └── BadRequest       the caller: the office refused the fields (400)
        ├── AnswerUnreadable     us: success, but the answer has a shape we do not know
        └── OutcomeUnknown       nobody yet: it may have taken effect; wait and read back

No message ever holds a value from a row, a request or response body, or a key.
"""

from __future__ import annotations


class OdeventsError(Exception):
    """The root of the tree."""


class ConfigError(OdeventsError):
    """The configuration is wrong; nothing was started. The message holds one line per mistake."""


class FilterInvalid(OdeventsError):
    """What is to be listed was not said right; the message names the part and what it may be."""


class DeliveryRefused(OdeventsError):
    """A delivery was not accepted.

    :ivar status: HTTP status to answer with.
    :ivar code: reason code for logs and counters, lower-case words joined by ``-``.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class RowUnreadable(OdeventsError):
    """One row of a delivery cannot be understood; the others go on.

    :ivar code: reason code such as ``missing-key``; the message names fields, never values.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SealBroken(OdeventsError):
    """A sealed value was altered, moved, or sealed under a key that is not in the ring."""


class KeyMissing(SealBroken):
    """A sealed value is whole, but its key is not in the ring."""


class StoreUnavailable(OdeventsError):
    """Redis did not durably take or give what was asked: down, read-only, full or failing over."""


class LeaseLost(OdeventsError):
    """This worker no longer owns the lane; it must change nothing and let go."""


class AgingNotSetUp(OdeventsError):
    """The office does not compute aging by itself; someone there sets Automated Aging Runtime."""


class CallError(OdeventsError):
    """A call of the office's API did not succeed.

    :ivar verb: HTTP verb.
    :ivar path: the documented path template, without ids or query.
    :ivar status: HTTP status, or ``None`` where no answer came.
    """

    def __init__(self, message: str, *, verb: str = "", path: str = "", status: int | None = None) -> None:
        super().__init__(f"{verb} {path}: {message}" if path else message)
        self.verb = verb
        self.path = path
        self.status = status


class CallInvalid(CallError):
    """The arguments do not fit the method; nothing was sent."""


class NotApplied(CallError):
    """The call certainly changed nothing at the office."""

    transient = False
    """Whether the same call may succeed later without anybody doing anything here."""


class NotSent(NotApplied):
    """No connection: the request never left this machine."""

    transient = True


class BudgetSpent(NotApplied):
    """No slot of the office's budget is free soon enough.

    :ivar retry_in: seconds until one is.
    """

    transient = True

    def __init__(self, message: str, *, retry_in: float) -> None:
        super().__init__(message)
        self.retry_in = retry_in


class Throttled(NotApplied):
    """The office's API asked for a pause (429).

    :ivar retry_in: seconds, from ``Retry-After``.
    """

    transient = True

    def __init__(self, message: str, *, retry_in: float, verb: str = "", path: str = "") -> None:
        super().__init__(message, verb=verb, path=path, status=429)
        self.retry_in = retry_in


class OfficeOffline(NotApplied):
    """The office cannot be reached through the API: eConnector down, doubled, or timing out (400)."""

    transient = True


class OfficeTooOld(NotApplied):
    """The office's Open Dental version lacks this method or parameter (400)."""


class KeyRefused(NotApplied):
    """The key is unknown, disabled, or lacks the permission (401)."""


class NotFound(NotApplied):
    """No such record or resource (404)."""


class MethodGone(NotApplied):
    """The method was removed from the API (410)."""


class BadRequest(NotApplied):
    """The office refused the request's fields (400)."""


class OutcomeUnknown(CallError):
    """The call may or may not have taken effect: time-out, 5xx, broken or missing answer, a web page for a write."""


class AnswerUnreadable(CallError):
    """The call took effect (2xx), but its answer does not fit the documented shape."""
