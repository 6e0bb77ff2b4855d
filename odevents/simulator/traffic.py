"""A day in the clinic: what people at an office do, at a pace, the same for the same seed.

Nothing here goes through the API: staff and patients change the database, and the event thread finds out. Between two
changes lies a random time around the pace; by the clinic's hours the pace rises in the morning and rests at night.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from odevents.simulator.clinic import names
from odevents.simulator.clinic.book import CLOSES, OPENS
from odevents.simulator.clinic.setup import definition
from odevents.simulator.clock import moment, wire
from odevents.simulator.office import Office
from odevents.simulator.store import Row

Hours = Literal["always", "clinic"]

_PACE_BY_HOUR = {7: 0.4, 8: 2.2, 9: 1.8, 10: 1.3, 11: 1.0, 12: 0.5, 13: 1.1, 14: 1.0, 15: 0.9, 16: 0.8, 17: 0.4}
"""How much busier than its average a clinic is at each hour of a weekday; at other hours hardly anything happens."""

_IDLE = 0.02
_AHEAD = "+AptStatus = 'Scheduled' AND AptDateTime > ?"
"""Appointments to come. The plus keeps SQLite from gathering all of them where the next one by key will do."""
_PROGRESS = ("Arrived", "In Treatment Room")


class Traffic:
    """What happens at one office."""

    def __init__(self, office: Office, per_minute: float, *, hours: Hours = "always") -> None:
        """:param per_minute: changes a minute, on average over the hours.
        :param hours: ``clinic`` follows the weekday, ``always`` keeps the pace day and night.
        """
        self.office = office
        self.per_minute = per_minute
        self.hours = hours
        self.random = Random(f"{office.seed}:{office.name}:traffic")  # noqa: S311
        self.done = 0
        self._next = self._after(office.clock.now())
        self.unconfirmed = definition(office.store, 2)
        self.confirmed = definition(office.store, 2, "Appointment Confirmed")

    @property
    def due(self) -> datetime:
        """When the next change happens, in UTC."""
        return self._next

    def catch_up(self) -> int:
        """Make every change that is due by now; how many."""
        before = self.done
        while self._next <= self.office.clock.now():
            self.next()
        return self.done - before

    def next(self) -> None:
        """Make the change that is due next, now."""
        self.one()
        self._next = self._after(self._next)

    def one(self, kind: str = "") -> str:
        """Make one change, of a kind or of any, and say which; ``""`` if nothing at the office allowed it."""
        kinds = [kind] if kind else self.random.choices(list(_KINDS), [weight for weight, _ in _KINDS.values()], k=4)
        for name in kinds:
            if _KINDS[name][1](self):
                self.done += 1
                return name
        return ""

    def _after(self, then: datetime) -> datetime:
        pace = self.per_minute / 60 * self._busy(then)
        return then + timedelta(seconds=min(self.random.expovariate(pace), 1800.0))

    def _busy(self, then: datetime) -> float:
        if self.hours == "always":
            return 1.0
        local = then.astimezone(self.office.time_zone)
        return _IDLE if local.weekday() >= 5 else _PACE_BY_HOUR.get(local.hour, _IDLE)

    def pick(self, table: str, where: str, values: Sequence[Any] = ()) -> Row | None:
        """Some row that satisfies ``where``: the next one from a random key on, round the end if need be."""
        store, key = self.office.store, self.office.store.tables[table].key
        last = store.query(f"SELECT MAX({key}) AS n FROM {table}")[0]["n"] or 0  # noqa: S608
        start = self.random.randint(1, max(1, last))
        for side in (">=", "<"):
            sql = f"SELECT * FROM {table} WHERE {key} {side} ? AND {where} ORDER BY {key} LIMIT 1"  # noqa: S608
            if found := store.query(sql, [start, *values]):
                return found[0]
        return None

    def now(self) -> str:
        """The office's time."""
        return wire(self.office.now())

    def ahead(self, where: str = "1") -> Row | None:
        """Some appointment that is still to come."""
        return self.pick("appointment", f"{_AHEAD} AND {where}", [self.now()])

    def free_time(self, days: int) -> str:
        """A time at which the clinic is open, that many days from now."""
        day = self.office.now() + timedelta(days=days)
        if day.weekday() >= 5:
            day += timedelta(days=7 - day.weekday())
        opening = day.replace(hour=OPENS, minute=0, second=0)
        return wire(opening + timedelta(minutes=10 * self.random.randrange((CLOSES - OPENS) * 6)))


def _text_confirm(t: Traffic) -> bool:
    """A patient answers the text message: the PatField "Text Confirm" becomes "Yes"."""
    appointment = t.ahead(f"Confirmed <> {t.confirmed}")
    if appointment is None:
        return False
    patient = appointment["PatNum"]
    answer = t.random.choices(("Yes", "No", "Call me"), (88, 6, 6))[0]
    field = t.office.store.first("patfield", PatNum=patient, FieldName="Text Confirm")
    if field is None:
        t.office.insert("patfield", PatNum=patient, FieldName="Text Confirm", FieldValue=answer)
        return True
    if field["FieldValue"] == answer:
        return False
    return t.office.change("patfield", field["PatFieldNum"], FieldValue=answer)


