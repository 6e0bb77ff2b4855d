"""Insurance companies.

Source: https://www.opendental.com/site/apicarriers.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Nothing, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Flag, Num, Text


class Carrier(Row):
    CarrierNum: Num
    CarrierName: Text = ""
    Address: Text = ""
    Address2: Text = ""
    City: Text = ""
    State: Text = ""
    Zip: Text = ""
    Phone: Text = ""
    ElectID: Text = ""
    NoSendElect: Text = ""
    IsHidden: Flag = False


class CarrierFields(Body):
    """What can be given both when one is created and when it is changed."""

    Address: str = unset
    Address2: str = unset
    City: str = unset
    State: str = unset
    Zip: str = unset
    Phone: str = unset
    ElectID: str = unset
    NoSendElect: str = unset
    IsHidden: bool = unset


class CarrierNew(CarrierFields):
    CarrierName: str


class CarrierUpdate(CarrierFields):
    CarrierName: str = unset


class Carriers(Resource):
    get = Get("carriers/{CarrierNum}", Carrier, added="24.4.5")
    find = Find("carriers", PagedQuery, Carrier, added="22.4.16")
    create = Post("carriers", CarrierNew, Carrier, added="21.4")
    update = Put("carriers/{CarrierNum}", CarrierUpdate, Nothing, added="21.4")


carriers = Attached(Carriers)
