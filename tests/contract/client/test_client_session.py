"""A call travels as documented, is tried again only when that is safe, and tells nothing it should not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odevents.client.answers import decoded, failure, is_a_page
from odevents.client.budget import LocalBudget
from odevents.client.opendental import OpenDental
from odevents.client.resources.appointments import Appointments
from odevents.client.session import Session
from odevents.errors import (
    AnswerUnreadable,
    BadRequest,
    BudgetSpent,
    CallError,
    CallInvalid,
    ConfigError,
    KeyRefused,
    MethodGone,
    NotApplied,
    NotFound,
    NotSent,
    OfficeOffline,
    OfficeTooOld,
    OutcomeUnknown,
    Throttled,
)
from tests.contract.client.tiny_office import Answer, Asked, TinyOffice, refused_port, tiny_office

KEYS: dict[str, Any] = {"developer_key": "developer-key", "customer_key": "customer-key-of-southside"}
FAST = httpx.Timeout(0.3)


class Pauses:
    """Instead of sleeping."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def session(*offices: TinyOffice | str, **options: Any) -> Session:
    urls = [office if isinstance(office, str) else office.base_url for office in offices]
    return Session(base_urls=urls, sleep=options.pop("sleep", Pauses()), **KEYS, **options)


@pytest.fixture
def nowhere() -> str:
    return f"http://127.0.0.1:{refused_port()}/api/v1"


def test_a_call_carries_the_documented_headers_and_body() -> None:
    with tiny_office(Answer(body=b"")) as office, session(office) as sender:
        OpenDental(sender).appointments.note(18, Note="Requests reschedule")

    (asked,) = office.asked
    assert (asked.verb, asked.target) == ("PUT", "/api/v1/appointments/18/Note")
    assert asked.headers["authorization"] == "ODFHIR developer-key/customer-key-of-southside"
    assert asked.headers["content-type"] == "application/json"
    assert msgspec.json.decode(asked.body) == {"Note": "Requests reschedule"}


def test_the_content_type_is_there_even_without_a_body_and_the_query_is_percent_encoded() -> None:
    with tiny_office(Answer()) as office, session(office) as sender:
        list(OpenDental(sender).patients.find(LName="De Angelo"))

    (asked,) = office.asked
    assert asked.headers["content-type"] == "application/json"
    assert asked.target == "/api/v1/patients?LName=De%20Angelo"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'"AptNum is invalid"', BadRequest),
        (400, b'"The office\'s eConnector is not running. Please contact the office."', OfficeOffline),
        (400, b"eConnector not running", OfficeOffline),
        (400, b'{"Message": "The eConnector is offline"}', OfficeOffline),
        (400, b'"This method requires Open Dental version 22.4"', OfficeTooOld),
        (400, b"", BadRequest),
        (400, b"\xff\xfe", BadRequest),
        (401, b'"no"', KeyRefused),
        (403, b"", KeyRefused),
        (404, b'"Appointment not found"', NotFound),
        (410, b"", MethodGone),
        (429, b"", Throttled),
        (413, b"", BadRequest),
        (301, b"", NotApplied),
        (500, b"", OutcomeUnknown),
        (502, b"<html>", OutcomeUnknown),
        (504, b"", OutcomeUnknown),
        (408, b"", OutcomeUnknown),
    ],
)
def test_a_failure_is_named_by_who_must_act(status: int, body: bytes, kind: type[CallError]) -> None:
    with tiny_office(Answer(status, body)) as office, session(office) as sender, pytest.raises(CallError) as caught:
        OpenDental(sender).appointments.note(18, Note="x")

    assert type(caught.value) is kind
    assert caught.value.status == status
    assert len(office.asked) == 1, "a write is sent once"


def test_a_write_that_the_office_timed_out_on_has_no_known_outcome_while_a_read_is_simply_tried_again() -> None:
    late = Answer(400, b'"The office timed out."')
    with tiny_office(late) as office, session(office) as sender, pytest.raises(OutcomeUnknown):
        OpenDental(sender).appointments.note(18, Note="x")
    with tiny_office(late, Answer(body=b'{"AptNum": 18}')) as office, session(office) as sender:
        assert OpenDental(sender).appointments.get(18).AptNum == 18


def test_a_refusal_names_the_field_and_never_the_value() -> None:
    body = b'"SSN is invalid for Bradley Harrison. LName is required"'
    with tiny_office(Answer(400, body)) as office, session(office) as sender, pytest.raises(BadRequest) as caught:
        OpenDental(sender).patients.update(28, LName="Harrison")

    assert str(caught.value) == "PUT patients/{PatNum}: the office refused it: SSN invalid, LName required"


