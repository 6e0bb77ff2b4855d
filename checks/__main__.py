"""``make check``: every check, one line each, and what they found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from checks import bandit_run, locks, own_rules, secret_scan
from checks.finding import Finding

ROOT = Path(__file__).parent.parent
CHECKS: dict[str, Callable[[], Iterable[Finding]]] = {
    "dependencies are locked by hash, and those are installed": lambda: locks.verify(ROOT),
    "bandit, medium and more": lambda: bandit_run.look(ROOT, "odevents", "workers", "checks"),
    "no pickle, marshal, yaml.load, eval, shell, unverified TLS": lambda: own_rules.look(ROOT),
    "no key and no person's number in any file": lambda: secret_scan.scan(ROOT),
}


def main() -> int:
    """Run them all."""
    bad = 0
    for name, check in CHECKS.items():
        findings = list(check())
        bad += len(findings)
        print(f"{'ok  ' if not findings else 'BAD '} {name}: {len(findings)} findings")
        for finding in findings:
            print(f"     {finding}")
    print(
        "--   known vulnerabilities: not looked for. That needs an advisory feed, and none comes with this repository;"
    )
    print("     where there is a network: pip-audit --strict --require-hashes -r requirements.lock")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
