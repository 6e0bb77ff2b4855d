"""When a changed configuration is taken up, and when it is not."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from odevents.reloading import Reloading, files_of
from odevents.runtime import Runtime, load_runtime
from tests.support.logged import log_into, logged

OFFICE = """
[offices.southside]
customer_key  = {{ env = "OD_KEY_SOUTHSIDE" }}
developer_key = {{ file = "{folder}/developer" }}
time_zone     = "America/Los_Angeles"
budget        = "{budget}"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration whose secrets are mounted files."""
    (tmp_path / "odevents.toml").write_text(OFFICE.format(folder=tmp_path, budget="1/1s"))
    (tmp_path / "OD_KEY_SOUTHSIDE").write_text("customer-key")
    (tmp_path / "developer").write_text("developer-key")
    (tmp_path / "ODEVENTS_SEALING_KEYS").write_text("c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=")
    monkeypatch.setenv("ODEVENTS_IDENTITY_KEY", "aWRlbnRpdHkga2V5IG9mIHRoZSB0ZXN0cyAzMiBieXQ=")
    monkeypatch.setenv("ODEVENTS_SECRETS", str(tmp_path))
    monkeypatch.setenv("ODEVENTS_CONFIG", str(tmp_path / "odevents.toml"))
    return tmp_path


@pytest.fixture
def reloading(folder: Path) -> Iterator[Reloading]:
    """Watching that configuration."""
    before = signal.getsignal(signal.SIGHUP)
    yield Reloading(load_runtime, load_runtime())
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged."""
    with logged() as found:
        log_into(found)
        yield found


def looked(reloading: Reloading, times: int) -> list[Runtime]:
    """What came of looking so often."""
    return [found for _ in range(times) if (found := reloading.renewed())]


def test_all_files_are_watched(folder: Path) -> None:
    """The configuration, the secrets it names, and those of the environment."""
    assert {file.name for file in files_of(load_runtime())} == {
        "odevents.toml", "OD_KEY_SOUTHSIDE", "developer", "ODEVENTS_SEALING_KEYS",
    }  # fmt: skip


def test_a_changed_file_is_taken_up_once_when_it_has_settled(reloading: Reloading, folder: Path) -> None:
    """The first look could have met it half written."""
    assert looked(reloading, 2) == []
    (folder / "odevents.toml").write_text(OFFICE.format(folder=folder, budget="none"))

    assert reloading.renewed() is None
    assert [found.offices["southside"].budget for found in looked(reloading, 3)] == ["none"]


def test_a_changed_secret_is_taken_up(reloading: Reloading, folder: Path) -> None:
    """Kubernetes exchanges the file; nobody sends a signal."""
    (folder / "OD_KEY_SOUTHSIDE").write_text("another-key")

    assert [found.offices["southside"].customer_keys for found in looked(reloading, 3)] == [("another-key",)]


@pytest.mark.parametrize("wrong", ["[offices", OFFICE.format(folder="/no/such/folder", budget="1/1s"), None])
def test_what_is_wrong_is_refused_once_and_put_right_later(
    reloading: Reloading, folder: Path, wrong: str | None, lines: io.StringIO
) -> None:
    """Not TOML, without its secret, gone: one refusal in the log, not one every two seconds."""
    file, right = folder / "odevents.toml", (folder / "odevents.toml").read_text()
    if wrong is None:
        file.unlink()
    else:
        file.write_text(wrong)
    assert looked(reloading, 5) == []
    assert lines.getvalue().count("the old one stays") == 1

    file.write_text(right)
    assert len(looked(reloading, 5)) == 1


def test_it_goes_on_looking_whatever_goes_wrong(folder: Path, lines: io.StringIO) -> None:
    """A mistake of ours, or a module that raises while it is imported, ends one look and not all of them."""
    faults, first = [RuntimeError("the text stays out of the log")], load_runtime()

    def load() -> Runtime:
        if faults:
            raise faults.pop()
        return load_runtime()

    before = signal.getsignal(signal.SIGHUP)
    reloading = Reloading(load, first)
    signal.signal(signal.SIGHUP, before)
    (folder / "developer").write_text("another-key")
    assert looked(reloading, 3) == []
    (folder / "developer").write_text("a-third-key")
    assert len(looked(reloading, 3)) == 1
    said = lines.getvalue()
    assert "RuntimeError at test_reloading.py" in said
    assert "stays out" not in said


def test_a_signal_makes_it_look_at_once(reloading: Reloading) -> None:
    """Also when no file has changed: what else was read is read again."""
    os.kill(os.getpid(), signal.SIGHUP)
    until = time.monotonic() + 5
    while not (found := reloading.renewed()) and time.monotonic() < until:
        pass

    assert found
