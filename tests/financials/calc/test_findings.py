from __future__ import annotations

from decimal import Decimal as D

import pytest

from financials.calc.findings import (
    Part,
    actions_due,
    against_budget,
    amount_against_budget,
    amounts,
    count,
    forecast_against_budget,
    largest_moves,
    margin_moved,
    met_budget,
    names,
    notice_ahead,
    open_pipeline,
    renewals_ahead,
    resting_on,
    share_of,
    signed_cover,
    to_go,
    under_plan,
)


def millions(**gaps: str) -> list[Part]:
    return [Part(name, D(gap) * 1000000) for name, gap in gaps.items()]


TWELVE = millions(
    Halden="-0.8", Marlow="0.7", Corvus="-0.7", Northline="0.2", Ostra="0.1", Kestrel="-0.6", Vantage="0.3",
    Brightwell="0.0", Telmar="-0.1", Aster="0.2", Pell="0.1", Tessera="0.0",
)  # fmt: skip


def test_a_forecast_short_of_budget_names_who_costs_and_who_gives_back() -> None:
    assert (
        forecast_against_budget(D(86600000), D(87200000), TWELVE, "USD")
        == "Forecast is $0.6M short of budget: Halden, Corvus and Kestrel cost $2.1M, the other nine give back $1.5M"
    )


def test_a_forecast_ahead_of_budget_reads_the_other_way() -> None:
    parts = millions(Marlow="1.5", Halden="-0.4", Ostra="-0.1")
    assert (
        forecast_against_budget(D(11000000), D(10000000), parts, "EUR")
        == "Forecast is €1.0M ahead of budget: Marlow brings €1.5M, the other two cost €0.5M"
    )


def test_the_clause_only_claims_a_part_when_the_rest_is_short_too() -> None:
    parts = millions(Halden="-0.6", Corvus="-0.2", Ostra="-0.1", Marlow="0.0")
    assert (
        forecast_against_budget(D(9100000), D(10000000), parts, "USD")
        == "Forecast is $900.0k short of budget: Halden costs $600.0k of it"
    )


def test_one_other_client_and_a_client_alone() -> None:
    assert (
        forecast_against_budget(D(9000000), D(10000000), millions(Halden="-1.2", Marlow="0.2"), "USD")
        == "Forecast is $1.0M short of budget: Halden costs $1.2M, the other one gives back $0.2M"
    )
    assert (
        forecast_against_budget(D(9000000), D(10000000), millions(Halden="-1.0"), "USD")
        == "Forecast is $1.0M short of budget: Halden costs $1.0M"
    )


def test_no_client_is_blamed_for_a_gap_spread_evenly() -> None:
    parts = [Part(f"Client {n:02}", D(-100000)) for n in range(10)]
    assert (
        forecast_against_budget(D(9000000), D(10000000), parts, "USD")
        == "Forecast is $1.0M short of budget, spread over ten clients"
    )


def test_clients_that_do_not_add_up_to_the_gap_are_not_mentioned() -> None:
    assert (
        forecast_against_budget(D(9000000), D(10000000), millions(Halden="-0.7"), "USD")
        == "Forecast is $1.0M short of budget"
    )


def test_a_headline_too_long_loses_its_clause() -> None:
    parts = [Part("The Honourable Company of " + "x" * 100, D(-1000000)), Part("Marlow", D(0))]
    assert forecast_against_budget(D(9000000), D(10000000), parts, "USD") == "Forecast is $1.0M short of budget"


def test_no_budget_no_finding() -> None:
    for forecast, budget in ((None, D(1)), (D(1), None), (D(1), D(0))):
        assert forecast_against_budget(forecast, budget, [], "USD") == "Full-year forecast"
    assert forecast_against_budget(D(10000400), D(10000000), [], "USD") == "Forecast is in line with budget"


def test_clients_without_a_budget_are_among_all_others() -> None:
    """9.0 against 10.0: Halden −1.2, Marlow +0.1, and 0.1 of a client that has no budget."""
    parts = millions(Halden="-1.2", Marlow="0.1")
    said = forecast_against_budget(D(9000000), D(10000000), parts, "USD", unplanned=D(100000))
    assert said == "Forecast is $1.0M short of budget: Halden costs $1.2M, all others give back $0.2M"


@pytest.mark.parametrize(
    ("actual", "budget", "sentence"),
    [
        (D(96), D(100), "Revenue runs 4% under budget"),
        (D(112), D(100), "Revenue runs 12% over budget"),
        (D("99.6"), D(100), "Revenue runs 0.4% under budget"),
        (D("99.96"), D(100), "Revenue is on budget"),
        (D(96), None, "Revenue"),
        (None, D(100), "Revenue"),
        (D(96), D(0), "Revenue"),
    ],
)
def test_against_budget(actual: D | None, budget: D | None, sentence: str) -> None:
    assert against_budget("Revenue", actual, budget) == sentence


