"""Terms in force: what binds a contract on a day, topic by topic, and which contract of the tree decided it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from common.formats import day, number, plural
from financials.calc.notice import InvalidUplift, Uplift, parse_uplift
from financials.calc.terms import Holder, InForce, Position, Said, orders_in_force, resolve
from financials.models import BillingTiming, Contract, ContractKind, NoticeRule, Term, TermTopic

FIELDS: Final = ("payment_days", "notice_days", "notice_rule", "uplift", "scope_hours", "billing_timing")
"""Topics that may also stand as a field of the contract's own record."""
Resolved = Mapping[str, InForce]


@dataclass(frozen=True, slots=True)
class TermRow:
    """One topic on the day. decided and overrode: contract numbers with what each says and since when."""

    topic: str
    label: str
    value: str
    number: str
    kind: str
    since: str
    note: str
    overrode: tuple[str, ...]


def _holder(contract: Contract, written: Sequence[Position]) -> Holder:
    own = []
    for name in FIELDS:
        value: Any = getattr(contract, name, None)
        if value not in (None, ""):
            text = format(value.normalize(), "f") if name == "scope_hours" else str(value)
            own.append(Position(name, text, contract.start, written=False))
    return Holder(
        number=contract.number,
        kind=contract.kind,
        status=contract.status,
        start=contract.start,
        ended_on=contract.ended_on,
        positions=(*written, *own),
    )


@dataclass(frozen=True, slots=True)
class TermBook:
    """Some contracts with everything that may speak for them; `on` answers for any day."""

    contracts: Mapping[int, Contract]
    holders: Mapping[int, Holder]
    orders: Mapping[int, Sequence[int]]

    def ranked(self, contract: Contract, on: date) -> list[Holder]:
        """Change orders of the contract, it, those of its parent, its parent and so on. A change order is bound as its
        contract is."""
        base = contract
        if contract.kind == ContractKind.CHANGE_ORDER:
            base = self.contracts.get(contract.parent_id or 0, contract)
        found: list[Holder] = []
        seen: set[int] = set()
        current: Contract | None = base
        while current is not None and current.pk not in seen:
            seen.add(current.pk)
            found += orders_in_force((self.holders[pk] for pk in self.orders.get(current.pk, ())), on)
            found.append(self.holders[current.pk])
            current = self.contracts.get(current.parent_id or 0)
        return found

    def on(self, contract: Contract, on: date, topics: Iterable[str] = TermTopic.values) -> list[InForce]:
        return resolve(self.ranked(contract, on), topics, on)


def load_terms(contracts: Sequence[Contract], family: Iterable[Contract] | None = None) -> TermBook:
    """Two queries for any number of contracts; one where the family is given."""
    known = {one.pk: one for one in contracts}
    if family is None:
        above = {one.parent_id for one in contracts if one.parent_id}
        around = Contract.objects.filter(pk__in=above) | Contract.objects.filter(
            parent__in={*known, *above}, kind=ContractKind.CHANGE_ORDER
        )
        known.update((one.pk, one) for one in around if one.pk not in known)
    else:
        known.update((one.pk, one) for one in family if one.pk not in known)
    terms: dict[int, list[Position]] = defaultdict(list)
    for term in Term.objects.filter(contract__in=list(known)).order_by("topic", "starts", "pk"):
        terms[term.contract_id].append(Position(term.topic, term.value, term.starts, term.note))
    return _book(known, terms)


def with_terms(rows: QuerySet[Contract]) -> QuerySet[Contract]:
    """Each contract with its terms beside it, for `book_of`."""
    said = Term.objects.filter(contract=OuterRef("pk")).order_by("topic", "starts", "pk")
    return rows.annotate(said=ArraySubquery(said.values(said=JSONObject(t="topic", v="value", s="starts"))))


def book_of(contracts: Iterable[Contract]) -> TermBook:
    """From contracts read `with_terms`, with all that may speak for them among them. No query."""
    known = {one.pk: one for one in contracts}
    said: dict[int, list[dict[str, str]]] = {pk: getattr(one, "said", []) for pk, one in known.items()}
    return _book(
        known,
        {pk: [Position(row["t"], row["v"], date.fromisoformat(row["s"])) for row in rows] for pk, rows in said.items()},
    )


def _book(known: Mapping[int, Contract], terms: Mapping[int, Sequence[Position]]) -> TermBook:
    orders: dict[int, list[int]] = defaultdict(list)
    for one in known.values():
        if one.kind == ContractKind.CHANGE_ORDER and one.parent_id:
            orders[one.parent_id].append(one.pk)
    return TermBook(known, {pk: _holder(one, terms.get(pk, ())) for pk, one in known.items()}, orders)


def rows_of(found: Iterable[InForce]) -> list[TermRow]:
    return [
        TermRow(
            topic=one.topic,
            label=str(TermTopic(one.topic).label),
            value=in_words(one.topic, one.decided.position.value),
            number=one.decided.number,
            kind=str(ContractKind(one.decided.kind).label),
            since=day(one.decided.position.starts),
            note=one.decided.position.note,
            overrode=tuple(_overrode(said) for said in one.overrode),
        )
        for one in found
    ]


def _overrode(said: Said) -> str:
    return f"{in_words(said.position.topic, said.position.value)} ({said.number}, {day(said.position.starts)})"


def in_words(topic: str, value: str) -> str:
    """The value as people read it; words stay as written."""
    if topic in ("payment_days", "notice_days") and value.isdecimal():
        return plural(int(value), "day")
    if topic == "scope_hours":
        return f"{number(Decimal(value), 0 if '.' not in value else 1)} hours"
    if topic == "notice_rule" and value in NoticeRule.values:
        return str(NoticeRule(value).label)
    if topic == "billing_timing" and value in BillingTiming.values:
        return str(BillingTiming(value).label)
    if topic == "uplift":
        try:
            uplift = parse_uplift(value)
        except InvalidUplift:
            return value
        return value if uplift is None else uplift_words(uplift)
    return value


def uplift_words(uplift: Uplift) -> str:
    if not uplift.index:
        return f"{_percent(uplift.fixed)} a year"
    bounds = [
        f"at least {_percent(uplift.floor)}" if uplift.floor is not None else "",
        f"at most {_percent(uplift.cap)}" if uplift.cap is not None else "",
    ]
    return ", ".join([f"By {uplift.index.upper()}", *filter(None, bounds)])


def _percent(value: Any) -> str:
    return "—" if value is None else f"{(value * 100).normalize():f}%"


def decided(found: Iterable[InForce]) -> dict[str, str]:
    """Topic → the value in force."""
    return {one.topic: one.decided.position.value for one in found}
