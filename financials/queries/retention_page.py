"""The retention page: figures, findings and charts over the answer of `retention`; the report of the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from common import charts
from common.figures import Figure, Number
from common.formats import Scale, money_words
from common.money import ZERO, quantise, ratio
from common.periods import format_month, period_label
from common.reports import Report, ReportColumn
from financials.calc import findings
from financials.calc.findings import Part
from financials.figures import retention_figure
from financials.queries.retention import Kept, RetentionBook, RetentionRequest, group_of, load_retention

if TYPE_CHECKING:
    from people.models import User

SIX: Final = Decimal("0.000001")
_BARS: Final = 12


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One client's row. change: now − then. word: how it moved, for those who cannot see the sign."""

    key: str
    name: str
    then: Figure
    now: Figure
    nrr: Figure
    escalators: Figure
    change: Decimal
    word: str
    share: Decimal | None
    cumulative: Decimal | None
    margin_share: Decimal | None


@dataclass(frozen=True, slots=True)
class RetentionPage:
    book: RetentionBook
    finding: str
    figures: dict[str, Figure]
    rows: tuple[KeptLine, ...]
    bridge: charts.ChangeWaterfall | None
    shares: charts.MonthlyBars | None
    concentration_finding: str

    @property
    def subtitle(self) -> str:
        book = self.book
        return f"Net revenue, {period_label(*book.now)} against {period_label(*book.then)}, in {book.currency}"


def load_retention_page(user: User, asked: RetentionRequest, *, now: datetime) -> RetentionPage:
    book = load_retention(user, asked, now=now)
    total = book.total
    values: dict[str, Number] = {
        "nrr": total.found.nrr,
        "grr": total.found.grr,
        "then": total.found.then,
        "now": total.found.now,
        "escalators": total.escalators,
        "recurring": book.recurring.nrr,
        "one_off": book.one_off.nrr,
        "revenue_hhi": book.revenue.hhi,
        "margin_hhi": book.margin.hhi,
        "largest": book.revenue.largest,
    }
    return RetentionPage(
        book=book,
        finding=finding_of(book),
        figures={name: _figure(book, name, value) for name, value in values.items()},
        rows=tuple(_lines(book)),
        bridge=_bridge(book),
        shares=_shares(book),
        concentration_finding=_concentrated(book),
    )


def finding_of(book: RetentionBook) -> str:
    total = book.total.found
    falls = [(row.name, (row.now or ZERO) - (row.then or ZERO)) for row in book.rows if (row.then or ZERO) > 0]
    worst = min(falls, key=lambda one: (one[1], one[0]), default=None)
    return findings.retained(total.nrr, total.grr, Part(*worst) if worst else None, book.currency)


def _figure(book: RetentionBook, name: str, value: Number, client: str = "") -> Figure:
    asked = book.request
    scope = {"owner": asked.owner, "tier": asked.tier, "currency": asked.currency}
    who = client or asked.client
    return retention_figure(name, value, book.currency, last=book.now[1], client=who, asked=scope)


def _lines(book: RetentionBook) -> list[KeptLine]:
    revenue = {one.key: one for one in book.revenue.shares}
    margin = {one.key: one for one in book.margin.shares}
    lines = []
    for row in sorted(book.rows, key=lambda one: (-(one.now or ZERO), one.name)):
        group, own = group_of(row.key, [row]), revenue.get(row.key)
        lines.append(
            KeptLine(
                key=row.key,
                name=row.name,
                then=_figure(book, "then", row.then, row.key),
                now=_figure(book, "now", row.now, row.key),
                nrr=_figure(book, "nrr", group.found.nrr, row.key),
                escalators=_figure(book, "escalators", row.escalators, row.key),
                change=(row.now or ZERO) - (row.then or ZERO),
                word=_word(row),
                share=own.share if own else None,
                cumulative=own.cumulative if own else None,
                margin_share=margin[row.key].share if row.key in margin else None,
            )
        )
    return lines


def _word(row: Kept) -> str:
    then, now = row.then or ZERO, row.now or ZERO
    if then <= 0:
        return "New"
    return "Left" if now <= 0 else "Grew" if now > then else "Shrank" if now < then else "Held"


