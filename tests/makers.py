"""Plain makers of records for tests: every field that matters to a test is said in the test."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Client, ClientMember, Contact, Opportunity, Stakeholding
from financials.models import Contract
from people.models import User

_count = itertools.count(1)
PASSWORD = "correct horse battery staple"


def make_user(
    role: str = "director", *, email: str = "", name: str = "", password: str | None = None, **kw: Any
) -> User:
    number = next(_count)
    return User.objects.create_user(
        email or f"{role}{number}@example.com", password, name=name or f"Person {number}", role=role, **kw
    )


def make_client(key: str = "", *, owner: User | None = None, members: tuple[User, ...] = (), **kw: Any) -> Client:
    key = key or f"CLIENT-{next(_count)}"
    client = Client.objects.create(key=key, owner=owner, **{"name": f"{key.title()} Ltd", "currency": "USD", **kw})
    ClientMember.objects.bulk_create(ClientMember(client=client, person=person) for person in members)
    return client


def make_contact(client: Client | None, **kw: Any) -> Contact:
    number = next(_count)
    return Contact.objects.create(
        client=client, **{"key": f"P-{number}", "first_name": "Ana", "last_name": f"Silva {number}", **kw}
    )


def make_stakeholding(client: Client, **kw: Any) -> Stakeholding:
    contact = kw.pop("contact", None) or make_contact(client)
    return Stakeholding.objects.create(client=client, contact=contact, **kw)


def make_opportunity(client: Client, **kw: Any) -> Opportunity:
    number = next(_count)
    defaults: dict[str, Any] = {
        "key": f"OPP-{number}",
        "name": f"Deal {number}",
        "stage": "Proposal",
        "amount": Decimal("120000"),
        "currency": "USD",
        "probability": Decimal("0.4"),
        "category": "pipeline",
        "close_on": date(2026, 12, 15),
    }
    return Opportunity.objects.create(client=client, **{**defaults, **kw})


def make_contract(client: Client, **kw: Any) -> Contract:
    number = next(_count)
    defaults: dict[str, Any] = {
        "number": f"SOW-{number}",
        "kind": "sow",
        "title": f"Work {number}",
        "start": date(2026, 1, 1),
        "end": date(2026, 12, 31),
        "amount": Decimal("120000"),
        "currency": "USD",
        "status": "active",
        "billing": "retainer",
    }
    return Contract.objects.create(client=client, **{**defaults, **kw})
