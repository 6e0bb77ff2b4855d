"""Notes of procedures.

Source: https://www.opendental.com/site/apiprocnotes.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Post, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import DateTime, Flag, Num, Text


class ProcNote(Row):
    ProcNoteNum: Num
    PatNum: Num = 0
    ProcNum: Num = 0
    EntryDateTime: DateTime = None
    UserNum: Num = 0
    Note: Text = ""
    SigIsTopaz: Flag = False
    isSigned: Flag = False


class ProcNoteQuery(PagedQuery):
    PatNum: int = unset
    ProcNum: int = unset


class ProcNoteNew(Body):
    PatNum: int
    ProcNum: int
    Note: str
    isSigned: bool = since("24.2.29")
    doAppendNote: bool = since("24.2.29")


class ProcNotes(Resource):
    find = Find("procnotes", ProcNoteQuery, ProcNote, added="24.2.29")
    create = Post("procnotes", ProcNoteNew, ProcNote, added="22.2")


procnotes = Attached(ProcNotes)