def test_a_method_the_office_is_too_old_for_says_since_when_it_exists() -> None:
    body = b'"Not available in this version"'
    with (
        tiny_office(Answer(400, body)) as office,
        session(office) as sender,
        pytest.raises(OfficeTooOld, match=r"came with 25\.2\.21"),
    ):
        OpenDental(sender).commlogs.update(3, Note="x")


@pytest.mark.parametrize("lost", [Answer(504), Answer(drop=True), Answer(hang=0.6), Answer(drop=True, sent=1)])
def test_a_read_whose_answer_is_lost_is_tried_again_and_a_write_is_not(lost: Answer) -> None:
    found = Answer(body=b'{"AptNum": 18}')
    with tiny_office(lost, lost, found) as office, session(office, timeout=FAST) as sender:
        assert OpenDental(sender).appointments.get(18).AptNum == 18
        assert len(office.asked) == 3
    with tiny_office(lost, found) as office, session(office, timeout=FAST) as sender:
        with pytest.raises(OutcomeUnknown):
            OpenDental(sender).appointments.confirm(18, confirmVal="Confirmed")
        assert len(office.asked) == 1


HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    "page",
    [
        Answer(body=b"<!DOCTYPE html><title>Sign in to the guest network</title>"),
        Answer(body=b"\xef\xbb\xbf\r\n <html>"),
        Answer(201, body=b"Please wait", headers=HTML),
        Answer(body=b"\x1f", headers={**HTML, "Content-Encoding": "br"}),
        Answer(body=b"x" * 2000, headers=HTML),
        Answer(body=b"<" * 2000),
    ],
)
def test_a_web_page_is_no_word_that_a_write_took_effect(page: Answer) -> None:
    """It comes from something on the way, so that the write is read back; what an office answers is no page."""
    with tiny_office(page) as office, session(office, max_answer=1000) as sender, pytest.raises(OutcomeUnknown):
        OpenDental(sender).appointments.note(18, Note="x")
    assert len(office.asked) == 1


@pytest.mark.parametrize(
    "answer", [Answer(201, b""), Answer(body=b"", headers=HTML), Answer(body=b'"<done>"'), Answer(body=b"Note < added")]
)
def test_a_write_answered_with_nothing_or_a_sentence_is_done(answer: Answer) -> None:
    with tiny_office(answer) as office, session(office) as sender:
        OpenDental(sender).appointments.note(18, Note="x")
    assert len(office.asked) == 1


def test_a_read_goes_on_to_the_next_base_url() -> None:
    down = Answer(400, b'"eConnector is not running"')
    with (
        tiny_office(down) as first,
        tiny_office(Answer(body=b'{"AptNum": 18}')) as second,
        session(first, second) as sender,
    ):
        assert OpenDental(sender).appointments.get(18).AptNum == 18
    assert (len(first.asked), len(second.asked)) == (1, 1)


def test_a_write_that_certainly_never_left_goes_on_to_the_next_base_url(nowhere: str) -> None:
    with tiny_office(Answer(body=b"")) as second, session(nowhere, second) as sender:
        OpenDental(sender).appointments.note(18, Note="x")
    assert len(second.asked) == 1


def test_a_write_whose_answer_may_be_lost_goes_nowhere_else() -> None:
    with (
        tiny_office(Answer(drop=True)) as first,
        tiny_office(Answer(body=b"")) as second,
        session(first, second) as sender,
        pytest.raises(OutcomeUnknown),
    ):
        OpenDental(sender).appointments.note(18, Note="x")
    assert second.asked == []


def test_an_answer_that_is_a_plain_no_ends_the_cascade() -> None:
    with (
        tiny_office(Answer(404)) as first,
        tiny_office(Answer()) as second,
        session(first, second) as sender,
        pytest.raises(NotFound),
    ):
        OpenDental(sender).appointments.get(18)
    assert second.asked == []


def test_nobody_there_is_certainly_not_sent(nowhere: str) -> None:
    with session(nowhere) as sender, pytest.raises(NotSent):
        OpenDental(sender).appointments.note(18, Note="x")


def test_retry_after_pauses_everyone_on_the_key() -> None:
    pauses = Pauses()
    budget = LocalBudget("1/1s", clock=lambda: sum(pauses.seconds))
    with (
        tiny_office(Answer(429, headers={"Retry-After": "7"}), Answer()) as office,
        session(office, budget=budget, sleep=pauses) as sender,
    ):
        with pytest.raises(Throttled) as caught:
            OpenDental(sender).appointments.note(18, Note="x")
        list(OpenDental(sender).appointments.find())

    assert caught.value.retry_in == 7
    assert sum(pauses.seconds) == pytest.approx(7, abs=0.1)


