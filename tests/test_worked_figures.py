"""Every worked figure of the domain's definitions, as a literal, against the function that makes it.

Each row names the paragraph the figure stands in. What has a test of its own beside its function is told here again:
this is the list a reader checks.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import holidays
import pytest

from accounts.calc.coverage import Tie, coverage
from common.fx import RateRow, Rates, convert
from common.money import ratio
from financials.calc.bridge import Pair, Side, moves
from financials.calc.forecast import Opportunity, delivery_span, weighted
from financials.calc.ladder import ladder
from financials.calc.notice import checkpoints, notice_deadline, parse_uplift
from financials.calc.recognition import fixed_fee
from financials.calc.retention import retention
from financials.calc.schedule import straight_line

OCTOBER = date(2026, 10, 1)
LADDER = {
    "gross_revenue": D(520000), "pass_through": D(120000), "delivery_labour": D(186000), "freelancers": D(34000),
    "direct_expenses": D(21500), "overhead": D(48000),
}  # fmt: skip
EURO = Rates([RateRow(OCTOBER, "EUR", "USD", D("1.0845"))])


def in_dollars(amount: str) -> D:
    return convert(D(amount), "EUR", "USD", OCTOBER, EURO, via="USD")


def amounts(amount: str, first: date, last: date) -> list[D]:
    return [line.amount for line in straight_line(D(amount), first, last, "USD")]


def uplifted(index: str) -> D | None:
    rule = parse_uplift("cpi:0.02:0.04")
    assert rule is not None
    return rule.applied(D(240000), "USD", D(index))


def retained() -> tuple[D | None, D | None]:
    found = retention(
        {"A": D(1000), "B": D(400), "C": D(600), "D": D(0)}, {"A": D(1150), "B": D(300), "C": D(0), "D": D(500)}
    )
    return found.nrr, found.grr


def bridged() -> list[D]:
    after = Side(D(1100 * 205), D(0), D(1100 * 112), D(1100))
    found = moves(Pair(Side(D(1000 * 200), D(0), D(1000 * 110), D(1000)), after, after), "USD")
    return [found.start, found.price, found.volume, found.cost_mix, found.end]


def english_holidays() -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=[2026]))


def covered() -> D | None:
    today = date(2026, 11, 23)
    powers = ((5, 3), (5, 1), (4, 2), (3, 4), (3, 0))
    return coverage([Tie(power, level, 60, today - timedelta(days=10)) for power, level in powers], today).share


def earned() -> tuple[D | None, D | None, D | None]:
    found = fixed_fee(D(300000), D(84000), D(126000), "USD")
    return found.percent, found.recognised, found.backlog


FIGURES: list[tuple[str, Any, Any]] = [
    ("FX: EUR 10,000.00 at 1.0845", in_dollars("10000.00"), D("10845.00")),
    ("FX: three EUR 10.10 of one cell are one amount", in_dollars("30.30"), D("32.86")),
    ("FX: and not three amounts", 3 * in_dollars("10.10"), D("32.85")),
    ("Ladder: net revenue", ladder(LADDER).net_revenue, D(400000)),
    ("Ladder: gross profit", ladder(LADDER).gross_profit, D(180000)),
    ("Ladder: gross margin", ladder(LADDER).gross_margin, D("0.45")),
    ("Ladder: contribution", ladder(LADDER).contribution, D(158500)),
    ("Ladder: contribution margin", ladder(LADDER).contribution_margin, D("0.39625")),
    ("Ladder: operating profit", ladder(LADDER).operating_profit, D(110500)),
    ("Ladder: operating margin", ladder(LADDER).operating_margin, D("0.27625")),
    ("Bridge: start, price, volume, cost and mix, end", bridged(), [D(90000), D(5500), D(9000), D(-2200), D(102300)]),
    (
        "Schedule: 100,000.00 from 15 Jan to 10 Apr 2026", amounts("100000.00", date(2026, 1, 15), date(2026, 4, 10)),
        [D("19767.44"), D("32558.14"), D("36046.51"), D("11627.91")],
    ),
    (
        "Schedule: −1,000.01 from 28 Feb to 2 Mar 2024", amounts("-1000.01", date(2024, 2, 28), date(2024, 3, 2)),
        [D("-500.00"), D("-500.01")],
    ),
    ("Recognition: fee 300,000, cost 84,000, to go 126,000", earned(), (D("0.4"), D(120000), D(180000))),
    ("Notice: 90 calendar days", notice_deadline(date(2026, 12, 31), 90, "calendar"), date(2026, 10, 2)),
    ("Notice: 60 days before 28 Feb 2027", notice_deadline(date(2027, 2, 28), 60, "calendar"), date(2026, 12, 30)),
    (
        "Notice: 30 business days, GB-ENG",
        notice_deadline(date(2026, 12, 31), 30, "business", english_holidays()), date(2026, 11, 17),
    ),
    (
        "Notice: checkpoints before the notice deadline", [point.days for point in checkpoints(date(2026, 10, 2))],
        [180, 120, 90, 60, 30],
    ),
    ("Uplift: index 6.2%, cap 4%", uplifted("0.062"), D("249600.00")),
    ("Uplift: index 1.1%, floor 2%", uplifted("0.011"), D("244800.00")),
    ("Retention: NRR, GRR", retained(), (D("0.725"), D("0.65"))),
    (
        "Forecast: 120,000 × 40% over 1 Sep to 30 Nov 2026",
        amounts(str(weighted(D(120000), D("0.4"), "USD")), date(2026, 9, 1), date(2026, 11, 30)),
        [D("15824.18"), D("16351.64"), D("15824.18")],
    ),
    ("Relationship: powers 5,5,4,3,3, the 1st, 3rd, 4th covered", covered(), D("0.6")),
    ("Ratios: unknown without a denominator above zero", [ratio(D(1), D(0)), ratio(D(1), D(-1))], [None, None]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "made", "worked"), FIGURES, ids=[figure[0] for figure in FIGURES])
def test_the_worked_figure(what: str, made: Any, worked: Any) -> None:
    assert made == worked


def test_the_delivery_of_a_deal_without_dates_is_told_from_its_closing() -> None:
    """Blank start: the first of the month after close_on; blank length: twelve months."""
    deal = Opportunity("c", "k", "Proposal", "pipeline", D(120000), "USD", D("0.4"), date(2026, 8, 15), None, None, "")
    assert delivery_span(deal) == (date(2026, 9, 1), date(2027, 8, 31))