def _confirm(t: Traffic) -> bool:
    """Somebody calls, and the front desk confirms."""
    appointment = t.ahead(f"Confirmed = {t.unconfirmed}")
    return appointment is not None and t.office.change("appointment", appointment["AptNum"], Confirmed=t.confirmed)


def _break(t: Traffic) -> bool:
    """A patient does not come or calls it off."""
    appointment = t.ahead()
    return appointment is not None and t.office.change("appointment", appointment["AptNum"], AptStatus="Broken")


def _book(t: Traffic) -> bool:
    """A new appointment for somebody known."""
    patient = t.pick("patient", "PatStatus = 'Patient'")
    return patient is not None and bool(_appointment(t, patient, t.free_time(t.random.randrange(1, 20)), "Scheduled"))


def _walk_in(t: Traffic) -> bool:
    """Somebody new walks in and is seen today."""
    first, last = names.first_name(t.random), names.last_name(t.random)
    number = t.office.insert(
        "patient", FName=first, LName=last, WirelessPhone=names.phone(t.random), City="Exampleville", State="OR",
        Zip="00001", PriProv=1, ClinicNum=1, BillingType="Standard Account", Address=names.street(t.random),
        DateFirstVisit=t.now()[:10],
    )  # fmt: skip
    t.office.change("patient", number, Guarantor=number, ImageFolder=f"{last}{first}{number}")
    patient = t.office.row("patient", number)
    at = moment(t.now()).replace(second=0) + timedelta(minutes=10)
    return bool(_appointment(t, patient, wire(at), "Scheduled", note="Walk-in", new=True))


def _appointment(t: Traffic, patient: Row, at: str, status: str, *, note: str = "", new: bool = False) -> int:
    room = t.pick("operatory", "IsHidden = 'false'")
    return t.office.insert(
        "appointment", PatNum=patient["PatNum"], AptDateTime=at, AptStatus=status, Note=note, Pattern="//XXXX//",
        Op=room["OperatoryNum"] if room else 0, ProvNum=patient["PriProv"], ClinicNum=patient["ClinicNum"],
        Confirmed=t.unconfirmed, IsNewPatient="true" if new else "false",
    )  # fmt: skip


def _progress(t: Traffic) -> bool:
    """Today's patients arrive, are seated, and leave."""
    today, now = t.now()[:10], t.now()
    row = t.pick("appointment", "AptStatus = 'Scheduled' AND AptDateTime BETWEEN ? AND ?", [today, now])
    if row is None:
        return False
    key = row["AptNum"]
    if row["DateTimeArrived"].startswith("0001"):
        status = definition(t.office.store, 2, _PROGRESS[0])
        return t.office.change("appointment", key, DateTimeArrived=now, Confirmed=status)
    if row["DateTimeSeated"].startswith("0001"):
        status = definition(t.office.store, 2, _PROGRESS[1])
        return t.office.change("appointment", key, DateTimeSeated=now, Confirmed=status)
    return t.office.change("appointment", key, DateTimeDismissed=now, AptStatus="Complete")


def _move(t: Traffic) -> bool:
    """An appointment is moved to another day."""
    row = t.ahead()
    at = t.free_time(t.random.randrange(1, 30))
    return row is not None and t.office.change("appointment", row["AptNum"], AptDateTime=at)


def _write_note(t: Traffic) -> bool:
    """Somebody at the desk writes into an appointment."""
    row = t.ahead()
    text = t.random.choice(("Prefers mornings", "Running late", "Bring forms", "Needs premedication"))
    return row is not None and t.office.change("appointment", row["AptNum"], Note=text)


def _edit_patient(t: Traffic) -> bool:
    """A patient has a new telephone number."""
    row = t.pick("patient", "PatStatus = 'Patient'")
    return row is not None and t.office.change("patient", row["PatNum"], WirelessPhone=names.phone(t.random))


def _delete(t: Traffic) -> bool:
    """An appointment made by mistake is deleted."""
    row = t.ahead()
    return row is not None and t.office.delete("appointment", row["AptNum"])


def _select(t: Traffic) -> bool:
    """Somebody opens a patient."""
    row = t.pick("patient", "PatStatus = 'Patient'")
    machine = t.random.choice(t.office.workstations)
    return row is not None and t.office.select_patient(row["PatNum"], machine)


_KINDS: dict[str, tuple[int, Callable[[Traffic], bool]]] = {
    "text-confirm": (22, _text_confirm),
    "confirm": (14, _confirm),
    "break": (7, _break),
    "book": (13, _book),
    "walk-in": (4, _walk_in),
    "progress": (12, _progress),
    "move": (6, _move),
    "note": (7, _write_note),
    "patient": (5, _edit_patient),
    "delete": (2, _delete),
    "select": (8, _select),
}

KINDS = tuple(_KINDS)
"""What can happen, by the name :meth:`Traffic.one` takes."""