def test_against_budget_may_fall_back_to_another_name() -> None:
    assert against_budget("Revenue", D(1), None, "Net revenue by month") == "Net revenue by month"


def test_an_amount_against_budget() -> None:
    lines = [
        Part("net revenue", D(-110000)),
        Part("delivery labour", D(40000)),
        Part("freelancers", D(-16000)),
        Part("direct expenses", D(1500)),
    ]
    assert (
        amount_against_budget("October contribution", D(158500), D(243000), "USD", lines)
        == "October contribution is $84.5k under budget, all of it in net revenue"
    )
    assert amount_against_budget("Contribution", D(-5), D(-25), "USD") == "Contribution is $20 over budget"
    assert amount_against_budget("Contribution", D(5), D(5), "USD") == "Contribution is on budget"
    assert amount_against_budget("Contribution", D(5), None, "USD") == "Contribution"


def test_months_to_go() -> None:
    def say(months: int, needed: D | None, forecast: D) -> str:
        return to_go(months, needed, forecast, "USD", "Net revenue by month")

    assert say(2, D(15400000), D(14800000)) == "Two months to go: $15.4M needed, $14.8M forecast"
    assert say(1, D(-1), D(14800000)) == "One month to go: the year's budget is met"
    assert say(2, None, D(1)) == "Net revenue by month"
    assert say(0, D(1), D(1)) == "Net revenue by month"


def test_clients_at_or_above_budget() -> None:
    assert met_budget(8, 12) == "Eight of twelve clients are at or above budget"
    assert met_budget(1, 12) == "One of twelve clients is at or above budget"
    assert met_budget(12, 12) == "All twelve clients are at or above budget"
    assert met_budget(0, 14) == "None of the 14 clients are at or above budget"
    assert met_budget(1, 1) == "The client is at or above budget"
    assert met_budget(0, 1) == "The client is under budget"
    assert met_budget(0, 0) == "Clients"


@pytest.mark.parametrize(
    ("now", "then", "parts", "sentence"),
    [
        ("0.42", "0.451", {"Media": "-3.4", "Brand": "0.3"}, "Margin fell 3.1 points to 42.0%, all of it in Media"),
        ("0.42", "0.45", {"Media": "-2", "Brand": "-1"}, "Margin fell 3.0 points to 42.0%, most of it in Media"),
        ("0.42", "0.45", {"Media": "-1.5", "Brand": "-1.5"}, "Margin fell 3.0 points to 42.0%, half of it in Brand"),
        ("0.42", "0.45", {"Media": "-1", "Brand": "-1", "PR": "-1"}, "Margin fell 3.0 points to 42.0%"),
        ("0.42", "0.45", {"Media": "-3"}, "Margin fell 3.0 points to 42.0%"),
        ("0.46", "0.45", {"Media": "1.5", "Brand": "-0.5"}, "Margin rose 1.0 point to 46.0%, all of it in Media"),
        ("0.4504", "0.45", {"Media": "3", "Brand": "-2.96"}, "Margin held at 45.0%"),
        (None, "0.45", {}, "Margin"),
        ("0.45", None, {}, "Margin"),
    ],
)
def test_margin_moved(now: str | None, then: str | None, parts: dict[str, str], sentence: str) -> None:
    gaps = [Part(name, D(gap)) for name, gap in parts.items()]
    assert margin_moved(now and D(now), then and D(then), gaps) == sentence  # type: ignore[arg-type]  # None or text


def test_nothing_is_a_share_of_no_move() -> None:
    assert share_of(D(0), [Part("A", D(1)), Part("B", D(-1))]) == ""


def test_signed_cover_is_cut_not_rounded() -> None:
    def say(signed: D | None, whole: D) -> str:
        return signed_cover(signed, whole, "what is left of 2026", "Forecast by layer")

    assert say(D(88), D(100)) == "Signed work covers 88% of what is left of 2026"
    assert say(D("99.9"), D(100)) == "Signed work covers 99% of what is left of 2026"
    assert say(D(100), D(100)) == "Signed work covers all of what is left of 2026"
    assert say(D(1), D(0)) == "Forecast by layer"
    assert say(None, D(100)) == "Forecast by layer"


