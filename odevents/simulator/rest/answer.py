"""What a request is answered with."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """A status, a body to be written as JSON (``None``: no body), and headers."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The call is answered with an error; the text is the body, a JSON string as the real API sends it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.answer = Answer(status, text)


def bad_request(text: str) -> Refused:
    """400: fields missing or wrong."""
    return Refused(400, text)


def not_found(what: str) -> Refused:
    """404, worded as the documentation does: ``Patient not found``."""
    return Refused(404, f"{what} not found")
