"""Automatic notes.

Source: https://www.opendental.com/site/apiautonotes.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class AutoNote(Row):
    AutoNoteNum: Num
    AutoNoteName: Text = ""
    MainText: Text = ""
    Category: Num = 0
    category: Text = ""


class AutoNoteQuery(PagedQuery):
    Category: int = unset


class AutoNoteNew(Body):
    AutoNoteName: str
    MainText: str
    Category: int = unset


class AutoNoteUpdate(Body):
    AutoNoteName: str = unset
    MainText: str = unset
    Category: int = unset


class AutoNotes(Resource):
    find = Find("autonotes", AutoNoteQuery, AutoNote, added="22.3.22")
    create = Post("autonotes", AutoNoteNew, AutoNote, added="22.3.33")
    update = Put("autonotes/{AutoNoteNum}", AutoNoteUpdate, AutoNote, added="22.3.33")


autonotes = Attached(AutoNotes)
