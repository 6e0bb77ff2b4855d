"""Pharmacies.

Source: https://www.opendental.com/site/apipharmacies.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import DateTime, Num, Text


class Pharmacy(Row):
    PharmacyNum: Num
    StoreName: Text = ""
    Phone: Text = ""
    Fax: Text = ""
    Address: Text = ""
    Address2: Text = ""
    City: Text = ""
    State: Text = ""
    Zip: Text = ""
    Note: Text = ""
    DateTStamp: DateTime = None


class Pharmacies(Resource):
    get = Get("pharmacies/{PharmacyNum}", Pharmacy, added="24.2.35")
    find = Find("pharmacies", PagedQuery, Pharmacy, added="24.2.35")


pharmacies = Attached(Pharmacies)
