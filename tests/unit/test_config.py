"""``odevents.toml``: every mistake is reported with file, line, what is wrong and what is allowed."""

# ruff: noqa: E501  a mistake a line

from __future__ import annotations

from pathlib import Path

import pytest

from odevents.errors import ConfigError
from odevents.runtime import checked_config

RIGHT = """\
[offices.southside]
customer_key  = { env = "OD_KEY_SOUTHSIDE" }
developer_key = { env = "OD_DEVELOPER_KEY" }
time_zone     = "America/Los_Angeles"

[[subscriptions]]
name = "appointments"
watch = "Appointment"

[[reactions]]
name = "broken"
on = "Appointment"
changed = ["AptStatus"]
when = { AptStatus = "Broken" }
note = "Broken {{ today }}"
"""
ENVIRONMENT = {"OD_KEY_SOUTHSIDE": "customer-key-of-southside", "OD_DEVELOPER_KEY": "developer-key"}


def report(tmp_path: Path, text: str) -> list[str]:
    """The lines reported for a file, without its folder; empty when it is right."""
    file = tmp_path / "odevents.toml"
    file.write_text(text, encoding="utf-8")
    try:
        checked_config(file, ENVIRONMENT)
    except ConfigError as error:
        return [line.removeprefix(f"{tmp_path}/") for line in str(error).splitlines()]
    return []


