"""The ``[listener]`` table: what is taken, and what each mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from odevents.errors import ConfigError
from odevents.listener.config import ListenerSection, load_listener
from odevents.listener.credentials import FileStore
from odevents.listener.setup import listener_arguments, read_setup

WHOLE = """
handlers = ["front_desk"]

[listener]
port = 2098
content_types = ["application/json", "text/plain"]
open_url = "https://crm.example.org/patients/{PatNum}?from=odevents"
command = ['C:\\Program Files\\Pop\\pop.exe', "--quiet"]

[listener.keys]
southside = { env = "OD_KEY_SOUTHSIDE" }

[listener.screen]
name = "full"
open = true
fields = { Born = "Birthdate", Provider = "priProvAbbr" }

[listener.forward]
url = "https://hooks.example.org/od/southside/selected"
keep_seconds = 60
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "odevents.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_may_be_left_out() -> None:
    section, handlers = load_listener(None)
    assert section == ListenerSection()
    assert (section.port, section.screen.name, handlers) == (2097, "initial", [])


def test_everything_may_be_set(tmp_path: Path) -> None:
    section, handlers = load_listener(written(tmp_path, WHOLE))
    assert handlers == ["front_desk"]
    assert section.port == 2098
    assert section.command == ("C:\\Program Files\\Pop\\pop.exe", "--quiet")
    assert list(section.screen.fields) == ["Born", "Provider"]
    assert section.forward is not None
    assert section.forward.keep_seconds == 60


def test_the_rest_of_the_file_is_the_business_of_others(tmp_path: Path) -> None:
    path = written(tmp_path, "[offices.southside]\nnonsense = 1\n[listener]\nport = 2099\n")
    assert load_listener(path)[0].port == 2099


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("prot = 2097", "2: listener.prot: no such key"),
        ("port = 0", "2: listener.port: Input should be greater than or equal to 1"),
        ('keys = { southside = "literal" }', "a secret is not written into the file"),
        ('open_url = "file:///C:/x/{PatNum}"', "an http or https address without a user name in it"),
        ('open_url = "javascript:alert({PatNum})"', "an http or https address"),
        ('open_url = "https://{FName}.example.org/"', "never into the host"),
        ('open_url = "https://example.org:{PatNum}/"', "never into the host"),
        ('open_url = "https://user:word@example.org/"', "without a user name"),
        ('open_url = "https://example.org/{SSN}"', "SSN never leaves the event"),
        ('open_url = "https://example.org/{Pat Num}"', "as Open Dental spells it"),
        ('command = ["pop.exe"]', "the full path of a program"),
        ("command = []", "the full path of a program"),
        ("command = ['C:\\pop\\pop.bat']", "where a patient's name could be a command"),
        ("command = ['C:\\pop\\POP.CMD']", "where a patient's name could be a command"),
        ('forward = { url = "http://hooks.example.org/" }', "an https address"),
        ('forward = { url = "ftp://127.0.0.1/" }', "an https address"),
        ('forward = { url = "https://hooks.example.org/", keep_seconds = 90000 }', "less than or equal to 3600"),
        ('screen = { fields = { Number = "MedicaidID" } }', "MedicaidID never leaves the event"),
        ('screen = { name = "all" }', "Input should be 'first', 'initial' or 'full'"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_never_repeated(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_listener(written(tmp_path, f"[listener]\n{line}\n"))
    assert said in str(refused.value)
    assert "odevents.toml:2: " in str(refused.value)
    assert "literal" not in str(refused.value)


def test_a_file_that_is_not_there_or_not_toml_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_listener(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_listener(written(tmp_path, "[listener"))


def test_keys_come_from_the_file_or_else_from_the_store(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "keys.json")
    store.write({"lakewood": "customer-key-of-lakewood"})
    assert read_setup(None, None, store).keys == {"lakewood": "customer-key-of-lakewood"}
    path = written(tmp_path, WHOLE)
    setup = read_setup(path, 2100, store, {"OD_KEY_SOUTHSIDE": "customer-key-of-southside"})
    assert setup.keys == {"southside": "customer-key-of-southside"}
    assert setup.section.port == 2100
    assert "customer-key" not in repr(setup)


def test_missing_keys_are_all_named(tmp_path: Path) -> None:
    path = written(tmp_path, '[listener.keys]\na = { env = "OD_A" }\nb = { file = "/no/such" }\n')
    with pytest.raises(ConfigError) as refused:
        read_setup(path, None, FileStore(tmp_path / "keys.json"), {})
    assert "listener.keys.a: the environment variable OD_A is missing" in str(refused.value)
    assert "listener.keys.b: the file /no/such is missing" in str(refused.value)


def test_what_starts_at_sign_in_depends_on_no_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert listener_arguments(Path("odevents.toml"), 2098) == [
        "--config",
        str(tmp_path / "odevents.toml"),
        "--port",
        "2098",
    ]
    assert listener_arguments(None, None) == []
