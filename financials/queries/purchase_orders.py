"""Purchase orders against the fee they pay for: what is left of each, and which runs out before its contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from common.figures import Figure
from common.formats import day_short, month
from common.models import ClosedPeriod
from common.money import ZERO
from common.periods import Month, month_add, month_of
from financials.access import purchase_orders_for
from financials.calc.receivables import OrderPosition, order_position
from financials.figures import order_figure
from financials.models import ContractKind, Invoice, PurchaseOrder, Renewal, ScheduleLine

if TYPE_CHECKING:
    from people.models import User

SOON_MONTHS: Final = 2
"""An order spent in this month or the two after it is at risk."""
EXPIRY_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """state: live, short, spent or "" for all."""

    q: str = ""
    client: str = ""
    contract: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """position in the order's currency. ahead: the contract's fee still to invoice, by month.

    shape and word: how it stands against the contract it pays for. live: not expired.
    """

    pk: int
    number: str
    client_key: str
    client_name: str
    contract: str
    contract_title: str
    contract_end: date | None
    currency: str
    issued: date
    expires: date | None
    amount: Decimal
    invoiced: Decimal | None
    ahead: tuple[tuple[Month, Decimal], ...]
    live: bool
    position: OrderPosition
    shape: str
    word: str

    @property
    def left(self) -> Figure:
        return order_figure("left", self.pk, self.number, self.position.left, self.currency)

    @property
    def fee_left(self) -> Figure:
        return order_figure("fee_left", self.pk, self.number, self.position.fee_left, self.currency)

    @property
    def short(self) -> Figure:
        return order_figure("short", self.pk, self.number, self.position.short, self.currency)

    @property
    def used(self) -> Decimal | None:
        return None if self.invoiced is None or not self.amount else self.invoiced / self.amount


def _sum_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """Σ amount of the rows as a subquery. by: a column all of them share."""
    summed = rows.order_by().values(by).annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(summed), ZERO)


def _family() -> Q:
    """The contract an order pays for, and that contract's change orders."""
    changed = Q(contract__parent=OuterRef("contract"), contract__kind=ContractKind.CHANGE_ORDER)
    return Q(contract=OuterRef("contract")) | changed


def _after_close(as_of: date) -> Q:
    """Months that are still to be invoiced: those after the last closed one, as `contract.to_go` has them."""
    closed = ClosedPeriod.objects.order_by("-month").values("month")[:1]
    return Q(month__gt=Coalesce(Subquery(closed), Value(month_add(month_of(as_of), -1))))


def with_balances(orders: QuerySet[PurchaseOrder], as_of: date) -> QuerySet[PurchaseOrder]:
    """invoiced: on the order by the day; foreign: some of it in another currency."""
    drawn = Invoice.objects.filter(client=OuterRef("client"), po_number=OuterRef("number"), issued__lte=as_of)
    return orders.annotate(
        invoiced=_sum_of(drawn, "po_number"), foreign=Exists(drawn.filter(~Q(currency=OuterRef("currency"))))
    ).select_related("client", "contract")


def order_rows(user: User, wanted: OrderFilter, *, as_of: date) -> list[OrderRow]:
    """Every order in sight, those that need somebody first. Two queries."""
    orders = with_balances(purchase_orders_for(user), as_of)
    if wanted.client:
        orders = orders.filter(client__key=wanted.client)
    if wanted.contract:
        orders = orders.filter(contract__number=wanted.contract)
    if wanted.q:
        named = Q(number__icontains=wanted.q) | Q(client__name__icontains=wanted.q)
        orders = orders.filter(named | Q(contract__number__icontains=wanted.q))
    return _in_state(_rows(list(orders.order_by("client__name", "issued", "pk")), as_of), wanted.state)


def _in_state(rows: Sequence[OrderRow], state: str) -> list[OrderRow]:
    tests: dict[str, Callable[[OrderRow], bool]] = {
        "live": lambda row: row.shape != "neutral",
        "short": lambda row: row.shape in ("watch", "at_risk"),
        "spent": lambda row: row.position.left is not None and row.position.left <= 0,
    }
    test = tests.get(state)
    ranked = sorted(rows, key=lambda row: ("at_risk", "watch", "on_track", "unknown", "neutral").index(row.shape))
    return [row for row in ranked if test is None or test(row)]


def _rows(orders: Sequence[Any], as_of: date) -> list[OrderRow]:
    ahead = _schedules([order.contract_id for order in orders if order.contract_id], as_of)
    left: dict[int, Decimal | None] = defaultdict(Decimal)
    for order in orders:
        if order.contract_id and not _expired(order, as_of):
            before, own = left[order.contract_id], _left(order)
            left[order.contract_id] = None if before is None or own is None else before + own
    return [_row(order, as_of, left, ahead.get(order.contract_id, {})) for order in orders]


