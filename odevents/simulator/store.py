"""An office's database: a real SQL engine in memory, with Open Dental's change stamps.

A stamp moves only when a value really changes, as a MySQL ``TIMESTAMP ON UPDATE`` column does; it has whole seconds.
"""

from __future__ import annotations

import itertools
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from odevents.simulator.clock import moment, wire
from odevents.simulator.schema import REFERENCES, Field, Table, tables

Row = dict[str, Any]
_NUMBERS = itertools.count()
_BOOK_INDEX = "CREATE INDEX appointment_book ON appointment (AptStatus, AptDateTime);"
_INDEXED = frozenset({"patient", "appointment", "procedurelog", "claim", "insplan", "inssub", "payment", "schedule"})


class Store:
    """The tables of one office, until nobody holds it any more. Every method may be called from any thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """:param now: the database server's wall clock, without zone."""
        self.now = now
        self.lock = threading.RLock()
        self.tables = tables()
        self.address = f"file:odevents-simulator-{next(_NUMBERS)}?mode=memory&cache=shared"
        self.connection = sqlite3.connect(self.address, uri=True, check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self.connection.close)
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.execute("PRAGMA journal_mode = OFF")
        self.connection.executescript("".join(_create(table) for table in self.tables.values()) + _BOOK_INDEX)

    def rows(self, table: str, /, **equal: Any) -> list[Row]:
        """The stored rows whose fields have these values, by key."""
        where = " AND ".join(f"{name} = ?" for name in equal)
        return self.query(
            f"SELECT * FROM {table}{' WHERE ' + where if where else ''} ORDER BY {self.tables[table].key}",  # noqa: S608
            list(equal.values()),
        )

    def row(self, table: str, key: int) -> Row | None:
        """The stored row with this key."""
        found = self.rows(table, **{self.tables[table].key: key})
        return found[0] if found else None

    def first(self, table: str, /, **equal: Any) -> Row | None:
        """The row with the lowest key among those with these values."""
        found = self.rows(table, **equal)
        return found[0] if found else None

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Rows of any SELECT whose column names differ by more than case."""
        with self.lock:
            cursor = self.connection.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, found, strict=True)) for found in cursor]

    def insert(self, table: str, /, **values: Any) -> int:
        """Add a row and return its key; fields left out get their defaults, stamps the time.

        :raises KeyError: no such field.
        """
        with self.lock:
            row = self._stamped(self.tables[table]) | values
            cursor = self.connection.execute(_insert(self.tables[table], row), list(row.values()))
            return cursor.lastrowid or 0

    def insert_many(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add many rows at once, for the clinic's generator; every row must name the same fields in the same order."""
        rest = iter(rows)
        first = next(rest, None)
        if first is None:
            return
        with self.lock:
            stamps = {n: at for n, at in self._stamped(self.tables[table]).items() if n not in first}
            sql = _insert(self.tables[table], {**stamps, **first})
            fixed = tuple(stamps.values())
            self.connection.execute("BEGIN")
            self.connection.executemany(sql, ((*fixed, *row.values()) for row in itertools.chain([first], rest)))
            self.connection.execute("COMMIT")

    def change(self, table: str, key: int, /, **values: Any) -> bool:
        """Set fields of a row; whether anything really changed. The stamp moves only then.

        :raises KeyError: no such row, or no such field.
        """
        described = self.tables[table]
        with self.lock:
            before = self.row(table, key)
            if before is None:
                raise KeyError(f"{table} has no row {key}")
            changed = {name: value for name, value in values.items() if before[name] != value}
            if not changed:
                return False
            if described.stamp and described.stamp not in changed:
                changed[described.stamp] = wire(self.now())
            assignments = ", ".join(f"{name} = ?" for name in changed)
            self.connection.execute(
                f"UPDATE {table} SET {assignments} WHERE {described.key} = ?",  # noqa: S608
                [*changed.values(), key],
            )
            return True

    def delete(self, table: str, key: int) -> bool:
        """Remove a row; whether it was there."""
        with self.lock:
            sql = f"DELETE FROM {table} WHERE {self.tables[table].key} = ?"  # noqa: S608
            return self.connection.execute(sql, [key]).rowcount > 0

    def set_preference(self, name: str, value: str) -> None:
        """Give a preference another value. :raises LookupError: there is none of this name."""
        found = self.first("preference", PrefName=name)
        if found is None:
            raise LookupError(f"no preference {name!r}")
        self.change("preference", found["PrefNum"], ValueString=value)

    def age(self, seconds: int) -> None:
        """Make what was just entered look that much older, so that nobody's cursor finds it new."""
        now = self.now()
        new, old = wire(now - timedelta(minutes=1)), wire(now - timedelta(seconds=seconds))
        with self.lock:
            for table in self.tables.values():
                if table.stamp:
                    sql = f"UPDATE {table.name} SET {table.stamp} = ? WHERE {table.stamp} >= ?"  # noqa: S608
                    self.connection.execute(sql, [old, new])

    def objects(
        self, table: str, shape: Sequence[Field], where: str = "", values: Sequence[Any] = (), *, tail: str = ""
    ) -> list[Row]:
        """API objects: the fields of ``shape`` as the wire has them, of the rows ``t`` that satisfy ``where``.

        :param tail: ``ORDER BY`` and ``LIMIT``; by key if left out.
        """
        tail = tail or f"ORDER BY t.{self.tables[table].key}"
        columns, writers = _plan(tuple(shape))
        sql = f"SELECT {columns} FROM {table} t{' WHERE ' + where if where else ''} {tail}"  # noqa: S608
        now = wire(self.now())
        with self.lock:
            found = self.connection.execute(sql, values).fetchall()
        return [
            {
                name: (now if value is None else value) if write is None else write(value)
                for (name, write), value in zip(writers, row, strict=True)
            }
            for row in found
        ]

    def _stamped(self, table: Table) -> Row:
        """The columns that the database sets to the present time."""
        now = wire(self.now())
        times = {"stamp": now, "entered": now, "entered_date": now[:10]}
        return {name: times[kind] for name, kind in table.stamped}


