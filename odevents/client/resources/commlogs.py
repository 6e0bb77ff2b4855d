"""The record of communication with a patient.

Source: https://www.opendental.com/site/apicommlogs.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import DateTime, Num, NumText, Text, When


class Commlog(Row):
    CommlogNum: Num
    PatNum: Num = 0
    CommDateTime: DateTime = None
    CommType: NumText = 0
    commType: Text = ""
    Note: Text = ""
    Mode_: Text = ""
    SentOrReceived: Text = ""
    UserNum: Num = 0
    DateTStamp: DateTime = None
    CommSource: Text = ""
    ProgramNum: Num = 0
    DateTEntry: DateTime = None
    ReferralNum: Num = 0


class CommlogQuery(PagedQuery):
    PatNum: int = unset
    DateTStamp: When = since("25.1.13")


class CommlogNew(Body):
    PatNum: int
    Note: str
    CommDateTime: DateTime = unset
    CommType: int = unset
    commType: str = unset
    Mode_: str = unset
    SentOrReceived: str = unset


class CommlogUpdate(Body):
    Note: str = unset


class Commlogs(Resource):
    get = Get("commlogs/{CommlogNum}", Commlog, added="25.1.13")
    find = Find("commlogs", CommlogQuery, Commlog, added="21.1")
    # Answers without the object before 23.3.7. There is no way to delete one.
    create = Post("commlogs", CommlogNew, Commlog, added="21.1", permission="Comm")
    update = Put("commlogs/{CommlogNum}", CommlogUpdate, Commlog, added="25.2.21")


commlogs = Attached(Commlogs)
