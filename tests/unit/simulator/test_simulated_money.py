"""Payments, insurance and claims."""

from __future__ import annotations

from typing import Any

from odevents.simulator import Office
from tests.unit.simulator.conftest import Ask


def body(answer: Any) -> Any:
    assert answer.status in (200, 201), answer.body
    return answer.body


def test_a_payment_pays_the_familys_oldest_procedures_first_and_keeps_the_rest_unearned(
    ask: Ask, office: Office
) -> None:
    first = body(ask("POST", "patients", LName="Payerfell", FName="Onyx"))["PatNum"]
    old, new = (
        office.insert("procedurelog", PatNum=first, CodeNum=1, ProcStatus="C", ProcFee=50.0, ProcDate=day)
        for day in ("2026-01-01", "2026-02-01")
    )
    payment = body(ask("POST", "payments", PatNum=first, PayAmt="120.00"))["PayNum"]
    splits = office.rows("paysplit", PayNum=payment)
    assert [(s["ProcNum"], s["SplitAmt"]) for s in splits] == [(old, 50.0), (new, 50.0), (0, 20.0)]
    assert splits[2]["UnearnedType"]
    refund = body(ask("POST", "payments/Refund", PayNum=payment))
    assert refund["PayAmt"] == "-120.00"


def test_first_insurance_moves_the_other_back_and_up_again(ask: Ask, office: Office) -> None:
    subs = [office.insert("inssub", PlanNum=1, Subscriber=3) for _ in range(2)]
    for row in office.rows("patplan", PatNum=3):
        office.delete("patplan", row["PatPlanNum"])
    first = body(ask("POST", "patplans", PatNum=3, InsSubNum=subs[0]))
    second = body(ask("POST", "patplans", PatNum=3, InsSubNum=subs[1], Ordinal=1))
    assert (second["Ordinal"], office.row("patplan", first["PatPlanNum"])["Ordinal"]) == (1, 2)
    assert ask("POST", "patplans", PatNum=3, InsSubNum=subs[1]).status == 400
    answer = ask("DELETE", f"inssubs/{subs[1]}")
    assert answer.body == "Can't delete InsSub because PatPlans are still attached."
    ask("DELETE", f"patplans/{second['PatPlanNum']}")
    assert office.row("patplan", first["PatPlanNum"])["Ordinal"] == 1
    assert ask("DELETE", f"inssubs/{subs[1]}").status == 200


def test_a_claim_is_made_sent_split_and_deleted(ask: Ask, office: Office) -> None:
    plan = office.rows("patplan")[0]
    own = {"PatNum": plan["PatNum"]}
    numbers = [office.insert("procedurelog", **own, CodeNum=1, ProcStatus="C", ProcFee=40.0) for _ in range(2)]
    claim = {**own, "procNums": numbers, "ClaimType": "P", "InsSubNum": plan["InsSubNum"], "PatRelat": "Self"}
    made = body(ask("POST", "claims", **claim))
    assert made["ClaimFee"] == 80
    assert ask("POST", "claims", **claim).status == 400
    assert body(ask("PUT", f"claims/{made['ClaimNum']}/Status", DateSent="2026-03-02"))["ClaimStatus"] == "S"
    assert office.rows("etrans", ClaimNum=made["ClaimNum"])
    split = ask("PUT", f"claims/{made['ClaimNum']}/Split", ProcNums=[numbers[1]])
    assert (split.status, body(split)["ProcNums"]) == (201, [numbers[1]])
    assert ask("DELETE", f"claims/{made['ClaimNum']}").status == 200
    assert office.rows("claimproc", ClaimNum=made["ClaimNum"]) == []


def test_a_carrier_pays_once_more_for_what_it_has_paid(ask: Ask, office: Office) -> None:
    paid = office.rows("claimproc", Status="Received")[0]
    made = body(ask("POST", "claimprocs/Supplemental", ClaimProcNum=paid["ClaimProcNum"], InsPayAmt="12.50"))
    assert (made["Status"], made["InsPayAmt"], made["ClaimNum"]) == ("Supplemental", 12.5, paid["ClaimNum"])
    waiting = office.insert("claimproc", PatNum=3)
    assert ask("POST", "claimprocs/Supplemental", ClaimProcNum=waiting).status == 400


def test_a_dynamic_payment_plan_is_made_changed_locked_and_closed(ask: Ask, office: Office) -> None:
    procedure = office.insert("procedurelog", PatNum=3, CodeNum=1, ProcFee=100.0)
    wanted = {"PatNum": 3, "procNums": [procedure]}
    assert ask("POST", "payplans/Dynamic", **wanted, PayAmt=50, NumberOfPayments=2).status == 400
    plan = body(ask("POST", "payplans/Dynamic", **wanted, PayAmt="30.00"))
    assert (plan["principalAmount"], plan["NumberOfPayments"], plan["DatePayPlanStart"]) == (100, 4, "2026-04-02")
    path = f"payplans/{plan['PayPlanNum']}/Dynamic"
    assert body(ask("PUT", path, NumberOfPayments=5, IsLocked="true"))["PayAmt"] == 20
    assert ask("PUT", path, NumberOfPayments=4).status == 400
    assert body(ask("PUT", f"payplans/{plan['PayPlanNum']}/Close"))["IsClosed"] == "true"
    assert ask("PUT", f"payplans/{plan['PayPlanNum']}/Close").status == 400
