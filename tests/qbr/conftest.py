"""One client with October 2026 as in the definitions, and a review of it for each audience."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Client
from people.models import User
from qbr.access import get_deck_for
from qbr.actions import decks as actions
from qbr.models import Deck
from tests.financials.books import OCTOBER, WORKED, close_through, post
from tests.makers import make_client, make_contract, make_opportunity


@pytest.fixture
def client(owner: User, manager: User, delivery: User) -> Client:
    """The ladder of domain.md in October 2026, one contract, one proposal."""
    made = make_client("NORTHVALE", owner=owner, members=(manager, delivery), name="Northvale Grocers")
    close_through(OCTOBER)
    for line, amount in WORKED.items():
        post(made, line, amount, service_line="Media")
    make_contract(made, number="SOW-11", title="Media planning", signed_on=date(2026, 10, 5))
    make_opportunity(made, name="Commerce abroad")
    return made


@pytest.fixture
def deck(client: Client, owner: User) -> Deck:
    made = actions.create_deck(
        client=client, period="2026-10", kind="qbr", audience="client", held_on=None, actor=owner
    )
    return get_deck_for(owner, made.pk)


@pytest.fixture
def internal(client: Client, owner: User) -> Deck:
    made = actions.create_deck(
        client=client, period="2026-10", kind="qbr", audience="internal", held_on=None, actor=owner
    )
    return get_deck_for(owner, made.pk)
