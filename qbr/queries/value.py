"""What our work is worth to one client: benefits, what the client confirmed, what it cost, and the links asked by."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import Client
from common import formats
from common.figures import Figure, figure_id
from common.fx import apply
from common.money import ZERO, quantise
from common.periods import Month, month_of
from financials.queries.basis import Basis, load_basis
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from qbr.access_value import benefits_for, value_costs_for
from qbr.calc import value as calc
from qbr.calc.value import LADDER, Return, Standing, Worth, return_of
from qbr.models import Benefit, BenefitState, Confidence, Driver, ValueAsk, ValueCost

if TYPE_CHECKING:
    from people.models import User

SALT: Final = "value"
LADDER_WORDS: Final[Mapping[Standing, str]] = {
    "signed": "Hard and confirmed",
    "submitted": "Waits for the client’s answer",
    "soft": "Confirmed, not seen in money",
    "proposed": "Not sent yet",
    "declined": "Declined",
}
STATUS: Final = {
    "proposed": "unknown", "sent": "watch", "accepted": "on_track", "edited": "on_track", "declined": "at_risk",
}  # fmt: skip


def converted(amounts: Mapping[Month, Decimal], currency: str, basis: Basis) -> dict[Month, Decimal] | None:
    """At each month's average rate; None where a rate is missing."""
    if currency == basis.currency:
        return {month: quantise(amount, currency) for month, amount in amounts.items()}
    found = {}
    for month, amount in amounts.items():
        rate = basis.rate(currency, month)
        if rate is None:
            return None
        found[month] = apply(amount, rate, basis.currency)
    return found


def worth_of(benefit: Benefit, amounts: Mapping[Month, Decimal], basis: Basis) -> Worth:
    claims = calc.claimed(amounts, benefit.share, benefit.currency)
    kept = claims if benefit.confirmed is None else calc.confirmed(claims, benefit.confirmed, benefit.currency)
    return Worth(
        benefit.title,
        str(Driver(benefit.driver).label),
        benefit.hard,
        benefit.state,
        str(Confidence(benefit.confidence).label),
        benefit.baseline,
        benefit.method,
        benefit.share,
        converted(claims, benefit.currency, basis),
        converted(kept, benefit.currency, basis),
    )


def costs_by_month(costs: Iterable[ValueCost], basis: Basis) -> dict[Month, Decimal] | None:
    found: dict[Month, Decimal] = {}
    for cost in costs:
        one = converted({cost.month: cost.amount}, cost.currency, basis)
        if one is None:
            return None
        found[cost.month] = found.get(cost.month, ZERO) + one[cost.month]
    return found


def fees_by_month(user: User, client: Client, basis: Basis, first: Month) -> dict[Month, Decimal | None]:
    """Net revenue of the closed months from the first on."""
    if first > basis.through:
        return {}
    request = PnlRequest(first=first, last=basis.through, group_by=("month",), client=client.key, safe=True)
    result = load_pnl(user, request, now=basis.as_of, basis=basis)
    return {date.fromisoformat(f"{row.group[0]}-01"): row.values.get("net_revenue") for row in result.rows}


# --- the page ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BenefitRow:
    pk: int
    url: str
    title: str
    driver: str
    kind: str
    confidence: str
    share: Decimal
    currency: str
    claimed: Decimal
    confirmed: Decimal | None
    status: str
    state_word: str
    under: str
    open_to_change: bool


@dataclass(frozen=True, slots=True)
class AskRow:
    """url: '' once it opens nothing."""

    pk: int
    who: str
    until: date
    made_by: str
    answered: int
    asked: int
    status: str
    word: str
    url: str


@dataclass(frozen=True, slots=True)
class Rung:
    label: str
    count: int
    amount: Decimal | None
    counts: bool


@dataclass(frozen=True, slots=True)
class ValuePage:
    finding: str
    currency: str
    rows: tuple[BenefitRow, ...]
    ladder: tuple[Rung, ...]
    costs: tuple[ValueCost, ...]
    asks: tuple[AskRow, ...]
    made: Return
    signed: Figure
    cost: Figure
    roi: Figure
    payback: Figure
    npv: Figure
    rate: Decimal


def load_value(user: User, client: Client, *, now: datetime) -> ValuePage:
    """Eight queries at any number of benefits."""
    basis = load_basis(user, now=now, currency=client.currency or settings.REPORTING_CURRENCY, newest_entry=False)
    listed = _with_amounts(benefits_for(user).filter(client=client))
    costs = tuple(value_costs_for(user).filter(client=client))
    asked = ValueAsk.objects.filter(client=client).select_related("contact")
    worths = [worth_of(one, _amounts(one), basis) for one in listed]
    spent = costs_by_month(costs, basis)
    months = [*(calc.months_of(worths, "signed") or ()), *(spent or ())]
    fees = fees_by_month(user, client, basis, min(months)) if months else {}
    made = return_of(worths, fees, spent, settings.VALUE_DISCOUNT_RATE)
    own = {"client": client.key}
    return ValuePage(
        finding=finding_of(made, worths, basis.currency, client.name),
        currency=basis.currency,
        rows=tuple(_row(one, client) for one in listed),
        ladder=tuple(
            Rung(LADDER_WORDS[name], sum(one.standing == name for one in worths), ladder_sum(worths, name),
                 name == "signed")
            for name in LADDER
        ),
        costs=costs,
        asks=tuple(_ask_row(one, listed, client, now) for one in asked),
        made=made,
        signed=Figure(figure_id("value.signed", **own), "Signed benefit", made.signed, basis.currency),
        cost=Figure(figure_id("value.cost", **own), "What it cost the client", made.cost, basis.currency),
        roi=Figure(figure_id("value.roi", **own), "Return on what it cost", made.roi, "ratio"),
        payback=Figure(figure_id("value.payback", **own), "Paid back after, months", made.payback, "count"),
        npv=Figure(figure_id("value.npv", **own), "Net present value",
                   None if made.npv is None else quantise(made.npv, basis.currency), basis.currency),
        rate=settings.VALUE_DISCOUNT_RATE,
    )  # fmt: skip


