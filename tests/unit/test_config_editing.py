"""Changing the mode of an office changes one line of the file, whatever else is in it."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from odevents.config_editing import read_exactly, with_mode, write_in_place
from odevents.errors import ConfigError

FILE = """# Ours. mode = "live" is said in the meeting first.
public_url = "https://hooks.example.org"   # behind the proxy

[offices.southside]
customer_key = { env = "KEY" }
mode          = "dry-run"      # until Kim says mode = "live"

[offices.lakewood]
  mode = 'dry-run'
[offices.riverbend] # no mode yet
time_zone = "America/Denver"
"""


@pytest.mark.parametrize("office", ["southside", "lakewood", "riverbend"])
def test_one_line_changes_and_everything_else_stays(office: str) -> None:
    edited = with_mode(FILE, office, "live")
    before, after = FILE.splitlines(), edited.text.splitlines()
    changed = [line for line in after if line not in before]
    assert [line.strip() for line in changed] == [edited.after]
    assert after[edited.line - 1].strip() == edited.after
    assert [line.strip() for line in before if line not in after] == [edited.before] * bool(edited.before)
    modes = {name: table.get("mode") for name, table in tomllib.loads(edited.text)["offices"].items()}
    assert modes == {"southside": "dry-run", "lakewood": "dry-run", "riverbend": None} | {office: "live"}
    assert with_mode(edited.text, office, "dry-run").line == edited.line


def test_line_ends_of_windows_stay() -> None:
    text = FILE.replace("\n", "\r\n")
    for office in ("southside", "riverbend"):
        edited = with_mode(text, office, "live").text
        assert edited.count("\r\n") == edited.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        'offices = { southside = { budget = "mode = 1", mode = "dry-run" } }\n',
        '[offices]\nsouthside = { mode = "dry-run", time_zone = "mode" }\n',
        '[offices]\nsouthside.mode = "dry-run"\n',
        '[offices."southside"]\n"mode" = "dry-run"\n',
        '[offices.southside]\nother = """\nmode = "dry-run"\n"""\nmode = "dry-run"\n',
    ],
)
def test_every_way_of_writing_it_is_changed_rightly(text: str) -> None:
    wanted = tomllib.loads(text)
    wanted["offices"]["southside"]["mode"] = "live"
    assert tomllib.loads(with_mode(text, "southside", "live").text) == wanted


def test_what_no_single_line_says_is_left_to_a_person() -> None:
    with pytest.raises(ConfigError, match="change it by hand"):
        with_mode('[offices]\nsouthside = { mode = """dry-run""", a = 1 }', "southside", "live")


def test_the_file_is_replaced_at_once_and_keeps_its_rights_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "odevents.toml"
    real.write_bytes(b"a = 1\r\n")
    real.chmod(0o640)
    link.symlink_to(real)
    write_in_place(link, "a = 2\r\n")
    assert (read_exactly(link), link.is_symlink()) == ("a = 2\r\n", True)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["odevents.toml", "real.toml"]


def test_where_the_file_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written here"):
        write_in_place(tmp_path / "gone" / "odevents.toml", "a = 1")


def test_the_file_keeps_its_owner_and_group(tmp_path: Path) -> None:
    """It is changed by an administrator and read by the account that the processes run as."""
    file = tmp_path / "odevents.toml"
    file.write_bytes(b"a = 1\n")
    file.chmod(0o640)
    if os.geteuid() == 0:
        owner, group = 64001, 64002
    elif others := sorted(set(os.getgroups()) - {os.getegid()}):
        owner, group = os.geteuid(), others[0]
    else:
        pytest.skip("only root, or a member of a second group, can give a file away")
    os.chown(file, owner, group)

    write_in_place(file, "a = 2\n")

    found = file.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (owner, group, 0o640)
