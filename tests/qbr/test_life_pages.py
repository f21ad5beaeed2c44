"""Pages around a review: what each role is shown, speaker's notes, the cadence, files, REST and the mail of the day."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client, Feedback, Invitation
from accounts.queries.attention import attention
from people.actions import issue_token
from people.models import User
from portfolio.queries.calendar_feed import as_ics, calendar_entries
from portfolio.queries.digest import digest_of
from qbr.actions import reviews
from qbr.actions.decks import freeze_deck
from qbr.models import Deck, Review, ReviewCadence, SlideNote
from qbr.queries.calendar import proposals
from tests.financials.books import NOW
from tests.makers import make_contact, make_user
from tests.portfolio.loading import load, rejects, write

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 26)
SECRET = "Tread softly about the fee"


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def review(client: Client, owner: User) -> Review:
    values = {"kind": "qbr", "period": "2026-10", "day": date(2026, 12, 1), "place": "Harbour Street"}
    return reviews.plan_review(client=client, values=values, actor=owner, now=NOW)


def met(review: Review, owner: User) -> Review:
    """Held, and rated 2 by their side."""
    contact = make_contact(review.client)
    Review.objects.filter(pk=review.pk).update(state="held", minutes="Said")
    review.refresh_from_db()
    reviews.ask_to_rate(review=review, contacts=[contact], mail=False, actor=owner, now=timezone.now())
    Feedback.objects.create(
        source_ref="s:1", client=review.client, contact=contact, invitation=Invitation.objects.get(), date=TODAY,
        scale="csat", score=2, comment="We wanted a plan",
    )  # fmt: skip
    return review


def test_what_their_side_said_is_told_to_those_with_sight_of_it(client: Client, owner: User, review: Review) -> None:
    met(review, owner)
    page = reverse("client_review", args=[client.key, review.pk])
    assert "We wanted a plan" in signed_in(owner).get(page).content.decode()
    finance = signed_in(make_user("finance"))
    shown = finance.get(page).content.decode()
    assert "What their side said is for directors" in shown
    assert "We wanted a plan" not in shown
    heads = [
        next(csv.reader(io.StringIO(browser.get("/reviews/?state=all&format=csv").getvalue().decode("utf-8-sig"))))
        for browser in (signed_in(owner), finance)
    ]
    assert ("their_score" in heads[0], "their_score" in heads[1]) == (True, False)


def test_speaker_notes_stay_with_the_speaker(deck: Deck, owner: User, client: Client) -> None:
    browser, address = signed_in(owner), reverse("review_note", args=[deck.pk, "title"])
    assert browser.post(address, {"text": SECRET, "version": "0"}).status_code == 302
    stale = browser.post(address, {"text": "Mine", "version": "0"}, headers={"accept": "application/json"})
    assert (stale.status_code, SlideNote.objects.get().text) == (409, SECRET)
    freeze_deck(deck=deck, actor=owner, now=NOW, confirmed=True)
    later = browser.post(address, {"text": f"{SECRET}!", "version": "1"}, headers={"accept": "application/json"})
    assert later.json() == {"said": "Notes saved.", "version": 2}  # after freezing too
    seen = {name: browser.get(reverse(name, args=[deck.pk])).content.decode() for name in
            ("review_present", "review_preview", "review_speaker", "review")}  # fmt: skip
    assert {name: SECRET in html for name, html in seen.items()} == {
        "review_present": False, "review_preview": False, "review_speaker": True, "review": False,
    }  # fmt: skip
    assert SECRET not in str(deck.snapshot.content)
    delivery = User.objects.get(client_duties__client=client, role="delivery")
    assert SECRET not in signed_in(delivery).get(reverse("review_speaker", args=[deck.pk])).content.decode()
    assert browser.post(address, {"text": "", "version": "2"}).status_code == 302
    assert not SlideNote.objects.exists()


def test_a_slide_explains_itself_in_the_clients_words(deck: Deck, owner: User) -> None:
    html = signed_in(owner).get(reverse("review_present", args=[deck.pk])).content.decode()
    assert "Fees earned in the months, without what is passed through" in html
    assert "gross margin" not in html.lower()


def test_the_cadence_is_set_by_tier_and_proposes_what_nobody_planned(
    client: Client, owner: User, manager: User
) -> None:
    Client.objects.filter(pk=client.pk).update(tier="growth", country="US", timezone="America/New_York")
    now = datetime(2026, 11, 26, 15, tzinfo=UTC)
    found = [(one.kind, one.period, one.day.isoformat()) for one in proposals(owner, now)]
    assert found == [("qbr", "2026-Q4", "2027-01-20")]
    address = reverse("review_cadence_tier", args=["growth"])
    assert signed_in(manager).post(address, {"months": "0", "annual": "on", "version": "0"}).status_code == 403
    assert signed_in(owner).post(address, {"months": "0", "annual": "on", "version": "0"}).status_code == 302
    assert ReviewCadence.objects.get().months == 0
    found = [(one.kind, one.period, one.day.isoformat()) for one in proposals(owner, now)]
    assert found == [("annual", "2026", "2027-02-22")]
    assert signed_in(owner).post(address, {"months": "3", "version": "0"}).status_code == 409  # seen before it was set
    assert (
        signed_in(manager).post(reverse("review_plan_proposed"), {"review": f"{client.pk}:annual"}).status_code == 302
    )
    assert [one.kind for one in proposals(owner, timezone.now())] == []
    assert Review.objects.get().kind == "annual"


def test_the_to_do_list_and_the_mail_tell_what_is_due(review: Review, owner: User, client: Client) -> None:
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    (item,) = [one for one in attention(owner, TODAY) if one.url.endswith(f"/reviews/{review.pk}/")]
    assert (item.lead, item.shape) == ("QBR 2026-10: name who comes, 9\u00a0d late", "at_risk")
    digest = digest_of(owner, at, "https://p.example")
    assert digest is not None
    assert (
        f"- {client.name}, Quarterly business review, 2026-10, on 1 Dec 2026: name who comes, 9 days late. "
        f"https://p.example/clients/{client.key}/reviews/{review.pk}/"
    ) in digest.body
    assert digest.body.count(f"/reviews/{review.pk}/") == 1
    assert attention(make_user("director"), TODAY) == []


def test_the_calendar_has_the_meeting_at_its_hour(review: Review, owner: User, client: Client) -> None:
    Client.objects.filter(pk=client.pk).update(timezone="America/New_York")
    Review.objects.filter(pk=review.pk).update(starts_at="09:30", length=90)
    Deck.objects.create(client=client, period="2026-10", kind="qbr", title="Deck", held_on=review.day)
    entries = [one for one in calendar_entries(owner, NOW) if "review" in one.path]
    written = as_ics(entries, now=NOW, host="p.example", base="https://p.example", name="Principal").decode()
    assert written.count("BEGIN:VEVENT") == 1  # the deck's day is the meeting's
    assert "DTSTART;TZID=America/New_York:20261201T093000" in written
    assert "DTEND;TZID=America/New_York:20261201T110000" in written
    assert "LOCATION:Harbour Street" in written


def test_reviews_are_loaded_planned_and_stay_once_past_it(tmp_path: Path, client: Client, owner: User) -> None:
    head = "key,client,kind,period,day,place,owner_email\n"
    text = f"{head}R-1,{client.key},qbr,2026-Q4,2027-01-20,Here,{owner.email}\n"
    assert load("reviews", write(tmp_path, "r.csv", text)).counts == (1, 1, 0, 0, 0)
    twice = load("reviews", write(tmp_path, "t.csv", f"{head}R-2,{client.key},qbr,2026-Q4,2027-02-02,,\n"))
    assert [reason for _, reason in rejects(twice)] == [
        "period: this client has a qbr about 2026-Q4 already; change that one"
    ]
    loaded = Review.objects.get()
    assert (loaded.key, loaded.owner) == ("R-1", owner)
    reviews.step(review=loaded, to="data", actor=owner, now=NOW)
    again = load("reviews", write(tmp_path, "again.csv", f"{head}R-1,{client.key},qbr,2026-Q4,2027-01-27,,\n"))
    assert [reason for _, reason in rejects(again)] == ["key: this review is past planning; change it on its page"]


def test_the_same_life_through_rest(client: Client, owner: User) -> None:
    contact = make_contact(client, key="NOR-C1")
    plain = issue_token(user=owner, name="t", scopes=["*"], days=1, actor="t", now=timezone.now()).plain
    api = Browser(headers={"authorization": f"Bearer {plain}"})
    day = (timezone.now().date() - timedelta(days=1)).isoformat()
    body = {"client": client.key, "period": "2026-Q3", "day": day, "theirs": ["NOR-C1"], "ours": [owner.email]}
    made = api.post("/api/v1/reviews/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["state"], one["theirs"], one["ours"], one["length"]) == ("planned", [contact.key], [owner.email], "75")
    address = f"/api/v1/reviews/{one['id']}/"
    early = api.post(f"{address}step/", {"to": "held"}, content_type="application/json")
    assert (early.status_code, early.json()["detail"]) == (
        409, "From “Planned” a review goes on to “Data frozen”, not to “Held”.",
    )  # fmt: skip
    on = api.post(f"{address}step/", {"to": "data"}, content_type="application/json")
    assert (on.status_code, on.json()["state"]) == (200, "data")
    changed = api.patch(address, {"minutes": "Short", "place": "Oslo"}, content_type="application/json").json()
    assert (changed["minutes"], changed["place"], changed["theirs"]) == ("Short", "Oslo", [contact.key])
    moved = api.patch(address, {"period": "2026-Q2"}, content_type="application/json")
    assert moved.status_code == 409
    twice = api.post("/api/v1/reviews/", body, content_type="application/json")
    assert (twice.status_code, one["key"] in twice.json()["detail"]) == (409, True)
    wrong = api.patch(address, {"theirs": ["NIL"]}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/theirs")
