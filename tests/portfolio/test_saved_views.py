"""Saved views: an address under a name, private or shared, on any page that registers for them."""

from __future__ import annotations

from typing import Any

import pytest

from common.models import AuditEntry, SavedView, ViewPin
from common.saved_views import MOST, plain_query
from people.models import User
from tests.financials.books import post
from tests.makers import make_client

pytestmark = pytest.mark.django_db


def keep(browser: Any, name: str, query: str, page: str = "clients", **more: str) -> Any:
    return browser.post(f"/views/{page}/save/", {"name": name, "query": query, **more})


def test_a_view_is_kept_opened_renamed_and_deleted(owner: User, sign_in: Any) -> None:
    make_client("A", owner=owner, tier="key", name="Alpha")
    make_client("B", owner=owner, tier="growth", name="Beta")
    browser = sign_in(owner)
    answer = keep(browser, "  Key   accounts ", "tier=key&sort=-name&page=3&format=csv")
    assert (answer.status_code, answer["Location"]) == (302, "/clients/?tier=key&sort=-name")
    view = SavedView.objects.get()
    assert (view.name, view.query, view.shared, view.owner_id) == (
        "Key accounts", "tier=key&sort=-name", False, owner.pk,
    )  # fmt: skip
    page = browser.get("/clients/?tier=key&sort=-name").text
    assert "View <b>Key accounts</b>" in page
    assert "Alpha" in page
    assert "Beta" not in page
    assert "View <b>All</b>" in browser.get("/clients/?tier=growth").text
    browser.post(f"/views/{view.pk}/change/", {"name": "Key ones", "shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.shared, view.version) == ("Key ones", True, 2)
    browser.post(f"/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()
    told = AuditEntry.objects.filter(object_kind="saved view").order_by("pk").values_list("verb", "changes")
    assert list(told) == [
        ("saved view", {"query": [None, "tier=key&sort=-name"], "shared": [None, False]}),
        ("changed view", {"name": ["Key accounts", "Key ones"], "shared": [False, True]}),
        ("deleted view", {"query": ["tier=key&sort=-name", None]}),
    ]


def test_saving_under_a_name_of_one_s_own_replaces_it(owner: User, outsider: User, sign_in: Any) -> None:
    keep(sign_in(outsider), "Mine", "tier=growth")
    browser = sign_in(owner)
    keep(browser, "Mine", "tier=key")
    keep(browser, "Mine", "tier=strategic")
    assert list(SavedView.objects.filter(owner_id=owner.pk).values_list("query", flat=True)) == ["tier=strategic"]
    assert SavedView.objects.get(owner_id=outsider.pk).query == "tier=growth"


def test_a_private_view_is_there_for_nobody_else_and_a_shared_one_to_read(
    owner: User, outsider: User, sign_in: Any
) -> None:
    keep(sign_in(owner), "Secret plan", "tier=key")
    keep(sign_in(owner), "Common ground", "tier=growth", shared="on")
    other = sign_in(outsider)
    page = other.get("/clients/").text
    assert "Secret plan" not in page
    assert "Common ground" in page
    for view in SavedView.objects.all():
        for act in ("change", "delete"):
            assert other.post(f"/views/{view.pk}/{act}/", {"name": "Taken"}).status_code == 404
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["Common ground", "Secret plan"]
    assert "/change/" not in other.get("/clients/?tier=growth").text


def test_a_shared_view_of_a_client_is_there_for_those_who_see_the_client(
    owner: User, manager: User, outsider: User, sign_in: Any
) -> None:
    make_client("HUSH", owner=owner, members=(manager,))
    keep(sign_in(owner), "Pitch at Hush", "client=HUSH&stage=Proposal", page="pipeline", shared="on")
    keep(sign_in(owner), "All proposals", "stage=Proposal", page="pipeline", shared="on")
    assert "Pitch at Hush" in sign_in(manager).get("/pipeline/").text
    page = sign_in(outsider).get("/pipeline/").text
    assert "All proposals" in page
    assert "HUSH" not in page
    assert "Hush" not in page


def test_of_two_clients_both_must_be_in_sight(owner: User, outsider: User, sign_in: Any) -> None:
    make_client("HUSH", owner=owner)
    make_client("OPEN", owner=outsider)
    keep(sign_in(owner), "Both", "client=OPEN&client=HUSH", page="pipeline", shared="on")
    keep(sign_in(owner), "Nobody", "client=GONE", page="pipeline", shared="on")
    page = sign_in(outsider).get("/pipeline/").text
    assert "Both" not in page
    assert "Nobody" not in page
    assert "Nobody" in sign_in(owner).get("/pipeline/").text


def test_each_page_has_its_own_and_only_its_readers_keep_any(owner: User, legal: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    keep(browser, "Commits", "category=commit", page="pipeline")
    assert "Commits" in browser.get("/pipeline/").text
    assert "Commits" not in browser.get("/clients/").text
    assert keep(sign_in(legal), "Deals", "q=x", page="pipeline").status_code == 403
    assert keep(browser, "None", "q=x", page="nowhere").status_code == 404
    assert browser.get("/views/clients/save/").status_code == 405


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("", "tier=key", "1 to 60 characters"),
        ("x" * 61, "tier=key", "1 to 60 characters"),
        ("Long", "q=" + "x" * 2000, "too long to keep"),
    ],
)
def test_what_cannot_be_kept_is_said(owner: User, sign_in: Any, name: str, query: str, said: str) -> None:
    browser = sign_in(owner)
    answer = browser.post("/views/clients/save/", {"name": name, "query": query}, follow=True)
    assert said in answer.text
    assert not SavedView.objects.exists()


def test_a_name_taken_and_a_full_list_are_said(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    SavedView.objects.bulk_create(
        SavedView(page="clients", name=f"V{n}", query=f"q={n}", owner_id=owner.pk) for n in range(MOST)
    )
    assert (
        "delete one first"
        in browser.post("/views/clients/save/", {"name": "One more", "query": "q=z"}, follow=True).text
    )
    first = SavedView.objects.get(name="V0")
    assert (
        "You have a view named V1 already"
        in browser.post(f"/views/{first.pk}/change/", {"name": "V1"}, follow=True).text
    )
    assert SavedView.objects.count() == MOST


def test_names_and_filters_are_text(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    answer = keep(browser, "<script>x</script>", "q=%22%3E%3Cscript%3E&next=//evil.example/\x00")
    assert answer["Location"] == "/clients/?q=%22%3E%3Cscript%3E&next=%2F%2Fevil.example%2F"
    assert "<script>x" not in browser.get("/clients/").text


def test_one_spelling_of_an_address() -> None:
    assert plain_query("?tier=key&page=2&csrfmiddlewaretoken=t&q=a%20b&columns=a&columns=b&owner=") == (
        "tier=key&q=a+b&columns=a&columns=b&owner="
    )


def test_a_view_is_pinned_to_one_s_own_cockpit_in_an_order_and_taken_off(owner: User, sign_in: Any) -> None:
    make_client("A", owner=owner, tier="key", name="Alpha")
    make_client("B", owner=owner, tier="growth", name="Beta")
    browser = sign_in(owner)
    keep(browser, "Key accounts", "tier=key")
    keep(browser, "Growing", "tier=growth")
    key, growing = SavedView.objects.order_by("pk")
    assert "Pin to my cockpit" in browser.get("/clients/?tier=key").text
    assert browser.post(f"/views/{key.pk}/pin/", {"pinned": "1"})["Location"] == "/clients/?tier=key"
    browser.post(f"/views/{key.pk}/pin/", {"pinned": "1"})
    browser.post(f"/views/{growing.pk}/pin/", {"pinned": "1"})
    assert "Take off my cockpit" in browser.get("/clients/?tier=key").text
    home = browser.get("/views/pinned/").text
    assert home.index(f"/views/{key.pk}/tile/") < home.index(f"/views/{growing.pk}/tile/")
    browser.post(f"/views/{growing.pk}/move/")
    home = browser.get("/views/pinned/").text
    assert home.index(f"/views/{growing.pk}/tile/") < home.index(f"/views/{key.pk}/tile/")
    tile = browser.get(f"/views/{key.pk}/tile/", headers={"HX-Request": "true"}).text
    assert "1 client, none marked at risk" in tile
    assert "Alpha" in tile
    assert "Beta" not in tile
    assert "<html" not in tile
    assert "<html" in browser.get(f"/views/{key.pk}/tile/").text
    assert browser.post(f"/views/{key.pk}/pin/", {"cockpit": "1"})["Location"] == "/"
    assert f"/views/{key.pk}/tile/" not in browser.get("/views/pinned/").text
    told = AuditEntry.objects.filter(object_kind="saved view", verb__contains="pinned").order_by("pk")
    assert list(told.values_list("verb", "object_id", "changes")) == [
        ("pinned view", str(key.pk), {"position": [None, 1]}),
        ("pinned view", str(growing.pk), {"position": [None, 2]}),
        ("moved pinned view", str(growing.pk), {"position": [2, 1]}),
        ("unpinned view", str(key.pk), {"position": [2, None]}),
    ]


def test_a_shared_view_is_pinned_by_those_who_see_it_and_gone_when_it_is_shared_no_more(
    owner: User, manager: User, outsider: User, sign_in: Any
) -> None:
    make_client("HUSH", owner=owner, members=(manager,))
    keep(sign_in(owner), "Pitch at Hush", "client=HUSH", page="pipeline", shared="on")
    view = SavedView.objects.get()
    assert sign_in(outsider).post(f"/views/{view.pk}/pin/", {"pinned": "1"}).status_code == 404
    assert sign_in(outsider).get(f"/views/{view.pk}/tile/").status_code == 404
    browser = sign_in(manager)
    browser.post(f"/views/{view.pk}/pin/", {"pinned": "1"})
    assert "Pitch at Hush" in browser.get("/views/pinned/").text
    assert "Pitch at Hush" not in sign_in(owner).get("/views/pinned/").text
    sign_in(owner).post(f"/views/{view.pk}/change/", {"name": view.name})
    assert "Pitch at Hush" not in browser.get("/views/pinned/").text
    assert browser.get(f"/views/{view.pk}/tile/").status_code == 404
    sign_in(owner).post(f"/views/{view.pk}/delete/")
    assert not ViewPin.objects.exists()


def test_a_cockpit_takes_six(owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    for number in range(7):
        keep(browser, f"View {number}", f"q=word{number}")
    *first, last = SavedView.objects.order_by("pk")
    for view in first:
        browser.post(f"/views/{view.pk}/pin/", {"pinned": "1"})
    answer = browser.post(f"/views/{last.pk}/pin/", {"pinned": "1"}, follow=True)
    assert "There are 6 views on your cockpit already" in answer.text
    assert ViewPin.objects.count() == 6


def test_tiles_of_deals_and_of_the_ledger_say_their_page_s_own_figure(owner: User, sign_in: Any) -> None:
    client = make_client("A", owner=owner, name="Alpha", currency="USD")
    post(client, "gross_revenue", "1000.00")
    post(client, "delivery_labour", "400.00")
    browser = sign_in(owner)
    keep(browser, "Deals", "stage=Proposal", page="pipeline")
    keep(browser, "By client", "rows=client&measure=gross_profit&from=2026-10&to=2026-10", page="pnl")
    keep(browser, "Ladder", "client=A&from=2026-10&to=2026-10", page="pnl")
    deals, groups, ladder = SavedView.objects.order_by("pk")
    assert "pipeline.weighted:" in browser.get(f"/views/{deals.pk}/tile/").text
    shown = browser.get(f"/views/{groups.pk}/tile/").text
    assert "pnl.gross_profit:" in shown
    assert "$600" in shown
    assert "/financials/pnl/?client=A" in shown
    assert "$600" in browser.get(f"/views/{ladder.pk}/tile/").text
