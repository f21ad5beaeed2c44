"""The lists as tables to take away: the columns shown, with exact values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from accounts.queries.clients import ClientList, ClientRow, ListColumn
from accounts.queries.deal_rows import DealRow


@dataclass(frozen=True, slots=True)
class Table:
    head: list[str]
    rows: list[list[Any]]


_CLIENT_VALUES: dict[str, Callable[[ClientRow], Any]] = {
    "tier": lambda row: row.tier or None,
    "status": lambda row: row.status_word,
    "industry": lambda row: row.industry or None,
    "owner": lambda row: row.owner or None,
    "country": lambda row: row.country or None,
    "parent": lambda row: row.parent or None,
    "open": lambda row: row.open,
    "touch": lambda row: row.touch,
    "overdue": lambda row: row.overdue,
}


def client_table(found: ClientList) -> Table:
    """Money columns carry their unit in a column of its own, since rows may differ; the next action takes two."""
    head = ["Client", "Key"]
    getters: list[Callable[[ClientRow], Any]] = [lambda row: row.name, lambda row: row.key]
    for column in found.columns:
        for name, getter in _client_columns(column):
            head.append(name)
            getters.append(getter)
    return Table(head, [[getter(row) for getter in getters] for row in found.rows])


def _client_columns(column: ListColumn) -> Iterable[tuple[str, Callable[[ClientRow], Any]]]:
    key = column.key
    if column.money is not None:
        sub = f" ({column.sub})" if column.sub and not column.sub.lstrip("$€£ ").startswith(("M", "k")) else ""
        yield f"{column.label}{sub}", lambda row: row.figures[key].value if key in row.figures else None
        yield f"{column.label}, unit", lambda row: row.figures[key].unit if key in row.figures else None
    elif key == "next":
        yield "Next action", lambda row: row.next or None
        yield "Next action due", lambda row: row.next_due
    else:
        yield column.label, _CLIENT_VALUES[key]


def deal_table(rows: Iterable[DealRow], currency: str) -> Table:
    head = [
        "Key", "Opportunity", "Client", "Stage", "Outcome", "Amount", "Currency", f"Amount in {currency}",
        "Probability", f"Weighted in {currency}", "Category", "Kind", "Closes on", "Next step", "Owner", "Marks",
        "Days at stage", "Won from here, own history", "Closed deals behind it",
    ]  # fmt: skip
    values = [
        [
            row.key, row.name, row.client, row.stage, row.outcome, row.amount, row.currency or None, row.converted,
            row.probability, row.weighted, row.category_word or None, row.kind or None, row.close_on,
            row.next_step or None, row.owner or None, ", ".join(mark.words for mark in row.marks) or None,
            row.days, row.rate.value if row.rate else None, row.rate.deals if row.rate else None,
        ]
        for row in rows
    ]  # fmt: skip
    return Table(head, values)
