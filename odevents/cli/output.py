"""How commands print: tables on a terminal, tab-separated when piped, JSON when asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from odevents.store.filters import Page

T = TypeVar("T")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_records(records: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print records, one a line.

    :param columns: what a table shows, in order; JSON has everything.
    """
    found = list(records)
    if as_json:
        click.echo(json.dumps(found, indent=2, default=str))
    elif sys.stdout.isatty():
        _print_table(found, columns)
    else:
        click.echo("\t".join(columns))
        for record in found:
            click.echo("\t".join(_cell(record[column]) for column in columns))


def each(page: Callable[[str], Page[T]], limit: int) -> Iterator[T]:
    """Up to so many records, page after page.

    :param page: a cursor -> the page that begins there.
    """
    cursor, number = "", 0
    while True:
        found = page(cursor)
        yield from found.found[: limit - number]
        number, cursor = number + len(found.found), found.next
        if number >= limit or not cursor:
            return


def local(epoch: float) -> str:
    """A moment on this machine's clock."""
    return datetime.fromtimestamp(epoch).astimezone().isoformat(sep=" ", timespec="seconds")


def counted(numbers: Mapping[str, int]) -> str:
    """``2 updated, 1 duplicate``."""
    return ", ".join(f"{number} {name}" for name, number in numbers.items())


def printable(text: str) -> str:
    """Without control characters and tabs, which would move the cursor or make two cells of one."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _print_table(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for record in records:
        table.add_row(*(Text(_cell(record[column])) for column in columns))  # as text: no markup, no emoji
    Console().print(table)


def _cell(value: Any) -> str:
    return "" if value is None else printable(str(value))
