"""The voice of the customer: links attacked, answers, themes, insights, scores, files, and who may see what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core import mail, signing
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from accounts.actions.surveys import Given, NotOpen, answer, ask
from accounts.models import Feedback, Insight, Invitation, Survey, Theme
from accounts.queries.answers import load_scored, scores_of
from accounts.queries.attention import attention
from accounts.queries.invitations import invitation_of, token_of
from accounts.queries.voice import load_voice
from accounts.queries.voice_book import load_book
from common import jobs
from common.figures import explain
from common.models import AuditEntry
from people.models import User
from portfolio.imports.runner import load_rows
from tests.accounts.conftest import World
from tests.at_once import at_once
from tests.makers import make_client, make_contact, make_stakeholding, make_user

WORKED = (10, 9, 9, 8, 7, 6, 3, 10)


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def survey(world: World, owner: User) -> Survey:
    return Survey.objects.create(
        client=world.client, key="S1", title="How are we doing", question="Would you recommend us?", owner=owner,
        closes_on=timezone.now().date() + timedelta(days=7),
    )  # fmt: skip


@pytest.fixture
def asked(world: World, survey: Survey) -> Invitation:
    return Invitation.objects.create(survey=survey, client=world.client, contact=world.contact, asked_at=timezone.now())


def heard(world: World, *scores: int, on: date | None = None, scale: str = "nps", **kw: Any) -> list[Feedback]:
    return [
        Feedback.objects.create(
            client=world.client, source_ref=f"{scale}{on}{number}{kw}", date=on or world.today, scale=scale,
            score=score, **kw,
        )
        for number, score in enumerate(scores)
    ]  # fmt: skip


# The link


def test_one_answer_goes_in_and_the_link_is_used_up(world: World, asked: Invitation) -> None:
    """Opened as often as a mail scanner likes, answered once; the second answer is told so and changes nothing."""
    browser, url = Browser(), f"/answer/{token_of(asked)}/"
    for _ in range(3):
        page = browser.get(url)
        assert page.status_code == 200
        assert "Would you recommend us?" in page.content.decode()
        assert page["Referrer-Policy"] == "same-origin"
        assert "no-store" in page["Cache-Control"]
        assert "Halden" not in page.content.decode()  # a link passed on tells nothing of whose it was
        assert "Menon" not in page.content.decode()
    assert Feedback.objects.count() == 0
    body = {"score": "4", "comment": "Reports come late", "quote": "anonymised"}
    assert "Thank you" in browser.post(url, body).content.decode()
    found = Feedback.objects.get()
    assert (found.score, found.comment, found.quote, found.scale) == (4, "Reports come late", "anonymised", "nps")
    assert (found.contact, found.client, found.date) == (world.contact, world.client, world.today)
    for verb in (browser.get, browser.post):
        again = verb(url, {"score": "10"})
        assert again.status_code == 410
        assert "answered already" in again.content.decode()
    assert Feedback.objects.get().score == 4
    entry = AuditEntry.objects.get(object_kind="feedback")
    assert (entry.actor, entry.field_class, entry.client_id) == ("survey link", "STANCE", world.client.pk)


@pytest.mark.parametrize(
    "body", [{}, {"score": "11"}, {"score": "-1"}, {"score": "nine"}, {"score": "9", "quote": "x"}]
)
def test_what_is_no_answer_is_refused_and_the_link_stays_good(asked: Invitation, body: dict[str, str]) -> None:
    url = f"/answer/{token_of(asked)}/"
    assert Browser().post(url, body).status_code == 422
    assert Feedback.objects.count() == 0
    assert Browser().post(url, {"score": "0"}).status_code == 200


def test_a_client_reads_the_firm_it_works_with_and_not_its_program(asked: Invitation, settings: Any) -> None:
    settings.FIRM_NAME = "Alder & Finch"
    for address in (f"/answer/{token_of(asked)}/", "/answer/never/"):
        page = Browser().get(address).content.decode()
        assert "Alder &amp; Finch</title>" in page, address
        assert "Principal" not in page, address


def test_a_link_that_was_tampered_with_is_like_one_that_never_was(asked: Invitation) -> None:
    good = token_of(asked)
    last = "A" if good[-1] != "A" else "B"
    forged = [
        good[:-1] + last,
        good[1:],
        signing.dumps([asked.pk, asked.word], salt="calendar"),  # another purpose
        signing.dumps([asked.pk, "guessed"], salt="survey"),
        signing.dumps([asked.pk + 1, asked.word], salt="survey"),
        signing.dumps({"pk": asked.pk}, salt="survey"),
        signing.dumps([str(asked.pk), asked.word], salt="survey"),
        signing.dumps(asked.pk, salt="survey"),
        signing.dumps([asked.pk, asked.word], salt="survey", key="another key"),
        "x",
        "é",
    ]
    never = Browser().get("/answer/never/").content
    for token in forged:
        for verb in (Browser().get, Browser().post):
            found = verb(f"/answer/{token}/", {"score": "9"})
            assert found.status_code == 404, token
            assert found.content == never or b"csp" in never
    assert Feedback.objects.count() == 0


def test_a_link_ends_with_its_day_where_the_client_is(world: World, survey: Survey, asked: Invitation) -> None:
    """In Auckland the day ends half a day before it does in London."""
    type(world.client).objects.filter(pk=world.client.pk).update(timezone="Pacific/Auckland")
    Survey.objects.filter(pk=survey.pk).update(closes_on=date(2026, 11, 26))
    asked = Invitation.objects.select_related("survey", "client").get(pk=asked.pk)
    with pytest.raises(NotOpen):
        answer(invitation=asked, given=Given(9, "", ""), now=datetime(2026, 11, 26, 11, 30, tzinfo=UTC))
    assert answer(invitation=asked, given=Given(9, "", ""), now=datetime(2026, 11, 26, 10, 30, tzinfo=UTC)).score == 9


def test_an_expired_link_says_so(survey: Survey, asked: Invitation) -> None:
    Survey.objects.filter(pk=survey.pk).update(closes_on=date(2026, 1, 1))
    for verb in (Browser().get, Browser().post):
        found = verb(f"/answer/{token_of(asked)}/", {"score": "9"})
        assert found.status_code == 410
        assert "has closed" in found.content.decode()


def test_a_new_link_ends_the_old_one(world: World, owner: User, asked: Invitation, sign_in: Any) -> None:
    old = token_of(asked)
    assert sign_in(owner).post(f"/voice/surveys/S1/links/{asked.pk}/renew/").status_code == 302
    assert invitation_of(old) is None
    asked.refresh_from_db()
    assert invitation_of(token_of(asked)) == asked
    stranger = make_user("director")
    assert sign_in(stranger).post(f"/voice/surveys/S1/links/{asked.pk}/renew/").status_code == 404


def test_calls_from_one_address_are_limited(asked: Invitation, settings: Any) -> None:
    from accounts.views.surveys import AnswerRate

    limit, _ = AnswerRate().parse_rate(AnswerRate.THROTTLE_RATES["survey"])
    assert limit == 60
    browser = Browser()
    statuses = [browser.get("/answer/guess/").status_code for _ in range(limit + 1)]
    assert statuses == [404] * limit + [429]
    busy = browser.get(f"/answer/{token_of(asked)}/")
    assert (busy.status_code, busy["Retry-After"].isdecimal()) == (429, True)
    assert Browser(REMOTE_ADDR="203.0.113.9").get(f"/answer/{token_of(asked)}/").status_code == 200


def test_an_answer_needs_the_forms_own_token(asked: Invitation) -> None:
    browser = Browser(enforce_csrf_checks=True)
    assert browser.post(f"/answer/{token_of(asked)}/", {"score": "9"}).status_code == 403
    assert Feedback.objects.count() == 0


@pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
def test_two_answers_at_once_leave_one(owner: User) -> None:
    client = make_client("RACE", owner=owner)
    survey = Survey.objects.create(
        client=client, key="R", title="T", question="Q?", closes_on=timezone.now().date() + timedelta(days=2)
    )
    asked = Invitation.objects.create(
        survey=survey, client=client, contact=make_contact(client), asked_at=timezone.now()
    )
    now = timezone.now()
    acts = [partial(answer, invitation=asked, given=Given(score, "", ""), now=now) for score in (1, 5, 8, 10)]
    ended = [type(one).__name__ for one in at_once(acts)]
    assert sorted(ended) == ["Feedback", "NotOpen", "NotOpen", "NotOpen"]
    assert Feedback.objects.count() == 1


# Asking


def test_people_are_asked_once_and_mailed_by_a_job(world: World, survey: Survey, owner: User, settings: Any) -> None:
    settings.MAIL_IS_KEPT = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    reached = make_contact(world.client, email="eva@client.example")
    now = timezone.now()
    assert ask(survey=survey, contacts=[reached, world.contact], mail=True, actor=owner, now=now) == 2
    assert ask(survey=survey, contacts=[reached, world.contact], mail=True, actor=owner, now=now) == 0
    jobs.work("survey-mail")
    jobs.work("survey-mail")
    assert len(mail.outbox) == 1  # the other has no address: the link is copied
    sent = mail.outbox[0]
    invitation = Invitation.objects.get(contact=reached)
    assert sent.to == ["eva@client.example"]
    assert token_of(invitation).split(":")[0] in sent.body
    assert (invitation.mail_state, invitation.mailed_at is not None) == ("sent", True)


def test_without_a_mail_server_the_link_is_there_to_copy(
    world: World, survey: Survey, owner: User, sign_in: Any, settings: Any
) -> None:
    settings.MAIL_IS_KEPT = True
    world.contact.email = "ravi@client.example"
    world.contact.save()
    browser = sign_in(owner)
    page = browser.get("/voice/surveys/S1/ask/").content.decode()
    assert "Ravi Menon" in page
    answered = browser.post("/voice/surveys/S1/ask/", {"contacts": [world.contact.pk], "mail": "on"})
    assert answered.status_code == 302
    jobs.work("survey-mail")
    assert Invitation.objects.get().mail_state == "kept"
    page = browser.get("/voice/surveys/S1/").content.decode()
    assert "/answer/" in page
    assert "No mail server is set" in page
    reader = make_user("leadership")
    assert "/answer/" not in sign_in(reader).get("/voice/surveys/S1/").content.decode()
    assert Survey.objects.get().title in page


def test_one_over_several_clients_shows_each_reader_their_own(world: World, owner: User, sign_in: Any) -> None:
    other = make_user("director")
    theirs = make_client("OTH", owner=other, name="Otherwise Ltd")
    survey = Survey.objects.create(
        key="WIDE", title="All of them", question="Q?", owner=owner, closes_on=date(2199, 1, 1)
    )
    now = timezone.now()
    for client in (world.client, theirs):
        contact = make_contact(client, last_name=f"Of{client.key}")
        Invitation.objects.create(survey=survey, client=client, contact=contact, asked_at=now)
    page = sign_in(owner).get("/voice/surveys/WIDE/").content.decode()
    assert "OfHAL" in page
    assert "OfOTH" not in page
    page = sign_in(other).get("/voice/surveys/WIDE/").content.decode()
    assert "OfOTH" in page
    assert "OfHAL" not in page
    assert sign_in(other).get("/voice/surveys/WIDE/ask/").status_code == 403  # its owner asks
    assert sign_in(make_user("director")).get("/voice/surveys/WIDE/").status_code == 404


# What it comes to


def test_the_worked_score_stands_on_the_page(world: World, owner: User, sign_in: Any) -> None:
    heard(world, *WORKED)
    heard(world, 5, 4, 3, 4, 1, scale="csat")
    page = load_voice(owner, world.client, world.today)
    assert (page.nps.value, page.csat.value, page.rate.value) == (Decimal(25), Decimal("0.6"), None)
    assert page.scores.few == "Only 8 answers"
    told = explain(owner, page.nps.id, now=timezone.now())
    assert told.figure.value == 25
    assert [line.value for line in told.inputs] == [4, 2, 8]
    assert told.notes == ("Only 8 answers.",)
    html = sign_in(owner).get("/clients/HAL/voice/").content.decode()
    assert "2 detractors at Halden Pharma wait for our reply" in html
    assert "Only 8 answers" in html


def test_the_role_weighs_and_the_last_answer_counts(world: World, owner: User) -> None:
    """The economic buyer said 10 long ago and 6 now; two nobody knows said 9: (−3 + 1 + 1) ÷ 5."""
    heard(world, 10, on=world.today - timedelta(days=40), contact=world.contact)
    heard(world, 6, contact=world.contact)
    heard(world, 9, 9)
    page = load_voice(owner, world.client, world.today)
    assert page.nps.value == Decimal("33.3333")
    assert page.role_weighted.value == Decimal(-20)


def test_answers_leave_after_half_a_year_and_stand_as_before(world: World) -> None:
    heard(world, 10, on=world.today - timedelta(days=179))
    heard(world, 0, on=world.today - timedelta(days=180))
    rows = load_scored(Feedback.objects.all(), first=date(2000, 1, 1), last=world.today)
    assert len(rows) == 2
    page = load_voice(world.client.owner, world.client, world.today)  # type: ignore[arg-type]  # it has one
    assert (page.nps.value, page.before.nps.score) == (Decimal(100), Decimal(-100))


def test_who_may_not_see_one_answer_sees_no_score_of_two(world: World, owner: User) -> None:
    heard(world, 2, 9)
    rows = load_scored(Feedback.objects.all(), first=date(2000, 1, 1), last=world.today)
    closed = scores_of(rows, open_to_all=False)
    assert (closed.nps.score, closed.role_weighted, closed.withheld) == (None, None, True)
    assert scores_of(rows, open_to_all=True).nps.score == 0
    finance = make_user("finance")
    page = load_voice(finance, world.client, world.today)
    assert (page.nps.value, page.answers, page.themes, page.quotes) == (None, None, (), ())
    assert load_book(finance, world.today).nps.value is None


def test_the_book_weighs_by_revenue_where_there_is_any(world: World, owner: User) -> None:
    heard(world, *WORKED)
    found = load_book(owner, world.today)
    assert (found.nps.value, found.heard, found.clients) == (Decimal(25), 1, 1)
    assert found.revenue_weighted.value is None  # no ledger: no weight, and not the plain score in its place
    assert [row.unreplied for row in found.rows] == [2]


def test_a_comment_becomes_an_action_and_the_client_is_told(world: World, owner: User, sign_in: Any) -> None:
    Theme.objects.create(name="Reporting", words="report, reports")
    found = heard(
        world, 3, on=world.today - timedelta(days=20), comment="The reports come late", contact=world.contact
    )[0]
    browser = sign_in(owner)
    assert "+ Reporting?" in browser.get("/clients/HAL/voice/").content.decode()
    assert any("gave 3 of 10" in item.lead for item in attention(owner, world.today))
    theme = Theme.objects.get()
    url = f"/clients/HAL/voice/answers/{found.pk}"
    for _ in range(2):
        assert browser.post(f"{url}/tag/", {"theme": theme.pk, "on": "yes"}).status_code == 302
    assert list(found.themes.all()) == [theme]
    assert "Reporting ×" in browser.get("/clients/HAL/voice/").content.decode()
    assert browser.post(f"{url}/reply/", {"version": "1"}).status_code == 302
    assert not any("gave 3 of 10" in item.lead for item in attention(owner, world.today))
    body = {
        "said": "Reports come after the meeting", "kind": "service", "action": "Send them two days ahead",
        "raised_on": found.date.isoformat(), "due": (world.today - timedelta(days=1)).isoformat(), "theme": theme.pk,
    }  # fmt: skip
    assert browser.post(f"/clients/HAL/voice/insights/add/?from={found.pk}", body).status_code == 302
    insight = Insight.objects.get()
    found.refresh_from_db()
    assert found.insight == insight
    assert any("Send them two days ahead, 1" in item.lead for item in attention(owner, world.today))
    assert browser.post(f"/clients/HAL/voice/insights/{insight.pk}/done/", {"version": "1"}).status_code == 302
    assert any("they were not told yet" in item.lead for item in attention(owner, world.today))
    insight.refresh_from_db()
    told = {**body, "version": insight.version, "done_on": world.today.isoformat(), "told_on": world.today.isoformat(),
            "told_how": "In the monthly call"}  # fmt: skip
    assert browser.post(f"/clients/HAL/voice/insights/{insight.pk}/", told).status_code == 302
    page = load_voice(owner, world.client, world.today)
    assert (page.loop.told, page.loop_days.value) == (1, Decimal(20))
    assert page.told[0].words.endswith("after 20 d")
    assert not any("Send them" in item.lead for item in attention(owner, world.today))
    early = {**told, "version": insight.version + 1, "told_on": "2001-01-01"}
    assert browser.post(f"/clients/HAL/voice/insights/{insight.pk}/", early).status_code == 422


def test_only_words_that_may_be_quoted_are_and_some_without_a_name(world: World, owner: User, sign_in: Any) -> None:
    for number, (state, words) in enumerate(
        [("may_quote", "Openly good"), ("anonymised", "Quietly good"), ("not", "Never say"), ("", "Unasked")]
    ):
        heard(world, 9, on=world.today - timedelta(days=number), comment=words, quote=state, contact=world.contact)
    html = sign_in(owner).get("/clients/HAL/voice/").content.decode()
    bank = html[html.index('id="quotes"') : html.index('id="surveys"')]
    assert "Openly good" in bank
    assert "Quietly good" in bank
    assert bank.count("Ravi Menon") == 1
    assert "Never say" not in bank
    assert "Unasked" not in bank


def test_a_survey_answer_is_not_ours_to_change(world: World, owner: User, asked: Invitation, sign_in: Any) -> None:
    given = answer(invitation=asked, given=Given(2, "Slow", ""), now=timezone.now())
    url = f"/clients/HAL/voice/answers/{given.pk}/"
    body = {"score": "10", "comment": "Great", "scale": "nps", "quote": "not", "version": "1"}
    assert sign_in(owner).post(url, body).status_code == 302
    given.refresh_from_db()
    assert (given.score, given.comment, given.quote) == (2, "Slow", "not")


def test_answers_load_once_and_say_what_is_wrong(world: World) -> None:
    make_stakeholding(world.client)
    row = {"source_ref": "F-1", "client": "HAL", "contact": world.contact.key, "date": "2026-10-06", "score": "9",
           "scale": "nps", "comment": "Quick", "quote": "", "replied_on": ""}  # fmt: skip

    def load(*rows: dict[str, str]) -> Any:
        return load_rows("feedback", list(rows), actor="test", now=timezone.now(), file_name="test")

    assert load(row).created == 1
    assert load(row).unchanged == 1
    assert load({**row, "score": "8"}).updated == 1
    elsewhere = make_contact(make_client("ELSE"))
    bad = load(
        {**row, "source_ref": "F-2", "score": "11"},
        {**row, "source_ref": "F-3", "scale": "csat", "score": "9"},
        {**row, "source_ref": "F-4", "scale": ""},
        {**row, "source_ref": "F-5", "score": "", "comment": ""},
        {**row, "source_ref": "F-6", "contact": elsewhere.key},
        {**row, "source_ref": "F-7", "client": "NONE"},
        {**row, "source_ref": "F-8", "quote": "yes"},
    )
    assert bad.rejected == 7
    assert load({**row, "source_ref": "F-9", "score": "", "scale": "", "comment": "Only words"}).created == 1
    assert Feedback.objects.get(source_ref="F-9").score is None


def test_a_theme_is_added_changed_and_deleted(world: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    assert browser.post("/voice/themes/", {"name": "Price", "words": "price"}).status_code == 302
    assert browser.post("/voice/themes/", {"name": "Price", "words": ""}).status_code == 422
    theme = Theme.objects.get()
    body = {"name": "Price", "words": "price, cost", "version": "1"}
    assert browser.post(f"/voice/themes/{theme.pk}/", body).status_code == 302
    assert Theme.objects.get().words == "price, cost"
    assert sign_in(make_user("finance")).post("/voice/themes/", body).status_code == 403
    assert browser.post(f"/voice/themes/{theme.pk}/remove/").status_code == 302
    assert Theme.objects.count() == 0
