"""A sealing key is replaced under load: nothing fails to open, and nothing is left under the old one."""

from __future__ import annotations

import base64
import threading
from itertools import count
from pathlib import Path

import httpx
from pydantic import SecretStr

from odevents.config import ConfigFile
from odevents.runtime import Runtime
from odevents.settings import Settings
from odevents.store.resealing import Sealed, sealed_values
from odevents.store.seal import Seals
from tests.support.acl import as_documented_user, denied
from tests.support.canaries import everything_in
from tests.support.command import run
from tests.support.installation import IDENTITY_KEY, SEALING_KEY, Installation, installation, until

NEW = base64.b64encode(b"the newest sealing key, 32 bytes").decode()


def test_everything_under_an_old_key_is_sealed_anew_while_deliveries_come(tmp_path: Path) -> None:
    """The ring is changed in the mounted file, everybody takes it up, `reseal` runs, and the old key is retired."""
    ring = tmp_path / "ring"
    ring.write_text(SEALING_KEY)
    with installation(tmp_path, ODEVENTS_SEALING_KEYS_FILE=str(ring)) as running:
        del running.environment["ODEVENTS_SEALING_KEYS"]
        running.environment["REDIS_URL"] = as_documented_user(running.redis, running.server.url)
        running.start("serve", "worker", "scheduler")
        load = Load(running)
        load.start()
        running.post(b"no json")
        until(lambda: len(running.writes()) >= 3, what="some writes")
        assert {label(value) for value in sealed_values(running.redis)} == {under(SEALING_KEY)}, "the control"

        ring.write_text(f"{NEW},{SEALING_KEY}")
        running.hang_up()
        until(lambda: taken_up(running, 1), within=60, what="the new ring, everywhere")
        until(lambda: under(NEW) in map(label, sealed_values(running.redis)), what="sealing with the new key")
        said = run(running, "reseal", "--reason", "the yearly rotation").stdout
        assert "can be taken out" in said
        assert {label(value) for value in sealed_values(running.redis)} == {under(NEW)}

        ring.write_text(NEW)
        running.hang_up()
        until(lambda: taken_up(running, 2), within=60, what="the ring without the old key")
        load.stop()
        until(running.idle, within=60, what="the end of all work")
        assert set(load.answers) == {200}
        assert "does not open" not in running.logs()
        assert "no key in the ring" not in running.logs()
        assert everything_opens(running)
        assert denied(running.redis) == []


def test_every_kind_of_sealed_value_is_known_to_resealing(tmp_path: Path) -> None:
    """Nothing of Redis begins like a sealed value and is not among those that are sealed anew."""
    with installation(tmp_path, "serve", "worker") as running:
        running.processed(post(running, 1))
        running.processed(post(running, 11))
        running.post(b"no json")
        running.post([{"AptNum": "not a number"}], Event_Type="WatchTable: Appointment")
        until(lambda: running.idle() and running.writes(), what="the end of all work")
        known = {value.value for value in sealed_values(running.redis)}
        label = under(SEALING_KEY)
        looks = {
            piece for _, piece in everything_in(running.redis) if piece[:1] in (b"\1", b"\2") and piece[1:2] == label
        }

        kinds = {value.key.split(":")[3] for value in sealed_values(running.redis)}
        assert {"delivery", "refused", "snapshot", "write", "facts"} <= kinds
        assert looks <= known


def taken_up(running: Installation, times: int) -> bool:
    """Whether everybody has read the configuration again so often."""
    logs = running.logs()
    wanted = {"configuration taken up": 3 * times, "worker ready": 2 * (times + 1), "scheduler ready": times + 1}
    return all(logs.count(mark) >= number for mark, number in wanted.items())


def under(key: str) -> bytes:
    """The label of a key."""
    return bytes([seals(key).newest])


def label(value: Sealed) -> bytes:
    """The label of the key that sealed a value."""
    return value.value[1:2]


def seals(key: str) -> Seals:
    """The seals of an installation whose ring is this key."""
    settings = Settings(sealing_keys=(SecretStr(key),), identity_key=SecretStr(IDENTITY_KEY))
    return Runtime(settings, ConfigFile(offices={})).seals


def everything_opens(running: Installation) -> bool:
    """Whether the newest key alone opens all there is."""
    newest = seals(NEW)
    return all(newest.open(value.value, *value.place) for value in sealed_values(running.redis))


def post(running: Installation, version: int) -> httpx.Response:
    """Another version of the same row."""
    stamp = f"2026-01-05 {8 + version // 3600:02}:{version // 60 % 60:02}:{version % 60:02}"
    row = {
        "AptNum": 1 + version % 10,
        "PatNum": 1,
        "Pattern": "/X" * (1 + version // 10 % 3),
        "AptDateTime": "2026-01-06 09:00:00",
        "DateTStamp": stamp,
    }
    return running.post([row], Event_Type="WatchTable: Appointment")


class Load(threading.Thread):
    """Posts a new version of a row ten times a second until told to stop."""

    def __init__(self, running: Installation) -> None:
        super().__init__()
        self._running = running
        self._stopping = threading.Event()
        self.answers: list[int] = []

    def run(self) -> None:
        """Post."""
        for version in count():
            if self._stopping.wait(0.1):
                return
            self.answers.append(post(self._running, version).status_code)

    def stop(self) -> None:
        """Post no more."""
        self._stopping.set()
        self.join()
