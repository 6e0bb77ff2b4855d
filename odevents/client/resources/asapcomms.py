"""Messages offering an earlier opening.

Source: https://www.opendental.com/site/apiasapcomms.html
"""

from __future__ import annotations

from odevents.client.conditions import exactly_one_of
from odevents.client.endpoints import Attached, Find, Get, Post, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Moment, Num, Text


class AsapComm(Row):
    AsapCommNum: Num
    FKey: Num = 0
    FKeyType: Text = ""
    ScheduleNum: Num = 0
    PatNum: Num = 0
    ClinicNum: Num = 0
    DateTimeEntry: DateTime = None
    DateTimeExpire: DateTime = None
    DateTimeSmsScheduled: DateTime = None
    SmsSendStatus: Text = ""
    DateTimeSmsSent: DateTime = None
    ResponseStatus: Text = ""
    DateTimeOrig: DateTime = None
    TemplateText: Text = ""
    Note: Text = ""


class AsapCommQuery(PagedQuery):
    ClinicNum: int = unset
    date: Date = unset
    dateStart: Date = unset
    dateEnd: Date = unset


class AsapCommNew(Body):
    conditions = (exactly_one_of("aptNum", "recallNum"),)

    op: int
    aptNum: int = unset
    recallNum: int = since("25.2.9")
    dateTimeStart: Moment


class AsapComms(Resource):
    get = Get("asapcomms/{AsapCommNum}", AsapComm, added="23.3.3")
    find = Find("asapcomms", AsapCommQuery, AsapComm, added="23.3.3")
    create = Post("asapcomms", AsapCommNew, AsapComm, added="23.3.3", permission="TextingASAP")


asapcomms = Attached(AsapComms)
