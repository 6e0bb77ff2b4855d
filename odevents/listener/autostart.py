"""Starting at sign-in: a scheduled task on Windows, a user unit on Linux, a launch agent on macOS."""

from __future__ import annotations

import contextlib
import os
import plistlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from odevents.errors import ConfigError
from odevents.listener.windows_task import task_xml

LABEL = "odevents-listener"

Run = Callable[[Sequence[str]], None]
"""Runs a command; raises :class:`ConfigError` when it fails."""


@dataclass(frozen=True, slots=True)
class Autostart:
    """What makes the system start the listener.

    :ivar path: where the definition is written.
    :ivar start: commands that hand it to the system and start the listener now; run after writing.
    :ivar stop: commands that end the listener and take it back; they fail where there is none.
    :ivar keep: whether the system reads the file again later, or has its own copy after ``start``.
    """

    path: Path
    definition: bytes
    start: Sequence[Sequence[str]]
    stop: Sequence[Sequence[str]]
    keep: bool = True

    def install(self, run: Run) -> None:
        """Write the definition and start the listener, in place of one installed before.

        :raises ConfigError: the system refused.
        """
        self._end(run)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(self.definition)
        try:
            for command in self.start:
                run(command)
        finally:
            if not self.keep:
                self.path.unlink()

    def remove(self, run: Run) -> None:
        """End the listener and never start it again."""
        self._end(run)
        self.path.unlink(missing_ok=True)

    def _end(self, run: Run) -> None:
        for command in self.stop:
            # What was never installed cannot be stopped, and each system says so in its own way.
            with contextlib.suppress(ConfigError):
                run(command)


def autostart(arguments: Sequence[str]) -> Autostart:
    """For this system, user and Python; ``arguments`` are those of the listener."""
    program = [*program_of(sys.executable, sys.platform), *arguments]
    if sys.platform == "win32":
        user = f"{os.environ.get('USERDOMAIN', '.')}\\{os.environ.get('USERNAME', '')}"
        return on_windows(program, user, Path(tempfile.gettempdir()))
    if sys.platform == "darwin":
        return on_macos(program, Path.home(), os.getuid())
    return on_linux(program, Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"))


def program_of(executable: str, platform: str) -> list[str]:
    """This Python running the listener; on Windows the one without a console window."""
    if platform == "win32":
        executable = (
            executable.removesuffix("python.exe") + "pythonw.exe" if executable.endswith("python.exe") else executable
        )
    return [executable, "-m", "odevents.cli.main", "listen", "run"]


def on_windows(program: Sequence[str], user: str, folder: Path) -> Autostart:
    """A task named after the user: several people of a terminal server have one each."""
    path = folder / f"{LABEL}.xml"
    name = f"{LABEL} {user.rpartition(chr(92))[2]}"
    return Autostart(
        path,
        task_xml(program, user),
        start=[
            ["schtasks", "/Create", "/TN", name, "/XML", str(path), "/F"],
            ["schtasks", "/Run", "/TN", name],
        ],
        stop=[["schtasks", "/End", "/TN", name], ["schtasks", "/Delete", "/TN", name, "/F"]],
        keep=False,
    )


def on_linux(program: Sequence[str], config_home: Path) -> Autostart:
    """A systemd user unit."""
    unit = f"{LABEL}.service"
    lines = [
        "[Unit]",
        "Description=odevents: shows the patient selected in Open Dental",
        "[Service]",
        f"ExecStart={' '.join(map(_unit_word, program))}",
        "Restart=on-failure",
        "RestartSec=5",
        "[Install]",
        "WantedBy=default.target",
        "",
    ]
    return Autostart(
        config_home / "systemd" / "user" / unit,
        "\n".join(lines).encode(),
        start=[
            ["systemctl", "--user", "daemon-reload"],
            ["systemctl", "--user", "enable", "--now", unit],
        ],
        stop=[["systemctl", "--user", "disable", "--now", unit]],
    )


def on_macos(program: Sequence[str], home: Path, user_id: int) -> Autostart:
    """A launch agent, which lives in the user's own session."""
    path = home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    definition = {
        "Label": LABEL,
        "ProgramArguments": list(program),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ProcessType": "Interactive",
    }
    domain = f"gui/{user_id}"
    return Autostart(
        path,
        plistlib.dumps(definition),
        start=[["launchctl", "bootstrap", domain, str(path)]],
        stop=[["launchctl", "bootout", f"{domain}/{LABEL}"]],
    )


def _unit_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def run_command(command: Sequence[str]) -> None:
    """Run one of the commands above.

    :raises ConfigError: it is missing, or says no.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  fixed words
    except OSError as error:
        raise ConfigError(f"{command[0]} could not be started: {error.strerror}") from None
    if done.returncode:
        raise ConfigError(f"{' '.join(command[:3])} … ended with {done.returncode}: {done.stderr.strip()}")
