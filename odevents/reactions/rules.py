"""Rules: the ``[[reactions]]`` of ``odevents.toml`` made into reactions, checked against the rows they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from odevents.client import resources
from odevents.config import ConfigFile, ReactionTable
from odevents.config_reading import Problem
from odevents.errors import OdeventsError
from odevents.events.tables import UI_EVENTS, WATCH_TABLES, Table, model_of, table_named
from odevents.reactions.registry import Reaction, Registry, declared_handlers, kinds_of
from odevents.reactions.text import TextInvalid, check_text


def registry_of(file: ConfigFile) -> tuple[Registry, list[Problem]]:
    """All reactions the file declares, its own rules and the handlers of the modules it names."""
    problems = list(_import_handlers(file.handlers))
    registry = Registry()
    for index, table in enumerate(file.reactions):
        found = list(_check(table, ("reactions", index)))
        problems += found
        if not found and table.name not in registry:
            registry.add(rule(table))
    for handler in declared_handlers():
        if handler.name in registry:
            problems.append(Problem(("handlers",), f'a handler and another reaction are both named "{handler.name}"'))
        else:
            registry.add(handler)
    return registry, problems


def rule(table: ReactionTable) -> Reaction:
    """One reaction of the file."""
    named = {"confirm": table.confirm, "note": table.note, "commlog": table.commlog}
    return Reaction(
        name=table.name,
        table=table_named(table.on),
        kinds=kinds_of(table_named(table.on), table.kinds),
        actions={name: (settings, table) for name, settings in named.items() if settings is not None},
        offices=frozenset() if "*" in table.offices else frozenset(table.offices),
        changed=tuple(table.changed),
        when=table.when,
        on_unknown=table.on_unknown,
    )


def _check(table: ReactionTable, path: tuple[str | int, ...]) -> Iterator[Problem]:
    watched = table_named(table.on)
    if table.on not in WATCH_TABLES and table.on not in UI_EVENTS:
        known = ", ".join((*WATCH_TABLES, *UI_EVENTS))
        yield Problem((*path, "on"), f'no watch table or UI event "{table.on}"; there are: {known}')
        return
    columns = columns_of(watched)
    for key in ("when", "changed"):
        for column in getattr(table, key):
            if columns is not None and column not in columns:
                place = (*path, key, column) if key == "when" else (*path, key)
                yield Problem(place, f'{table.on} has no column "{column}"; it has: {", ".join(columns)}')
    if table.appointment == "row" and "Appointment" not in table.on and (table.confirm or table.note):
        message = f'a row of {table.on} is no appointment; say appointment = "next" for the patient\'s next one'
        yield Problem((*path, "appointment"), message)
    if table.still and (not table.when or resource_of(watched) is None):
        message = 'still = true reads the row again: it needs a "when", and rows that the API gives one by one'
        yield Problem((*path, "still"), message)
    if columns is not None and "PatNum" not in columns:
        yield Problem((*path, "on"), f"a row of {table.on} is about no patient; handle it in Python with @on")
    texts = (("note", table.note), ("commlog", table.commlog.text if table.commlog else None))
    yield from _check_texts(texts, columns, path)


def _check_texts(
    texts: Iterable[tuple[str, str | None]], columns: list[str] | None, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    for key, text in texts:
        try:
            check_text(text or "", columns)
        except TextInvalid as error:
            yield Problem((*path, key), str(error))


def columns_of(table: Table) -> list[str] | None:
    """The columns of a table's rows, ``None`` when they are not known."""
    model = model_of(table)
    return None if model is None else list(model.model_fields)


def resource_of(table: Table) -> str | None:
    """The resource of the API that gives one row of the table by its key, ``None`` where there is none."""
    name = table.model.partition(":")[0].rpartition(".")[2]
    return name if name in resources.names() and "get" in resources.load(name).endpoints() else None


def _import_handlers(modules: Iterable[str]) -> Iterator[Problem]:
    for module in modules:
        try:
            import_module(module)
        except (ImportError, OdeventsError, SyntaxError) as error:
            fault: Any = error if isinstance(error, OdeventsError) else type(error).__name__
            yield Problem(("handlers",), f"the module {module} cannot be imported: {fault}")