def test_a_slot_that_is_too_far_away_is_not_waited_for() -> None:
    with tiny_office(Answer()) as office, session(office, budget=LocalBudget("1/5s"), max_wait=1) as sender:
        client = OpenDental(sender)
        list(client.appointments.find())
        with pytest.raises(BudgetSpent) as caught:
            list(client.appointments.find())
        assert len(office.asked) == 1
    assert 4 <= caught.value.retry_in <= 5.3


def numbered(total: int, cap: int, *, deaf: bool = False) -> Any:
    """An office with ``total`` preferences and pages of ``cap``; a deaf one ignores Offset."""

    def script(asked: Asked) -> Answer:
        query = httpx.URL(asked.target).params
        offset = 0 if deaf else int(query.get("Offset", 0))
        limit = min(int(query.get("Limit", cap)), cap)
        rows = [{"PrefNum": number} for number in range(total)[offset : offset + limit]]
        return Answer(body=msgspec.json.encode(rows))

    return script


@pytest.mark.parametrize(("total", "requests"), [(0, 1), (99, 1), (100, 2), (250, 3)])
def test_a_list_is_read_page_by_page(total: int, requests: int) -> None:
    with tiny_office(script=numbered(total, 100)) as office, session(office) as sender:
        rows = [row.PrefNum for row in OpenDental(sender).preferences.find()]

    assert rows == list(range(total))
    assert len(office.asked) == requests


def test_pages_of_another_size_lose_no_row() -> None:
    with tiny_office(script=numbered(2350, 1000)) as office, session(office) as sender:
        rows = [row.PrefNum for row in OpenDental(sender).preferences.find()]

    assert rows == list(range(2350))


def test_limit_is_the_most_rows_wanted_and_offset_where_they_begin() -> None:
    with tiny_office(script=numbered(500, 100)) as office, session(office) as sender:
        rows = [row.PrefNum for row in OpenDental(sender).preferences.find(Limit=130, Offset=20)]

    assert rows == list(range(20, 150))
    assert [asked.target.partition("?")[2] for asked in office.asked] == ["Limit=130&Offset=20", "Limit=30&Offset=120"]


def test_a_page_is_asked_for_when_it_is_needed() -> None:
    with tiny_office(script=numbered(500, 100)) as office, session(office) as sender:
        rows = OpenDental(sender).preferences.find()
        assert next(rows).PrefNum == 0
        assert len(office.asked) == 1


def test_a_list_that_never_ends_is_noticed() -> None:
    with (
        tiny_office(script=numbered(100, 100, deaf=True)) as office,
        session(office) as sender,
        pytest.raises(AnswerUnreadable, match="the same page came twice"),
    ):
        list(OpenDental(sender).preferences.find())
    assert len(office.asked) == 2


def test_a_single_object_where_a_list_is_documented_is_a_list_of_one() -> None:
    with (
        tiny_office(Answer(body=b'{"FieldName": "Ins Verified", "FieldValue": "Yes"}')) as office,
        session(office) as sender,
    ):
        (field,) = OpenDental(sender).patfields.find(PatNum=3, FieldName="Ins Verified")
    assert field.FieldValue == "Yes"


def test_an_answer_larger_than_allowed_is_refused() -> None:
    with (
        tiny_office(Answer(body=b"[" + b" " * 5000 + b"]")) as office,
        session(office, max_answer=4000) as sender,
        pytest.raises(AnswerUnreadable, match="4000 bytes"),
    ):
        list(OpenDental(sender).preferences.find())


def test_a_failure_with_a_very_long_explanation_is_still_that_failure() -> None:
    long = tiny_office(Answer(404, b"x" * 9000))
    with long as office, session(office, max_answer=4000) as sender, pytest.raises(NotFound):
        OpenDental(sender).appointments.note(18, Note="x")


def test_a_redirect_is_not_followed() -> None:
    with tiny_office(Answer()) as elsewhere:
        moved = Answer(307, headers={"Location": elsewhere.base_url})
        with tiny_office(moved) as office, session(office) as sender, pytest.raises(NotApplied, match="redirect"):
            OpenDental(sender).appointments.get(18)
    assert elsewhere.asked == [], "the key went nowhere else"


def test_the_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, nowhere: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", nowhere)
    monkeypatch.setenv("ALL_PROXY", nowhere)
    with tiny_office(Answer(body=b'{"AptNum": 18}')) as office, session(office) as sender:
        assert OpenDental(sender).appointments.get(18).AptNum == 18


def test_an_answer_that_does_not_fit_is_told_by_field_without_its_value() -> None:
    with (
        tiny_office(Answer(body=b'{"AptNum": "Harrison"}')) as office,
        session(office) as sender,
        pytest.raises(AnswerUnreadable) as caught,
    ):
        OpenDental(sender).appointments.get(18)
    assert "AptNum" in str(caught.value)
    assert "Harrison" not in str(caught.value)


