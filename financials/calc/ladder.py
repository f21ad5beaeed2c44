"""The P&L ladder: six ledger lines in, four subtotals and three margins out. Source: docs/definitions.md#pl-ladder"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

from common.money import SIX_PLACES, ZERO, from_minor, ratio
from financials.calc.frames import check, pnl_cells

if TYPE_CHECKING:
    import pandas as pd

LINES: Final = ("gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead")
COSTS: Final = frozenset(LINES) - {"gross_revenue"}
"""Lines and ladder rows that lower profit; positive amounts."""
MARGINS: Final = ("gross_margin", "contribution_margin", "operating_margin")

MARGIN_OF: Final = {
    "gross_margin": "gross_profit",
    "contribution_margin": "contribution",
    "operating_margin": "operating_profit",
}
"""The profit each margin is a share of net revenue of."""

Margin: TypeAlias = Decimal | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Amounts in one currency, top to bottom. Margins are over net revenue; None where that is not above zero."""

    gross_revenue: Decimal
    pass_through: Decimal
    net_revenue: Decimal
    delivery_labour: Decimal
    freelancers: Decimal
    gross_profit: Decimal
    direct_expenses: Decimal
    contribution: Decimal
    overhead: Decimal
    operating_profit: Decimal
    gross_margin: Margin
    contribution_margin: Margin
    operating_margin: Margin

    def as_dict(self) -> dict[str, Decimal | None]:
        return {name: getattr(self, name) for name in ROWS}


ROWS: Final = tuple(field.name for field in fields(Ladder))
AMOUNTS: Final = tuple(name for name in ROWS if name not in MARGINS)


def ladder(lines: Mapping[str, Decimal]) -> Ladder:
    """The ladder of line totals in one currency; a line left out has no entries and counts 0.

    Raises KeyError on a line the ledger does not have.
    """
    unknown = set(lines) - set(LINES)
    if unknown:
        raise KeyError(f"No such ledger line: {', '.join(sorted(unknown))}.")
    gross, passed, labour, freelancers, direct, overhead = (lines.get(line, ZERO) for line in LINES)
    net = gross - passed
    profit = net - labour - freelancers
    contribution = profit - direct
    operating = contribution - overhead
    return Ladder(
        gross_revenue=gross,
        pass_through=passed,
        net_revenue=net,
        delivery_labour=labour,
        freelancers=freelancers,
        gross_profit=profit,
        direct_expenses=direct,
        contribution=contribution,
        overhead=overhead,
        operating_profit=operating,
        gross_margin=ratio(profit, net),
        contribution_margin=ratio(contribution, net),
        operating_margin=ratio(operating, net),
    )


def ladder_values(lines: Sequence[Decimal | None], *, known: bool = False) -> dict[str, Decimal | None]:
    """The rows of the ladder from its six lines in order; a line that is unknown (None) leaves what follows unknown.
    known: none is.

    The same figures as `ladder`, several times faster: a pivot has a hundred thousand of them.
    """
    if not known and any(line is None for line in lines):
        return _partly_known(lines)
    gross, passed, labour, freelancers, direct, overhead = cast("Sequence[Decimal]", lines)
    net = gross - passed
    profit = net - labour - freelancers
    contribution = profit - direct
    operating = contribution - overhead
    margins: tuple[Margin, Margin, Margin] = (None, None, None)
    if net > ZERO:
        margins = (
            (profit / net).quantize(SIX_PLACES, ROUND_HALF_EVEN) + ZERO,
            (contribution / net).quantize(SIX_PLACES, ROUND_HALF_EVEN) + ZERO,
            (operating / net).quantize(SIX_PLACES, ROUND_HALF_EVEN) + ZERO,
        )
    return {
        "gross_revenue": gross,
        "pass_through": passed,
        "net_revenue": net,
        "delivery_labour": labour,
        "freelancers": freelancers,
        "gross_profit": profit,
        "direct_expenses": direct,
        "contribution": contribution,
        "overhead": overhead,
        "operating_profit": operating,
        "gross_margin": margins[0],
        "contribution_margin": margins[1],
        "operating_margin": margins[2],
    }


def gap_values(
    now: Mapping[str, Decimal | None], then: Mapping[str, Decimal | None], rows: Sequence[str]
) -> dict[str, Decimal | None]:
    """now − then on these rows; of margins in percentage points; None where either is unknown."""
    found: dict[str, Decimal | None] = {}
    for name in rows:
        after, before = now[name], then[name]
        if after is None or before is None:
            found[name] = None
        else:
            found[name] = (after - before) * 100 if name in MARGINS else after - before
    return found


