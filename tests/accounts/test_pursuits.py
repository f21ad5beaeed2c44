"""Proposals and their papers, pitches and their go or no-go, coverage, and why deals closed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.calc.pitches import pitch_score
from accounts.models import Client, DealClosing, Opportunity, Pitch, Proposal, ProposalDocument, Target
from accounts.queries.rates import deal_rates
from accounts.queries.target_coverage import load_coverage
from common.models import AuditEntry
from people.models import User
from tests.makers import make_client, make_opportunity

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 offer %%EOF"


@pytest.fixture
def client_a(owner: User, manager: User) -> Client:
    return make_client("A", owner=owner, members=(manager,), name="Alder")


@pytest.fixture
def deal(client_a: Client) -> Opportunity:
    return make_opportunity(client_a, key="D1", name="Launch film", amount=Decimal(120_000))


@pytest.mark.parametrize(
    ("answers", "value", "known", "advice"),
    [
        ({}, None, "0", "Not enough known"),
        ({"fit": 5, "relationship": 5, "odds": 5, "margin": 5, "capacity": 5, "strategic": 5}, "100.0", "1", "Go"),
        ({"fit": 1, "relationship": 1, "odds": 1, "margin": 1, "capacity": 1, "strategic": 1}, "0.0", "1", "No-go"),
        # 20×75 + 20×50 + 20×25 + 15×50 + 15×50 + 10×75 = 5,250 over 100
        (
            {"fit": 4, "relationship": 3, "odds": 2, "margin": 3, "capacity": 3, "strategic": 4},
            "52.5", "1", "Talk it over",
        ),
        ({"fit": 5, "odds": 5}, "100.0", "0.4", "Not enough known"),
        ({"fit": 4, "relationship": 4, "odds": 3, "margin": None}, "66.7", "0.6", "Go"),  # 20×(75+75+50) ÷ 60
    ],
)  # fmt: skip
def test_the_score_by_hand(answers: dict[str, int | None], value: str | None, known: str, advice: str) -> None:
    score = pitch_score(answers)
    assert (score.value, score.known, score.advice) == (
        None if value is None else Decimal(value), Decimal(known), advice,
    )  # fmt: skip


def test_a_proposal_is_written_sent_and_changed_with_its_trail(deal: Opportunity, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    body = {"opportunity": deal.pk, "key": "P1", "title": "Offer", "edition": "1", "status": "sent", "amount": "110000",
            "currency": "usd"}  # fmt: skip
    refused = browser.post("/new/proposal/", body)
    assert refused.status_code == 422
    assert "Say when it was sent." in refused.text
    answer = browser.post("/new/proposal/", {**body, "sent_on": "2026-11-10", "valid_until": "2026-11-20"})
    assert (answer.status_code, answer["Location"]) == (302, "/proposals/P1/")
    page = browser.get("/pipeline/proposals/").text
    assert "The deal says another amount" in page  # 120,000 against 110,000
    change = {"title": "Offer", "edition": "1", "status": "declined", "sent_on": "2026-11-10", "version": "1"}
    assert browser.post("/proposals/P1/", change).status_code == 302
    assert browser.post("/proposals/P1/", change).status_code == 409
    proposal = Proposal.objects.get()
    assert (proposal.status, proposal.amount) == ("declined", None)
    entries = AuditEntry.objects.filter(object_kind="proposal").order_by("pk")
    assert [(entry.verb, entry.client_id) for entry in entries] == [
        ("added", deal.client_id), ("changed", deal.client_id),
    ]  # fmt: skip
    assert "Offer" in browser.get("/opportunities/D1/").text


def test_two_editions_of_one_number_are_refused(deal: Opportunity, owner: User, sign_in: Any) -> None:
    Proposal.objects.create(key="P1", opportunity=deal, title="First", edition=2)
    body = {"opportunity": deal.pk, "key": "P2", "title": "Second", "edition": "2", "status": "draft"}
    assert sign_in(owner).post("/new/proposal/", body).status_code == 422


def test_papers_are_kept_safely(deal: Opportunity, owner: User, outsider: User, finance: User, sign_in: Any) -> None:
    Proposal.objects.create(key="P1", opportunity=deal, title="Offer")

    def send(user: User, name: str, data: bytes) -> Any:
        return sign_in(user).post("/proposal-documents/", {"proposal": "P1", "file": SimpleUploadedFile(name, data)})

    assert send(owner, "offer.pdf", PDF).status_code == 302
    assert send(owner, "again.pdf", PDF).status_code == 302  # the same bytes: the one there
    send(owner, "page.pdf", b"<html>")
    send(owner, "run.exe", PDF)
    assert send(outsider, "x.pdf", PDF + b"2").status_code == 404
    assert send(finance, "x.pdf", PDF + b"3").status_code == 403
    paper = ProposalDocument.objects.get()
    answer = sign_in(finance).get(f"/proposal-documents/{paper.pk}/")
    assert answer.content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="offer.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert sign_in(outsider).get(f"/proposal-documents/{paper.pk}/").status_code == 404


def test_a_pitch_is_scored_decided_and_kept(client_a: Client, owner: User, manager: User, sign_in: Any) -> None:
    body = {"client": client_a.pk, "key": "X1", "name": "Loyalty", "status": "considering", "fit": "4",
            "relationship": "4", "odds": "3", "cost": "38000", "currency": "USD",
            "team": [owner.pk, manager.pk]}  # fmt: skip
    assert sign_in(manager).post("/new/pitch/", body).status_code == 302
    pitch = Pitch.objects.get()
    assert sorted(pitch.team.values_list("email", flat=True)) == sorted([owner.email, manager.email])
    page = sign_in(manager).get("/pitches/X1/").text
    assert "66.7" in page
    assert sign_in(owner).post("/pitches/X1/decide/", {"decision": "go", "version": "1"}).status_code == 302
    assert sign_in(owner).post("/pitches/X1/decide/", {"decision": "no_go", "version": "1"}).status_code == 302
    pitch.refresh_from_db()
    assert (pitch.decision, pitch.status, pitch.decided_by) == ("go", "pitching", owner.email)
    verbs = list(AuditEntry.objects.filter(object_kind="pitch").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["added", "changed", "decided"]


def test_a_pitch_for_another_client_s_deal_is_refused(client_a: Client, owner: User, sign_in: Any) -> None:
    other = make_opportunity(make_client("B", owner=owner), key="D2")
    body = {"client": client_a.pk, "key": "X1", "name": "L", "status": "considering", "opportunity": other.pk}
    assert "another client" in sign_in(owner).post("/new/pitch/", body).text
    assert not Pitch.objects.exists()


def test_prospects_and_what_pitches_cost(client_a: Client, deal: Opportunity, owner: User, sign_in: Any) -> None:
    prospect = make_client("P", owner=owner, status="prospect", name="Prospect Ltd")
    Pitch.objects.create(
        key="X1", client=client_a, opportunity=deal, name="One", cost=Decimal(12_000), currency="USD", status="pitching"
    )
    Pitch.objects.create(key="X2", client=prospect, name="Two", cost=Decimal(500), currency="USD", status="lost")
    found = sign_in(owner).get("/pipeline/pitches/").context["found"]
    assert [row.key for row in found.rows] == ["X1", "X2"]
    assert (found.cost.value, found.rows[0].worth, found.rows[0].cost_share) == (
        Decimal("12000"), Decimal("48000.00"), Decimal("0.25"),
    )  # fmt: skip
    narrowed = sign_in(owner).get("/pipeline/pitches/?who=prospects").context["found"]
    assert [row.key for row in narrowed.rows] == ["X2"]
    assert "Cost of open pitches" in sign_in(owner).get("/figures/pitches.cost/").text


# Coverage


def test_coverage_by_hand(client_a: Client, owner: User, outsider: User) -> None:
    """26 Nov 2026: Oct to Mar. Target 600,000, won 100,000, open 750,000: 1.5 times what is to be won."""
    today = date(2026, 11, 26)
    for month, amount in ((10, 400_000), (12, 200_000)):
        Target.objects.create(
            measure="bookings", owner=owner, month=date(2026, month, 1), amount=Decimal(amount), currency="USD"
        )
    Target.objects.create(measure="bookings", owner=owner, month=date(2027, 4, 1), amount=Decimal(9), currency="USD")
    Target.objects.create(
        measure="bookings", client=client_a, month=date(2026, 12, 1), amount=Decimal(7), currency="USD"
    )
    won: dict[str, Any] = {"stage": "won", "outcome": "won"}
    make_opportunity(client_a, amount=Decimal(100_000), close_on=date(2026, 10, 1), **won)
    make_opportunity(client_a, amount=Decimal(999), close_on=date(2026, 9, 30), **won)
    make_opportunity(client_a, amount=Decimal(500_000), close_on=date(2027, 3, 31), probability=Decimal("0.4"))
    make_opportunity(client_a, amount=Decimal(250_000), close_on=date(2026, 11, 26), probability=Decimal("0.8"))
    make_opportunity(client_a, amount=Decimal(5), close_on=date(2026, 11, 25))  # past: it covers nothing
    make_opportunity(client_a, amount=Decimal(5), close_on=date(2027, 4, 1))
    make_opportunity(client_a, amount=Decimal(5), close_on=date(2026, 12, 1), category="omitted")
    make_opportunity(client_a, amount=Decimal(5), close_on=date(2026, 12, 1), probability=None)
    found = load_coverage(owner, deal_rates(owner, today), today)
    assert (found.first, found.last) == (date(2026, 10, 1), date(2027, 3, 31))
    assert (found.target, found.won, found.pipeline, found.weighted) == (
        Decimal(600_000), Decimal(100_000), Decimal(750_000), Decimal(400_000),
    )  # fmt: skip
    assert (found.to_win, found.value, found.deals) == (Decimal(500_000), Decimal("1.5"), 2)
    nobody = load_coverage(outsider, deal_rates(outsider, today), today)
    assert (nobody.target, nobody.value) == (None, None)


def test_a_target_that_is_reached_needs_no_cover(client_a: Client, owner: User) -> None:
    today = date(2026, 11, 26)
    Target.objects.create(measure="bookings", owner=owner, month=date(2026, 12, 1), amount=Decimal(10), currency="USD")
    make_opportunity(client_a, stage="won", outcome="won", amount=Decimal(10), close_on=date(2026, 11, 2))
    found = load_coverage(owner, deal_rates(owner, today), today)
    assert (found.reached, found.value) == (True, None)


def test_the_page_shows_it_and_explains_it(client_a: Client, owner: User, sign_in: Any) -> None:
    today = timezone.now().date()
    Target.objects.create(
        measure="bookings", owner=owner, month=today.replace(day=1), amount=Decimal(100_000), currency="USD"
    )
    make_opportunity(client_a, amount=Decimal(150_000), close_on=today + timedelta(days=2))
    assert "Coverage of the target" in sign_in(owner).get("/pipeline/").text
    text = sign_in(owner).get("/figures/pipeline.coverage/").text
    assert "bookings target − won since the quarter began" in text
    assert "150" in text


# Why deals closed


def test_won_and_lost_by_reason_and_competitor(client_a: Client, owner: User, sign_in: Any) -> None:
    today = timezone.now().date()
    rows = (
        ("W1", "won", "fit", "Marlowe", 50_000),
        ("W2", "won", "price", "Marlowe", 20_000),
        ("L1", "lost", "price", "Marlowe", 90_000),
        ("L2", "lost", "price", "", 10_000),
        ("L3", "lost", "", "", 5_000),
    )
    for key, outcome, reason, competitor, amount in rows:
        deal = make_opportunity(
            client_a, key=key, name=key, stage=outcome, outcome=outcome, amount=Decimal(amount), close_on=today
        )
        if reason:
            DealClosing.objects.create(opportunity=deal, reason=reason, competitor=competitor, lesson=f"Learnt {key}")
    answer = sign_in(owner).get("/pipeline/won-lost/")
    found = answer.context["found"]
    assert [(one.label, one.won, one.lost, one.lost_amount) for one in found.by_reason] == [
        ("Price", 1, 2, 100_000), ("Fit of the proposal", 1, 0, 0), ("Not said", 0, 1, 5_000),
    ]  # fmt: skip
    assert [(one.label, one.won, one.lost) for one in found.by_competitor] == [("Marlowe", 2, 1)]
    assert [one.key for one in found.unexplained] == ["L3"]
    assert "2 of 5 deals won; most often lost on price" in answer.text
    assert "Learnt L1" in answer.text
    assert sign_in(owner).post("/opportunities/L3/reason/", {"reason": "terms"}).status_code == 302
    assert not sign_in(owner).get("/pipeline/won-lost/").context["found"].unexplained
