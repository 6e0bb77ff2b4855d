"""Notes of tasks.

Source: https://www.opendental.com/site/apitasknotes.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Num, Text


class TaskNote(Row):
    TaskNoteNum: Num
    TaskNum: Num = 0
    UserNum: Num = 0
    DateTimeNote: DateTime = None
    Note: Text = ""


class TaskNoteQuery(PagedQuery):
    TaskNum: int = unset
    UserNum: int = unset


class TaskNoteNew(Body):
    TaskNum: int
    UserNum: int
    Note: str


class TaskNoteUpdate(Body):
    DateTimeNote: DateTime = unset
    Note: str = unset


class TaskNotes(Resource):
    get = Get("tasknotes/{TaskNoteNum}", TaskNote, added="24.4.22.0")
    find = Find("tasknotes", TaskNoteQuery, TaskNote, added="24.4.22.0")
    create = Post("tasknotes", TaskNoteNew, TaskNote, added="24.4.22.0")
    update = Put("tasknotes/{TaskNoteNum}", TaskNoteUpdate, TaskNote, added="24.4.22.0")


tasknotes = Attached(TaskNotes)
