"""What starts the listener at sign-in: generated and read back here, applied on the real systems only."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from odevents.errors import ConfigError
from odevents.listener import autostart
from odevents.listener.windows_task import NAMESPACE, task_xml

PROGRAM = [
    r"C:\Program Files\odevents\pythonw.exe",
    "-m",
    "odevents.cli.main",
    "listen",
    "run",
    "--config",
    r"C:\my files\o.toml",
]

# Microsoft Learn, "Task Scheduler Schema Elements": what may stand where, and what its text may be.
BOOLEAN, DURATION, TEXT = r"true|false", r"P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?", r".+"
ALLOWED: dict[str, dict[str, str | None]] = {
    "Task": {"RegistrationInfo": None, "Triggers": None, "Principals": None, "Settings": None, "Actions": None},
    "RegistrationInfo": {"Description": TEXT},
    "Triggers": {"LogonTrigger": None},
    "LogonTrigger": {"Repetition": None, "Enabled": BOOLEAN, "UserId": TEXT},
    "Repetition": {"Interval": DURATION, "StopAtDurationEnd": BOOLEAN},
    "Principals": {"Principal": None},
    "Principal": {"UserId": TEXT, "LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"},
    "Settings": {
        "MultipleInstancesPolicy": "IgnoreNew|Parallel|Queue|StopExisting",
        "DisallowStartIfOnBatteries": BOOLEAN,
        "StopIfGoingOnBatteries": BOOLEAN,
        "StartWhenAvailable": BOOLEAN,
        "IdleSettings": None,
        "Enabled": BOOLEAN,
        "RunOnlyIfIdle": BOOLEAN,
        "WakeToRun": BOOLEAN,
        "ExecutionTimeLimit": DURATION,
        "Priority": r"\d|10",
        "RestartOnFailure": None,
    },
    "IdleSettings": {"StopOnIdleEnd": BOOLEAN, "RestartOnIdle": BOOLEAN},
    "RestartOnFailure": {"Interval": DURATION, "Count": r"[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]"},
    "Actions": {"Exec": None},
    "Exec": {"Command": TEXT, "Arguments": TEXT},
}
# Where the schema is a sequence, the order counts.
ORDERED = {"LogonTrigger": ["Repetition", "Enabled", "UserId"]}


def local(element: ElementTree.Element) -> str:
    assert element.tag.startswith(f"{{{NAMESPACE}}}")
    return element.tag.partition("}")[2]


def check(element: ElementTree.Element) -> None:
    names = [local(child) for child in element]
    assert len(names) == len(set(names))
    assert names == ORDERED.get(local(element), names)
    for child in element:
        pattern = ALLOWED[local(element)][local(child)]
        if pattern is None:
            check(child)
        else:
            assert re.fullmatch(pattern, child.text or ""), local(child)


def read(definition: bytes) -> ElementTree.Element:
    assert definition.startswith((b"\xff\xfe", b"\xfe\xff")), "schtasks reads UTF-16 with its mark"
    return ElementTree.fromstring(definition.decode("utf-16").partition("?>")[2])


def value(task: ElementTree.Element, path: str) -> str:
    return task.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))) or ""


def test_the_task_keeps_to_the_schema() -> None:
    task = read(task_xml(PROGRAM, r"CLINIC\anna"))
    assert (local(task), task.get("version")) == ("Task", "1.2")
    check(task)


def test_the_task_is_the_one_that_was_designed() -> None:
    task = read(task_xml(PROGRAM, r"CLINIC\anna"))
    for path, wanted in {
        "Triggers/LogonTrigger/UserId": r"CLINIC\anna",
        "Principals/Principal/UserId": r"CLINIC\anna",
        "Principals/Principal/RunLevel": "LeastPrivilege",
        "Settings/ExecutionTimeLimit": "PT0S",
        "Settings/MultipleInstancesPolicy": "IgnoreNew",
        "Settings/DisallowStartIfOnBatteries": "false",
        "Settings/StopIfGoingOnBatteries": "false",
        "Settings/RestartOnFailure/Interval": "PT1M",
        "Triggers/LogonTrigger/Repetition/Interval": "PT5M",
        "Actions/Exec/Command": PROGRAM[0],
        "Actions/Exec/Arguments": r'-m odevents.cli.main listen run --config "C:\my files\o.toml"',
    }.items():
        assert value(task, path) == wanted, path


@pytest.mark.parametrize("user", ["CLINIC\\O'Neil & <Sons>", "CLINIC\\Übung", 'CLINIC\\"quoted"'])
def test_any_user_name_is_written_so_that_it_reads_back(user: str) -> None:
    assert value(read(task_xml(PROGRAM, user)), "Triggers/LogonTrigger/UserId") == user


def test_windows_takes_the_python_without_a_console() -> None:
    python = autostart.program_of(r"C:\venv\Scripts\python.exe", "win32")
    assert python == [r"C:\venv\Scripts\pythonw.exe", "-m", "odevents.cli.main", "listen", "run"]
    assert autostart.program_of("/usr/bin/python3", "linux")[0] == "/usr/bin/python3"


def test_each_person_of_a_terminal_server_has_a_task_of_their_own(tmp_path: Path) -> None:
    anna, bradley = (autostart.on_windows(PROGRAM, rf"CLINIC\{user}", tmp_path) for user in ("anna", "bradley"))
    assert anna.start[0][:4] == ["schtasks", "/Create", "/TN", "odevents-listener anna"]
    assert anna.start[1] == ["schtasks", "/Run", "/TN", "odevents-listener anna"]
    assert bradley.stop[-1] == ["schtasks", "/Delete", "/TN", "odevents-listener bradley", "/F"]


def test_the_file_handed_to_schtasks_does_not_stay(tmp_path: Path) -> None:
    ran: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> None:
        if "/Create" in command:
            assert read(Path(command[command.index("/XML") + 1]).read_bytes()) is not None
        ran.append(command)

    task = autostart.on_windows(PROGRAM, r"CLINIC\anna", tmp_path)
    task.install(run)
    assert [command[1] for command in ran] == ["/End", "/Delete", "/Create", "/Run"]
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_of_the_system_is_passed_on_and_leaves_no_file(tmp_path: Path) -> None:
    def refuse(_: Sequence[str]) -> None:
        raise ConfigError("schtasks /Create … ended with 1: Access is denied.")

    with pytest.raises(ConfigError, match="Access is denied"):
        autostart.on_windows(PROGRAM, r"CLINIC\anna", tmp_path).install(refuse)
    assert list(tmp_path.iterdir()) == []


ODD = [sys.executable, "-m", "odevents.cli.main", "listen", "run", "--config", '/home/a b/100%/$x "y".toml']


def test_the_user_unit_starts_the_program_with_every_word_quoted(tmp_path: Path) -> None:
    unit = autostart.on_linux(ODD, tmp_path)
    text = unit.definition.decode()
    assert '"/home/a b/100%%/$$x \\"y\\".toml"' in text
    assert "Restart=on-failure" in text
    assert unit.path == tmp_path / "systemd" / "user" / "odevents-listener.service"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_systemd_accepts_the_user_unit(tmp_path: Path) -> None:
    def verified(text: bytes) -> int:
        path = tmp_path / "odevents-listener.service"
        path.write_bytes(text)
        command = ["systemd-analyze", "verify", "--man=no", "--user", str(path)]
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
        return subprocess.run(command, capture_output=True, check=False, env=environment).returncode

    good = autostart.on_linux(ODD, tmp_path).definition
    assert verified(good) == 0
    assert verified(good.replace(b"ExecStart", b"ExecStrat")) != 0


def test_the_launch_agent_reads_back_as_what_was_meant(tmp_path: Path) -> None:
    agent = autostart.on_macos(["/usr/bin/python3", "-m", "odevents.cli.main"], tmp_path, 501)
    assert plistlib.loads(agent.definition) == {
        "Label": "odevents-listener",
        "ProgramArguments": ["/usr/bin/python3", "-m", "odevents.cli.main"],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ProcessType": "Interactive",
    }
    assert agent.path == tmp_path / "Library" / "LaunchAgents" / "odevents-listener.plist"
    assert agent.start == [["launchctl", "bootstrap", "gui/501", str(agent.path)]]
    assert agent.stop == [["launchctl", "bootout", "gui/501/odevents-listener"]]


def test_removing_goes_on_where_there_is_nothing_to_stop(tmp_path: Path) -> None:
    tried = []

    def refuse(command: Sequence[str]) -> None:
        tried.append(command)
        raise ConfigError("not loaded")

    unit = autostart.on_linux(["/usr/bin/python3"], tmp_path)
    unit.path.parent.mkdir(parents=True)
    unit.path.write_bytes(unit.definition)
    unit.remove(refuse)
    assert len(tried) == 1
    assert not unit.path.exists()


def test_a_command_that_is_missing_or_fails_is_named() -> None:
    with pytest.raises(ConfigError, match="no-such-command could not be started"):
        autostart.run_command(["no-such-command"])
    with pytest.raises(ConfigError, match=r"ended with 3: why"):
        autostart.run_command([sys.executable, "-c", "import sys; sys.exit(sys.stderr.write('why') and 3)"])
    autostart.run_command([sys.executable, "-c", ""])
