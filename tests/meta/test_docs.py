"""What the documents say about the program is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from odevents.cli.reference import page
from odevents.doctor import findings
from odevents.subscriptions.freshness import REASONS

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_page_of_commands_and_settings_is_current() -> None:
    """It is made from the program."""
    assert (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8") == page(), "make it again: make docs"


def test_the_page_of_findings_is_current_and_every_code_of_a_feed_is_on_it() -> None:
    """What the doctor prints leads to a heading."""
    assert (ROOT / "docs/reference/findings.md").read_text(encoding="utf-8") == f"{findings.page()}\n"
    assert {reason.code for reason in REASONS.values() if reason.code} <= set(findings.CODES)


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """To a file of the repository, that is; the outside world is not asked."""
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (document.parent / target).exists()]

    assert missing == []


def test_every_make_target_the_documents_name_exists() -> None:
    """What is told to be typed works."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {
        target for document in PAGES for target in re.findall(r"`make ([a-z-]+)", document.read_text(encoding="utf-8"))
    }

    assert named
    assert [target for target in sorted(named) if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_nothing_in_the_repository_names_a_real_looking_ssn() -> None:
    """Nine digits in the usual form, anywhere in the text files that are shipped or tested with."""
    folders = ("odevents", "workers", "tests", "docs", "bench")
    files = [
        file
        for folder in folders
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".md", ".txt", ".toml"}
    ]
    found = [
        str(file)
        for file in files
        if re.search(r"\b(?!9|666|000)\d{3}-\d{2}-\d{4}\b", file.read_text(encoding="utf-8"))
    ]

    assert len(files) > 300
    assert found == []
