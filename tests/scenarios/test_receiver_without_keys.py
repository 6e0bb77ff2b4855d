"""The receiver on the public side holds nothing that calls an office or opens what is stored."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from odevents.simulator import DEVELOPER_KEY
from tests.support.canaries import found
from tests.support.command import run
from tests.support.installation import IDENTITY_KEY, SEALING_KEY, Installation, installation

CHANGED = {"AptNum": 1, "PatNum": 1, "Pattern": "/XX/", "DateTStamp": "2026-01-05 08:00:00"}


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A receiver that was given its index only, beside a worker that has everything."""
    with installation(tmp_path_factory.mktemp("split"), "worker") as running:
        index = running.folder / "receiver_index"
        run(running, "offices", "index", "--out", str(index))
        whole, secret = running.environment, (SEALING_KEY, IDENTITY_KEY, DEVELOPER_KEY, customer_key(running))
        running.environment = {name: value for name, value in whole.items() if value not in secret}
        running.environment |= {"ODEVENTS_RECEIVER_INDEX_FILE": str(index), "ODEVENTS_CONFIG": "/no/such/file"}
        hidden = {name: value for name, value in os.environ.items() if value in secret}
        for name in hidden:
            del os.environ[name]
        running.start("serve")
        running.environment = whole
        os.environ |= hidden
        yield running


def customer_key(running: Installation) -> str:
    """The key that the pretend office fires with."""
    return running.clinic.office("southside").customer_key


def test_a_delivery_is_kept_by_one_and_opened_by_the_other(split: Installation) -> None:
    """Neither configuration nor keys are needed to keep it; a wrong key is refused all the same."""
    entry = split.processed(split.post([CHANGED], Event_Type="WatchTable: Appointment"))

    assert entry.status == "processed"
    assert split.post([CHANGED], Authorization="another key").status_code == 401


def test_ssn_is_taken_out_by_the_receiver_as_a_worker_would(split: Installation) -> None:
    """With the fingerprint that everybody makes."""
    row = {"PatNum": 1, "SSN": "000-00-0001", "DateTStamp": "2026-01-05 08:00:00"}
    entry = split.processed(split.post([row], Event_Type="WatchTable: Patient"))
    body = split.runtime.store.inbox.body("southside", entry.id)

    wanted = split.runtime.seals.fingerprint(b'["SSN","000-00-0001"]', "minimised", "southside").hex()[:16]
    assert f"fingerprint:{wanted}".encode() in body


def test_nothing_of_the_receiver_process_holds_a_key(split: Installation) -> None:
    """Neither its environment nor its arguments nor its files; the worker's environment is the control."""
    keys = [SEALING_KEY, IDENTITY_KEY, DEVELOPER_KEY, customer_key(split)]
    keys += [base64.b64decode(key).decode() for key in (SEALING_KEY, IDENTITY_KEY)]

    def of(command: str) -> list[tuple[str, bytes]]:
        process = Path(f"/proc/{split.processes[command].pid}")
        return [(name, (process / name).read_bytes()) for name in ("environ", "cmdline")]

    index = split.folder / "receiver_index"
    assert found(keys, [*of("serve"), ("index", index.read_bytes())]) == set()
    assert {place for _, place in found(keys, of("worker"))} == {"environ"}
    assert stat.S_IMODE(index.stat().st_mode) == 0o600
