"""Clinics of the office.

Source: https://www.opendental.com/site/apiclinics.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Nothing, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Flag, Num, Text


class Clinic(Row):
    ClinicNum: Num
    Description: Text = ""
    Address: Text = ""
    Address2: Text = ""
    City: Text = ""
    State: Text = ""
    Zip: Text = ""
    BillingAddress: Text = ""
    BillingAddress2: Text = ""
    BillingCity: Text = ""
    BillingState: Text = ""
    BillingZip: Text = ""
    PayToAddress: Text = ""
    PayToAddress2: Text = ""
    PayToCity: Text = ""
    PayToState: Text = ""
    PayToZip: Text = ""
    Phone: Text = ""
    Abbr: Text = ""
    IsHidden: Flag = False


class ClinicUpdate(Body):
    Description: str = unset
    Phone: str = unset
    BillingAddress: str = unset
    BillingAddress2: str = unset
    BillingCity: str = unset
    BillingState: str = unset
    BillingZip: str = unset
    PayToAddress: str = unset
    PayToAddress2: str = unset
    PayToCity: str = unset
    PayToState: str = unset
    PayToZip: str = unset
    Abbr: str = unset
    IsHidden: bool = unset


class Clinics(Resource):
    find = Find("clinics", PagedQuery, Clinic, added="21.1")
    update = Put("clinics/{ClinicNum}", ClinicUpdate, Nothing, added="21.4", permission="Setup")


clinics = Attached(Clinics)