def _bridge(book: RetentionBook) -> charts.ChangeWaterfall | None:
    """From then to now of the same clients; escalators apart from real growth. The parts sum exactly."""
    total = book.total
    if total.found.clients == 0:
        return None
    steps = (
        charts.Step("Escalators", total.escalators, "contractual uplifts"),
        charts.Step("Growth", total.gained - total.escalators, "beyond the uplifts"),
        charts.Step("Shrinking", total.shrunk),
        charts.Step("Leaving", total.lost),
    )
    scale: Scale = "M" if total.found.then >= 1_000_000 else "k"
    parts = [Part(step.label.lower(), Decimal(step.value or 0)) for step in steps]
    return charts.ChangeWaterfall(
        finding=findings.largest_moves(parts, book.currency, "From then to now"),
        sub=f"Net revenue of the clients of the year before, {money_words(book.currency, scale)}; new clients left out",
        source=book.source,
        start=charts.Step(period_label(*book.then), total.found.then),
        steps=steps,
        end=charts.Step(period_label(*book.now), total.found.now),
        unit=book.currency,
        scale=scale,
        size="l",
    )


def _concentrated(book: RetentionBook) -> str:
    names = {row.key: row.name for row in book.rows}
    return findings.concentrated([(names[one.key], one.share) for one in book.revenue.shares if one.share is not None])


def _shares(book: RetentionBook) -> charts.MonthlyBars | None:
    """Net revenue by client, largest first."""
    of = book.revenue
    if not of.shares:
        return None
    names = {row.key: row.name for row in book.rows}
    shown = of.shares[:_BARS]
    short = _short([names[one.key] for one in shown])
    bars = [charts.Month(short[names[one.key]], one.amount) for one in shown]
    rest = sum((one.amount for one in of.shares[_BARS:]), ZERO)
    if rest:
        bars.append(charts.Month("Others", rest))
    return charts.MonthlyBars(
        finding=_concentrated(book),
        sub=f"Net revenue by client, {period_label(*book.now)}, {book.currency}, largest first",
        source=book.source,
        months=tuple(bars),
        unit=book.currency,
        scale="M" if of.total >= 10_000_000 else "k",
        size="full",
    )


def _short(names: Sequence[str]) -> dict[str, str]:
    """One word fits under a bar; where two share it, the initial of the next tells them apart."""
    words = {name: name.split() for name in names}
    first = Counter(parts[0] for parts in words.values())
    return {
        name: f"{parts[0][:8]} {parts[1][0]}" if first[parts[0]] > 1 and len(parts) > 1 else parts[0][:10]
        for name, parts in words.items()
    }


def retention_report(user: User, asked: RetentionRequest, *, now: datetime) -> Report:
    book = load_retention(user, asked, now=now)
    code = book.currency
    shares = {one.key: one for one in book.revenue.shares}

    def cells(group: Any, name: str, key: str) -> list[Any]:
        found, own = group.found, shares.get(key)
        amounts = [quantise(value, code) for value in (found.then, found.now, group.escalators)]
        ratios = [None if value is None else value.quantize(SIX) for value in (found.nrr, found.grr)]
        share = None if own is None or own.share is None else own.share.quantize(SIX)
        return [key, name, code, amounts[0], amounts[1], *ratios, amounts[2], quantise(group.new, code), share]

    total = cells(book.total, "Total", "")
    total[-1] = ratio(book.revenue.total, book.revenue.total)
    hhi = book.revenue.hhi
    return Report(
        name=f"retention-{format_month(book.now[1])}",
        title="Retention and concentration",
        finding=finding_of(book),
        as_of=book.basis.as_of,
        period=f"{period_label(*book.now)} against {period_label(*book.then)}",
        currency=code,
        filters=(("Client", asked.client), ("Owner", asked.owner), ("Tier", asked.tier)),
        columns=(
            ReportColumn("client", "Client key"),
            ReportColumn("name", "Client"),
            ReportColumn("currency", "Currency"),
            ReportColumn("then", "Then", "amount"),
            ReportColumn("now", "Now", "amount"),
            ReportColumn("nrr", "Net retention", "ratio", strong=True),
            ReportColumn("grr", "Gross retention", "ratio", strong=True),
            ReportColumn("escalators", "Escalators", "amount"),
            ReportColumn("new", "New, not retained", "amount"),
            ReportColumn("share", "Share of revenue", "ratio"),
        ),
        rows=[cells(group_of(row.key, [row]), row.name, row.key) for row in book.rows],
        total=total,
        source=book.source,
        notes=(
            "Both ratios count only clients with net revenue then; new clients stand apart.",
            f"Concentration of net revenue (Herfindahl, 0 to 10,000): {'—' if hhi is None else f'{hhi:,.0f}'}.",
            *((f"Left out, as a rate is missing: {', '.join(book.unknown)}.",) if book.unknown else ()),
        ),
    )
