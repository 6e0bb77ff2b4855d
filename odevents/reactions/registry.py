"""Reactions: rules from ``odevents.toml`` and handlers by ``@on``, in one registry, and why one wants a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel

from odevents.config import OnUnknown
from odevents.errors import ConfigError
from odevents.events.change import Change, Kind, same
from odevents.events.tables import UI_EVENTS, Table, model_of, table_named, table_of

Handler = Callable[..., None]
HandlerT = TypeVar("HandlerT", bound=Handler)


@dataclass(frozen=True, slots=True)
class Reaction:
    """Something done because of a change.

    :ivar offices: names of offices, empty for all.
    :ivar changed: at least one of these columns changed, empty for any.
    :ivar when: column -> value, or list of values of which one must hold.
    :ivar actions: what to do, by name: ``confirm``, ``note``, ``commlog``, each with its settings, or ``handler``.
    :ivar on_unknown: what to do about a write of which nobody knows whether it took effect.
    """

    name: str
    table: Table
    kinds: frozenset[Kind]
    actions: Mapping[str, Any]
    offices: frozenset[str] = frozenset()
    changed: tuple[str, ...] = ()
    when: Mapping[str, Any] = field(default_factory=dict)
    on_unknown: OnUnknown = "verify"


class Mark(StrEnum):
    """How a clause of a reaction came out."""

    HOLDS = "✓"
    FAILS = "✗"
    NOT_EVALUATED = "·"


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a reaction, held against one change. ``words`` never show a value of the row."""

    mark: Mark
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Examination:
    """Why a reaction wants a change, or does not."""

    reaction: Reaction
    clauses: Sequence[Clause]

    @property
    def wanted(self) -> bool:
        """Whether every clause holds."""
        return all(clause.mark is Mark.HOLDS for clause in self.clauses)


class Registry:
    """All reactions of the installation, in the order they were declared."""

    def __init__(self, reactions: Iterable[Reaction] = ()) -> None:
        self._reactions: dict[str, Reaction] = {}
        self._on_table: dict[str, _OnTable] = {}
        for reaction in reactions:
            self.add(reaction)

    def __iter__(self) -> Iterator[Reaction]:
        return iter(self._reactions.values())

    def __getitem__(self, name: str) -> Reaction:
        return self._reactions[name]

    def get(self, name: str) -> Reaction | None:
        """A reaction by its name, ``None`` when it was taken out of the configuration."""
        return self._reactions.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self._reactions

    def add(self, reaction: Reaction) -> None:
        """Add one.

        :raises ConfigError: another reaction has this name.
        """
        if reaction.name in self._reactions:
            raise ConfigError(f'two reactions are named "{reaction.name}"; names are unique')
        self._reactions[reaction.name] = reaction
        self._on_table.setdefault(reaction.table.name, _OnTable()).add(reaction)

    def wanted_by(self, change: Change[Any]) -> list[Reaction]:
        """The reactions that want this change."""
        asked = self._on_table.get(change.table)
        if asked is None or not asked.may_want(change):
            return []
        return [reaction for reaction in asked.reactions if examine(reaction, change).wanted]


class _OnTable:
    """The reactions on one table, and what none of them wants: most changes need not be examined (3 µs each).

    See :func:`examine`, which decides.
    """

    def __init__(self) -> None:
        self.reactions: list[Reaction] = []
        self._kinds: set[Kind] = set()
        self._columns: set[str] | None = set()

    def add(self, reaction: Reaction) -> None:
        self.reactions.append(reaction)
        self._kinds |= reaction.kinds
        every = self._columns is None or not reaction.changed
        self._columns = None if every else {*(self._columns or ()), *reaction.changed}

    def may_want(self, change: Change[Any]) -> bool:
        """Whether one of them may want it."""
        if change.kind not in self._kinds:
            return False
        anything = self._columns is None or change.kind is not Kind.UPDATED
        return anything or not change.fields.isdisjoint(self._columns or ())


def examine(reaction: Reaction, change: Change[Any]) -> Examination:
    """Hold one reaction against one change, clause by clause; after the first that fails the rest is not evaluated."""
    clauses: list[Clause] = []
    failed = False
    for name, words, holds in _clauses(reaction, change):
        mark = Mark.NOT_EVALUATED if failed else Mark.HOLDS if holds() else Mark.FAILS
        failed = failed or mark is Mark.FAILS
        clauses.append(Clause(mark, name, "not evaluated" if mark is Mark.NOT_EVALUATED else words))
    return Examination(reaction, clauses)


