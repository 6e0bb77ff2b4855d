"""``make faults``: the long campaign and its controls, with a printed report. Exit code 1 when a promise was broken."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.campaign import Plan, Report, run
from tests.faults.office_api import REFUSALS, TROUBLES
from tests.faults.power import why_no_disk_faults

_LATE = ("API late_write", "API gateway_timeout", "API reset_after")
CONTROLS = {
    "naive retry": (Plan(0, 0, weakened="naive retry", share=0.05, kinds=_LATE), "doubled"),
    "at most once": (Plan(0, 0, weakened="never again", share=0.05, kinds=("API reset_before",)), "lost"),
    "quarantine too short": (Plan(0, 0, quarantine=0.2, late_seconds=4.0, share=0.05, kinds=_LATE), "doubled"),
    "fsync off": (Plan(0, 0, fsync="no", kinds=("power cut",)), "lost"),
}
"""What the campaign must find when one protection is switched off."""


def control(name: str, seed: int, injections: int, folder: Path) -> tuple[Report, bool]:
    """Run one control; say whether it found what it must."""
    plan, must_find = CONTROLS[name]
    said = {**vars(plan), "seed": seed, "injections": injections, "between": 1.5}
    report = run(folder, Plan(**said))
    return report, bool(getattr(report.verdict, must_find))


def main() -> int:
    """Run everything that the arguments ask for."""
    arguments = argparse.ArgumentParser(prog="python -m tests.faults")
    arguments.add_argument("--injections", type=int, default=320)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--between", type=float, default=2.0)
    arguments.add_argument("--controls", type=int, default=12, help="injections in each control; 0 for none")
    asked = arguments.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    print(f"commit {commit}, seed {asked.seed}", flush=True)
    missing = why_no_disk_faults()
    if missing:
        print(f"no disk errors: {missing}", flush=True)
    broken = []
    with tempfile.TemporaryDirectory(prefix="odevents-faults-") as folder:
        plan = Plan(asked.injections, asked.seed, offices=24, disk=not missing, between=asked.between, pause=0.6)
        report = run(Path(folder, "long"), plan, drain_within=600)
        print(report.text(), flush=True)
        idle = [name for name, times in report.struck.items() if not times]
        idle += [name for name in (*TROUBLES, *REFUSALS) if not report.befell[name]]
        broken += [f"never struck: {', '.join(idle)}"] if idle else []
        broken += [f"{len(report.verdict.lost)} lost"] if report.verdict.lost else []
        broken += [f"{len(report.verdict.doubled)} doubled"] if report.verdict.doubled else []
        for name in CONTROLS if asked.controls else ():
            found, good = control(name, asked.seed, asked.controls, Path(folder, name.replace(" ", "-")))
            verdict = found.verdict
            print(
                f"control, {name}: {len(verdict.lost)} lost, {len(verdict.doubled)} doubled"
                f" of {verdict.rows} rows {'(found, as it must be)' if good else '(NOTHING FOUND)'}",
                flush=True,
            )
            broken += [] if good else [f"the control {name} found nothing"]
    print("broken: " + ", ".join(broken) if broken else "every promise held", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