def ladder_sum(found: Sequence[Worth], standing: Standing) -> Decimal | None:
    summed = calc.months_of(found, standing)
    return None if summed is None else sum(summed.values(), ZERO)


def finding_of(made: Return, found: Sequence[Worth], currency: str, name: str) -> str:
    """What is signed and what it returned; without any, what waits."""
    if made.signed:
        said = f"{formats.money(made.signed, currency)} of hard benefit is confirmed by {name}"
        if made.roi is not None:
            said += f", a return of {formats.ratio(made.roi, 0)} on what it cost"
        return said
    waiting = [one for one in found if one.standing == "submitted"]
    if waiting:
        many = f"{len(waiting)} benefits wait" if len(waiting) > 1 else "one benefit waits"
        return f"Nothing is signed yet: {many} for {name}’s answer"
    return f"No benefit is confirmed by {name} yet, so we claim none"


def _with_amounts(rows: Any) -> list[Benefit]:
    return list(rows.select_related("owner", "client").prefetch_related("amounts").order_by("state", "title", "pk"))


def _amounts(benefit: Benefit) -> dict[Month, Decimal]:
    return {one.month: one.amount for one in benefit.amounts.all()}


def claim(benefit: Benefit) -> Decimal:
    whole = sum((one.amount for one in benefit.amounts.all()), ZERO)
    return quantise(whole * benefit.share, benefit.currency)


def _row(benefit: Benefit, client: Client) -> BenefitRow:
    answered = f"{benefit.answered_by}, {formats.day(client.local_date(benefit.answered_at))}" if benefit.answered_at \
        else ""  # fmt: skip
    return BenefitRow(
        benefit.pk,
        reverse("benefit", args=[client.key, benefit.pk]),
        benefit.title,
        str(Driver(benefit.driver).label),
        "Hard" if benefit.hard else "Soft",
        str(Confidence(benefit.confidence).label),
        benefit.share,
        benefit.currency,
        claim(benefit),
        benefit.confirmed,
        STATUS[benefit.state],
        str(BenefitState(benefit.state).label),
        answered,
        benefit.state in (BenefitState.PROPOSED, BenefitState.DECLINED),
    )


def one_row(benefit: Benefit) -> BenefitRow:
    return _row(benefit, benefit.client)


def report_rows(rows: Any) -> list[tuple[Benefit, Decimal]]:
    """For files: each benefit with its claim. Two queries."""
    return [(one, claim(one)) for one in _with_amounts(rows)]


# --- links -------------------------------------------------------------------------------------------------------


def token_of(value_ask: ValueAsk) -> str:
    return signing.dumps([value_ask.pk, value_ask.word], salt=SALT, compress=True)


def ask_of(token: str) -> ValueAsk | None:
    """Whose link this is; None where it was never given out or was tampered with."""
    try:
        pk, word = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if not isinstance(pk, int):
        return None
    found = ValueAsk.objects.select_related("client", "contact").filter(pk=pk).first()
    return found if found is not None and secrets.compare_digest(found.word, str(word)) else None


def standing_of(value_ask: ValueAsk, now: datetime) -> Literal["open", "ended"]:
    """A link is good through its last day, where the client is, unless it was taken back."""
    good = value_ask.revoked_at is None and value_ask.client.local_date(now) <= value_ask.expires_on
    return "open" if good else "ended"


@dataclass(frozen=True, slots=True)
class Shown:
    """A benefit as the client's finance contact reads it. Nothing of ours alone is in it."""

    pk: int
    title: str
    driver: str
    kind: str
    baseline: str
    method: str
    share: Decimal
    share_reason: str
    evidence: str
    evidence_url: str
    confidence: str
    currency: str
    months: tuple[tuple[date, Decimal], ...]
    claimed: Decimal
    waiting: bool
    state_word: str
    confirmed: Decimal | None


def shown_by(value_ask: ValueAsk) -> list[Shown]:
    """Two queries."""
    found = []
    for one in value_ask.benefits.prefetch_related("amounts").order_by("pk"):
        claims = calc.claimed(_amounts(one), one.share, one.currency)
        found.append(
            Shown(
                one.pk, one.title, str(Driver(one.driver).label), "Hard" if one.hard else "Soft", one.baseline,
                one.method, one.share, one.share_reason, one.evidence, one.evidence_url,
                str(Confidence(one.confidence).label), one.currency, tuple(sorted(claims.items())), claim(one),
                one.state == BenefitState.SENT, str(BenefitState(one.state).label), one.confirmed,
            )
        )  # fmt: skip
    return found


def _ask_row(value_ask: ValueAsk, listed: Sequence[Benefit], client: Client, now: datetime) -> AskRow:
    value_ask.client = client
    mine = [one for one in listed if one.ask_id == value_ask.pk]
    open_now = standing_of(value_ask, now) == "open"
    url = f"{settings.PUBLIC_URL}{reverse('value_answer', args=[token_of(value_ask)])}" if open_now else ""
    ended = "Taken back" if value_ask.revoked_at else "Ended"
    return AskRow(
        value_ask.pk, value_ask.contact.name, value_ask.expires_on, value_ask.made_by,
        sum(one.state != BenefitState.SENT for one in mine), len(mine), "on_track" if open_now else "unknown",
        "Open" if open_now else ended, url,
    )  # fmt: skip


def this_month(client: Client, now: datetime) -> Month:
    return month_of(client.local_date(now))
