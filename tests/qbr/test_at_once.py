"""Two who do the same to a review or a benefit at one moment: it happens once, and the other is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Client, Survey
from common.models import AuditEntry
from people.models import User
from qbr.access import get_deck_for
from qbr.actions import brand, decks, reviews, value
from qbr.calc.cadence import Cadence
from qbr.models import Deck, DeckBrand, DeckTemplate, Review, ReviewCadence
from qbr.queries.brand import own_look
from tests.at_once import at_once
from tests.financials.books import NOW
from tests.makers import make_contact
from tests.qbr.test_value import benefit

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
FOUR = range(4)


def kinds(found: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ for one in found)


def test_a_correction_is_begun_once(client: Client, owner: User) -> None:
    made = decks.create_deck(client=client, period="2026-10", kind="qbr", audience="client", held_on=None, actor=owner)
    decks.freeze_deck(deck=get_deck_for(owner, made.pk), actor=owner, now=NOW, confirmed=True)
    deck = get_deck_for(owner, made.pk)
    found = at_once([lambda: decks.new_edition(deck=deck, actor=owner) for _ in FOUR])
    assert {getattr(one, "edition", one) for one in found} == {2}
    assert Deck.objects.count() == 2


@pytest.mark.parametrize(
    ("act", "model"),
    [
        (
            lambda owner: brand.set_brand(
                client=None, colours={"colour": "#112233", "accent": ""}, logo=brand.KEPT, expected=0, actor=owner
            ),
            DeckBrand,
        ),
        (
            lambda owner: reviews.set_cadence(tier="key", cadence=Cadence(4, True), expected=0, actor=owner),
            ReviewCadence,
        ),
    ],
)
def test_what_is_first_set_twice_at_once_is_set_once(act: Callable[[User], Any], model: Any, owner: User) -> None:
    found = at_once([lambda: act(owner) for _ in FOUR])
    assert kinds(found)["StaleRecord"] == 3
    assert (model.objects.count(), model.objects.get().version) == (1, 1)
    assert AuditEntry.objects.filter(verb="changed").count() == 1


def test_a_template_set_twice_at_once_breaks_on_nobody(owner: User) -> None:
    found = at_once([lambda: brand.set_template(kind="qbr", slides=["kpis"], actor=owner) for _ in FOUR])
    assert kinds(found).keys() <= {"DeckTemplate", "StaleRecord"}
    assert DeckTemplate.objects.get().slides == ["kpis"]
    assert own_look(None) is None


def test_their_side_is_asked_by_one_survey(client: Client, owner: User) -> None:
    values = {"kind": "qbr", "period": "2026-10", "day": date(2026, 11, 12)}
    review = reviews.plan_review(client=client, values=values, actor=owner, now=NOW)
    Review.objects.filter(pk=review.pk).update(state="held")
    contact = make_contact(client)
    found = at_once(
        [lambda: reviews.ask_to_rate(review=review, contacts=[contact], mail=False, actor=owner, now=NOW) for _ in FOUR]
    )
    assert sorted(found) == [0, 0, 0, 1]
    assert Survey.objects.count() == 1


def test_a_benefit_deleted_twice_at_once_is_told_once(client: Client, owner: User) -> None:
    one = benefit(client, "Print saved", "10")
    found = at_once([lambda: value.remove_benefit(benefit=one, actor=owner) for _ in FOUR])
    assert kinds(found) == {"NoneType": 1, "Http404": 3}
    assert AuditEntry.objects.filter(verb="deleted").count() == 1


def test_a_benefit_is_sent_to_one_and_answered_once(client: Client, owner: User) -> None:
    one, now = benefit(client, "Print saved", "10"), timezone.now()
    contact, until = make_contact(client), client.local_date(now)

    def ask() -> Any:
        return value.ask(client=client, contact=contact, benefits=[one], expires_on=until, actor=owner, now=now)

    found = at_once([ask for _ in FOUR])
    assert kinds(found) == {"ValueAsk": 1, "AskRefused": 3}
    asked = next(made for made in found if not isinstance(made, Exception))
    said = [value.Answer(one.pk, "accept")]
    answered = at_once([lambda: value.answer(value_ask=asked, given=said, now=now) for _ in FOUR])
    assert kinds(answered) == {"int": 1, "NotOpen": 3}
