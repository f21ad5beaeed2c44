"""The client list: who sees what, filters, sorting, columns and files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from common.columns import Column, ColumnSource, column_sources
from common.figures import Figure
from common.policies import MONEY_READERS
from people.models import User
from tests.accounts.conftest import World
from tests.makers import make_client, make_opportunity


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["list"].rows]


def test_anonymous_is_sent_to_sign_in(db: None, sign_in: Any) -> None:
    answer = sign_in(None).get("/clients/?tier=key")
    assert answer.status_code == 302
    assert answer.url == "/sign-in/?next=%2Fclients%2F%3Ftier%3Dkey"


def test_everyone_sees_their_own_clients_only(
    world: World, owner: User, outsider: User, manager: User, finance: User, administrator: User, sign_in: Any
) -> None:
    make_client("OTHER", owner=outsider, name="Other")
    assert names(sign_in(owner).get("/clients/")) == ["Halden Pharma"]
    assert names(sign_in(manager).get("/clients/")) == ["Halden Pharma"]
    assert names(sign_in(outsider).get("/clients/")) == ["Other"]
    assert names(sign_in(finance).get("/clients/")) == ["Halden Pharma", "Other"]
    assert sign_in(administrator).get("/clients/").status_code == 403


def test_the_row_says_what_is_open_late_and_next(world: World, owner: User, sign_in: Any) -> None:
    row = sign_in(owner).get("/clients/").context["list"].rows[0]
    assert (row.tier, row.open, row.overdue, row.next) == ("Strategic", 1, 1, "Send the benchmark")
    assert row.touch == world.today - timedelta(days=41)
    assert row.next_due == world.today - timedelta(days=3)


def test_legal_sees_no_relationship_columns(world: World, legal: User, sign_in: Any) -> None:
    answer = sign_in(legal).get("/clients/?columns=open&columns=next&columns=tier")
    assert [column.key for column in answer.context["list"].columns] == ["tier"]
    assert "Send the benchmark" not in answer.content.decode()
    assert "Send the benchmark" not in b"".join(sign_in(legal).get("/clients/?format=csv")).decode()


def test_filters_narrow_and_stay_in_the_address(world: World, owner: User, sign_in: Any) -> None:
    make_client("B", owner=owner, name="Marlow Bank", tier="key", status="at_risk", industry="Banking")
    browser = sign_in(owner)
    assert names(browser.get("/clients/?tier=key")) == ["Marlow Bank"]
    assert names(browser.get("/clients/?status=at_risk")) == ["Marlow Bank"]
    assert names(browser.get("/clients/?industry=Banking&q=marl")) == ["Marlow Bank"]
    assert names(browser.get(f"/clients/?owner={owner.pk}&sort=-name")) == ["Marlow Bank", "Halden Pharma"]
    assert names(browser.get("/clients/?q=nothing")) == []
    page = browser.get("/clients/?tier=key&sort=-name").content.decode()
    assert "sort=-name&amp;status=at_risk" in page
    assert "1 of 2 clients is at risk" in browser.get("/clients/").content.decode()


@pytest.mark.parametrize(
    "query", ["tier=nonsense", "owner=x", "owner=99999999999999999999", "page=-3", "page=x", "sort=;", "q=%00"]
)
def test_nonsense_in_the_address_is_left_out(world: World, owner: User, sign_in: Any, query: str) -> None:
    assert names(sign_in(owner).get(f"/clients/?{query}")) == ["Halden Pharma"]


@pytest.mark.parametrize(
    "key", ["name", "tier", "status", "industry", "owner", "country", "parent", "open", "touch", "overdue", "next"]
)
def test_every_column_sorts_both_ways(world: World, owner: User, sign_in: Any, key: str) -> None:
    make_opportunity(make_client("Z", owner=owner, name="Zeta"))
    for sign in ("", "-"):
        assert len(names(sign_in(owner).get(f"/clients/?sort={sign}{key}"))) == 2


def test_a_parent_out_of_sight_is_not_named(world: World, owner: User, outsider: User, sign_in: Any) -> None:
    secret = make_client("SECRET", owner=outsider, name="Secret Holdings")
    make_client("CHILD", owner=owner, name="Child", parent=secret)
    make_client("KNOWN", owner=owner, name="Known", parent=world.client)
    page = sign_in(owner).get("/clients/?columns=parent").content.decode()
    assert "Secret Holdings" not in page
    assert page.count("Halden Pharma") >= 2


def test_files_have_exactly_the_columns_and_rows_shown(world: World, owner: User, sign_in: Any) -> None:
    make_client("B", owner=owner, name='=HYPERLINK("x")', tier="key")
    browser = sign_in(owner)
    text = b"".join(browser.get("/clients/?columns=tier&columns=open&sort=-name&format=csv")).decode()
    assert text.splitlines() == [
        "Client,Key,Tier,Open deals",
        "Halden Pharma,HAL,Strategic,1",
        '"\'=HYPERLINK(""x"")",B,Key,0',
    ]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(browser.get("/clients/?tier=key&columns=tier&format=xlsx"))))
    assert list(book.active.values) == [("Client", "Key", "Tier"), ('=HYPERLINK("x")', "B", "Key")]
    assert book.active["A2"].data_type == "s"


@pytest.fixture
def money_column() -> Any:
    """A higher app's column, as financials fills it."""

    def columns(user: User, today: date) -> Sequence[Column]:
        return (Column("probe", "Probe", "$M"),)

    def cells(user: User, clients: Mapping[int, str], today: date) -> dict[int, dict[str, Figure]]:
        ranked = sorted(clients)
        return {
            pk: {"probe": Figure("t", "Probe", Decimal(n + 1) * 1_000_000, "USD")} for n, pk in enumerate(ranked[:-1])
        }

    column_sources.register("test", ColumnSource(MONEY_READERS, columns, cells))
    yield
    del column_sources._entries["test"]


def test_another_apps_column_is_shown_sorted_and_exported(
    world: World, owner: User, legal: User, money_column: None, sign_in: Any
) -> None:
    make_client("B", owner=owner, name="Beta")
    make_client("C", owner=owner, name="Unknown")
    browser = sign_in(owner)
    assert names(browser.get("/clients/?sort=-probe")) == ["Beta", "Halden Pharma", "Unknown"]
    assert names(browser.get("/clients/?sort=probe")) == ["Halden Pharma", "Beta", "Unknown"]
    text = b"".join(browser.get("/clients/?columns=probe&sort=probe&format=csv")).decode().splitlines()
    assert text[1:] == ["Halden Pharma,HAL,1000000,USD", "Beta,B,2000000,USD", "Unknown,C,,"]
    assert "Probe" not in sign_in(legal).get("/clients/").content.decode()


def test_a_hundred_a_page(owner: User, sign_in: Any) -> None:
    for number in range(103):
        make_client(f"N{number:03}", owner=owner)
    browser = sign_in(owner)
    assert len(names(browser.get("/clients/"))) == 100
    assert len(names(browser.get("/clients/?page=2"))) == 3
    assert len(b"".join(browser.get("/clients/?format=csv")).decode().splitlines()) == 104


def test_posting_is_the_wrong_verb(world: World, owner: User, sign_in: Any) -> None:
    assert sign_in(owner).post("/clients/").status_code == 405
