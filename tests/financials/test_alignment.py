"""What the work is for: the domain's figures, pieces that sum, ties by page, file and REST."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.plan_versions import keep_version, restore_version
from accounts.models import Action, Imperative, Objective, Plan
from common.models import AuditEntry
from financials.actions.alignment import TooMuch, tie_contract
from financials.calc.alignment import Cell, Tie, aligned, allot, by_month, drift, fractions
from financials.models import AlignmentTie, Milestone, ScheduleLine, TimeMonth
from financials.queries.alignment_page import load_alignment
from people.models import User
from portfolio.imports.runner import load_rows
from tests.makers import make_client, make_contract

D = Decimal
CENT = D("0.01")
OCT, NOV = date(2026, 10, 1), date(2026, 11, 1)


def test_alignment_as_the_domain_works_it_out() -> None:
    """300,000 of 400,000 and 1,200 of 2,000 h → 0.75, 0.60."""
    cells = [
        Cell(OCT, D(300_000), D(1200), {1: D(1)}),
        Cell(OCT, D(100_000), D(500), {}),
        Cell(OCT, D(0), D(300), {}),
    ]
    found = aligned(cells, CENT)
    assert (found.fee_share, found.hour_share) == (D("0.75"), D("0.6"))
    assert found.by_fees == {1: D(300_000), None: D(100_000)}
    assert found.by_hours == {1: D(1200), None: D(800)}
    assert aligned([], CENT).fee_share is None
    assert aligned([Cell(OCT, None, D(1), {})], CENT).fee_share is None  # a rate is missing


def test_milestones_go_first_and_shares_take_of_the_rest() -> None:
    """A fee of 100: a milestone of 20 for A; of the other 80, half for B: 0.2, 0.4, and 0.4 orphan."""
    parts = fractions(D(100), [Tie(1, D(1), D(20)), Tie(2, D("0.5"))])
    assert parts == {1: D("0.2"), 2: D("0.4")}
    assert fractions(D(100), [Tie(1, D(1), D(70)), Tie(2, D(1), D(70))]) == {1: D("0.7"), 2: D("0.3")}
    assert fractions(None, [Tie(1, D(1), D(20))]) == {}


def test_pieces_sum_to_the_whole() -> None:
    assert allot(D("100.00"), {1: D(1) / 3, 2: D(1) / 3}, CENT) == {1: D("33.33"), 2: D("33.34"), None: D("33.33")}
    for seed in range(400):
        dice = random.Random(seed)  # no secret
        cuts = sorted(dice.random() for _ in range(dice.randint(0, 4)))
        parts = {n: D(str(round(b - a, 6))) for n, (a, b) in enumerate(zip([0.0, *cuts], cuts, strict=False)) if b > a}
        amount = D(dice.randint(-10_000_000, 10_000_000)) / 100
        assert sum(allot(amount, parts, CENT).values(), D(0)) == amount, seed


def test_drift_is_by_month() -> None:
    months = by_month([Cell(OCT, D(100), D(0), {1: D(1)}), Cell(NOV, D(100), D(0), {1: D("0.6")})], CENT)
    shares = [one.fee_share for one in months.values()]
    assert shares == [D(1), D("0.6")]
    assert drift(shares[1], shares[0]) == D("-0.4")
    assert drift(None, D(1)) is None


@pytest.fixture
def work(owner: User) -> Any:
    """Halden: two statements of work of 300,000 and 100,000, 1,200 and 500 hours, and 300 hours under none."""
    client = make_client("HAL", owner=owner)
    plan = Plan.objects.create(client=client, starts_on=date(2026, 1, 1))
    for n, title in enumerate(("Grow in Iberia", "Spend less"), 1):
        Imperative.objects.create(plan=plan, key=f"I{n}", title=title, position=n)
    for number, amount, hours in (("S1", 300_000, 1200), ("S2", 100_000, 500), ("", 0, 300)):
        contract = make_contract(client, number=number, amount=D(amount)) if number else None
        if contract:
            ScheduleLine.objects.create(contract=contract, month=OCT, amount=D(amount))
        TimeMonth.objects.create(
            client=client, contract=contract, person=owner, month=OCT, hours=hours, billable_hours=0,
            unpriced_hours=hours, uncarded_hours=0, cost=0, value=0, entries=1,
        )  # fmt: skip
    return client


def test_the_page_says_it_and_what_is_unfunded(work: Any, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    url = "/clients/HAL/plan/alignment/"
    aim = Imperative.objects.get(key="I1")
    assert "0% of fees serve" in browser.get(url).content.decode()
    assert browser.post(f"{url}tie/?contract=S1", {"imperative": aim.pk, "share": "1"}).status_code == 302
    text = browser.get(url).content.decode()
    assert "75% of fees serve what they are trying to do; 1 imperative of theirs unfunded" in text
    page = load_alignment(owner, work, timezone.now())
    assert (page.fee_share.value, page.hour_share.value) == (D("0.75"), D("0.6"))
    assert [(aim.title, aim.unfunded) for aim in page.aims] == [
        ("Grow in Iberia", False),
        ("Spend less", True),
        ("Serves none of theirs", False),
    ]
    assert [row.number for row in page.work if row.orphan] == ["S2"]
    figure = browser.get(f"/figures/{page.fee_share.id}/").content.decode()
    assert "fees that serve an imperative ÷ all fees" in figure
    file = b"".join(browser.get(f"{url}?format=csv").streaming_content).decode()
    assert "HAL,I1,Grow in Iberia,USD,300000.00,1200.00,0.75,0.6" in file
    tie = AlignmentTie.objects.get()
    assert browser.post(f"{url}{tie.pk}/untie/").status_code == 302
    verbs = AuditEntry.objects.filter(object_kind="alignment").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["added", "deleted"]


def test_shares_never_exceed_the_contract(work: Any, owner: User, sign_in: Any) -> None:
    contract = work.contracts.get(number="S1")
    one, two = Imperative.objects.order_by("key")
    tie_contract(contract=contract, imperative=one, milestone=None, share=D("0.7"), actor=owner)
    with pytest.raises(TooMuch):
        tie_contract(contract=contract, imperative=two, milestone=None, share=D("0.4"), actor=owner)
    tie_contract(contract=contract, imperative=one, milestone=None, share=D("0.6"), actor=owner)  # in its own place
    url = "/clients/HAL/plan/alignment/tie/?contract=S1"
    answer = sign_in(owner).post(url, {"imperative": two.pk, "share": "0.5"})
    assert "0.4 of this contract is still to be tied" in answer.content.decode()
    assert sign_in(owner).post(url, {"imperative": two.pk, "share": "0.4"}).status_code == 302
    milestone = Milestone.objects.create(contract=contract, key="M", title="Go live", due=NOV, amount=D(60_000))
    tie_contract(contract=contract, imperative=one, milestone=milestone, share=D(1), actor=owner)
    tie_contract(contract=contract, imperative=two, milestone=milestone, share=D(1), actor=owner)
    assert AlignmentTie.objects.filter(milestone=milestone).get().imperative == two
    page = load_alignment(owner, work, timezone.now())  # of 300,000: 60,000 for two, then 0.6 and 0.4 of 240,000
    assert [aim.fees for aim in page.aims] == [D(144_000), D(156_000), D(100_000)]


def test_a_change_order_follows_the_contract_it_changes(work: Any, owner: User) -> None:
    contract, one = work.contracts.get(number="S1"), Imperative.objects.get(key="I1")
    order = make_contract(work, number="CO", kind="change_order", parent=contract, amount=D(50_000))
    ScheduleLine.objects.create(contract=order, month=OCT, amount=D(50_000))
    tie_contract(contract=contract, imperative=one, milestone=None, share=D("0.5"), actor=owner)
    page = load_alignment(owner, work, timezone.now())
    assert page.aims[0].fees == D(175_000)
    assert next(row.follows for row in page.work if row.number == "CO") == "S1"


def load(*rows: dict[str, str]) -> Any:
    return load_rows("alignment", list(rows), actor="test", now=timezone.now(), file_name="test")


def test_ties_load_from_a_file(work: Any) -> None:
    good = {"contract": "S1", "imperative": "I1", "share": "0.6"}
    assert load(good).created == 1
    assert load(good).unchanged == 1
    assert load({**good, "share": "0.7"}).updated == 1
    bad = load(
        {"contract": "S1", "imperative": "I2", "share": "0.4"},
        {"contract": "S9", "imperative": "I1", "share": ""},
        {"contract": "S2", "imperative": "I9", "share": ""},
        {"contract": "S2", "imperative": "I1", "share": "", "milestone": "M9"},
    )
    reasons = " | ".join(reason for _, reason in bad.rejects)
    for said in ("0.3 of the contract is left", "“S9” is unknown", "none of this client's plan", "“M9” is none of"):
        assert said in reasons


def test_a_restore_leaves_what_contracts_are_tied_to(work: Any, owner: User) -> None:
    plan = work.plan
    first = keep_version(plan=plan, note="", actor=owner, now=timezone.now())
    late = Imperative.objects.create(plan=plan, key="I3", title="Came later")
    Imperative.objects.create(plan=plan, key="I4", title="Later too")
    tie_contract(contract=work.contracts.get(number="S1"), imperative=late, milestone=None, share=D(1), actor=owner)
    restore_version(version=first, actor=owner, now=timezone.now())
    assert set(Imperative.objects.values_list("key", flat=True)) == {"I1", "I2", "I3"}


def test_the_page_asks_the_same_at_any_size(work: Any, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/clients/HAL/plan/alignment/").status_code == 200
        return len(queries)

    few = count()
    one = Imperative.objects.get(key="I1")
    for number in range(20):
        contract = make_contract(work, number=f"N{number}")
        ScheduleLine.objects.create(contract=contract, month=OCT, amount=D(10))
        AlignmentTie.objects.create(contract=contract, imperative=one, share=D("0.5"))
        Milestone.objects.create(contract=contract, key="M", title="M", due=NOV, amount=D(1))
    objective = Objective.objects.create(plan=work.plan, title="Orphan")
    Action.objects.bulk_create(Action(objective=objective, title=f"A{n}") for n in range(200))
    assert count() == few <= 15
