"""The forecast's proof to take away: what moved, and the track record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from accounts.access import get_client_for
from common.formats import ledger, moment
from common.money import ZERO
from common.reports import Report, ReportColumn, ReportTable, Way
from financials.calc.movement import TERMS
from financials.figures_movement import MOVE_LABELS
from financials.forms.accuracy import accuracy_request
from financials.forms.movement import movement_request
from financials.queries.accuracy_page import SOURCE_WORDS, load_accuracy_page
from financials.queries.forecast_margin import MarginRow, load_margin_page
from financials.queries.movement_margin import MarginMovePage, load_margin_move
from financials.queries.movement_page import MovementPage, load_movement_page, terms_shown
from financials.queries.pack import load_pack, load_pack_risks
from financials.queries.pnl_request import BadRequest
from financials.reports import given

if TYPE_CHECKING:
    from people.models import User


def movement(user: User, query: Mapping[str, str], now: datetime) -> Report:
    asked, errors = movement_request(given(query))
    if asked.client:
        get_client_for(user, asked.client)
    try:
        page = load_movement_page(user, asked, now=now)
    except BadRequest as error:
        asked, errors = replace(asked, start=None, end=None, run_from=None, run_to=None), [*errors, str(error)]
        page = load_movement_page(user, asked, now=now)
    left = load_margin_move(user, asked, now=now)
    found, totals = page.found, page.found.total
    rest = totals["end"] - totals["start"] - sum((totals[term] for term in TERMS), ZERO)
    return Report(
        name="forecast-movement",
        title="What moved in the forecast",
        finding=page.finding,
        as_of=found.end,
        period=f"{page.months_label}, from {moment(found.start)} to {moment(found.end)}",
        currency=found.basis.currency,
        filters=(("Client", asked.client), ("Owner", asked.owner)),
        columns=(
            ReportColumn("client", "Client"),
            *(
                ReportColumn(name, head, "amount", strong=name in ("start", "end"))
                for name, head in zip(page.shown, page.heads, strict=True)
            ),
        ),
        rows=[[row.name, *row.figures] for row in page.rows],
        total=[page.total.name if not asked.client else "Total", *page.total.figures],
        source=page.source,
        notes=(*errors, *found.missing),
        tie_out=f"End − start − terms = {ledger(rest, found.basis.currency)} {found.basis.currency}",
        more=(*_contribution(left), *_details(page)),
    )


def _details(page: MovementPage) -> tuple[ReportTable, ...]:
    if not page.details:
        return ()
    return (
        ReportTable(
            "Deal by deal, contract by contract",
            (
                ReportColumn("what", "What"),
                ReportColumn("client", "Client"),
                ReportColumn("why", "Why"),
                ReportColumn("before", "Before", "amount"),
                ReportColumn("after", "After", "amount"),
                ReportColumn("change", "Change", "amount", strong=True),
            ),
            [
                [
                    one.what,
                    one.client,
                    f"{one.term} {one.why}".strip(),
                    one.before.value,
                    one.after.value,
                    one.change.value,
                ]
                for one in page.details
            ],
            count=len(page.details) + page.left_off,
        ),
    )


def _contribution(page: MarginMovePage) -> tuple[ReportTable, ...]:
    """The same terms, and what they did to contribution."""
    if not page.found.clients:
        return ()
    return (
        ReportTable(
            page.finding,
            (
                ReportColumn("term", "What moved"),
                ReportColumn("net_revenue", "Net revenue", "amount"),
                ReportColumn("contribution", "Contribution", "amount", strong=True),
            ),
            [[row.name, row.revenue, row.contribution] for row in page.rows],
        ),
    )


_SCORE: Final[tuple[tuple[str, str, Way], ...]] = (
    ("group", "By", "text"), ("name", "Which", "text"), ("wape", "Off by", "ratio"),
    ("bias", "Too high or low", "ratio"),
    ("coverage_80", "Inside the 80% band", "ratio"), ("value_added", "Value added", "ratio"), ("n", "Months", "count"),
)  # fmt: skip


def accuracy(user: User, query: Mapping[str, str], now: datetime) -> Report:
    asked, errors = accuracy_request(given(query))
    if asked.client:
        get_client_for(user, asked.client)
    page = load_accuracy_page(user, asked, now=now)
    parts = (
        ("Method", page.methods), ("Rate of cost", page.costs),
        ("Months ahead", page.leads), ("Layers", page.layers), ("Client", page.clients),
        ("Person", page.people),
    )  # fmt: skip
    return Report(
        name="forecast-accuracy",
        title="Track record of the forecast",
        finding=page.finding,
        as_of=page.standing.computed_at or now,
        period=page.source,
        filters=(("Client", asked.client), ("Owner", asked.owner), ("Source", SOURCE_WORDS[page.standing.source])),
        columns=tuple(ReportColumn(*column) for column in _SCORE),
        rows=[
            [word, row.label, *(figure.value for figure in row.figures[:3]), row.added, row.n]
            for word, rows in parts
            for row in rows
        ],
        source=page.source,
        notes=(*errors, *([page.too_young] if page.too_young else [])),
    )


def margin(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """Revenue, cost and contribution by month, layer and client."""
    client, year = query.get("client", ""), query.get("year", "")
    if client:
        get_client_for(user, client)
    wanted = int(year) if year.isdecimal() and len(year) == 4 and 2000 <= int(year) <= now.year + 5 else None
    page = load_margin_page(user, now=now, client=client, year=wanted)
    columns = (
        ReportColumn("name", "Month"),
        ReportColumn("revenue", "Net revenue", "amount"),
        ReportColumn("cost", "Cost", "amount"),
        ReportColumn("contribution", "Contribution", "amount", strong=True),
        ReportColumn("low", "10th pct.", "amount"),
        ReportColumn("high", "90th pct.", "amount"),
        ReportColumn("margin", "Margin", "ratio"),
        ReportColumn("plan", "Budget", "amount"),
        ReportColumn("gap", "On budget", "amount"),
    )

    def rows(several: Iterable[MarginRow]) -> list[list[Any]]:
        return [
            [
                row.name, row.revenue, row.cost, row.contribution, row.low, row.high, row.margin, row.plan, row.gap,
            ]
            for row in several
        ]  # fmt: skip

    def more(head: str, first: str, several: Sequence[MarginRow]) -> ReportTable:
        return ReportTable(head, (ReportColumn("name", first), *columns[1:]), rows(several))

    return Report(
        name=f"margin-ahead-{page.year}",
        title=f"Margin ahead {page.year}",
        finding=page.finding,
        as_of=page.basis.as_of,
        period=str(page.year),
        currency=page.basis.currency,
        filters=(("Client", client),),
        columns=columns,
        rows=rows(page.months),
        total=rows([page.total])[0],
        source=page.source,
        notes=page.missing,
        more=(more("By layer", "Layer", page.layers), more("By client", "Client", page.clients)),
    )


def pack(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """One page: the call, what moved, what may go wrong, what is asked, the track record."""
    page, beside = load_pack(user, now=now), load_pack_risks(user, now=now)
    totals = page.found.total
    band = ""
    if page.low.value is not None and page.high.value is not None:
        band = f"80% between {ledger(page.low.value, page.currency)} and {ledger(page.high.value, page.currency)}"
    rows: list[list[Any]] = [["The forecast", page.system, None, band]]
    rows += [
        [f"{one.who}, {one.level.lower()}", one.amount_figure, one.system_figure, one.reason] for one in page.calls
    ]
    rows.append(["Budget", page.budget, None, ""])
    left = [["The forecast", beside.margin.contribution, beside.margin.margin]]
    if beside.margin.call.value is not None:
        left.append(["The call", beside.margin.call, beside.margin.call_margin])
    return Report(
        name="leadership-pack",
        title=f"Forecast {page.year} for leadership",
        finding=page.finding,
        as_of=page.found.end,
        period=str(page.year),
        currency=page.currency,
        columns=(
            ReportColumn("whose", "The call"),
            ReportColumn("amount", "Net revenue", "amount", strong=True),
            ReportColumn("system", "Forecast then", "amount"),
            ReportColumn("reason", "Why"),
        ),
        rows=rows,
        source=page.source,
        notes=page.found.missing,
        beside=True,
        more=(
            ReportTable(
                "What is asked",
                (ReportColumn("asked", "What is asked"),),
                [],
                note=page.asks or "Nothing was asked with the newest calls.",
            ),
            ReportTable(
                f"What moved since {page.since}",
                (ReportColumn("term", "Term"), ReportColumn("amount", "Amount", "amount")),
                [[MOVE_LABELS[term], totals[term]] for term in terms_shown(page.found)],
            ),
            ReportTable(
                "What it leaves",
                (
                    ReportColumn("whose", "Whose"),
                    ReportColumn("contribution", "Contribution", "amount"),
                    ReportColumn("margin", "Margin", "ratio"),
                ),
                left,
            ),
            ReportTable(
                "What may go wrong",
                (
                    ReportColumn("what", "What"),
                    ReportColumn("client", "Client"),
                    ReportColumn("why", "Why"),
                    ReportColumn("amount", "At risk", "amount"),
                ),
                [[one.what, one.client, one.why, one.figure] for one in beside.risks],
                note="" if beside.risks else "No term ends within 120 days, and no commit deal is late.",
            ),
            ReportTable(
                "Track record", (ReportColumn("record", "Track record"),), [], note=beside.record or "Not measured yet."
            ),
        ),
    )
