"""What ``odevents.toml`` declares for one office, as Open Dental would have to have it."""

from __future__ import annotations

from dataclasses import dataclass

from odevents.config import ConfigFile, SubscriptionTable
from odevents.errors import ConfigError
from odevents.subscriptions.marks import LISTENER_PORT, listener_endpoint, receiver_endpoint

ALL_WORKSTATIONS = "All Workstations"
"""Every machine fires. Open Dental took a blank ``Workstation`` for that; since 26.2.1 it wants these words."""

WORKSTATION_REQUIRED_SINCE = (26, 2, 1)


@dataclass(frozen=True, slots=True)
class Declared:
    """One subscription that an office should have.

    :ivar watch: its ``WatchTable``, ``""`` for a UI event.
    :ivar ui: its ``UiEventType``, ``""`` for a watched table.
    :ivar poll_seconds: 0 for a UI event.
    :ivar workstation: the machine that fires, or :data:`ALL_WORKSTATIONS`.
    """

    name: str
    watch: str
    ui: str
    workstation: str
    poll_seconds: int
    endpoint: str

    @property
    def source(self) -> str:
        """What it is about: the watch table or the UI event; no such two have the same name."""
        return self.watch or self.ui

    def __str__(self) -> str:
        machine = self.workstation if self.workstation != ALL_WORKSTATIONS else "every workstation"
        often = f" every {self.poll_seconds} s" if self.watch else ""
        return f"{self.source}{often} on {machine}"


def declared_for(file: ConfigFile, office: str) -> list[Declared]:
    """The subscriptions that the file declares for an office, in its order.

    :raises ConfigError: one of them goes to the receiver, and the file does not say where that is.
    """
    tables = [table for table in file.subscriptions if "*" in table.offices or office in table.offices]
    return [_declared(file, office, table) for table in tables]


def _declared(file: ConfigFile, office: str, table: SubscriptionTable) -> Declared:
    to_listener = table.goes_to == "listener"
    usual = "" if to_listener else file.offices[office].workstation
    return Declared(
        name=table.name,
        watch=table.watch or "",
        ui=table.ui or "",
        workstation=table.workstation or usual or ALL_WORKSTATIONS,
        poll_seconds=table.poll_seconds if table.watch else 0,
        endpoint=(
            listener_endpoint(file.listener.get("port", LISTENER_PORT))
            if to_listener
            else receiver_endpoint(_public_url(file), office, table.name)
        ),
    )


def _public_url(file: ConfigFile) -> str:
    if file.public_url is None:
        raise ConfigError(
            "public_url is missing in odevents.toml: the address under which the offices reach the receiver, "
            'such as public_url = "https://hooks.example.org", above the first table'
        )
    return file.public_url


def version_of(text: str) -> tuple[int, ...]:
    """``25.3.36.0`` as numbers that compare; nothing for what is no version.

    >>> version_of("25.3.36.0") >= (22, 4, 35)
    True
    """
    parts = text.split(".")
    return tuple(map(int, parts)) if text and all(part.isdecimal() for part in parts) else ()


def workstation_spelt(workstation: str, version: tuple[int, ...]) -> str:
    """A workstation as an office of this version wants it."""
    if workstation == ALL_WORKSTATIONS and version < WORKSTATION_REQUIRED_SINCE:
        return ""
    return workstation


def same_workstation(actual: str, declared: str) -> bool:
    """Whether both name the same machine, or both every machine. Windows does not mind capitals in names."""
    return (actual or ALL_WORKSTATIONS).casefold() == declared.casefold()
