"""The ``[listener]`` table of ``odevents.toml``: all of it optional, so that a workstation needs no file at all.

A workstation's file need not have offices, subscriptions or reactions; only this table and ``handlers`` are read here.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError

from odevents import toml_lines
from odevents.config import Name, Secret, Table
from odevents.errors import ConfigError
from odevents.events.tables import ALWAYS_MINIMISED
from odevents.subscriptions.marks import LISTENER_PORT

PORT = LISTENER_PORT

_FIELD = re.compile(r"\{([A-Za-z0-9]+)\}")
_SHELLS = (".bat", ".cmd")


def _column(name: str) -> str:
    if name in ALWAYS_MINIMISED:
        raise ValueError(f"{name} never leaves the event")
    return name


def _url_template(value: str) -> str:
    for name in columns_in(value):
        _column(name)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("an http or https address without a user name in it")
    if "{" in parts.netloc or "}" in parts.netloc:
        raise ValueError("fields go into the path, the query or the fragment, never into the host")
    if set("{}") & set(_FIELD.sub("", value)):
        raise ValueError("a field is written {PatNum}, as Open Dental spells it")
    return value


def _forward_url(value: str) -> str:
    parts = urlsplit(value)
    local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if (
        not parts.hostname
        or parts.username is not None
        or parts.scheme not in (("http", "https") if local else ("https",))
    ):
        raise ValueError("an https address: patients and the customer key travel to it")
    return value


def _program(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or not (Path(value[0]).is_absolute() or re.match(r"[A-Za-z]:[\\/]", value[0])):
        raise ValueError("a list that starts with the full path of a program")
    if value[0].lower().endswith(_SHELLS):
        raise ValueError(
            "Windows runs .bat and .cmd files through its shell, where a patient's name could be a command; "
            "name a program instead"
        )
    return value


def columns_in(template: str) -> list[str]:
    """The fields a URL template names.

    >>> columns_in("https://crm.example.org/p/{PatNum}?name={FName}")
    ['PatNum', 'FName']
    """
    return _FIELD.findall(template)


class ScreenSection(Table):
    """``[listener.screen]``: what the page shows beside PatNum.

    :ivar name: ``Bradley``, ``Bradley H.`` or ``Bradley Harrison``.
    :ivar fields: label to field, in the order shown: ``Born = "Birthdate"``.
    :ivar open: open the page in the default browser when the listener starts.
    """

    name: Literal["first", "initial", "full"] = "initial"
    fields: dict[str, Annotated[str, AfterValidator(_column)]] = Field(default_factory=dict)
    open: bool = False


class ForwardSection(Table):
    """``[listener.forward]``: where events go on to.

    :ivar keep_seconds: how long one is kept, in memory, while nobody answers there.
    """

    url: Annotated[str, AfterValidator(_forward_url)]
    keep_seconds: Annotated[float, Field(gt=0, le=3600)] = 300


class ListenerSection(Table):
    """``[listener]``.

    :ivar keys: name of office to its customer key; empty: the keys that ``odevents listen install`` put into the
        system's credential store.
    :ivar content_types: media types taken for JSON. What Open Dental sends is undocumented; a body without a type is
        taken.
    :ivar open_url: template opened in the default browser.
    :ivar command: program and arguments, started with the fields as environment variables ``OD_PatNum`` …
    """

    port: Annotated[int, Field(ge=1, le=65535)] = PORT
    keys: dict[Name, Secret] = Field(default_factory=dict)
    content_types: tuple[str, ...] = ("application/json",)
    screen: ScreenSection = ScreenSection()
    open_url: Annotated[str, AfterValidator(_url_template)] | None = None
    command: Annotated[tuple[str, ...], AfterValidator(_program)] | None = None
    forward: ForwardSection | None = None


class _Read(Table):
    listener: ListenerSection = ListenerSection()
    handlers: list[str] = Field(default_factory=list)


def load_listener(path: Path | None) -> tuple[ListenerSection, list[str]]:
    """The table and the names of the handler modules; the defaults where there is no file.

    :raises ConfigError: one line per mistake, with its line in the file.
    """
    if path is None:
        return ListenerSection(), []
    try:
        text = path.read_text(encoding="utf-8")
        data: dict[str, Any] = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    try:
        read = _Read.model_validate({name: data[name] for name in _Read.model_fields if name in data})
    except ValidationError as error:
        raise ConfigError(_report(path, toml_lines.Lines(text), error)) from None
    return read.listener, read.handlers


def _report(path: Path, lines: toml_lines.Lines, error: ValidationError) -> str:
    said = []
    for fault in error.errors(include_input=False, include_url=False):
        message = "no such key" if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
        said.append(f"{path}:{lines.of(fault['loc'])}: {'.'.join(map(str, fault['loc']))}: {message}")
    return "\n".join(said)
