"""Every example of the documents can be said with the client, and every answer read without losing a field.

Where the documents contradict themselves, the case is listed here by name; nothing is left out in silence.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest

from odevents.client import resources
from odevents.client.call import Call
from odevents.client.endpoints import Endpoint, Nothing, is_list
from odevents.client.models import Row
from odevents.client.paging import pages
from odevents.client.resources.appointments import Appointment
from odevents.client.resources.patients import Patient
from tests.contract.client.spec_examples import Example, examples, printed_events

TEXTS = ("api-specification-2021.txt", "api-procedurelogs.txt")
EXAMPLES = [example for text in TEXTS for example in examples(text)]

PATHS = {
    # "Resources in the URL are lowercase plural", says the specification, and then prints capitals.
    "/allergyDefs": "/allergydefs",
    "/diseaseDefs": "/diseasedefs",
    "/discountPlanSubs": "/discountplansubs",
    "/patientNotes/15": "/patientnotes/15",
    "/ettrans": "/etrans",
}

MOVED_TO_THE_PATH = {
    # An older text of ProcedureLogs has the key of a group note in the body; the page has it in the path.
    ("PUT", "/procedurelogs/GroupNote"): ("/procedurelogs/865/GroupNote", "ProcNum"),
}

RENAMED = {
    # The description of the parameters and their example differ in a capital.
    ("POST", "/appointments/WebSched"): {"dateTimeStart": "DateTimeStart", "dateTimeEnd": "DateTimeEnd"},
    ("POST", "/diseases"): {"DiseaseDefName": "diseaseDefName"},
}

NO_LONGER_TAKEN = {
    # 2021 printed both names of a thing; later pages allow one of each pair and ignore provAbbr.
    ("POST", "/procedurelogs", "provAbbr"): {"provAbbr", "priority", "dxName"},
}

OTHER_SPELLINGS = {
    # The specification's "Data Types" say "true" and "false"; a number is a number although the example quotes it,
    # or the other way round (POST /payments prints PayAmt both ways).
    ("PUT", "/appointments/5/Break", "sendToUnscheduledList"),
    ("POST", "/patplans", "PatNum"),
    ("POST", "/payments", "PayAmt"),
    ("POST", "/payments", "ClinicNum"),
    ("POST", "/popups", "PatNum"),
}

MISSPELT_COLUMNS = {("operatories", "OperatorNum"): "OperatoryNum"}


def requests() -> list[Any]:
    return [
        pytest.param(verb, target, body, id=f"{example.line}-{verb}-{target}-{number}")
        for example in EXAMPLES
        for verb, target in example.targets
        for number, body in enumerate(bodies_of(example) or [{}])
    ]


def bodies_of(example: Example) -> list[dict[str, Any]]:
    """A list of bodies (POST /medicationpats: "etc...") stands for several requests."""
    return [one for body in example.bodies for one in (body if isinstance(body, list) else [body])]


def endpoint_of(verb: str, path: str) -> tuple[Endpoint[..., Any], tuple[int, ...]]:
    parts = path.strip("/").split("/")
    for endpoint in resources.load(parts[0]).endpoints().values():
        template = endpoint.path.split("/")
        if endpoint.verb == verb and len(template) == len(parts):
            pairs = list(zip(template, parts, strict=True))
            if all(t == p or (t.startswith("{") and p.isdigit()) for t, p in pairs):
                return endpoint, tuple(int(p) for t, p in pairs if t.startswith("{"))
    raise LookupError(f"no endpoint {verb} {path}")


def settled(verb: str, path: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Path and body after the contradictions listed above."""
    names = RENAMED.get((verb, path), {})
    body = {names.get(name, name): value for name, value in body.items()}
    for (its_verb, its_path, sign), dropped in NO_LONGER_TAKEN.items():
        if (verb, path) == (its_verb, its_path) and sign in body:
            body = {name: value for name, value in body.items() if name not in dropped}
    if (verb, path) in MOVED_TO_THE_PATH:
        path, name = MOVED_TO_THE_PATH[verb, path]
        body.pop(name)
    return PATHS.get(path, path), body


@pytest.mark.parametrize(("verb", "target", "printed"), requests())
def test_an_example_request_can_be_said_exactly(verb: str, target: str, printed: dict[str, Any]) -> None:
    printed_path, _, printed_query = target.partition("?")
    path, body = settled(verb, printed_path, printed)
    query = dict(parse_qsl(printed_query, keep_blank_values=True))
    endpoint, values = endpoint_of(verb, path)

    call = endpoint.prepare(values, {**query, **body})

    assert (call.verb, "/" + call.path) == (verb, path)
    assert dict(call.query) == query
    sent = dict(call.body or {})
    for name in body:
        if (verb, printed_path, name) in OTHER_SPELLINGS:
            assert str(sent.pop(name)).lower() == str(body[name]).lower()
    assert typed(sent) == typed({name: body[name] for name in body if name in sent})
    assert (call.body is None) == (verb in ("GET", "DELETE"))


