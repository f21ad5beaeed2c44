"""The demo portfolio holds together: its columns, keys, sums and the story it tells. No database."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from portfolio.demo import generate
from portfolio.demo.calendar import straight_line
from portfolio.demo.rates import rate_table, to_dollars

Rows = list[dict[str, str]]
AS_OF = date(2026, 11, 23)
OTHER_DAYS = [date(2024, 2, 29), date(2026, 12, 31), date(2028, 7, 1)]

COLUMNS = {
    "people": "email name role manager_email country weekly_hours starts ends discipline",
    "clients": "key name tier status industry parent currency country timezone fiscal_year_start owner_email"
    " finance_code",
    "contacts": "key client first_name last_name title email reports_to buying_role power interest stance level"
    " level_wanted judged_on judged_by owner_email cadence_days identified kind employer",
    "influences": "client from to kind strength",
    "bonds": "client contact person_email level level_wanted",
    "introductions": "from to strength evidence state on",
    "touchpoints": "source_ref client date kind ours theirs notes",
    "asks": "key client contact text asked_on due owner answered_on answer",
    "commitments": "key client side text due kept_on owner",
    "themes": "name words",
    "insights": "key client theme said kind action owner_email raised_on due done_on told_on told_how",
    "feedback": "source_ref client contact date scale score comment themes quote replied_on",
    "intelligence": "key kind title so_what for_client clients industry owner noted_on expires_on happens_on source",
    "web_analytics": "client property report from to dimensions value channel metric amount",
    "kpi_definitions": "key name unit direction gathers frequency category how",
    "kpis": "key client name definition baseline target target_low target_high owner contact starts_on due"
    " web_metric web_channel",
    "kpi_targets": "kpi period target",
    "readings": "kpi period actual note",
    "campaigns": "key client name aim state starts_on ends_on currency owner kpis",
    "campaign_spend": "campaign channel budget month spent",
    "benefits": "key client title driver hard baseline method share share_reason confidence evidence currency owner",
    "benefit_amounts": "benefit month amount",
    "value_costs": "key client title month amount currency",
    "offerings": "key name service_line price currency margin roles active",
    "business_units": "key client name parent spend currency owner_email",
    "whitespace": "unit offering state why amount currency note judged_on",
    "contracts": "number kind parent client title start end amount currency billing service_line opportunity status"
    " signed_on country renewal notice_days notice_rule uplift probability billing_timing scope_hours ended_on offering"
    " business_unit",
    "milestones": "contract key title due amount accepted_on",
    "estimates": "contract month cost_to_go",
    "terms": "contract topic value from note",
    "alignment": "contract imperative share",
    "opportunities": "key client name stage amount currency close_on probability category delivery_start"
    " delivery_months offering kind renews contract next_step owner_email business_unit",
    "fx": "month base quote average closing",
    "index_readings": "index month value source",
    "rates": "kind person_email role client currency rate from",
    "time": "source_ref date person_email client contract hours billable role notes",
    "leave": "person_email from to hours",
    "allocations": "week person_email role client contract opportunity hours firm",
    "budgets": "version client contract service_line month line amount currency hours",
    "targets": "measure client owner_email month amount currency",
    "ledger": "source_ref client contract service_line month line amount currency description",
    "purchase_orders": "number client contract amount currency issued expires",
    "invoices": "number client contract issued due amount currency paid_on po_number",
    "teams": "client person_email duty",
    "plans": "client ambition starts_on horizon_years known_to_client quarter_focus field_of_play our_value their_gain"
    " our_gain",
    "imperatives": "key client title why sponsor owner confirmed_on",
    "plan_measures": "key objective title source unit baseline target direction starts_on due",
    "plan_readings": "measure read_on value note",
    "initiatives": "key objective title owner starts_on ends_on status",
    "plan_milestones": "key initiative title owner due reached_on",
    "plan_facts": "key client owner kind title response likelihood impact",
    "plan_targets": "client year amount currency",
    "objectives": "key client title imperative owner due status",
    "actions": "key objective title owner due next_step status audience",
}
KEYS = {
    "people": "email",
    "clients": "key",
    "contacts": "key",
    "touchpoints": "source_ref",
    "commitments": "key",
    "themes": "name",
    "insights": "key",
    "feedback": "source_ref",
    "kpi_definitions": "key",
    "kpis": "key",
    "campaigns": "key",
    "benefits": "key",
    "value_costs": "key",
    "intelligence": "key",
    "contracts": "number",
    "time": "source_ref",
    "opportunities": "key",
    "ledger": "source_ref",
    "invoices": "number",
    "plans": "client",
    "imperatives": "key",
    "objectives": "key",
    "plan_measures": "key",
    "initiatives": "key",
    "plan_milestones": "key",
    "actions": "key",
    "plan_facts": "key",
}
LINES = {"gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead"}


@pytest.fixture(scope="module")
def book() -> dict[str, Rows]:
    return generate(AS_OF)


def dollars(rows: Rows, line_signs: dict[str, int], months: set[str] | None = None) -> dict[str, Decimal]:
    """Signed sums in dollars by client."""
    table = rate_table(AS_OF.replace(day=1), 7)
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["line"] in line_signs and (months is None or row["month"] in months):
            month = date.fromisoformat(f"{row['month']}-01")
            value = to_dollars(Decimal(row["amount"]), row["currency"], month, table)
            totals[row["client"]] += line_signs[row["line"]] * value
    return totals


NET = {"gross_revenue": 1, "pass_through": -1}
PROFIT = NET | {"delivery_labour": -1, "freelancers": -1}
THIS_YEAR = {f"2026-{n:02}" for n in range(1, 11)}


def test_every_kind_has_the_columns_of_the_neutral_csv(book: dict[str, Rows]) -> None:
    assert list(book) == list(COLUMNS)
    for kind, rows in book.items():
        assert rows
        assert all(list(row) == COLUMNS[kind].split() for row in rows), kind


@pytest.mark.parametrize(("kind", "column"), KEYS.items())
def test_ids_are_unique(book: dict[str, Rows], kind: str, column: str) -> None:
    assert [key for key, n in Counter(row[column] for row in book[kind]).items() if n > 1 or not key] == []


def test_sizes(book: dict[str, Rows]) -> None:
    assert len(book["clients"]) == 14
    assert {row["currency"] for row in book["clients"]} == {"USD", "EUR", "GBP"}
    assert sum(1 for row in book["clients"] if row["parent"]) == 2
    assert {row["fiscal_year_start"] for row in book["clients"]} >= {"1", "4", "7"}
    assert len(book["contacts"]) >= 60
    assert len(book["touchpoints"]) >= 120
    assert 12_000 <= len(book["ledger"]) <= 20_000
    assert len(book["people"]) == 362
    assert 80_000 <= len(book["time"]) <= 120_000


def test_references_point_at_rows_that_exist(book: dict[str, Rows]) -> None:
    clients = {row["key"] for row in book["clients"]}
    people = {row["email"] for row in book["people"]}
    contacts = {row["key"]: row["client"] for row in book["contacts"]}
    contracts = {row["number"]: row["client"] for row in book["contracts"]}
    for kind in ("contacts", "touchpoints", "commitments", "contracts", "opportunities", "budgets", "ledger"):
        assert {row["client"] for row in book[kind]} - {""} <= clients, kind
    assert {row["owner_email"] for row in book["contacts"] if row["client"] and row["identified"] == "yes"} <= people
    for row in book["influences"]:
        assert contacts[row["from"]] == contacts[row["to"]] == row["client"]
    assert {row[end] for row in book["introductions"] for end in ("from", "to")} <= contacts.keys()
    for row in book["bonds"]:
        assert contacts[row["contact"]] == row["client"]
        assert row["person_email"] in people
    for kind in ("clients", "opportunities", "targets"):
        assert {row["owner_email"] for row in book[kind]} <= people, kind
    assert {row["manager_email"] for row in book["people"]} - {""} <= people
    assert {row["person_email"] for row in book["teams"]} <= people
    assert all(contacts[row["reports_to"]] == row["client"] for row in book["contacts"] if row["reports_to"])
    for row in book["touchpoints"]:
        assert set(row["ours"].split(";")) <= people
        assert {contacts[key] for key in row["theirs"].split(";")} == {row["client"]}
    for row in book["contracts"]:
        assert not row["parent"] or contracts[row["parent"]] == row["client"]
    for kind in ("milestones", "estimates", "terms"):
        assert {row["contract"] for row in book[kind]} <= contracts.keys(), kind
    for row in book["ledger"]:
        assert not row["contract"] or contracts[row["contract"]] == row["client"]
    orders = {(row["client"], row["number"]): row["contract"] for row in book["purchase_orders"]}
    assert all(contracts[number] == client for (client, _), number in orders.items())
    for row in book["invoices"]:
        assert not row["contract"] or contracts[row["contract"]] == row["client"]
        assert not row["po_number"] or orders[row["client"], row["po_number"]] == row["contract"]
    for row in book["opportunities"]:
        for number in (row["renews"], row["contract"]):
            assert not number or contracts[number] == row["client"]


def test_the_same_month_gives_the_same_rows() -> None:
    first, again, later = generate(AS_OF), generate(AS_OF), generate(date(2026, 11, 30))
    assert first == again
    assert {kind for kind in first if first[kind] != later[kind]} == {
        "touchpoints",
        "asks",
        "invoices",
        "time",
        "leave",
        "allocations",
        "web_analytics",
    }
    pairs = zip(first["invoices"], later["invoices"], strict=True)
    moved = [(now["paid_on"], then["paid_on"]) for now, then in pairs if now != then]
    assert moved
    assert all(not now and "2026-11-23" < then <= "2026-11-30" for now, then in moved)
    unpaid = [{**row, "paid_on": ""} for row in first["invoices"]]
    assert unpaid == [{**row, "paid_on": ""} for row in later["invoices"]]
    assert [row for row in first["touchpoints"] if row not in later["touchpoints"]] == []
    assert max(row["date"] for row in first["touchpoints"]) <= "2026-11-23"


def test_another_seed_gives_other_figures() -> None:
    assert generate(AS_OF, 7)["ledger"] != generate(AS_OF, 8)["ledger"]


def test_contract_dates_and_amounts(book: dict[str, Rows]) -> None:
    by_number = {row["number"]: row for row in book["contracts"]}
    for row in book["contracts"]:
        parent = by_number.get(row["parent"])
        assert (row["kind"] == "msa") == (parent is None)
        assert not row["end"] or row["end"] > row["start"]
        assert parent is None or parent["start"] <= row["start"]
        assert (row["kind"] == "msa") == (row["amount"] == "")
        assert row["kind"] != "change_order" or (parent is not None and parent["kind"] == "sow")
        assert bool(row["signed_on"]) == (row["status"] not in ("draft", "review", "negotiation"))
    statuses = {row["status"] for row in book["contracts"]}
    assert statuses >= {"draft", "review", "negotiation", "signed", "active", "completed", "terminated"}
    assert [row["number"] for row in book["contracts"] if row["start"] == "2024-02-29"] == ["HDX-SOW-04"]
    assert any(Decimal(row["amount"]) < 0 for row in book["contracts"] if row["amount"])


def notice_day(row: dict[str, str]) -> date:
    """Without holidays: close enough to say which side of a day it lies."""
    days = int(row["notice_days"])
    day = date.fromisoformat(row["end"])
    if row["notice_rule"] == "calendar":
        return day - timedelta(days=days)
    while days:
        day -= timedelta(days=1)
        days -= day.weekday() < 5
    return day


@pytest.mark.parametrize("as_of", [AS_OF, *OTHER_DAYS])
def test_renewals_come_up_and_one_notice_is_overdue(as_of: date) -> None:
    rows = generate(as_of)["contracts"]
    terms = [r for r in rows if r["status"] == "active" and r["renewal"] and r["end"] and r["kind"] == "sow"]
    soon = [r for r in terms if as_of <= date.fromisoformat(r["end"]) <= as_of + timedelta(days=120)]
    assert len(soon) >= 3
    assert [r["number"][:3] for r in terms if notice_day(r) < as_of.replace(day=1)] == ["KES"]
    assert any(r["notice_rule"] == "business" for r in soon)
    assert any(r["uplift"] == "cpi:0.02:0.04" for r in soon)
    assert any(r["renewal"] == "evergreen" and not r["end"] and r["amount"] for r in rows)


@pytest.mark.parametrize("as_of", [AS_OF, *OTHER_DAYS])
def test_pipeline(as_of: date) -> None:
    deals = generate(as_of)["opportunities"]
    live = [row for row in deals if row["stage"] not in ("won", "lost")]
    assert len(live) >= 25
    assert {row["stage"] for row in live} == {"lead", "qualified", "proposal", "negotiation"}
    assert sum(1 for row in live if row["close_on"] < as_of.isoformat()) == 2
    assert sum(1 for row in live if not row["amount"]) == 3
    assert all(Decimal(0) < Decimal(row["probability"]) < Decimal(1) and row["next_step"] for row in live)
    closed = [row for row in deals if row["stage"] in ("won", "lost")]
    assert len(closed) >= 40
    assert all(row["amount"] and row["close_on"] < as_of.isoformat() for row in closed)
    assert all(row["contract"] for row in closed if row["stage"] == "won")


@pytest.mark.parametrize("as_of", [AS_OF, *OTHER_DAYS])
def test_ledger_covers_36_months_and_part_of_the_open_one(as_of: date) -> None:
    rows = generate(as_of)["ledger"]
    months = sorted({row["month"] for row in rows})
    assert len(months) == 37
    assert months[-1] == f"{as_of:%Y-%m}"
    assert {row["line"] for row in rows} == LINES
    assert all(Decimal(row["amount"]) > 0 for row in rows if row["line"] != "gross_revenue")
    assert all(row["line"] == "overhead" for row in rows if not row["client"])
    assert all(row["description"] for row in rows)


def test_what_is_bought_is_billed_on_to_the_cent(book: dict[str, Rows]) -> None:
    cost: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in book["ledger"]:
        if row["line"] == "pass_through":
            cost[row["contract"], row["month"]] += Decimal(row["amount"])
        elif row["description"].endswith("billed on"):
            cost[row["contract"], row["month"]] -= Decimal(row["amount"])
    assert set(cost.values()) == {Decimal(0)}


def test_retainers_are_billed_by_their_schedule(book: dict[str, Rows]) -> None:
    number = "HAL-SOW-16"
    contract = next(row for row in book["contracts"] if row["number"] == number)
    shares = straight_line(
        Decimal(contract["amount"]), date.fromisoformat(contract["start"]), date.fromisoformat(contract["end"])
    )
    assert contract["billing"] == "retainer"
    assert sum(shares.values()) == Decimal("5760000.00")
    fees = {
        row["month"]: Decimal(row["amount"])
        for row in book["ledger"]
        if row["contract"] == number and row["description"].startswith("Retainer fee")
    }
    assert fees == {f"{m:%Y-%m}": v for m, v in shares.items() if m <= date(2026, 11, 1)}
    assert len(fees) == 9


def test_the_year_is_close_to_budget_and_a_bit_under(book: dict[str, Rows]) -> None:
    actual = dollars(book["ledger"], NET, THIS_YEAR)
    budget = dollars(book["budgets"], NET, THIS_YEAR)
    total = sum(actual.values()) / sum(budget.values())
    assert Decimal("0.97") < total < Decimal("1.00")
    under = {key for key in budget if actual[key] < budget[key] * Decimal("0.95")}
    assert under == {"corvus-retail", "kestrel-air"}


def test_client_sizes_and_margins(book: dict[str, Rows]) -> None:
    year = THIS_YEAR | {"2025-11", "2025-12"}
    net = dollars(book["ledger"], NET, year)
    profit = dollars(book["ledger"], PROFIT, year)
    large = {key for key, value in net.items() if value > 5_000_000}
    assert large == {
        "halden-pharma",
        "marlow-bank",
        "corvus-retail",
        "northline-rail",
        "ostra-foods",
        "kestrel-air",
    }
    assert all(value < 20_000_000 for value in net.values())
    for key, value in net.items():
        if key:
            assert Decimal("0.30") < profit[key] / value < Decimal("0.53"), key


def test_the_stories_are_in_the_figures(book: dict[str, Rows]) -> None:
    last, before = {"2026-08", "2026-09", "2026-10"}, {"2025-08", "2025-09", "2025-10"}
    ledger = book["ledger"]
    net, was = dollars(ledger, NET, last), dollars(ledger, NET, before)
    margin = dollars(ledger, PROFIT, last)["corvus-retail"] / net["corvus-retail"]
    earlier = dollars(ledger, PROFIT, before)["corvus-retail"] / was["corvus-retail"]
    assert earlier - margin > Decimal("0.10")
    assert net["marlow-bank"] > was["marlow-bank"] * Decimal("1.15")
    assert net["kestrel-air"] < was["kestrel-air"] * Decimal("0.80")
    assert net["dunmore-media"] == 0
    assert was["dunmore-media"] > 400_000
    assert was["tesserine-software"] == 0


def test_budgets_and_targets_cover_three_years(book: dict[str, Rows]) -> None:
    assert {row["version"] for row in book["budgets"]} == {"v1"}
    assert {row["month"][:4] for row in book["budgets"]} == {"2025", "2026", "2027"}
    assert len({row["month"] for row in book["budgets"]}) == 36
    assert {row["line"] for row in book["budgets"]} == LINES
    cells = Counter((r["client"], r["service_line"], r["month"], r["line"]) for r in book["budgets"])
    assert max(cells.values()) == 1
    assert Counter(row["measure"] for row in book["targets"]) == {"net_revenue": 36, "gross_profit": 36, "bookings": 36}


def test_rates_reach_from_the_first_contract_to_the_last_close(book: dict[str, Rows]) -> None:
    months = sorted({row["month"] for row in book["fx"]})
    assert len(book["fx"]) == 2 * len(months) == 120
    assert months[-1] == "2026-10"
    scheduled = [row["start"] for row in book["contracts"] if row["amount"]]
    assert months[0] <= min(scheduled)[:7]


def test_plans_have_late_and_coming_actions(book: dict[str, Rows]) -> None:
    actions, objectives = book["actions"], {row["key"] for row in book["objectives"]}
    everybody = {row["key"] for row in book["clients"]}
    assert {row["client"] for row in book["plans"]} == everybody
    assert {row["client"] for row in book["plan_facts"]} == everybody
    assert {row["objective"] for row in (*book["plan_measures"], *book["initiatives"])} <= objectives
    assert any(not row["imperative"] for row in book["objectives"])
    assert {row["objective"] for row in actions} <= objectives
    assert {row["status"] for row in actions} == {"not_started", "on_track", "watch", "at_risk", "done"}
    late = [row for row in actions if row["due"] < "2026-11-23" and row["status"] != "done"]
    assert len(late) >= 5
    assert sum(1 for row in actions if "2027-01-01" <= row["due"] <= "2027-03-31") >= 8
    assert all(row["next_step"] for row in actions)


def test_no_one_is_met_after_today_and_dates_are_plain(book: dict[str, Rows]) -> None:
    assert all(row["judged_on"] <= "2026-11-01" for row in book["contacts"])
    known = [row for row in book["contacts"] if row["identified"] == "yes"]
    assert all(row["email"].isascii() and row["email"].endswith(".example") for row in known)
    assert {row["last_name"] for row in book["contacts"] if row["identified"] == "no"} == {"US region", "data officer"}
    assert all(date.fromisoformat(row["date"]).weekday() < 5 for row in book["touchpoints"])


def test_invoices_tell_of_two_years_and_of_habits(book: dict[str, Rows]) -> None:
    rows, today = book["invoices"], AS_OF.isoformat()
    assert min(row["issued"] for row in rows) == "2024-11-29"
    assert max(row["issued"] for row in rows) == "2026-10-30"
    assert all(row["issued"] <= row["due"] and (not row["paid_on"] or row["paid_on"] <= today) for row in rows)
    owed = [row for row in rows if not row["paid_on"] and not row["amount"].startswith("-")]
    late = {row["client"]: row for row in owed if row["due"] < "2026-09-24"}
    assert set(late) == {"kestrel-air", "dunmore-media"}
    assert Decimal(late["kestrel-air"]["amount"]) > 300_000
    credits = [row for row in rows if row["number"].endswith("-CN")]
    assert [(row["client"], bool(row["paid_on"])) for row in credits] == [
        ("halden-pharma", True),
        ("corvus-retail", False),
        ("ostra-foods", False),
    ]


def test_what_was_invoiced_is_what_the_ledger_holds(book: dict[str, Rows]) -> None:
    def sums(rows: Rows) -> dict[tuple[str, str], Decimal]:
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in rows:
            found[row["client"], row["currency"]] += Decimal(row["amount"])
        return dict(found)

    ledger = [r for r in book["ledger"] if r["line"] == "gross_revenue" and "2024-11" <= r["month"] < "2026-11"]
    invoices = [row for row in book["invoices"] if not row["number"].endswith("-CN")]
    assert sums(invoices) == sums(ledger)


def test_hours_cost_what_the_ledger_s_labour_does_within_a_tenth(book: dict[str, Rows]) -> None:
    """At the rates by role, in the months that associates book; the two unposted months apart."""
    table = rate_table(AS_OF.replace(day=1), 7)
    cost = {row["role"]: Decimal(row["rate"]) for row in book["rates"] if row["kind"] == "cost" and row["role"]}
    labour: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in book["ledger"]:
        if row["line"] == "delivery_labour" and row["client"] and "2025-05" <= row["month"] <= "2026-06":
            month = date.fromisoformat(f"{row['month']}-01")
            labour[row["client"], row["month"]] += to_dollars(Decimal(row["amount"]), row["currency"], month, table)
    worked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in book["time"]:
        # The rows above keep each role's newest rate; before July an hour cost four per cent less.
        worked[row["client"], row["date"][:7]] += (
            Decimal(row["hours"]) * cost.get(row["role"], Decimal(0)) / Decimal("1.04")
        )
    gaps = {place: abs(worked[place] / amount - 1) for place, amount in labour.items()}
    assert len(gaps) > 150
    assert max(gaps.values()) < Decimal("0.12")
    assert sum(gaps.values()) / len(gaps) > Decimal("0.05")
    silent = {("tesserine-software", "2026-09"), ("brightmere-health", "2026-07")}
    posted = {(row["client"], row["month"]) for row in book["ledger"] if row["line"] == "delivery_labour"}
    assert not silent & posted
    assert all(worked[place] > 10_000 for place in silent)
