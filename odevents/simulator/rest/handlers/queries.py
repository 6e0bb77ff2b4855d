"""Queries: ShortQuery answers with rows; POST writes a file to somebody's SFTP site, which is not reached from here."""

from __future__ import annotations

from odevents.simulator import short_query
from odevents.simulator.rest.answer import Answer, Refused, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.store import Row

ROWS = 100
"""Rows of a ShortQuery at most, whatever the mode."""

_EVERYTHING = 1_000_000


@serves("PUT", "queries/ShortQuery")
def short(asked: Asked) -> Answer:
    """PUT ShortQuery: ``Offset`` is in the URL."""
    return Answer(200, _rows(asked, ROWS, asked.asked_number("Offset", 0)))


@serves("POST", "queries")
def to_sftp(asked: Asked) -> Answer:
    """POST: the query is run and its result thrown away; no site is contacted."""
    _rows(asked, _EVERYTHING, 0)
    return Answer(201, None, {"location": str(asked.body["SftpAddress"])})


def _rows(asked: Asked, limit: int, offset: int) -> list[Row]:
    try:
        return short_query.run(asked.store, str(asked.body["SqlCommand"]), limit=limit, offset=offset)
    except short_query.NotReadOnly:
        raise Refused(401, "Query is not read-only.") from None
    except short_query.BadSql as problem:
        raise bad_request(f"SQL syntax error: {problem}") from None
