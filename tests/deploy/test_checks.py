"""What `make check` finds, and that it finds it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from checks import bandit_run, locks, own_rules, secret_scan, wheel

ROOT = Path(__file__).parent.parent.parent


def test_nothing_is_found_in_this_repository() -> None:
    """By any of the checks."""
    run = subprocess.run([sys.executable, "-m", "checks"], cwd=ROOT, capture_output=True, text=True)

    assert run.returncode == 0, run.stdout
    assert run.stdout.count("ok  ") == 4
    assert "known vulnerabilities: not looked for" in run.stdout


RANDOM = "Xq7" + "fT2mKp9" + "LwZ4rB"  # in pieces, or this file would be found


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: ODFHIR {RANDOM}/{RANDOM[::-1]}",
        f'key = "{RANDOM}"',
        "ODEVENTS_SEALING_KEYS=" + "qL5/7vXh2pPz0sYw1nD8+e3kR6uT9aBcF4gJmNoQ" + "xyI=",
        "-----BEGIN EC " + "PRIVATE KEY-----",
        "SSN 123-45-" + "6789",
        "call 503-363-" + "5432",
        "(503) 363-" + "5432",
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_found(line: str, tmp_path: Path) -> None:
    """In a file that nobody has committed yet, too, and without showing it."""
    (tmp_path / "notes.txt").write_text(f"first\n{line}\n")
    found = list(secret_scan.scan(tmp_path))

    assert [(finding.file, finding.line) for finding in found] == [("notes.txt", 2)]
    assert line not in str(found[0])


@pytest.mark.parametrize(
    "line",
    [
        "SSN 000-00-0001, 666-12-3456, 900-12-3456",
        "555-0134 and 503-555-0134",
        "ODFHIR developer-key/customer-key",
        "IDENTITY_KEY=aWRlbnRpdHkga2V5IG9mIHRoZSB0ZXN0cyAzMiBieXQ=",
        "sha256:70e4698078a1d033e7786d9c64e5be070d058a67c21417024d38a58ac20aa43",
        "ScheduledTestRun OdeventsInternal",
        "2026-11-20 10.0.0.0/8 127.0.0.1:8320",
    ],
)
def test_what_is_invented_is_left_alone(line: str) -> None:
    """Else people stop looking."""
    assert list(secret_scan.found_in(line)) == []


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("import pickle", "pickle"),
        ("from marshal import loads", "marshal"),
        ("import yaml\nyaml.load(x)", "yaml.load"),
        ("eval(x)", "eval"),
        ("subprocess.run(x, shell=True)", "shell=True"),
        ("os.system(x)", "a shell"),
        ("httpx.get(x, verify=False)", "verify=False"),
    ],
)
def test_what_our_code_must_not_have_is_found(source: str, rule: str) -> None:
    """Each rule, once."""
    assert [what for _, what in own_rules.broken_in(source)] == [rule]
    assert list(own_rules.broken_in("import json\nyaml.safe_load(x)\nrun(x, shell=False)\nmodel.eval()")) == []


def test_bandit_finds_what_is_not_marked(tmp_path: Path) -> None:
    """And leaves what is."""
    (tmp_path / "a.py").write_text('import subprocess\nsubprocess.call("ls " + x, shell=True)\n')
    (tmp_path / "b.py").write_text('q = "SELECT * FROM " + t  # noqa: S608  a name of ours\nc.execute(q)\n')

    assert [finding.file for finding in bandit_run.look(tmp_path, ".")] == ["./a.py"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("redis>=8", "neither a requirement"),
        ("redis==8.1", "redis has no hash"),
        ("redis @ https://example.org/redis.whl", "neither a requirement"),
        ("--index-url https://example.org", "neither a requirement"),
    ],
)
def test_a_loose_lock_is_found(text: str, said: str) -> None:
    """Whatever is not one version with its hashes."""
    assert next(iter(locks.read("x.lock", text, {}))).what.startswith(said)


def test_a_dependency_that_is_not_locked_or_not_what_is_installed_is_found() -> None:
    """A newer lock than environment, and a requirement without lock."""
    lock: locks.Lock = {"pytest": ("1.0", 1, "")}

    assert "pytest 1.0 is locked" in next(iter(locks.installed_but_not_locked(lock))).what
    assert [finding.what for finding in locks.wanted_but_not_locked(["pytest>=9", "redis"], lock)] == [
        "pytest>=9 is not locked; make lock",
        "redis is not locked; make lock",
    ]


def test_two_builds_of_the_wheel_are_the_same_file(tmp_path: Path) -> None:
    """Also when they are made in different folders; and it holds our packages and nothing else."""
    first, second = wheel.build(tmp_path / "one"), wheel.build(tmp_path / "another")
    names = subprocess.run([sys.executable, "-m", "zipfile", "-l", first], capture_output=True, text=True).stdout

    assert first.read_bytes() == second.read_bytes()
    tops = {line.split("/")[0] for line in names.splitlines()[1:]}
    assert tops == {"odevents", "workers", next(top for top in tops if top.endswith(".dist-info"))}


def test_the_bill_of_materials_names_every_locked_dependency(tmp_path: Path) -> None:
    """With version and hashes."""
    lock: locks.Lock = {}
    list(locks.read("requirements.lock", (ROOT / "requirements.lock").read_text(), lock))
    wheel.bill_of_materials(tmp_path / "bill.json")
    bill = json.loads((tmp_path / "bill.json").read_text())

    assert {(part["name"].lower().replace("_", "-"), part["version"]) for part in bill["components"]} == {
        (name, version) for name, (version, _, _) in lock.items()
    }
    assert all(part["externalReferences"] for part in bill["components"])