@cache
def _plan(shape: tuple[Field, ...]) -> tuple[str, list[tuple[str, Callable[[Any], Any] | None]]]:
    """The columns to select, and each field's name with how it is written."""
    columns = ", ".join(_expression(field) for field in shape)
    return columns, [(field.name, _WRITERS.get(field.kind)) for field in shape]


def _create(table: Table) -> str:
    key, *others = table.columns.values()
    columns = "".join(f", {field.name} {_affinity(field)} DEFAULT {_literal(field.default)}" for field in others)
    indexed = [f for f in others if f.kind == "stamp" or (f.kind in REFERENCES and f.target in _INDEXED)]
    indexes = "".join(f"CREATE INDEX {table.name}_{f.name} ON {table.name} ({f.name});" for f in indexed)
    return f"CREATE TABLE {table.name} ({key.name} INTEGER PRIMARY KEY{columns});{indexes}"


def _literal(value: str | float) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def _affinity(field: Field) -> str:
    if field.kind in REFERENCES or field.kind == "int":
        return "INTEGER"
    return "REAL" if field.kind in ("money", "money_text") else "TEXT"


def _insert(table: Table, row: Mapping[str, Any]) -> str:
    unknown = set(row) - set(table.columns)
    if unknown:
        raise KeyError(f"{table.name} has no field {', '.join(sorted(unknown))}")
    if not row:
        return f"INSERT INTO {table.name} DEFAULT VALUES"
    return f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608


def _expression(field: Field) -> str:
    if field.kind == "now":
        return "NULL"
    return f"COALESCE({field.sql}, '')" if field.sql else f"t.{field.name}"


def _money(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 4)


def _culture(value: str) -> str:
    time = moment(value)
    clock = f"{(time.hour + 11) % 12 + 1}:{time:%M:%S} {'AM' if time.hour < 12 else 'PM'}"
    return f"{time.month}/{time.day}/{time.year} {clock}"


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "key_text": str,
    "ref_text": str,
    "ref_blank": lambda value: value or "",
    "money": _money,
    "money_text": lambda value: f"{value:.2f}",
    "datetime_us": _culture,
    "list": lambda value: [int(part) for part in str(value).split(",") if part],
}
