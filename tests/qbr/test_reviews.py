"""Reviews end to end: who may open what, words, freezing, the file, and what a client never gets."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Action, Client, Kpi, KpiReading, Objective, Plan
from common import jobs
from common.models import AuditEntry, Job
from common.records import StaleRecord
from people.models import User
from qbr.access import get_deck_for
from qbr.actions import decks as actions
from qbr.calc.slides import to_json
from qbr.forms import form_of
from qbr.models import Deck, SlideEdit, Snapshot
from qbr.queries.decks import RENDER, compose_deck, content_hash, deck_rows
from tests.financials.books import NOW, budget, post
from tests.makers import make_contract, make_opportunity

pytestmark = pytest.mark.django_db


def words_of(browser: Browser, deck: Deck, kind: str, **words: str) -> Any:
    return browser.post(reverse("review_words", args=[deck.pk, kind]), {f"{kind}-{k}": v for k, v in words.items()})


# --- composing from the database ---------------------------------------------------------------------------------


def test_figures_are_those_of_the_ledger(deck: Deck, owner: User) -> None:
    made = compose_deck(owner, deck, now=NOW).deck
    assert made.slides[1].headline == "Net fees for Oct 2026 are $400.0k"
    table = next(item for item in made.slides if item.kind == "pnl").table
    assert [[cell.text for cell in row.cells][:2] for row in table.rows] == [  # type: ignore[union-attr]
        ["Gross billings", "520"],
        ["Pass-through", "120"],
        ["Net fees", "400"],
    ]


def test_a_client_review_reads_no_cost_at_all(deck: Deck, internal: Deck, owner: User) -> None:
    for_client = json.dumps(to_json(compose_deck(owner, deck, now=NOW).deck))
    for number in ("186", "158", "39.6", "45.0"):
        assert f'"{number}"' not in for_client
    ours = json.dumps(to_json(compose_deck(owner, internal, now=NOW).deck))
    assert '"186"' in ours
    assert '"39.6"' in ours


def test_composing_takes_few_queries_whatever_the_size(internal: Deck, owner: User) -> None:
    for number in range(30):
        make_contract(internal.client, number=f"WORK-{number}", title=f"Work {number}")
        make_opportunity(internal.client)
    with CaptureQueriesContext(connection) as asked:
        compose_deck(owner, get_deck_for(owner, internal.pk), now=NOW)
    assert len(asked) <= 13


def test_notice_is_the_day_the_contract_page_says(client: Client, deck: Deck, owner: User) -> None:
    """domain.md: 30 business days before 31 December 2026 in England is 17 November; without holidays the 19th."""
    make_contract(
        client, number="SOW-12", title="Studio", end=date(2026, 12, 31), notice_days=30, notice_rule="business",
        country="GB-ENG",
    )  # fmt: skip
    table = next(item for item in compose_deck(owner, deck, now=NOW).deck.slides if item.kind == "contracts").table
    assert table is not None
    row = next(row for row in table.rows if row.cells[1].text == "Studio")
    assert row.cells[-1].text == "17 Nov 2026, passed"


def test_the_budget_stands_beside_the_figures(deck: Deck, owner: User) -> None:
    budget(deck.client, "gross_revenue", "500000", service_line="Media")
    budget(deck.client, "pass_through", "120000", service_line="Media")
    made = compose_deck(owner, deck, now=NOW).deck
    assert made.slides[1].headline == "Net fees of $400.0k are $20.0k over budget"


# --- who may do what ---------------------------------------------------------------------------------------------

ROUTES = ("review", "review_preview", "review_pdf", "review_progress")


@pytest.mark.parametrize("route", ROUTES)
def test_out_of_sight_is_the_same_as_missing(route: str, deck: Deck, outsider: User, sign_in: Any) -> None:
    browser = sign_in(outsider)
    assert browser.get(reverse(route, args=[deck.pk])).status_code == 404
    assert browser.get(reverse(route, args=[deck.pk + 1000])).status_code == 404


@pytest.mark.parametrize("route", ["review_freeze", "review_edition"])
def test_an_outsider_changes_nothing(route: str, deck: Deck, outsider: User, sign_in: Any) -> None:
    assert sign_in(outsider).post(reverse(route, args=[deck.pk])).status_code == 404
    assert Deck.objects.get(pk=deck.pk).status == "draft"


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [("owner", 200, 302), ("manager", 200, 302), ("finance", 200, 403), ("leadership", 200, 403),
     ("delivery", 200, 403), ("legal", 403, 403), ("administrator", 403, 403)],
)  # fmt: skip
def test_roles(role: str, read: int, write: int, deck: Deck, sign_in: Any, request: pytest.FixtureRequest) -> None:
    browser = sign_in(request.getfixturevalue(role))
    assert browser.get(reverse("review", args=[deck.pk])).status_code == read
    assert browser.get(reverse("review_preview", args=[deck.pk])).status_code == read
    assert browser.get(reverse("reviews")).status_code == read
    assert browser.get(reverse("client_reviews", args=[deck.client.key])).status_code == read
    assert words_of(browser, deck, "summary", headline="Ours").status_code == write
    assert browser.post(reverse("review_reset", args=[deck.pk, "summary"])).status_code == write


def test_signed_out_people_are_sent_to_sign_in(deck: Deck, sign_in: Any) -> None:
    answer = sign_in(None).get(reverse("review", args=[deck.pk]))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign_in"))


def test_the_list_holds_only_what_is_in_sight(deck: Deck, owner: User, outsider: User) -> None:
    assert [row.client for row in deck_rows(owner)] == ["Northvale Grocers"]
    assert deck_rows(outsider) == []


# --- beginning and words -----------------------------------------------------------------------------------------


def test_beginning_a_review(client: Client, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    asked = {"client": client.key, "period": "2026-Q3", "kind": "qbr", "audience": "client"}
    answer = browser.post(reverse("new_review"), asked)
    made = Deck.objects.get()
    assert answer["Location"] == reverse("review", args=[made.pk])
    assert made.title == "Northvale Grocers: quarterly business review, Q3 2026"
    assert AuditEntry.objects.filter(verb="began review", object_id=str(made.pk), client_id=client.pk).exists()
    again = browser.post(reverse("new_review"), asked)
    assert again["Location"] == reverse("review", args=[made.pk])
    assert Deck.objects.count() == 1


@pytest.mark.parametrize("period", ["2026-Q5", "soon", "", "2026-13"])
def test_a_period_that_cannot_be_read_is_said(period: str, client: Client, owner: User, sign_in: Any) -> None:
    asked = {"client": client.key, "period": period, "kind": "qbr", "audience": "client"}
    answer = sign_in(owner).post(reverse("new_review"), asked)
    assert answer.status_code == 422
    assert not Deck.objects.exists()


def test_another_portfolios_client_cannot_be_chosen(client: Client, outsider: User, sign_in: Any) -> None:
    asked = {"client": client.key, "period": "2026-Q3", "kind": "qbr", "audience": "client"}
    assert sign_in(outsider).post(reverse("new_review"), asked).status_code == 422


def test_words_are_kept_until_reset(deck: Deck, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    words_of(browser, deck, "summary", headline="A good October")
    assert SlideEdit.objects.get().words == {"headline": "A good October"}
    page = browser.get(reverse("review", args=[deck.pk]))
    assert b"A good October" in page.content
    shown = browser.get(reverse("review_preview", args=[deck.pk])).content.decode().replace("\u00a0", " ")
    assert "A good October" in shown
    browser.post(reverse("review_reset", args=[deck.pk, "summary"]))
    assert not SlideEdit.objects.exists()
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")][-2:] == ["wrote words", "reset words"]


def test_decisions_appear_once_written(deck: Deck, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    words_of(
        browser, deck, "decisions", what_0="Release CO-07", cost_0="0.38", decider_0="Miriam Okafor", note="In $M."
    )
    made = compose_deck(owner, get_deck_for(owner, deck.pk), now=NOW).deck
    assert made.slides[1].kind == "decisions"
    assert made.slides[1].headline == "One decision is sought today, for Miriam Okafor"


def test_the_form_of_no_decision_offers_no_words_that_would_contradict_one(deck: Deck, owner: User) -> None:
    form = form_of(deck, compose_deck(owner, deck, now=NOW), "decisions")
    assert form is not None
    assert (form.initial["headline"], form.initial["note"]) == ("", "")


def test_a_cost_that_the_slide_would_cut_is_refused(deck: Deck, owner: User, sign_in: Any) -> None:
    words_of(sign_in(owner), deck, "decisions", what_0="Release CO-07", cost_0="about four days")
    assert not SlideEdit.objects.filter(deck=deck).exists()


def test_a_row_left_out_is_in_no_table_and_no_total(deck: Deck, owner: User, sign_in: Any) -> None:
    words_of(sign_in(owner), deck, "pipeline", left_out="Commerce abroad")
    made = compose_deck(owner, get_deck_for(owner, deck.pk), now=NOW).deck
    assert "Commerce abroad" not in json.dumps(to_json(made))
    assert "pipeline" not in [item.kind for item in made.slides], "a list of nothing is not printed"


def test_what_could_not_be_saved_is_still_in_the_form(deck: Deck, owner: User, manager: User, sign_in: Any) -> None:
    actions.write_words(
        deck=deck, slide="summary", words={"headline": "Theirs"}, hidden=False, expected=0, actor=manager
    )
    url = reverse("review_words", args=[deck.pk, "summary"])
    stale = sign_in(owner).post(url, {"version": "0", "summary-headline": "Mine, and long thought of"})
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "Mine, and long thought of" in page
    assert 'name="version" value="1"' in page
    assert SlideEdit.objects.get(deck=deck).words["headline"] == "Theirs"
    again = sign_in(owner).post(url, {"version": "1", "summary-headline": "Mine, and long thought of"})
    assert again.status_code == 302
    refused = sign_in(owner).post(url, {"version": "2", "summary-headline": "x" * 5000})
    assert refused.status_code == 422
    assert "x" * 5000 in refused.content.decode()


def test_a_stale_edit_changes_nothing(deck: Deck, owner: User, manager: User) -> None:
    write = {"deck": deck, "slide": "summary", "hidden": False}
    actions.write_words(**write, words={"headline": "First"}, expected=0, actor=owner)  # type: ignore[arg-type]
    with pytest.raises(StaleRecord):
        actions.write_words(**write, words={"headline": "Second"}, expected=7, actor=manager)  # type: ignore[arg-type]
    assert SlideEdit.objects.get().words == {"headline": "First"}


def test_the_preview_runs_no_script_and_fetches_only_our_fonts(deck: Deck, owner: User, sign_in: Any) -> None:
    answer = sign_in(owner).get(reverse("review_preview", args=[deck.pk]))
    policy = answer["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    assert "style-src 'nonce-" in policy
    assert b" style=" not in answer.content
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


# --- freezing and the file ---------------------------------------------------------------------------------------


def test_freezing_keeps_the_deck_by_value(deck: Deck, owner: User) -> None:
    snapshot = actions.freeze_deck(deck=deck, actor=owner, now=NOW)
    before = snapshot.content
    post(deck.client, "gross_revenue", "1000000", service_line="Media")
    snapshot.refresh_from_db()
    assert snapshot.content == before
    assert content_hash(snapshot.content) == snapshot.content_hash
    assert Job.objects.get(kind=RENDER).object_ref == f"deck:{deck.pk}"
    with pytest.raises(actions.Frozen):
        actions.write_words(deck=deck, slide="summary", words={}, hidden=False, expected=0, actor=owner)


def test_numbers_that_no_figure_carries_are_confirmed_first(deck: Deck, owner: User) -> None:
    words = {"headline": "Net fees grew to $9.9M"}
    actions.write_words(deck=deck, slide="summary", words=words, hidden=False, expected=0, actor=owner)
    changed = get_deck_for(owner, deck.pk)
    with pytest.raises(actions.FreezeRefused) as refused:
        actions.freeze_deck(deck=changed, actor=owner, now=NOW)
    assert refused.value.doubts == ("Executive summary: $9.9M",)
    actions.freeze_deck(deck=changed, actor=owner, now=NOW, confirmed=True)


def test_a_headline_that_does_not_fit_is_not_frozen(deck: Deck, owner: User) -> None:
    words = {"headline": "Everything went very well indeed for everybody " * 6}
    actions.write_words(deck=deck, slide="summary", words=words, hidden=False, expected=0, actor=owner)
    with pytest.raises(actions.FreezeRefused, match="does not fit two lines"):
        actions.freeze_deck(deck=get_deck_for(owner, deck.pk), actor=owner, now=NOW)
    assert not Snapshot.objects.exists()


def test_words_written_after_the_look_stop_the_freeze(deck: Deck, owner: User, manager: User) -> None:
    actions.write_words(deck=deck, slide="plan", words={"headline": "x"}, hidden=False, expected=0, actor=manager)
    with pytest.raises(StaleRecord):
        actions.freeze_deck(deck=deck, actor=owner, now=NOW)
    assert Deck.objects.get(pk=deck.pk).status == "draft"


def test_from_freeze_to_download(deck: Deck, owner: User, outsider: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    browser.post(reverse("review_freeze", args=[deck.pk]))
    assert browser.get(reverse("review_pdf", args=[deck.pk])).status_code == 404
    working = browser.get(reverse("review_progress", args=[deck.pk]), headers={"HX-Request": "true"})
    assert b"Making the file" in working.content
    assert jobs.work(RENDER) == 1
    first = browser.get(reverse("review_pdf", args=[deck.pk]))
    assert first["Content-Type"] == "application/pdf"
    assert 'filename="northvale-2026-10-qbr-client-1.pdf"' in first["Content-Disposition"]
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first.content)).pages)
    assert "Northvale Grocers" in words
    assert "frozen" in words
    assert b"Download the PDF" in browser.get(reverse("review", args=[deck.pk])).content
    # Done again, the job makes the same bytes.
    Job.objects.filter(kind=RENDER).update(state="ready")
    jobs.work(RENDER)
    assert browser.get(reverse("review_pdf", args=[deck.pk])).content == first.content
    assert sign_in(outsider).get(reverse("review_pdf", args=[deck.pk])).status_code == 404


def test_a_changed_snapshot_is_never_printed(deck: Deck, owner: User) -> None:
    snapshot = actions.freeze_deck(deck=deck, actor=owner, now=NOW)
    content = snapshot.content
    content["deck"]["client"] = "Somebody else"
    Snapshot.objects.update(content=content)
    jobs.work(RENDER)
    job = Job.objects.get(kind=RENDER)
    assert job.state == "failed"
    assert "Tampered" in job.error
    assert Snapshot.objects.get().pdf is None


def test_a_new_edition_takes_the_words_along(deck: Deck, owner: User, sign_in: Any) -> None:
    actions.write_words(deck=deck, slide="plan", words={"headline": "Onwards"}, hidden=False, expected=0, actor=owner)
    actions.freeze_deck(deck=get_deck_for(owner, deck.pk), actor=owner, now=NOW)
    browser = sign_in(owner)
    browser.post(reverse("review_edition", args=[deck.pk]))
    browser.post(reverse("review_edition", args=[deck.pk]))
    made = Deck.objects.get(edition=2)
    assert made.corrects == deck
    assert made.edits.get().words == {"headline": "Onwards"}
    assert made.status == "draft"


@pytest.mark.parametrize("route", ["review", "review_preview", "reviews", "client_reviews", "new_review"])
def test_pages_take_few_queries(route: str, internal: Deck, owner: User, sign_in: Any) -> None:
    args = {"reviews": [], "new_review": [], "client_reviews": ["NORTHVALE"]}.get(route, [internal.pk])
    browser = sign_in(owner)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(reverse(route, args=args)).status_code == 200
    assert len(asked) <= 15, [query["sql"][:80] for query in asked]


# --- the command -------------------------------------------------------------------------------------------------


def test_the_command_writes_a_file_and_stores_nothing(client: Client, tmp_path: Path) -> None:
    out = tmp_path / "review.pdf"
    said = io.StringIO()
    call_command("deck", client.key, "--period", "2026-10", "--audience", "internal", "--out", str(out), stdout=said)
    pages = PdfReader(out).pages
    assert f"{len(pages)} pages" in said.getvalue()
    assert "never for the client" in pages[0].extract_text()
    assert not Deck.objects.exists()


@pytest.mark.parametrize(
    ("key", "period", "reason"),
    [("NOBODY", "2026-10", "No client has the key NOBODY"), ("NORTHVALE", "2026-Q9", "is not a period")],
)
def test_the_command_says_what_is_wrong(key: str, period: str, reason: str, client: Client, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("deck", key, "--period", period, "--out", str(tmp_path / "x.pdf"))


def test_the_command_needs_a_folder_it_can_write_to(client: Client, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("deck", client.key, "--period", "2026-10", "--out", str(tmp_path / "absent" / "x.pdf"))


def test_a_client_deck_holds_shared_actions_only_and_not_our_objectives(
    owner: User, client: Client, deck: Deck, internal: Deck
) -> None:
    plan = Plan.objects.create(client=client, starts_on=date(2026, 1, 1))
    objective = Objective.objects.create(plan=plan, title="Renew on fair terms")
    due = date(2026, 12, 15)
    Action.objects.create(objective=objective, title="Agree fallback terms", due=due)
    Action.objects.create(objective=objective, title="Deliver the film", due=due, audience="client")
    theirs, ours = (str(to_json(compose_deck(owner, one, now=NOW).deck)) for one in (deck, internal))
    assert "Deliver the film" in theirs
    assert "Agree fallback terms" not in theirs
    assert "Renew on fair terms" not in theirs
    assert all(text in ours for text in ("Deliver the film", "Agree fallback terms", "Renew on fair terms"))


def test_kpis_stand_as_read_by_the_end_of_the_period(client: Client, deck: Deck, owner: User) -> None:
    """From 20 to 30 over 2026, at the end of October 20 + 10 × 303 ÷ 364 are asked: 28.3. November is not October's."""
    kpi = Kpi.objects.create(
        client=client, name="Qualified leads", unit="leads", baseline=20, target=30, starts_on=date(2026, 1, 1),
        due=date(2026, 12, 31),
    )  # fmt: skip
    for month, actual in ((9, 25), (10, 28), (11, 40)):
        period = f"2026-{month:02d}"
        first, last = date(2026, month, 1), date(2026, month, 31 if month == 10 else 30)
        KpiReading.objects.create(kpi=kpi, period=period, starts=first, ends=last, actual=actual)
    Kpi.objects.create(client=client, name="Never read", target=9)
    table = next(item for item in compose_deck(owner, deck, now=NOW).deck.slides if item.kind == "kpis").table
    assert table is not None
    assert [[cell.text for cell in row.cells][:5] for row in table.rows] == [
        ["Qualified leads", "28", "28.3", "−0.3", "25"]
    ]
    assert table.rows[0].cells[-1].status == "on_track"
