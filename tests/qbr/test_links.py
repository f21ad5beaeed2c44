"""Links to a frozen review: only the client's, until their day, taken back at once, counted and told in the trail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.actions.erasure import erase_contact
from accounts.models import Client
from common.models import AuditEntry
from people.models import User
from qbr.actions import decks, links
from qbr.models import Deck, DeckLink, PreRead, Review, Snapshot
from qbr.queries.links import SALT, link_of, token_of
from tests.financials.books import NOW
from tests.makers import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_calls_counted() -> None:
    cache.clear()


@pytest.fixture
def frozen(deck: Deck, owner: User) -> Deck:
    decks.freeze_deck(deck=deck, actor=owner, now=NOW, confirmed=True)
    Snapshot.objects.filter(deck=deck).update(pdf=b"%PDF-1.7 shared", pages=1, rendered_at=NOW)
    return Deck.objects.select_related("client").get(pk=deck.pk)


def made(deck: Deck, owner: User, days: int = 14) -> DeckLink:
    now = timezone.now()
    until = deck.client.local_date(now) + timedelta(days=days)
    return links.make_link(deck=deck, label="Dana Whitfield", expires_on=until, actor=owner, now=now)


def addresses(link: DeckLink) -> list[str]:
    return [reverse(name, args=[token_of(link)]) for name in ("shared_review", "shared_pages", "shared_pdf")]


def test_whoever_has_the_link_sees_the_frozen_pages_and_nothing_else(frozen: Deck, owner: User) -> None:
    page, pages, pdf = addresses(made(frozen, owner))
    browser = Browser()
    answer = browser.get(page)
    assert (answer.status_code, answer["Referrer-Policy"], answer["X-Robots-Tag"]) == (200, "same-origin", "noindex")
    shown = browser.get(pages)
    assert b"Northvale Grocers" in shown.content
    assert "script-src 'none'" in shown["Content-Security-Policy"]
    assert browser.get(pdf).content == b"%PDF-1.7 shared"
    assert browser.get(reverse("review", args=[frozen.pk])).status_code == 302
    assert owner.email.encode() not in answer.content + shown.content


def test_each_opening_is_counted_and_told(frozen: Deck, owner: User) -> None:
    link = made(frozen, owner)
    page, pages, pdf = addresses(link)
    for address in (page, pages, pdf):
        Browser().get(address)
    link.refresh_from_db()
    assert link.opened == 2  # the page and the file; the frame is part of the page
    told = AuditEntry.objects.filter(actor="link: Dana Whitfield").values_list("verb", flat=True)
    assert sorted(told) == ["opened shared review", "took shared file"]


def test_a_link_ends_on_its_day_and_when_it_is_taken_back(frozen: Deck, owner: User, sign_in: Any) -> None:
    past, link = made(frozen, owner), made(frozen, owner)
    DeckLink.objects.filter(pk=past.pk).update(expires_on=date(2026, 1, 1))
    assert [Browser().get(address).status_code for address in addresses(past)] == [404, 404, 404]
    sign_in(owner).post(reverse("review_unshare", args=[frozen.pk, link.pk]))
    sign_in(owner).post(reverse("review_unshare", args=[frozen.pk, link.pk]))
    assert [Browser().get(address).status_code for address in addresses(link)] == [404, 404, 404]
    assert AuditEntry.objects.filter(verb="took link back").count() == 1


@pytest.mark.parametrize("token", ["x", "1:a:b", "é", "a" * 3000, "%00"])
def test_a_token_that_is_none_opens_nothing(token: str) -> None:
    assert Browser().get(f"/shared/review/{token}/").status_code == 404


def test_a_client_reads_the_firm_it_works_with_and_not_its_program(frozen: Deck, owner: User, settings: Any) -> None:
    settings.FIRM_NAME = "Alder & Finch"
    link = made(frozen, owner)
    for address in (reverse("shared_review", args=[token_of(link)]), reverse("shared_review", args=["never"])):
        page = Browser().get(address).content.decode()
        assert "Alder &amp; Finch" in page, address
        assert "Principal" not in page, address


def test_a_token_of_another_kind_or_word_opens_nothing(frozen: Deck, owner: User) -> None:
    link = made(frozen, owner)
    for forged in (
        signing.dumps([link.pk, link.word], salt="survey", compress=True),
        signing.dumps([link.pk, "other"], salt=SALT, compress=True),
        signing.dumps(["1", link.word], salt=SALT, compress=True),
        signing.dumps({"pk": link.pk}, salt=SALT, compress=True),
        token_of(link)[:-1],
    ):
        assert link_of(forged) is None


def test_an_internal_review_and_a_draft_are_never_shared(internal: Deck, deck: Deck, owner: User) -> None:
    today = deck.client.local_date(timezone.now())
    share: dict[str, Any] = {"label": "Dana", "expires_on": today, "actor": owner, "now": timezone.now()}
    with pytest.raises(decks.NotFrozen):
        links.make_link(deck=deck, **share)
    decks.freeze_deck(deck=internal, actor=owner, now=NOW, confirmed=True)
    ours = Deck.objects.select_related("client").get(pk=internal.pk)
    with pytest.raises(links.LinkRefused, match="never shared"):
        links.make_link(deck=ours, **share)
    planted = DeckLink.objects.create(deck=ours, label="x", expires_on=today, made_at=NOW, made_by="x")
    assert link_of(token_of(planted)) is None


@pytest.mark.parametrize("days", [-1, 91])
def test_days_out_of_reach_are_refused(days: int, frozen: Deck, owner: User) -> None:
    with pytest.raises(links.LinkRefused, match="within 90 days"):
        made(frozen, owner, days)


def test_who_may_share(frozen: Deck, client: Client, outsider: User, finance: User, owner: User, sign_in: Any) -> None:
    url = reverse("review_share", args=[frozen.pk])
    body = {"label": "Dana", "expires_on": (timezone.now().date() + timedelta(days=3)).isoformat()}
    assert sign_in(outsider).post(url, body).status_code == 404
    assert sign_in(finance).post(url, body).status_code == 403
    assert not DeckLink.objects.exists()
    sign_in(owner).post(url, body)
    page = sign_in(owner).get(reverse("review", args=[frozen.pk])).content.decode()
    link = DeckLink.objects.get()
    address = token_of(link).partition(":")[0]  # what follows is when it was signed
    assert address in page
    assert address not in sign_in(finance).get(reverse("review", args=[frozen.pk])).content.decode()
    for wrong in ({"label": ""}, {"expires_on": "soon"}, {"label": "\x00"}, {"label": "x" * 500}):
        assert sign_in(owner).post(url, body | wrong).status_code == 302
    assert DeckLink.objects.count() == 1
    other = reverse("review_unshare", args=[frozen.pk, link.pk + 9])
    assert sign_in(owner).post(other).status_code == 404


def test_links_are_tried_only_so_often(frozen: Deck, owner: User, settings: Any) -> None:
    from qbr.views.links import SharedRate

    page = addresses(made(frozen, owner))[0]
    before = SharedRate.THROTTLE_RATES
    SharedRate.THROTTLE_RATES = {**before, "shared": "2/min"}
    try:
        answers = [Browser().get(page) for _ in range(3)]
    finally:
        SharedRate.THROTTLE_RATES = before
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0


def test_links_made_for_somebody_who_is_erased_open_nothing(frozen: Deck, owner: User) -> None:
    """By label and by pre-read; one for somebody else stays."""
    dana = make_contact(frozen.client, first_name="Dana", last_name="Whitfield", email="dana@northvale.example")
    named = made(frozen, owner)
    until, now = named.expires_on, timezone.now()
    other = links.make_link(deck=frozen, label="Dana Whitfields", expires_on=until, actor=owner, now=now)
    mailed = links.make_link(deck=frozen, label="D., pre-read", expires_on=until, actor=owner, now=now)
    review = Review.objects.create(client=frozen.client, period="2026-Q2", day=until)
    PreRead.objects.create(review=review, link=mailed, name="D.", email="Dana@northvale.example", asked_at=now)
    counts = erase_contact(contact=dana, reason="Asked for it", actor=owner, now=now).counts
    assert counts["open link to a review"] == 2
    ended = [Browser().get(address).status_code for link in (named, mailed) for address in addresses(link)]
    assert ended == [404] * 6
    assert Browser().get(addresses(other)[0]).status_code == 200
    assert not AuditEntry.objects.filter(changes__icontains="dana@northvale").exists()
