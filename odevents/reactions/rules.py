"""Rules: the ``[[reactions]]`` of ``odevents.toml`` made into reactions, checked against the rows they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from sysconfig import get_path
from traceback import extract_tb

from odevents.client import resources
from odevents.config import ConfigFile, ReactionTable
from odevents.config_reading import Problem
from odevents.errors import OdeventsError
from odevents.events.change import Kind
from odevents.events.tables import UI_EVENTS, WATCH_TABLES, Table, table_named
from odevents.reactions.registry import Reaction, Registry, columns_of, declared_handlers, kinds_of, possible_kinds
from odevents.reactions.text import TextInvalid, check_text

_NOT_THE_USERS = ("<frozen", str(Path(__file__).parent.parent), get_path("stdlib"), get_path("purelib"))
"""Where code is that is not the user's: Python's own, ours, and what was installed."""


def registry_of(file: ConfigFile) -> tuple[Registry, list[Problem]]:
    """All reactions the file declares, its own rules and the handlers of the modules it names."""
    problems = list(_import_handlers(file.handlers))
    registry = Registry()
    for index, table in enumerate(file.reactions):
        found = list(_check(table, ("reactions", index)))
        problems += found
        if not found and table.name not in registry:
            registry.add(rule(table))
    for handler in declared_handlers(file.handlers):
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
    possible = possible_kinds(watched)
    for kind in table.kinds:
        if Kind(kind) not in possible:
            known = ", ".join(sorted(possible))
            yield Problem((*path, "kinds"), f"a row of {table.on} is never {kind}; there are: {known}")
    columns = columns_of(watched)
    if columns is None:
        yield Problem((*path, "on"), f"no page says which columns {table.on} has; handle it in Python with @on")
        return
    for key in ("when", "changed"):
        for column in getattr(table, key):
            if column not in columns:
                place = (*path, key, column) if key == "when" else (*path, key)
                yield Problem(place, f'{table.on} has no column "{column}"; it has: {", ".join(columns)}')
    if table.appointment == "row" and table.on != "Appointment" and (table.confirm or table.note):
        message = f'a row of {table.on} is no appointment; say appointment = "next" for the patient\'s next one'
        yield Problem((*path, "appointment"), message)
    if table.still and (not table.when or resource_of(watched) is None):
        message = 'still = true reads the row again: it needs a "when", and rows that the API gives one by one'
        yield Problem((*path, "still"), message)
    if "PatNum" not in columns:
        yield Problem((*path, "on"), f"a row of {table.on} is about no patient; handle it in Python with @on")
    texts = (("note", table.note), ("commlog", table.commlog.text if table.commlog else None))
    yield from _check_texts(texts, columns, path)


def _check_texts(
    texts: Iterable[tuple[str, str | None]], columns: list[str], path: tuple[str | int, ...]
) -> Iterator[Problem]:
    for key, text in texts:
        try:
            check_text(text or "", columns)
        except TextInvalid as error:
            yield Problem((*path, key), str(error))


def resource_of(table: Table) -> str | None:
    """The resource of the API that gives one row of the table by its key, ``None`` where there is none."""
    name = table.model.partition(":")[0].rpartition(".")[2]
    return name if name in resources.names() and "get" in resources.load(name).endpoints() else None


def _import_handlers(modules: Iterable[str]) -> Iterator[Problem]:
    for module in modules:
        try:
            import_module(module)
        except (Exception, SystemExit) as error:
            # Whose text is not ours may say anything, also what is in a row or a key.
            fault = str(error) if isinstance(error, OdeventsError) else type(error).__name__
            yield Problem(("handlers",), f"the module {module} cannot be imported: {fault}{_where(error)}")


def _where(error: BaseException) -> str:
    """``" (handlers.py:3)"``: the line of the user's own code that failed, where one did."""
    if isinstance(error, SyntaxError):
        return f" ({Path(error.filename or '').name}:{error.lineno})"
    frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.startswith(_NOT_THE_USERS)]
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
