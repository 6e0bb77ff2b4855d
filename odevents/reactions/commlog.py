"""Write a commlog, recognised by its patient, its text and the ``CommDateTime`` that we set ourselves."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from odevents.client.call import Call
from odevents.config import CommlogTable, ReactionTable
from odevents.events.change import Change
from odevents.reactions.action import CLOCKS_DIFFER_BY, FORGOTTEN, LIKE, STILL, Check, Context, Echo, Found, Intent
from odevents.reactions.appointment import patient_of
from odevents.reactions.text import pattern_for, render_for

_TO_THE_SECOND = "%Y-%m-%d %H:%M:%S"
_OURS = frozenset({STILL, FORGOTTEN, LIKE})


def _plain(text: str) -> str:
    return " ".join(text.split())


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
        return {**intent, LIKE: pattern_for(settings.text, change)} if change.forgotten else intent

    def target(self, intent: Intent, context: Context) -> Intent:
        """The patient is known."""
        return {}

    def check(self, intent: Intent, context: Context) -> Check:
        """Look through the patient's commlogs."""
        moment = datetime.strptime(intent["CommDateTime"], _TO_THE_SECOND)  # noqa: DTZ007  office-local by nature
        since = datetime.fromisoformat(intent[FORGOTTEN]) - CLOCKS_DIFFER_BY if FORGOTTEN in intent else None
        for commlog in context.client.commlogs.find(PatNum=intent["PatNum"]):
            text = _plain(commlog.Note)
            if commlog.CommDateTime == moment and text == _plain(intent["Note"]):
                return Check(Found.THERE)
            if since and commlog.CommDateTime and commlog.CommDateTime >= since and re.fullmatch(intent[LIKE], text):
                return Check(Found.THERE)  # made since the store knows nothing, for another state of the row
        return Check(Found.ABSENT)

    def call(self, intent: Intent, context: Context) -> Call:
        """Write it."""
        return context.client.commlogs.create.call(**{name: intent[name] for name in intent if name not in _OURS})

    def echo(self, intent: Intent, context: Context) -> Echo | None:
        """Commlogs fire no event."""
        return None
