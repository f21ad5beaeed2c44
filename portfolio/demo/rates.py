"""Exchange rates of the demo: a quiet walk around long-run levels, sixty months to the last close."""

from datetime import date
from decimal import Decimal

from portfolio.demo.calendar import add_months, label, stream

MONTHS = 60
LEVELS = {"EUR": 1.092, "GBP": 1.278}


def rate_table(anchor: date, seed: int) -> dict[str, dict[date, tuple[Decimal, Decimal]]]:
    """Per currency and month: dollars for one unit, average and closing."""
    table: dict[str, dict[date, tuple[Decimal, Decimal]]] = {}
    for base, level in LEVELS.items():
        rng = stream(seed, "fx", base)
        closing = level
        months: dict[date, tuple[Decimal, Decimal]] = {}
        for back in range(MONTHS, 0, -1):
            opened = closing
            closing = opened + (level - opened) * 0.08 + rng.gauss(0, level * 0.011)
            average = (opened + closing) / 2 + rng.gauss(0, level * 0.002)
            months[add_months(anchor, -back)] = (
                Decimal(f"{average:.4f}"),
                Decimal(f"{closing:.4f}"),
            )
        table[base] = months
    return table


def to_dollars(
    amount: Decimal, currency: str, month: date, table: dict[str, dict[date, tuple[Decimal, Decimal]]]
) -> Decimal:
    """At the month's average; after the last rate, at the last closing."""
    if currency == "USD":
        return amount
    months = table[currency]
    if month in months:
        return amount * months[month][0]
    return amount * months[max(months)][1]


def fx_rows(anchor: date, seed: int) -> list[dict[str, str]]:
    return [
        {
            "month": label(month),
            "base": base,
            "quote": "USD",
            "average": str(average),
            "closing": str(closing),
        }
        for base, months in rate_table(anchor, seed).items()
        for month, (average, closing) in months.items()
    ]
