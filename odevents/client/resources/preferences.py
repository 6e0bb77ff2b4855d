"""The office's settings, read only.

Source: https://www.opendental.com/site/apipreferences.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class Preference(Row):
    PrefNum: Num
    PrefName: Text = ""
    ValueString: Text = ""


class PreferenceQuery(PagedQuery):
    PrefName: str = unset


class Preferences(Resource):
    find = Find("preferences", PreferenceQuery, Preference, added="21.1")


preferences = Attached(Preferences)
