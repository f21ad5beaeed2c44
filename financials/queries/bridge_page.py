"""The bridge as its page prints it: a sentence, the steps drawn, and the same by client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.access import clients_for
from common import charts
from common.figures import Figure
from common.formats import Scale, money_words
from common.money import ZERO, quantise
from common.periods import month_label, period_label
from financials.calc import findings
from financials.calc.bridge import PARTS, Moves
from financials.calc.findings import Part
from financials.figures import bridge_figure
from financials.queries.bridge import LABELS, MEASURES, BridgeRequest, BridgeResult, load_bridge

if TYPE_CHECKING:
    from people.models import User

SMALL: Final = Decimal("0.15")
"""Below this share of the totals steps are drawn as change from the start: beside the totals they would vanish."""


@dataclass(frozen=True, slots=True)
class BridgeRow:
    key: str
    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class BridgePage:
    found: BridgeResult
    finding: str
    subtitle: str
    heads: tuple[str, ...]
    chart: charts.Bridge | charts.ChangeWaterfall | None
    rows: tuple[BridgeRow, ...]
    total: BridgeRow
    source: str
    note: str = ""


def load_bridge_page(user: User, request: BridgeRequest, *, now: datetime) -> BridgePage:
    """Nine queries, whatever the size."""
    found = load_bridge(user, request, now=now)
    names = dict(clients_for(user).order_by().values_list("key", "name"))
    shown = [name for name in LABELS if name in ("start", "end") or _anywhere(found, name)]
    rows = [BridgeRow(one.key, names.get(one.key, one.key), _figures(found, shown, one.moves, one.key))
            for one in found.clients]  # fmt: skip
    first, last = _ends(found)
    heads = [first if name == "start" else last if name == "end" else LABELS[name] for name in shown]
    measure = MEASURES[request.measure]
    return BridgePage(
        found=found,
        finding=_finding(found, measure, first, last),
        subtitle=f"{measure}, {found.basis.currency}: from {first} to {last}. The parts sum exactly",
        heads=tuple(heads),
        chart=_chart(found, measure, first, last, shown) if found.clients else None,
        rows=tuple(sorted(rows, key=lambda row: (-abs(_change(row)), row.name))),
        total=BridgeRow("", "All clients", _figures(found, shown, found.total, request.client)),
        source=f"Ledger to {month_label(found.basis.through)}, newest entry {found.basis.ledger_no:,}; "
        + _hours_words(found),
        note=_without_hours(found),
    )


def _hours_words(found: BridgeResult) -> str:
    if found.request.against == "budget":
        return f"budget {found.basis.budget_version or 'none'}; hours as planned and as worked"
    return "hours as worked"


def _without_hours(found: BridgeResult) -> str:
    """Why much of a bridge is "other", in plain words."""
    said = []
    if found.without_hours:
        said.append(
            f"The budget plans no hours for {_months(found.without_hours)}: load it with its hours column, on delivery "
            "labour and freelancers."
        )
    if found.unworked and found.total.other:
        said.append(f"No hours are booked for {_months(found.unworked)} of {period_label(*found.end)}.")
    if not said:
        return ""
    return " ".join([*said, "What moved there cannot be split into price, volume and cost: it stands as other."])


def _months(count: int) -> str:
    return "1 month of a client" if count == 1 else f"{count:,} months of clients"


def _anywhere(found: BridgeResult, name: str) -> bool:
    """A part nobody has is left out of the page; files always have it."""
    return any(getattr(one.moves, name) for one in found.clients)


def _change(row: BridgeRow) -> Decimal:
    return Decimal(row.figures[-1].value or 0) - Decimal(row.figures[0].value or 0)


def _figures(found: BridgeResult, shown: list[str], moved: Moves, client: str) -> tuple[Figure, ...]:
    return tuple(bridge_figure(name, getattr(moved, name), found, client=client) for name in shown)


def _ends(found: BridgeResult) -> tuple[str, str]:
    end = period_label(*found.end)
    if found.request.against == "budget":
        return f"Budget {end}", f"Actual {end}"
    return period_label(*found.start), end


def _finding(found: BridgeResult, measure: str, first: str, last: str) -> str:
    """'Gross profit rose $12.3k from Sep 2026 to Oct 2026: volume added $9.0k, cost and mix took $2.2k'."""
    parts = [Part(LABELS[name].lower(), value) for name, value in found.total.parts().items()]
    if found.missing or not found.clients:
        return f"{measure}, {first} to {last}"
    return findings.bridge_moved(measure, found.total.start, found.total.end, parts, found.basis.currency, first, last)


def _chart(
    found: BridgeResult, measure: str, first: str, last: str, shown: list[str]
) -> charts.Bridge | charts.ChangeWaterfall:
    total, currency = found.total, found.basis.currency
    steps = tuple(charts.Step(LABELS[name], getattr(total, name)) for name in PARTS if name in shown)
    largest = max((abs(Decimal(str(step.value))) for step in steps), default=ZERO)
    top = max(abs(total.start), abs(total.end))
    scale: Scale = "k" if top < 10_000_000 else "M"
    spec = charts.Bridge(
        finding=findings.largest_moves(
            [Part(name.lower(), getattr(total, key)) for key, name in LABELS.items() if key in PARTS], currency, measure
        ),
        sub=f"{measure} from {first} to {last}, {money_words(currency, scale)}; a plus helps, a minus hurts. "
        "Price = change in rate × hours after, volume = change in hours × what an hour earned before",
        source=f"Ledger to {month_label(found.basis.through)}; the parts sum to the change exactly",
        start=charts.Step(first, total.start),
        steps=steps,
        end=charts.Step(last, total.end),
        unit=currency,
        scale=scale,
        size="xl",
    )
    if total.start > 0 and total.end > 0 and largest >= top * SMALL:
        return spec
    return charts.ChangeWaterfall(
        finding=spec.finding, sub=spec.sub, source=spec.source, start=spec.start, steps=spec.steps, end=spec.end,
        unit=currency, scale=spec.scale, size="l",
    )  # fmt: skip


def bridge_rows(
    user: User, request: BridgeRequest, *, now: datetime
) -> tuple[list[str], list[list[object]], BridgeResult]:
    """For a file: every part, by client, then nothing else."""
    found = load_bridge(user, request, now=now)
    head = ["client", *LABELS]
    currency = found.basis.currency
    rows = [[one.key, *(quantise(value, currency) for value in one.moves.as_dict().values())] for one in found.clients]
    return head, rows, found
