"""Laboratories.

Source: https://www.opendental.com/site/apilaboratories.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Flag, Num, Text


class Laboratory(Row):
    LaboratoryNum: Num
    Description: Text = ""
    Phone: Text = ""
    Notes: Text = ""
    Slip: Num = 0
    Address: Text = ""
    City: Text = ""
    State: Text = ""
    Zip: Text = ""
    Email: Text = ""
    WirelessPhone: Text = ""
    IsHidden: Flag = False


class LaboratoryFields(Body):
    """What can be given both when one is created and when it is changed."""

    Phone: str = unset
    Notes: str = unset
    Slip: int = unset
    Address: str = unset
    City: str = unset
    State: str = unset
    Zip: str = unset
    Email: str = unset
    WirelessPhone: str = unset
    IsHidden: bool = unset


class LaboratoryNew(LaboratoryFields):
    Description: str


class LaboratoryUpdate(LaboratoryFields):
    Description: str = unset


class Laboratories(Resource):
    get = Get("laboratories/{LaboratoryNum}", Laboratory, added="24.2.33")
    find = Find("laboratories", PagedQuery, Laboratory, added="24.2.33")
    create = Post("laboratories", LaboratoryNew, Laboratory, added="24.4.22")
    update = Put("laboratories/{LaboratoryNum}", LaboratoryUpdate, Laboratory, added="24.4.23")


laboratories = Attached(Laboratories)
