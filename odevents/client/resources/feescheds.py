"""Fee schedules.

Source: https://www.opendental.com/site/apifeescheds.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text


class FeeSched(Row):
    FeeSchedNum: Num
    Description: Text = ""
    FeeSchedType: Text = ""
    ItemOrder: Num = 0
    IsHidden: Flag = False
    IsGlobal: Flag = False
    SecUserNumEntry: Num = 0
    SecDateEntry: Date = None
    SecDateTEdit: DateTime = None


class FeeSchedNew(Body):
    Description: str
    FeeSchedType: str
    IsHidden: bool = unset
    IsGlobal: bool = unset


class FeeSchedUpdate(Body):
    Description: str = unset
    IsHidden: bool = unset
    IsGlobal: bool = unset


class FeeScheds(Resource):
    find = Find("feescheds", PagedQuery, FeeSched, added="22.4.31")
    create = Post("feescheds", FeeSchedNew, FeeSched, added="23.3.7", success=200)
    update = Put("feescheds/{FeeSchedNum}", FeeSchedUpdate, FeeSched, added="23.3.7")


feescheds = Attached(FeeScheds)
