"""The Debian that a systemd has booted, and what can be done in it as root."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from tests.deploy.drills import office
from tests.deploy.drills.ground import PATH, ROOT, Missing, Sight, Space, run

PAGE = "deploy-systemd.md"
SERVICES = ("web", "worker", "scheduler", "console")
UNITS = [f"odevents-{name}.service" for name in ("index", *SERVICES)]
HOME = "/root/odevents"


class Machine:
    """The booted Debian.

    :ivar sight: what was seen of it.
    """

    def __init__(self, booted: Space, tree: Path, sight: Sight) -> None:
        self.booted = booted
        self.tree = tree
        self.sight = sight

    def run(self, *command: str, check: bool = True, stdin: str = "") -> str:
        """Run something in it as root."""
        clean = ("env", "-i", f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8")
        return run(*self.booted.into(), *clean, *command, check=check, stdin=stdin)

    def follow(self, commands: str) -> None:
        """Carry commands of the page out, in the folder where the reader is."""
        self.run("bash", "-euo", "pipefail", "-c", f"cd {HOME}\n{commands}")

    def odevents(self, *arguments: str) -> str:
        """A command as the page says for root."""
        said = (ROOT / "docs" / "how-to" / PAGE).read_text()
        found = re.search(r"`(ODEVENTS_SECRETS=\S+ ODEVENTS_CONFIG=\S+\s+\S+/odevents) deliveries list`", said)
        if found is None:
            raise Missing(f"{PAGE} no longer says how root runs a command")
        return self.run("env", *found[1].split(), *arguments)

    def shown(self, unit: str, *names: str) -> list[str]:
        """Properties of a unit."""
        said = self.run("systemctl", "show", unit, *(f"-p{name}" for name in names))
        told = dict(line.partition("=")[::2] for line in said.splitlines())
        return [told.get(name, "") for name in names]

    def main(self, name: str) -> int:
        """The main process of a service."""
        return int(self.shown(f"odevents-{name}", "MainPID")[0])

    def journal(self) -> list[dict[str, object]]:
        """All that systemd kept of our services."""
        said = self.run("journalctl", "--output=json", "--all", *(f"--unit={unit}" for unit in UNITS))
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def sent(self, pattern: str, key: str = office.KEY) -> str:
        """Send a version of an appointment to 127.0.0.1:8320; status and answer."""
        program = (sys.executable, "-m", "tests.deploy.drills.office", "8320", key, pattern)
        return run(*self.booted.into("net"), *program, check=False).strip()

    def understood(self, pattern: str) -> bool:
        """Send one, and wait until it has been understood."""
        return office.understood(self.sent(pattern), lambda: self.odevents("deliveries", "list"))
