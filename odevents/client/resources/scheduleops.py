"""Operatories of a schedule.

Source: https://www.opendental.com/site/apischeduleops.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Num


class ScheduleOp(Row):
    ScheduleOpNum: Num
    ScheduleNum: Num = 0
    OperatoryNum: Num = 0


class ScheduleOpQuery(PagedQuery):
    ScheduleNum: int = unset
    OperatoryNum: int = unset


class ScheduleOps(Resource):
    find = Find("scheduleops", ScheduleOpQuery, ScheduleOp, added="23.2.27")


scheduleops = Attached(ScheduleOps)