def test_a_right_file_is_right(tmp_path: Path) -> None:
    """The control for all that follows. A new office is in dry-run mode."""
    assert report(tmp_path, RIGHT) == []
    assert checked_config(tmp_path / "odevents.toml", ENVIRONMENT).file.offices["southside"].mode == "dry-run"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("time_zone ", "timezone ", "odevents.toml:4: offices.southside.timezone: no such key; allowed here: allow_from, base_url"),
        ("Los_Angeles", "Los_Angels", "odevents.toml:4: offices.southside.time_zone: not a time zone"),
        ('{ env = "OD_DEVELOPER_KEY" }', '"literal"', "odevents.toml:3: offices.southside.developer_key: a secret is not"),
        ("OD_DEVELOPER_KEY", "OD_OTHER", "odevents.toml:3: offices.southside.developer_key: the environment variable OD_OTHER"),
        ('env = "OD_DEVELOPER_KEY"', 'file = "/no/such"', "odevents.toml:3: offices.southside.developer_key: the file /no/such"),
        ("[offices.southside]", "[offices.South_Side]", "odevents.toml:1: offices.South_Side: a name is up to 40 small letters"),
        ("{ AptStatus", "{ AptState", 'odevents.toml:14: reactions[1].when.AptState: Appointment has no column "AptState"'),
        ('["AptStatus"]', '["AptState"]', 'odevents.toml:13: reactions[1].changed: Appointment has no column "AptState"'),
        ('on = "Appointment"', 'on = "Apointment"', 'odevents.toml:12: reactions[1].on: no watch table or UI event "Apointment"'),
        ("{{ today }}", "{{ tody }}", 'odevents.toml:15: reactions[1].note: no column "tody"; there are: '),
        ("{{ today }}", "{{ today", "odevents.toml:15: reactions[1].note: not a valid text"),
        ("{{ today }}", "{% for x in y %}{% endfor %}", "odevents.toml:15: reactions[1].note: for is not allowed"),
        ("note =", "notes =", "odevents.toml:15: reactions[1].notes: no such key; allowed here: appointment, changed"),
        ('note = "Broken {{ today }}"', "", "odevents.toml:10: reactions[1]: a reaction does something"),
        ('when = {', 'offices = ["north"]\nwhen = {', 'odevents.toml:14: reactions[1].offices: no office "north"; there are: southside'),
        ('watch = "Appointment"', "poll_seconds = 0", "odevents.toml:8: subscriptions[1].poll_seconds: Input should be greater"),
        ('watch = "Appointment"', "", "odevents.toml:6: subscriptions[1]: exactly one of watch and ui"),
        ('note =', 'confirm = { value = "Yes" }\nnote =', "odevents.toml:15: reactions[1].confirm.value: Input should be 'None'"),
        ('on = "Appointment"', 'on = "Schedule"', 'odevents.toml:12: reactions[1].on: a row of Schedule is about no patient'),
        ("time_zone ", 'hours = { mon = "7-18" }\ntime_zone ', "odevents.toml:4: offices.southside.hours: '7-18' is not opening hours such as"),
        ("[[reactions]]", '[freshness]\nwarning = "soon"\n[[reactions]]', 'odevents.toml:11: freshness.warning: a time is written as "90s"'),
        ("[[reactions]]", '[freshness]\nwaring = "5m"\n[[reactions]]', "odevents.toml:11: freshness.waring: no such key; allowed here: fresh, warning"),
        ("[[reactions]]", "[[reactions]", "odevents.toml: not valid TOML"),
        ('when = {', 'offices = []\nwhen = {', "odevents.toml:14: reactions[1].offices: List should have at least 1 item"),
        ('watch = "Appointment"', 'watch = "Appointment"\noffices = []', "odevents.toml:9: subscriptions[1].offices: List should have at least 1"),
        ('watch = "Appointment"', 'watch = "Appointmnt"', 'odevents.toml:8: subscriptions[1].watch: no watch table "Appointmnt"; there are: Appointment,'),
        ("time_zone ", 'base_url = "nonsense"\ntime_zone ', "odevents.toml:4: offices.southside.base_url: a base_url is http(s)://host"),
        ('when = {', 'kinds = ["selected"]\nwhen = {', "odevents.toml:14: reactions[1].kinds: a row of Appointment is never selected; there are: created, first-seen, updated"),
        ('on = "Appointment"', 'on = "AppointmentDeleted"', "odevents.toml:10: reactions[1].appointment: a row of AppointmentDeleted is no appointment"),
        ('on = "Appointment"', 'on = "LabCase"', "odevents.toml:12: reactions[1].on: no page says which columns LabCase has"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """What is wrong and what is allowed; never a value of a secret."""
    assert old in RIGHT
    lines = report(tmp_path, RIGHT.replace(old, new))

    assert any(line.startswith(expected) for line in lines), lines
    assert "literal" not in "".join(lines)


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    """Names identify reactions in the ledger for ever."""
    second = RIGHT[RIGHT.index("[[reactions]]") :]

    assert report(tmp_path, RIGHT + "\n" + second) == [
        'odevents.toml:18: reactions[2].name: "broken" is used twice; names are unique'
    ]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Not one after the other, start by start."""
    wrong = RIGHT.replace('["AptStatus"]', '["A"]').replace("{ AptStatus", "{ B").replace("{{ today }}", "{{ C }}")

    assert [line.split(": ")[0] for line in report(tmp_path, wrong)] == [f"odevents.toml:{n}" for n in (13, 14, 15)]


def test_a_reaction_on_another_table_must_say_which_appointment(tmp_path: Path) -> None:
    """A PatField is no appointment."""
    wrong = RIGHT.replace('on = "Appointment"', 'on = "PatField"').replace("AptStatus", "FieldValue")

    assert [line.partition("; ")[0] for line in report(tmp_path, wrong)] == [
        "odevents.toml:10: reactions[1].appointment: a row of PatField is no appointment"
    ]
    assert report(tmp_path, wrong.replace("note =", 'appointment = "next"\nnote =')) == []


def test_a_missing_file_is_told_with_the_next_step(tmp_path: Path) -> None:
    """Nothing is started without one."""
    with pytest.raises(ConfigError, match=r"there is no such file; copy odevents.example.toml"):
        checked_config(tmp_path / "odevents.toml", ENVIRONMENT)


def test_a_handlers_module_that_cannot_be_imported_is_told(tmp_path: Path) -> None:
    """By name, and by what kind of error it is."""
    assert report(tmp_path, 'handlers = ["no_such_module_of_handlers"]\n' + RIGHT) == [
        "odevents.toml:1: handlers: the module no_such_module_of_handlers cannot be imported: ModuleNotFoundError"
    ]


def test_the_shipped_example_and_the_demo_are_right(tmp_path: Path) -> None:
    """What people copy from must work."""
    root = Path(__file__).parent.parent.parent
    demo = tmp_path / "demo.toml"
    demo.write_text(
        (root / "odevents/cli/demo.toml")
        .read_text()
        .replace("BASE_URL", "http://127.0.0.1:1/api/v1")
        .replace("PUBLIC_URL", "http://localhost")
    )
    for file in (root / "odevents.example.toml", demo):
        checked_config(file, secrets=False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1 / 0  # a secret text", "ZeroDivisionError (broken_handlers.py:2)"),
        ("import no_such_module", "ModuleNotFoundError (broken_handlers.py:2)"),
        ("raise SystemExit('a secret text')", "SystemExit (broken_handlers.py:2)"),
        ("def a secret text", "SyntaxError (broken_handlers.py:2)"),
        (
            "import odevents; odevents.on('Appointment', changed='AptStatu')",
            'Appointment has no column "AptStatu"; it has: ',
        ),
        (
            "import odevents; odevents.on('Appointment', 'selected')",
            "a row of Appointment is never selected; there are: created, first-seen, updated (broken_handlers.py:2)",
        ),
    ],
)
def test_a_handlers_module_that_fails_is_told_with_its_line_and_without_its_text(
    tmp_path: Path, text: str, fault: str
) -> None:
    """What an exception of somebody else's says may hold anything."""
    (tmp_path / "broken_handlers.py").write_text(f'"""Handlers."""\n{text}\n')
    lines = report(tmp_path, 'handlers = ["broken_handlers"]\n' + RIGHT)

    assert lines[0].startswith(f"odevents.toml:1: handlers: the module broken_handlers cannot be imported: {fault}"), (
        lines
    )
    assert lines[0].endswith("(broken_handlers.py:2)"), lines
    assert "secret text" not in "".join(lines)


def test_a_file_of_a_secret_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """By its name; the control is a good one."""
    file = tmp_path / "key"
    wrong = RIGHT.replace('{ env = "OD_DEVELOPER_KEY" }', f'{{ file = "{file}" }}')
    file.write_bytes(b"developer-key")
    assert report(tmp_path, wrong) == []

    file.write_bytes(b"\xff\xfe")
    place = "odevents.toml:3: offices.southside.developer_key"
    assert report(tmp_path, wrong) == [f"{place}: the file {file} cannot be read (UnicodeDecodeError)"]
    file.unlink()
    file.mkdir()
    assert report(tmp_path, wrong) == [f"{place}: the file {file} cannot be read (IsADirectoryError)"]


def test_a_literal_secret_is_one_mistake(tmp_path: Path) -> None:
    """Not another line about lists."""
    wrong = RIGHT.replace('{ env = "OD_KEY_SOUTHSIDE" }', '"literal"')

    assert [line.partition(": a secret")[0] for line in report(tmp_path, wrong)] == [
        "odevents.toml:2: offices.southside.customer_key"
    ]
