"""What clients owe as of a day: aged debt, DSO, and who pays late. Balances at the closing rate of the day's month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Case, CharField, Count, Max, Q, QuerySet, Sum, Value, When

from common.formats import day, month
from common.fx import apply
from common.money import ZERO, ratio
from common.periods import format_month, month_of
from financials.access import invoices_for
from financials.calc.receivables import BUCKETS, LIMITS, Aged, add_up, billing_window
from financials.models import Invoice
from financials.queries.basis import Basis, load_basis

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class DebtRequest:
    """as_of: a day; None is today. Blank filters take everything in sight; client is a key, owner an e-mail."""

    as_of: date | None = None
    client: str = ""
    owner: str = ""
    tier: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class OpenSum:
    """Open invoices of one client, bucket and currency. amount in that currency; converted None without a rate."""

    client: str
    name: str
    bucket: str
    currency: str
    amount: Decimal
    count: int
    converted: Decimal | None


@dataclass(frozen=True, slots=True)
class Debtor:
    """count: open invoices and credits."""

    key: str
    name: str
    aged: Aged
    count: int


@dataclass(frozen=True, slots=True)
class Receivables:
    """The whole answer: clients by what is overdue, their sum, and the sums as invoiced by currency.

    newest: the last invoice known by the day. missing: what to say of absent rates.
    """

    request: DebtRequest
    basis: Basis
    as_of: date
    rows: tuple[Debtor, ...]
    total: Aged
    sums: tuple[OpenSum, ...]
    billed: Mapping[str, Mapping[str, Decimal]]
    newest: date | None
    missing: tuple[str, ...]

    @property
    def currency(self) -> str:
        return self.basis.currency

    @property
    def by_currency(self) -> tuple[tuple[str, Aged], ...]:
        """Each currency's debt as invoiced; billing of the window beside it."""
        buckets: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(BUCKETS, ZERO))
        for one in self.sums:
            buckets[one.currency][one.bucket] += one.amount
        billed: dict[str, Decimal] = defaultdict(Decimal)
        for amounts in self.billed.values():
            for code, amount in amounts.items():
                billed[code] += amount
        return tuple((code, Aged(buckets[code], billed[code])) for code in sorted({*buckets, *billed}))

    @property
    def count(self) -> int:
        return sum(one.count for one in self.sums)

    @property
    def source(self) -> str:
        newest = f"Invoices to {day(self.newest)}" if self.newest else "No invoices loaded"
        return f"{newest}; balances as of {day(self.as_of)}, {self.rates_note or f'all in {self.currency}'}"

    @property
    def rates_note(self) -> str:
        foreign = sorted({one.currency for one in self.sums} - {self.currency})
        if not foreign:
            return ""
        rates = [self.basis.closing(code, month_of(self.as_of)) for code in foreign]
        held = ", held from the last month known" if any(rate is not None and rate.held for rate in rates) else ""
        return f"{', '.join(foreign)} at the closing rate of {month(month_of(self.as_of))}{held}"


def invoices_in(user: User, asked: DebtRequest) -> QuerySet[Invoice]:
    rows = invoices_for(user)
    if asked.client:
        rows = rows.filter(client__key=asked.client)
    if asked.owner:
        rows = rows.filter(client__owner__email=asked.owner)
    if asked.tier:
        rows = rows.filter(client__tier=asked.tier)
    return rows


def open_on(as_of: date) -> Q:
    return Q(issued__lte=as_of) & (Q(paid_on=None) | Q(paid_on__gt=as_of))


def bucket_case(as_of: date) -> Case:
    """calc.bucket_of in SQL."""
    whens = [When(Q(amount__lt=0) | Q(due__gte=as_of), then=Value("current"))]
    whens += [When(due__gte=as_of - timedelta(days=most), then=Value(name)) for name, most in LIMITS]
    return Case(*whens, default=Value("over90"), output_field=CharField())


