"""Write a commlog, recognised by its patient, its text and the ``CommDateTime`` that we set ourselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odevents.client.call import Call
from odevents.config import CommlogTable, ReactionTable
from odevents.events.change import Change
from odevents.reactions.action import STILL, Check, Context, Echo, Found, Intent
from odevents.reactions.appointment import patient_of
from odevents.reactions.text import render_for

_TO_THE_SECOND = "%Y-%m-%d %H:%M:%S"


class Commlog:
    """``POST /commlogs`` (21.1). There is no event for commlogs, and no way to take one back."""

    reads_first = False

    def plan(self, settings: CommlogTable, rule: ReactionTable, change: Change[Any], now: datetime) -> Intent:
        """Every documented field; dated as the change is (``now``), so that planning it again says the same."""
        intent: Intent = {
            "PatNum": patient_of(change),
            "Note": render_for(settings.text, change, now),
            "CommDateTime": now.strftime(_TO_THE_SECOND),
            "Mode_": settings.mode,
            "SentOrReceived": settings.sent_or_received,
        }
        if settings.type is not None:
            intent["CommType" if isinstance(settings.type, int) else "commType"] = settings.type
        return intent

    def target(self, intent: Intent, context: Context) -> Intent:
        """The patient is known."""
        return {}

    def check(self, intent: Intent, context: Context) -> Check:
        """Look through the patient's commlogs."""
        moment = datetime.strptime(intent["CommDateTime"], _TO_THE_SECOND)  # noqa: DTZ007  office-local by nature
        for commlog in context.client.commlogs.find(PatNum=intent["PatNum"]):
            if commlog.CommDateTime == moment and " ".join(commlog.Note.split()) == " ".join(intent["Note"].split()):
                return Check(Found.THERE)
        return Check(Found.ABSENT)

    def call(self, intent: Intent, context: Context) -> Call:
        """Write it."""
        return context.client.commlogs.create.call(**{name: intent[name] for name in intent if name != STILL})

    def echo(self, intent: Intent, context: Context) -> Echo | None:
        """Commlogs fire no event."""
        return None
