"""``make systemd-drill``: docs/how-to/deploy-systemd.md, to the letter, on a Debian that a real systemd boots.

The Debian is a folder, its systemd the first process of a container (systemd-nspawn) without a network. What the page
leaves to the reader (a Redis set up as run-it.md says, secrets, ``odevents.toml``) is put there first.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from tests.deploy.drills import office
from tests.deploy.drills.ground import ROOT, Missing, Sight, block, conducted, confined, space, swept, wait
from tests.deploy.drills.machine import HOME, PAGE, SERVICES, UNITS, Machine
from tests.deploy.drills.tree import PACKAGES, debian, lay

NEEDS = {**PACKAGES, "systemd-nspawn": "systemd-container", "nsenter": "util-linux", "setpriv": "util-linux"}
SECRETS = {
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "OD_DEVELOPER_KEY": office.DEVELOPER_KEY,
    "OD_KEY_SOUTHSIDE": office.KEY,
}
REDIS = "appendonly yes\nappendfsync always\nmaxmemory-policy noeviction\n"
STOP_WITHIN = 30
AGAIN = 'while "$@"; test $? = 133; do :; done'
"""As systemd-nspawn wants it: 133 says that the machine is to be started again."""


def drill(folder: Path, sight: Sight) -> None:
    """Boot, follow the page, look."""
    wheel = next((ROOT / "dist").glob("*.whl"), None)
    if wheel is None:
        raise Missing("there is no wheel in dist; make wheel")
    inside = ("systemd", "systemd-sysv", "dbus", "redis-server", "openssl", "iproute2")
    tree = debian(folder, inside, wheels="/wheels")
    furnish(tree, wheel)
    nspawn = ("systemd-nspawn", "--quiet", f"--directory={tree}", "--boot", "--register=no", "--keep-unit",
              "--console=pipe")  # fmt: skip
    try:
        with space("sh", "-c", AGAIN, "sh", *nspawn, log=folder / "boot.log", depth=2) as booted:
            machine = Machine(booted, tree, sight)
            boot(machine)
            install(machine)
            for look in (processes, deliveries, sandbox, memory, killed, new_key, again_after_boot, stopped, journal):
                look(machine)
            machine.run("systemctl", "poweroff", check=False)
            time.sleep(2)
    finally:
        swept("payload", "supervisor")


def furnish(tree: Path, wheel: Path) -> None:
    """What the page takes for given."""
    (tree / "etc/redis/redis.conf").open("a").write(REDIS)
    home = tree / HOME.lstrip("/")
    lay(home, "requirements.lock", "deploy/systemd")
    (home / wheel.name).write_bytes(wheel.read_bytes())
    (home / "odevents.toml").write_text(office.CONFIGURATION.format(base_url="http://127.0.0.1:30222/api/v1"))
    (tree / "opt/taken_over.py").write_text((Path(__file__).parent / "taken_over.py").read_text())


def boot(machine: Machine) -> None:
    """Wait until it is up."""
    deadline = time.monotonic() + 60
    said = ""
    while "running" not in said and "degraded" not in said and time.monotonic() < deadline:
        time.sleep(0.5)
        try:
            said = machine.run("systemctl", "is-system-running", check=False)
        except Missing:
            continue
    version = machine.run("systemctl", "--version").splitlines()[0]
    machine.sight.seen("a real systemd has booted", "running" in said, f"{version}: {said}")


def install(machine: Machine) -> None:
    """The three blocks of the page; between them the secrets that it leaves to the reader."""
    machine.follow(block(PAGE, "pip install"))
    for name, secret in SECRETS.items():
        machine.run("install", "-m", "0600", "/dev/stdin", f"/etc/odevents/secrets/{name}", stdin=secret)
    machine.follow(block(PAGE, "openssl rand"))
    machine.follow(block(PAGE, "systemctl enable"))
    wait([*machine.booted.into(), "systemctl", "is-active", "odevents-web"], "active", 30)
    active = machine.run("systemctl", "is-active", *UNITS, check=False).split()
    machine.sight.seen("all five services are active", active == ["active"] * len(UNITS), active)
    machine.run("systemd-run", "--quiet", "--unit=office", "/opt/odevents/bin/odevents", "simulate", "--offices=1",
                "--patients=20", "--rate=0")  # fmt: skip
    wait_until_ready(machine)


def wait_until_ready(machine: Machine) -> None:
    """Until the receiver answers, whatever it answers, and the worker has said that it is ready."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        if machine.sent("", "no key at all").startswith("401"):
            return
        time.sleep(0.3)
    machine.sight.seen("the receiver answers", False)


