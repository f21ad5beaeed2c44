"""The cockpit's list of things to do: the headline counts them all, the list shows the most pressing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Commitment
from common.attention import AttentionItem
from financials.models import Invoice
from portfolio.queries.cockpit_attention import SHOWN, ranked, to_do
from tests.makers import make_client, make_user

pytestmark = pytest.mark.django_db


def test_a_cut_list_says_so_and_opens_whole(sign_in: Any) -> None:
    owner = make_user("director", email="dora@x.example")
    client = make_client("ACME", owner=owner)
    today = client.local_date(timezone.now())
    for number in range(11):
        due = today - timedelta(days=number + 3)
        Commitment.objects.create(key=f"P-{number}", client=client, side="ours", text=f"Promise {number}", due=due)
    browser = sign_in(owner)
    cut, whole = browser.get("/").content.decode(), browser.get("/?attention=all").content.decode()
    assert "Eleven things need you, all of them today" in cut
    assert "The eight most pressing" in cut
    assert cut.count('class="attention-item"') == 8
    assert 'href="?attention=all#attention"' in cut
    assert whole.count('class="attention-item"') == 11
    assert "?attention=all" not in whole


def item(client: str, lead: str, *, shape: str = "at_risk", group: str = "Today", day: int = 1) -> AttentionItem:
    return AttentionItem(client, client.title(), shape, lead, "", "Open", "/", date(2026, 11, day), group)


def leads(items: Sequence[AttentionItem], **asked: Any) -> list[tuple[str, int]]:
    return [(row.item.lead, row.others) for _, rows in to_do(items, **asked).groups for row in rows]


def test_the_larger_client_comes_first_and_each_before_any_twice() -> None:
    sizes = {"large": Decimal(9), "small": Decimal(1)}
    items = ranked(
        [
            *(item("small", f"s{number}", day=number + 1) for number in range(9)),
            item("large", "l-watch", shape="watch"), item("large", "l-week", group="This week"),
            item("large", "l-late", day=20), item("", "all of us", day=25), item("new", "n"),
        ],
        sizes,
    )  # fmt: skip
    assert [one.lead for one in items[:4]] == ["all of us", "l-late", "s0", "s1"]
    assert items[-1].lead == "l-week"
    # One of each client, then the most pressing of the rest; what is left over is told on the client's last row.
    assert leads(items) == [
        ("all of us", 0), ("l-late", 2), ("s0", 0), ("s1", 0), ("s2", 0), ("s3", 0), ("s4", 4), ("n", 0)
    ]  # fmt: skip
    assert len(leads(items)) == SHOWN
    assert [lead for lead, _ in leads(items, everything=True, client="large")] == ["l-late", "l-watch", "l-week"]
    assert len(leads(items, everything=True)) == 14


def test_more_clients_than_rows_are_cut_by_rank() -> None:
    items = ranked([item(f"c{number}", f"{number}") for number in range(12)], {"c11": Decimal(5)})
    assert [lead for lead, _ in leads(items)][:2] == ["11", "0"]
    assert len(leads(items)) == SHOWN


def test_a_short_list_is_not_called_cut() -> None:
    told = to_do([item("a", str(number)) for number in range(SHOWN)])
    assert told.sub == "Ranked by weight, the client's size and time left"
    assert told.more_url == ""
    assert to_do([]).finding == "Nothing waits for you"


def test_who_only_reads_is_not_asked_and_finance_hears_of_money(sign_in: Any) -> None:
    owner, finance, leadership = make_user("director"), make_user("finance"), make_user("leadership")
    client = make_client("ACME", owner=owner)
    today = client.local_date(timezone.now())
    Commitment.objects.create(key="P", client=client, side="ours", text="Zqpromise", due=today - timedelta(days=9))
    Invoice.objects.create(
        client=client, number="INV-1", issued=today - timedelta(days=200), due=today - timedelta(days=170),
        amount=Decimal(500), currency="USD",
    )  # fmt: skip
    told = {user.role: sign_in(user).get("/").content.decode() for user in (owner, finance, leadership)}
    assert "Two things need you, all of them today" in told["director"]
    assert "days overdue" in told["finance"]
    assert "Zqpromise" not in told["finance"]
    assert "Two things wait, all of them for today" in told["leadership"]
