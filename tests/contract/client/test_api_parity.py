"""The endpoint tables and the list of documented methods (``tests/contract/data``) say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from odevents.client import models, resources
from odevents.client.endpoints import Endpoint, Nothing
from odevents.client.models import Parameter

METHODS: list[dict[str, Any]] = msgspec.json.decode((Path(__file__).parent.parent / "data/methods.json").read_bytes())
DOCUMENTED = {(method["verb"], method["path"].strip("/")): method for method in METHODS}
OURS = {(endpoint.verb, endpoint.path): endpoint for endpoint in resources.endpoints()}
BOTH = sorted(DOCUMENTED.keys() & OURS.keys())

ADDED_NOT_STATED = {("PUT", "appointments/{AptNum}"): "21.1"}

ONLY_IN_THE_TEXT = {
    # The page names these in one sentence, and its example sends them; the list of methods missed the sentence.
    ("POST", "periomeasures"): {"ToothValue", "MBvalue", "Bvalue", "DBvalue", "MLvalue", "Lvalue", "DLvalue"},
    ("PUT", "periomeasures/{PerioMeasureNum}"): {
        "ToothValue",
        "MBvalue",
        "Bvalue",
        "DBvalue",
        "MLvalue",
        "Lvalue",
        "DLvalue",
    },
    # Travels in the URL beside a body.
    ("PUT", "queries/ShortQuery"): {"Offset"},
}

EITHER_STATUS = {("POST", "documents/Thumbnails"), ("POST", "documents/DownloadMount")}

PERMISSIONS = {"Read All": "ReadAll", "AllOthers?": "AllOthers", "—": "AllOthers"}
"""The same permission in other words; what is listed nowhere falls under AllOthers by the page's own rule."""

RENAMED_COLUMNS = {"Description ": "Description", "SubstiutionLinkNum": "SubstitutionLinkNum"}
"""Columns that an example misspells."""


def parameters(endpoint: Endpoint[..., Any]) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in models.parameters(endpoint.request)}


def test_no_method_is_missing_and_none_is_invented() -> None:
    assert OURS.keys() == DOCUMENTED.keys()
    assert len(METHODS) == 334
    assert len(resources.names()) == len({method["resource"] for method in METHODS}) == 100


def test_every_method_of_the_2021_specification_is_there() -> None:
    of_2021 = {key for key, method in DOCUMENTED.items() if method.get("in_2021_specification")}

    assert len(of_2021) == 72
    assert of_2021 <= OURS.keys()


@pytest.mark.parametrize("key", BOTH, ids=" ".join)
def test_a_method_takes_the_documented_parameters(key: tuple[str, str]) -> None:
    method, ours = DOCUMENTED[key], parameters(OURS[key])
    documented = method["required"] + method["optional"]

    assert ours.keys() - ONLY_IN_THE_TEXT.get(key, set()) == {parameter["name"] for parameter in documented}
    for parameter in documented:
        assert ours[parameter["name"]].added == parameter.get("added"), parameter["name"]
    always = {parameter["name"] for parameter in method["required"] if not parameter.get("conditional")}
    assert {name for name, parameter in ours.items() if parameter.required} == always


@pytest.mark.parametrize("key", BOTH, ids=" ".join)
def test_a_method_has_the_documented_version_permission_and_status(key: tuple[str, str]) -> None:
    method, ours = DOCUMENTED[key], OURS[key]
    version = re.search(r"\d\d\.\d+(\.\d+)*", method["added"])
    permission = method["permission"]

    assert ours.added == (ADDED_NOT_STATED[key] if key in ADDED_NOT_STATED else version and version[0])
    assert ours.permission == PERMISSIONS.get(permission, permission)
    if key in EITHER_STATUS:
        assert str(ours.success) in method["success"].split("/")
    else:
        assert str(ours.success) == method["success"]


@pytest.mark.parametrize("key", BOTH, ids=" ".join)
def test_a_method_answers_with_the_documented_columns(key: tuple[str, str]) -> None:
    method, ours = DOCUMENTED[key], OURS[key]
    documented = {RENAMED_COLUMNS.get(name, name) for name, _ in method.get("response_fields", [])}
    if not documented or key == ("PUT", "queries/ShortQuery"):  # whatever columns the query asks for
        assert (ours.response is Nothing) == (method["returns"] == "nothing")
        return

    assert ours.row
    assert documented <= ours.row.model_fields.keys()
    assert str(ours.response).startswith("list") == (method["response_shape"] == "list")


CONDITIONAL_ON_THE_OFFICE = {
    # Required only where clinics are in use, only where a preference is set, or only for some procedure codes:
    # nothing in the request tells.
    ("GET", "appointments/ASAP"): {"ClinicNum"},
    ("GET", "appointments/SlotsWebSched"): {"ClinicNum"},
    ("POST", "claimtrackings"): {"TrackingDefNum"},
    ("POST", "procedurelogs"): {"ToothNum", "Surf", "ToothRange"},
    ("POST", "subscriptions"): {"Workstation"},
}


def test_every_condition_that_can_be_checked_is_declared() -> None:
    undeclared = {
        key: names
        for key, method in DOCUMENTED.items()
        if (names := conditional(method) - CONDITIONAL_ON_THE_OFFICE.get(key, set()))
        and not OURS[key].request.conditions  # type: ignore[union-attr]
    }

    assert undeclared == {}


def conditional(method: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in method["required"] + method["optional"] if parameter.get("conditional")}


if __name__ == "__main__":  # make parity
    print(f"{len(BOTH)} of {len(DOCUMENTED)} documented methods, {len(OURS.keys() - DOCUMENTED.keys())} invented,")
    print(f"{len(resources.names())} resources, {sum(len(parameters(OURS[key])) for key in BOTH)} parameters")
