"""What a note and an endpoint say of whose a subscription is."""

from __future__ import annotations

import pytest

from odevents.subscriptions.marks import Mark, agrees, is_below, is_listener, mark_in, marked, shown


@pytest.mark.parametrize(
    ("note", "mark"),
    [
        ("odevents/visits", Mark("visits")),
        ("by Kim: odevents/visits, since May", Mark("visits")),
        ("odevents/visits paused", Mark("visits", "paused")),
        ("odevents/visits removed by hand", Mark("visits", "removed")),
        ("odevents/visits pausedly", Mark("visits")),
        ("", Mark()),
        ("see example.org/odevents/visits", Mark()),
        ("odevents/visits/more", Mark()),
        ("ODEVENTS/visits", Mark()),
        ("odevents/ visits", Mark()),
    ],
)
def test_a_mark_is_found_where_there_is_one(note: str, mark: Mark) -> None:
    assert mark_in(note) == mark


def test_what_else_a_note_says_stays() -> None:
    note = "by Kim: odevents/visits, since May"
    assert marked(note, "appointments", "paused") == "by Kim: odevents/appointments paused, since May"
    assert marked(marked(note, "visits", "paused"), "visits") == note
    assert marked("by Kim", "visits") == "odevents/visits by Kim"


@pytest.mark.parametrize("broken", ["", "no address", "https://[::1", "//", "http://", "\x00", "https://h:x/"])
def test_an_endpoint_that_somebody_else_misspelt_is_nobodys(broken: str) -> None:
    assert not agrees(broken, "southside", "visits")
    assert not is_below(broken, "https://hooks.example.org")
    assert not is_listener(broken)
    assert shown(broken)


def test_an_endpoint_is_ours_by_scheme_host_and_path() -> None:
    public = "https://hooks.example.org/od"
    ours = f"{public}/apievents/southside/visits"
    assert is_below(ours, public)
    assert is_below(ours.replace("hooks", "HOOKS"), public)
    for other in (
        "http://hooks",
        "https://hooks.example.org.evil",
        "https://evil@hooks",
        "https://hooks.example.org:1",
    ):
        assert not is_below(ours.replace("https://hooks.example.org", other), public)
    assert not is_below(ours.replace("/od/", "/"), public)


def test_what_may_be_a_secret_is_not_shown() -> None:
    assert shown("https://kim:secret@other.example/hook?key=secret#secret") == "https://other.example/hook"
    path = "https://hooks.example.org/apievents/0123456789abcdef/apievents/southside/visits"
    assert shown(path) == "https://hooks.example.org/apievents/…/apievents/southside/visits"
