"""What our work is worth: shares, what the client confirms through its link, and what that returns."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
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
from portfolio.imports.runner import load_rows
from qbr.actions import value as actions
from qbr.calc.value import by_year, claimed, confirmed, npv, payback, roi
from qbr.models import Benefit, BenefitAmount, ValueAsk
from qbr.queries.value import SALT, load_value, token_of
from tests.makers import make_client, make_contact

pytestmark = pytest.mark.django_db
JULY, AUGUST, SEPTEMBER = (date(2026, month, 1) for month in (7, 8, 9))


def test_worked_figures() -> None:
    assert round(npv([D(-100_000), D(60_000), D(60_000)], D("0.10")), 2) == D("4132.23")
    assert roi(D(318), D(100)) == D("2.18")
    assert roi(D(318), D(0)) is None
    third = {JULY: D("100"), AUGUST: D("100"), SEPTEMBER: D("100")}
    assert claimed(third, D("0.3333"), "USD") == {JULY: D("33.33"), AUGUST: D("33.33"), SEPTEMBER: D("33.33")}
    assert confirmed(third, D("100"), "USD") == {JULY: D("33.33"), AUGUST: D("33.34"), SEPTEMBER: D("33.33")}
    costs = {JULY: D(100), AUGUST: D(10)}
    assert payback({JULY: D(20), AUGUST: D(50), SEPTEMBER: D(40)}, costs) == 3
    assert payback({JULY: D(20)}, costs) is None
    assert by_year({JULY: D(5), date(2027, 7, 1): D(7)}, {JULY: D(9)}) == [D(-4), D(7)]


@pytest.fixture(autouse=True)
def _no_calls_counted() -> None:
    cache.clear()


@pytest.fixture
def client(owner: User) -> Client:
    return make_client("VAL", owner=owner, currency="USD")


def benefit(client: Client, title: str, amount: str, **more: Any) -> Benefit:
    made = Benefit.objects.create(
        client=client, title=title, driver="cost", currency="USD", note="Zqours alone", **{"hard": True, **more}
    )
    BenefitAmount.objects.create(benefit=made, month=SEPTEMBER, amount=D(amount))
    return made


@pytest.fixture
def asked(client: Client, owner: User) -> ValueAsk:
    now = timezone.now()
    made = [
        benefit(client, "Print saved", "1000", share=D("0.6"), share_reason="Their own idea as well"),
        benefit(client, "Media saved", "500"),
        benefit(client, "Time saved", "90", hard=False),
    ]
    until = client.local_date(now) + timedelta(days=7)
    return actions.ask(
        client=client, contact=make_contact(client), benefits=made, expires_on=until, actor=owner, now=now
    )


def address(value_ask: ValueAsk) -> str:
    return reverse("value_answer", args=[token_of(value_ask)])


def body(value_ask: ValueAsk, *said: tuple[str, str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one, (verdict, amount, reason) in zip(value_ask.benefits.order_by("pk"), said, strict=False):
        found |= {f"verdict_{one.pk}": verdict, f"amount_{one.pk}": amount, f"reason_{one.pk}": reason}
    return found


def test_the_client_confirms_corrects_and_leaves_open(asked: ValueAsk, client: Client, owner: User) -> None:
    browser, url = Browser(), address(asked)
    page = browser.get(url)
    assert (page.status_code, page["Referrer-Policy"], page["X-Robots-Tag"]) == (200, "same-origin", "noindex")
    assert b"600.00" in page.content
    assert b"Zqours" not in page.content
    assert browser.post(url, {}).status_code == 422
    assert browser.post(url, body(asked, ("edit", "", "Lower"))).status_code == 422
    assert browser.post(url, body(asked, ("edit", "-5", "Lower"))).status_code == 422
    assert browser.post(url, body(asked, ("decline", "", ""))).status_code == 422
    assert not Benefit.objects.exclude(state="sent").exists()
    assert browser.post(url, body(asked, ("accept", "", ""), ("edit", "400", "We count 400"))).status_code == 200
    states = list(Benefit.objects.order_by("pk").values_list("state", "confirmed", "answered_by"))
    name = asked.contact.name
    assert states == [("accepted", D(600), name), ("edited", D(400), name), ("sent", None, "")]
    trail = AuditEntry.objects.filter(verb="answered", object_kind="benefit")
    assert [entry.actor for entry in trail] == [f"value link: {name}"] * 2
    value = load_value(owner, client, now=timezone.now())
    assert value.signed.value == D(1000)
    assert [(rung.count, rung.amount) for rung in value.ladder] == [
        (2, D(1000)),
        (1, D(90)),
        (0, D(0)),
        (0, D(0)),
        (0, D(0)),
    ]


def test_a_benefit_takes_one_answer(asked: ValueAsk) -> None:
    url, whole = address(asked), body(asked, ("accept", "", ""), ("decline", "", "Not so"), ("accept", "", ""))
    assert Browser().post(url, whole).status_code == 200
    assert Browser().post(url, whole).status_code == 410
    assert Browser().get(url).status_code == 410
    first = asked.benefits.order_by("pk")[0]
    with pytest.raises(actions.NotOpen):
        actions.answer(value_ask=asked, given=[actions.Answer(first.pk, "decline")], now=timezone.now())
    assert Benefit.objects.get(pk=first.pk).state == "accepted"


def test_links_end_are_taken_back_and_cannot_be_forged(asked: ValueAsk, owner: User, sign_in: Any) -> None:
    url, browser = address(asked), Browser()
    for forged in (f"{token_of(asked)}x", signing.dumps([asked.pk, "guess"], salt=SALT, compress=True), "1"):
        assert browser.get(reverse("value_answer", args=[forged])).status_code == 404
    ValueAsk.objects.filter(pk=asked.pk).update(expires_on=date(2026, 1, 1))
    assert browser.post(url, body(asked, ("accept", "", ""))).status_code == 410
    ValueAsk.objects.filter(pk=asked.pk).update(expires_on=date(2199, 1, 1))
    path = reverse("value_ask_end", args=[asked.client.key, asked.pk])
    assert sign_in(owner).post(path).status_code == 302
    assert browser.get(url).status_code == 410
    assert set(Benefit.objects.values_list("state", flat=True)) == {"proposed"}


def test_what_was_sent_since_its_page_was_read_is_neither_changed_nor_deleted(client: Client, owner: User) -> None:
    read, now = benefit(client, "Print saved", "10"), timezone.now()
    one, until = Benefit.objects.get(pk=read.pk), client.local_date(now)
    actions.ask(client=client, contact=make_contact(client), benefits=[one], expires_on=until, actor=owner, now=now)
    with pytest.raises(actions.Settled):
        actions.change_benefit(benefit=read, values={"title": "Other"}, expected=None, actor=owner)
    with pytest.raises(actions.Settled):
        actions.remove_benefit(benefit=read, actor=owner)


def test_what_comes_to_more_than_can_be_kept_is_not_sent(client: Client, owner: User) -> None:
    one, now = benefit(client, "Print saved", "99999999999999"), timezone.now()
    actions.set_amount(benefit=one, month=JULY, amount=D("99999999999999"), actor=owner)
    until, contact = client.local_date(now), make_contact(client)
    with pytest.raises(actions.AskRefused, match="more than can be kept"):
        actions.ask(client=client, contact=contact, benefits=[one], expires_on=until, actor=owner, now=now)


def test_nobody_asks_a_seat_whose_holder_is_not_known(client: Client, owner: User, sign_in: Any) -> None:
    one, seat = benefit(client, "Print saved", "10"), make_contact(client, identified=False)
    said = {"contact": seat.pk, "benefits": one.pk, "expires_on": client.local_date(timezone.now())}
    assert sign_in(owner).post(reverse("value_ask", args=[client.key]), said).status_code == 422


def test_the_link_of_somebody_who_is_erased_opens_nothing(asked: ValueAsk, owner: User) -> None:
    url = address(asked)
    assert Browser().get(url).status_code == 200
    made = erase_contact(contact=asked.contact, reason="Asked for it", actor=owner, now=timezone.now())
    assert made.counts["open request to confirm"] == 1
    assert Browser().get(url).status_code == 410
    assert set(Benefit.objects.values_list("state", flat=True)) == {"proposed"}


def test_too_many_calls_are_refused(asked: ValueAsk, settings: Any) -> None:
    codes = {Browser().get(reverse("value_answer", args=["no"])).status_code for _ in range(130)}
    assert codes == {404, 429}


def test_what_the_client_has_seen_stays_as_it_was(asked: ValueAsk, owner: User, sign_in: Any) -> None:
    first = asked.benefits.order_by("pk")[0]
    browser, base = sign_in(owner), reverse("benefit", args=[asked.client.key, first.pk])
    good = {"title": "More saved", "driver": "cost", "share": "1", "confidence": "high", "currency": "USD",
            "version": str(first.version)}  # fmt: skip
    for path, sent in (("edit/", good), ("months/", {"month": "2026-08", "amount": "9"}), ("remove/", {})):
        assert browser.post(f"{base}{path}", sent).status_code == 302
    held = Benefit.objects.get(pk=first.pk)
    assert (held.title, held.amounts.count(), held.state) == ("Print saved", 1, "sent")
    row = {"benefit": held.key, "month": "2026-08", "amount": "7"}
    loaded = load_rows("benefit_amounts", [row], actor="x", now=timezone.now(), user=owner)
    assert loaded.rejected == 1
    Browser().post(address(asked), body(asked, ("accept", "", "")))
    assert browser.post(f"{base}reopen/", {"reason": "Counted twice"}).status_code == 302
    held = Benefit.objects.get(pk=first.pk)
    assert (held.state, held.confirmed, held.answered_by) == ("proposed", None, "")
    assert browser.post(f"{base}months/", {"month": "2026-08", "amount": "9"}).status_code == 302
    assert held.amounts.count() == 2


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"share": "60"}, "0.6"),
        ({"share": "0.6"}, "share_reason"),
        ({"share": "0"}, "above 0"),
        ({"driver": "luck"}, "driver"),
        ({"evidence_url": "javascript:alert(1)"}, "https://"),
        ({"client": "NIL"}, "unknown"),
    ],
)
def test_files_say_what_is_wrong(client: Client, owner: User, row: dict[str, str], why: str) -> None:
    good = {"key": "B1", "client": "VAL", "title": "Saved", "driver": "cost", "currency": "USD"}
    done = load_rows("benefits", [{**good, **row}], actor="x", now=timezone.now(), user=owner)
    assert done.rejected == 1
    assert not Benefit.objects.exists()


def test_files_bring_benefits_and_their_months(client: Client, owner: User) -> None:
    def load(kind: str, row: dict[str, str]) -> Any:
        return load_rows(kind, [row], actor="x", now=timezone.now(), user=owner)

    good = {"key": "B1", "client": "VAL", "title": "Saved", "driver": "cost", "hard": "yes", "currency": "USD"}
    assert (load("benefits", good).created, load("benefits", good).unchanged) == (1, 1)
    month = {"benefit": "B1", "month": "2026-09", "amount": "40"}
    assert load("benefit_amounts", month).created == 1
    assert load("benefit_amounts", {**month, "amount": "41"}).updated == 1
    cost = {"key": "V1", "client": "VAL", "title": "Tool", "month": "2026-09", "amount": "9", "currency": "USD"}
    assert load("value_costs", cost).created == 1
    page = load_value(owner, client, now=timezone.now())
    assert (page.signed.value, page.rows[0].claimed, page.roi.value) == (D(0), D(41), None)
