"""Changing several deals at once: all or none, each with its own entry in the trail."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client, Opportunity
from common.models import AuditEntry, Job
from people.models import User
from tests.makers import make_client, make_opportunity

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_a(owner: User) -> Client:
    return make_client("A", owner=owner)


def pick(*deals: Opportunity) -> list[str]:
    return [f"{deal.key}@{deal.version}" for deal in deals]


def test_stage_category_day_and_owner_of_several(client_a: Client, owner: User, manager: User, sign_in: Any) -> None:
    one, two = (make_opportunity(client_a, key=key, category="pipeline", owner=owner) for key in ("D1", "D2"))
    left = make_opportunity(client_a, key="D3")
    body = {
        "pick": pick(one, two), "stage": "Verbal", "category": "commit", "close_on": "2027-01-31", "owner": manager.pk,
        "query": "category=pipeline&page=2",
    }  # fmt: skip
    answer = sign_in(owner).post("/pipeline/bulk/", body)
    assert (answer.status_code, answer["Location"]) == (302, "/pipeline/?category=pipeline")
    for deal in (one, two):
        deal.refresh_from_db()
        assert (deal.stage, deal.category, deal.close_on, deal.owner, deal.version) == (
            "Verbal", "commit", date(2027, 1, 31), manager, 2,
        )  # fmt: skip
    left.refresh_from_db()
    assert (left.stage, left.version) == ("Proposal", 1)
    entries = AuditEntry.objects.filter(object_kind="opportunity", verb="changed").order_by("object_id")
    assert [entry.client_id for entry in entries] == [client_a.pk, client_a.pk]
    assert entries[0].changes == {
        "stage": ["Proposal", "Verbal"],
        "category": ["pipeline", "commit"],
        "close_on": ["2026-12-15", "2027-01-31"],
        "owner": ["Amara Reyes", "Jon Park"],
    }
    assert Job.objects.filter(kind="recompute", object_ref=f"client:{client_a.pk}").count() == 1


def test_one_changed_meanwhile_and_none_is_written(client_a: Client, owner: User, sign_in: Any) -> None:
    one, two = make_opportunity(client_a, name="First"), make_opportunity(client_a, name="Second")
    picks = pick(one, two)
    Opportunity.objects.filter(pk=two.pk).update(stage="Theirs", version=2)
    answer = sign_in(owner).post("/pipeline/bulk/", {"pick": picks, "stage": "Mine"})
    assert answer.status_code == 409
    assert "Second" in answer.text
    assert "First" not in answer.text
    assert sorted(Opportunity.objects.values_list("stage", flat=True)) == ["Proposal", "Theirs"]
    assert not AuditEntry.objects.exists()


def test_a_deal_that_would_not_hold_holds_the_others_back(client_a: Client, owner: User, sign_in: Any) -> None:
    good, bare = make_opportunity(client_a), make_opportunity(client_a, name="Bare", amount=None, currency="")
    answer = sign_in(owner).post("/pipeline/bulk/", {"pick": pick(good, bare), "stage": "Won"})
    assert answer.status_code == 422
    assert "A won deal needs its amount." in answer.text
    assert set(Opportunity.objects.values_list("outcome", flat=True)) == {"open"}
    answer = sign_in(owner).post("/pipeline/bulk/", {"pick": pick(good), "stage": "Won"})
    good.refresh_from_db()
    assert (answer.status_code, good.outcome) == (302, "won")


@pytest.mark.parametrize(
    "body", [{"pick": []}, {"pick": ["D1@1"]}, {"pick": ["D1"], "stage": "X"}, {"pick": ["D1@1"], "category": "odd"}]
)
def test_nothing_chosen_or_nothing_to_set(client_a: Client, owner: User, sign_in: Any, body: dict[str, Any]) -> None:
    make_opportunity(client_a, key="D1")
    assert sign_in(owner).post("/pipeline/bulk/", body).status_code == 422
    assert Opportunity.objects.get().version == 1


def test_who_may_not_see_or_change_a_deal_changes_none(
    client_a: Client, owner: User, outsider: User, finance: User, sign_in: Any
) -> None:
    ours = make_opportunity(client_a, key="D1")
    theirs = make_opportunity(make_client("B", owner=outsider), key="D2")
    body = {"pick": pick(ours, theirs), "stage": "X", "amount": "1", "client": "B", "probability": "1"}
    assert sign_in(owner).post("/pipeline/bulk/", body).status_code == 404
    assert sign_in(finance).post("/pipeline/bulk/", body).status_code == 403
    assert set(Opportunity.objects.values_list("version", flat=True)) == {1}
    sign_in(owner).post("/pipeline/bulk/", body | {"pick": pick(ours)})
    ours.refresh_from_db()
    assert (ours.stage, ours.amount, ours.client, str(ours.probability)) == ("X", 120000, client_a, "0.400000")


def test_as_many_queries_for_fifty_as_for_two(client_a: Client, owner: User, sign_in: Any) -> None:
    browser, counts = sign_in(owner), []
    for number in (2, 50):
        deals = [make_opportunity(client_a) for _ in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.post("/pipeline/bulk/", {"pick": pick(*deals), "stage": "Verbal"}).status_code == 302
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_only_who_may_change_deals_is_offered_it(client_a: Client, owner: User, finance: User, sign_in: Any) -> None:
    deal = make_opportunity(client_a, key="D1")
    assert f'value="D1@{deal.version}"' in sign_in(owner).get("/pipeline/").text
    for text in (sign_in(finance).get("/pipeline/").text, sign_in(owner).get("/clients/A/growth/").text):
        assert 'name="pick"' not in text
