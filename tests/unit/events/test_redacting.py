"""What is crossed out of a body that could not be understood."""

from __future__ import annotations

import gzip

import pytest

from odevents.events.redacting import MOST_KEPT, redacted

SSN = b"900-12-3456"
"""Of a range that is never issued."""


@pytest.mark.parametrize(
    "body",
    [
        b'[{"SSN": "%b", "LName": "Doe"' % SSN,
        b'[{"SSN":"900123456"',
        b'[{"SSN":900123456,,}]',
        b"[{'ssn': '%b'" % SSN,
        b'"[{\\"SSN\\":\\"%b\\"}]"' % SSN,
        b"<SSN>%b</SSN>" % SSN,
        b"SSN=%b&LName=Doe" % SSN,
        b"Note: 900 12 3456 is hers",
        b"900.12.3456",
        b'[{"patientSSN": "12-3456"',
        b'[{"MedicaidID": "AB 3456"',
    ],
)
def test_what_must_not_be_kept_is_crossed_out(body: bytes) -> None:
    """By its name, or by its digits; the rest stays for whoever has to find out what came."""
    kept = redacted(body)

    assert b"3456" not in kept
    assert b"#" in kept
    assert len(kept) == len(body)


@pytest.mark.parametrize("body", [b'[{"AptNum": 18,, "Note": "x"}]', b"HmPhone: 555-0100", b"<html>Bad Gateway", b""])
def test_the_rest_stays_as_it_came(body: bytes) -> None:
    """The control."""
    assert redacted(body) == body


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('[{"SSN": "900-12-3456"}]'.encode("utf-16"), id="utf-16"),
        pytest.param(gzip.compress(b'[{"SSN": "900-12-3456"}]', mtime=0), id="gzip"),
        pytest.param(b"900-12\0-3456", id="nul"),
    ],
)
def test_what_is_no_text_is_not_kept(body: bytes) -> None:
    """Nobody could look into it for what must go."""
    assert redacted(body) == f"<{len(body)} bytes that are not text; they begin with {body[:4].hex()}>".encode()


def test_only_the_beginning_is_kept_and_no_number_is_cut_in_two() -> None:
    """An SSN across the cut is crossed out before it is cut."""
    kept = redacted(b" " * (MOST_KEPT - 6) + SSN)

    assert len(kept) == MOST_KEPT
    assert kept.endswith(b" ######")
