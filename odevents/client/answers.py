"""What an answer of the API means.

Source: the API pages' status codes. A failure's explanation arrives as a JSON string, as plain text or as an
object. It may hold patient data, so none of it is passed on: it is only matched against what is known, and
told in our own words.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from odevents.client.call import Call
from odevents.errors import (
    BadRequest,
    CallError,
    KeyRefused,
    MethodGone,
    NotApplied,
    NotFound,
    OfficeOffline,
    OfficeTooOld,
    OutcomeUnknown,
    Throttled,
)

USUAL_PAUSE = 5.0
"""Seconds to pause after a 429 that does not say for how long."""

LONGEST_PAUSE = 3600.0

_OFFLINE = re.compile(r"e-?connector|not running|unable to (?:communicate|connect)|could not connect|offline", re.I)
_TIMED_OUT = re.compile(r"time[d]?[ -]?out", re.I)
_TOO_OLD = re.compile(r"\bversion\b", re.I)
_ABOUT_A_FIELD = re.compile(
    r"\b(\w+)\W* (?:is |are )?(required|missing|invalid|not found|format must be|must be|cannot be)", re.I
)


def decoded(content: bytes) -> object:
    """The JSON of an answer; ``None`` when empty, the text itself when it is not JSON (a few are a sentence)."""
    content = content.removeprefix(BOM_UTF8).strip()
    if not content:
        return None
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return content.decode("utf-8", errors="replace")


def is_a_page(headers: Mapping[str, str], content: bytes) -> bool:
    """Whether an answer is a web page: from something on the way (a sign-in, a proxy), for the API has none."""
    beginning = content.removeprefix(BOM_UTF8).lstrip()
    named = headers.get("content-type", "").partition(";")[0].strip().lower()
    return beginning.startswith(b"<") or (named == "text/html" and bool(beginning))


def explanation(content: bytes) -> str:
    """The explanation in a failure's body, whichever of its three shapes it has. Not to be shown or logged."""
    match decoded(content):
        case str() as text:
            return text
        case dict() as fields:
            return " ".join(str(value) for value in fields.values())
    return ""


def failure(call: Call, status: int, headers: Mapping[str, str], content: bytes) -> CallError | None:
    """The error that an answer stands for, ``None`` for success (any 2xx; of a write, unless it is a web page)."""
    match status:
        case _ if 200 <= status < 300 and not call.endpoint.reads and is_a_page(headers, content):
            return call.error(OutcomeUnknown, "a web page answered, which may not be the office's", status)
        case _ if 200 <= status < 300:
            return None
        case 400:
            return _bad_request(call, explanation(content))
        case 401 | 403:
            needed = call.endpoint.permission
            return call.error(KeyRefused, f"the key is unknown or disabled, or lacks the permission {needed}", status)
        case 404:
            return call.error(NotFound, "no such record or resource", status)
        case 410:
            return call.error(MethodGone, "the API no longer has this method", status)
        case 429:
            wait = pause_asked(headers)
            return Throttled("the office asked for a pause", retry_in=wait, verb=call.verb, path=call.template)
        case _ if 300 <= status < 400:
            return call.error(NotApplied, "answered with a redirect, which is not followed; check base_url", status)
        case _ if status == 408 or status >= 500:
            return call.error(OutcomeUnknown, f"answered {_named(status)}", status)
    return call.error(BadRequest, f"answered {_named(status)}", status)


def pause_asked(headers: Mapping[str, str]) -> float:
    """Seconds of ``Retry-After``; a date or nonsense is read as the usual pause."""
    text = headers.get("retry-after", "")
    return min(float(text), LONGEST_PAUSE) if re.fullmatch(r"\d{1,9}(\.\d+)?", text) else USUAL_PAUSE


def _bad_request(call: Call, text: str) -> CallError:
    if _TIMED_OUT.search(text) and not call.endpoint.reads:
        return call.error(OutcomeUnknown, "the office timed out", 400)
    if _OFFLINE.search(text) or _TIMED_OUT.search(text):
        why = "the office's eConnector or API Service does not answer; ask the office to start it"
        return call.error(OfficeOffline, why, 400)
    if _TOO_OLD.search(text):
        why = f"the office's Open Dental is too old; this method came with {call.endpoint.added}"
        return call.error(OfficeTooOld, why, 400)
    return call.error(BadRequest, _refusal(call, text), 400)


def _refusal(call: Call, text: str) -> str:
    """Name the field the office complains about, if it is one of this method's own."""
    endpoint = call.endpoint
    known = {*endpoint.path_names, *(endpoint.request.model_fields if endpoint.request else ())}
    about = [f"{found[1]} {found[2].lower()}" for found in _ABOUT_A_FIELD.finditer(text) if found[1] in known]
    return f"the office refused it: {', '.join(about)}" if about else "the office refused the fields"


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
