"""Append a note to an appointment, with a short marker by which it is recognised for ever."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from odevents.client.call import Call
from odevents.config import ReactionTable
from odevents.events.change import Change
from odevents.reactions.action import CLOCKS_DIFFER_BY, FORGOTTEN, LIKE, Check, Context, Echo, Found, Intent
from odevents.reactions.appointment import aim, resolve
from odevents.reactions.marker import marked_texts
from odevents.reactions.text import pattern_for, render_for
from odevents.store.expected import Trace


class Note:
    """``PUT /appointments/{AptNum}/Note`` (21.1) appends on a new line; a blind retry would double it."""

    reads_first = False

    def plan(self, settings: str, rule: ReactionTable, change: Change[Any], now: datetime) -> Intent:
        """The text, and whether a marker ends it."""
        intent = {**aim(rule, change), "text": render_for(settings, change, now), "marked": rule.marker == "end"}
        return {**intent, LIKE: pattern_for(settings, change)} if change.forgotten else intent

    def target(self, intent: Intent, context: Context) -> Intent:
        """Find the appointment."""
        return resolve(intent, context)

    def check(self, intent: Intent, context: Context) -> Check:
        """Look for the marker, or for the text where the office wants no marker."""
        looked_for = context.marker if intent["marked"] else intent["text"]
        appointment = context.client.appointments.get(intent["appointment"])
        if _plain(looked_for) in _plain(appointment.Note):
            return Check(Found.THERE)
        return _perhaps_there(appointment.Note, intent, context.now) if FORGOTTEN in intent else Check(Found.ABSENT)

    def call(self, intent: Intent, context: Context) -> Call:
        """Append it."""
        return context.client.appointments.note.call(intent["appointment"], Note=self._appended(intent, context))

    def echo(self, intent: Intent, context: Context) -> Echo:
        """The appointment comes back with the text behind its old note."""
        trace = Trace("Note", "appends", self._appended(intent, context))
        return Echo("Appointment", str(intent["appointment"]), [trace])

    def _appended(self, intent: Intent, context: Context) -> str:
        return f"{intent['text']} {context.marker}" if intent["marked"] else str(intent["text"])


def _perhaps_there(note: str, intent: Intent, now: datetime) -> Check:
    """Whether the note was made since the time that the store has forgotten, for another state of the row."""
    like = re.compile(f"(?:{intent[LIKE]})$", re.IGNORECASE)
    since = datetime.fromisoformat(intent[FORGOTTEN]) - CLOCKS_DIFFER_BY
    for text, moment in marked_texts(note, now):
        if like.search(_plain(text)) and (moment is None or moment >= since):
            return Check(Found.THERE if moment else Found.UNKNOWABLE)
    unmarked = not intent["marked"] and re.search(intent[LIKE], _plain(note), re.IGNORECASE)
    return Check(Found.UNKNOWABLE if unmarked else Found.ABSENT)


def _plain(text: str) -> str:
    # Open Dental prints line ends as spaces and trims; the office's database may not keep case.
    return " ".join(text.split()).casefold()