def test_renewals_ahead() -> None:
    assert renewals_ahead(3, D(2400000), "USD") == "Three contracts worth $2.4M reach notice within 120 days"
    assert renewals_ahead(1, None, "USD") == "One contract reaches notice within 120 days"
    assert renewals_ahead(30, None, "USD", passed=3) == "Three notice dates have passed; 27 more within 120 days"
    assert renewals_ahead(1, D(5), "USD", passed=1) == "One notice date has passed"
    assert renewals_ahead(0, D(0), "USD") == "No contract reaches notice within 120 days"


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (37, "Five weeks to settle before notice falls due"),
        (1, "One day to settle before notice falls due"),
        (13, "13 days to settle before notice falls due"),
        (14, "Two weeks to settle before notice falls due"),
        (200, "Notice falls due in 200 days"),
        (0, "Notice falls due today"),
        (-12, "Notice fell due 12 days ago"),
        (-1, "Notice fell due 1 day ago"),
        (None, "Notice"),
    ],
)
def test_notice_ahead(days: int | None, sentence: str) -> None:
    assert notice_ahead(days) == sentence


def test_open_pipeline() -> None:
    assert open_pipeline(31, 0, D(9800000), "USD") == "31 open deals are worth $9.8M weighted"
    assert (
        open_pipeline(1, 4, D(50000), "USD")
        == "One open deal is worth $50.0k weighted; four more have no amount or probability"
    )
    assert open_pipeline(2, 1, D(5), "USD").endswith("; one more has no amount or probability")
    assert open_pipeline(0, 664, None, "USD") == "664 open deals, none of which has an amount or probability"
    assert open_pipeline(0, 1, None, "USD") == "One open deal, which has no amount or probability"
    assert open_pipeline(0, 0, None, "USD") == "No open deals"
    assert open_pipeline(3, 0, None, "USD") == "Open pipeline"


def test_actions_due() -> None:
    assert actions_due(3, 8) == "Three of eight actions are overdue"
    assert actions_due(1, 1) == "One of one action is overdue"
    assert actions_due(0, 8) == "No action is overdue"
    assert actions_due(0, 0) == "Actions"


def test_the_largest_moves_of_a_bridge() -> None:
    lines = [Part("net revenue", D(245400)), Part("freelancers", D(-175100)), Part("direct expenses", D(9700))]
    assert largest_moves(lines, "USD", "Contribution") == "Net revenue added $245.4k, freelancers took $175.1k"
    small = [Part("net revenue", D(-273800)), Part("freelancers", D(5000))]
    assert largest_moves(small, "USD", "Contribution") == "Net revenue took $273.8k"
    assert largest_moves([Part("freelancers", D(0))], "USD", "Contribution") == "Contribution"


def test_amounts_share_one_unit() -> None:
    assert amounts("USD", D(-2100000), D(600000)) == ["$2.1M", "$0.6M"]
    assert amounts("USD", D(2100000), D(12000)) == ["$2.1M", "$12.0k"]
    assert amounts("USD", D(999999), D(0)) == ["$1.0M", "$0.0M"]
    assert amounts("CHF", D(640)) == ["CHF\u00a0640"]
    assert amounts("USD") == []


def test_counts_and_names() -> None:
    assert (count(0), count(12), count(13), count(7375)) == ("no", "twelve", "13", "7,375")
    assert names(["Halden"]) == "Halden"
    assert names(["Halden", "Corvus"]) == "Halden and Corvus"


def test_what_the_months_ahead_rest_on() -> None:
    def said(**layers: int) -> str:
        return resting_on({name: D(amount) for name, amount in layers.items()}, "the 14 months ahead", "Net revenue")

    assert (
        said(contracted=670, renewal=200, commit=60, run_rate=70)
        == "67% of the 14 months ahead is signed; most of the rest is renewals"
    )
    assert (
        said(contracted=100, renewal=40, commit=20, best_case=15, pipeline=10, run_rate=40)
        == "44% of the 14 months ahead is signed; the largest part of the rest is open deals"
    )
    assert said(contracted=50) == "All of the 14 months ahead is signed"
    assert said(contracted=60, run_rate=30, override=-60) == "All of the 14 months ahead is signed"
    assert said(run_rate=30).endswith("most of the rest is what history says beyond contracts")
    assert said() == said(contracted=-5, run_rate=20) == "Net revenue"


def test_months_under_plan() -> None:
    def said(*months: tuple[int, int]) -> str:
        return under_plan([(D(came), D(planned)) for came, planned in months], "Contribution", "By month")

    assert said((1, 2), (3, 2), (1, 5)) == "Contribution was under budget in two of three closed months"
    assert said((2, 2), (3, 2)) == "Contribution was on budget in all of two closed months"
    assert said((3, 2)) == "Contribution was on budget"
    assert said((1, 2)) == "Contribution was under budget in one of one closed month"
    assert said() == "By month"
