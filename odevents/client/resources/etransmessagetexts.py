"""Texts of electronic insurance messages.

Source: https://www.opendental.com/site/apietransmessagetexts.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Get, Resource
from odevents.client.models import Row
from odevents.client.wire import Num, Text


class EtransMessageText(Row):
    EtransMessageTextNum: Num
    MessageText: Text = ""


class EtransMessageTexts(Resource):
    get = Get("etransmessagetexts/{EtransMessageTextNum}", EtransMessageText, added="23.2.11")


etransmessagetexts = Attached(EtransMessageTexts)
