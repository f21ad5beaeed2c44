"""The track record as its page prints it: a sentence, ours beside the naive ones, by lead, layer, client and person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.access import clients_for
from common import charts
from common.figures import Figure
from common.formats import day, plural
from common.formats import ratio as share
from common.periods import month_label
from financials.calc import findings
from financials.figures_accuracy import accuracy_figure
from financials.queries.accuracy import (
    COST_LABELS,
    LEAST_MONTHS,
    METHOD_LABELS,
    NAIVE,
    UP_TO_LABELS,
    AccuracyRequest,
    Row,
    Source,
    Standing,
    load_methods,
    load_rows,
    load_standing,
)
from people.models import User as Person

if TYPE_CHECKING:
    from people.models import User

SOURCE_WORDS: Final[dict[Source, str]] = {
    "kept": "Forecasts as they were made",
    "backtest": "Past months forecast again",
}
MOST_CLIENTS: Final = 60


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """label: as people read the group. url: blank where it opens nothing."""

    label: str
    key: str
    figures: tuple[Figure, ...]
    added: Decimal | None
    n: int
    months: Figure


@dataclass(frozen=True, slots=True)
class AccuracyPage:
    request: AccuracyRequest
    standing: Standing
    finding: str
    subtitle: str
    methods: tuple[AccuracyRow, ...]
    costs: tuple[AccuracyRow, ...]
    cost_finding: str
    leads: tuple[AccuracyRow, ...]
    layers: tuple[AccuracyRow, ...]
    clients: tuple[AccuracyRow, ...]
    people: tuple[AccuracyRow, ...]
    chart: charts.BandLine | None
    too_young: str
    source: str

    @property
    def source_word(self) -> str:
        return SOURCE_WORDS[self.standing.source]


def load_accuracy_page(user: User, request: AccuracyRequest, *, now: datetime) -> AccuracyPage:
    """Nine queries, one more where forecasts as they were made are shown."""
    standing = load_standing(user, request)
    kind = standing.source
    scored = load_methods(user, request, kind)
    by_method = {name: scored[name] for name in METHOD_LABELS if name in scored}
    # Rates of cost are measured on past months alone.
    again = scored if kind == "backtest" else load_methods(user, request, "backtest")
    leads = load_rows(user, request, kind, ("lead",))
    layers = load_rows(user, request, kind, ("layer",))
    several = load_rows(user, request, kind, ("client",))
    people = load_rows(user, request, "kept", ("person",))
    names = dict(clients_for(user).order_by().values_list("key", "name"))
    emails = [row.group[0] for row in people]
    who = dict(Person.objects.filter(email__in=emails).values_list("email", "name")) if emails else {}
    ours = by_method.get("ours")
    source = _source(standing)
    worst = sorted(several, key=lambda row: (-(row.score.wape or Decimal(-1)), row.group[0]))[:MOST_CLIENTS]
    return AccuracyPage(
        request=request,
        standing=standing,
        finding=_finding(ours, by_method, kind),
        subtitle=f"{SOURCE_WORDS[kind]}, net revenue by client and month. Off by = all misses ÷ all that came",
        methods=tuple(
            _line(METHOD_LABELS[name], "", row, request, kind, method=name) for name, row in by_method.items()
        ),
        costs=_costs(again, request),
        cost_finding=_cost_finding(again),
        leads=tuple(_line(_ahead(int(row.group[0])), "", row, request, kind, lead=str(row.group[0])) for row in leads),
        layers=tuple(_line(UP_TO_LABELS[row.group[0]], "", row, request, kind, layer=row.group[0]) for row in layers),
        clients=tuple(
            _line(names.get(row.group[0], row.group[0]), row.group[0], row, request, kind, client=row.group[0])
            for row in worst
        ),
        people=tuple(
            _line(who.get(row.group[0], row.group[0]), "", row, request, "kept", person=row.group[0]) for row in people
        ),
        chart=_chart(leads, source) if len(leads) > 1 else None,
        too_young=_too_young(standing),
        source=source,
    )


def _costs(scored: Mapping[str, Row], request: AccuracyRequest) -> tuple[AccuracyRow, ...]:
    return tuple(
        _line(label, "", scored[name], request, "backtest", method=name)
        for name, label in COST_LABELS.items()
        if name in scored
    )


def _cost_finding(scored: Mapping[str, Row]) -> str:
    """'Rates of cost were 6.1% off; the best naive one 9.8%'."""
    wapes = {name: scored[name].score.wape for name in COST_LABELS if name in scored}
    ours = wapes.pop("cost", None)
    naive = min((wape for wape in wapes.values() if wape is not None), default=None)
    if ours is None:
        return "Rates of cost"
    return f"Rates of cost were {share(ours)} off" + ("" if naive is None else f"; the best naive one {share(naive)}")


def _ahead(lead: int) -> str:
    return plural(lead, "month") + " ahead"


def _line(label: str, key: str, row: Row, request: AccuracyRequest, source: Source, **which: str) -> AccuracyRow:
    scope = {"client": request.client, "owner": request.owner, **which}
    values = (
        ("wape", row.score.wape),
        ("bias", row.score.bias),
        ("coverage_80", row.score.coverage_80),
        ("value_added", row.added),
    )
    figures = tuple(accuracy_figure(name, value, source, **scope) for name, value in values)
    months = accuracy_figure("months", row.score.n, source, **scope)
    return AccuracyRow(label, key, figures, row.added, row.score.n, months)


def _finding(ours: Row | None, by_method: dict[str, Row], source: Source) -> str:
    """'The forecast was 18.2% off, 1.4% too high; the best naive one was 24.0% off'."""
    naive = [(name, by_method[name].score.wape) for name in NAIVE if name in by_method]
    known = [(wape, METHOD_LABELS[name]) for name, wape in naive if wape is not None]
    return findings.track_record(
        None if ours is None else ours.score.wape,
        None if ours is None else ours.score.bias,
        min(known, default=None),
        again=source == "backtest",
    )


def _too_young(standing: Standing) -> str:
    if standing.months >= LEAST_MONTHS:
        return ""
    had = f"{plural(standing.months, 'client month')} so far" if standing.months else "none has come true yet"
    return (
        f"Forecasts that were made are a track record from {LEAST_MONTHS} client months on; {had}. "
        "Until then past months are forecast again, with what was known of ledger and contracts; deals are left out, "
        "because how they stood then is not kept."
    )


def _source(standing: Standing) -> str:
    if standing.closed_through is None:
        return "Not measured yet"
    at = f", measured {day(standing.computed_at.date())}" if standing.computed_at else ""
    return f"Ledger to {month_label(standing.closed_through)}{at}"


def _chart(leads: list[Row], source: str) -> charts.BandLine:
    points = tuple(charts.BandPoint(str(row.group[0]), row.score.wape) for row in leads)
    first, last = leads[0].score.wape, leads[-1].score.wape
    finding = "Error by months ahead"
    if first is not None and last is not None:
        grows = "grows" if last > first else "falls"
        finding = (
            f"The error {grows} from {share(first)} at {_ahead(int(leads[0].group[0]))} to {share(last)} at "
            f"{_ahead(int(leads[-1].group[0]))}"
        )
    return charts.BandLine(
        finding=finding,
        sub="Misses in percent of what came, by months from the as-of month to the month forecast",
        source=source,
        points=points,
        unit="ratio",
        scale="1",
        value_label="",
        size="l",
    )
