"""Reports and modules: lists put together from several tables, as a window of the program shows them.

Sources: the Reports, AccountModules, ChartModules and FamilyModules pages. Ages of balances are not computed from
dates: whatever a guarantor owes counts as recent, as the invented clinic was last aged.
"""

from __future__ import annotations

from odevents.simulator.clock import moment
from odevents.simulator.rest import read
from odevents.simulator.rest.answer import Answer
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.store import Row

_COVERAGE = (
    "SELECT p.*, s.PlanNum, s.Subscriber, s.SubscriberID, s.SubscNote, i.GroupName, i.GroupNum, i.PlanNote, "
    "i.FeeSched, i.PlanType, i.CopayFeeSched, i.EmployerNum, i.IsMedical, i.CarrierNum, c.CarrierName, "
    "COALESCE(w.LName || ', ' || w.FName, '') AS subscriber_name, COALESCE(f.Description, '') AS fee_schedule, "
    "COALESCE(e.EmpName, '') AS employer_name FROM patplan p JOIN inssub s ON s.InsSubNum = p.InsSubNum "
    "JOIN insplan i ON i.PlanNum = s.PlanNum JOIN carrier c ON c.CarrierNum = i.CarrierNum "
    "LEFT JOIN patient w ON w.PatNum = s.Subscriber LEFT JOIN feesched f ON f.FeeSchedNum = i.FeeSched "
    "LEFT JOIN employer e ON e.EmployerNum = i.EmployerNum WHERE p.PatNum = ? ORDER BY p.Ordinal"
)
_ORDINALS = {1: "Primary", 2: "Secondary", 3: "Tertiary"}
_LEDGER = (
    "SELECT 'Proc' AS Type, ProcNum AS PrimaryKey, ProcDate AS Day, ProcFee AS Charge, 0.0 AS Credit, ProvNum, PatNum "
    "FROM procedurelog WHERE ProcStatus = 'C' AND PatNum IN ({0}) UNION ALL "
    "SELECT 'Payment', SplitNum, DatePay, 0.0, SplitAmt, ProvNum, PatNum FROM paysplit WHERE PatNum IN ({0}) UNION ALL "
    "SELECT 'Claim', ClaimProcNum, DateCP, 0.0, InsPayAmt, ProvNum, PatNum FROM claimproc "
    "WHERE InsPayAmt <> 0 AND PatNum IN ({0}) UNION ALL "
    "SELECT 'Adjustment', AdjNum, AdjDate, MAX(AdjAmt, 0), MAX(-AdjAmt, 0), ProvNum, PatNum FROM adjustment "
    "WHERE PatNum IN ({0}) ORDER BY 3, 1, 2"
)


@serves("GET", "reports/Aging")
def aging(asked: Asked) -> Answer:
    """Reports GET Aging: the guarantors who owe something."""
    sql = "SELECT * FROM patient WHERE PatNum = Guarantor AND BalTotal > 0"
    clinic = asked.asked_number("ClinicNum", 0)
    rows = [row for row in asked.store.query(f"{sql} ORDER BY LName, FName, PatNum") if clinic in (0, row["ClinicNum"])]
    ages = ("Bal_0_30", "Bal_31_60", "Bal_61_90", "BalOver90", "BalTotal")
    return read.paged(
        asked,
        [
            {"PatNum": row["PatNum"], "patName": f"{row['LName']}, {row['FName']}"}
            | {name: row[name] for name in ages}
            | {"InsWoEst": 0, "InsPayEst": row["InsEst"], "PatientPortion": row["BalTotal"] - row["InsEst"]}
            for row in rows
        ],
    )


@serves("GET", "reports/FinanceCharges")
def finance_charges(asked: Asked) -> Answer:
    """Reports GET FinanceCharges: adjustments of that kind, of which the invented clinic makes none."""
    for name in ("DateFrom", "DateTo"):
        if asked.query.get(name):
            read.day(name, asked.query[name])
    return read.paged(asked, [])


@serves("GET", "accountmodules/{PatNum}/Aging")
def account_aging(asked: Asked) -> Answer:
    """AccountModules GET Aging: of the patient's family."""
    patient = asked.the_row("patient", asked.key)
    owner = asked.the_row("patient", patient["Guarantor"] or asked.key)
    ages = {name: owner[name] for name in ("Bal_0_30", "Bal_31_60", "Bal_61_90", "BalOver90")}
    rest = {
        "Total": owner["BalTotal"], "InsEst": owner["InsEst"], "EstBal": owner["BalTotal"] - owner["InsEst"],
        "PatEstBal": patient["EstBalance"], "Unearned": 0,
    }  # fmt: skip
    return Answer(200, ages | rest)


@serves("GET", "accountmodules/{PatNum}/PatientBalances")
def balances(asked: Asked) -> Answer:
    """AccountModules GET PatientBalances: of each of the family, then of all."""
    patient = asked.the_row("patient", asked.key)
    family = asked.store.rows("patient", Guarantor=patient["Guarantor"])
    rows = [{"PatNum": r["PatNum"], "Name": f"{r['LName']}, {r['FName']}", "Balance": r["EstBalance"]} for r in family]
    total = {"PatNum": 0, "Name": "Entire Family", "Balance": round(sum(row["EstBalance"] for row in family), 2)}
    return read.paged(asked, [*rows, total])


