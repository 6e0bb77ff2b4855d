"""Read-only SQL.

Source: https://www.opendental.com/site/apiqueries.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Nothing, Post, PutWhere, Resource
from odevents.client.models import Body, since, unset


class QueryNew(Body):
    SqlCommand: str
    SftpAddress: str
    SftpUsername: str
    SftpPassword: str
    SftpPort: int = unset
    IsAsync: bool = since("23.3.26")


class ShortQuery(Body):
    sent_in_query = ("Offset",)

    SqlCommand: str
    Offset: int = unset


class Queries(Resource):
    create = Post("queries", QueryNew, Nothing, added="21.1", permission="Queries")
    short_query = PutWhere(
        "queries/ShortQuery", ShortQuery, list[dict[str, object]], added="21.2", permission="Queries", reads=True
    )


queries = Attached(Queries)
