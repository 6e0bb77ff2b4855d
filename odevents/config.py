"""``odevents.toml``: offices, subscriptions and reactions, as typed, frozen values. Read by ``config_reading.py``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from odevents.opening_hours import week_of
from odevents.public_url import checked_public_url

HOSTED = "https://api.opendental.com/api/v1"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("a name is up to 40 small letters, digits and dashes")
    return value


_time_zones = cache(available_timezones)  # reads folders: 4 ms, which ten thousand offices would pay one by one


def _zone(value: str) -> str:
    if value not in _time_zones():
        raise ValueError("not a time zone of the IANA list, such as America/Los_Angeles")
    return value


def _hours(value: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
    week_of(value)
    return value


def _seconds(value: object) -> object:
    """``"90s"``, ``"10m"``, ``"2h"`` as seconds."""
    found = re.fullmatch(r"(\d+)\s*([smh])", value.strip()) if isinstance(value, str) else None
    if found is None or not int(found[1]):
        raise ValueError('a time is written as "90s", "10m" or "2h"')
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        raise ValueError("not an address or network, such as 203.0.113.7 or 203.0.113.0/24") from None


def _listed(value: object) -> object:
    """One is written without brackets."""
    return value if isinstance(value, list) else [value]


Name = Annotated[str, AfterValidator(_name)]
Budget = Literal["1/5s", "1/1s", "1/0.5s", "none"]
OnUnknown = Literal["verify", "drop", "manual"]
"""What a reaction wants when nobody knows whether its write took effect: read back, and send again if it is not there;
let it go; or read back, and leave the rest to a person."""
OfficeNames = Annotated[list[str], Field(min_length=1)]
"""Names of offices, or ``"*"`` for all. None at all is a mistake, not all."""
ChangeKind = Literal["created", "updated", "deleted", "first-seen", "selected"]


class Table(BaseModel):
    """A table of the file: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Secret(Table):
    """Where a secret is; the secret itself is never in the file."""

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_literal(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError('a secret is not written into the file: use { env = "NAME" } or { file = "/path" }')
        return value

    @model_validator(mode="after")
    def _one(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise ValueError('exactly one of { env = "NAME" } and { file = "/path" }')
        return self

    def file_in(self, environment: Mapping[str, str]) -> Path | None:
        """The file it is read from, ``None`` when it comes from a variable."""
        if self.env is None or environment.get(self.env):
            return self.file
        return secret_file(self.env, environment)

    def reveal(self, environment: Mapping[str, str]) -> SecretStr:
        """Read it.

        :raises ValueError: the variable or file is missing or empty, or the file cannot be read; the message names it.
        """
        if file := self.file_in(environment):
            text, where = _content(file), f"the file {file}"
        else:
            text, where = environment.get(self.env or "", "").strip(), f"the environment variable {self.env}"
        if not text:
            raise ValueError(f"{where} is missing or empty")
        return SecretStr(text)


def secret_file(variable: str, environment: Mapping[str, str]) -> Path | None:
    """The file that stands for a variable: named by it with ``_FILE``, or of its name in ``ODEVENTS_SECRETS``."""
    if named := environment.get(f"{variable}_FILE"):
        return Path(named)
    folder = environment.get("ODEVENTS_SECRETS")
    mounted = Path(folder, variable) if folder else None
    return mounted if mounted and mounted.is_file() else None


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file {file} cannot be read ({type(error).__name__})") from None


class OfficeTable(Table):
    """``[offices.<name>]``."""

    customer_key: Annotated[list[Secret], BeforeValidator(_listed), Field(min_length=1, max_length=2)]
    developer_key: Secret
    base_url: Annotated[list[str], BeforeValidator(_listed), Field(min_length=1)] = [HOSTED]
    budget: Budget = "1/1s"
    time_zone: Annotated[str, AfterValidator(_zone)]
    workstation: str = ""
    mode: Literal["dry-run", "live"] = "dry-run"
    hours: Annotated[dict[str, str | list[str]], AfterValidator(_hours)] = {}
    allow_from: Annotated[list[Annotated[str, AfterValidator(_network)]], BeforeValidator(_listed)] = []

    @property
    def customer_keys(self) -> list[Secret]:
        """The live keys; the first one is used for calls."""
        return self.customer_key

    @property
    def zone(self) -> ZoneInfo:
        """The office's zone; its rows carry local times without one."""
        return ZoneInfo(self.time_zone)

    @property
    def base_urls(self) -> list[str]:
        """Where the office's API is, in the order to try."""
        return self.base_url


class SubscriptionTable(Table):
    """``[[subscriptions]]``."""

    name: Name
    watch: str | None = None
    ui: Literal["PatientSelected"] | None = None
    offices: OfficeNames = ["*"]
    poll_seconds: Annotated[int, Field(ge=1)] = 5
    workstation: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    to: Literal["receiver", "listener"] | None = None

    @model_validator(mode="after")
    def _one(self) -> SubscriptionTable:
        if (self.watch is None) == (self.ui is None):
            raise ValueError("exactly one of watch and ui")
        if self.watch is not None and self.to == "listener":
            raise ValueError("a listener takes UI events only; watched tables go to the receiver")
        if self.name == "listener":
            raise ValueError('the name "listener" is that of what `odevents listen install` subscribes')
        return self

    @property
    def goes_to(self) -> Literal["receiver", "listener"]:
        """Who takes the events: the receiver, or the listener on the machine where a patient was selected."""
        return self.to or ("receiver" if self.ui is None else "listener")


class ConfirmTable(Table):
    """``confirm = { … }``: the status to set, and from which statuses it may be set."""

    value: Literal["None", "Sent", "Confirmed", "Not Accepted", "Failed"] | None = None
    definition: str | int | None = None
    allowed_from: Annotated[list[str | int], Field(alias="from")] = []

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return (
            {"value": value} if isinstance(value, str) else {"definition": value} if isinstance(value, int) else value
        )

    @model_validator(mode="after")
    def _one(self) -> ConfirmTable:
        if (self.value is None) == (self.definition is None):
            raise ValueError("exactly one of value and definition")
        return self


class CommlogTable(Table):
    """``commlog = { … }``: every field that Commlogs POST documents."""

    text: str
    type: str | int | None = None
    mode: Literal["None", "Email", "Mail", "Phone", "In Person", "Text", "Email and Text", "Phone and Text"] = "None"
    sent_or_received: Literal["Neither", "Sent", "Received"] = "Neither"

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value


class ReactionTable(Table):
    """``[[reactions]]``."""

    name: Name
    on: str
    offices: OfficeNames = ["*"]
    kinds: list[ChangeKind] = []
    changed: list[str] = []
    when: dict[str, str | int | float | bool | list[str | int | float]] = {}
    appointment: Literal["row", "next"] = "row"
    confirm: ConfirmTable | None = None
    note: str | None = None
    commlog: CommlogTable | None = None
    marker: Literal["end", "text"] = "end"
    still: bool = False
    on_unknown: OnUnknown = "verify"

    @model_validator(mode="after")
    def _does_something(self) -> ReactionTable:
        if self.confirm is None and self.note is None and self.commlog is None:
            raise ValueError("a reaction does something: at least one of confirm, note and commlog")
        return self


class FreshnessTable(Table):
    """``[freshness]``: how long a feed may be silent, in seconds of opening time."""

    warning: Annotated[int, BeforeValidator(_seconds)] = 600
    fresh: Annotated[int, BeforeValidator(_seconds)] = 900


class ConfigFile(Table):
    """The whole file."""

    public_url: Annotated[str, AfterValidator(checked_public_url)] | None = None
    offices: dict[Name, OfficeTable]
    subscriptions: list[SubscriptionTable] = []
    reactions: list[ReactionTable] = []
    handlers: list[str] = []
    freshness: FreshnessTable = FreshnessTable()
    listener: dict[str, Any] = {}  # read by odevents.listener.config, also from files that have nothing else

    @property
    def secret_variables(self) -> set[str]:
        """The variables of the environment that hold keys of offices."""
        secrets = [
            secret for office in self.offices.values() for secret in (*office.customer_keys, office.developer_key)
        ]
        return {secret.env for secret in secrets if secret.env}
