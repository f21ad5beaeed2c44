"""The receivables page: figures, finding and chart over the answer of `receivables`; the report of the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from accounts.access import clients_for
from accounts.models import Client, Tier
from common import charts
from common.figures import Figure, Number
from common.formats import day
from common.money import quantise
from common.reports import Report, ReportColumn
from financials.calc import findings
from financials.calc.findings import Part
from financials.calc.receivables import BUCKET_LABELS, BUCKETS, Aged
from financials.figures import debt_figure
from financials.queries.purchase_orders import OrderFilter, OrderRow, order_rows
from financials.queries.receivables import DebtRequest, Receivables, load_receivables, share_late

if TYPE_CHECKING:
    from people.models import User

TIERS: Final = tuple(Tier.choices)
BUCKET_CHOICES: Final = tuple(BUCKET_LABELS.items())
ORDER_STATES: Final = (("live", "Live"), ("short", "Will not last"), ("spent", "Spent"))
COLUMNS: Final = (*BUCKETS, "total", "overdue")
HEADS: Final = (*BUCKET_LABELS.values(), "Open", "Overdue")
ORDER_HEAD: Final = (
    "number", "client", "contract", "amount", "currency", "issued", "expires", "invoiced", "left", "fee_left",
    "not_covered", "status",
)  # fmt: skip
ORDER_WAYS: Final = ("", "", "", "amount", "", "", "", "amount", "amount", "amount", "amount", "")


@dataclass(frozen=True, slots=True)
class DebtLine:
    """figures: the buckets, open and overdue, in the order of COLUMNS."""

    key: str
    name: str
    count: int
    figures: tuple[Figure, ...]
    dso: Figure
    late_share: Decimal | None

    @property
    def shape(self) -> str:
        """At risk where anything is over 60 days late, watch where anything is late at all."""
        over90, d90, overdue = (self.figures[place].value or 0 for place in (4, 3, 6))
        return "at_risk" if over90 > 0 or d90 > 0 else "watch" if overdue > 0 else "on_track"


@dataclass(frozen=True, slots=True)
class ReceivablesPage:
    found: Receivables
    finding: str
    rows: tuple[DebtLine, ...]
    total: DebtLine
    currencies: tuple[tuple[str, tuple[Number, ...], Decimal | None], ...]
    chart: charts.MonthlyBars

    @property
    def heads(self) -> tuple[str, ...]:
        return HEADS

    @property
    def subtitle(self) -> str:
        return f"As of {day(self.found.as_of)}, in {self.found.currency}, tax included"


def owners_in_sight(user: User) -> list[tuple[str, str]]:
    rows = clients_for(user).filter(owner__isnull=False).order_by("owner__name")
    return list(rows.values_list("owner__email", "owner__name").distinct()[:60])


def load_receivables_page(user: User, asked: DebtRequest, *, now: datetime) -> ReceivablesPage:
    found = load_receivables(user, asked, now=now)
    lines = tuple(_line(found, one.key, one.name, one.aged, one.count) for one in found.rows)
    total = _line(found, "", f"{len(lines)} clients" if len(lines) != 1 else "1 client", found.total, found.count)
    return ReceivablesPage(
        found=found,
        finding=finding_of(found),
        rows=lines,
        total=total,
        currencies=tuple(
            (code, (*(aged.buckets.get(name) for name in BUCKETS), aged.total, aged.overdue), aged.dso)
            for code, aged in found.by_currency
        ),
        chart=_chart(found),
    )


def finding_of(found: Receivables) -> str:
    parts = [Part(one.name, one.aged.overdue) for one in found.rows if one.aged.overdue]
    return findings.overdue_debt(found.total.total, found.total.overdue, parts, found.currency)


def _line(found: Receivables, key: str, name: str, aged: Aged, count: int) -> DebtLine:
    asked = found.request
    scope = {"owner": asked.owner, "tier": asked.tier, "currency": asked.currency}

    def figure(what: str, value: Number) -> Figure:
        client = key or asked.client
        return debt_figure(what, value, found.currency, as_of=found.as_of, client=client, asked=scope)

    values = (*(aged.buckets[bucket] for bucket in BUCKETS), aged.total, aged.overdue)
    return DebtLine(
        key=key,
        name=name,
        count=count,
        figures=tuple(figure(what, value) for what, value in zip(COLUMNS, values, strict=True)),
        dso=figure("dso", aged.dso),
        late_share=share_late(aged),
    )


def _chart(found: Receivables) -> charts.MonthlyBars:
    total = found.total
    bars = tuple(
        charts.Month(BUCKET_LABELS[name], total.buckets.get(name), strong=name == "over90") for name in BUCKETS
    )
    late = share_late(total)
    share = "" if late is None else f"; {late:.0%} of it overdue"
    return charts.MonthlyBars(
        finding="What is owed, by how late it is",
        sub=f"Open invoices less credits in {found.currency}, days past due{share}",
        source=found.source,
        months=bars,
        unit=found.currency,
        scale="M" if (total.total or 0) >= 10_000_000 else "k",
        size="m",
    )


def orders_finding(rows: Sequence[OrderRow]) -> str:
    """'Three of 14 purchase orders will not last their work'."""
    short = sum(row.shape in ("watch", "at_risk") for row in rows)
    if not rows:
        return "No purchase orders"
    if not short:
        return "Every purchase order lasts its work"
    verb = "will not last its work" if len(rows) == 1 else "will not last their work"
    several = "purchase order" if len(rows) == 1 else "purchase orders"
    said = findings.count(short)
    return f"{said[:1].upper()}{said[1:]} of {findings.count(len(rows))} {several} {verb}"


def order_values(rows: Iterable[OrderRow]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        found = row.position
        yield (
            row.number, row.client_key, row.contract or None, row.amount, row.currency, row.issued, row.expires,
            row.invoiced, found.left, found.fee_left, found.short, row.word,
        )  # fmt: skip


def receivables_report(user: User, asked: DebtRequest, *, now: datetime) -> Report:
    """Aged debt by client to take away: the columns of the REST report, and the client's name."""
    found = load_receivables(user, asked, now=now)
    return Report(
        name=f"receivables-{found.as_of.isoformat()}",
        title="Receivables",
        finding=finding_of(found),
        as_of=found.basis.as_of,
        period=f"As of {day(found.as_of)}",
        currency=found.currency,
        filters=(("Client", asked.client), ("Owner", asked.owner), ("Tier", asked.tier)),
        columns=(
            ReportColumn("client", "Client key"),
            ReportColumn("name", "Client"),
            ReportColumn("currency", "Currency"),
            *(ReportColumn(name, BUCKET_LABELS[name], "amount") for name in BUCKETS),
            ReportColumn("total", "Open", "amount", strong=True),
            ReportColumn("overdue", "Overdue", "amount", strong=True),
            ReportColumn("dso", "DSO, days", "days"),
        ),
        rows=[[one.key, one.name, found.currency, *_amounts(one.aged, found.currency)] for one in found.rows],
        total=["", "Total", found.currency, *_amounts(found.total, found.currency)],
        source=found.source,
        notes=(
            "Amounts as invoiced, tax included; open credit notes stand in not due.",
            "DSO = open ÷ invoiced in the 90 days to the day × 90.",
            *found.missing,
        ),
    )


def _amounts(aged: Aged, currency: str) -> list[Decimal | None]:
    values = [*(aged.buckets[name] for name in BUCKETS), aged.total, aged.overdue]
    dso = None if aged.dso is None else aged.dso.quantize(Decimal("0.1"))
    return [*(None if value is None else quantise(value, currency) for value in values), dso]


def client_panel(user: User, client: Client, *, now: datetime) -> dict[str, Any]:
    page = load_receivables_page(user, DebtRequest(client=client.key), now=now)
    orders = [row for row in order_rows(user, OrderFilter(client=client.key), as_of=now.date()) if row.live]
    return {"page": page, "orders": orders[:8], "client": client}
