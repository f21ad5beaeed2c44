"""The page of what binds a contract: terms on a day, documents, its way to signature, what it took over from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from accounts.queries.history import word_of
from common.formats import DASH, day, plural
from common.models import AuditEntry
from financials.calc.status import MOVES
from financials.models import Contract, ContractDocument, ContractStatus, StatusChange, Term
from financials.queries.contract_trees import Node, build_tree, family_of, flatten
from financials.queries.terms import TermRow, in_words, load_terms, rows_of
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class Step:
    """A point of the way from draft to the end. at: None where it has not been taken, or nobody noted when."""

    label: str
    state: str
    at: datetime | None = None
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    pk: int
    name: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime

    @property
    def size_words(self) -> str:
        return f"{self.size / 1e6:,.1f} MB" if self.size >= 100_000 else f"{max(1, round(self.size / 1000))} kB"


@dataclass(frozen=True, slots=True)
class Ahead:
    """A position of the contract that is written and not yet in force."""

    label: str
    value: str
    starts: date


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    who: str
    verb: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class TermsPage:
    contract: Contract
    on: date
    today: date
    finding: str
    rows: tuple[TermRow, ...]
    ahead: tuple[Ahead, ...]
    tree: tuple[Node, ...]
    documents: tuple[Document, ...]
    steps: tuple[Step, ...]
    took_over_from: tuple[str, ...]
    history: tuple[HistoryLine, ...]
    can_edit: bool
    can_edit_terms: bool
    can_move: bool


def load_terms_page(user: User, contract: Contract, *, on: date | None, now: datetime) -> TermsPage:
    """Seven queries."""
    today = contract.client.local_date(now)
    shown = on or today
    family, _ = family_of(user, contract)
    rows = tuple(rows_of(load_terms([contract], family).on(contract, shown)))
    can = abilities_of(user)
    return TermsPage(
        contract=contract,
        on=shown,
        today=today,
        finding=_finding(rows, contract, shown),
        rows=rows,
        ahead=_ahead(contract, shown),
        tree=tuple(flatten(build_tree(family, contract.pk))),
        documents=_documents(contract),
        steps=_steps(contract),
        took_over_from=tuple(
            Contract.objects.filter(superseded_by=contract).order_by("number").values_list("number", flat=True)
        ),
        history=_history(contract),
        can_edit=can.edit_contracts,
        can_edit_terms=can.edit_terms,
        can_move=can.edit_contracts and bool(MOVES[contract.status]),
    )


def _finding(rows: tuple[TermRow, ...], contract: Contract, on: date) -> str:
    if not rows:
        return f"No term is written down for {day(on)}"
    elsewhere = [row for row in rows if row.number != contract.number]
    said = f"{plural(len(rows), 'topic is', 'topics are')} settled on {day(on)}"
    orders = sum(1 for row in elsewhere if row.kind == "Change order")
    if orders:
        return f"{said}, {orders} of them by a change order"
    return said if not elsewhere else f"{said}, {len(elsewhere)} of them above this contract"


def _ahead(contract: Contract, on: date) -> tuple[Ahead, ...]:
    terms = Term.objects.filter(contract=contract, starts__gt=on).order_by("starts", "topic")
    return tuple(Ahead(term.get_topic_display(), in_words(term.topic, term.value), term.starts) for term in terms)


def _documents(contract: Contract) -> tuple[Document, ...]:
    """Without their bodies."""
    fields = ("pk", "name", "size", "sha256", "added_by", "added_at")
    return tuple(Document(*row) for row in ContractDocument.objects.filter(contract=contract).values_list(*fields))


_WAY = ("draft", "review", "negotiation", "signed", "active")


def _steps(contract: Contract) -> tuple[Step, ...]:
    """The usual way, each point with who took it and when; past the end, how it ended."""
    taken: dict[str, StatusChange] = {change.after: change for change in StatusChange.objects.filter(contract=contract)}
    status = str(contract.status)
    ended = status not in _WAY
    points = [*_WAY, status] if ended else [*_WAY, "completed"]
    place = points.index(status)
    steps = []
    for number, name in enumerate(points):
        change = taken.get(name) if number <= place else None
        state = "now" if number == place else "done" if number < place else "ahead"
        label = str(ContractStatus(name).label)
        steps.append(Step(label, state) if change is None else Step(label, state, change.at, change.by, change.note))
    return tuple(steps)


def _history(contract: Contract) -> tuple[HistoryLine, ...]:
    entries = AuditEntry.objects.filter(object_kind="contract", object_id=str(contract.pk)).order_by("-id")[:20]
    return tuple(
        HistoryLine(
            entry.at,
            entry.actor,
            entry.verb,
            tuple((word_of(name), _said(pair[0]), _said(pair[1])) for name, pair in entry.changes.items()),
        )
        for entry in entries
    )


def _said(value: object) -> str:
    return DASH if value in (None, "") else str(value)