def _clauses(reaction: Reaction, change: Change[Any]) -> Iterator[tuple[str, str, Callable[[], bool]]]:
    yield "on", reaction.table.name, lambda: change.table == reaction.table.name
    if reaction.offices:
        yield "offices", ", ".join(sorted(reaction.offices)), lambda: change.office in reaction.offices
    kinds = ", ".join(sorted(reaction.kinds))
    yield "kinds", f"{change.kind} (wanted: {kinds})", lambda: change.kind in reaction.kinds
    if reaction.changed:
        yield "changed", ", ".join(reaction.changed), lambda: _changed(reaction, change)
    for column, wanted in reaction.when.items():
        yield column, f"must be {_spelled(wanted)}", partial(_holds, change.values, column, wanted)


def _changed(reaction: Reaction, change: Change[Any]) -> bool:
    # Every column of a created or deleted row is news.
    return not reaction.changed or change.kind is not Kind.UPDATED or not change.fields.isdisjoint(reaction.changed)


def holds_still(reaction: Reaction, values: Mapping[str, Any]) -> bool:
    """Whether the reaction's condition holds of the row as the office has it now."""
    return all(_holds(values, column, wanted) for column, wanted in reaction.when.items())


def _holds(values: Mapping[str, Any], column: str, wanted: Any) -> bool:
    choices = wanted if isinstance(wanted, list) else [wanted]
    return column in values and any(same(values[column], choice) for choice in choices)


def _spelled(wanted: Any) -> str:
    return " or ".join(f'"{choice}"' for choice in (wanted if isinstance(wanted, list) else [wanted]))


def kinds_of(table: Table, named: Iterable[str] = ()) -> frozenset[Kind]:
    """The kinds of change a reaction on this table gets unless it names others."""
    chosen = frozenset(Kind(name) for name in named)
    if chosen:
        return chosen
    if table.name in UI_EVENTS:
        return frozenset({Kind.SELECTED})
    return frozenset({Kind.DELETED}) if table.deletes else frozenset({Kind.CREATED, Kind.UPDATED})


def possible_kinds(table: Table) -> frozenset[Kind]:
    """The kinds of change that a row of this table can be, of those that mean that something happened."""
    usual = kinds_of(table)
    return usual | {Kind.FIRST_SEEN} if Kind.CREATED in usual else usual


def columns_of(table: Table) -> list[str] | None:
    """The columns of a table's rows, ``None`` when they are not known."""
    model = model_of(table)
    return None if model is None else list(model.model_fields)


_declared: list[Reaction] = []


def on(
    rows: type[BaseModel] | str,
    *kinds: str,
    changed: str | Sequence[str] = (),
    name: str = "",
    on_unknown: OnUnknown = "verify",
) -> Callable[[HandlerT], HandlerT]:
    """Declare a handler for changes of these rows::

        @on(Appointment, "updated", changed="AptStatus")
        def rebook(change: Change[Appointment], office: Office) -> None: ...

    :param rows: the typed row of a watch table, or the table's name.
    :param kinds: ``created``, ``updated``, ``deleted``, ``first-seen`` or ``selected``; without any, those that mean
        that something happened.
    :param changed: for updates, columns of which at least one must have changed.
    :param name: what the handler is called in the ledger and in ``explain``; its function's name unless given.
    :param on_unknown: what to do about a write of which nobody knows whether it took effect: ``verify`` reads back and
        sends again if it is not there, ``drop`` lets it go, ``manual`` reads back and leaves the rest to a person.
    :raises ConfigError: no event carries such rows, or they have no such column, or are never of such a kind.
    """
    table = table_named(rows) if isinstance(rows, str) else table_of(rows)
    if table is None:
        raise ConfigError(f"no event carries rows of {rows}; watch tables and their rows are in docs/reference")
    try:
        wanted = kinds_of(table, kinds)
    except ValueError:
        raise ConfigError(f"no such kind of change among {kinds}; there are: {', '.join(Kind)}") from None
    columns = (changed,) if isinstance(changed, str) else tuple(changed)
    _refuse_impossible(table, wanted, columns)

    def declare(handler: HandlerT) -> HandlerT:
        called = name or handler.__name__.replace("_", "-")
        _declared.append(Reaction(called, table, wanted, {"handler": handler}, changed=columns, on_unknown=on_unknown))
        return handler

    return declare


def _refuse_impossible(table: Table, kinds: frozenset[Kind], changed: Iterable[str]) -> None:
    if never := sorted(kinds - possible_kinds(table)):
        possible = ", ".join(sorted(possible_kinds(table)))
        raise ConfigError(f"a row of {table.name} is never {never[0]}; there are: {possible}")
    known = columns_of(table)
    if known is not None and (unknown := [column for column in changed if column not in known]):
        raise ConfigError(f'{table.name} has no column "{unknown[0]}"; it has: {", ".join(known)}')


def declared_handlers(modules: Iterable[str]) -> list[Reaction]:
    """The handlers declared by ``@on`` in these modules, and in those below them, which have been imported."""
    named = tuple(modules)
    return [
        reaction
        for reaction in _declared
        if any(f"{reaction.actions['handler'].__module__}.".startswith(f"{module}.") for module in named)
    ]
