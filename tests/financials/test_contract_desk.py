"""What waits at a lawyer's desk, and the client's page of a reader of contracts alone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone

from financials.models import ContractDocument, StatusChange
from financials.queries.contract_desk import desk, facts
from people.models import User
from tests.makers import make_client, make_contract

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def moved(contract: Any, after: str, day: int) -> None:
    StatusChange.objects.create(
        contract=contract, before="draft", after=after, at=datetime(2026, 11, day, 9, tzinfo=UTC), by="mia@example.com"
    )


def test_reviews_come_first_the_oldest_before_others(owner: User, legal: User) -> None:
    client = make_client("ACME", owner=owner)
    make_contract(client, number="A-DRAFT", status="draft")
    moved(make_contract(client, number="A-TALKS", status="negotiation"), "negotiation", 1)
    moved(make_contract(client, number="A-NEW", status="review"), "review", 25)
    moved(make_contract(client, number="A-OLD", status="review"), "review", 7)
    make_contract(client, number="A-DONE", status="completed")
    found = desk(legal, now=NOW)
    assert [(row.contract.number, row.days, row.by) for row in found.rows] == [
        ("A-OLD", 20, "mia@example.com"),
        ("A-NEW", 2, "mia@example.com"),
        ("A-TALKS", 26, "mia@example.com"),
        ("A-DRAFT", None, ""),
    ]
    assert found.finding == "Two wait for review, the oldest for 20 days"


def test_a_binding_contract_without_paper_is_named(owner: User, legal: User, outsider: User) -> None:
    client = make_client("ACME", owner=owner)
    make_contract(client, number="A-BARE", status="active")
    kept = make_contract(client, number="A-KEPT", status="signed")
    ContractDocument.objects.create(
        contract=kept, name="a.pdf", media_type="application/pdf", size=1, sha256="0" * 64, body=b"x", added_by="x",
        added_at=NOW,
    )  # fmt: skip
    found = desk(legal, now=NOW)
    assert [one.number for one in found.without_paper] == ["A-BARE"]
    assert found.finding == "No contract is on its way to signature"
    assert desk(outsider, now=NOW).without_paper == []


def test_legals_home_and_client_page_say_what_stands(owner: User, legal: User, sign_in: Any) -> None:
    client = make_client("ACME", owner=owner)
    make_contract(client, number="A-LIVE", status="active", start=date(2026, 1, 1), end=date(2099, 12, 31))
    make_contract(client, number="A-READ", status="review")
    make_contract(client, number="A-PAST", status="expired")
    said = [(fact.label, fact.text) for fact in facts(legal, client.pk, client.key, timezone.now().date())]
    assert said == [("Contracts in force", "1"), ("On the way", "1"), ("Notice deadline", "—")]
    browser = sign_in(legal)
    home = browser.get("/").content.decode()
    assert "1 contract waits for review" in home
    assert "A-READ" in home
    panel = browser.get("/clients/ACME/contracts/panel/", headers={"HX-Request": "true"}).content.decode()
    assert [number in panel for number in ("A-LIVE", "A-READ", "A-PAST")] == [True, True, False]
    assert "A-LIVE" in browser.get("/clients/ACME/contracts/panel/").content.decode()
    assert "/clients/ACME/contracts/panel/" in browser.get("/clients/ACME/").content.decode()
