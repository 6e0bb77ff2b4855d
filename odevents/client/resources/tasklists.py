"""Lists of tasks.

Source: https://www.opendental.com/site/apitasklists.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text


class TaskList(Row):
    TaskListNum: Num
    Descript: Text = ""
    Parent: Num = 0
    DateTL: Date = None
    IsRepeating: Flag = False
    DateType: Text = ""
    FromNum: Num = 0
    ObjectType: Text = ""
    DateTimeEntry: DateTime = None
    TaskListStatus: Text = ""


class TaskListQuery(PagedQuery):
    TaskListStatus: str = unset


class TaskLists(Resource):
    find = Find("tasklists", TaskListQuery, TaskList, added="22.3.15")


tasklists = Attached(TaskLists)
