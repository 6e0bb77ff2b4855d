"""The endpoint tables, which client and simulator share, hold what the documents say and not only what both believe."""

from __future__ import annotations

import re
from collections import Counter

from odevents.simulator.coverage import all_endpoints, coverage
from tests.contract.simulator.replay import DATA

NOT_MODELLED = {"PUT payments/{PayNum}/Partial"}
"""Its page does not say enough of what it does."""


def _documented() -> list[str]:
    lines = (DATA / "methods.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _in_tables() -> set[str]:
    return {f"{e.verb} /{re.sub(r'{[^}]+}', '{id}', e.path)}" for e in all_endpoints()}


def test_the_list_copied_from_the_documents_is_whole() -> None:
    documented = _documented()

    assert len(documented) == len(set(documented)) == 72 + 8 + 4


def test_every_method_copied_from_the_documents_is_in_the_tables() -> None:
    assert set(_documented()) - _in_tables() == set()


def test_a_method_that_is_not_in_the_documents_would_be_noticed() -> None:
    assert "PUT /appointments/{id}/Confrim" not in _in_tables()


def test_no_two_endpoints_have_the_same_verb_and_path() -> None:
    counted = Counter((endpoint.verb, endpoint.path) for endpoint in all_endpoints())

    assert [method for method, times in counted.items() if times > 1] == []


def test_only_these_methods_answer_501() -> None:
    modelled, missing = coverage()

    assert {f"{endpoint.verb} {endpoint.path}" for endpoint in missing} == NOT_MODELLED
    assert len(modelled) == 333


def test_every_method_of_the_documents_and_every_list_and_single_get_is_modelled() -> None:
    _, missing = coverage()
    paths = {f"{e.verb} /{re.sub(r'{[^}]+}', '{id}', e.path)}" for e in missing}

    assert paths & set(_documented()) == set()
    assert [endpoint.path for endpoint in missing if endpoint.verb == "GET"] == []
