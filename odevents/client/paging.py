"""Reading a list page by page.

Source: API Specification, "Pagination": a list is cut to 100 rows (1000 in other modes); when a page is full,
ask again with ``Offset``. There is no total and no cursor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from odevents.client.call import Call, Sender
from odevents.errors import AnswerUnreadable

MAX_PAGES = 100_000
_VOLATILE = "serverDateTime"


def pages(sender: Sender, call: Call, page_size: int | None = None) -> Iterator[list[object]]:
    """The pages of a list, each as decoded JSON, asked for when they are needed.

    ``Limit`` in the call's query is the most rows wanted in all; ``Offset`` is where to begin. A page shorter
    than the sender's ``page_size`` is the last.

    :raises odevents.errors.AnswerUnreadable: not a list, or the same page came twice (the office ignores
        ``Offset``, and going on would never end).
    """
    offset = int(call.query.get("Offset", 0))
    wanted = int(call.query["Limit"]) if "Limit" in call.query else None
    size = page_size or sender.page_size
    before: list[object] = []
    asked = call
    for _ in range(MAX_PAGES):
        page = _listed(call, sender.send(asked))
        if before and _steady(page) == _steady(before):
            raise AnswerUnreadable("the same page came twice", verb=call.verb, path=call.template)
        yield page if wanted is None else page[:wanted]
        if len(page) < min(size, wanted or size) or wanted == len(page):
            return
        before, offset = page, offset + len(page)
        query = {**call.query, "Offset": str(offset)}
        if wanted is not None:
            wanted -= len(page)
            query["Limit"] = str(wanted)
        asked = replace(call, query=query)
    raise AnswerUnreadable(f"more than {MAX_PAGES} pages", verb=call.verb, path=call.template)


def _listed(call: Call, answer: object) -> list[object]:
    """Some lists answer with a single object when only one can match (PatFields), or with nothing."""
    match answer:
        case list():
            return answer
        case dict():
            return [answer]
        case None | "":
            return []
    raise AnswerUnreadable("not a list of rows", verb=call.verb, path=call.template)


def _steady(page: list[object]) -> list[object]:
    return [_without_clock(row) if isinstance(row, dict) else row for row in page]


def _without_clock(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != _VOLATILE}
