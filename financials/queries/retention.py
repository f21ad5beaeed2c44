"""Who stayed, by how much, and how much hangs on whom: twelve closed months against the twelve before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.access import clients_for
from common.money import ZERO
from common.periods import Month, month_add, month_end, month_label, period_label
from financials.access import contracts_for
from financials.calc.notice import InvalidUplift, parse_uplift
from financials.calc.retention import Concentration, Retention, Successor, concentration, escalators, retention
from financials.models import Contract, ContractKind, Renewal
from financials.queries.basis import Basis, ids_sql, load_basis
from financials.queries.cuts import Cut
from financials.queries.ladders import load_ladders

if TYPE_CHECKING:
    from people.models import User

GROUPS: Final = ("client", "owner", "tier")


@dataclass(frozen=True, slots=True)
class RetentionRequest:
    """last: the month the trailing year ends in; None is the last closed one. Blank filters take all in sight."""

    last: Month | None = None
    client: str = ""
    owner: str = ""
    tier: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """One client's two years. recurring: of work under contracts that renew; the rest is one-off. None: unknown."""

    key: str
    name: str
    owner: str
    tier: str
    then: Decimal | None
    now: Decimal | None
    recurring_then: Decimal | None
    recurring_now: Decimal | None
    escalators: Decimal
    margin: Decimal | None


@dataclass(frozen=True, slots=True)
class Group:
    """A client, owner or tier, or all (key blank): the figures the contract's report has, and the change's parts."""

    key: str
    found: Retention
    escalators: Decimal
    gained: Decimal
    shrunk: Decimal
    lost: Decimal
    new: Decimal


