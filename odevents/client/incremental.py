"""Reading what changed since the last time.

Source: the API pages on lists with a change filter ("Store serverDateTime that gets returned, and use it to
run the next GET"). The filter is asked for a little earlier than the cursor, because a row can be stamped
before it can be seen: expect some rows again. Deletions do not show in any of these lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from odevents.client.endpoints import Bound, Endpoint
from odevents.client.models import Row
from odevents.errors import CallInvalid

R = TypeVar("R", bound=Row)

OVERLAP = timedelta(minutes=1)

FILTERS = ("DateTStamp", "SecDateTEdit", "SigDateTime", "DateEntry", "DateTimeOriginal")
"""The parameters that mean "changed since", the better ones first."""


def change_filter(endpoint: Endpoint[..., Any]) -> str | None:
    """The parameter of a list that asks for what changed since a moment, ``None`` when it has none."""
    known = endpoint.request.model_fields if endpoint.request and endpoint.verb == "GET" else {}
    return next((name for name in FILTERS if name in known), None)


class Changes(Generic[R]):
    """The rows changed since a cursor, page after page; afterwards the next cursor."""

    def __init__(self, rows: Iterator[R], stamp: str, since: datetime | None) -> None:
        self._rows = rows
        self._stamp = stamp
        self._server: datetime | None = None
        self._latest = since
        self._ended = False

    def __iter__(self) -> Iterator[R]:
        for row in self._rows:
            if self._server is None:
                self._server = getattr(row, "serverDateTime", None)
            stamp = _moment(getattr(row, self._stamp, None))
            if stamp is not None and (self._latest is None or stamp > self._latest):
                self._latest = stamp
            yield row
        self._ended = True

    @property
    def cursor(self) -> datetime | None:
        """Where to go on next time, in the office's local time; ``None`` when nothing has ever been seen.

        It is the server's clock on the first page, or the latest stamp of a row where the list does not show
        the clock.

        :raises RuntimeError: the rows have not been read to the end; going on from here would lose some.
        """
        if not self._ended:
            raise RuntimeError("read all rows before asking for the next cursor")
        return self._server or self._latest


def changed_since(find: Bound[..., Iterator[R]], cursor: datetime | None, **filters: Any) -> Changes[R]:
    """The rows of a list that changed since ``cursor``.

    :param find: for instance ``client.appointments.find``.
    :param cursor: what :attr:`Changes.cursor` said last time; ``None`` for everything.
    :param filters: further parameters of the list.
    :raises odevents.errors.CallInvalid: the list has no change filter.
    """
    name = change_filter(find.endpoint)
    if name is None:
        raise CallInvalid("has no change filter; read it all", verb=find.endpoint.verb, path=find.endpoint.path)
    if "Limit" in filters:
        raise CallInvalid("Limit would lose the rows beyond it", verb=find.endpoint.verb, path=find.endpoint.path)
    if cursor is not None:
        since = cursor - OVERLAP
        filters[name] = since.date() if name == "DateEntry" else since
    return Changes(find(**filters), name, cursor)


def _moment(value: object) -> datetime | None:
    match value:
        case datetime():
            return value
        case date():
            return datetime.combine(value, time())
    return None
