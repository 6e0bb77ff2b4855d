"""Categories of quick-paste notes.

Source: https://www.opendental.com/site/apiquickpastecats.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import Num, Text


class QuickPasteCat(Row):
    QuickPasteCatNum: Num
    Description: Text = ""
    ItemOrder: Num = 0
    DefaultForTypes: Text = ""


class QuickPasteCats(Resource):
    get = Get("quickpastecats/{QuickPasteCatNum}", QuickPasteCat, added="22.3.26")
    find = Find("quickpastecats", PagedQuery, QuickPasteCat, added="22.3.26")


quickpastecats = Attached(QuickPasteCats)
