"""The simulated database's tables, read from ``tables/*.txt``.

Those files are the one place that says what a table holds and how each field looks on the wire, in the order the
documentation prints them. A block::

    table appointment of appointments        database table, and the API resource that shows it
      AptNum key                             primary key; "key text" where the API writes the number as a string
      PatNum ref patient                     foreign key; ref_text is written as a string, ref_blank as "" when 0
      Confirmed ref definition 2             a definition of this category
      AptStatus enum ApptStatus              text on the wire (enumerations.py)
      Pattern text /XX/                      a value after the kind is the default
      DateTStamp stamp                       set by the database on insert and on every real change
      SecDateTEntry entered                  set on insert; entered_date without the time
      eServiceLogType text None hidden       in the database, not in the API's object
      confirmed = definition.ItemName by Confirmed    looked up for the wire, not stored
      serverDateTime = now
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from odevents.simulator.enumerations import ENUMERATIONS

NO_DATE = "0001-01-01"
NO_DATETIME = "0001-01-01 00:00:00"

REFERENCES = frozenset({"ref", "ref_text", "ref_blank"})
STAMPS = frozenset({"stamp", "entered", "entered_date"})
_DEFAULTS: dict[str, str | int | float] = {
    "key": 0, "ref": 0, "ref_text": 0, "ref_blank": 0, "int": 0, "text": "", "flag": "false", "date": NO_DATE,
    "datetime": NO_DATETIME, "stamp": NO_DATETIME, "entered": NO_DATETIME, "entered_date": NO_DATE, "money": 0.0,
    "money_text": 0.0,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Field:
    """One field of a table.

    :ivar kind: how it is stored and written; ``lookup`` and ``now`` are not stored.
    :ivar target: the referenced table or the enumeration's name.
    :ivar sql: for a lookup, the expression over the row ``t``.
    :ivar category: for a reference to a definition, its category.
    """

    name: str
    kind: str
    target: str = ""
    default: str | int | float = ""
    hidden: bool = False
    sql: str = ""
    category: int = 0

    @property
    def stored(self) -> bool:
        """Whether the database has a column for it."""
        return self.kind not in ("lookup", "list", "now")


@dataclass(frozen=True)
class Lookup:
    """Where a helper field's text comes from: ``table.column`` of the row that ``by`` points at."""

    table: str
    column: str
    by: str


@dataclass(frozen=True)
class Table:
    """One table: its fields in documented order, its key, and the API resource that shows it (or ``""``)."""

    name: str
    resource: str
    fields: tuple[Field, ...]
    lookups: dict[str, Lookup]

    @cached_property
    def key(self) -> str:
        """The primary key's name."""
        return self.fields[0].name

    @cached_property
    def columns(self) -> dict[str, Field]:
        """The stored fields by name."""
        return {field.name: field for field in self.fields if field.stored}

    @cached_property
    def stamp(self) -> str:
        """The column that moves on every change, or ``""``."""
        return next((field.name for field in self.fields if field.kind == "stamp"), "")

    @cached_property
    def stamped(self) -> tuple[tuple[str, str], ...]:
        """The columns that the database sets by itself, with their kinds."""
        return tuple((field.name, field.kind) for field in self.columns.values() if field.kind in STAMPS)

    def shape(self, *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> tuple[Field, ...]:
        """The fields of an API object in documented order."""
        named = {field.name: field for field in self.fields}
        if only:
            return tuple(named[name] for name in only)
        return tuple(field for field in self.fields if not field.hidden and field.name not in without)


@cache
def tables() -> dict[str, Table]:
    """Every table by its database name."""
    found: dict[str, Table] = {}
    for path in sorted((Path(__file__).parent / "tables").glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("\ntable "):
            table = _table(block.removeprefix("table "))
            found[table.name] = table
    return found


@cache
def tables_by_resource() -> dict[str, Table]:
    """Every table that the API shows, by its resource in the URL."""
    return {table.resource: table for table in tables().values() if table.resource}


def _table(block: str) -> Table:
    head, *lines = block.strip().splitlines()
    name, _, resource = head.partition(" of ")
    lookups: dict[str, Lookup] = {}
    fields = tuple(_field(line, lookups) for line in lines)
    return Table(name.strip(), resource.strip(), fields, lookups)


def _field(line: str, lookups: dict[str, Lookup]) -> Field:
    if " = " in line:
        name, expression = (part.strip() for part in line.split(" = ", 1))
        return _computed(name, expression, lookups)
    name, kind, *rest = line.split()
    hidden = bool(rest) and rest[-1] == "hidden"
    rest = rest[:-1] if hidden else rest
    if kind in REFERENCES:
        return Field(name, kind, rest[0], 0, hidden, category=int(rest[1]) if rest[1:] else 0)
    if kind == "enum":
        return Field(name, kind, rest[0], rest[1] if rest[1:] else ENUMERATIONS[rest[0]][0], hidden)
    if rest and rest[0] in ("text", "us") and kind in ("key", "datetime"):
        return Field(name, f"{kind}_{rest[0]}", "", _DEFAULTS[kind], hidden)
    default: str | int | float = rest[0] if rest else _DEFAULTS[kind]
    return Field(name, kind, "", int(default) if kind == "int" else default, hidden)


def _computed(name: str, expression: str, lookups: dict[str, Lookup]) -> Field:
    if expression == "now":
        return Field(name, "now")
    if expression.startswith("sql "):
        return Field(name, "lookup", sql=expression.removeprefix("sql "))
    words = expression.split()
    if words[0] == "name":
        cases = " ".join(f"WHEN {n} THEN '{text}'" for n, text in enumerate(ENUMERATIONS[words[1]]))
        return Field(name, "lookup", sql=f"CASE t.{words[3]} {cases} ELSE '' END")
    if words[0] == "list":
        table, column = words[1].split(".")
        same = f"{words[3]} = t.{words[3]}"
        return Field(name, "list", sql=f"(SELECT group_concat({column}) FROM {table} WHERE {same})")  # noqa: S608
    table, column = words[0].split(".")
    lookups[name] = Lookup(table, column, words[2])
    sql = f"(SELECT {column} FROM {table} WHERE rowid = t.{words[2]})"  # noqa: S608
    return Field(name, "lookup", target=table, sql=sql)