def _expired(order: PurchaseOrder, as_of: date) -> bool:
    return order.expires is not None and order.expires < as_of


def _left(order: Any) -> Decimal | None:
    return None if order.foreign else order.amount - order.invoiced


def _fee_left(order: Any, ahead: Mapping[Month, Decimal]) -> Decimal | None:
    """Unknown without a contract, without its fee, while its end is open, or in another currency than the order's."""
    contract = order.contract
    if contract is None or contract.amount is None or contract.renewal == Renewal.EVERGREEN:
        return None
    return None if contract.currency != order.currency else sum(ahead.values(), ZERO)


def _schedules(contracts: Sequence[int], as_of: date) -> dict[int, dict[Month, Decimal]]:
    """The months still to be invoiced of each contract with its change orders. One query."""
    lines = ScheduleLine.objects.filter(
        Q(contract__in=contracts) | Q(contract__parent__in=contracts, contract__kind=ContractKind.CHANGE_ORDER),
        _after_close(as_of),
    )
    found: dict[int, dict[Month, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    wanted = set(contracts)
    rows = lines.values_list("contract_id", "contract__parent_id", "contract__kind", "month", "amount")
    for own, parent, kind, when, amount in rows:
        pays_for = parent if kind == ContractKind.CHANGE_ORDER and parent in wanted else own
        found[pays_for][when] += amount
    return found


def _row(order: Any, as_of: date, left: Mapping[int, Decimal | None], ahead: Mapping[Month, Decimal]) -> OrderRow:
    invoiced = None if order.foreign else order.invoiced
    found = order_position(
        amount=order.amount,
        invoiced=invoiced,
        orders_left=left.get(order.contract_id),
        fee_left=_fee_left(order, ahead),
        ahead=ahead,
    )
    shape, word = judge(order, found, as_of)
    contract = order.contract
    return OrderRow(
        pk=order.pk,
        number=order.number,
        client_key=order.client.key,
        client_name=order.client.name,
        contract=contract.number if contract else "",
        contract_title=contract.title if contract else "",
        contract_end=contract.end if contract else None,
        currency=order.currency,
        issued=order.issued,
        expires=order.expires,
        amount=order.amount,
        invoiced=invoiced,
        ahead=tuple(sorted(ahead.items())),
        live=not _expired(order, as_of),
        position=found,
        shape=shape,
        word=word,
    )


def judge(order: PurchaseOrder, found: OrderPosition, as_of: date) -> tuple[str, str]:
    """Shape and word: at risk when overdrawn, or spent within two months; watch when it will not last the contract."""
    end = order.contract.end if order.contract else None
    if found.left is None:
        return "unknown", "invoiced in other currencies"
    if found.left < 0:
        return "at_risk", "overdrawn"
    if _expired(order, as_of):
        return ("watch", "expired with work to invoice") if found.short else ("neutral", "expired")
    if found.short and found.spent_in is not None:
        soon = found.spent_in <= month_add(month_of(as_of), SOON_MONTHS)
        return "at_risk" if soon else "watch", f"spent {month(found.spent_in)}"
    if order.expires and end and order.expires < end and found.fee_left:
        return "watch", f"expires {day_short(order.expires)}, before the work ends"
    if not found.left:
        return "neutral", "spent"
    if found.fee_left is None:
        return "unknown", "fee left not known"
    return "on_track", "covers the fee"


def running_out(user: User, as_of: date) -> QuerySet[PurchaseOrder]:
    """Live orders that work under way will have spent within two months, and those that expire before it ends.

    left: on the order; to_go: fee still to invoice; near: of it, up to two months on; spent: whether near passes left.
    An order followed by a newer one for the same contract is not among them.
    """
    soon = month_add(month_of(as_of), SOON_MONTHS)
    ahead = ScheduleLine.objects.filter(_family(), _after_close(as_of)).annotate(one=OuterRef("contract"))
    newer = PurchaseOrder.objects.filter(contract=OuterRef("contract"), issued__gt=OuterRef("issued"))
    live = Q(contract__isnull=False) & (Q(expires=None) | Q(expires__gte=as_of))
    orders: Any = with_balances(purchase_orders_for(user).filter(live), as_of).annotate(
        left=F("amount") - F("invoiced"),
        to_go=_sum_of(ahead, "one"),
        near=_sum_of(ahead.filter(month__lte=soon), "one"),
    )
    spent = Q(near__gt=F("left")) | Q(left__lt=0)
    ends = Q(expires__lte=as_of + timedelta(days=EXPIRY_DAYS), to_go__gt=0)
    ends &= Q(contract__end=None) | Q(contract__end__gt=F("expires"))
    found: QuerySet[PurchaseOrder] = orders.annotate(spent=Case(When(spent, then=Value(1)), default=Value(0))).filter(
        spent | ends, ~Exists(newer), foreign=False
    )
    return found
