"""Stages, the board, moving deals with their criteria and reasons, and mending what is untidy."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import (
    Client,
    CriterionMet,
    DealClosing,
    ExitCriterion,
    Opportunity,
    Stage,
    StageMove,
)
from accounts.queries.attention import attention
from accounts.queries.win_rates import load_passages, load_win_rates
from common.models import AuditEntry, Job
from people.models import User
from tests.makers import make_client, make_opportunity
from tests.portfolio.loading import load, write

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def client_a(owner: User, manager: User) -> Client:
    return make_client("A", owner=owner, members=(manager,))


@pytest.fixture
def stages() -> dict[str, Stage]:
    made = {}
    rows = (
        ("Lead", "pipeline", "0.1", 45),
        ("Proposal", "best_case", "0.5", 60),
        ("Negotiation", "commit", "0.8", None),
    )
    for position, (name, category, probability, stale) in enumerate(rows, 1):
        made[name] = Stage.objects.create(
            name=name, position=position, category=category, probability=Decimal(probability), stale_days=stale
        )
    return made


def moves(deal: Opportunity) -> list[tuple[str, str, str]]:
    rows = StageMove.objects.filter(opportunity=deal).order_by("at", "pk")
    return [(move.before, move.after, move.outcome) for move in rows]


# Every way a deal moves leaves its step


def test_a_cell_a_form_and_bulk_each_leave_a_step(client_a: Client, owner: User, sign_in: Any) -> None:
    deal = make_opportunity(client_a, key="D1", stage="Lead", probability=Decimal("0.1"))
    browser = sign_in(owner)
    cell = {"field": "stage", "stage": "Proposal", "version": 1}
    assert browser.post("/opportunities/D1/cell/?field=stage", cell, headers=HX).status_code == 200
    assert browser.post("/pipeline/bulk/", {"pick": ["D1@2"], "stage": "Negotiation"}).status_code == 302
    form = {"name": "D", "stage": "won", "amount": "120000", "currency": "USD", "close_on": "2026-11-20", "version": 3}
    assert browser.post("/opportunities/D1/", form).status_code == 302
    assert moves(deal) == [
        ("Lead", "Proposal", "open"),
        ("Proposal", "Negotiation", "open"),
        ("Negotiation", "won", "won"),
    ]
    first = StageMove.objects.order_by("pk")[0]
    assert (first.by, first.stated, first.source) == (owner.email, Decimal("0.1"), "edit")


def test_a_new_deal_begins_its_way_and_another_edit_is_no_step(client_a: Client, owner: User, sign_in: Any) -> None:
    body = {"client": client_a.pk, "key": "N1", "name": "New", "stage": "Lead"}
    assert sign_in(owner).post("/new/opportunity/", body).status_code == 302
    deal = Opportunity.objects.get(key="N1")
    sign_in(owner).post("/opportunities/N1/", {"name": "Newer", "stage": "lead", "version": 1})
    assert moves(deal) == [("", "Lead", "open")]


def test_a_file_leaves_steps_and_taking_it_back_too(client_a: Client, tmp_path: Path) -> None:
    head = "key,client,name,stage,opened_on"
    first = write(tmp_path, "a.csv", f"{head}\nF1,A,Film,Lead,2026-05-04\n")
    second = write(tmp_path, "b.csv", f"{head}\nF1,A,Film,Proposal,2026-05-04\n")
    assert load("opportunities", first).code == 0
    deal = Opportunity.objects.get(key="F1")
    begun = StageMove.objects.get(opportunity=deal)
    assert (begun.at, begun.source) == (datetime(2026, 5, 4, 12, tzinfo=UTC), "file")
    batch = load("opportunities", second).report["batch"]
    load("opportunities", second)
    assert moves(deal) == [("", "Lead", "open"), ("Lead", "Proposal", "open")]
    call_command("load", undo=str(batch), stdout=io.StringIO())
    assert moves(deal) == [("", "Lead", "open"), ("Lead", "Proposal", "open"), ("Proposal", "Lead", "open")]


# The board


def test_columns_in_the_company_order_then_words_nobody_set_up(
    client_a: Client, owner: User, stages: dict[str, Stage], sign_in: Any
) -> None:
    make_opportunity(client_a, stage="negotiation", amount=Decimal(100_000), probability=Decimal("0.8"))
    make_opportunity(client_a, stage="Lead", amount=Decimal(50_000), probability=Decimal("0.1"))
    make_opportunity(client_a, stage="Lead", amount=None, probability=None)
    make_opportunity(client_a, stage="Handshake", amount=Decimal(10_000), probability=Decimal("0.5"))
    make_opportunity(client_a, stage="Lost", outcome="lost")
    answer = sign_in(owner).get("/pipeline/board/")
    found = [
        (one.label, one.count, one.unpriced, one.amount.value if one.amount else None, len(one.cards))
        for one in answer.context["board"].columns
    ]
    assert found == [
        ("Lead", 2, 1, 50_000, 2),
        ("Proposal", 0, 0, None, 0),
        ("Negotiation", 1, 0, 100_000, 1),
        ("Handshake", 1, 0, 10_000, 1),
    ]
    assert "89% of the weighted pipeline stands at Negotiation" in answer.text  # 80,000 of 90,000


def test_by_category_and_filtered(client_a: Client, owner: User, sign_in: Any) -> None:
    make_opportunity(client_a, category="commit", next_step="Call", owner=owner)
    make_opportunity(client_a, category="", next_step="", owner=owner)
    answer = sign_in(owner).get("/pipeline/board/?by=category")
    assert [(one.label, one.count) for one in answer.context["board"].columns] == [
        ("Commit", 1), ("Best case", 0), ("Pipeline", 0), ("Omitted", 0), ("No category", 1),
    ]  # fmt: skip
    answer = sign_in(owner).get("/pipeline/board/?by=category&untidy=no_next_step")
    assert [one.count for one in answer.context["board"].columns] == [0, 0, 0, 0, 1]


def test_a_column_beyond_its_cards_leads_to_the_table(client_a: Client, owner: User, sign_in: Any) -> None:
    for number in range(43):
        make_opportunity(client_a, stage="Lead", amount=Decimal(1000 + number))
    answer = sign_in(owner).get("/pipeline/board/")
    column = answer.context["board"].columns[0]
    assert (len(column.cards), column.more, column.cards[0].amount) == (40, 3, 1042)
    assert "3 more in the table" in answer.text


# Moving


def test_a_drop_moves_and_fills_in_what_the_stage_usually_says(
    client_a: Client, owner: User, stages: dict[str, Stage], sign_in: Any
) -> None:
    deal = make_opportunity(client_a, key="D1", stage="Lead", category="", probability=None)
    answer = sign_in(owner).post("/opportunities/D1/move/", {"to": "proposal", "version": 1}, headers=HX)
    assert answer.status_code == 204
    assert "deals-changed" in json.loads(answer["HX-Trigger"])
    deal.refresh_from_db()
    assert (deal.stage, deal.category, deal.probability) == ("Proposal", "best_case", Decimal("0.5"))
    assert moves(deal) == [("Lead", "Proposal", "open")]
    assert Job.objects.filter(kind="recompute", object_ref=f"client:{client_a.pk}").exists()


def test_what_the_stage_asks_is_asked_forwards_only(
    client_a: Client, owner: User, stages: dict[str, Stage], sign_in: Any
) -> None:
    budget = ExitCriterion.objects.create(stage=stages["Proposal"], text="Budget confirmed")
    sponsor = ExitCriterion.objects.create(stage=stages["Proposal"], text="Sponsor named", position=1)
    deal = make_opportunity(client_a, key="D1", stage="Proposal")
    browser, url = sign_in(owner), "/opportunities/D1/move/"
    asked = browser.post(url, {"to": "Negotiation", "version": 1}, headers=HX)
    assert json.loads(asked["HX-Trigger"]) == {"deal-asks": {"url": f"{url}?to=Negotiation&query="}}
    plain = browser.post(url, {"to": "Negotiation", "version": 1})
    assert (plain.status_code, plain["Location"]) == (302, f"{url}?to=Negotiation&query=")
    assert "Budget confirmed" in browser.get(f"{url}?to=Negotiation").text
    body: dict[str, Any] = {"to": "Negotiation", "answered": "1", "version": 1, f"met_{budget.pk}": "on"}
    refused = browser.post(url, body)
    assert refused.status_code == 422
    assert "one criterion is open" in refused.text
    body |= {f"met_{sponsor.pk}": "on", f"evidence_{sponsor.pk}": "Mail of 3 Nov"}
    assert browser.post(url, body).status_code == 302
    deal.refresh_from_db()
    assert (deal.stage, deal.version) == ("Negotiation", 2)
    assert sorted(CriterionMet.objects.values_list("criterion__text", "evidence", "by")) == [
        ("Budget confirmed", "", owner.email),
        ("Sponsor named", "Mail of 3 Nov", owner.email),
    ]
    assert AuditEntry.objects.get(verb="met criteria of").changes == {
        "Budget confirmed": [None, "met"],
        "Sponsor named": [None, "Mail of 3 Nov"],
    }
    assert browser.post(url, {"to": "Lead", "version": 2}, headers=HX).status_code == 204
    assert browser.post(url, {"to": "Negotiation", "version": 3}, headers=HX)["HX-Trigger"].startswith(
        '{"deals-changed"'
    )  # from Lead nothing is asked


def test_a_deal_moves_without_its_criteria_for_a_reason_that_is_kept(
    client_a: Client, owner: User, stages: dict[str, Stage], sign_in: Any
) -> None:
    ExitCriterion.objects.create(stage=stages["Lead"], text="Met in person")
    deal = make_opportunity(client_a, key="D1", stage="Lead")
    body = {"to": "Proposal", "answered": "1", "version": 1, "reason": "They asked for it in writing"}
    assert sign_in(owner).post("/opportunities/D1/move/", body).status_code == 302
    assert StageMove.objects.get(opportunity=deal).reason == "They asked for it in writing"
    assert "They asked for it in writing" in sign_in(owner).get("/opportunities/D1/").text


def test_closing_asks_why_and_against_whom(client_a: Client, owner: User, sign_in: Any) -> None:
    deal = make_opportunity(client_a, key="D1", stage="Negotiation")
    browser, url = sign_in(owner), "/opportunities/D1/move/"
    assert "deal-asks" in browser.post(url, {"to": "Lost", "version": 1}, headers=HX)["HX-Trigger"]
    body = {
        "to": "Lost", "answered": "1", "version": 1, "stage": "lost", "amount": "120000", "currency": "USD",
        "close_on": "2026-11-20",
    }  # fmt: skip
    assert browser.post(f"{url}?to=Lost", body).status_code == 422
    body |= {"reason": "price", "competitor": "Fennimore & Co", "lesson": "Show the rate card late"}
    assert browser.post(f"{url}?to=Lost", body).status_code == 302
    deal.refresh_from_db()
    closing = DealClosing.objects.get(opportunity=deal)
    assert (deal.outcome, deal.close_on) == ("lost", date(2026, 11, 20))
    assert (closing.reason, closing.competitor, closing.by) == ("price", "Fennimore & Co", owner.email)
    assert moves(deal) == [("Negotiation", "lost", "lost")]
    assert "Fennimore &amp; Co" in browser.get("/opportunities/D1/").text


def test_a_deal_somebody_changed_meanwhile_is_not_moved(client_a: Client, owner: User, sign_in: Any) -> None:
    deal = make_opportunity(client_a, key="D1", stage="Lead")
    Opportunity.objects.filter(pk=deal.pk).update(version=2)
    answer = sign_in(owner).post("/opportunities/D1/move/", {"to": "Proposal", "version": 1}, headers=HX)
    assert "Somebody changed this deal meanwhile" in answer["HX-Trigger"]
    answer = sign_in(owner).post("/opportunities/D1/move/", {"category": "commit", "version": 1}, headers=HX)
    assert "Somebody changed this deal meanwhile" in answer["HX-Trigger"]
    deal.refresh_from_db()
    assert (deal.stage, deal.category) == ("Lead", "pipeline")
    assert not StageMove.objects.exists()


def test_who_may_move(client_a: Client, outsider: User, finance: User, manager: User, sign_in: Any) -> None:
    make_opportunity(client_a, key="D1", stage="Lead")
    body = {"to": "Proposal", "version": 1}
    assert sign_in(outsider).post("/opportunities/D1/move/", body).status_code == 404
    assert sign_in(finance).post("/opportunities/D1/move/", body).status_code == 403
    assert "data-deal" not in sign_in(finance).get("/pipeline/board/").text
    assert sign_in(manager).post("/opportunities/D1/move/", body, headers=HX).status_code == 204


# Stages


def test_a_stage_is_set_up_renamed_with_its_deals_and_taken_out(client_a: Client, owner: User, sign_in: Any) -> None:
    deal = make_opportunity(client_a, stage="Proposal")
    browser = sign_in(owner)
    body = {
        "name": "Proposal",
        "probability": "45%",
        "stale_days": "30",
        "criteria": "Budget\n\n Sponsor  named \nBudget",
    }
    assert browser.post("/pipeline/stages/add/", body).status_code == 302
    stage = Stage.objects.get()
    assert [one.text for one in stage.criteria.all()] == ["Budget", "Sponsor named"]
    assert stage.probability == Decimal("0.45")
    sponsor = stage.criteria.get(text="Sponsor named")
    body = {"name": "Offer", "probability": "0.4", "criteria": "Sponsor named", "version": "1"}
    assert browser.post(f"/pipeline/stages/{stage.pk}/", body).status_code == 302
    deal.refresh_from_db()
    assert (deal.stage, list(stage.criteria.values_list("pk", flat=True))) == ("Offer", [sponsor.pk])
    assert browser.post(f"/pipeline/stages/{stage.pk}/", body).status_code == 409
    assert browser.post(f"/pipeline/stages/{stage.pk}/remove/").status_code == 302
    deal.refresh_from_db()
    assert (deal.stage, Stage.objects.count()) == ("Offer", 0)
    verbs = list(AuditEntry.objects.filter(object_kind="stage").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["added", "changed", "changed", "changed", "deleted"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "Won"}, "they are no stages"),
        ({"name": "lead"}, "There is a stage of this name."),
        ({"name": "X", "probability": "140%"}, "at most 100%"),
        ({"name": "X", "criteria": "\n".join(f"c{n}" for n in range(13))}, "At most 12 criteria"),
    ],
)
def test_a_stage_that_cannot_be(stages: dict[str, Stage], owner: User, sign_in: Any, body: Any, said: str) -> None:
    answer = sign_in(owner).post("/pipeline/stages/add/", body)
    assert answer.status_code == 422
    assert said in answer.text
    assert Stage.objects.count() == 3


def test_stages_change_places(stages: dict[str, Stage], owner: User, manager: User, sign_in: Any) -> None:
    url = f"/pipeline/stages/{stages['Lead'].pk}/move/"
    sign_in(owner).post(url, {"to": "down"})
    assert list(Stage.objects.values_list("name", flat=True)) == ["Proposal", "Lead", "Negotiation"]
    sign_in(owner).post(url, {"to": "up"})
    sign_in(owner).post(url, {"to": "up"})
    assert list(Stage.objects.values_list("name", flat=True)) == ["Lead", "Proposal", "Negotiation"]
    assert sign_in(manager).post(url, {"to": "down"}).status_code == 403


# What is untidy, and its click


def test_each_fault_is_found_filtered_and_mended(
    client_a: Client, owner: User, stages: dict[str, Stage], sign_in: Any
) -> None:
    today = timezone.now().date()
    ahead, good = today + timedelta(days=90), {"owner": owner, "next_step": "Call", "stage": "Negotiation"}
    make_opportunity(client_a, key="OK", close_on=ahead, **good)
    make_opportunity(client_a, key="PAST", **{**good, "close_on": today - timedelta(days=5)})
    make_opportunity(client_a, key="BARE", **{**good, "close_on": ahead, "probability": None, "stage": "Proposal"})
    make_opportunity(client_a, key="IDLE", **{**good, "close_on": ahead, "next_step": ""})
    make_opportunity(client_a, key="FREE", **{**good, "close_on": ahead, "owner": None})
    make_opportunity(
        client_a, key="OLD", **{**good, "close_on": ahead, "stage": "proposal", "opened_on": today - timedelta(days=61)}
    )
    make_opportunity(
        client_a,
        key="YOUNG",
        **{**good, "close_on": ahead, "stage": "Proposal", "opened_on": today - timedelta(days=60)},
    )
    browser = sign_in(owner)

    def keys(fault: str) -> list[str]:
        return sorted(row.key for row in browser.get(f"/pipeline/?untidy={fault}").context["rows"])

    assert keys("past") == ["PAST"]
    assert keys("unpriced") == ["BARE"]
    assert keys("no_next_step") == ["IDLE"]
    assert keys("unowned") == ["FREE"]
    assert keys("old") == ["OLD"]
    assert keys("any") == ["BARE", "FREE", "IDLE", "OLD", "PAST"]
    leads = {item.lead for item in attention(owner, today)}
    assert any(lead.startswith("Deal") and "has no owner" in lead for lead in leads)
    assert any("has been at proposal for 61" in lead for lead in leads)
    for fault, key in (("past", "PAST"), ("unpriced", "BARE"), ("unowned", "FREE")):
        assert browser.post(f"/opportunities/{key}/mend/", {"fault": fault, "version": 1}).status_code == 302
    assert keys("any") == ["IDLE", "OLD"]
    assert Opportunity.objects.get(key="BARE").probability == Decimal("0.5")
    assert Opportunity.objects.get(key="FREE").owner == owner
    assert browser.post("/opportunities/IDLE/mend/", {"fault": "no_next_step", "version": 1}).status_code == 302
    assert Opportunity.objects.get(key="IDLE").version == 1


# Own history


def closed(client: Client, key: str, won: bool, days: int, stated: str, stage: str = "Proposal") -> None:
    """A deal that stood at the stage for so many days until it closed, thirty days ago."""
    end = timezone.now() - timedelta(days=30)
    outcome = "won" if won else "lost"
    deal = make_opportunity(client, key=key, stage=outcome, outcome=outcome, close_on=end.date())
    shared = {"opportunity": deal, "by": "x@example.com"}
    StageMove.objects.create(before="", after=stage, outcome="open", at=end - timedelta(days=days), **shared)
    StageMove.objects.create(before=stage, after=outcome, outcome=outcome, at=end, stated=Decimal(stated), **shared)


def test_passages_and_rates_from_the_database(client_a: Client, stages: dict[str, Stage]) -> None:
    for number in range(24):
        closed(client_a, f"Y{number}", won=number < 18, days=12, stated="0.6")
    for number in range(20):
        closed(client_a, f"O{number}", won=number < 2, days=61, stated="0.5", stage="proposal")
    found = [(one.stage, one.days, one.won, one.stated, one.deals) for one in load_passages(timezone.now().date())]
    assert found == [
        ("proposal", 0, False, Decimal("0.6"), 6),
        ("proposal", 0, True, Decimal("0.6"), 18),
        ("proposal", 60, False, Decimal("0.5"), 18),
        ("proposal", 60, True, Decimal("0.5"), 2),
    ]
    rates = load_win_rates(timezone.now().date())
    young, old = rates.of("Proposal", 3), rates.of("Proposal", 75)
    assert young is not None
    assert old is not None
    assert (young.value, young.deals) == (Decimal("0.462963"), 44)  # (20 + 10 × 0.5) / 54
    assert (old.age, old.deals, old.won) == (60, 20, 2)


def test_the_deal_shows_stated_beside_own_history(
    client_a: Client, owner: User, stages: dict[str, Stage], sign_in: Any
) -> None:
    for number in range(20):
        closed(client_a, f"C{number}", won=number < 4, days=5, stated="0.5")
    make_opportunity(client_a, key="D1", stage="Proposal", probability=Decimal("0.6"), opened_on=timezone.now().date())
    text = sign_in(owner).get("/opportunities/D1/").text
    assert "30%" in text  # (4 + 5) / 30
    assert "4 of 20 closed deals won" in text
    row = next(row for row in sign_in(owner).get("/pipeline/").context["rows"] if row.key == "D1")
    assert (row.own_text, row.rate.own) == ("30%", True)
    page = sign_in(owner).get("/pipeline/odds/")
    assert "Stated probabilities run 30 points higher than what happened" in page.text  # 50% said, 20% happened
    explained = sign_in(owner).get("/figures/pipeline.win_rate:stage=proposal/")
    assert explained.status_code == 200
    assert "(won + 10 × what it leans on) ÷ (closed deals + 10)" in explained.text
    for figure, value in (
        ("closed_at_stage:stage=proposal", 20),
        ("stated_closed:low=0.40", 20),
        ("stated_won:low=0.40", 4),
    ):
        assert f"/figures/pipeline.{figure}/" in page.text
        assert sign_in(owner).get(f"/figures/pipeline.{figure}/").context["explanation"].figure.value == value
    assert sign_in(owner).get("/figures/pipeline.stated_won:low=0.50/").status_code == 404
