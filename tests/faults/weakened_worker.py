"""A worker of writes with one protection switched off, to prove that the harness would notice.

The switches are here, in the wiring of the tests, and nowhere in the product.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace

from odevents.errors import CallError, OutcomeUnknown
from odevents.reactions import attempt as protocol
from odevents.reactions import performing, retry
from odevents.store.ledger import Result, State, Write


def naive_retry() -> None:
    """Whatever went wrong, send it again: no doubt, no quarantine, no reading back."""
    after_sending, attempt = retry.after_sending, protocol.attempt

    def impatient(error: CallError, write: Write, now: float, quarantine: float) -> Result:
        if isinstance(error, OutcomeUnknown):
            return Result(State.INTENDED, "retry", retry_at=now)
        return after_sending(error, write, now, quarantine)

    def forgetful(write: Write, at: protocol.Attempt) -> tuple[Write, Result]:
        return attempt(replace(write, state=State.INTENDED), at)

    _replace(impatient)
    vars(performing)["attempt"] = forgetful


def never_again() -> None:
    """At most once: a write whose outcome is unknown is taken for done."""
    after_sending = retry.after_sending

    def careless(error: CallError, write: Write, now: float, quarantine: float) -> Result:
        result = after_sending(error, write, now, quarantine)
        return Result(State.SKIPPED, "not tried again") if result.state is State.UNKNOWN else result

    _replace(careless)


def _replace(after_sending: Callable[[CallError, Write, float, float], Result]) -> None:
    vars(protocol)["after_sending"] = after_sending


SWITCHES = {"naive retry": naive_retry, "never again": never_again}

if __name__ == "__main__":
    from workers.process import run

    SWITCHES[os.environ["ODEVENTS_TEST_WEAKENED"]]()
    sys.argv = ["worker", "writes"]
    run("writes")