def load_receivables(user: User, asked: DebtRequest, *, now: datetime, basis: Basis | None = None) -> Receivables:
    """Five queries, whatever the number of clients; three where the caller has a basis of the same currency."""
    basis = basis or load_basis(user, now=now, currency=asked.currency)
    as_of = asked.as_of or now.date()
    rows = invoices_in(user, asked)
    sums = _open_sums(rows.filter(open_on(as_of)), basis, as_of)
    names: dict[str, str] = {one.client: one.name for one in sums}
    billed: dict[str, dict[str, Decimal]] = defaultdict(dict)
    window = rows.filter(issued__range=billing_window(as_of)).order_by()
    for key, name, code, amount in window.values_list("client__key", "client__name", "currency").annotate(
        Sum("amount")
    ):
        names[key] = name
        billed[key][code] = amount
    own: dict[str, list[OpenSum]] = defaultdict(list)
    for one in sums:
        own[one.client].append(one)
    debtors = [_debtor(key, name, own[key], billed.get(key, {}), basis, as_of) for key, name in names.items()]
    debtors.sort(key=lambda one: (-(one.aged.overdue or ZERO), -(one.aged.total or ZERO), one.name))
    codes = {one.currency for one in sums} | {code for amounts in billed.values() for code in amounts}
    gaps = [code for code in sorted(codes) if basis.closing(code, month_of(as_of)) is None]
    return Receivables(
        request=asked,
        basis=basis,
        as_of=as_of,
        rows=tuple(debtors),
        total=add_up([one.aged for one in debtors]),
        sums=tuple(sums),
        billed=billed,
        newest=rows.filter(issued__lte=as_of).aggregate(newest=Max("issued"))["newest"],
        missing=tuple(f"No {code}/{basis.currency} rate for {format_month(month_of(as_of))}." for code in gaps),
    )


def _open_sums(rows: QuerySet[Invoice], basis: Basis, as_of: date) -> list[OpenSum]:
    """Converted once per client, bucket and currency; larger figures are sums of these."""
    found = (
        rows.order_by()
        .annotate(bucket=bucket_case(as_of))
        .values_list("client__key", "client__name", "bucket", "currency")
        .annotate(total=Sum("amount"), several=Count("pk"))
    )
    return [
        OpenSum(key, name, bucket, code, total, several, _closing(total, code, basis, as_of))
        for key, name, bucket, code, total, several in found
    ]


def _closing(amount: Decimal, currency: str, basis: Basis, as_of: date) -> Decimal | None:
    rate = basis.closing(currency, month_of(as_of))
    return None if rate is None else apply(amount, rate, basis.currency)


def _debtor(
    key: str, name: str, own: Sequence[OpenSum], billed: Mapping[str, Decimal], basis: Basis, as_of: date
) -> Debtor:
    parts = [Aged({one.bucket: one.converted}, ZERO) for one in own]
    parts += [Aged({}, _closing(amount, code, basis, as_of)) for code, amount in billed.items()]
    return Debtor(key, name, add_up(parts), sum(one.count for one in own))


def overdue_by_client(
    client_ids: Iterable[int], *, as_of: date, basis: Basis, days: int = 0
) -> dict[int, Decimal | None]:
    """What is more than so many days past due, by client, in the basis's currency; None where a rate is missing.

    One query; clients who owe nothing are absent. For the exposure of an escalation and the health of a client.
    """
    rows = Invoice.objects.filter(open_on(as_of), client__in=list(client_ids), amount__gt=0)
    rows = rows.filter(due__lt=as_of - timedelta(days=days)).order_by()
    found: dict[int, Decimal | None] = {}
    for client, code, total in rows.values_list("client_id", "currency").annotate(Sum("amount")):
        more = _closing(total, code, basis, as_of)
        before = found.get(client, ZERO)
        found[client] = None if more is None or before is None else before + more
    return found


LONG_LATE: Final = 60


def long_overdue(user: User, as_of: date) -> QuerySet[Invoice]:
    """Invoices more than sixty days late at the end of the day, credits aside."""
    limit = as_of - timedelta(days=LONG_LATE)
    return invoices_for(user).filter(open_on(as_of), amount__gt=0, due__lt=limit).order_by()


def share_late(total: Aged) -> Decimal | None:
    """Overdue as a share of what is open."""
    return ratio(total.overdue, total.total)
