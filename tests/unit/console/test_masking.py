"""What is shown of values that nobody may see, and fixtures that hold nobody's data."""

from __future__ import annotations

import json

from odevents.console.masking import fixture, masked

ROW = {
    "AptNum": 4711,
    "PatNum": "90210",
    "NextAptNum": 4711,
    "AptStatus": "Broken",
    "Note": "prefers mornings",
    "HmPhone": "555-0142",
    "AptDateTime": "2026-03-04 14:30:00",
    "Birthdate": "1951-02-03",
    "DateTimeArrived": "0001-01-01 00:00:00",
    "IsNewPatient": "false",
    "Op": 0,
    "ClinicNum": None,
}


def test_a_masked_value_says_its_kind_and_never_its_length() -> None:
    assert masked("ab") == masked("a much longer text") == "text"
    assert masked("7") == masked(123456789) == "a number"
    assert masked("1951-02-03") == masked("2026-03-04 14:30:00") == "a date"
    assert masked("") == masked(None) == "empty"
    assert masked("fingerprint:abcdef") == "never stored"


def test_a_fixture_has_the_same_columns_and_nobodys_values() -> None:
    [made] = fixture([ROW], {})
    assert list(made) == list(ROW)
    told = json.dumps(made)
    for value in ("4711", "90210", "Broken", "mornings", "0142", "2026-03-04", "1951"):
        assert value not in told, value


def test_a_fixture_keeps_what_belongs_together_and_what_says_nothing() -> None:
    [made] = fixture([ROW], {})
    assert made["AptNum"] == made["NextAptNum"] != int(made["PatNum"])
    assert (made["DateTimeArrived"], made["IsNewPatient"], made["Op"], made["ClinicNum"]) == (
        ROW["DateTimeArrived"], "false", 0, None,
    )  # fmt: skip


def test_a_fixture_keeps_the_values_that_the_configuration_names() -> None:
    [made] = fixture([ROW], {"AptStatus": {"Broken"}})
    assert made["AptStatus"] == "Broken"


def test_a_fixture_of_what_is_no_row_is_empty() -> None:
    assert fixture([1, "text", None, [ROW]], {}) == []