def processes(machine: Machine) -> None:
    """Who they are, and what they may."""
    users = {}
    for name in SERVICES:
        status = machine.run("cat", f"/proc/{machine.main(name)}/status")
        users[name] = re.findall(r"Uid:\s+(\d+)", status)[0]
        machine.sight.seen(f"{name}: no capability, no new privileges, filtered system calls", confined(status))
    dynamic = {machine.shown(f"odevents-{name}", "DynamicUser")[0] for name in SERVICES}
    own = len(set(users.values())) == len(SERVICES) and "0" not in users.values()
    machine.sight.seen("each service has a dynamic user of its own", own and dynamic == {"yes"}, users)
    given = {name: sorted(machine.run("ls", f"/run/credentials/odevents-{name}.service").split()) for name in SERVICES}
    machine.sight.seen(
        "web is given its index and the store's address, the worker the keys",
        given["web"] == ["ODEVENTS_RECEIVER_INDEX", "REDIS_URL"] and "OD_KEY_SOUTHSIDE" in given["worker"],
        given["web"],
    )
    of_all = machine.run("sh", "-c", "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'", check=False)
    machine.sight.seen(
        "no key stands in an environment or a command line",
        office.KEY not in of_all and office.DEVELOPER_KEY not in of_all and "ODEVENTS_SECRETS=" in of_all,
    )


def deliveries(machine: Machine) -> None:
    """From the office's machine to what would have been written."""
    sight = machine.sight
    wrong = machine.sent("/X/", "not-the-key-of-southside")
    sight.seen("a delivery with a wrong key is refused", wrong.startswith("401"), wrong)
    sight.seen("a delivery to 127.0.0.1:8320 is answered 200 and understood", machine.understood("/X/"))
    sight.seen("so is a change of it", machine.understood("//XX//"))
    said = ""
    for _ in range(30):
        said = machine.odevents("reactions", "writes")
        if "dry-run" in said:
            break
        time.sleep(0.3)
    sight.seen("its reaction is recorded, and not carried out: dry-run", "dry-run" in said, said.splitlines()[-1])
    asked = machine.run("/opt/odevents/bin/python", "-c", "import urllib.request as u;"
                        "print(u.urlopen('http://127.0.0.1:8321/').status)", check=False)  # fmt: skip
    sight.seen("the operator's page answers", "200" in asked, asked.splitlines()[-1])


def sandbox(machine: Machine) -> None:
    """What the public side could do, had somebody taken it over; and what root can without the unit's lines."""
    unit = (ROOT / "deploy/systemd/odevents-web.service").read_text()
    unit = re.sub("ExecStart=.*", "ExecStart=/opt/odevents/bin/python /opt/taken_over.py", unit)
    unit = re.sub("(?m)^(Restart.*|PartOf.*|Before.*)\n", "", unit).replace("Type=exec", "Type=oneshot")
    machine.run("install", "-m", "0644", "/dev/stdin", "/etc/systemd/system/taken-over.service", stdin=unit)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "taken-over")
    said = machine.run("journalctl", "--unit=taken-over", "--output=cat")
    could = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    control = json.loads(machine.run("/opt/odevents/bin/python", "/opt/taken_over.py"))
    bites = [name for name, done in control.items() if done]
    machine.sight.seen("the control: root can without the unit's lines", len(bites) >= 14, f"{len(bites)} things")
    for name in bites:
        machine.sight.seen(f"the receiver's process cannot {name}", not could[name])


def memory(machine: Machine) -> None:
    """MemoryMax, where the container is given the controller; and what the processes really take."""
    taken = {}
    for name in SERVICES:
        status = machine.run("cat", f"/proc/{machine.main(name)}/status")
        taken[name] = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024
    machine.sight.said(f"memory of the main processes at most, in MB: {taken}")
    if machine.shown("odevents-web", "MemoryCurrent")[0] == "[not set]":
        machine.sight.said("MemoryMax is not in force in here: this machine gives containers no memory controller")
        return
    said = machine.run("systemd-run", "--wait", "--pipe", "--quiet", "-pMemoryMax=1G", "-pMemorySwapMax=0",
                       "/opt/odevents/bin/python", "/opt/taken_over.py", "fill", "1500", check=False)  # fmt: skip
    machine.sight.seen("who takes more than MemoryMax is ended", "took" not in said, said)


