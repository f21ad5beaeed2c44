"""The cockpit's client table, to take away."""

from __future__ import annotations

from decimal import Decimal

from financials.calc.shown_margin import Amount
from portfolio.queries.cockpit import Cockpit


def table_rows(page: Cockpit) -> tuple[list[str], list[list[object]]]:
    """The client table as CSV and XLSX give it: whole amounts, ratios as fractions."""
    head = ["client", "name", "tier", "status", "currency", "revenue_to_date", "revenue_on_budget", "full_year"]
    head += ["full_year_on_budget", "contribution_margin", "margin_on_budget", "margin_months_left_out", "next"]
    head += ["health"]
    rows: list[list[object]] = [
        [
            line.key,
            line.name,
            line.tier,
            line.status,
            page.basis.currency,
            line.revenue.value,
            line.revenue_gap.value,
            line.full_year.value,
            line.full_year_gap.value,
            line.margin.value,
            _share(line.margin_gap.value),
            line.left_out,
            line.next_label,
            line.health.value if line.health else None,
        ]
        for line in page.clients
    ]
    return head, rows


def _share(points: Decimal | int | None) -> Amount:
    return None if points is None else Decimal(points) / 100
