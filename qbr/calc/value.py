"""What our work was worth: shares of an amount, what the client confirmed of it by month, return, payback, net present
value. Definitions: docs/definitions.md#value-realised
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from common.money import ZERO, quantise
from common.periods import Month, month_add, month_count

Standing = Literal["signed", "submitted", "soft", "proposed", "declined"]
LADDER: Final[tuple[Standing, ...]] = ("signed", "submitted", "soft", "proposed", "declined")
"""From what counts to what does not. signed: hard and confirmed, the only one in a headline."""
CONFIRMED: Final = frozenset({"accepted", "edited"})
_UNCONFIRMED: Final[dict[str, Standing]] = {"sent": "submitted", "declined": "declined"}


def standing_of(state: str, *, hard: bool) -> Standing:
    if state in CONFIRMED:
        return "signed" if hard else "soft"
    return _UNCONFIRMED.get(state, "proposed")


def claimed(amounts: Mapping[Month, Decimal], share: Decimal, currency: str) -> dict[Month, Decimal]:
    """What we say is ours of each month's effect. Rounded as a running total, so that the months sum to the whole."""
    return _spread(amounts, share, currency)


def confirmed(claims: Mapping[Month, Decimal], total: Decimal, currency: str) -> dict[Month, Decimal]:
    """A total the client confirmed, over the months as the claim lies over them. All on the last where nothing does."""
    whole = sum(claims.values(), ZERO)
    if not whole:
        return {max(claims): quantise(total, currency)} if claims else {}
    return _spread(claims, total / whole, currency)


def _spread(amounts: Mapping[Month, Decimal], factor: Decimal, currency: str) -> dict[Month, Decimal]:
    found, run, told = {}, ZERO, ZERO
    for month in sorted(amounts):
        run += amounts[month]
        upto = quantise(run * factor, currency)
        found[month], told = upto - told, upto
    return found


def roi(benefit: Decimal | None, cost: Decimal | None) -> Decimal | None:
    """(benefit − cost) ÷ cost; None where either is unknown or nothing was spent."""
    if benefit is None or cost is None or cost <= 0:
        return None
    return (benefit - cost) / cost


def npv(flows: Sequence[Decimal], rate: Decimal) -> Decimal:
    """Σ flow ÷ (1 + rate)^t; the first flow is now, the others a year apart. Not rounded."""
    return sum((flow / (1 + rate) ** year for year, flow in enumerate(flows)), ZERO)


def payback(benefits: Mapping[Month, Decimal], costs: Mapping[Month, Decimal]) -> int | None:
    """Months from the first cost to the end of the first month by which benefits have covered all costs so far."""
    if not costs:
        return None
    first, last, run = min(costs), max([*benefits, *costs]), ZERO
    run = sum((amount for month, amount in benefits.items() if month < first), ZERO)
    for passed in range(month_count(first, last)):
        month = month_add(first, passed)
        run += benefits.get(month, ZERO) - costs.get(month, ZERO)
        if run >= 0 and any(at <= month for at in benefits):
            return passed + 1
    return None


def by_year(benefits: Mapping[Month, Decimal], costs: Mapping[Month, Decimal]) -> list[Decimal]:
    """Benefits less costs of each twelve months from the first month of either."""
    months = [*benefits, *costs]
    if not months:
        return []
    first = min(months)
    flows = [ZERO] * ((month_count(first, max(months)) + 11) // 12)
    for sign, amounts in ((1, benefits), (-1, costs)):
        for month, amount in amounts.items():
            flows[(month_count(first, month) - 1) // 12] += sign * amount
    return flows


@dataclass(frozen=True, slots=True)
class Worth:
    """One benefit in the currency of those who read it; amounts by month, None where a rate is missing.

    counted: what was confirmed where the client answered, else what is claimed.
    """

    title: str
    driver: str
    hard: bool
    state: str
    confidence: str
    baseline: str
    method: str
    share: Decimal
    claimed: Mapping[Month, Decimal] | None
    counted: Mapping[Month, Decimal] | None

    @property
    def standing(self) -> Standing:
        return standing_of(self.state, hard=self.hard)


def total(
    parts: Mapping[Month, Decimal] | None, first: Month | None = None, last: Month | None = None
) -> Decimal | None:
    """Of the months between, both ends in."""
    if parts is None:
        return None
    return sum(
        (amount for month, amount in parts.items() if (not first or month >= first) and (not last or month <= last)),
        ZERO,
    )


def months_of(found: Sequence[Worth], standing: Standing) -> dict[Month, Decimal] | None:
    """Their counted amounts by month; None where one of them cannot be converted."""
    summed: dict[Month, Decimal] = {}
    for worth in found:
        if worth.standing != standing:
            continue
        if worth.counted is None:
            return None
        for month, amount in worth.counted.items():
            summed[month] = summed.get(month, ZERO) + amount
    return summed


@dataclass(frozen=True, slots=True)
class Value:
    """All that is known of what the work was worth. spent: by month besides fees, None where a rate is missing.

    rate: what the client's money costs it a year.
    """

    worths: tuple[Worth, ...]
    spent: Mapping[Month, Decimal] | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Return:
    """Of the months first to last: what was signed, what it cost, what that returns. None is unknown."""

    first: Month | None
    last: Month | None
    signed: Decimal | None
    fees: Decimal | None
    spent: Decimal | None
    roi: Decimal | None
    payback: int | None
    npv: Decimal | None
    benefits: Mapping[Month, Decimal]
    costs: Mapping[Month, Decimal]

    @property
    def cost(self) -> Decimal | None:
        return None if self.fees is None or self.spent is None else self.fees + self.spent


def return_of(
    found: Sequence[Worth], fees: Mapping[Month, Decimal | None], spent: Mapping[Month, Decimal] | None, rate: Decimal
) -> Return:
    """fees: by month, as far as the books are closed; those since the first signed benefit or cost count."""
    signed = months_of(found, "signed")
    months = sorted({*(signed or ()), *(spent or ())})
    if signed is None or spent is None or not months:
        return Return(None, None, ZERO if signed == {} else None, None, None, None, None, None, {}, {})
    paid = {month: amount for month, amount in fees.items() if month >= months[0]}
    known = {month: amount for month, amount in paid.items() if amount is not None}
    complete = len(known) == len(paid) and bool(paid) and bool(signed)
    costs = dict(spent)
    for month, amount in known.items():
        costs[month] = costs.get(month, ZERO) + amount
    whole, out = sum(signed.values(), ZERO), sum(spent.values(), ZERO)
    fee = sum(known.values(), ZERO) if len(known) == len(paid) and paid else None
    return Return(
        months[0],
        max([*months, *paid]),
        whole,
        fee,
        out,
        roi(whole, fee + out) if complete and fee is not None else None,
        payback(signed, costs) if complete else None,
        npv(by_year(signed, costs), rate) if complete else None,
        signed,
        costs,
    )
