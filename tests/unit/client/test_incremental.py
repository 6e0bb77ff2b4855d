"""What changed since the last time, without a gap."""

from __future__ import annotations

from datetime import datetime

import pytest

from odevents.client import resources
from odevents.client.incremental import change_filter, changed_since
from odevents.errors import CallInvalid
from tests.unit.client.scripted import scripted

NINE = "2026-03-02 09:00:00"


def test_the_lists_with_a_change_filter_are_the_documented_ones() -> None:
    found = {endpoint.name: name for endpoint in resources.endpoints() if (name := change_filter(endpoint))}

    assert found == {
        "appointments.find": "DateTStamp",
        "appointments.web_sched": "DateTStamp",
        "claimpayments.find": "SecDateTEdit",
        "claims.find": "SecDateTEdit",
        "commlogs.find": "DateTStamp",
        "inssubs.find": "SecDateTEdit",
        "insverifies.find": "SecDateTEdit",
        "patfields.find": "SecDateTEdit",
        "patients.find_simple": "DateTStamp",
        "payments.find": "DateEntry",
        "procedurecodes.find": "DateTStamp",
        "procedurelogs.find": "DateTStamp",
        "providers.find": "DateTStamp",
        "refattaches.find": "DateTStamp",
        "signalods.find": "SigDateTime",
        "tasks.find": "DateTimeOriginal",
        "treatplans.find": "SecDateTEdit",
    }


def test_the_next_cursor_is_the_servers_clock_on_the_first_page() -> None:
    first = [{"AptNum": n, "serverDateTime": NINE, "DateTStamp": "2026-03-02 08:59:59"} for n in range(100)]
    second = [{"AptNum": 100, "serverDateTime": "2026-03-02 09:00:07", "DateTStamp": "2026-03-02 09:00:05"}]
    client, _ = scripted({"GET appointments": first, "GET appointments?Offset=100": second})

    changes = changed_since(client.appointments.find, None)
    rows = list(changes)

    assert len(rows) == 101
    assert changes.cursor == datetime(2026, 3, 2, 9, 0, 0)


def test_the_filter_is_asked_for_a_little_earlier_than_the_cursor() -> None:
    client, office = scripted({"GET appointments": []})

    list(changed_since(client.appointments.find, datetime(2026, 3, 2, 9, 0, 0), ClinicNum=3))

    assert office.asked == ["GET appointments?ClinicNum=3&DateTStamp=2026-03-02%2008%3A59%3A00"]


def test_nothing_changed_leaves_the_cursor_where_it_was() -> None:
    client, _ = scripted({"GET appointments": []})
    cursor = datetime(2026, 3, 2, 9, 0, 0)

    changes = changed_since(client.appointments.find, cursor)
    list(changes)

    assert changes.cursor == cursor


def test_a_list_that_does_not_show_the_clock_is_followed_by_its_latest_stamp() -> None:
    stamps = ["2026-03-02 08:00:00", NINE, "0001-01-01 00:00:00"]
    rows = [{"CommlogNum": n, "DateTStamp": stamp} for n, stamp in enumerate(stamps)]
    client, _ = scripted({"GET commlogs": rows})

    changes = changed_since(client.commlogs.find, None)
    list(changes)

    assert changes.cursor == datetime(2026, 3, 2, 9, 0, 0)


def test_a_filter_by_day_is_asked_by_day() -> None:
    client, office = scripted({"GET payments": []})

    list(changed_since(client.payments.find, datetime(2026, 3, 2, 0, 0, 30)))

    assert office.asked == ["GET payments?DateEntry=2026-03-01"]


def test_a_cursor_before_the_last_row_was_read_is_refused() -> None:
    client, _ = scripted({"GET appointments": [{"AptNum": 1}, {"AptNum": 2}]})
    changes = changed_since(client.appointments.find, None)
    next(iter(changes))

    with pytest.raises(RuntimeError, match="read all rows"):
        _ = changes.cursor


def test_a_list_without_a_change_filter_says_so_and_a_limit_is_refused() -> None:
    client, _ = scripted({})

    with pytest.raises(CallInvalid, match="no change filter"):
        changed_since(client.operatories.find, None)
    with pytest.raises(CallInvalid, match="Limit"):
        changed_since(client.appointments.find, None, Limit=5)
