"""Prompts used by automatic notes.

Source: https://www.opendental.com/site/apiautonotecontrols.html
"""

from __future__ import annotations

from odevents.client.conditions import needed_when
from odevents.client.endpoints import Attached, Find, Nothing, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class AutoNoteControl(Row):
    AutoNoteControlNum: Num
    Descript: Text = ""
    ControlType: Text = ""
    ControlLabel: Text = ""
    ControlOptions: Text = ""


class AutoNoteControlNew(Body):
    conditions = (needed_when("ControlOptions", "ControlType", "OneResponse", "MultiResponse"),)

    Descript: str
    ControlType: str
    ControlLabel: str
    ControlOptions: str = unset


class AutoNoteControlUpdate(Body):
    Descript: str = unset
    ControlType: str = unset
    ControlLabel: str = unset
    ControlOptions: str = unset


class AutoNoteControls(Resource):
    find = Find("autonotecontrols", PagedQuery, AutoNoteControl, added="22.3.22")
    create = Post("autonotecontrols", AutoNoteControlNew, AutoNoteControl, added="22.3")
    update = Put("autonotecontrols/{AutoNoteControlNum}", AutoNoteControlUpdate, Nothing, added="22.3")


autonotecontrols = Attached(AutoNoteControls)
