"""Texts for the chart: Jinja2 in an immutable sandbox, with little of its syntax and a cap on the result.

The columns of the row are variables, ``old`` holds previous values, and there are ``today``, ``now`` and ``office``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from odevents.events.change import Change

MOST_CHARACTERS = 2000
"""A rendered text longer than this is cut; a chart is not a place for books."""

MOST_SOURCE = 4000
OURS = frozenset({"today", "now", "office", "old"})
FILTERS = {"upper": 0, "lower": 0, "title": 0, "trim": 0, "default": 2, "truncate": 1, "int": 1, "round": 1}
"""The filters, and how many plain values each may be given."""

TESTS = frozenset({"defined", "undefined", "none", "string", "number", "eq", "ne", "in"})
SHORTEST = 10
"""Fewest characters that a text may be truncated to."""

_TODAY, _NOW = "odeventstoday", "odeventsnow"  # stand for a day and a moment while a pattern is made

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Concat,
    nodes.Test,
    nodes.Keyword,
)

_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_environment.globals.clear()


class TextInvalid(ValueError):
    """A text does not fit; the message is for whoever wrote it."""


def check_text(source: str, columns: Iterable[str] | None) -> None:
    """Refuse a text that could fail or misbehave when it is rendered.

    :param columns: the table's columns; ``None`` when they are not known, then any name is taken for one.
    :raises TextInvalid: what is wrong and what is allowed.
    """
    if len(source) > MOST_SOURCE:
        raise TextInvalid(f"a text is at most {MOST_SOURCE} characters")
    try:
        tree = _environment.parse(source)
    except TemplateError as error:
        raise TextInvalid(f"not a valid text: {error.message}") from None
    for node in tree.find_all(nodes.Node):
        _check_node(node)
    _check_names(tree, columns)
    try:
        _compiled(source)
    except TemplateError as error:
        raise TextInvalid(f"not a valid text: {error.message}") from None


def render(source: str, values: Mapping[str, Any], **ours: Any) -> str:
    """The text for one change, trimmed, on few lines, never longer than the cap.

    :raises TextInvalid: a name is missing from this row; the message names it, no value.
    """
    try:
        text = _compiled(source).render({**values, **ours})
    except (TemplateError, TypeError, ValueError, ArithmeticError, AssertionError) as error:
        raise TextInvalid(f"the text could not be made ({type(error).__name__})") from None
    text = str(text).strip()
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def render_for(source: str, change: Change[Any], now: datetime) -> str:
    """The text for one change.

    :param now: the office's local time.
    """
    return _rendered(source, change, now.date().isoformat(), now.strftime("%Y-%m-%d %H:%M"))


def pattern_for(source: str, change: Change[Any]) -> str:
    """A regular expression of the text for one change, whenever it may have been made."""
    return like(_rendered(source, change, _TODAY, _NOW))


def like(text: str) -> str:
    """A regular expression of a text whose white space is single spaces."""
    pattern = re.escape(" ".join(text.split()))
    return pattern.replace(_TODAY, r"\d{4}-\d\d-\d\d").replace(_NOW, r"\d{4}-\d\d-\d\d \d\d:\d\d")


def _rendered(source: str, change: Change[Any], today: str, now: str) -> str:
    # What a row held before a presumed change is not known; a text that needs it cannot be made.
    old = {} if change.presumed else {**change.values, **change.old}
    return render(source, change.values, today=today, now=now, office=change.office, old=old)


@cache
def _compiled(source: str) -> Any:
    return _environment.from_string(source)


def _check_node(node: nodes.Node) -> None:
    if not isinstance(node, _ALLOWED):
        raise TextInvalid(f"{type(node).__name__.lower()} is not allowed; allowed: {{{{ Column }}}}, filters, if/else")
    if isinstance(node, nodes.Filter):
        _check_filter(node)
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        raise TextInvalid(f'no test "{node.name}"; there are: {", ".join(sorted(TESTS))}')
    if isinstance(node, nodes.Getattr | nodes.Getitem) and not _of_old(node):
        raise TextInvalid("only old.Column may have a dot, or old['Column'] brackets")


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise TextInvalid(f'no filter "{node.name}"; there are: {", ".join(sorted(FILTERS))}')
    given = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    if node.kwargs or len(given) != len(node.args) or len(given) > FILTERS[node.name]:
        raise TextInvalid(f"the filter {node.name} is given at most {FILTERS[node.name]} plain values, without names")
    whole = node.name in ("truncate", "int", "round")
    if whole and not all(isinstance(value, int) for value in given):
        raise TextInvalid(f"the filter {node.name} is given a whole number")
    if node.name == "truncate" and given and given[0] < SHORTEST:
        raise TextInvalid(f"a text is truncated to {SHORTEST} characters or more")


def _of_old(node: nodes.Getattr | nodes.Getitem) -> bool:
    return isinstance(node.node, nodes.Name) and node.node.name == "old" and _column_of(node) is not None


def _column_of(node: nodes.Getattr | nodes.Getitem) -> str | None:
    """The column that is looked up, ``None`` where that is not written in the text itself."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.arg.value if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str) else None


def _check_names(tree: nodes.Template, columns: Iterable[str] | None) -> None:
    if columns is None:
        return
    known = OURS.union(columns)
    names = {node.name for node in tree.find_all(nodes.Name)}
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        assert isinstance(node, nodes.Getattr | nodes.Getitem)
        names.add(str(_column_of(node)))
    if unknown := sorted(names - known):
        raise TextInvalid(f'no column "{unknown[0]}"; there are: {", ".join(sorted(known))}')
