"""One simulated office: its database, its machines, its key, and what a person there can do."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

from odevents.simulator.clock import Clock, wire
from odevents.simulator.faults import Faults
from odevents.simulator.store import Row, Store

DEVELOPER_KEY = "developer-key-of-the-simulator"

ALL_PERMISSIONS = frozenset(
    {
        "ReadAll", "AllOthers", "Comm", "Documents", "InsuranceSimple", "Setup", "Queries", "Appointments", "Insurance",
        "Patients", "ProcedureLogs", "Payments", "PayPlans", "TextingASAP",
    }
)  # fmt: skip

REMEMBERED = 50_000
"""How many calls and deliveries an office remembers."""

Mode = Literal["remote", "service", "local"]


@dataclass(frozen=True)
class Called:
    """One REST request that an office received.

    :ivar at: the office's wall clock, ``yyyy-MM-dd HH:mm:ss``.
    :ivar status: the status sent, or that would have been sent had the connection held.
    """

    verb: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    at: str


@dataclass(frozen=True)
class Delivered:
    """One event that an office sent.

    :ivar status: the status it was answered with, ``None`` where no answer came.
    """

    url: str
    headers: dict[str, str]
    body: bytes
    status: int | None
    at: str


@dataclass
class Office:
    """What an office is before it opens; :class:`~odevents.simulator.Simulator` opens it.

    :ivar name: also the title of the invented practice.
    :ivar zone: IANA time zone of its wall clock, which every time in its database follows.
    :ivar patients: how many people the invented clinic has; 0 leaves only the lists an office sets up.
    :ivar workstations: the machines on which Open Dental or the API Service runs and fires events.
    :ivar customer_key: its half of the ``Authorization`` header; ``customer-key-of-NAME`` if left out.
    :ivar more_keys: further keys that are good at the moment: two overlap while one replaces the other.
    :ivar permissions: what the keys may do, by the names of the permissions page; add ``Enterprise`` for its pages.
    :ivar version: of Open Dental; older ones lack methods, headers and watch tables.
    :ivar mode: decides the page size (100 hosted, 1000 in the office's own network).
    :ivar reported_2026: whether it has what integrators report of 2026 versions and no page we read confirms: failure
        fields on subscriptions, and the watch tables ``MedicationPat``, ``LabCase`` and ``…Deleted``.
    """

    name: str
    zone: str = "America/Los_Angeles"
    patients: int = 0
    providers: int = 3
    workstations: tuple[str, ...] = ("SRV01",)
    customer_key: str = ""
    more_keys: list[str] = field(default_factory=list)
    permissions: frozenset[str] = ALL_PERMISSIONS
    version: str = "25.3.36"
    mode: Mode = "remote"
    reported_2026: bool = False
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.customer_key = self.customer_key or f"customer-key-of-{self.name}"
        self.base_url = ""
        self.calls: list[Called] = []
        self.selected: dict[str, int] = {}
        self._selections: list[tuple[str, int]] = []
        self.deliveries: list[Delivered] = []
        self.wake = threading.Event()
        self.lock = threading.RLock()
        self.time_zone = ZoneInfo(self.zone)

    def open(self, clock: Clock, seed: int) -> None:
        """Give it a clock and an empty database; the clinic's generator fills it."""
        self.clock = clock
        self.seed = seed
        self.faults.random = Random(f"{seed}:{self.name}:faults")  # noqa: S311
        self.store = Store(self.now)

    def now(self) -> datetime:
        """The database server's wall clock, skew included."""
        return self.clock.local(self.time_zone) + timedelta(seconds=int(self.faults.clock_skew))

    def has_key(self, key: str) -> bool:
        """Whether a customer key is one of its own, and not disabled."""
        return key in (self.customer_key, *self.more_keys)

    @property
    def authorization(self) -> str:
        """The value of the ``Authorization`` header that its API accepts."""
        return f"ODFHIR {DEVELOPER_KEY}/{self.customer_key}"

    @property
    def page_size(self) -> int:
        """The most rows a list returns (apilocal and apipermissions pages)."""
        enterprise = "Enterprise" in self.permissions
        return {"remote": 100, "service": 1000, "local": 1000}[self.mode] * (10 if enterprise else 1)

    @property
    def seconds_between_calls(self) -> float:
        """The pace that the key's permissions allow in remote mode."""
        if self.mode != "remote":
            return 0.0
        if "Enterprise" in self.permissions:
            return 0.5
        return 1.0 if self.permissions - {"ReadAll"} else 5.0

    def has_version(self, version: str) -> bool:
        """Whether its Open Dental is at least this one."""
        return _version(self.version) >= _version(version)

    # What a person at the office does.

    def rows(self, table: str, /, **equal: Any) -> list[Row]:
        """Stored rows with these values."""
        return self.store.rows(table, **equal)

    def row(self, table: str, key: int) -> Row:
        """One stored row. :raises KeyError: there is none."""
        found = self.store.row(table, key)
        if found is None:
            raise KeyError(f"{self.name} has no {table} {key}")
        return found

    def insert(self, table: str, /, **values: Any) -> int:
        """Add a row and return its key."""
        with self.store.lock:
            key = self.store.insert(table, **values)
            if table == "appointment":
                self._keep_history(key, "Created")
            return key

    def change(self, table: str, key: int, /, **values: Any) -> bool:
        """Change a row as a person in Open Dental would; whether anything really changed."""
        with self.store.lock:
            changed = self.store.change(table, key, **values)
            if changed and table == "appointment":
                self._keep_history(key, "Changed")
            return changed

    def delete(self, table: str, key: int) -> bool:
        """Delete a row; a deleted appointment leaves a row in ``histappointment``."""
        with self.store.lock:
            row = self.store.row(table, key)
            if row and table == "appointment":
                self._keep_history(key, "Deleted")
            elif row:
                self.store.insert("deletedrow", TableName=table, KeyNum=key, PatNum=row.get("PatNum", 0))
            return self.store.delete(table, key)

    def _keep_history(self, appointment: int, action: str) -> None:
        columns = self.store.tables["histappointment"].columns
        row = self.row("appointment", appointment)
        kept = {name: value for name, value in row.items() if name in columns and name != "DateTStamp"}
        self.store.insert("histappointment", **kept, HistApptAction=action)

    def select_patient(self, pat_num: int, workstation: str = "") -> bool:
        """Select a patient at a machine; whether that fires, which it does only when the patient changes."""
        workstation = workstation or self.workstations[0]
        self.row("patient", pat_num)
        with self.lock:
            if self.selected.get(workstation) == pat_num:
                return False
            self.selected[workstation] = pat_num
            self._selections.append((workstation, pat_num))
        self.wake.set()
        return True

    def take_selections(self) -> Sequence[tuple[str, int]]:
        """The selections since the last time this was asked, oldest first."""
        with self.lock:
            taken, self._selections = self._selections, []
            return taken

    def note_call(self, verb: str, path: str, query: dict[str, str], body: Any, status: int) -> None:
        """Remember a request for :attr:`calls`."""
        with self.lock:
            self.calls.append(Called(verb, path, query, body, status, wire(self.now())))
            del self.calls[:-REMEMBERED]

    def note_delivery(self, delivered: Delivered) -> None:
        """Remember an event for :attr:`deliveries`."""
        with self.lock:
            self.deliveries.append(delivered)
            del self.deliveries[:-REMEMBERED]


@cache
def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