def killed(machine: Machine) -> None:
    """A main process that dies comes back, and the work goes on."""
    for name in SERVICES:
        before = machine.main(name)
        machine.run("systemctl", "kill", "--signal=KILL", "--kill-whom=main", f"odevents-{name}")
        deadline = time.monotonic() + 20
        while machine.main(name) in (0, before) and time.monotonic() < deadline:
            time.sleep(0.2)
        restarts = machine.shown(f"odevents-{name}", "NRestarts")[0]
        machine.sight.seen(f"{name} was killed and is started again", machine.main(name) and restarts == "1")
    wait_until_ready(machine)
    machine.sight.seen("a delivery after that is understood", machine.understood("/XX/"))


def new_key(machine: Machine) -> None:
    """A changed customer key, and the restart of the page."""
    path = "/etc/odevents/secrets/OD_KEY_SOUTHSIDE"
    machine.run("install", "-m", "0600", "/dev/stdin", path, stdin=office.NEXT_KEY)
    started = time.monotonic()
    machine.follow(block(PAGE, "systemctl restart"))
    wait_until_ready(machine)
    took = time.monotonic() - started
    new, old = machine.sent("/X//", office.NEXT_KEY), machine.sent("/X//", office.KEY)
    held = new.startswith("200") and old.startswith("401")
    machine.sight.seen("after the page's restart the new key is taken and the old one refused", held, f"{took:.1f} s")
    machine.run("install", "-m", "0600", "/dev/stdin", path, stdin=office.KEY)


def again_after_boot(machine: Machine) -> None:
    """Enabled means: there after the next boot; with the key put back, which is read at every start."""
    machine.run("systemctl", "reboot", check=False)
    time.sleep(3)
    boot(machine)
    wait([*machine.booted.into(), "systemctl", "is-active", "odevents-web"], "active", 30)
    wait_until_ready(machine)
    machine.sight.seen("after a reboot everything is there by itself", machine.understood("X/X"))


def stopped(machine: Machine) -> None:
    """In time, by SIGTERM alone."""
    started = time.monotonic()
    machine.run("systemctl", "stop", "odevents.target", *UNITS)
    took = time.monotonic() - started
    results = {unit: machine.shown(unit, "Result")[0] for unit in UNITS}
    messages = " ".join(str(entry.get("MESSAGE")) for entry in machine.journal())
    held = set(results.values()) == {"success"} and "timed out" not in messages
    machine.sight.seen("everything stops by SIGTERM, nothing is killed", held and took < STOP_WITHIN, f"{took:.1f} s")


def journal(machine: Machine) -> None:
    """What was written of all that."""
    entries = machine.journal()
    ours = [str(entry["MESSAGE"]) for entry in entries if entry.get("SYSLOG_IDENTIFIER") not in ("systemd", None)]
    broken = [line for line in ours if not line.startswith("{") or not isinstance(json.loads(line), dict)]
    machine.sight.seen("every line in the journal is JSON", ours and not broken, broken[:2] or f"{len(ours)} lines")
    text = json.dumps(entries)
    made = [machine.run("cat", f"/etc/odevents/secrets/ODEVENTS_{name}").strip()
            for name in ("SEALING_KEYS", "IDENTITY_KEY")]  # fmt: skip
    secret = [office.KEY, office.NEXT_KEY, office.DEVELOPER_KEY, office.PATIENT, *made]
    leaked = sum(text.count(word) for word in secret)
    machine.sight.seen("no key and no patient in the journal; the office's name is the control",
                       not leaked and "southside" in text)  # fmt: skip
    errors = [line for line in ours if '"level": "error"' in line or "EPERM" in line or "not permitted" in line]
    machine.sight.seen("no error, and no system call that the filter refused", not errors, errors[:2])


if __name__ == "__main__":
    sys.exit(conducted(NEEDS, drill))