def _partly_known(lines: Sequence[Decimal | None]) -> dict[str, Decimal | None]:
    values: dict[str, Decimal | None] = dict(zip(LINES, lines, strict=True))

    def less(first: str, *others: str) -> Decimal | None:
        start, parts = values[first], [values[name] for name in others]
        known = [part for part in parts if part is not None]
        return None if start is None or len(known) < len(parts) else start - sum(known, ZERO)

    values["net_revenue"] = less("gross_revenue", "pass_through")
    values["gross_profit"] = less("net_revenue", "delivery_labour", "freelancers")
    values["contribution"] = less("gross_profit", "direct_expenses")
    values["operating_profit"] = less("contribution", "overhead")
    for margin, profit in MARGIN_OF.items():
        values[margin] = ratio(values[profit], values["net_revenue"])
    return {name: values[name] for name in ROWS}


def add(ladders: Iterable[Ladder]) -> Ladder:
    """The ladder of several in the same currency: amounts add, margins are those of the sums."""
    several = list(ladders)
    return ladder({line: sum((getattr(one, line) for one in several), ZERO) for line in LINES})


def difference(actual: Ladder, budget: Ladder) -> dict[str, Decimal | None]:
    """actual − budget on every row, as reports give it; margins in points, None where either is unknown."""
    rows: dict[str, Decimal | None] = {name: getattr(actual, name) - getattr(budget, name) for name in AMOUNTS}
    return rows | {name: points(getattr(actual, name), getattr(budget, name)) for name in MARGINS}


def variance(actual: Ladder, budget: Ladder) -> dict[str, Decimal | None]:
    """As pages show it: favourable is positive on every row, costs too (spending less than budget is a plus)."""
    return {
        name: -value if name in COSTS and value is not None else value
        for name, value in difference(actual, budget).items()
    }


def points(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    """The move between two fractions in percentage points: 0.45 against 0.431 is 1.9."""
    return None if now is None or then is None else (now - then) * 100


def margin_parts(now: Mapping[str, Ladder], then: Mapping[str, Ladder], profit: str) -> dict[str, Decimal] | None:
    """What each unit did to a margin of the whole, in points; the parts sum to the move. profit: a row, 'contribution'.

    A unit's part is its profit above the old margin of the whole, as a share of all net revenue, now less then: it
    holds both its own margin and its weight. None where net revenue is not above zero in either period.
    """
    before, after = add(then.values()), add(now.values())
    if before.net_revenue <= 0 or after.net_revenue <= 0:
        return None
    old = getattr(before, profit) / before.net_revenue

    def above(units: Mapping[str, Ladder], name: str, whole: Ladder) -> Decimal:
        unit = units.get(name)
        if unit is None:
            return ZERO
        return Decimal((getattr(unit, profit) - old * unit.net_revenue) / whole.net_revenue * 100)

    return {name: above(now, name, after) - above(then, name, before) for name in sorted({*now, *then})}


class LadderRow(NamedTuple):
    keys: tuple[str, ...]
    ladder: Ladder


def by_group(frame: pd.DataFrame, keys: Sequence[str], currency: str) -> list[LadderRow]:
    """One ladder for each group, sorted by the keys in the order given.

    frame: `pnl_cells(keys)`: key columns, line, amount in int64 minor units, all in `currency`. A group without rows
    is absent; a line without rows in a present group is 0. No keys: one row, or none for an empty frame.
    """
    check(frame, pnl_cells(tuple(keys)))
    if frame.empty:
        return []
    if not keys:
        totals = frame.groupby("line", sort=False)["amount"].sum()
        return [LadderRow((), ladder({str(line): from_minor(int(units), currency) for line, units in totals.items()}))]
    # Not pivot_table, nor unstack without a fill: a gap would turn the column to float64.
    sums = frame.groupby([*keys, "line"], observed=True)["amount"].sum()
    wide = sums.unstack("line", fill_value=0).reindex(columns=list(LINES), fill_value=0)
    rows = zip(wide.index, wide.to_numpy().tolist(), strict=True)
    return [
        LadderRow(
            key if isinstance(key, tuple) else (key,),
            ladder({line: from_minor(int(units), currency) for line, units in zip(LINES, row, strict=True)}),
        )
        for key, row in rows
    ]


class TieOut(NamedTuple):
    """difference is 0 when the ladder shows all of the ledger and nothing else."""

    ledger: Decimal
    shown: Decimal
    difference: Decimal


def tie_out(ledger: Mapping[str, Decimal], shown: Iterable[Ladder]) -> TieOut:
    """Ledger total − what the ladders show. ledger: line totals read apart from them, in the same currency."""
    total = ladder(ledger).operating_profit
    seen = sum((one.operating_profit for one in shown), ZERO)
    return TieOut(total, seen, total - seen)
