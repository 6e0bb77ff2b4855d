"""Texts for the chart."""

from __future__ import annotations

from datetime import datetime

import pytest

from odevents.events.change import Change, Kind
from odevents.reactions.text import MOST_CHARACTERS, TextInvalid, check_text, render_for

COLUMNS = ["AptStatus", "AptDateTime", "Note"]
CHANGE = Change[dict[str, object]](
    Kind.UPDATED,
    "southside",
    "Appointment",
    "18",
    "",
    {"AptStatus": "Broken", "AptDateTime": "2026-01-05 08:00:00", "Note": "<b>&amp;</b>"},
    {"AptStatus": "Scheduled"},
    frozenset({"AptStatus"}),
)
NOON = datetime(2026, 1, 5, 12, 0)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain", "plain"),
        ("{{ AptStatus }} {{ today }} {{ now }} {{ office }}", "Broken 2026-01-05 2026-01-05 12:00 southside"),
        ("was {{ old.AptStatus }}", "was Scheduled"),
        ("was {{ old['AptStatus'] }}", "was Scheduled"),
        ("{{ AptDateTime | truncate(10) }}", "2026-01..."),
        ("{{ AptStatus | default('none', true) }}", "Broken"),
        ("{% if Note is defined and AptStatus is eq 'Broken' %}yes{% endif %}", "yes"),
        ("{{ AptStatus | upper }}", "BROKEN"),
        ("{{ 'yes' if AptStatus == 'Broken' else 'no' }}", "yes"),
        ("{% if AptStatus != 'Broken' %}no{% else %}yes{% endif %}", "yes"),
        ("{{ Note }}", "<b>&amp;</b>"),
        ("  {{ AptStatus }}\n", "Broken"),
    ],
)
def test_a_text_is_made_of_columns_and_a_few_words_of_ours(source: str, text: str) -> None:
    """Nothing is escaped: a chart is not a web page."""
    check_text(source, COLUMNS)

    assert render_for(source, CHANGE, NOON) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ AptStatus.__class__.__mro__ }}",
        "{{ AptStatus['x'] }}",
        "{{ range(10) }}",
        "{{ AptStatus * 1000000 }}",
        "{{ 10 ** 10 }}",
        "{% for a in b %}{% endfor %}",
        "{% set a = 1 %}",
        "{% macro a() %}{% endmacro %}",
        "{% include 'a' %}",
        "{{ AptStatus() }}",
        "{{ AptStatus | replace('a', 'b') }}",
        "{{ AptStatus | map('upper') }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ NoSuchColumn }}",
        "{{ old.NoSuchColumn }}",
        "{{ old['NoSuchColumn'] }}",
        "{{ old[AptStatus] }}",
        "{% if Note is nosuch %}a{% endif %}",
        "{% if Note is divisibleby 0 %}a{% endif %}",
        "{{ Note | truncate(2) }}",
        "{{ Note | truncate('x') }}",
        "{{ Note | truncate(20, leeway=-1) }}",
        "{{ Note | truncate(AptStatus) }}",
        "{{ 1 | round(1, 'sideways') }}",
        "{{ Note | upper(1) }}",
        "{{ self }}",
        "{{",
        "x" * 4001,
    ],
)
def test_everything_else_is_refused_when_the_file_is_read(source: str) -> None:
    """A text can neither run code nor grow without bound nor fail at three in the morning."""
    with pytest.raises(TextInvalid):
        check_text(source, COLUMNS)


def test_a_long_text_is_cut() -> None:
    """A row may hold anything; the chart gets no more than the cap."""
    long = Change[dict[str, object]](Kind.UPDATED, "southside", "Appointment", "18", "", {"Note": "x" * 10_000})

    assert len(render_for("{{ Note }}", long, NOON)) == MOST_CHARACTERS


def test_a_column_that_this_row_lacks_is_told_without_a_value() -> None:
    """An older Open Dental may not send it."""
    with pytest.raises(TextInvalid) as failed:
        render_for("{{ Missing }} {{ AptStatus }}", CHANGE, NOON)

    assert "Broken" not in str(failed.value)
