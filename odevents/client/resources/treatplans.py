"""Treatment plans.

Source: https://www.opendental.com/site/apitreatplans.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text, When


class TreatPlan(Row):
    TreatPlanNum: Num
    PatNum: Num = 0
    DateTP: Date = None
    Heading: Text = ""
    Note: Text = ""
    SigIsTopaz: Flag = False
    ResponsParty: Num = 0
    DocNum: Num = 0
    TPStatus: Text = ""
    SecUserNumEntry: Num = 0
    SecDateEntry: Date = None
    SecDateTEdit: DateTime = None
    UserNumPresenter: Num = 0
    TPType: Text = ""
    DateTSigned: DateTime = None
    DateTPracticeSigned: DateTime = None
    SignatureText: Text = ""
    SignaturePracticeText: Text = ""
    isSigned: Flag = False
    isSignedPractice: Flag = False


class TreatPlanQuery(PagedQuery):
    PatNum: int = unset
    SecDateTEdit: When = unset
    TPStatus: str = unset


class TreatPlanNew(Body):
    PatNum: int
    Heading: str = unset
    Note: str = unset
    TPType: str = unset


class TreatPlanSaved(Body):
    TreatPlanNum: int
    Heading: str = unset
    UserNumPresenter: int = unset


class TreatPlanUpdate(Body):
    DateTP: Date = unset
    Heading: str = unset
    Note: str = unset
    ResponsParty: int = unset
    TPType: str = unset
    SignatureText: str = unset
    SignaturePracticeText: str = unset
    isSigned: bool = unset
    isSignedPractice: bool = unset


class TreatPlans(Resource):
    find = Find("treatplans", TreatPlanQuery, TreatPlan, added="22.4.16")
    create = Post("treatplans", TreatPlanNew, TreatPlan, added="23.2.13")
    create_saved = Post("treatplans/Saved", TreatPlanSaved, TreatPlan, added="23.2.22")
    update = Put("treatplans/{TreatPlanNum}", TreatPlanUpdate, TreatPlan, added="24.1.10")
    delete = Delete("treatplans/{TreatPlanNum}", added="24.4.26")


treatplans = Attached(TreatPlans)
