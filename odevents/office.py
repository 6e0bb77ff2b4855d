"""Offices: what is known of each, its secrets read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from odevents.config import ConfigFile, OfficeTable
from odevents.errors import ConfigError
from odevents.opening_hours import OpeningHours, Span, week_of

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental


@dataclass(frozen=True)
class OfficeAccess:
    """One office as configured, its secrets read.

    :ivar customer_keys: the live keys; calls are made with the first.
    :ivar week: its opening hours, see :class:`~odevents.opening_hours.OpeningHours`.
    :ivar allow_from: the networks its deliveries may come from; none for any.
    """

    name: str
    customer_keys: tuple[str, ...] = field(repr=False)
    developer_key: str = field(repr=False)
    base_urls: tuple[str, ...]
    budget: str
    zone: ZoneInfo
    workstation: str
    mode: Literal["dry-run", "live"]
    week: tuple[tuple[Span, ...], ...] = ()
    allow_from: tuple[str, ...] = ()

    @property
    def hours(self) -> OpeningHours:
        """When it is open; always, where it has not said."""
        return OpeningHours(self.zone, self.week)

    def local_time(self, epoch: float) -> datetime:
        """The office's wall clock at a moment, without zone, as its rows have it."""
        return datetime.fromtimestamp(epoch, self.zone).replace(tzinfo=None)

    def moment_of(self, stamp: str) -> float:
        """The moment, in seconds since the epoch, of a time on the office's wall clock; of two, the later one.

        :raises ValueError: it is no time.
        """
        return datetime.fromisoformat(stamp).replace(tzinfo=self.zone, fold=1).timestamp()

    def comes_twice(self, stamp: str) -> bool:
        """Whether the office's clocks show this time twice: once in summer time, and again an hour later."""
        if not stamp:
            return False
        first = datetime.fromisoformat(stamp).replace(tzinfo=self.zone, fold=0)
        return first.utcoffset() > first.replace(fold=1).utcoffset()  # type: ignore[operator]


@dataclass(frozen=True)
class Office:
    """What a handler is given besides the change.

    :ivar client: the office's REST API; its writes keep the promises of the ledger.
    :ivar now: the office's local time, without zone, when the handler was started.
    """

    name: str
    client: OpenDental
    now: datetime


class Offices(Mapping[str, OfficeAccess]):
    """All offices by name.

    :raises ConfigError: two offices share a key, or one names a key twice.
    """

    def __init__(self, offices: Mapping[str, OfficeAccess]) -> None:
        self._offices = dict(offices)
        self._refuse_shared()

    def __getitem__(self, name: str) -> OfficeAccess:
        return self._offices[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._offices)

    def __len__(self) -> int:
        return len(self._offices)

    def _refuse_shared(self) -> None:
        owners: dict[str, str] = {}
        for office in self._offices.values():
            for key in office.customer_keys:
                owner = owners.setdefault(key, office.name)
                if owner != office.name:
                    raise ConfigError(f"{owner} and {office.name} have the same customer key; each office has its own")
            if len(set(office.customer_keys)) < len(office.customer_keys):
                raise ConfigError(
                    f"{office.name} names the same customer key twice; two are for while one replaces the other"
                )


def offices_of(file: ConfigFile, environment: Mapping[str, str] = os.environ) -> Offices:
    """The offices of a configuration whose secrets have been checked to be there.

    :raises ConfigError: a secret is missing, or two offices share a key.
    """
    try:
        return Offices({name: _access(name, table, environment) for name, table in file.offices.items()})
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _access(name: str, table: OfficeTable, environment: Mapping[str, str]) -> OfficeAccess:
    return OfficeAccess(
        name=name,
        customer_keys=tuple(key.reveal(environment).get_secret_value() for key in table.customer_keys),
        developer_key=table.developer_key.reveal(environment).get_secret_value(),
        base_urls=tuple(table.base_urls),
        budget=table.budget,
        zone=table.zone,
        workstation=table.workstation,
        mode=table.mode,
        week=week_of(table.hours),
        allow_from=tuple(table.allow_from),
    )
