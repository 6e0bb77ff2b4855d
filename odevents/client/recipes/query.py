"""Read-only SQL, page by page.

Source: API Specification, "Queries PUT ShortQuery": at most 100 rows an answer, the rest by ``Offset``. Every
query is shown in the office's audit trail; the key needs the permission Queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odevents.client.opendental import OpenDental
from odevents.client.paging import pages

PAGE = 100


def rows_of_query(client: OpenDental, sql: str) -> Iterator[dict[str, Any]]:
    """The rows that a query finds, asked for when they are needed. Order them, or pages may overlap.

    :raises odevents.errors.KeyRefused: the key lacks the permission, or the query is not read-only.
    """
    short_query = client.queries.short_query
    for page in pages(client.sender, short_query.call(SqlCommand=sql), page_size=PAGE):
        yield from short_query.endpoint.read(page)
