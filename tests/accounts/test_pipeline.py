"""The pipeline: what it adds up to, the list, deals edited in place."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Opportunity
from accounts.queries.attention import attention
from common.figures import UnknownFigure, explain
from common.models import AuditEntry, FxRate, Job
from people.models import User
from tests.accounts.conftest import World
from tests.makers import make_client, make_opportunity

HX = {"HX-Request": "true"}
CELL = "/opportunities/HAL-OPP-1/cell/"
DEAL = {
    "key": "NEW-1",
    "name": "US launch",
    "stage": "Proposal",
    "amount": "250000",
    "currency": "usd",
    "probability": "0.25",
    "category": "best_case",
    "close_on": "2027-02-01",
}


def totals(response: Any) -> dict[str, Any]:
    found = response.context["totals"]
    names = ("open_amount", "weighted", "unpriced", "open_count", "won_value", "won_count", "won_this_year")
    return {name: getattr(found, name).value for name in names}


@pytest.fixture
def book(world: World, owner: User) -> World:
    """Beside the 120,000 at 40%: 10.10 EUR at 50%, two unpriced, an omitted one, three won, one lost."""
    FxRate.objects.create(
        month=date(2026, 9, 1), base="EUR", quote="USD", average=Decimal("1.07"), closing=Decimal("1.0845")
    )
    this_year, half = world.today.replace(month=1, day=5), Decimal("0.5")
    deals: list[dict[str, Any]] = [
        {"key": "E", "amount": Decimal("10.10"), "currency": "EUR", "probability": half, "category": "commit"},
        {"key": "U1", "amount": None, "probability": half, "category": ""},
        {"key": "U2", "amount": Decimal("99"), "probability": None},
        {"key": "O", "amount": Decimal("1000"), "probability": Decimal("0.9"), "category": "omitted"},
        {"key": "W1", "stage": "Won", "outcome": "won", "amount": Decimal("1000.005"), "close_on": this_year},
        {"key": "W2", "stage": "won", "outcome": "won", "amount": Decimal("2000"), "probability": None,
         "close_on": date(2020, 5, 1)},
        {"key": "W3", "stage": "WON", "outcome": "won", "amount": Decimal("10.10"), "currency": "EUR",
         "close_on": date(2020, 5, 1)},
        {"key": "L", "stage": "Lost", "outcome": "lost", "amount": Decimal("777")},
    ]  # fmt: skip
    for deal in deals:
        make_opportunity(world.client, **deal)
    return world


def test_totals_convert_each_deal_once_and_never_sum_the_unpriced(book: World, owner: User, sign_in: Any) -> None:
    # 10.10 EUR × 1.0845, held = 10.95345 → 10.95; half of it 5.475 → 5.48 (to the even cent). 1,000.005 → 1,000.00.
    assert totals(sign_in(owner).get("/pipeline/")) == {
        "open_amount": Decimal("121010.95"),
        "weighted": Decimal("48005.48"),
        "unpriced": 2,
        "open_count": 5,
        "won_value": Decimal("3010.95"),
        "won_count": 3,
        "won_this_year": Decimal("1000.00"),
    }


def test_totals_do_not_change_with_the_outcome_listed(book: World, owner: User, sign_in: Any) -> None:
    browser = sign_in(owner)
    everything = totals(browser.get("/pipeline/?outcome=all"))
    assert totals(browser.get("/pipeline/?outcome=won")) == everything
    assert everything["won_value"] == Decimal("3010.95")
    assert totals(browser.get("/pipeline/?category=commit"))["open_amount"] == Decimal("10.95")
    assert totals(browser.get("/pipeline/?year=2020"))["won_value"] == Decimal("2010.95")


def test_by_stage_and_category_add_up_to_the_whole(book: World, owner: User, sign_in: Any) -> None:
    found = sign_in(owner).get("/pipeline/").context["totals"]
    assert [(line.key, line.count, line.amount.value) for line in found.by_category] == [
        ("commit", 1, Decimal("10.95")),
        ("pipeline", 2, Decimal("120000.00")),
        ("omitted", 1, Decimal("1000.00")),
        ("none", 1, Decimal("0")),
    ]
    assert [(line.key, line.count, line.unpriced) for line in found.by_stage] == [("proposal", 5, 2)]


def test_a_currency_without_a_rate_is_said_and_left_out(world: World, owner: User, sign_in: Any) -> None:
    make_opportunity(world.client, key="CHF", amount=Decimal("500"), currency="CHF")
    answer = sign_in(owner).get("/pipeline/")
    assert totals(answer)["open_amount"] == Decimal("120000.00")
    assert "1 priced deal in a currency without a rate" in answer.content.decode()


def test_figures_explain_themselves_with_the_readers_own_sight(
    book: World, owner: User, outsider: User, legal: User
) -> None:
    now = timezone.now()
    won = explain(owner, "pipeline.won_value", now=now)
    assert (won.figure.value, won.figure.unit, won.rows_count) == (Decimal("3010.95"), "USD", 3)
    assert {(i.label, i.value) for i in won.inputs} == {
        ("Deals in USD", Decimal("3000.00")),
        ("Deals in EUR, €10.10 in all", Decimal("10.95")),
    }
    assert "1 EUR = 1.0845 USD" in won.rates
    assert explain(outsider, "pipeline.won_value", now=now).figure.value == 0
    assert explain(owner, "pipeline.unpriced:client=HAL", now=now).figure.value == 2
    assert explain(owner, "pipeline.won_value:year=2020", now=now).figure.value == Decimal("2010.95")
    for bad in ("pipeline.won_value:nonsense=1", "pipeline.won_value:year=x"):
        with pytest.raises(UnknownFigure):
            explain(owner, bad, now=now)
    with pytest.raises(UnknownFigure):
        explain(legal, "pipeline.won_value", now=now)


def test_every_figure_of_the_page_can_be_explained(book: World, owner: User, sign_in: Any) -> None:
    found = sign_in(owner).get("/pipeline/?category=commit").context["totals"]
    shown = [found.open_amount, found.weighted, found.unpriced, found.open_count, found.won_value, found.won_count]
    shown += [
        found.won_this_year,
        *(f for line in (*found.by_stage, *found.by_category) for f in (line.amount, line.weighted)),
    ]
    for figure in shown:
        assert explain(owner, figure.id, now=timezone.now()).figure.value == figure.value, figure.id


def test_what_is_untidy_is_marked(world: World, owner: User, sign_in: Any) -> None:
    Opportunity.objects.update(close_on=world.today - timedelta(days=12), amount=None)
    answer = sign_in(owner).get("/pipeline/")
    text = answer.content.decode()
    assert "1 of 1 open deal is past the close date" in text
    for words in ("12 d past", "Unpriced", "No next step"):
        assert words in text


def test_who_may_open_and_who_may_write(
    world: World, outsider: User, legal: User, finance: User, delivery: User, administrator: User, sign_in: Any
) -> None:
    assert sign_in(None).get("/pipeline/").status_code == 302
    assert sign_in(legal).get("/pipeline/").status_code == 403
    assert sign_in(legal).get("/clients/HAL/growth/").status_code == 403
    assert sign_in(administrator).get("/pipeline/").status_code == 403
    assert "Launch film" not in sign_in(outsider).get("/pipeline/").content.decode()
    assert sign_in(outsider).get("/opportunities/HAL-OPP-1/").status_code == 404
    assert sign_in(outsider).post(CELL, {"field": "stage", "stage": "Won", "version": 1}).status_code == 404
    for reader in (finance, delivery):
        assert "Launch film" in sign_in(reader).get("/opportunities/HAL-OPP-1/").content.decode()
        assert sign_in(reader).post("/opportunities/HAL-OPP-1/", DEAL).status_code == 403
        assert sign_in(reader).post(CELL, {"field": "stage", "stage": "Won", "version": 1}).status_code == 403
        assert sign_in(reader).get("/new/opportunity/").status_code == 403
    assert sign_in(legal).get("/opportunities/HAL-OPP-1/").status_code == 403


def test_a_new_deal_asks_for_the_forecast_again(world: World, manager: User, sign_in: Any) -> None:
    answer = sign_in(manager).post("/new/opportunity/", {**DEAL, "client": world.client.pk})
    assert answer.status_code == 302
    deal = Opportunity.objects.get(key="NEW-1")
    assert (deal.amount, deal.currency, deal.outcome) == (Decimal("250000"), "USD", "open")
    assert Job.objects.get().object_ref == f"client:{world.client.pk}"
    assert sign_in(manager).post("/new/opportunity/", {**DEAL, "client": world.client.pk}).status_code == 422


def test_a_deal_is_not_put_on_a_client_out_of_sight(world: World, outsider: User, sign_in: Any) -> None:
    answer = sign_in(outsider).post("/new/opportunity/", {**DEAL, "client": world.client.pk})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("probability", "160", "at most 100%"),
        ("probability", "likely", "Enter a number"),
        ("probability", "-1", "greater than or equal to 0"),
        ("amount", "lots", "Enter a number"),
        ("amount", "-5", "opportunity_amount"),
        ("currency", "ZZZ", "ZZZ is not an ISO 4217"),
        ("stage", "", "required"),
    ],
)
def test_bad_input_is_422_and_writes_nothing(
    world: World, owner: User, sign_in: Any, field: str, value: str, message: str
) -> None:
    answer = sign_in(owner).post("/opportunities/HAL-OPP-1/", {**DEAL, field: value, "version": 1})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert Opportunity.objects.get().version == 1


def test_a_won_deal_needs_amount_currency_and_date(world: World, owner: User, sign_in: Any) -> None:
    Opportunity.objects.update(amount=None, close_on=None)
    answer = sign_in(owner).post(CELL, {"field": "stage", "stage": "Won", "version": 1}, headers=HX)
    assert answer.status_code == 422
    assert "A won deal needs its amount." in answer.content.decode()
    Opportunity.objects.update(amount=Decimal("5"), close_on=date(2026, 11, 1))
    answer = sign_in(owner).post(CELL, {"field": "stage", "stage": " wON ", "version": 1}, headers=HX)
    assert answer.status_code == 200
    deal = Opportunity.objects.get()
    assert (deal.outcome, deal.stage, deal.version) == ("won", "wON", 2)
    emptied = sign_in(owner).post(CELL, {"field": "amount", "amount": "", "version": 2}, headers=HX)
    assert emptied.status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("amount", "130000.50", Decimal("130000.50")),
        ("probability", "0.55", Decimal("0.55")),
        ("probability", "60%", Decimal("0.6")),
        ("probability", "80", Decimal("0.8")),
        ("category", "commit", "commit"),
        ("close_on", "2027-01-31", date(2027, 1, 31)),
        ("next_step", "Send scope", "Send scope"),
        ("stage", "Negotiation", "Negotiation"),
    ],
)
def test_cells_save_and_mark_the_client_dirty(
    world: World, manager: User, sign_in: Any, field: str, value: str, stored: Any
) -> None:
    answer = sign_in(manager).post(CELL, {"field": field, field: value, "version": 1}, headers=HX)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "deals-changed"
    deal = Opportunity.objects.get()
    assert (getattr(deal, field), deal.version) == (stored, 2)
    assert Job.objects.count() == 1
    assert list(AuditEntry.objects.get().changes) == [field]


def test_a_stale_cell_shows_both_and_marks_nothing_dirty(
    world: World, owner: User, manager: User, sign_in: Any
) -> None:
    sign_in(manager).post(CELL, {"field": "amount", "amount": "130000", "version": 1}, headers=HX)
    answer = sign_in(owner).post(CELL, {"field": "amount", "amount": "140000", "version": 1}, headers=HX)
    assert answer.status_code == 409
    assert "130000" in answer.content.decode()
    assert 'value="140000"' in answer.content.decode()
    assert Job.objects.count() == 1


def test_the_clients_own_list_has_no_client_column_in_its_rows(world: World, owner: User, sign_in: Any) -> None:
    text = sign_in(owner).get("/clients/HAL/growth/").content.decode()
    assert "cell/?field=stage&amp;at=client" in text
    row = sign_in(owner).get(f"{CELL}?field=stage&at=client", headers=HX).content.decode()
    assert "Halden Pharma" not in row


def test_growth_shows_this_client_only(world: World, owner: User, sign_in: Any) -> None:
    make_opportunity(make_client("X", owner=owner), name="Elsewhere")
    text = sign_in(owner).get("/clients/HAL/growth/?client=X").content.decode()
    assert "Launch film" in text
    assert "Elsewhere" not in text


def test_filters_and_sorts(book: World, owner: User, sign_in: Any) -> None:
    def keys(query: str) -> list[str]:
        return [row.key for row in sign_in(owner).get(f"/pipeline/?{query}").context["rows"]]

    assert keys("sort=-amount&category=pipeline") == ["HAL-OPP-1", "U2"]
    assert keys("sort=amount")[:2] == ["E", "U2"]
    assert keys("outcome=won&sort=-weighted") == ["W1", "W3", "W2"]
    assert keys("category=none") == ["U1"]
    assert keys("q=launch") == ["HAL-OPP-1"]
    assert keys("stage=proposal&category=omitted") == ["O"]
    assert len(keys("outcome=all")) == 9
    assert keys("year=9999999&category=commit&page=99") == ["E"]
    assert keys("q=%00%27;--") == []


def test_the_file_has_the_rows_of_the_list_exactly(book: World, owner: User, sign_in: Any) -> None:
    answer = sign_in(owner).get("/pipeline/?outcome=won&sort=name&format=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active.values)
    at = rows[0].index("Amount in USD")
    assert sum(Decimal(str(row[at])) for row in rows[1:]) == Decimal("3010.95")
    text = b"".join(sign_in(owner).get("/pipeline/?category=commit&format=csv")).decode().splitlines()
    assert text[1].startswith("E,Deal")
    assert ",10.1000,EUR,10.95,0.500000,5.48,Commit," in text[1]


# Attention


def test_attention_ranks_what_is_late_and_is_empty_for_legal(
    world: World, owner: User, outsider: User, legal: User, django_assert_max_num_queries: Any
) -> None:
    Opportunity.objects.update(close_on=world.today - timedelta(days=40), next_step="Ring them")
    with django_assert_max_num_queries(4):
        items = attention(owner, world.today)
    assert [(item.shape, item.lead, item.group) for item in items] == [
        ("at_risk", "Launch film should have closed 40\u00a0d ago", "Today"),
        ("at_risk", "Ravi Menon 27 d past the agreed 14", "Today"),
        ("watch", "Send the benchmark, 3\u00a0d late", "Today"),
    ]
    assert items[1].why.startswith("Chief financial officer, power 5 of 5. Last touch ")
    assert items[1].url == f"/clients/HAL/log/?with={world.contact.pk}"
    assert attention(outsider, world.today) == []
    assert attention(legal, world.today) == []
