"""Hints that workstations give each other when something changed.

Source: https://www.opendental.com/site/apisignalods.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import Date, DateTime, Moment, Num, Text


class Signalod(Row):
    SignalNum: Num
    DateViewing: Date = None
    SigDateTime: DateTime = None
    FKey: Num = 0
    FKeyType: Text = ""
    IType: Text = ""
    RemoteRole: Text = ""
    MsgValue: Text = ""
    serverDateTime: DateTime = None


class SignalodQuery(PagedQuery):
    SigDateTime: Moment


class Signalods(Resource):
    find = Find("signalods", SignalodQuery, Signalod, added="21.2")


signalods = Attached(Signalods)
