"""Reading a list page by page.

Source: API Specification, "Pagination": a list is cut to 100 rows (1000 in other modes); when a page is full,
ask again with ``Offset``. There is no total and no cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from odevents.client.call import Call, Sender
from odevents.errors import AnswerUnreadable

MAX_PAGES = 100_000

OVERLAP_ROWS = 10
"""Rows that a page shows again of the one before, when a list is read that people work on meanwhile."""

_BEGINNINGS = 5
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of a list stands.

    :ivar offset: how many rows of the list lie before it.
    :ivar last: what identifies the last rows that were read.
    """

    offset: int = 0
    last: tuple[str, ...] = ()


Known = Callable[[object], str]
"""What identifies a row; ``""`` where nothing does."""


def overlapping_pages(
    sender: Sender, call: Call, known: Known, place: Place | None = None
) -> Iterator[tuple[list[object], Place]]:
    """The pages of a list that people work on meanwhile: the rows not shown before, and where the reading stands then.

    A row that was read and then deleted moves those after it forward, and the next page would leave some out. So each
    page begins with the last rows of the one before; where it does not, it is asked for from further back.

    :param place: where an earlier reading stood, to go on there.
    :raises odevents.errors.AnswerUnreadable: not a list; or one that cannot be read for changes, or without end.
    """
    place, before = place or Place(), [""]
    overlap = back = min(OVERLAP_ROWS, sender.page_size // 2)
    seen, begun = set(place.last), 0
    for _ in range(MAX_PAGES):
        start = max(0, place.offset - back) if seen else place.offset
        begun += start == 0
        page = _listed(call, sender.send(replace(call, query={**call.query, "Offset": str(start)})))
        names = [known(row) for row in page]
        if any(names) and names == before:
            raise AnswerUnreadable("the same page came twice", verb=call.verb, path=call.template)
        if begun > _BEGINNINGS:
            raise AnswerUnreadable("the list changes faster than it is read", verb=call.verb, path=call.template)
        before = names
        if start and overlap and seen and seen.isdisjoint(names):
            back *= 4  # more rows have gone than pages overlap
            continue
        fresh = [row for row, name in zip(page, names, strict=True) if name not in seen]
        seen.update(filter(None, names))
        place, back = Place(start + len(page), tuple(filter(None, names))[-OVERLAP_ROWS:]), overlap
        yield fresh, place
        if len(page) < sender.page_size:
            return
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
