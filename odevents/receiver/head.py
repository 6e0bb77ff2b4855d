"""The head of a request for a delivery: what stands in it, read when it is asked for."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.types import Scope


class Head:
    """Reads an ASGI scope. (Starlette's request looks through all headers for each; this costs a third.)

    :ivar office: the office it came from, once that is known.
    """

    __slots__ = ("_headers", "_scope", "_values", "office")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._values = dict(self._headers)
        self.office = ""

    @property
    def method(self) -> str:
        return str(self._scope["method"])

    @property
    def path(self) -> str:
        return str(self._scope["path"])

    @property
    def caller(self) -> str:
        """The address that it comes from, ``""`` when that is not known."""
        client = self._scope.get("client")
        return client[0] if client else ""

    def value(self, name: bytes, otherwise: str = "") -> str:
        """A header, by its name in small letters."""
        found = self._values.get(name)
        return otherwise if found is None else found.decode("latin-1")

    def doubled(self, name: bytes) -> bool:
        """Whether there is more than one header of a name."""
        alike = len(self._values) == len(self._headers)
        return not alike and sum(each == name for each, _ in self._headers) > 1

    def queried(self, name: str) -> str:
        """A parameter of the URL."""
        query = self._scope["query_string"]
        return parse_qs(query.decode("latin-1")).get(name, [""])[-1] if query else ""
