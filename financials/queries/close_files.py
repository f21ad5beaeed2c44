"""The blocks of a month's close as tables to take away: every row, full amounts."""

from __future__ import annotations

from typing import Any, Final

from common.money import quantise
from financials.queries.close_page import ClosePage

PARTS: Final[dict[str, str]] = {
    "checklist": "Checklist",
    "labour": "Labour, ledger against time",
    "accruals": "Accruals and deferrals",
    "late": "Late entries",
}
Table = tuple[list[str], list[list[Any]]]


def file_rows(page: ClosePage, part: str) -> Table:
    return {"checklist": _checklist, "labour": _labour, "accruals": _accruals, "late": _late}[part](page)


def _checklist(page: ClosePage) -> Table:
    head = ["check", "kind", "state", "open", "detail", "by", "at"]
    rows: list[list[Any]] = [
        [check.label, "computed", check.state, check.count, check.words, "", None] for check in page.computed
    ]
    rows += [
        [
            one.label,
            "ticked",
            "ok" if one.done else "open",
            0 if one.done else 1,
            *_said(page, one.note, one.by),
            one.at,
        ]
        for one in page.manual
    ]
    return head, rows


def _said(page: ClosePage, note: str, by: str) -> tuple[str, str]:
    return (note, by) if page.whole_book else ("", "")


def _labour(page: ClosePage) -> Table:
    head = ["client", "name", "currency", "ledger", "time", "difference", "hours", "unpriced_hours", "used"]
    return head, [
        [
            line.client, line.client_name, page.basis.currency, line.ledger, line.time, line.difference, line.hours,
            line.unpriced_hours, line.used,
        ]
        for line in page.labour_all
    ]  # fmt: skip


def _accruals(page: ClosePage) -> Table:
    head = [
        "contract", "currency", "recognised", "billed", "earned_not_billed", "billed_not_earned", "booked",
        "accrual_posted", "to_post", "unknown_because",
    ]  # fmt: skip
    return head, [
        [
            one.number,
            one.currency,
            *(
                None if amount is None else quantise(amount, one.currency)
                for amount in (
                    one.recognised, one.billed, one.earned_not_billed, one.billed_not_earned, one.booked, one.standing,
                    one.to_book,
                )
            ),
            one.reason,
        ]
        for one in page.accruals_all
    ]  # fmt: skip


def _late(page: ClosePage) -> Table:
    head = ["belongs_to", "client", "name", "line", "amount", "currency", "source_ref", "description", "reversal"]
    return head, [
        [
            f"{row.belongs:%Y-%m}",
            row.client,
            row.client_name,
            row.line,
            quantise(row.amount, row.currency),
            row.currency,
            row.source_ref,
            row.description,
            row.is_reversal,
        ]
        for row in page.late
    ]
