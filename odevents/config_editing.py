"""Changing one value in ``odevents.toml`` and nothing else: comments, order and line ends stay as they were written."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odevents.errors import ConfigError
from odevents.toml_lines import Lines

_MODE = re.compile(r"""(?<![\w-])(mode["']?\s*=\s*)("[^"\n]*"|'[^'\n]*')""")


@dataclass(frozen=True, slots=True)
class Edited:
    """A file with one line changed or added.

    :ivar line: number of that line, counted from 1.
    :ivar before: the line as it was, ``""`` for an added one.
    """

    text: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ModeChange:
    """Another mode of one office, as it would be written.

    :ivar text: the file as it was when this was made.
    """

    file: Path
    text: str
    edited: Edited

    def carry_out(self) -> None:
        """Write it.

        :raises ConfigError: somebody else has changed the file meanwhile, or it cannot be written here.
        """
        if read_exactly(self.file) != self.text:
            raise ConfigError(f"{self.file} was changed by somebody else meanwhile; nothing was done, try again")
        write_in_place(self.file, self.edited.text)


def mode_change(file: Path, office: str, mode: str) -> ModeChange:
    """What it takes to give an office another mode.

    :raises ConfigError: no single line says it.
    """
    text = read_exactly(file)
    try:
        return ModeChange(file, text, with_mode(text, office, mode))
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None


def with_mode(text: str, office: str, mode: str) -> Edited:
    """The file with another mode of one office.

    :raises ConfigError: no single line says it; the message says where to change it by hand.
    """
    wanted = tomllib.loads(text)
    wanted["offices"][office]["mode"] = mode
    for edited in _candidates(text, office, mode):
        if _reads_as(edited.text, wanted):
            return edited
    line = Lines(text).of(("offices", office))
    raise ConfigError(f'line {line}: change it by hand: the mode of {office} to "{mode}"')


def _candidates(text: str, office: str, mode: str) -> Iterator[Edited]:
    lines = text.splitlines(keepends=True)
    at = Lines(text).of(("offices", office, "mode"))
    before = lines[at - 1]
    for found in _MODE.finditer(before):
        after = f'{before[: found.start()]}{found[1]}"{mode}"{before[found.end() :]}'
        yield _edited(lines, at, before, after)
    header = Lines(text).of(("offices", office))
    if not lines[header - 1].endswith("\n"):
        return
    end = "\r\n" if lines[header - 1].endswith("\r\n") else "\n"
    added = f'mode = "{mode}"{end}'
    whole = "".join([*lines[:header], added, *lines[header:]])
    yield Edited(whole, header + 1, "", added.strip())


def _edited(lines: list[str], at: int, before: str, after: str) -> Edited:
    return Edited("".join([*lines[: at - 1], after, *lines[at:]]), at, before.strip(), after.strip())


def _reads_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def read_exactly(file: Path) -> str:
    """The text with the line ends it has."""
    return file.read_bytes().decode("utf-8")


def write_in_place(file: Path, text: str) -> None:
    """Replace the file at once, so that nobody reads half of it; its rights stay, and a link stays a link.

    Its owner and group stay too, where this account may give a file to them.

    :raises ConfigError: it cannot be written here.
    """
    target = file.resolve()
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fsync(out.fileno())
        _give_to_owner_of(target, temporary)
        shutil.copymode(target, temporary)
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise ConfigError(f"{file}: cannot be written here: {error.strerror}; change it where it is kept") from None


def _give_to_owner_of(target: Path, temporary: str) -> None:
    """Owner and group, each by itself: only root may change the first, whoever is in a group may choose it."""
    found = target.stat()
    for owner, group in ((-1, found.st_gid), (found.st_uid, -1)):
        with suppress(PermissionError):
            os.chown(temporary, owner, group)
