"""Insurance and money: plans, who has them, claims of complete procedures, payments and their splits."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from odevents.simulator.clinic.setup import definition
from odevents.simulator.clock import wire
from odevents.simulator.store import Row, Store

_PLANS = 12


def coverage(store: Store, random: Random) -> None:
    """Half of the families insured, their complete visits claimed, everybody paying now and then."""
    _plans(store, random)
    covered = _subscribers(store, random)
    _claims(store, random, covered)
    _payments(store, random)
    _balances(store)


def _plans(store: Store, random: Random) -> None:
    carriers = len(store.rows("carrier"))
    for number in range(1, _PLANS + 1):
        store.insert(
            "insplan", GroupName=f"Group {number}", GroupNum=f"G{1000 + number}", EmployerNum=1,
            CarrierNum=random.randrange(1, carriers + 1), FeeSched=1, PlanType="",
        )  # fmt: skip
        for category, percent in ((1, 100), (2, 100), (3, 80), (4, 50)):
            store.insert(
                "benefit", PlanNum=number, CovCatNum=category, BenefitType="CoInsurance", Percent=percent,
                TimePeriod="CalendarYear", CoverageLevel="None", QuantityQualifier="None", TreatArea="None",
            )  # fmt: skip
    for verified in ("2026-01-05", "2026-02-09"):
        store.insert("insverify", VerifyType="InsuranceBenefit", FKey=1, DateLastVerified=verified)
    store.insert("substitutionlink", PlanNum=1, CodeNum=1, SubstitutionCode="D0140", SubstOnlyIf="Always")


def _subscribers(store: Store, random: Random) -> dict[int, tuple[int, int]]:
    """:returns: InsSubNum and PlanNum by PatNum."""
    families: dict[int, list[int]] = {}
    for row in store.query("SELECT PatNum, Guarantor FROM patient"):
        families.setdefault(row["Guarantor"], []).append(row["PatNum"])
    subs: list[Row] = []
    plans: list[Row] = []
    covered: dict[int, tuple[int, int]] = {}
    for guarantor, members in families.items():
        if random.random() < 0.5:
            continue
        plan = random.randrange(1, _PLANS + 1)
        subs.append({"PlanNum": plan, "Subscriber": guarantor, "SubscriberID": f"S{guarantor:07d}",
                     "DateEffective": "2024-01-01", "ReleaseInfo": "true", "AssignBen": "true"})  # fmt: skip
        for member in members:
            covered[member] = len(subs), plan
            relationship = "Self" if member == guarantor else "Dependent"
            plans.append({"PatNum": member, "InsSubNum": len(subs), "Relationship": relationship})
    store.insert_many("inssub", subs)
    store.insert_many("patplan", plans)
    return covered


def _claims(store: Store, random: Random, covered: dict[int, tuple[int, int]]) -> None:
    claims: list[Row] = []
    parts: list[Row] = []
    visits: dict[int, list[Row]] = {}
    for row in store.query("SELECT * FROM procedurelog WHERE ProcStatus = 'C'"):
        if row["PatNum"] in covered:
            visits.setdefault(row["AptNum"], []).append(row)
    for procedures in visits.values():
        first = procedures[0]
        sub, plan = covered[first["PatNum"]]
        received = random.random() < 0.7
        fee = sum(row["ProcFee"] for row in procedures)
        claims.append(
            {
                "PatNum": first["PatNum"], "DateService": first["ProcDate"], "DateSent": first["ProcDate"],
                "ClaimStatus": "R" if received else "S", "PlanNum": plan, "InsSubNum": sub, "ClaimType": "P",
                "ProvTreat": first["ProvNum"], "ProvBill": first["ProvNum"], "ClaimFee": fee, "InsPayEst": fee * 0.8,
                "InsPayAmt": fee * 0.8 if received else 0.0, "PatRelat": "Self", "PlaceService": "Office",
            }
        )  # fmt: skip
        parts.extend(_part(row, claims[-1] | {"ClaimNum": len(claims)}, received) for row in procedures)
    if any(part["ClaimPaymentNum"] for part in parts):
        store.insert(
            "claimpayment", CheckDate=wire(store.now())[:10], CarrierName="Imaginary Mutual",
            CheckAmt=sum(part["InsPayAmt"] for part in parts), PayType=definition(store, 32), ClinicNum=1,
        )  # fmt: skip
    store.insert_many("claim", claims)
    store.insert_many("claimproc", parts)
    if claims:
        store.insert("claimtracking", ClaimNum=1, TrackingDefNum=definition(store, 31), Note="Called")
        store.insert("etrans", ClaimNum=1, PatNum=claims[0]["PatNum"], Etype="ClaimSent", CarrierNum=1,
                     DateTimeTrans=f"{claims[0]['DateSent']} 12:00:00")  # fmt: skip


def _part(row: Row, claim: Row, received: bool) -> Row:
    estimate = row["ProcFee"] * 0.8
    return {
        "ProcNum": row["ProcNum"], "ClaimNum": claim["ClaimNum"], "PatNum": row["PatNum"], "PlanNum": claim["PlanNum"],
        "InsSubNum": claim["InsSubNum"], "ProvNum": row["ProvNum"], "FeeBilled": row["ProcFee"], "Percentage": 80,
        "Status": "Received" if received else "NotReceived", "InsPayEst": estimate, "ClinicNum": row["ClinicNum"],
        "InsPayAmt": estimate if received else 0.0, "ProcDate": row["ProcDate"], "DateCP": row["ProcDate"],
        "ClaimPaymentNum": 1 if received else 0,
    }  # fmt: skip


def _payments(store: Store, random: Random) -> None:
    check = definition(store, 10)
    payments: list[Row] = []
    splits: list[Row] = []
    for row in store.query("SELECT * FROM procedurelog WHERE ProcStatus = 'C' ORDER BY ProcNum"):
        if random.random() < 0.4:
            amount = round(row["ProcFee"] * 0.2, 2)
            base = {"PatNum": row["PatNum"], "ClinicNum": row["ClinicNum"]}
            payments.append({**base, "PayType": check, "PayDate": row["ProcDate"], "PayAmt": amount,
                             "CheckNum": str(1000 + len(payments))})  # fmt: skip
            splits.append({**base, "PayNum": len(payments), "SplitAmt": amount, "ProcNum": row["ProcNum"],
                           "ProvNum": row["ProvNum"], "DatePay": row["ProcDate"]})  # fmt: skip
    store.insert_many("payment", payments)
    store.insert_many("paysplit", splits)
    first = store.first("patient")
    if first:
        ago = wire(store.now() - timedelta(days=20))[:10]
        store.insert("adjustment", PatNum=first["PatNum"], AdjType=definition(store, 1, "Cash Discount"), AdjAmt=-10.0,
                     AdjDate=ago, ProcDate=ago, ProvNum=first["PriProv"], ClinicNum=first["ClinicNum"])  # fmt: skip
        store.insert("statement", PatNum=first["PatNum"], DateSent=ago, Mode_="Mail", IsSent="true")
        store.insert("discountplansub", DiscountPlanNum=1, PatNum=first["PatNum"])


def _balances(store: Store) -> None:
    """What each guarantor's family owes, all of it from the last thirty days."""
    store.connection.execute(
        """
        WITH owed AS (
            SELECT p.Guarantor AS Guarantor,
                   SUM(COALESCE((SELECT SUM(ProcFee) FROM procedurelog l
                                 WHERE l.PatNum = p.PatNum AND ProcStatus = 'C'), 0)
                     - COALESCE((SELECT SUM(SplitAmt) FROM paysplit s WHERE s.PatNum = p.PatNum), 0)
                     - COALESCE((SELECT SUM(InsPayAmt) FROM claimproc c WHERE c.PatNum = p.PatNum), 0)) AS Amount
            FROM patient p GROUP BY p.Guarantor)
        UPDATE patient SET
            EstBalance = round((SELECT Amount FROM owed WHERE owed.Guarantor = patient.PatNum), 2),
            BalTotal = round((SELECT Amount FROM owed WHERE owed.Guarantor = patient.PatNum), 2),
            Bal_0_30 = round((SELECT Amount FROM owed WHERE owed.Guarantor = patient.PatNum), 2)
        WHERE PatNum = Guarantor
        """
    )
