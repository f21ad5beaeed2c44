"""Milestones, estimates, terms and the steps of contracts from files and over REST."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import orjson
import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone

from common.models import ImportBatch
from financials.models import Contract, Estimate, Milestone, ScheduleLine, StatusChange, Term
from people.actions import issue_token
from tests.makers import make_client, make_contract, make_user
from tests.portfolio.loading import load, rejects, write

pytestmark = pytest.mark.django_db
CONTRACTS = "number,kind,parent,client,title,start,end,amount,currency,status\n"


def contracts_file(tmp_path: Path, *rows: str) -> Path:
    return write(tmp_path, "contracts.csv", CONTRACTS + "\n".join(rows) + "\n")


def refused(tmp_path: Path, kind: str, text: str) -> list[str]:
    return [reason for _, reason in rejects(load(kind, write(tmp_path, "f.csv", text)))]


def test_milestones_load_once_move_the_schedule_and_come_back(tmp_path: Path) -> None:
    sow = make_contract(make_client("HAL"), number="H-1", billing="milestone", amount=D("100"))
    path = write(
        tmp_path,
        "m.csv",
        "contract,key,title,due,amount,accepted_on\nH-1,a,First,2026-03-31,60,2026-04-02\nH-1,b,Second,2026-06-30,30,\n",
    )
    assert load("milestones", path).counts == (2, 2, 0, 0, 0)
    assert load("milestones", path).counts == (2, 0, 0, 2, 0)
    lines = [(f"{line.month:%m}", line.amount) for line in ScheduleLine.objects.filter(contract=sow)]
    assert lines == [("04", D("60")), ("06", D("30")), ("12", D("10"))]
    batch = ImportBatch.objects.order_by("pk")[0]
    call_command("load", undo=str(batch.pk), stdout=io.StringIO())
    assert not Milestone.objects.exists()
    assert ScheduleLine.objects.filter(contract=sow).count() == 12


def test_milestones_above_the_fee_are_refused(tmp_path: Path) -> None:
    sow = make_contract(make_client("HAL"), number="H-1", amount=D("100"))
    Milestone.objects.create(contract=sow, key="a", title="First", due=date(2026, 3, 1), amount=D("60"))
    said = refused(tmp_path, "milestones", "contract,key,title,due,amount\nH-1,b,Second,2026-06-30,40.01\n")
    assert said == ["amount: the milestones of “H-1” come to 100.01, more than its fee of 100.00"]
    said = refused(tmp_path, "milestones", "contract,key,title,due,amount\nNIL,b,Second,2026-06-30,1\n")
    assert said == ["contract “NIL” is unknown"]


def test_estimates(tmp_path: Path) -> None:
    make_contract(make_client("HAL"), number="H-1")
    path = write(tmp_path, "e.csv", "contract,month,cost_to_go\nH-1,2026-08,90\nH-1,2026-09,0\n")
    assert load("estimates", path).counts == (2, 2, 0, 0, 0)
    assert list(Estimate.objects.values_list("cost_to_go", flat=True)) == [D("90"), D("0")]
    assert refused(tmp_path, "estimates", "contract,month,cost_to_go\nH-1,2026-08,-1\n") == [
        "cost_to_go “-1” is below zero"
    ]


def test_a_term_in_force_is_not_changed_by_a_file(tmp_path: Path) -> None:
    make_contract(make_client("HAL"), number="H-1")
    head = "contract,topic,value,from\n"
    path = write(tmp_path, "t.csv", f"{head}H-1,payment_days,45,2020-01-01\nH-1,ip,On payment,2190-01-01\n")
    assert load("terms", path).counts == (2, 2, 0, 0, 0)
    assert load("terms", path).counts == (2, 0, 0, 2, 0)
    said = refused(tmp_path, "terms", f"{head}H-1,payment_days,60,2020-01-01\n")
    assert said == ["from: the term is in force and stands as written; add the change from a later day"]
    assert load("terms", write(tmp_path, "u.csv", f"{head}H-1,ip,On acceptance,2190-01-01\n")).counts == (1, 0, 1, 0, 0)
    assert refused(tmp_path, "terms", f"{head}H-1,payment_days,soon,2021-01-01\n") == [
        "value: Write a whole number of days from 0 to 365."
    ]
    assert Term.objects.count() == 2


@pytest.mark.parametrize("over", ["terminated", "expired", "completed"])
def test_a_change_order_to_what_is_over_is_refused(tmp_path: Path, over: str) -> None:
    make_contract(make_client("HAL"), number="H-1", status=over)
    row = "H-2,change_order,H-1,HAL,More,2026-02-01,2026-03-31,10,USD,{}"
    said = rejects(load("contracts", contracts_file(tmp_path, row.format("signed"))))
    assert [reason for _, reason in said] == [
        f"parent “H-1” is {over}: a change order to it changes nothing; draw up a new statement of work instead"
    ]
    assert load("contracts", contracts_file(tmp_path, row.format("completed"))).counts == (1, 1, 0, 0, 0)


def test_the_parents_status_of_the_same_file_counts(tmp_path: Path) -> None:
    make_contract(make_client("HAL"), number="H-1", status="active")
    path = contracts_file(
        tmp_path,
        "H-2,change_order,H-1,HAL,More,2026-02-01,2026-03-31,10,USD,signed",
        "H-1,sow,,HAL,Work,2026-01-01,2026-12-31,100,USD,terminated",
    )
    answer = load("contracts", path)
    assert [reason for _, reason in rejects(answer)] == [
        "parent “H-1” is terminated: a change order to it changes nothing; draw up a new statement of work instead"
    ]


def test_a_status_from_a_file_leaves_its_step(tmp_path: Path) -> None:
    make_client("HAL")
    row = "H-1,sow,,HAL,Work,2026-01-01,2026-12-31,100,USD,{}"
    for status in ("draft", "active", "active"):
        load("contracts", contracts_file(tmp_path, row.format(status)))
    assert list(StatusChange.objects.values_list("before", "after")) == [("", "draft"), ("draft", "active")]


def test_a_terminated_contract_keeps_its_part(tmp_path: Path) -> None:
    make_client("HAL")
    text = CONTRACTS.strip() + ",ended_on\nH-1,sow,,HAL,Work,2026-01-15,2026-04-10,100000,USD,terminated,2026-03-05\n"
    assert load("contracts", write(tmp_path, "c.csv", text)).code == 0
    assert sum(ScheduleLine.objects.values_list("amount", flat=True)) == D("58139.53")
    late = text.replace("2026-03-05", "2026-01-01").replace("H-1", "H-2")
    assert refused(tmp_path, "contracts", late) == ["ended_on lies before start"]


def test_records_named_within_another_over_rest() -> None:
    director = make_user("director")
    client = make_client("HAL", owner=director)
    for number in ("H-1", "H-2"):
        make_contract(client, number=number)
    plain = issue_token(user=director, name="t", scopes=["*"], days=1, actor=director.email, now=timezone.now()).plain
    browser, headers = Browser(), {"Authorization": f"Bearer {plain}"}

    def post(path: str, body: dict[str, str]) -> int:
        return browser.post(
            f"/api/v1/{path}/", orjson.dumps(body), content_type="application/json", headers=headers
        ).status_code

    milestone = {"contract": "H-1", "key": "M1", "title": "Launch", "due": "2026-06-30", "amount": "10"}
    assert post("milestones", milestone) == 201
    assert post("milestones", milestone) == 409
    assert post("milestones", {**milestone, "contract": "H-2"}) == 201
    assert post("estimates", {"contract": "H-1", "month": "2026-09", "cost_to_go": "5"}) == 201
    assert post("estimates", {"contract": "H-1", "month": "2026-09", "cost_to_go": "6"}) == 409
    assert post("terms", {"contract": "H-1", "topic": "ip", "value": "Ours", "from": "soon"}) == 422
    assert post("terms", {"contract": "H-1", "topic": "ip", "value": "Ours", "from": "2026-01-01"}) == 201
    row = orjson.loads(browser.get("/api/v1/estimates/?contract=H-1", headers=headers).content)["results"][0]
    changed = browser.patch(
        f"/api/v1/estimates/{row['id']}/", orjson.dumps({"cost_to_go": "7"}), content_type="application/json",
        headers=headers,
    )  # fmt: skip
    assert (changed.status_code, orjson.loads(changed.content)["cost_to_go"]) == (200, "7.0000")
    assert post("schedule-lines", {}) == 405
    Contract.objects.filter(number="H-1").update(status="terminated")
    order = {
        "number": "H-1-CO1", "kind": "change_order", "parent": "H-1", "client": "HAL", "title": "More",
        "start": "2026-02-01", "end": "2026-03-31", "amount": "1", "currency": "USD", "status": "draft",
    }  # fmt: skip
    assert post("contracts", order) == 422
