"""Talking to the listener of this machine from outside it: its counters, and a test event with an invented patient."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException

import msgspec

from odevents.errors import ConfigError, OdeventsError
from odevents.listener.forward import post
from odevents.listener.routes import STATUS_PATH
from odevents.listener.selection import SPARED, TEST_HEADER
from odevents.listener.subscription import EVENT
from odevents.listener.tally import Tally
from odevents.subscriptions.marks import listener_endpoint

INVENTED = {"PatNum": 999999999, "FName": "Avery", "LName": "Sample", "Preferred": "", "Birthdate": "1990-01-01"}
"""Nobody: a PatNum far beyond any office, and a name that says what it is."""

_OK = 200
_ACTED = 3.0
"""Seconds to wait for a browser or program before telling how they did."""


class NotListening(OdeventsError):
    """No listener answers on the port, or what answers is not ours."""


def status(port: int, key: str) -> Tally:
    """The counters of the running listener.

    :raises NotListening: nobody answers, or somebody else does.
    :raises ConfigError: it runs with other keys.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", STATUS_PATH, headers={"Authorization": key})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException):
        raise NotListening(
            f"nothing listens on port {port} of this machine; start it: odevents listen run. "
            "If it was installed with a port of its own, say --port here too"
        ) from None
    finally:
        connection.close()
    if answer.status == 401:
        raise ConfigError("the listener runs with another key; sign out and in again, or run odevents listen install")
    try:
        return msgspec.json.decode(body, type=Tally)
    except msgspec.DecodeError:
        raise NotListening(f"another program has port {port}; give the listener another one: [listener] port") from None


def send_test(port: int, key: str, workstation: str, pause: Callable[[float], None] = time.sleep) -> Tally:
    """Fire an invented selection, wait for what it sets off, and return the counters after that.

    :raises NotListening, ConfigError: as :func:`status`; or the event was refused.
    """
    before = status(port, key)
    headers = {
        "Authorization": key,
        "Workstation": workstation,
        "Event-Type": f"UiEventType: {EVENT}",
        "Content-Type": "application/json",
        TEST_HEADER: "1",
    }
    answered = post(listener_endpoint(port), headers, msgspec.json.encode(INVENTED))
    if answered != _OK:
        raise ConfigError(f"the listener refused the test event with {answered}; odevents listen status says why")
    deadline = time.monotonic() + _ACTED
    while True:
        after = status(port, key)
        acted = [name for name in after.outlets if name not in SPARED]
        if time.monotonic() > deadline or all(_ended(before, after, name) for name in acted):
            return after
        pause(0.05)


def _ended(before: Tally, after: Tally, name: str) -> bool:
    earlier, now = before.outlets[name], after.outlets[name]
    return now.done + now.failed > earlier.done + earlier.failed
