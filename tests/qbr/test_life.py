"""The life of a review on real rows: steps, people carried over, what comes of it, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client, Contact, Feedback, Invitation, Touchpoint
from accounts.queries.invitations import link_of
from common import jobs
from common.models import AuditEntry
from common.records import StaleRecord
from people.models import User
from qbr.actions import decks, reviews
from qbr.actions.prereads import MAIL, Reader, send_preread
from qbr.models import Deck, PreRead, Review, ReviewStep
from qbr.queries.life import load_page
from qbr.queries.review import ReviewRequest, load_review
from tests.financials.books import NOW, post
from tests.makers import make_contact

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 18)
AFTER = datetime(2026, 11, 19, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_calls_counted() -> None:
    cache.clear()


@pytest.fixture
def contact(client: Client) -> Contact:
    return make_contact(client, first_name="Dana", last_name="Whitfield", email="dana@northvale.example")


@pytest.fixture
def review(client: Client, owner: User, contact: Contact) -> Review:
    values = {"kind": "qbr", "period": "2026-10", "day": DAY, "ours": [owner], "theirs": [contact]}
    return reviews.plan_review(client=client, values=values, actor=owner, now=NOW)


def go(review: Review, *states: str, actor: User, now: datetime = NOW, reason: str = "") -> Review:
    for to in states:
        review = reviews.step(review=review, to=to, actor=actor, now=now, reason=reason)
    return review


def sent(review: Review, owner: User, *, with_mail: bool = False) -> Review:
    """To “pre-read sent”: the decks begun, the client's frozen, one reader."""
    go(review, "data", "draft", "rehearsal", actor=owner)
    deck = Deck.objects.get(client=review.client, audience="client")
    decks.freeze_deck(deck=deck, actor=owner, now=NOW, confirmed=True)
    reader = Reader("Dana Whitfield", "dana@northvale.example")
    until = timezone.now().date() + timedelta(days=20)
    send_preread(review=review, readers=[reader], until=until, mail=with_mail, actor=owner, now=timezone.now())
    review.refresh_from_db()
    return review


def held(review: Review, owner: User) -> Review:
    review = sent(review, owner)
    said = {"minutes": "We agreed on the studio.", "decisions": "Renew the studio\n\nMeet monthly"}
    review = reviews.change_review(review=review, values=said, expected=review.version, actor=owner)
    return go(review, "held", actor=owner, now=AFTER)


def fees(user: User, client: Client, request: ReviewRequest, now: datetime) -> Decimal:
    """Net fees of October 2026, as the review would say them."""
    return load_review(user, client, request, now=now).figures.actual[date(2026, 10, 1)]["net_revenue"] or Decimal(0)


def test_frozen_data_fixes_what_the_decks_read(review: Review, owner: User, client: Client) -> None:
    fixed = go(review, "data", "draft", actor=owner)
    assert (fixed.as_of, Deck.objects.filter(client=client, period="2026-10").count()) == (NOW, 2)
    deck = Deck.objects.get(client=client, audience="client")
    assert deck.held_on == DAY
    later = datetime.now(UTC) + timedelta(hours=1)
    request = ReviewRequest("2026-10", as_of=timezone.now())
    before = fees(owner, client, request, later)
    post(client, "gross_revenue", "50000.00", service_line="Media", posted_at=later)
    assert fees(owner, client, request, later) == before
    assert fees(owner, client, ReviewRequest("2026-10"), later) == before + 50_000


def test_back_to_planned_lets_go_of_the_data_and_keeps_why(review: Review, owner: User) -> None:
    go(review, "data", actor=owner)
    back = go(review, "planned", actor=owner, reason="September is still open")
    assert (back.as_of, back.run) == (None, None)
    last = ReviewStep.objects.filter(review=review).last()
    assert last is not None
    assert (last.before, last.after, last.reason, last.by) == (
        "data",
        "planned",
        "September is still open",
        owner.email,
    )


