"""When patients are due again.

Source: https://www.opendental.com/site/apirecalls.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Find, Nothing, Post, Put, PutWhere, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Money, Num, NumText, Text


class Recall(Row):
    RecallNum: Num
    PatNum: Num = 0
    DateDue: Date = None
    DatePrevious: Date = None
    RecallInterval: Text = ""
    RecallStatus: Num = 0
    recallStatus: Text = ""
    Note: Text = ""
    IsDisabled: Flag = False
    DateTStamp: DateTime = None
    RecallTypeNum: Num = 0
    DisableUntilBalance: Money = Decimal(0)
    DisableUntilDate: Date = None
    DateScheduled: Date = None
    Priority: Text = ""
    TimePatternOverride: Text = ""


class RecallDue(Row):
    DueDate: Date = None
    PatNum: Num = 0
    Patient: Text = ""
    Age: NumText = 0
    Type: Text = ""
    Interval: Text = ""
    NumRemind: Text = ""
    LastRemind: Date = None
    Contact: Text = ""
    Status: Text = ""
    ClinicNum: Num = 0
    Note: Text = ""


class RecallQuery(PagedQuery):
    PatNum: int = unset


class RecallListQuery(PagedQuery):
    DateStart: Date = unset
    DateEnd: Date = unset
    ProvNum: int = unset
    ClinicNum: int = unset
    RecallType: str = unset
    IncludeReminded: bool = unset


class RecallUpdate(Body):
    DateDue: Date = unset
    RecallInterval: str = unset
    RecallStatus: int = unset
    Note: str = unset
    IsDisabled: bool = unset
    DisableUntilBalance: Decimal = unset
    DisableUntilDate: Date = unset
    Priority: str = unset
    TimePatternOverride: str = unset


class RecallNew(RecallUpdate):
    PatNum: int
    RecallTypeNum: int


class RecallStatus(Body):
    PatNum: int
    recallType: str
    RecallStatus: int = unset
    commlogMode: str = unset
    commlogNote: str = unset


class RecallSwitchType(Body):
    PatNum: int


class Recalls(Resource):
    find = Find("recalls", RecallQuery, Recall, added="22.4.40")
    due = Find("recalls/List", RecallListQuery, RecallDue, added="22.1")
    create = Post("recalls", RecallNew, Recall, added="24.2.31", success=200)
    update = Put("recalls/{RecallNum}", RecallUpdate, Recall, added="24.2.31")
    set_status = PutWhere("recalls/Status", RecallStatus, Nothing, added="21.2", permission="Comm")
    switch_type = PutWhere("recalls/SwitchType", RecallSwitchType, Nothing, added="22.4.41")


recalls = Attached(Recalls)