def test_an_empty_answer_to_a_write_is_no_error() -> None:
    with tiny_office(Answer(201, b"")) as office, session(office) as sender:
        assert OpenDental(sender).commlogs.create(PatNum=15, Note="Left msg") is None


def test_a_sentence_where_a_list_is_documented_means_nothing_is_there() -> None:
    sentence = Answer(body=b'"No documents could be made into thumbnails."')
    with tiny_office(sentence) as office, session(office) as sender:
        made = OpenDental(sender).documents.thumbnails(PatNum=15, SftpAddress="a", SftpUsername="b", SftpPassword="c")
    assert made == []


def test_a_body_longer_than_the_api_takes_is_not_sent() -> None:
    with tiny_office(Answer()) as office, session(office) as sender, pytest.raises(CallInvalid, match="16800000"):
        OpenDental(sender).appointments.note(18, Note="x" * 16_800_000)
    assert office.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x",
        "api.opendental.com",
        "http://user@x/api",
        "http://x/api?key=1",
        "http://x:99999/",
        "http://[",
        "http://api.opendental.com/api/v1",
        "",
    ],
)
def test_a_base_url_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        Session(base_urls=[url], **KEYS)


def test_a_session_without_a_base_url_is_refused() -> None:
    with pytest.raises(ConfigError):
        Session(base_urls=[], **KEYS)


@pytest.mark.parametrize("key", ["", "two words", "line\r\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Session(developer_key="developer-key", customer_key=key)
    assert "customer key" in str(caught.value)
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    ("urls", "size"),
    [
        (["https://api.opendental.com/api/v1"], 100),
        (["http://localhost:30222/api/v1"], 1000),
        (["http://192.168.1.14:30223/api/v1", "https://api.opendental.com/api/v1"], 100),
    ],
)
def test_a_full_page_is_as_large_as_the_smallest_mode_makes_it(urls: list[str], size: int) -> None:
    with Session(base_urls=urls, **KEYS) as sender:
        assert sender.page_size == size


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpx").setLevel(logging.DEBUG)
        yield caplog
    logging.getLogger("httpx").setLevel(logging.NOTSET)


def test_no_log_shows_a_key_a_value_or_an_address(everything_logged: pytest.LogCaptureFixture) -> None:
    logging.getLogger("odevents").info("positive control")
    answer = Answer(body=b'[{"PatNum": 28, "LName": "Harrison"}]', headers={"X-Name": "Harrison"})
    with tiny_office(answer) as office, session(office) as sender:
        list(OpenDental(sender).patients.find(LName="Harrison"))
        text = everything_logged.text + repr(sender)

    assert "positive control" in text
    for secret in ("Harrison", "customer-key", "developer-key", "LName"):
        assert secret not in text


def test_one_session_serves_many_threads() -> None:
    def script(asked: Asked) -> Answer:
        return Answer(body=msgspec.json.encode({"AptNum": int(asked.target.rpartition("/")[2])}))

    found: dict[int, int] = {}
    with tiny_office(script=script) as office, session(office) as sender:
        client = OpenDental(sender)

        def read(number: int) -> None:
            found[number] = client.appointments.get(number).AptNum

        threads = [threading.Thread(target=read, args=(number,)) for number in range(1, 17)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == {number: number for number in range(1, 17)}


def test_a_throttled_read_rests_as_long_as_it_was_asked_to_even_without_a_budget() -> None:
    pauses = Pauses()
    throttled = Answer(429, headers={"Retry-After": "7"})
    with tiny_office(throttled, Answer(body=b'{"AptNum": 18}')) as office, session(office, sleep=pauses) as sender:
        assert OpenDental(sender).appointments.get(18).AptNum == 18

    assert pauses.seconds == [7]


@given(status=st.integers(200, 599), content=st.binary(max_size=60), after=st.text(max_size=8))
def test_no_answer_breaks_the_reading_of_answers(status: int, content: bytes, after: str) -> None:
    call = Appointments.note.prepare((18,), {"Note": "x"})

    error = failure(call, status, {"retry-after": after}, content)

    assert (error is None) == (status < 300 and not is_a_page({}, content))
    assert error is None or (error.status == status and str(error).startswith("PUT appointments/{AptNum}/Note: "))
    decoded(content)


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"", None), (b" \r\n", None), (b"\xef\xbb\xbf[1]", [1]), (b"Not found", "Not found"), (b'"terms"', "terms")],
)
def test_an_answer_is_decoded_whatever_its_shape(content: bytes, value: object) -> None:
    assert decoded(content) == value
