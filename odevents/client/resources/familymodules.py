"""What a patient's family window shows: insurance.

Source: https://www.opendental.com/site/apifamilymodules.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, FindUnder, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import Flag, Num, Text


class FamilyInsurance(Row):
    PatNum: Num = 0
    InsSubNum: Num = 0
    Subscriber: Num = 0
    subscriber: Text = ""
    SubscriberID: Text = ""
    SubscNote: Text = ""
    PatPlanNum: Num = 0
    Ordinal: Num = 0
    ordinal: Text = ""
    IsPending: Flag = False
    Relationship: Text = ""
    PatID: Text = ""
    CarrierNum: Num = 0
    CarrierName: Text = ""
    PlanNum: Num = 0
    GroupName: Text = ""
    GroupNum: Text = ""
    PlanNote: Text = ""
    FeeSched: Num = 0
    feeSchedule: Text = ""
    PlanType: Text = ""
    planType: Text = ""
    CopayFeeSched: Num = 0
    EmployerNum: Num = 0
    employer: Text = ""
    IsMedical: Flag = False


class FamilyModules(Resource):
    insurance = FindUnder("familymodules/{PatNum}/Insurance", PagedQuery, FamilyInsurance, added="21.4")


familymodules = Attached(FamilyModules)
