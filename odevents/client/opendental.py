"""The facade: ``client.appointments.find(PatNum=12)``.

One line per resource, named as its URL segment. A resource's file is imported when it is first used; editors
and type checkers see them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odevents.client import resources

if TYPE_CHECKING:
    from odevents.client.call import Sender


class OpenDental:
    """Every resource of the API, sent through ``sender``."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    if TYPE_CHECKING:
        from odevents.client.resources.accountmodules import accountmodules
        from odevents.client.resources.adjustments import adjustments
        from odevents.client.resources.allergies import allergies
        from odevents.client.resources.allergydefs import allergydefs
        from odevents.client.resources.appointments import appointments
        from odevents.client.resources.appointmenttypes import appointmenttypes
        from odevents.client.resources.apptfielddefs import apptfielddefs
        from odevents.client.resources.apptfields import apptfields
        from odevents.client.resources.asapcomms import asapcomms
        from odevents.client.resources.autonotecontrols import autonotecontrols
        from odevents.client.resources.autonotes import autonotes
        from odevents.client.resources.benefits import benefits
        from odevents.client.resources.carriers import carriers
        from odevents.client.resources.chartmodules import chartmodules
        from odevents.client.resources.claimpayments import claimpayments
        from odevents.client.resources.claimprocs import claimprocs
        from odevents.client.resources.claims import claims
        from odevents.client.resources.claimtrackings import claimtrackings
        from odevents.client.resources.clinics import clinics
        from odevents.client.resources.clockevents import clockevents
        from odevents.client.resources.codegroups import codegroups
        from odevents.client.resources.commlogs import commlogs
        from odevents.client.resources.computers import computers
        from odevents.client.resources.covcats import covcats
        from odevents.client.resources.covspans import covspans
        from odevents.client.resources.definitions import definitions
        from odevents.client.resources.discountplans import discountplans
        from odevents.client.resources.discountplansubs import discountplansubs
        from odevents.client.resources.diseasedefs import diseasedefs
        from odevents.client.resources.diseases import diseases
        from odevents.client.resources.documents import documents
        from odevents.client.resources.ehrpatients import ehrpatients
        from odevents.client.resources.employees import employees
        from odevents.client.resources.employers import employers
        from odevents.client.resources.eobattaches import eobattaches
        from odevents.client.resources.etrans import etrans
        from odevents.client.resources.etransmessagetexts import etransmessagetexts
        from odevents.client.resources.etranss import etranss
        from odevents.client.resources.familymodules import familymodules
        from odevents.client.resources.fees import fees
        from odevents.client.resources.feescheds import feescheds
        from odevents.client.resources.histappointments import histappointments
        from odevents.client.resources.insplans import insplans
        from odevents.client.resources.inssubs import inssubs
        from odevents.client.resources.insverifies import insverifies
        from odevents.client.resources.labcases import labcases
        from odevents.client.resources.laboratories import laboratories
        from odevents.client.resources.labturnarounds import labturnarounds
        from odevents.client.resources.medicationpats import medicationpats
        from odevents.client.resources.medications import medications
        from odevents.client.resources.operatories import operatories
        from odevents.client.resources.patfielddefs import patfielddefs
        from odevents.client.resources.patfields import patfields
        from odevents.client.resources.patientnotes import patientnotes
        from odevents.client.resources.patientraces import patientraces
        from odevents.client.resources.patients import patients
        from odevents.client.resources.patplans import patplans
        from odevents.client.resources.payments import payments
        from odevents.client.resources.payplancharges import payplancharges
        from odevents.client.resources.payplans import payplans
        from odevents.client.resources.paysplits import paysplits
        from odevents.client.resources.perioexams import perioexams
        from odevents.client.resources.periomeasures import periomeasures
        from odevents.client.resources.pharmacies import pharmacies
        from odevents.client.resources.popups import popups
        from odevents.client.resources.preferences import preferences
        from odevents.client.resources.procedurecodes import procedurecodes
        from odevents.client.resources.procedurelogs import procedurelogs
        from odevents.client.resources.procnotes import procnotes
        from odevents.client.resources.proctps import proctps
        from odevents.client.resources.providers import providers
        from odevents.client.resources.queries import queries
        from odevents.client.resources.quickpastecats import quickpastecats
        from odevents.client.resources.quickpastenotes import quickpastenotes
        from odevents.client.resources.recalls import recalls
        from odevents.client.resources.recalltypes import recalltypes
        from odevents.client.resources.refattaches import refattaches
        from odevents.client.resources.referrals import referrals
        from odevents.client.resources.reports import reports
        from odevents.client.resources.rxpats import rxpats
        from odevents.client.resources.scheduleops import scheduleops
        from odevents.client.resources.schedules import schedules
        from odevents.client.resources.securitylogs import securitylogs
        from odevents.client.resources.securityperms import securityperms
        from odevents.client.resources.sheetdefs import sheetdefs
        from odevents.client.resources.sheetfields import sheetfields
        from odevents.client.resources.sheets import sheets
        from odevents.client.resources.signalods import signalods
        from odevents.client.resources.statements import statements
        from odevents.client.resources.subscriptions import subscriptions
        from odevents.client.resources.substitutionlinks import substitutionlinks
        from odevents.client.resources.tasklists import tasklists
        from odevents.client.resources.tasknotes import tasknotes
        from odevents.client.resources.tasks import tasks
        from odevents.client.resources.toothinitials import toothinitials
        from odevents.client.resources.treatplanattaches import treatplanattaches
        from odevents.client.resources.treatplans import treatplans
        from odevents.client.resources.usergroupattaches import usergroupattaches
        from odevents.client.resources.usergroups import usergroups
        from odevents.client.resources.userods import userods

    else:  # hidden from type checkers, to which it would make every misspelt resource look right

        def __getattr__(self, name: str) -> Any:
            if name not in resources.names():
                raise AttributeError(f"the API has no resource {name!r}")
            resource = resources.load(name)(self.sender)
            setattr(self, name, resource)
            return resource