@dataclass(frozen=True, slots=True)
class RetentionBook:
    """rows: every client with revenue in either year. unknown: clients left out, as a rate is missing."""

    request: RetentionRequest
    basis: Basis
    then: tuple[Month, Month]
    now: tuple[Month, Month]
    rows: tuple[Kept, ...]
    unknown: tuple[str, ...]

    @property
    def currency(self) -> str:
        return self.basis.currency

    @property
    def total(self) -> Group:
        return group_of("", self.rows)

    @property
    def recurring(self) -> Retention:
        return _retention(self.rows, lambda row: row.recurring_then, lambda row: row.recurring_now)

    @property
    def one_off(self) -> Retention:
        def rest(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
            return None if whole is None or part is None else whole - part

        return _retention(
            self.rows, lambda row: rest(row.then, row.recurring_then), lambda row: rest(row.now, row.recurring_now)
        )

    def grouped(self, by: Sequence[str]) -> list[tuple[tuple[str, ...], Group]]:
        """By client, owner or tier, or several; sorted. Groups without revenue then are there with unknown ratios."""
        members: dict[tuple[str, ...], list[Kept]] = defaultdict(list)
        for row in self.rows:
            values = {"client": row.key, "owner": row.owner, "tier": row.tier}
            members[tuple(values[name] for name in by)].append(row)
        return [(key, group_of(" · ".join(key), rows)) for key, rows in sorted(members.items())]

    @property
    def revenue(self) -> Concentration:
        return concentration({row.key: row.now for row in self.rows if row.now is not None})

    @property
    def margin(self) -> Concentration:
        return concentration({row.key: row.margin for row in self.rows if row.margin is not None})

    @property
    def source(self) -> str:
        return f"Ledger to {month_label(self.now[1])}, {period_label(*self.now)} against {period_label(*self.then)}"


Amount = Callable[[Kept], Decimal | None]


def _retention(rows: Iterable[Kept], then: Amount, now: Amount) -> Retention:
    several = list(rows)
    return retention({row.key: then(row) or ZERO for row in several}, {row.key: now(row) or ZERO for row in several})


def group_of(key: str, rows: Iterable[Kept]) -> Group:
    several = [(row, row.then or ZERO, row.now or ZERO) for row in rows]
    stayed = [(row, then, now) for row, then, now in several if then > 0]
    return Group(
        key=key,
        found=_retention((row for row, _, _ in several), lambda row: row.then, lambda row: row.now),
        escalators=sum((row.escalators for row, _, _ in stayed), ZERO),
        gained=sum((max(now - then, ZERO) for _, then, now in stayed), ZERO),
        shrunk=sum((min(now - then, ZERO) for _, then, now in stayed if now > 0), ZERO),
        lost=sum((now - then for _, then, now in stayed if now <= 0), ZERO),
        new=sum((now for _, then, now in several if then <= 0), ZERO),
    )


def load_retention(user: User, asked: RetentionRequest, *, now: datetime, basis: Basis | None = None) -> RetentionBook:
    """Six queries, whatever the number of clients; four where the caller has a basis of the same currency."""
    basis = basis or load_basis(user, now=now, currency=asked.currency)
    last = asked.last or basis.through
    this, before = (month_add(last, -11), last), (month_add(last, -23), month_add(last, -12))
    clients = clients_for(user).order_by()
    if asked.client:
        clients = clients.filter(key=asked.client)
    if asked.owner:
        clients = clients.filter(owner__email=asked.owner)
    if asked.tier:
        clients = clients.filter(tier=asked.tier)
    years = [_year(basis, Cut(ids_sql(clients.values("pk")), *span)) for span in (before, this)]
    known = {row.number: row for row in contracts_for(user).filter(client__in=clients.values("pk"))}
    kept, unknown = [], []
    for key, name, owner, tier in clients.values_list("key", "name", "owner__email", "tier").order_by("name"):
        then, today = years[0].get(key, {}), years[1].get(key, {})
        if None in (*then.values(), *today.values()):
            unknown.append(name)
        elif then or today:
            own = {number: contract for number, contract in known.items() if number in then or number in today}
            kept.append(_kept(key, name, owner or "", tier, then, today, own, before))  # type: ignore[arg-type]  # no None left
    return RetentionBook(asked, basis, before, this, tuple(kept), tuple(unknown))


Sums = tuple[Decimal, Decimal | None]
Year = dict[str, dict[str, Sums | None]]
"""Client → contract number, blank for none → net revenue and contribution; None without a rate. Contribution is None
where labour is withheld from the reader.
"""


def _year(basis: Basis, cut: Cut) -> Year:
    sums: Year = defaultdict(dict)
    for one in load_ladders("actual", basis, cut, ("client", "contract")):
        *lines, overhead = one.lines
        if overhead and not any(lines):
            continue
        net, left = one.net_revenue, one.contribution
        without_labour = (*lines[:2], *lines[3:])
        known = None not in without_labour and (left is not None or one.withheld)
        sums[one.group[0] or ""][one.group[1] or ""] = (net, left) if known and net is not None else None
    return sums


def _kept(
    key: str,
    name: str,
    owner: str,
    tier: str,
    then: Mapping[str, Sums],
    now: Mapping[str, Sums],
    contracts: Mapping[str, Contract],
    before: tuple[Month, Month],
) -> Kept:
    by_id = {contract.pk: contract for contract in contracts.values()}
    renewing = {number for number, contract in contracts.items() if _renews(contract, by_id)}
    was, is_now = _net(then), _net(now)
    return Kept(
        key=key,
        name=name,
        owner=owner,
        tier=tier,
        then=was,
        now=is_now,
        recurring_then=_net({number: sums for number, sums in then.items() if number in renewing}),
        recurring_now=_net({number: sums for number, sums in now.items() if number in renewing}),
        escalators=escalators(is_now - was, _successors(contracts, then, now, before)) if was > 0 else ZERO,
        margin=_added([sums[1] for sums in now.values()]),
    )


def _added(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if len(known) == len(values) else None


def _net(year: Mapping[str, Sums]) -> Decimal:
    return sum((sums[0] for sums in year.values()), ZERO)


def _renews(contract: Contract, by_id: Mapping[int, Contract]) -> bool:
    """Recurring: its contract says how it renews; a change order follows the contract it changes."""
    changed = by_id.get(contract.parent_id or 0) if contract.kind == ContractKind.CHANGE_ORDER else None
    return bool((changed or contract).renewal)


def _successors(
    contracts: Mapping[str, Contract],
    then: Mapping[str, Sums],
    now: Mapping[str, Sums],
    before: tuple[Month, Month],
) -> list[Successor]:
    """Contracts that began within the two years the day after one of the same service line ended; evergreen ones that
    are older than the two years."""
    ended: dict[tuple[date, str], Contract] = {}
    for contract in contracts.values():
        if contract.end is not None:
            ended[contract.end + timedelta(days=1), contract.service_line] = contract
    found = []
    for number, contract in contracts.items():
        evergreen = contract.renewal == Renewal.EVERGREEN and contract.start <= month_end(before[1])
        source = contract if evergreen else ended.get((contract.start, contract.service_line))
        rate = _rate(source) if source is not None and (evergreen or contract.start > before[0]) else None
        if rate:
            was, is_now = then.get(number, (ZERO, ZERO))[0], now.get(number, (ZERO, ZERO))[0]
            found.append(Successor(rate, was, is_now))
    return found


def _rate(contract: Contract) -> Decimal | None:
    """The uplift the contract fixes; of one tied to an index, the floor: what was certain."""
    try:
        uplift = parse_uplift(contract.uplift)
    except InvalidUplift:
        return None
    if uplift is None:
        return None
    return uplift.floor if uplift.index else uplift.fixed
