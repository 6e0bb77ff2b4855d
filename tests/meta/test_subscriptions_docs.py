"""The tables of docs/how-to/subscriptions.md say what the code says, and name nothing that does not exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from odevents.config import ConfigFile
from odevents.subscriptions.drift import MEANING, Drift
from odevents.subscriptions.lints import LINTS, check_subscriptions

TEXT = (Path(__file__).parent.parent.parent / "docs" / "how-to" / "subscriptions.md").read_text(encoding="utf-8")


def table(head: str) -> list[list[str]]:
    """The cells of the table with this head."""
    rows = TEXT[TEXT.index(head) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_kind_of_difference_is_explained_as_the_code_says_it() -> None:
    assert table("| kind | means |") == [[str(kind), *MEANING[kind]] for kind in Drift]


def test_every_lint_is_explained_as_the_code_says_it() -> None:
    assert table("| code | what goes wrong |") == [[code, meaning] for code, meaning in LINTS.items()]


def test_the_example_is_right() -> None:
    example = re.search(r"```toml\n(.*?)```", TEXT, re.S)
    assert example is not None
    data = tomllib.loads(example[1])
    data["offices"]["southside"] |= {
        "customer_key": {"env": "KEY"},
        "developer_key": {"env": "DEVELOPER"},
        "time_zone": "America/Denver",
    }
    file = ConfigFile.model_validate(data)
    assert not list(check_subscriptions(file))
    assert len(file.subscriptions) == 3
