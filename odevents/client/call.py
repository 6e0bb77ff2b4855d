"""One call of the API, and whoever carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

from odevents.errors import CallError

if TYPE_CHECKING:
    from odevents.client.endpoints import Endpoint

E = TypeVar("E", bound=CallError)


@dataclass(frozen=True)
class Call:
    """One call, complete and not yet sent. Its ``repr`` shows no value of the body or the query.

    :ivar departing: called when budget and connection are there and the next thing to happen is the first byte. What it
        raises comes out of ``send``, and nothing was sent.
    """

    endpoint: Endpoint[..., Any]
    values: tuple[int, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    departing: Callable[[], None] | None = field(default=None, repr=False, compare=False)

    @property
    def verb(self) -> str:
        """``GET``, ``POST``, ``PUT`` or ``DELETE``."""
        return self.endpoint.verb

    @property
    def template(self) -> str:
        """The documented path, ``appointments/{AptNum}/Note``: fit for logs and metrics."""
        return self.endpoint.path

    @property
    def path(self) -> str:
        """The path with its ids filled in, without the query."""
        filled = self.template
        for name, value in zip(self.endpoint.path_names, self.values, strict=True):
            filled = filled.replace(f"{{{name}}}", str(value))
        return filled

    @property
    def target(self) -> str:
        """Path and percent-encoded query, relative to the base URL."""
        # A space is %20, as the specification's "URL Parameter Encoding" has it.
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path

    def error(self, kind: type[E], message: str, status: int | None = None) -> E:
        """An error of this call, which names verb and path template and nothing else."""
        return kind(message, verb=self.verb, path=self.template, status=status)


class Sender(Protocol):
    """Whatever can carry out a call: a session, or something that records or rehearses it."""

    @property
    def page_size(self) -> int:
        """How many rows a full page of a list holds, at the least."""
        ...

    def send(self, call: Call) -> object:
        """Carry out ``call``.

        :returns: the decoded JSON of the answer, ``None`` when it was empty.
        :raises odevents.errors.CallError: see its tree.
        """
        ...
