"""The appointment book: schedules, eight weeks behind and six ahead, with the procedures of each appointment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from odevents.simulator.clinic.setup import definition
from odevents.simulator.clock import wire
from odevents.simulator.store import Row, Store

OPENS, CLOSES = 8, 17
_WEEKS_BEHIND, _WEEKS_AHEAD = 8, 6
_VISITS = (("D0120", "D1110"), ("D0140", "D0220"), ("D2392",), ("D0150", "D0274"), ("D2740",), ("D0120", "D1120"))


def schedules(store: Store, providers: int) -> None:
    """When each provider works, in which room: every weekday of the weeks around today."""
    today = store.now().replace(hour=0, minute=0, second=0)
    number = 0
    rows: list[Row] = []
    rooms: list[Row] = []
    for day in range(-7 * _WEEKS_BEHIND, 7 * _WEEKS_AHEAD):
        date = today + timedelta(days=day)
        if date.weekday() >= 5:
            continue
        for provider in range(1, providers + 1):
            number += 1
            rows.append(
                {
                    "ScheduleNum": number, "SchedDate": wire(date)[:10], "StartTime": f"{OPENS:02d}:00:00",
                    "StopTime": f"{CLOSES:02d}:00:00", "SchedType": "Provider", "ProvNum": provider,
                }
            )  # fmt: skip
            rooms.append({"ScheduleNum": number, "OperatoryNum": provider})
    store.insert_many("schedule", rows)
    store.insert_many("scheduleop", rooms)


def appointments(store: Store, random: Random) -> None:
    """About two appointments per patient, past ones complete or broken, and recalls for who has none ahead."""
    codes = {row["ProcCode"]: row for row in store.rows("procedurecode")}
    fees = {row["CodeNum"]: row["Amount"] for row in store.rows("fee")}
    book = _Book(store, random)
    visits: list[Row] = []
    procedures: list[Row] = []
    for patient in store.query("SELECT PatNum, PriProv, ClinicNum, Birthdate FROM patient WHERE PatStatus = 'Patient'"):
        for _ in range(random.choice((1, 2, 2, 3))):
            visit = book.visit(patient)
            visit["AptNum"] = len(visits) + 1
            done = visit["AptStatus"] == "Complete"
            planned = random.choice(_VISITS)
            visit["ProcDescript"] = ", ".join(codes[code]["AbbrDesc"] for code in planned)
            visits.append(visit)
            procedures.extend(_procedure(visit, codes[code], fees, done) for code in planned)
    store.insert_many("appointment", visits)
    store.insert_many("procedurelog", procedures)
    store.insert_many("recall", _recalls(store, random))
    _histories(store, visits[:50])


class _Book:
    """Deals out times, states and confirmations."""

    def __init__(self, store: Store, random: Random) -> None:
        self.random = random
        self.now = store.now()
        self.rooms = store.rows("operatory")
        self.unconfirmed = definition(store, 2)
        self.confirmed = definition(store, 2, "Appointment Confirmed")
        self.asked = definition(store, 2, "Texted")

    def visit(self, patient: Row) -> Row:
        """One appointment of a patient."""
        random = self.random
        at = self._time()
        past = at < self.now
        status = random.choices(
            ("Complete", "Broken", "UnschedList") if past else ("Scheduled", "Planned"), (86, 9, 5) if past else (95, 5)
        )[0]
        room = random.choice(self.rooms)
        made = at - timedelta(days=random.randrange(2, 120))
        touched = min(self.now, at) - timedelta(minutes=random.randrange(90, 5000))
        return {
            "PatNum": patient["PatNum"], "AptStatus": status,
            "Pattern": random.choice(("/XX/", "//XXXX//", "/XXXXXX/")),
            "Confirmed": self.confirmed if past else random.choice((self.unconfirmed, self.unconfirmed, self.asked)),
            "Op": room["OperatoryNum"], "ProvNum": patient["PriProv"], "ProvHyg": room["ProvHygienist"],
            "AptDateTime": wire(at), "ClinicNum": patient["ClinicNum"], "IsHygiene": room["IsHygiene"],
            "Note": random.choice(("", "", "", "Prefers mornings", "Bring forms")),
            "DateTimeArrived": wire(at) if status == "Complete" else "0001-01-01 00:00:00",
            "SecDateTEntry": wire(min(made, self.now - timedelta(days=1))), "DateTStamp": wire(touched),
            "Priority": random.choices(("Normal", "ASAP"), (96, 4))[0],
        }  # fmt: skip

    def _time(self) -> datetime:
        while True:
            day = self.random.randrange(-7 * _WEEKS_BEHIND, 7 * _WEEKS_AHEAD)
            at = (self.now + timedelta(days=day)).replace(hour=0, minute=0, second=0)
            if at.weekday() < 5:
                step = self.random.randrange((CLOSES - OPENS) * 6)
                return at + timedelta(hours=OPENS, minutes=10 * step)


def _procedure(visit: Row, code: Row, fees: dict[int, float], done: bool) -> Row:
    tooth = "" if code["TreatArea"] in ("Mouth", "None") else str(1 + visit["AptNum"] % 32)
    return {
        "PatNum": visit["PatNum"], "AptNum": 0 if visit["AptStatus"] == "Planned" else visit["AptNum"],
        "PlannedAptNum": visit["AptNum"] if visit["AptStatus"] == "Planned" else 0,
        "ProcDate": visit["AptDateTime"][:10],
        "ProcFee": fees[code["CodeNum"]], "Surf": "MO" if code["TreatArea"] == "Surf" else "", "ToothNum": tooth,
        "ProcStatus": "C" if done else "TP", "ProvNum": visit["ProvNum"], "ClinicNum": visit["ClinicNum"],
        "CodeNum": code["CodeNum"], "DateTStamp": visit["DateTStamp"], "DateEntryC": visit["AptDateTime"][:10],
        "DateTP": visit["SecDateTEntry"][:10], "SecDateEntry": visit["SecDateTEntry"][:10],
    }  # fmt: skip


def _recalls(store: Store, random: Random) -> Iterator[Row]:
    today = store.now()
    for patient in store.query("SELECT PatNum, Position FROM patient"):
        previous = today - timedelta(days=random.randrange(400))
        yield {
            "PatNum": patient["PatNum"], "RecallTypeNum": 2 if patient["Position"] == "Child" else 1,
            "DateDue": wire(previous + timedelta(days=182))[:10], "DatePrevious": wire(previous)[:10],
            "RecallInterval": "6m1d",
        }  # fmt: skip


def _histories(store: Store, visits: list[Row]) -> None:
    columns = store.tables["histappointment"].columns
    store.insert_many(
        "histappointment",
        ({n: v for n, v in visit.items() if n in columns} | {"HistApptAction": "Created"} for visit in visits),
    )
    planned = [v for v in visits if v["AptStatus"] == "Planned"]
    store.insert_many("plannedappt", ({"PatNum": v["PatNum"], "AptNum": v["AptNum"]} for v in planned))