def typed(value: Any) -> Any:
    """So that 1, 1.0 and True are three things, as they are in JSON; 20 and 20.0 are one."""
    if isinstance(value, dict):
        return {name: typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return ("number", float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.line}")
def test_a_query_is_percent_encoded_as_documented(example: Example) -> None:
    for verb, target in example.targets:
        path, _, query = target.partition("?")
        if verb == "GET" and query:
            endpoint, values = endpoint_of(verb, PATHS.get(path, path))
            sent = endpoint.prepare(values, dict(parse_qsl(query))).target.partition("?")[2]
            # The older texts leave spaces and colons as they are; where they encode, we encode the same.
            assert sorted(sent.split("&")) == sorted(encoded(query).split("&"))


def encoded(query: str) -> str:
    return unquote(query).replace(" ", "%20").replace(":", "%3A")


def responses() -> list[Any]:
    return [
        pytest.param(example, response, id=f"{example.line}-{number}")
        for example in EXAMPLES
        for number, response in enumerate(example.responses)
    ]


@pytest.mark.parametrize(("example", "response"), responses())
def test_an_example_response_is_read_without_losing_a_field(example: Example, response: Any) -> None:
    verb, target = example.targets[0]
    path, _ = settled(verb, target.partition("?")[0], {"ProcNum": 0})
    endpoint, _ = endpoint_of(verb, path)
    printed = corrected(endpoint, response if isinstance(response, list) else [response])

    if endpoint.response is Nothing:
        pytest.fail(f"{endpoint} documents no answer, yet here is one")
    given = printed if isinstance(response, list) else [printed[0]]
    read = endpoint.read(given if is_list(endpoint) or isinstance(response, list) else given[0])

    for row, original in zip(read if isinstance(read, list) else [read], printed, strict=True):
        again = row.wire() if isinstance(row, Row) else row
        assert lost(original, again) == {}


def corrected(endpoint: Endpoint[..., Any], rows: list[Any]) -> list[Any]:
    resource = endpoint.path.partition("/")[0]
    return [
        {MISSPELT_COLUMNS.get((resource, name), name): value for name, value in row.items()}
        if isinstance(row, dict)
        else row
        for row in rows
    ]


def lost(before: Any, after: Any) -> dict[str, Any]:
    """The fields of ``before`` that ``after`` lacks or says otherwise."""
    if not isinstance(before, dict):
        return {} if before == after else {"": before}
    return {
        name: (value, after.get(name))
        for name, value in before.items()
        if name not in after or not same(value, after[name])
    }


EMPTY = ("", None, 0, "0", "0001-01-01", "0001-01-01 00:00:00")


def same(before: Any, after: Any) -> bool:
    """Equal, or one of the spellings that the documents themselves use for one value."""
    if before == after or str(before).lower() == str(after).lower() or (before in EMPTY and after in EMPTY):
        return True
    try:
        return Decimal(str(before)) == Decimal(str(after))
    except InvalidOperation:
        return str(after) == f"{before} 00:00:00" or str(before) == f"{after} 00:00:00"


def test_a_lost_or_altered_field_would_be_noticed() -> None:
    assert lost({"Note": "x", "Op": 3, "IsHidden": "False"}, {"Note": "y", "Op": 3, "IsHidden": "true"}).keys() == {
        "Note",
        "IsHidden",
    }
    assert lost({"Note": "x"}, {}).keys() == {"Note"}
    assert typed({"Op": 1}) != typed({"Op": "1"})


def test_the_rows_of_the_example_events_are_rows_of_the_api() -> None:
    appointment, patient = printed_events()

    assert lost(appointment, Appointment.model_validate(appointment).wire()) == {}
    assert lost(patient, Patient.model_validate(patient).wire()) == {}


def test_every_method_of_2021_has_its_example() -> None:
    verbs = [verb for example in examples(TEXTS[0]) for verb, _ in example.targets[:1]]

    # 72 methods; GET providers has a second example for its filter by clinic.
    assert len(verbs) == 73


def test_the_readings_of_the_other_documents_can_be_said() -> None:
    class Nobody:
        page_size = 100
        calls: list[Call] = []  # noqa: RUF012 - one list for one test

        def send(self, call: Call) -> object:
            self.calls.append(call)
            return []

    sender = Nobody()
    find, _ = endpoint_of("GET", "/patients")
    list(pages(sender, find.prepare((), {})))
    get, key = endpoint_of("GET", "/patients/123")
    sender.send(get.prepare(key, {}))
    preferences, _ = endpoint_of("GET", "/preferences")
    sender.send(preferences.prepare((), {"PrefName": "DateLastAging"}))

    assert [call.target for call in sender.calls] == ["patients", "patients/123", "preferences?PrefName=DateLastAging"]
