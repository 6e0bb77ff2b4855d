"""Reading ``odevents.toml`` and saying, with file and line, all that is wrong with it.

Here the shape and the references are checked. What needs more knowledge (columns of a table, texts) is checked where
that knowledge is, by ``odevents.reactions``; both report a :class:`Problem`, and both reports come out together.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from odevents import toml_lines
from odevents.config import (
    CommlogTable,
    ConfigFile,
    ConfirmTable,
    FreshnessTable,
    OfficeTable,
    ReactionTable,
    Secret,
    SubscriptionTable,
    Table,
)
from odevents.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the file.

    :ivar path: where in the file's structure.
    :ivar message: what is wrong and what is allowed.
    """

    path: toml_lines.Path
    message: str


@dataclass(frozen=True, slots=True)
class Config:
    """A file that was read, with what is needed to report further problems in it."""

    file: ConfigFile
    path: Path
    lines: toml_lines.Lines

    def report(self, problems: list[Problem]) -> str:
        """One line per problem, in the order of the file: ``odevents.toml:12: offices.lakewood.mode: …``."""
        placed = sorted((self.lines.of(problem.path), _dotted(problem.path), problem.message) for problem in problems)
        return "\n".join(f"{self.path}:{line}: {where}{message}" for line, where, message in placed)


def load_config(path: Path) -> tuple[Config, list[Problem]]:
    """Read the file; return it with what is wrong beyond its shape (names, references).

    :raises ConfigError: there is no file, it is not TOML, or its shape is wrong; one line per mistake.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; copy odevents.example.toml and change it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({type(error).__name__})") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    lines = toml_lines.Lines(text)
    try:
        config = Config(ConfigFile.model_validate(data), path, lines)
    except ValidationError as error:
        shape = _Shape(lines, path, data)
        raise ConfigError(shape.report(error)) from None
    return config, _references(config.file)


def read_secrets(file: ConfigFile, environment: Mapping[str, str] = os.environ) -> list[Problem]:
    """Which secrets the file names cannot be read."""
    problems = []
    for name, office in file.offices.items():
        secrets = [("developer_key", office.developer_key), *(("customer_key", key) for key in office.customer_keys)]
        for field, secret in secrets:
            try:
                secret.reveal(environment)
            except ValueError as error:
                problems.append(Problem(("offices", name, field), str(error)))
    return problems


def _references(file: ConfigFile) -> list[Problem]:
    problems: list[Problem] = []
    if not file.offices:
        problems.append(Problem(("offices",), "there is no office; add [offices.<name>]"))
    known = ", ".join(sorted(file.offices))
    named: list[tuple[str, Sequence[SubscriptionTable | ReactionTable]]]
    named = [("subscriptions", file.subscriptions), ("reactions", file.reactions)]
    for kind, tables in named:
        names: set[str] = set()
        for index, table in enumerate(tables):
            if table.name in names:
                problems.append(Problem((kind, index, "name"), f'"{table.name}" is used twice; names are unique'))
            names.add(table.name)
            problems += [
                Problem((kind, index, "offices"), f'no office "{office}"; there are: {known}, or "*" for all')
                for office in table.offices
                if office != "*" and office not in file.offices
            ]
    return problems


class _Shape:
    """Turns pydantic's account of a wrong shape into lines for the person who wrote the file."""

    def __init__(self, lines: toml_lines.Lines, path: Path, data: Mapping[str, Any]) -> None:
        self._lines = lines
        self._path = path
        self._data = data

    def report(self, error: ValidationError) -> str:
        problems: dict[str, int] = {}
        for fault in error.errors(include_input=False, include_url=False):
            path = self._inside(fault["loc"])
            message = self._message(fault, path)
            line = self._lines.of(path)
            problems.setdefault(f"{self._path}:{line}: {_dotted(path)}{message}", line)
        return "\n".join(sorted(problems, key=lambda text: problems[text]))

    def _inside(self, loc: tuple[str | int, ...]) -> toml_lines.Path:
        """Leave out the names pydantic adds for the branches of a union."""
        path: list[str | int] = []
        value: Any = self._data
        for position, part in enumerate(loc):
            if part in (value if isinstance(value, Mapping) else range(len(value)) if isinstance(value, list) else ()):
                path.append(part)
                value = value[part]
            elif position == len(loc) - 1 and part != "[key]" and isinstance(part, str) and isinstance(value, Mapping):
                path.append(part)
        return tuple(path)

    def _message(self, fault: Any, path: toml_lines.Path) -> str:
        if fault["type"] == "extra_forbidden":
            return f"no such key; allowed here: {', '.join(_allowed(path))}"
        return str(fault["msg"]).removeprefix("Value error, ")


def _allowed(path: toml_lines.Path) -> list[str]:
    """The keys that the table around ``path`` may have."""
    tables: dict[str | int, type[Table]] = {
        "offices": OfficeTable,
        "subscriptions": SubscriptionTable,
        "reactions": ReactionTable,
        "confirm": ConfirmTable,
        "commlog": CommlogTable,
        "freshness": FreshnessTable,
        "customer_key": Secret,
        "developer_key": Secret,
    }
    around = next((tables[part] for part in reversed(path[:-1]) if part in tables), ConfigFile)
    return sorted(field.alias or name for name, field in around.model_fields.items())


def _dotted(path: toml_lines.Path) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") + ": "
