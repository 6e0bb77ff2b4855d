"""Quick-paste notes.

Source: https://www.opendental.com/site/apiquickpastenotes.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class QuickPasteNote(Row):
    QuickPasteNoteNum: Num
    QuickPasteCatNum: Num = 0
    ItemOrder: Num = 0
    Note: Text = ""
    Abbreviation: Text = ""


class QuickPasteNoteQuery(PagedQuery):
    QuickPasteCatNum: int = unset


class QuickPasteNotes(Resource):
    get = Get("quickpastenotes/{QuickPasteNoteNum}", QuickPasteNote, added="22.3.24")
    find = Find("quickpastenotes", QuickPasteNoteQuery, QuickPasteNote, added="22.3.24")


quickpastenotes = Attached(QuickPasteNotes)
