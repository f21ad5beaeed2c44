"""Invoices and purchase orders are found by number, by those who may see them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client as Browser

from financials.models import Invoice, PurchaseOrder
from people.models import User
from tests.makers import make_client, make_user


@pytest.fixture
def owner(db: None) -> User:
    user = make_user("director", email="d@example.com")
    where = {"client": make_client("HAL & CO", owner=user, name="Halden"), "currency": "USD"}
    Invoice.objects.create(
        number="INV-77 a", issued=date(2026, 9, 1), due=date(2026, 9, 30), amount=Decimal("1200.5"), **where
    )
    PurchaseOrder.objects.create(number="PO-77", issued=date(2026, 1, 1), amount=Decimal(9000), **where)
    return user


def _found(user: User, text: str) -> dict[str, list[tuple[str, str, str]]]:
    browser = Browser()
    browser.force_login(user)
    groups = browser.get("/search/", {"q": text}).context["groups"]
    return {label: [(hit.label, hit.detail, hit.url) for hit in hits] for label, hits in groups}


def test_they_are_found_by_number(owner: User) -> None:
    assert _found(owner, "77") == {
        "Invoices": [
            ("INV-77 a", "Halden · 1,200.50 USD, due 30 Sep 2026",
             "/financials/invoices/?client=HAL+%26+CO&q=INV-77+a"),
        ],
        "Purchase orders": [
            ("PO-77", "Halden · 9,000.00 USD", "/financials/purchase-orders/?client=HAL+%26+CO&q=PO-77"),
        ],
    }  # fmt: skip


def test_a_hit_leads_to_its_row(owner: User) -> None:
    browser = Browser()
    browser.force_login(owner)
    for hits in _found(owner, "77").values():
        label, _, url = hits[0]
        assert label in browser.get(url).content.decode()


def test_others_find_nothing(owner: User) -> None:
    assert _found(make_user("director", email="s@example.com"), "77") == {}
    assert _found(make_user("legal", email="l@example.com"), "77") == {}
