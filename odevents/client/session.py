"""Speaking HTTP to an office's API: the only place that imports httpx besides the simulator.

Sources: the API pages "Authorization" (``ODFHIR {DeveloperKey}/{CustomerKey}``), "Implementation" (a
``Content-Type`` on every request, 60 seconds, body size) and "API Modes" (base URLs, page sizes, cascading
from one mode to the next).
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Sequence
from functools import cache
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx
import msgspec

from odevents.client.answers import decoded, failure, is_a_page
from odevents.client.base_url import checked_url
from odevents.client.budget import Budget
from odevents.client.call import Call
from odevents.errors import (
    AnswerUnreadable,
    BudgetSpent,
    CallError,
    CallInvalid,
    ConfigError,
    NotApplied,
    NotSent,
    OutcomeUnknown,
    Throttled,
)

REMOTE = "https://api.opendental.com/api/v1"
SERVICE = "http://localhost:30223/api/v1"
LOCAL = "http://localhost:30222/api/v1"

MAX_BODY = 16_800_000
MAX_ANSWER = 64 * 1024 * 1024
_INFLATED = ("", "identity", "gzip", "deflate")
_LOCAL_PORTS = (30222, 30223)
_PAGE_REMOTE, _PAGE_LOCAL = 100, 1000
_DEADLINE = 75.0
_TIMEOUT = httpx.Timeout(65.0, connect=10.0)  # the API gives up after 60 seconds itself, and says 504
_CONNECTIONS = httpx.Limits(max_connections=10, max_keepalive_connections=2, keepalive_expiry=20)
"""An office on the slowest budget calls every 5 seconds, and should find its connection still there."""


def _silence(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


# httpx logs every URL, and a URL holds ids and search terms.
for _name in ("httpx", "httpcore.http11"):
    logging.getLogger(_name).addFilter(_silence)


class Session:
    """Sends calls to one office. Safe to share between threads; close it, or use it in ``with``.

    :param base_urls: one or more, in the order to try them. A read goes on to the next when one does not
        answer; a write only when the request certainly never left.
    :param budget: the limiter of this customer key; ``None`` for no limit.
    :param max_wait: the longest wait for the budget, in seconds, before
        :class:`~odevents.errors.BudgetSpent`.
    :param read_attempts: how often a read is tried whose answer is lost, late or delayed; each may take a minute.
    :param page_size: rows in a full page; by default the smallest that these modes have.
    """

    def __init__(
        self,
        *,
        developer_key: str,
        customer_key: str,
        base_urls: Sequence[str] = (REMOTE,),
        budget: Budget | None = None,
        max_wait: float = 30.0,
        read_attempts: int = 3,
        page_size: int | None = None,
        timeout: httpx.Timeout = _TIMEOUT,
        max_answer: int = MAX_ANSWER,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_urls = tuple(checked_url(url) for url in base_urls)
        if not self.base_urls:
            raise ConfigError("an office needs at least one base_url")
        self._page_size = page_size or min(map(_usual_page_size, self.base_urls))
        self._budget = budget
        self._max_wait = max_wait
        self._read_attempts = read_attempts
        self._max_answer = max_answer
        self._sleep = sleep
        self._clock = clock
        keys = f"{_header_safe(developer_key, 'developer')}/{_header_safe(customer_key, 'customer')}"
        self._http = httpx.Client(
            headers={
                "Authorization": f"ODFHIR {keys}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": "odevents",
            },
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            limits=_CONNECTIONS,
            # Without https there is nothing to verify, and reading the certificates costs 40 ms: once a process.
            verify=_certificates() if any(url.startswith("https:") for url in self.base_urls) else False,
        )

    @property
    def page_size(self) -> int:
        """How many rows a full page of a list holds, at the least."""
        return self._page_size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __repr__(self) -> str:
        return f"Session({', '.join(self.base_urls)})"

    def send(self, call: Call) -> object:
        """Carry out ``call`` within the budget; see :class:`odevents.client.call.Sender`.

        A read whose answer is lost, late or delayed is tried again. A write is sent once.
        """
        body = _encoded(call)
        for attempt in range(1, self._read_attempts + 1):
            try:
                return self._cascade(call, body)
            except CallError as error:
                if not call.endpoint.reads or not _worth_another_try(error) or attempt == self._read_attempts:
                    raise
                self._rest(error, attempt)
        raise AssertionError("unreachable")

    def _rest(self, error: CallError, attempt: int) -> None:
        """Wait before a read is tried again, unless the budget will."""
        if not isinstance(error, Throttled):
            self._sleep(2.0 ** (attempt - 1))
        elif self._budget is None:
            self._sleep(min(error.retry_in, self._max_wait))

    def _cascade(self, call: Call, body: bytes | None) -> object:
        for base_url in self.base_urls[:-1]:
            try:
                return self._once(base_url, call, body)
            except NotSent:
                continue
            except CallError as error:
                if not call.endpoint.reads or not _worth_another_try(error) or isinstance(error, Throttled):
                    raise
        return self._once(self.base_urls[-1], call, body)

    def _once(self, base_url: str, call: Call, body: bytes | None) -> object:
        self._await_slot()
        taken = self._clock()

        def depart() -> None:
            if call.departing:
                call.departing()
            if self._budget:
                self._budget.left(self._clock() - taken)

        leaving = {"trace": _trace(depart)}
        request = self._http.build_request(call.verb, f"{base_url}/{call.target}", content=body, extensions=leaving)
        status, headers, content = self._exchange(call, request)
        error = failure(call, status, headers, content)
        if error is None:
            return decoded(content)
        if isinstance(error, Throttled) and self._budget is not None:
            self._budget.pause(error.retry_in)
        raise error

    def _await_slot(self) -> None:
        if self._budget is None:
            return
        ready_to_wait = self._max_wait
        while wait := self._budget.claim(ready_to_wait):
            self._sleep(wait)
            ready_to_wait -= wait

    def _exchange(self, call: Call, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        try:
            response = self._http.send(request, stream=True)
            try:
                return response.status_code, response.headers, self._bounded(call, response)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise call.error(NotSent, f"no connection ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise call.error(OutcomeUnknown, f"no answer ({type(error).__name__})") from None

    def _bounded(self, call: Call, response: httpx.Response) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in _INFLATED:  # one after another, a few kilobytes become as many gigabytes
            raise call.error(_unread(response, b"encoded"), "encoded in an unknown way")
        content = bytearray()
        deadline = self._clock() + _DEADLINE
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self._max_answer:
                if response.is_success:
                    raise call.error(_unread(response, bytes(content)), f"larger than {self._max_answer} bytes")
                break  # of an explanation, the beginning will do
            if self._clock() > deadline:
                raise call.error(OutcomeUnknown, "the answer trickles in without end")
        return bytes(content)


def _unread(response: httpx.Response, content: bytes) -> type[CallError]:
    """What it means that an answer was not read to its end: a success is one unless a web page says so."""
    known = response.is_success and not is_a_page(response.headers, content)
    return AnswerUnreadable if known else OutcomeUnknown


@cache
def _certificates() -> ssl.SSLContext:
    """The authorities that are trusted: one reading of them, and one copy, for the sessions of all offices."""
    return httpx.create_ssl_context()


def _trace(departing: Callable[[], None]) -> Callable[[str, object], None]:
    """Calls ``departing`` when the transport, connected, is about to write the request's first line."""

    def trace(event: str, _: object) -> None:
        if event.endswith("send_request_headers.started"):
            departing()

    return trace


def _worth_another_try(error: CallError) -> bool:
    if isinstance(error, NotApplied):
        return error.transient and not isinstance(error, BudgetSpent)
    return isinstance(error, OutcomeUnknown)


def _encoded(call: Call) -> bytes | None:
    if call.body is None:
        return None
    body = msgspec.json.encode(call.body)
    if len(body.decode()) > MAX_BODY:
        raise call.error(CallInvalid, f"the body is longer than {MAX_BODY} characters")
    return body


def _header_safe(key: str, whose: str) -> str:
    if not key or not all("!" <= character <= "~" for character in key):
        raise ConfigError(f"the {whose} key holds characters that no key has, or is empty")
    return key


def _usual_page_size(url: str) -> int:
    """Source: API Modes. The hosted API pages by 100; Local, Service and Cloud (ports 30222, 30223) by 1000."""
    return _PAGE_LOCAL if urlsplit(url).port in _LOCAL_PORTS else _PAGE_REMOTE
