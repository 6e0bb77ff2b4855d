"""docs/listener.md says what the code does."""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path

import odevents.listener
from odevents.listener.config import ListenerSection, load_listener
from odevents.listener.report import findings
from odevents.listener.tally import Tally
from odevents.request_head import check_headers

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "listener.md").read_text(encoding="utf-8")


def test_the_example_configuration_is_right_and_names_every_setting(tmp_path: Path) -> None:
    example = re.findall(r"```toml\n(.*?)```", TEXT, re.S)[0]
    path = tmp_path / "odevents.toml"
    path.write_text(example, encoding="utf-8")
    section, handlers = load_listener(path)
    assert handlers == ["front_desk"]
    assert section.screen.open
    settings = set(ListenerSection.model_fields) - {"content_types"}
    assert set(tomllib.loads(example)["listener"]) == settings
    assert "`content_types`" in TEXT


def codes() -> set[str]:
    package = Path(odevents.listener.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in package.glob("*.py"))
    source += inspect.getsource(check_headers)  # shared with the receiver
    found = set(re.findall(r'DeliveryRefused\(\s*\d{3}, f?"([a-z-]+)', source))
    events = package.parent / "events"
    rows = (events / "row.py").read_text(encoding="utf-8") + (events / "delivery.py").read_text(encoding="utf-8")
    return found | set(re.findall(r'(?:RowUnreadable\(|DeliveryRefused\(\d{3}, )"([a-z-]+)"', rows)) - {"bad-value"}


def test_every_reason_for_a_refusal_is_explained() -> None:
    assert len(codes()) > 20
    assert [code for code in codes() if f"`{code}" not in TEXT] == []


def test_no_reason_is_explained_that_does_not_exist() -> None:
    table = TEXT[TEXT.index("| code | status |") : TEXT.index("Nothing arrives at all?")]
    named = {code for cell in re.findall(r"^\| (`.*?) \|", table, re.M) for code in re.findall(r"`([a-z-]+)", cell)}
    assert named == codes()


def test_a_finding_without_advice_of_its_own_leads_to_the_page() -> None:
    assert findings(Tally(0, "", refused={"bad-chunk": 1})) == ["! 1 refused (bad-chunk): see docs/listener.md"]
