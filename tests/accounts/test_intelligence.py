"""Intelligence: who sees a note, what is refused, renewal, the calendar and the brief."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access import intelligence_for
from accounts.calc.sources import link_of, source_fault
from accounts.models import IntelligenceNote
from accounts.queries.attention import attention
from accounts.queries.intelligence import load_calendar, load_notes
from accounts.reports_brief import brief
from common.models import AuditEntry
from people.models import User
from portfolio.imports.runner import load_rows
from tests.accounts.conftest import World
from tests.makers import make_client, make_user


def make_note(world: World, title: str = "Rival pitches", **kw: Any) -> IntelligenceNote:
    given = {
        "kind": "competitor", "so_what": "Show the numbers", "noted_on": world.today - timedelta(days=100),
        "expires_on": world.today + timedelta(days=30), **kw,
    }  # fmt: skip
    clients = given.pop("clients", [world.client])
    note = IntelligenceNote.objects.create(title=title, **given)
    note.clients.set(clients)
    return note


@pytest.mark.parametrize(
    ("source", "link", "good"),
    [
        ("https://news.example/a?b=1", "https://news.example/a?b=1", True),
        ("HTTP://news.example", "HTTP://news.example", True),
        ("Said at lunch: they leave", "", True),
        ("Note: ask again", "", True),
        ("", "", True),
        ("javascript:alert(1)", "", False),
        ("JaVaScRiPt:alert(1)", "", False),
        ("data:text/html;base64,AAAA", "", False),
        ("file:///etc/passwd", "", False),
        ("ftp://files.example", "", False),
        (" javascript:alert(1)", "", False),
        ("java\nscript:alert(1)", "", False),
        ("https://", "", False),
        ("https://[broken", "", False),
    ],
)
def test_only_addresses_that_may_be_followed_are_links(source: str, link: str, good: bool) -> None:
    assert link_of(source) == link
    assert (source_fault(source) == "") is good


def test_a_note_is_seen_by_readers_of_its_clients_and_its_industry(world: World, owner: User) -> None:
    stranger = make_user("director", email="else@example.com")
    theirs = make_client("OTH", owner=stranger, industry="Rail")
    mine = make_note(world)
    both = make_note(world, "Merger", clients=[world.client, theirs])
    rail = make_note(world, "Strike", clients=[], industry="Rail")
    assert set(intelligence_for(owner)) == {mine, both}
    assert set(intelligence_for(stranger)) == {both, rail}
    row = next(row for row in load_notes(owner, world.today).rows if row.pk == both.pk)
    assert [name for name, _ in row.about] == ["Halden Pharma"]  # the other client is not told


def test_an_editor_who_sees_half_of_a_notes_clients_keeps_the_other_half(
    world: World, owner: User, sign_in: Any
) -> None:
    theirs = make_client("OTH", owner=make_user("director", email="else@example.com"))
    note = make_note(world, clients=[world.client, theirs])
    body: dict[str, Any] = {
        "kind": "client", "title": "Merger", "so_what": "Pitch", "industry": "", "clients": [],
        "noted_on": "2026-11-01", "expires_on": "2027-01-01", "version": "1",
    }  # fmt: skip
    assert sign_in(owner).post(f"/intelligence/notes/{note.pk}/", body).status_code == 422  # about nobody in sight
    body["clients"] = [world.client.pk]
    assert sign_in(owner).post(f"/intelligence/notes/{note.pk}/", body).status_code == 302
    assert set(note.clients.all()) == {world.client, theirs}
    assert sign_in(owner).post(f"/intelligence/notes/{note.pk}/", {**body, "clients": [theirs.pk]}).status_code == 422
    assert sign_in(owner).post(f"/intelligence/notes/{note.pk}/", body).status_code == 409  # seen at version 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "javascript:alert(1)"}, "Only http and https"),
        ({"expires_on": "2026-10-01"}, "cannot go off before"),
        ({"clients": []}, "which clients"),
        ({"so_what": ""}, "required"),
        ({"title": "\x00"}, "Null characters"),
    ],
)
def test_what_does_not_hold_is_refused(
    world: World, owner: User, sign_in: Any, change: dict[str, Any], words: str
) -> None:
    body = {
        "kind": "client", "title": "T", "so_what": "S", "clients": [world.client.pk], "noted_on": "2026-11-01",
        "expires_on": "2027-01-01", **change,
    }  # fmt: skip
    answer = sign_in(owner).post("/new/note/", body)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert IntelligenceNote.objects.count() == 0


def test_an_expired_note_is_grey_asked_for_and_renewed_once(world: World, owner: User, sign_in: Any) -> None:
    note = make_note(world, expires_on=world.today - timedelta(days=5))
    leads = [item.lead for item in attention(owner, world.today, limit=50)]
    assert "still true? Rival pitches, 5\u00a0d late" in leads
    browser = sign_in(owner)
    html = browser.get("/clients/HAL/intelligence/").content.decode()
    assert "Still true" in html
    assert 'class="list-row closed"' in html
    assert browser.post(f"/intelligence/notes/{note.pk}/renew/", {"version": "1"}).status_code == 302
    note.refresh_from_db()
    assert note.expires_on == timezone.now().date() + timedelta(days=90)
    assert AuditEntry.objects.get(object_kind="intelligence").verb == "renewed"
    browser.post(f"/intelligence/notes/{note.pk}/renew/", {"version": "1"})  # a second click is stale
    assert AuditEntry.objects.filter(object_kind="intelligence").count() == 1
    assert not any("still true?" in item.lead for item in attention(owner, world.today, limit=50))


def test_days_that_come_up_stand_in_the_calendar_and_on_the_list(world: World, owner: User) -> None:
    make_note(world, "Results", happens_on=world.today + timedelta(days=3))
    make_note(world, "Far", happens_on=world.today + timedelta(days=400))
    months = load_calendar(owner, world.today)
    assert [row.title for month in months for row in month.rows] == ["Results"]
    assert any(item.lead.startswith("Results, on ") for item in attention(owner, world.today, limit=50))


def test_the_brief_says_who_what_and_how_it_stands(world: World, owner: User, finance: User, sign_in: Any) -> None:
    make_note(world)
    make_note(world, "Old news", expires_on=world.today - timedelta(days=1))
    html = sign_in(owner).get("/clients/HAL/brief/").content.decode()
    for words in (
        "Ravi Menon",
        "Budget talk",
        "Rival pitches",
        "Show the numbers",
        "Renew the MSA",
        "Send the benchmark",
    ):
        assert words in html, words
    assert "Old news" not in html
    headings = [table.heading for table in brief(owner, {"client": "HAL"}, timezone.now()).tables]
    assert headings == [
        "Who you meet", "Last touches", "Promises open", "Money", "Health, and what moved it", "KPIs", "The plan",
        "What to know",
    ]  # fmt: skip
    assert "Stance" in [column.label for column in brief(owner, {"client": "HAL"}, timezone.now()).columns]
    told = brief(finance, {"client": "HAL"}, timezone.now())
    assert "Stance" not in [column.label for column in told.columns]
    assert not any("Opponent" in str(cell) or "Sceptic" in str(cell) for row in told.rows for cell in row)


def test_notes_come_from_files_and_stay_within_sight(world: World, owner: User) -> None:
    row = {
        "key": "N1", "kind": "client", "title": "T", "so_what": "S", "clients": "HAL", "noted_on": "2026-11-01",
        "expires_on": "2027-01-01", "source": "https://a.example",
    }  # fmt: skip

    def load(**change: str) -> Any:
        return load_rows("intelligence", [{**row, **change}], actor="x", now=timezone.now(), user=owner)

    assert load().created == 1
    assert load().unchanged == 1
    assert load(title="U").updated == 1
    for change in ({"clients": "NO"}, {"clients": "", "key": "N2"}, {"source": "javascript:1"}, {"kind": "rumour"}):
        assert load(**change).rejected == 1, change
    theirs = make_client("OTH", owner=make_user("director", email="else@example.com"))
    other = make_note(world, clients=[theirs], key="N3")
    assert load(key=other.key).rejected == 1
