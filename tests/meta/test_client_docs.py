"""What the documents say about the client is true."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from odevents.cli.api import VERBS, call_of
from odevents.cli.main import odevents
from odevents.client import resources
from odevents.client.catalog import reference_page
from odevents.client.opendental import OpenDental
from tests.unit.client.scripted import scripted

DOCS = Path(__file__).parent.parent.parent / "docs"
HOW_TO = (DOCS / "how-to/add-a-resource.md").read_text()


def test_the_reference_page_is_current() -> None:
    told = "make it again: python -m odevents.client.catalog > docs/reference/api-methods.md"

    assert (DOCS / "reference/api-methods.md").read_text() == reference_page(), told


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The made-up resource of the how-to, among the others."""
    source = re.findall(r"```python\n(.*?)```", HOW_TO, re.S)[0]
    (tmp_path / "pets.py").write_text(source)
    monkeypatch.setattr(resources, "__path__", [*resources.__path__, str(tmp_path)])
    resources.names.cache_clear()
    yield
    resources.names.cache_clear()
    sys.modules.pop("odevents.client.resources.pets", None)


@pytest.mark.usefixtures("pets")
def test_a_made_up_resource_takes_one_file() -> None:
    client, office = scripted({"GET pets?PatNum=12": [{"PetNum": 7, "Name": "Rex"}], "PUT pets/7": None})

    (pet,) = client.pets.find(PatNum=12)  # type: ignore[attr-defined]
    client.pets.update(pet.PetNum, Name="Max")  # type: ignore[attr-defined]

    assert pet.Name == "Rex"
    assert office.calls[-1].body == {"Name": "Max"}


def test_the_one_line_of_a_made_up_resource_is_like_its_neighbours() -> None:
    line = re.findall(r"```python\n( +from .*)\n```", HOW_TO)[0]
    facade = Path(sys.modules[OpenDental.__module__].__file__ or "").read_text()

    assert line.replace("pets", "payments") in facade.splitlines()
    assert line not in facade.splitlines()


CALLS = (DOCS / "how-to/call-the-api.md").read_text()


def test_the_python_of_the_how_to_is_python() -> None:
    blocks = re.findall(r"```python\n(.*?)```", CALLS, re.S)

    assert len(blocks) == 2
    for block in blocks:
        compile(block, "call-the-api.md", "exec")


@pytest.mark.parametrize("line", re.findall(r"^odevents (.*?)(?:\s+#.*)?$", CALLS, re.M))
def test_a_command_of_the_how_to_exists(line: str) -> None:
    words = shlex.split(line)
    command: click.Command | None = odevents
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    if command.name in VERBS:
        call_of(command.name, words[0], [word for word in words[1:] if not word.startswith("-")])
