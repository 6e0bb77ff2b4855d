"""Lists of the office's setup with a rule of their own. Sources: the pages of the resources, named in each."""

from __future__ import annotations

from odevents.simulator.enumerations import ENUMERATIONS
from odevents.simulator.office import ALL_PERMISSIONS
from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting


@serves("POST", "definitions")
def definition(asked: Asked) -> Answer:
    """Definitions POST: the category is given by its name."""
    name = str(asked.body["category"])
    if name not in ENUMERATIONS["DefCat"]:
        raise bad_request("category is invalid")
    number = ENUMERATIONS["DefCat"].index(name)
    if asked.store.first("definition", Category=number, ItemName=str(asked.body["ItemName"])):
        raise bad_request("A definition with that ItemName already exists in the category.")
    order = len(asked.store.rows("definition", Category=number))
    values = write.settled(asked, asked.shown) | {"Category": number, "ItemOrder": order}
    return write.created(asked, asked.store.insert("definition", **values))


@serves("GET", "definitions")
def definitions(asked: Asked) -> Answer:
    """Definitions GET: in the order of the category's list."""
    return read.listing(asked, order="t.Category, t.ItemOrder, t.DefNum")


@serves("GET", "clinics")
def clinics(asked: Asked) -> Answer:
    """Clinics GET: those that are not hidden."""
    return read.listing(asked, where="t.IsHidden = 'false'")


@serves("GET", "providers")
def providers(asked: Asked) -> Answer:
    """Providers GET: by clinic, which leaves serverDateTime empty, or by change."""
    clinic = asked.query.get("ClinicNum")
    if clinic and asked.query.get("DateTStamp"):
        raise bad_request("ClinicNum and DateTStamp cannot be used together.")
    if not clinic:
        return read.listing(asked)
    if asked.asked_number("ClinicNum") and asked.store.row("clinic", asked.asked_number("ClinicNum")) is None:
        raise not_found("Clinic")
    answer = read.listing(asked, where="t.IsHidden = 'false'")
    rows = answer.body if isinstance(answer.body, list) else []
    return Answer(200, [row | {"serverDateTime": ""} for row in rows])


@serves("GET", "schedules")
def schedules(asked: Asked) -> Answer:
    """Schedules GET: of today, unless dates are given."""
    if any(asked.query.get(name) for name in ("date", "dateStart", "dateEnd")):
        return read.listing(asked)
    return read.listing(asked, where="t.SchedDate = ?", values=[charting.today(asked.office)])


@serves("GET", "signalods")
def signalods(asked: Asked) -> Answer:
    """Signalods GET: after a moment."""
    after = read.since("SigDateTime", asked.query["SigDateTime"])
    asked = Asked(asked.office, asked.endpoint, asked.ids, {}, {}, asked.table)
    return read.listing(asked, where="t.SigDateTime > ?", values=[after])


@serves("GET", "discountplansubs")
def discount_plan(asked: Asked) -> Answer:
    """DiscountPlanSubs GET: the one of a patient."""
    patient = asked.asked_number("PatNum")
    asked.the_row("patient", patient)
    found = asked.store.objects("discountplansub", asked.shown.shape(), "t.PatNum = ?", [patient])
    if not found:
        raise not_found("DiscountPlanSub")
    return Answer(200, found[0])


@serves("POST", "discountplansubs")
def join_discount_plan(asked: Asked) -> Answer:
    """DiscountPlanSubs POST: one a patient."""
    if asked.store.first("discountplansub", PatNum=asked.number("PatNum")):
        raise bad_request("The patient already has a discount plan.")
    return write.create(asked)


@serves("POST", "refattaches")
def refer(asked: Asked) -> Answer:
    """RefAttaches POST: by number or by name, which adds a referral that is not known yet."""
    asked.the_row("patient", asked.number("PatNum"))
    values = write.settled(asked, asked.shown, ignore=frozenset({"referralName"}))
    if not values.get("ReferralNum"):
        name = asked.body.get("referralName")
        if not name:
            raise bad_request("ReferralNum or referralName is required")
        found = asked.store.first("referral", LName=str(name))
        values["ReferralNum"] = found["ReferralNum"] if found else asked.store.insert("referral", LName=str(name))
    if asked.store.first("refattach", PatNum=values["PatNum"], ReferralNum=values["ReferralNum"]):
        raise bad_request("Referral is already attached to this patient")
    defaults = {"ReferralType": "RefFrom", "RefDate": charting.today(asked.office)}
    return write.created(asked, asked.store.insert("refattach", **defaults | values))


@serves("POST", "userods")
def user(asked: Asked) -> Answer:
    """Userods POST: a new name, in a group."""
    if asked.store.first("userod", UserName=str(asked.body["UserName"])):
        raise bad_request("A user with that UserName already exists.")
    group = asked.store.row("usergroup", asked.number("UserGroupNum"))
    if group is None:
        raise not_found("UserGroup")
    key = asked.store.insert("userod", **write.settled(asked, asked.shown))
    asked.store.insert("usergroupattach", UserNum=key, UserGroupNum=group["UserGroupNum"])
    return write.created(asked, key)


@serves("GET", "securityperms")
def permissions(asked: Asked) -> Answer:
    """SecurityPerms GET: what the key may do."""
    mine = asked.office.permissions
    names = sorted(ALL_PERMISSIONS | {"Enterprise"})
    return read.paged(asked, [{"Permission": name, "HasPermission": str(name in mine).lower()} for name in names])


@serves("POST", "treatplans/Saved")
def save_treatment_plan(asked: Asked) -> Answer:
    """TreatPlans POST Saved: a copy that does not change any more."""
    plan = asked.the_row("treatplan", asked.number("TreatPlanNum"))
    if plan["TPStatus"] == "Saved":
        raise bad_request("The treatment plan is already saved.")
    copied = {name: value for name, value in plan.items() if name not in ("TreatPlanNum", "SecDateTEdit")}
    values = write.settled(asked, asked.shown)
    key = asked.store.insert("treatplan", **copied | values | {"TPStatus": "Saved"})
    for attached in asked.store.rows("treatplanattach", TreatPlanNum=plan["TreatPlanNum"]):
        row = asked.the_row("procedurelog", attached["ProcNum"])
        asked.store.insert(
            "proctp", TreatPlanNum=key, PatNum=plan["PatNum"], ProcNumOrig=row["ProcNum"], FeeAmt=row["ProcFee"],
            Priority=attached["Priority"], ProvNum=row["ProvNum"], ClinicNum=row["ClinicNum"], Surf=row["Surf"],
        )  # fmt: skip
    return write.created(asked, key)


@serves("PUT", "userods/{UserNum}")
def change_user(asked: Asked) -> Answer:
    """Userods PUT: ``userGroupNums`` replaces the groups the user is in."""
    asked.the_row()
    groups = asked.numbers("userGroupNums")
    for number in groups:
        asked.the_row("usergroup", number)
    if groups:
        for row in asked.store.rows("usergroupattach", UserNum=asked.key):
            asked.store.delete("usergroupattach", row["UserGroupAttachNum"])
        for number in groups:
            asked.store.insert("usergroupattach", UserNum=asked.key, UserGroupNum=number)
    return write.update(asked)


@serves("GET", "referrals")
def referrals(asked: Asked) -> Answer:
    """Referrals GET: ``isPatient`` is no column, but can be asked for."""
    wanted = asked.query.get("isPatient", "").lower()
    where = {"true": "t.PatNum > 0", "false": "t.PatNum = 0"}.get(wanted, "")
    return read.listing(asked, where=where)
