"""The builder: order by drag and keys, hidden, doubled and own slides, words tried on their page, figures that move."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Client
from common.models import AuditEntry
from common.records import StaleRecord
from people.models import User
from qbr.access import get_deck_for
from qbr.actions import decks as actions
from qbr.calc.compose import compose
from qbr.calc.outline import MOST_ADDED, arranged, is_key, keys_of, moved, with_added
from qbr.forms import cards_of
from qbr.models import Deck, SlideEdit, SlideNote
from qbr.queries.decks import compose_deck
from tests.financials.books import NOW, budget, post
from tests.qbr.test_compose import data
from tests.qbr.test_reviews import words_of

pytestmark = pytest.mark.django_db


def order_of(user: User, pk: int) -> list[str]:
    return keys_of(compose_deck(user, get_deck_for(user, pk), now=NOW).plain)


def sent(browser: Any, deck: Deck, **values: str) -> Any:
    version = str(Deck.objects.get(pk=deck.pk).version)
    return browser.post(reverse("review_order", args=[deck.pk]), {"version": version, **values})


# --- the outline, plain ------------------------------------------------------------------------------------------


def test_a_slide_that_is_new_stands_after_the_one_before_it() -> None:
    made = compose(data())
    short = [key for key in keys_of(made) if key != "moves"]
    short.remove("plan")
    short.append("plan")
    # moves follows the deep dive, as it would by itself; the plan stays where it was put.
    found = keys_of(arranged(made, short))
    assert found.index("moves") == found.index("dive") + 1
    assert found[-1] == "plan"
    assert keys_of(arranged(made, ["gone", "dive~2", "own~1"]))[:3] == ["decisions", "summary", "scorecard"]


def test_steps_and_additions() -> None:
    assert moved(["a", "b", "c"], "a", -1) == ["a", "b", "c"]
    assert moved(["a", "b", "c"], "a", 1) == ["b", "a", "c"]
    assert with_added(["dive", "plan"], "dive", "dive") == (["dive", "dive~2", "plan"], "dive~2")
    assert with_added(["dive", "own~1"], "own", "dive") == (["dive", "own~2", "own~1"], "own~2")
    assert [key for key in ("dive", "dive~2", "own~1", "own", "dive~0", "x~1", "dive~123", "../a") if is_key(key)] == [
        "dive", "dive~2", "own~1",
    ]  # fmt: skip


# --- by hand -----------------------------------------------------------------------------------------------------


def test_slides_are_moved_by_drag_and_by_steps(deck: Deck, owner: User, sign_in: Any) -> None:
    browser, before = sign_in(owner), order_of(owner, deck.pk)
    answer = sent(browser, deck, slide="summary", step="down")
    assert answer["Location"].endswith("#slide-summary")
    now = order_of(owner, deck.pk)
    assert now.index("summary") == before.index("summary") + 1
    sent(browser, deck, order=",".join(reversed(before)))
    assert order_of(owner, deck.pk) == before[::-1]
    assert AuditEntry.objects.filter(verb="arranged slides", object_id=str(deck.pk)).count() == 2


def test_two_who_arrange_at_once_do_not_undo_each_other(deck: Deck, owner: User, sign_in: Any) -> None:
    browser, keys = sign_in(owner), order_of(owner, deck.pk)
    stale = str(deck.version)
    sent(browser, deck, slide="summary", step="down")
    first = order_of(owner, deck.pk)
    browser.post(reverse("review_order", args=[deck.pk]), {"version": stale, "order": ",".join(reversed(keys))})
    assert order_of(owner, deck.pk) == first
    with pytest.raises(StaleRecord):
        actions.arrange(deck=get_deck_for(owner, deck.pk), outline=keys, expected=99, actor=owner)


@pytest.mark.parametrize("order", ["summary,summary", "summary,<b>", "title~x", "a" * 2000])
def test_an_order_that_is_none_is_refused(order: str, deck: Deck, owner: User, sign_in: Any) -> None:
    before = order_of(owner, deck.pk)
    assert sent(sign_in(owner), deck, order=order).status_code == 302
    assert order_of(owner, deck.pk) == before


def test_a_slide_is_doubled_written_and_taken_away(deck: Deck, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    sent(browser, deck, slide="pnl", add="pnl")
    assert "pnl~2" in order_of(owner, deck.pk)
    words_of(browser, deck, "pnl~2", headline="The same figures, read for procurement")
    made = compose_deck(owner, get_deck_for(owner, deck.pk), now=NOW).deck
    assert [item.headline for item in made.slides if item.kind == "pnl"][1] == "The same figures, read for procurement"
    sent(browser, deck, slide="pnl~2", remove="yes")
    assert "pnl~2" not in order_of(owner, deck.pk)
    assert not SlideEdit.objects.filter(slide="pnl~2").exists()
    sent(browser, deck, slide="pnl", remove="yes")
    assert "pnl" in order_of(owner, deck.pk)


def test_a_slide_of_ones_own_prints_once_it_says_something(deck: Deck, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    sent(browser, deck, slide="summary", add="own")
    assert "own" not in [item.kind for item in compose_deck(owner, get_deck_for(owner, deck.pk), now=NOW).deck.slides]
    words_of(
        browser, deck, "own~1", headline="Two offices become one in March", section="What changes with us",
        head_0="Who moves", points_0="The studio | on 2 March\nThe desk",
    )  # fmt: skip
    page = browser.get(reverse("review_preview", args=[deck.pk])).content.decode().replace("\u00a0", " ")
    assert "Two offices become one in March" in page
    assert "What changes with us" in page
    assert "on 2 March" in page


def test_so_many_slides_of_ones_own_and_no_more(deck: Deck, owner: User) -> None:
    keys = [f"own~{n}" for n in range(1, MOST_ADDED + 2)]
    with pytest.raises(ValueError, match="at most"):
        actions.arrange(deck=deck, outline=keys, expected=deck.version, actor=owner)


def test_a_slide_left_out_keeps_its_words(deck: Deck, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    words_of(browser, deck, "summary", headline="A good October")
    hide = reverse("review_hide", args=[deck.pk, "summary"])
    browser.post(hide, {"hidden": "yes"})
    kinds = [item.kind for item in compose_deck(owner, get_deck_for(owner, deck.pk), now=NOW).deck.slides]
    assert "summary" not in kinds
    words_of(browser, deck, "summary", headline="A better October", version="2")
    browser.post(hide)
    assert SlideEdit.objects.get(slide="summary").words == {"headline": "A good October"}
    assert not SlideEdit.objects.get(slide="summary").hidden


def test_a_slide_the_review_does_not_have_is_not_left_out(deck: Deck, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    for slide in ("own~7", "dive~9", "nothing"):
        assert browser.post(reverse("review_hide", args=[deck.pk, slide]), {"hidden": "yes"}).status_code == 404
    answer = browser.post(reverse("review_hide", args=[deck.pk, "title"]), {"hidden": "yes"}, follow=True)
    assert "The title slide stays." in answer.content.decode()
    assert not SlideEdit.objects.exists()
    note = browser.post(reverse("review_note", args=[deck.pk, "own~7"]), {"text": "Say it slowly", "version": "0"})
    assert (note.status_code, SlideNote.objects.exists()) == (404, False)


def test_words_are_tried_on_their_page_and_not_kept(deck: Deck, owner: User, sign_in: Any) -> None:
    url = reverse("review_try", args=[deck.pk, "summary"])
    answer = sign_in(owner).post(url, {"summary-headline": "Only a thought so far"})
    page = answer.content.decode().replace("\u00a0", " ")
    assert "Only a thought so far" in page
    assert page.count("<section") == 1
    assert "script-src 'none'" in answer["Content-Security-Policy"]
    assert not SlideEdit.objects.exists()
    assert sign_in(owner).post(reverse("review_try", args=[deck.pk, "nope"])).status_code == 404


def test_figures_that_move_on_are_told_and_one_slide_follows_alone(deck: Deck, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    words_of(browser, deck, "summary", headline="A good October", dek="In our own words")
    words_of(browser, deck, "pnl", headline="Fees as agreed")

    def said(key: str) -> str:
        found = get_deck_for(owner, deck.pk)
        return next(card.said for card in cards_of(found, compose_deck(owner, found, now=NOW)) if card.key == key)

    assert said("summary") == ""
    budget(deck.client, "gross_revenue", "500000", service_line="Media")
    budget(deck.client, "pass_through", "120000", service_line="Media")
    assert said("summary") == "Net fees of $400.0k are $20.0k over budget"
    take = reverse("review_take", args=[deck.pk, "summary"])
    browser.post(take, {"keep": "yes"})
    assert said("summary") == ""
    post(deck.client, "gross_revenue", "10000", service_line="Media")
    assert said("summary") == "Net fees of $410.0k are $30.0k over budget"
    browser.post(take)
    assert SlideEdit.objects.get(slide="summary").words == {"dek": "In our own words"}
    assert SlideEdit.objects.get(slide="pnl").words == {"headline": "Fees as agreed"}


def test_an_internal_review_is_not_for_those_without_stance(
    client: Client, owner: User, finance: User, leadership: User, sign_in: Any
) -> None:
    made = actions.create_deck(
        client=client, period="2026-10", kind="qbr", audience="internal", held_on=None, actor=owner
    )
    assert sign_in(leadership).get(reverse("review", args=[made.pk])).status_code == 200
    assert sign_in(finance).get(reverse("review", args=[made.pk])).status_code == 404


def test_a_frozen_review_is_not_arranged(deck: Deck, owner: User, sign_in: Any) -> None:
    actions.freeze_deck(deck=deck, actor=owner, now=NOW, confirmed=True)
    browser = sign_in(owner)
    for route in ("review_hide", "review_take"):
        assert browser.post(reverse(route, args=[deck.pk, "summary"])).status_code == 302
    sent(browser, deck, slide="summary", step="down")
    assert Deck.objects.get(pk=deck.pk).outline == []


def test_a_new_edition_keeps_the_order(deck: Deck, owner: User, sign_in: Any) -> None:
    sent(sign_in(owner), deck, slide="summary", step="down")
    arranged_deck = get_deck_for(owner, deck.pk)
    actions.freeze_deck(deck=arranged_deck, actor=owner, now=NOW, confirmed=True)
    made = actions.new_edition(deck=get_deck_for(owner, deck.pk), actor=owner)
    assert made.outline == arranged_deck.outline
