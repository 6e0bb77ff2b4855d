"""Tasks.

Source: https://www.opendental.com/site/apitasks.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text, When


class Task(Row):
    TaskNum: Num
    TaskListNum: Num = 0
    DateTask: Date = None
    KeyNum: Num = 0
    Descript: Text = ""
    TaskStatus: Text = ""
    IsRepeating: Flag = False
    DateType: Text = ""
    FromNum: Num = 0
    ObjectType: Text = ""
    DateTimeEntry: DateTime = None
    UserNum: Num = 0
    DateTimeFinished: DateTime = None
    PriorityDefNum: Num = 0
    ReminderGroupId: Text = ""
    ReminderType: Text = ""
    ReminderFrequency: Num = 0
    DateTimeOriginal: DateTime = None
    SecDateTEdit: DateTime = None
    DescriptOverride: Text = ""
    IsReadOnly: Flag = False


class TaskQuery(PagedQuery):
    TaskListNum: int = unset
    KeyNum: int = unset
    ObjectType: str = unset
    TaskStatus: str = unset
    DateTimeOriginal: When = unset


class TaskNew(Body):
    TaskListNum: int
    Descript: str
    UserNum: int
    KeyNum: int = unset
    ObjectType: str = unset
    DateTimeEntry: DateTime = unset
    PriorityDefNum: int = unset
    DescriptOverride: str = unset


class TaskUpdate(Body):
    Descript: str = unset
    TaskStatus: str = since("24.2.10")
    KeyNum: int = unset
    ObjectType: str = unset
    DateTimeEntry: DateTime = unset
    PriorityDefNum: int = unset
    DescriptOverride: str = unset


class Tasks(Resource):
    get = Get("tasks/{TaskNum}", Task, added="24.4.13")
    find = Find("tasks", TaskQuery, Task, added="22.3.16")
    create = Post("tasks", TaskNew, Task, added="22.3.17")
    update = Put("tasks/{TaskNum}", TaskUpdate, Task, added="22.4.15")


tasks = Attached(Tasks)