@serves("GET", "accountmodules/{PatNum}/ServiceDateView")
def ledger(asked: Asked) -> Answer:
    """AccountModules GET ServiceDateView: charges and credits by day, with the running balance."""
    patient = asked.the_row("patient", asked.key)
    family = asked.query.get("isFamily", "false").lower() == "true"
    people = asked.store.rows("patient", Guarantor=patient["Guarantor"]) if family else [patient]
    names = {row["PatNum"]: row["FName"] for row in people}
    balance = 0.0
    rows: list[Row] = []
    for row in asked.store.query(_LEDGER.format(",".join(map(str, names)))):
        balance = round(balance + row["Charge"] - row["Credit"], 2)
        provider = asked.store.row("provider", row["ProvNum"])
        rows.append(
            {
                "ObjectType": row["Type"], "PrimaryKey": str(row["PrimaryKey"]), "Type": row["Type"],
                "ServiceDate": row["Day"], "TransDate": row["Day"], "Patient": names[row["PatNum"]],
                "PatNum": row["PatNum"], "Reference": "", "Charge": f"{row['Charge']:.2f}",
                "Credit": f"{row['Credit']:.2f}", "Provider": provider["Abbr"] if provider else "", "InsBal": "0.00",
                "AcctBal": f"{balance:.2f}",
            }
        )  # fmt: skip
    return read.paged(asked, rows)


@serves("GET", "familymodules/{PatNum}/Insurance")
def family_insurance(asked: Asked) -> Answer:
    """FamilyModules GET Insurance: the patient's plans, first things first."""
    asked.the_row("patient", asked.key)
    rows = [
        {
            "PatNum": r["PatNum"], "InsSubNum": r["InsSubNum"], "Subscriber": r["Subscriber"],
            "subscriber": r["subscriber_name"], "SubscriberID": r["SubscriberID"], "SubscNote": r["SubscNote"],
            "PatPlanNum": r["PatPlanNum"], "Ordinal": r["Ordinal"], "ordinal": _ORDINALS.get(r["Ordinal"], "Other"),
            "IsPending": r["IsPending"], "Relationship": r["Relationship"], "PatID": r["PatID"],
            "CarrierNum": r["CarrierNum"], "CarrierName": r["CarrierName"], "PlanNum": r["PlanNum"],
            "GroupName": r["GroupName"], "GroupNum": r["GroupNum"], "PlanNote": r["PlanNote"],
            "FeeSched": r["FeeSched"], "feeSchedule": r["fee_schedule"], "PlanType": r["PlanType"],
            "planType": "Category Percentage", "CopayFeeSched": r["CopayFeeSched"], "EmployerNum": r["EmployerNum"],
            "employer": r["employer_name"], "IsMedical": r["IsMedical"],
        }
        for r in asked.store.query(_COVERAGE, [asked.key])
    ]  # fmt: skip
    return read.paged(asked, rows)


@serves("GET", "chartmodules/{PatNum}/PatientInfo")
def patient_info(asked: Asked) -> Answer:
    """ChartModules GET PatientInfo: the lines of the information box."""
    patient = asked.the_row("patient", asked.key)
    born, now = moment(patient["Birthdate"]), asked.store.now()
    lines = {
        "Age": str(now.year - born.year - ((now.month, now.day) < (born.month, born.day))),
        "Billing Type": patient["BillingType"],
        "Date First Visit": patient["DateFirstVisit"],
    }
    return read.paged(asked, [{"Field": name, "Content": text} for name, text in lines.items()])


@serves("GET", "chartmodules/{PatNum}/ProgNotes")
def progress_notes(asked: Asked) -> Answer:
    """ChartModules GET ProgNotes: procedures and commlogs by time."""
    asked.the_row("patient", asked.key)
    store = asked.store
    procedures = store.objects("procedurelog", store.tables["procedurelog"].shape(), "t.PatNum = ?", [asked.key])
    calls = store.objects("commlog", store.tables["commlog"].shape(), "t.PatNum = ?", [asked.key])
    lines = [_line("ProcNum", r["ProcNum"], f"{r['ProcDate']} 00:00:00", r) for r in procedures]
    lines += [_line("CommlogNum", r["CommlogNum"], r["CommDateTime"], r) for r in calls]
    return read.paged(asked, sorted(lines, key=lambda line: (line["DateTime"], line["PrimaryKey"])))


def _line(kind: str, key: int, when: str, row: Row) -> Row:
    return {
        "ObjectType": kind, "PrimaryKey": str(key), "Date": when[:10], "Time": when[11:16], "DateTime": when,
        "Th": row.get("ToothNum", ""), "Surf": row.get("Surf", ""), "Dx": row.get("dxName", ""),
        "Description": row.get("descript") or f"Comm - {row.get('commType', '')}", "note": row.get("Note", ""),
        "Stat": row.get("ProcStatus", ""), "Prov": row.get("provAbbr", ""), "ProvNum": str(row.get("ProvNum", "")),
        "Amount": row.get("ProcFee", ""), "ProcCode": row.get("procCode", ""), "User": "", "Signed": "",
        "Length": "", "Abbr": "", "Clinic": "", "ClinicNum": str(row.get("ClinicNum", 0)),
    }  # fmt: skip
