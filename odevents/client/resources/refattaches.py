"""Referrals of a patient.

Source: https://www.opendental.com/site/apirefattaches.html
"""

from __future__ import annotations

from odevents.client.conditions import at_least_one_of
from odevents.client.endpoints import Attached, Delete, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text, When


class RefAttach(Row):
    RefAttachNum: Num
    ReferralNum: Num = 0
    referralName: Text = ""
    PatNum: Num = 0
    ItemOrder: Num = 0
    RefDate: Date = None
    ReferralType: Text = ""
    RefToStatus: Text = ""
    Note: Text = ""
    IsTransitionOfCare: Flag = False
    ProcNum: Num = 0
    DateProcComplete: Date = None
    ProvNum: Num = 0
    DateTStamp: DateTime = None


class RefAttachQuery(PagedQuery):
    ReferralNum: int = since("25.2.10")
    PatNum: int = unset
    DateTStamp: When = since("25.2.10")


class RefAttachNew(Body):
    conditions = (at_least_one_of("ReferralNum", "referralName"),)

    PatNum: int
    ReferralNum: int = unset
    referralName: str = unset
    RefDate: Date = unset
    ReferralType: str = unset
    RefToStatus: str = unset
    Note: str = unset
    IsTransitionOfCare: bool = since("23.3.26")
    ProcNum: int = since("23.3.26")
    DateProcComplete: Date = since("23.3.26")
    ProvNum: int = since("23.3.26")


class RefAttachUpdate(Body):
    ReferralNum: int = unset
    RefDate: Date = unset
    ReferralType: str = unset
    RefToStatus: str = unset
    Note: str = unset
    IsTransitionOfCare: bool = unset
    ProcNum: int = unset
    DateProcComplete: Date = unset
    ProvNum: int = unset


class RefAttaches(Resource):
    find = Find("refattaches", RefAttachQuery, RefAttach, added="22.4.27")
    create = Post("refattaches", RefAttachNew, RefAttach, added="21.2")
    update = Put("refattaches/{RefAttachNum}", RefAttachUpdate, RefAttach, added="23.3.26")
    delete = Delete("refattaches/{RefAttachNum}", added="23.3.26")


refattaches = Attached(RefAttaches)