def test_a_refused_step_changes_nothing_and_names_all_that_is_missing(review: Review, owner: User) -> None:
    review.ours.clear()
    go(review, "data", actor=owner)
    Review.objects.filter(pk=review.pk).update(state="sent")
    with pytest.raises(reviews.StepRefused) as refused:
        go(review, "held", actor=owner, now=AFTER)
    assert refused.value.reasons == ("Name who of ours took part.", "Write the minutes.")
    review.refresh_from_db()
    assert (review.state, review.steps.count()) == ("sent", 2)


def test_what_was_held_is_a_touch_of_everybody_who_came(review: Review, owner: User, contact: Contact) -> None:
    held(review, owner)
    touch = Touchpoint.objects.get()
    assert (touch.date, list(touch.theirs.all()), list(touch.ours.all())) == (DAY, [contact], [owner])
    assert touch.notes == "Quarterly business review, 2026-10\nDecided: Renew the studio\nDecided: Meet monthly"


def test_the_next_review_opens_with_the_promises_and_the_people_of_this_one(
    review: Review, owner: User, contact: Contact, client: Client
) -> None:
    held(review, owner)
    due = date(2026, 11, 25)
    values = {"side": "ours", "text": "Cost of the Brazil studio", "due": due, "owner": owner, "kept_on": due}
    promise = reviews.follow_up(review=review, values=values, actor=owner)
    nxt = reviews.plan_review(
        client=client, values={"kind": "qbr", "period": "2026-12", "day": date(2027, 1, 20)}, actor=owner, now=AFTER
    )
    assert ([*nxt.ours.all()], [*nxt.theirs.all()]) == ([owner], [contact])
    now = datetime(2027, 1, 19, 9, tzinfo=UTC)
    data = load_review(owner, client, ReviewRequest("2026-12", held_on=nxt.day), now=now)
    made = [(one.text, one.state, one.met_on) for one in data.promises]
    assert made == [("Cost of the Brazil studio", "kept", DAY)]  # due before the period began, and told all the same
    page = Browser()
    page.force_login(owner)
    shown = page.get(reverse("client_review", args=[client.key, nxt.pk])).content.decode()
    assert promise.text in shown


def test_both_sides_rate_it_theirs_by_a_link_that_takes_one_answer(
    review: Review, owner: User, contact: Contact
) -> None:
    held(review, owner)
    reviews.rate(review=review, score=4, note="We decided two things", actor=owner)
    assert reviews.ask_to_rate(review=review, contacts=[contact], mail=False, actor=owner, now=timezone.now()) == 1
    with pytest.raises(reviews.StepRefused, match="Their side was asked"):
        go(review, "rated", actor=owner, now=timezone.now())
    link = link_of(Invitation.objects.get())
    path = link[link.index("/", 8) :]
    browser = Browser()
    assert browser.get(path[:-2] + "xx/").status_code == 404  # forged
    assert browser.post(path, {"score": "5", "comment": "", "quote": ""}).status_code == 200
    assert browser.post(path, {"score": "1", "comment": "", "quote": ""}).status_code == 410  # replayed
    assert Feedback.objects.get().score == 5
    assert go(review, "rated", actor=owner, now=timezone.now()).state == "rated"


def test_a_rating_link_ends_and_is_not_tried_for_ever(review: Review, owner: User, contact: Contact) -> None:
    held(review, owner)
    long_ago = timezone.now() - timedelta(days=30)
    reviews.ask_to_rate(review=review, contacts=[contact], mail=False, actor=owner, now=long_ago)
    link = link_of(Invitation.objects.get())
    browser, path = Browser(), link[link.index("/", 8) :]
    assert browser.get(path).status_code == 410  # expired
    answers = [browser.get(path).status_code for _ in range(70)]
    assert answers[-1] == 429
    review.refresh_from_db()
    asked = [[one.url for one in load_page(owner, review, at).asked] for at in (long_ago, timezone.now())]
    # What opens nothing any more is not there to be copied. After the first colon stands when it was signed.
    assert [[one.rpartition("/answer/")[2].partition(":")[0] for one in several] for several in asked] == [
        [link.rpartition("/answer/")[2].partition(":")[0]],
        [""],
    ]
    assert not Feedback.objects.exists()


