"""Open times, and the appointments that patients book into them themselves. Source: Appointments page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from odevents.simulator.clock import moment, wire
from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, Refused, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import appointments, charting
from odevents.simulator.store import Row

Span = tuple[datetime, datetime]

_STEP = timedelta(minutes=5)
_WEBSCHED_LENGTH = timedelta(minutes=30)


@serves("GET", "appointments/Slots")
def slots(asked: Asked) -> Answer:
    """GET Slots: whole open spans of each provider and room."""
    shortest = timedelta(minutes=asked.asked_number("lengthMinutes", 0))
    found = [slot for slot in _open(asked, asked.query) if slot[1][1] - slot[1][0] >= shortest]
    return read.paged(asked, [_object(room, span) for room, span in found])


@serves("GET", "appointments/SlotsWebSched")
def web_sched(asked: Asked) -> Answer:
    """GET SlotsWebSched: half-hours in the rooms that are open to Web Sched."""
    asked.asked_number("defNumApptType", 0)
    return read.paged(asked, [_object(room, span) for room, span in _half_hours(asked)])


@serves("POST", "appointments/WebSched")
def book(asked: Asked) -> Answer:
    """POST WebSched: books a slot that SlotsWebSched has shown and that is still free."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    provider, room = asked.number("ProvNum"), asked.number("OpNum")
    start, end = (_time(asked, name) for name in ("DateTimeStart", "DateTimeEnd"))
    kind = asked.store.row("definition", asked.number("defNumApptType"))
    if kind is None or kind["Category"] not in (42, 51):
        raise not_found("defNumApptType")
    free = any(
        slot["ProvNum"] == provider and slot["OperatoryNum"] == room and span[0] <= start and end <= span[1]
        for slot, span in _open(asked, {"date": wire(start)[:10]})
    )
    if not free:
        raise Refused(404, "Timeslot is no longer available")
    key = appointments.insert(
        asked.office,
        patient,
        {
            "Op": room, "ProvNum": provider, "AptDateTime": wire(start), "Pattern": "X" * ((end - start) // _STEP),
            "Confirmed": charting.definition(asked.office, 2, "Created from Web Sched"), "ClinicNum": 1,
            "Note": f"Appointment Reason: {kind['ItemName']}",
            "eServiceLogType": "NewPat" if kind["Category"] == 42 else "ExistingPat",
        },
    )  # fmt: skip
    return write.created(asked, key)


def _time(asked: Asked, name: str) -> datetime:
    try:
        return moment(str(asked.body[name]))
    except ValueError:
        raise bad_request(f"{name} format must be yyyy-MM-dd HH:mm:ss") from None


def _half_hours(asked: Asked) -> Iterator[tuple[Row, Span]]:
    for room, (start, end) in _open(asked, asked.query):
        if room["IsWebSched"] != "true":
            continue
        while start + _WEBSCHED_LENGTH <= end:
            yield room, (start, start + _WEBSCHED_LENGTH)
            start += _WEBSCHED_LENGTH


def _open(asked: Asked, wanted: Mapping[str, str]) -> Iterator[tuple[Row, Span]]:
    """Each scheduled provider in each room, with a span nobody has an appointment in."""
    first, last = _days(asked, wanted)
    sql = (
        "SELECT s.SchedDate, s.StartTime, s.StopTime, s.ProvNum, o.OperatoryNum, o.IsWebSched FROM schedule s "
        "JOIN scheduleop so ON so.ScheduleNum = s.ScheduleNum JOIN operatory o ON o.OperatoryNum = so.OperatoryNum "
        "WHERE s.SchedType = 'Provider' AND s.SchedDate BETWEEN ? AND ? ORDER BY s.SchedDate, s.ProvNum"
    )
    for row in asked.store.query(sql, [first, last]):
        if wanted.get("ProvNum", str(row["ProvNum"])) != str(row["ProvNum"]):
            continue
        if wanted.get("OpNum", str(row["OperatoryNum"])) != str(row["OperatoryNum"]):
            continue
        opening = moment(f"{row['SchedDate']} {row['StartTime']}")
        closing = moment(f"{row['SchedDate']} {row['StopTime']}")
        for span in _without(opening, closing, _taken(asked, row)):
            yield row, span


def _days(asked: Asked, query: Mapping[str, str]) -> tuple[str, str]:
    if query.get("date"):
        one = read.day("date", query["date"])
        return one, one
    today = asked.store.now()
    first = read.day("dateStart", query.get("dateStart") or wire(today))
    last = read.day("dateEnd", query.get("dateEnd") or wire(today + timedelta(days=14)))
    return first, last


def _taken(asked: Asked, slot: Row) -> list[Span]:
    rows = asked.store.query(
        "SELECT AptDateTime, Pattern FROM appointment WHERE AptStatus IN ('Scheduled', 'Complete', 'ASAP') "
        "AND (ProvNum = ? OR Op = ?) AND substr(AptDateTime, 1, 10) = ? ORDER BY AptDateTime",
        [slot["ProvNum"], slot["OperatoryNum"], slot["SchedDate"]],
    )
    starts = [(moment(row["AptDateTime"]), len(row["Pattern"])) for row in rows]
    return [(start, start + length * _STEP) for start, length in starts]


def _without(start: datetime, end: datetime, taken: list[Span]) -> Iterator[Span]:
    for begins, ends in taken:
        if begins > start:
            yield start, min(begins, end)
        start = max(start, ends)
    if start < end:
        yield start, end


def _object(room: Row, span: Span) -> Row:
    return {
        "DateTimeStart": wire(span[0]), "DateTimeEnd": wire(span[1]), "ProvNum": room["ProvNum"],
        "OpNum": room["OperatoryNum"],
    }  # fmt: skip
