"""Patients.

Source: https://www.opendental.com/site/apipatients.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.conditions import at_most_one_of
from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Flag, Money, Num, Text, When


class Patient(Row):
    PatNum: Num
    LName: Text = ""
    FName: Text = ""
    MiddleI: Text = ""
    Preferred: Text = ""
    PatStatus: Text = ""
    Gender: Text = ""
    Position: Text = ""
    Birthdate: Date = None
    SSN: Text = ""
    Address: Text = ""
    Address2: Text = ""
    City: Text = ""
    State: Text = ""
    Zip: Text = ""
    HmPhone: Text = ""
    WkPhone: Text = ""
    WirelessPhone: Text = ""
    Guarantor: Num = 0
    Email: Text = ""
    EstBalance: Money = Decimal(0)
    PriProv: Num = 0
    priProvAbbr: Text = ""
    SecProv: Num = 0
    secProvAbbr: Text = ""
    FeeSched: Num = 0
    BillingType: Text = ""
    ImageFolder: Text = ""
    FamFinUrgNote: Text = ""
    ChartNumber: Text = ""
    MedicaidID: Text = ""
    BalTotal: Money = Decimal(0)
    EmployerNum: Num = 0
    DateFirstVisit: Date = None
    ClinicNum: Num = 0
    clinicAbbr: Text = ""
    Premed: Flag = False
    Ward: Text = ""
    PreferConfirmMethod: Text = ""
    PreferContactMethod: Text = ""
    PreferRecallMethod: Text = ""
    Language: Text = ""
    AdmitDate: Date = None
    siteDesc: Text = ""
    DateTStamp: DateTime = None
    SuperFamily: Num = 0
    TxtMsgOk: Text = ""
    SecDateEntry: Date = None
    serverDateTime: DateTime = None


class PatientSimpleQuery(PagedQuery):
    LName: str = unset
    FName: str = unset
    Birthdate: Date = unset
    ClinicNum: int = unset
    PatStatus: str = unset
    DateTStamp: When = unset
    PriProv: int = since("21.3")
    Gender: str = since("22.3.6")
    Position: str = since("22.3.6")
    Guarantor: int = since("22.4.19")
    SuperFamily: int = since("22.4.38")
    EmployerNum: int = since("24.3.30")
    FeeSched: int = since("25.2.19")


class PatientQuery(PagedQuery):
    LName: str = unset
    FName: str = unset
    Phone: str = unset
    Address: str = unset
    hideInactive: bool = unset
    City: str = unset
    State: str = unset
    SSN: str = unset
    ChartNumber: str = unset
    guarOnly: bool = unset
    showArchived: bool = unset
    Birthdate: Date = unset
    SiteNum: int = unset
    SubscriberId: str = unset
    Email: str = unset
    Country: str = unset
    clinicAbbr: str = unset
    invoiceNumber: str = unset
    clinicNums: list[int] = unset
    BillingType: str = unset


class PatientFields(Body):
    """What can be given both when one is created and when it is changed."""

    MiddleI: str = unset
    Preferred: str = unset
    PatStatus: str = unset
    Gender: str = unset
    Position: str = unset
    Birthdate: Date = unset
    SSN: str = unset
    Address: str = unset
    Address2: str = unset
    City: str = unset
    State: str = unset
    Zip: str = unset
    HmPhone: str = unset
    WkPhone: str = unset
    WirelessPhone: str = unset
    Guarantor: int = unset
    Email: str = unset
    PriProv: int = unset
    SecProv: int = unset
    FeeSched: int = since("25.2.19")
    BillingType: str = unset
    FamFinUrgNote: str = since("23.2.5.0")
    ChartNumber: str = unset
    MedicaidID: str = since("24.4.13")
    EmployerNum: int = since("24.3.30")
    DateFirstVisit: Date = since("22.4.42")
    ClinicNum: int = unset
    Premed: bool = since("25.2.30")
    Ward: str = since("24.1.12")
    PreferConfirmMethod: str = unset
    PreferContactMethod: str = unset
    PreferRecallMethod: str = since("22.2")
    Language: str = unset
    AdmitDate: Date = since("24.1.12")
    SuperFamily: int = since("22.4.38")
    TxtMsgOk: str = unset


class PatientNew(PatientFields):
    LName: str
    FName: str


class PatientUpdate(PatientFields):
    conditions = (at_most_one_of("Guarantor", "SuperFamily"),)

    LName: str = unset
    FName: str = unset


class Patients(Resource):
    get = Get("patients/{PatNum}", Patient, added="21.1")
    find_simple = Find("patients/Simple", PatientSimpleQuery, Patient, added="21.2")
    find = Find("patients", PatientQuery, Patient, added="21.1")
    create = Post("patients", PatientNew, Patient, added="21.1", permission="Patients")
    update = Put("patients/{PatNum}", PatientUpdate, Patient, added="21.2", permission="Patients")


patients = Attached(Patients)
