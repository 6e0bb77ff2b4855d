"""An office that answers from a table, for tests of what is built on calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odevents.client.call import Call
from odevents.client.opendental import OpenDental


class ScriptedOffice:
    """Answers a call by its verb and target, or by its target's path; remembers the calls."""

    page_size = 100

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.calls: list[Call] = []

    def send(self, call: Call) -> object:
        self.calls.append(call)
        for key in (f"{call.verb} {call.target}", f"{call.verb} {call.path}"):
            if key in self.answers:
                answer: Callable[[Call], object] | object = self.answers[key]
                return answer(call) if callable(answer) else answer
        raise AssertionError(f"nobody told what to answer to {call.verb} {call.target}")

    @property
    def asked(self) -> list[str]:
        return [f"{call.verb} {call.target}" for call in self.calls]


def scripted(answers: dict[str, Any]) -> tuple[OpenDental, ScriptedOffice]:
    """A client of such an office, and the office."""
    office = ScriptedOffice(answers)
    return OpenDental(office), office