@override_settings(MAIL_IS_KEPT=False)
def test_the_pre_read_goes_to_each_once(review: Review, owner: User) -> None:
    sent(review, owner, with_mail=True)
    reader = Reader("Dana Whitfield", "dana@northvale.example")
    until = timezone.now().date() + timedelta(days=20)
    again = send_preread(review=review, readers=[reader], until=until, mail=True, actor=owner, now=timezone.now())
    jobs.work(MAIL)
    jobs.work(MAIL)
    row = PreRead.objects.get()
    assert (again, len(mail.outbox), row.mail_state) == (0, 1, "sent")
    assert (mail.outbox[0].to, mail.outbox[0].reply_to) == (["dana@northvale.example"], [owner.email])
    body = mail.outbox[0].body
    path = body[body.index("/shared/review/") :].split("\n")[0]
    assert Browser().get(path).status_code == 200


@override_settings(MAIL_IS_KEPT=False)
def test_a_mail_that_cannot_be_written_is_said_to_have_failed(review: Review, owner: User) -> None:
    sent(review, owner, with_mail=True)
    PreRead.objects.update(email="dana@northvale.example\nBcc: all@elsewhere.example")
    jobs.work(MAIL)
    assert (PreRead.objects.get().mail_state, mail.outbox) == ("failed", [])


@pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
def test_of_two_at_once_one_steps_and_the_other_is_told(
    client: Client, owner: User, manager: User, contact: Contact
) -> None:
    values = {"kind": "qbr", "period": "2026-10", "day": DAY, "ours": [owner], "theirs": [contact]}
    review = reviews.plan_review(client=client, values=values, actor=owner, now=NOW)

    def take(actor: User) -> str:
        try:
            reviews.step(review=review, to="data", actor=actor, now=NOW, expected=review.version)
        except StaleRecord:
            return "told"
        else:
            return "stepped"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(take, (owner, manager)))
    assert found == ["stepped", "told"]
    assert ReviewStep.objects.filter(review=review, after="data").count() == 1


def test_one_review_of_a_kind_and_period_unless_cancelled(review: Review, owner: User, client: Client) -> None:
    values = {"kind": "qbr", "period": "2026-10", "day": DAY}
    with pytest.raises(reviews.PlannedAlready) as there:
        reviews.plan_review(client=client, values=values, actor=owner, now=NOW)
    assert there.value.review == review
    go(review, "cancelled", actor=owner, reason="They moved house")
    other = reviews.plan_review(client=client, values=values, actor=owner, now=NOW)
    with pytest.raises(reviews.StepRefused, match="Another review of this period"):
        go(review, "planned", actor=owner, reason="Back on")
    assert Review.objects.exclude(state="cancelled").get() == other


@pytest.mark.parametrize("state", ["planned", "cancelled"])
def test_nothing_comes_of_a_review_that_was_not_held(review: Review, owner: User, contact: Contact, state: str) -> None:
    Review.objects.filter(pk=review.pk).update(state=state)
    values = {"side": "ours", "text": "x", "due": DAY, "owner": owner}
    acts: list[Callable[[], object]] = [
        lambda: reviews.follow_up(review=review, values=values, actor=owner),
        lambda: reviews.rate(review=review, score=3, note="", actor=owner),
        lambda: reviews.ask_to_rate(review=review, contacts=[contact], mail=False, actor=owner, now=NOW),
        lambda: send_preread(review=review, readers=[], until=DAY, mail=False, actor=owner, now=NOW),
    ]
    for act in acts:
        with pytest.raises(reviews.NotNow):
            act()


def test_the_trail_tells_each_act(review: Review, owner: User) -> None:
    held(review, owner)
    reviews.rate(review=review, score=4, note="", actor=owner)
    verbs = list(AuditEntry.objects.filter(object_kind="review").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["added", *["took a step with"] * 3, "sent pre-read of", "took a step with", "changed",
                     "took a step with", "rated"]  # fmt: skip
