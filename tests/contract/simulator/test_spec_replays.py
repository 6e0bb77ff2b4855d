"""The specification's own example requests, as raw HTTP, get the documented status and the documented fields.

The simulator shares the endpoint tables with our client, so a mistake in them would agree with itself; these requests
were transcribed from the documents and pass through neither the tables nor the client on their way in.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from odevents.simulator import Simulator
from tests.contract.simulator.replay import Example, examples, raw
from tests.contract.simulator.spec_clinic import forget_what_examples_repeat, open_clinic

OF_2021 = examples("examples-2021.txt")
OF_PROCEDURES = examples("examples-procedurelogs.txt")


@pytest.fixture(scope="module")
def clinic_of_2021() -> Iterator[Simulator]:
    with open_clinic("21.4.10") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def clinic_of_the_page() -> Iterator[Simulator]:
    with open_clinic("23.3.20") as simulator:
        yield simulator


def test_the_transcription_holds_every_method_of_2021() -> None:
    assert len(OF_2021) == 72
    assert len(OF_PROCEDURES) == 10


@pytest.mark.parametrize("example", OF_2021, ids=lambda example: example.title)
def test_an_example_of_2021_is_answered_as_documented(clinic_of_2021: Simulator, example: Example) -> None:
    _replayed(clinic_of_2021, example)


@pytest.mark.parametrize("example", OF_PROCEDURES, ids=lambda example: example.title)
def test_an_example_of_the_procedurelogs_page_is_answered_as_documented(
    clinic_of_the_page: Simulator, example: Example
) -> None:
    _replayed(clinic_of_the_page, example)


def _replayed(simulator: Simulator, example: Example) -> None:
    office = simulator.office("examples")
    for number, (verb, target, body) in enumerate(example.requests):
        forget_what_examples_repeat(office)
        answer = raw(simulator, office, verb, target, body)

        assert answer.status in example.statuses, f"{verb} {target}: {answer.status} {answer.text}"
        if example.shape == "nothing":
            assert answer.text == ""
        elif example.shape == "text":
            assert isinstance(answer.json, str)
        elif example.shape == "object" and isinstance(answer.json, list):
            pytest.fail(f"{target} gave a list")
        else:
            rows = answer.json if example.shape == "list" else [answer.json]
            assert rows or number or "Offset" in target, f"{target} found nothing"
            assert all(set(example.fields) <= set(row) for row in rows), set(example.fields) - set(rows[0])
