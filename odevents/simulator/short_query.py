"""Read-only SQL over an office's database, as ``queries/ShortQuery`` runs it.

The engine is SQLite and not MySQL: most SELECTs of the documentation and of everyday life work unchanged, a few
functions are added, and ``docs/simulator.md`` lists what differs. The tables look as they do in the office's own
database: flags and enumerations are numbers there.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from odevents.simulator.clock import wire
from odevents.simulator.enumerations import ENUMERATIONS
from odevents.simulator.schema import Field, Table
from odevents.simulator.store import Row, Store

_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_RENAMED = {("apisubscription", "SubscriptionNum"): "ApiSubscriptionNum"}


class NotReadOnly(Exception):
    """The command would change the database, or touch what is not the office's data."""


class BadSql(Exception):
    """The engine does not understand the command; the text says why."""


def run(store: Store, sql: str, *, limit: int, offset: int) -> list[Row]:
    """The rows of a SELECT, from ``offset`` on, ``limit`` at most.

    :raises NotReadOnly: for anything but one SELECT.
    :raises BadSql: with the engine's explanation.
    """
    if not re.match(r"\s*(SELECT|WITH)\b", sql, re.IGNORECASE):
        raise NotReadOnly
    with store.lock:
        connection = _reader(store)
        try:
            cursor = connection.execute(sql.rstrip().rstrip(";"))
            names = [column[0] for column in cursor.description]
            cursor.fetchmany(offset) if offset else None
            return [dict(zip(names, map(_shown, row), strict=True)) for row in cursor.fetchmany(limit)]
        except (sqlite3.Warning, sqlite3.ProgrammingError, sqlite3.OperationalError) as problem:
            raise BadSql(str(problem)) from None
        except sqlite3.DatabaseError as problem:
            if "authorized" in str(problem) or "prohibited" in str(problem):
                raise NotReadOnly from None
            raise BadSql(str(problem)) from None
        finally:
            connection.close()


def _reader(store: Store) -> sqlite3.Connection:
    connection = sqlite3.connect(store.address, uri=True, check_same_thread=False)
    for table in store.tables.values():
        connection.execute(_view(table))
    for name, arguments, function in _FUNCTIONS:
        connection.create_function(name, arguments, function)
    connection.create_function("now", 0, lambda: wire(store.now()))
    connection.create_function("curdate", 0, lambda: wire(store.now())[:10])
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(_allow)
    return connection


def _allow(action: int, first: str | None, *_: str | None) -> int:
    reads_schema = action == sqlite3.SQLITE_READ and (first or "").startswith("sqlite_")
    return sqlite3.SQLITE_OK if action in _READING and not reads_schema else sqlite3.SQLITE_DENY


def _view(table: Table) -> str:
    columns = ", ".join(_column(table, field) for field in table.columns.values())
    return f"CREATE TEMP VIEW {table.name} AS SELECT {columns} FROM main.{table.name}"  # noqa: S608


def _column(table: Table, field: Field) -> str:
    name = _RENAMED.get((table.name, field.name), field.name[0].upper() + field.name[1:])
    if field.kind == "flag":
        return f"({field.name} = 'true') AS {name}"
    if field.kind == "enum":
        numbers = " ".join(f"WHEN '{text}' THEN {n}" for n, text in enumerate(ENUMERATIONS[field.target]))
        return f"CASE {field.name} {numbers} END AS {name}"
    if (table.name, field.name) == ("patient", "BillingType"):
        same = "d.Category = 4 AND d.ItemName = patient.BillingType"
        return f"(SELECT DefNum FROM main.definition d WHERE {same}) AS BillingType"  # noqa: S608
    return f"{field.name} AS {name}"


def _shown(value: Any) -> Any:
    if isinstance(value, str) and (found := _DATE.fullmatch(value)):
        return value.replace(" ", "T") if found[1] else f"{value}T00:00:00"
    return value


def _concat(*parts: object) -> str | None:
    return None if None in parts else "".join(map(str, parts))


_FUNCTIONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("concat", -1, _concat),
    ("if", 3, lambda condition, then, otherwise: then if condition else otherwise),
    ("year", 1, lambda date: int(str(date)[:4])),
    ("month", 1, lambda date: int(str(date)[5:7])),
    ("day", 1, lambda date: int(str(date)[8:10])),
)
