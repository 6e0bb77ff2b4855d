"""Whatever is asked, of whichever method, the answer is the API's and not a mistake of the simulator (500)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from odevents.client.endpoints import Endpoint
from odevents.simulator import Office
from odevents.simulator.coverage import all_endpoints, coverage
from tests.unit.simulator.conftest import Ask

JUNK: list[Any] = [
    "",
    "x",
    "1",
    1,
    -1,
    2**70,
    1.5,
    None,
    True,
    [],
    [1],
    ["x", None],
    {},
    {"a": 1},
    "2026-03-02",
    "🦷'\"",
]
ENDPOINTS = all_endpoints()
NOT_MODELLED = coverage()[1]


def target(endpoint: Endpoint[..., Any], key: int = 1) -> str:
    return re.sub(r"{\w+}", str(key), endpoint.path)


def parameters(endpoint: Endpoint[..., Any]) -> list[str]:
    return list(endpoint.request.model_fields) if endpoint.request else []


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_in_every_parameter_is_refused_or_ignored(ask: Ask, junk: Any) -> None:
    broken = []
    for endpoint in ENDPOINTS:
        names = parameters(endpoint)
        if endpoint.verb == "GET":
            query = "&".join(f"{name}={junk}" for name in names if "#" not in str(junk))
            answer = ask("GET", f"{target(endpoint)}?{query}")
        else:
            answer = ask(endpoint.verb, target(endpoint), **dict.fromkeys(names, junk))
        if answer.status == 500:
            broken.append(f"{endpoint.verb} {endpoint.path}: {answer.body}")
    assert broken == []


@pytest.mark.parametrize("junk", [2**70, [1], {"a": 1}], ids=repr)
def test_junk_in_one_parameter_alone_is_refused_or_ignored(ask: Ask, junk: Any) -> None:
    broken = []
    for endpoint in ENDPOINTS:
        required = {
            n: f for n, f in (endpoint.request.model_fields if endpoint.request else {}).items() if f.is_required()
        }
        for name in parameters(endpoint) if endpoint.verb != "GET" else ():
            body = {n: plausible(f.annotation) for n, f in required.items()} | {name: junk}
            answer = ask(endpoint.verb, target(endpoint), **body)
            if answer.status == 500:
                broken.append(f"{endpoint.verb} {endpoint.path} {name}: {answer.body}")
    assert broken == []


PLAUSIBLE = {
    "int": 1, "str": "text", "date": "2026-03-02", "datetime": "2026-03-02 09:00:00", "Decimal": "10.00",
    "bool": "true", "list": [1], "time": "09:00:00",
}  # fmt: skip


def plausible(annotation: object) -> Any:
    text = str(annotation)
    literal = re.search(r"Literal\['([^']+)'", text)
    if literal:
        return literal[1]
    for name in ("list", "datetime.datetime", "datetime.date", "datetime.time", "Decimal", "bool", "int"):
        if name in text:
            return PLAUSIBLE[name.rpartition(".")[2]]
    return PLAUSIBLE["str"]


@pytest.mark.parametrize("only_required", [True, False])
def test_plausible_parameters_never_break_it_and_most_succeed(ask: Ask, office: Office, only_required: bool) -> None:
    statuses: dict[str, int] = {}
    for endpoint in ENDPOINTS:
        fields = endpoint.request.model_fields if endpoint.request else {}
        body = {
            name: plausible(field.annotation)
            for name, field in fields.items()
            if field.is_required() or not only_required
        }
        if endpoint.verb == "GET":
            query = "&".join(f"{name}={value}" for name, value in body.items() if name not in ("Limit", "Offset"))
            answer = ask("GET", f"{target(endpoint)}?{query}")
        else:
            answer = ask(endpoint.verb, target(endpoint, 2), **body)
        statuses[f"{endpoint.verb} {endpoint.path}"] = answer.status

    assert [method for method, status in statuses.items() if status == 500] == []
    assert sum(status == 501 for status in statuses.values()) == len(NOT_MODELLED)
    if only_required:
        assert sum(status in (200, 201) for status in statuses.values()) > 200


def test_a_mistake_of_the_simulator_would_be_a_500_and_be_printed(
    ask: Ask, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.store.connection.execute("DROP TABLE popup")
    answer = ask("GET", "popups?PatNum=1")
    assert (answer.status, answer.body) == (500, "The simulator failed: OperationalError")
    assert "no such table: popup" in capsys.readouterr().err
