"""The track record: how near forecasts came, from the sums that the accuracy job keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from django.conf import settings
from django.db.models import Max, QuerySet, Sum

from common.models import Job
from common.money import ZERO, ratio
from financials.calc.accuracy import Score
from financials.models import ForecastScore
from financials.queries.pnl_request import PnlRequest, clients_asked

if TYPE_CHECKING:
    from people.models import User

Source = Literal["kept", "backtest"]
Group = Literal["client", "lead", "layer", "person"]
GROUPS: Final = ("client", "lead", "layer", "person")
PERSON: Final = "person"
METHOD_LABELS: Final[dict[str, str]] = {
    "ours": "Ours",
    "run_rate_alone": "Run-rate alone",
    "weighted_pipeline": "Naive weighted pipeline",
    "seasonal_naive": "Same month last year",
    "last_twelve": "Last twelve months ÷ 12",
}
COST_LABELS: Final[dict[str, str]] = {
    "cost": "Ours: own twelve months, filled",
    "cost_house": "One rate for every client",
    "cost_last_month": "The last closed month's rate",
}
"""Methods about rates of cost; their sums are of cost, not of net revenue."""
NAIVE: Final = ("seasonal_naive", "last_twelve", "weighted_pipeline", "run_rate_alone")
UP_TO_LABELS: Final[dict[str, str]] = {
    "contracted": "Contracted alone",
    "renewal": "With renewals",
    "pipeline": "With the pipeline",
    "run_rate": "With the run-rate",
}
"""Layers laid on one after the other."""
LEAST_MONTHS: Final = 12
"""Client months that kept forecasts must have been held against before they are a track record."""


@dataclass(frozen=True, slots=True)
class AccuracyRequest:
    """source: blank takes the forecasts that were made once there are enough of them, else the back-test."""

    source: str = ""
    client: str = ""
    owner: str = ""
    tier: str = ""


class Row(NamedTuple):
    """One group's score. added: forecast value added, of people only."""

    group: tuple[Any, ...]
    score: Score
    added: Decimal | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the record stands on. months: client months that forecasts that were made were held against."""

    source: Source
    months: int
    closed_through: date | None
    computed_at: datetime | None
    open_jobs: int

    @property
    def currency(self) -> str:
        """Of every sum: the firm's own."""
        return str(settings.REPORTING_CURRENCY)


class Asked(NamedTuple):
    """Which sums: of one method or of the layers up to one, or of one person's changes; lead None for all."""

    method: str
    layer: str
    person: str
    lead: int | None


class Sums(NamedTuple):
    """What the ratios are made of."""

    n: int
    missed: Decimal
    signed: Decimal
    actual: Decimal
    size: Decimal
    banded: int
    inside: int
    before: Decimal | None

    @property
    def wape(self) -> Decimal | None:
        return ratio(self.missed, self.size)

    @property
    def bias(self) -> Decimal | None:
        return ratio(self.signed, self.actual)

    @property
    def coverage_80(self) -> Decimal | None:
        return ratio(self.inside, self.banded)

    @property
    def added(self) -> Decimal | None:
        before = ratio(self.before, self.size)
        return None if before is None or self.wape is None else before - self.wape


def _scores(user: User, request: AccuracyRequest, source: str) -> QuerySet[ForecastScore]:
    asked = PnlRequest(client=request.client, owner=request.owner, tier=request.tier)
    return ForecastScore.objects.filter(client__in=clients_asked(user, asked).values("pk"), source=source).order_by()


def load_standing(user: User, request: AccuracyRequest) -> Standing:
    """Three queries."""
    every = {
        source: _scores(user, request, source)
        .filter(method="ours")
        .aggregate(months=Sum("n"), closed=Max("closed_through"), at=Max("computed_at"))
        for source in ("kept", "backtest")
    }
    months = every["kept"]["months"] or 0
    again = every["backtest"]["months"] or 0
    chosen: Source = "kept" if months >= LEAST_MONTHS or (months and not again) else "backtest"
    if request.source == "kept":
        chosen = "kept"
    elif request.source == "backtest":
        chosen = "backtest"
    jobs = Job.objects.filter(kind="accuracy", state__in=("ready", "leased", "failed")).count()
    found = every[chosen]
    return Standing(chosen, months, found["closed"], found["at"], jobs)


def load_rows(
    user: User, request: AccuracyRequest, source: Source, group_by: Iterable[str], *, method: str = "ours"
) -> list[Row]:
    """Scores of one method, in the order of the groups; by layer, of the forecast with all layers up to it; by person,
    of the months that person changed, with the value the changes added. One query."""
    groups = tuple(group_by)
    rows = _scores(user, request, source)
    if PERSON in groups:
        rows = rows.filter(method=PERSON)
    elif "layer" in groups:
        rows = rows.exclude(layer="")
    else:
        rows = rows.filter(method=method)
    columns = ["client__key" if group == "client" else group for group in groups]
    if groups:
        several = [(tuple(one[column] for column in columns), one) for one in rows.values(*columns).annotate(**_SUMS)]
    else:
        several = [((), rows.aggregate(**_SUMS))]
    found = [_row(group, _read(one)) for group, one in several if one["count"]]
    places = {name: place for place, name in enumerate(UP_TO_LABELS)}
    return sorted(
        found,
        key=lambda row: tuple(
            places.get(str(value), 0) if group == "layer" else value
            for group, value in zip(groups, row.group, strict=True)
        ),
    )


def load_methods(user: User, request: AccuracyRequest, source: Source) -> dict[str, Row]:
    """Scores by method. One query."""
    found: Any = _scores(user, request, source).values("method").annotate(**_SUMS)
    return {one["method"]: _row((), _read(one)) for one in found if one["count"]}


def load_sums(user: User, request: AccuracyRequest, source: str, asked: Asked) -> Sums:
    """One query."""
    method = PERSON if asked.person else "" if asked.layer else asked.method
    rows = _scores(user, request, source).filter(method=method, layer=asked.layer, person=asked.person)
    if asked.lead is not None:
        rows = rows.filter(lead=asked.lead)
    return _read(rows.aggregate(**_SUMS))


_SUMS: Final = {
    "count": Sum("n"), "miss": Sum("missed"), "sign": Sum("signed"), "act": Sum("actual"), "sized": Sum("size"),
    "band": Sum("banded"), "held": Sum("inside"), "prior": Sum("before"),
}  # fmt: skip


def _read(one: Mapping[str, Any]) -> Sums:
    return Sums(
        one["count"] or 0, one["miss"] or ZERO, one["sign"] or ZERO, one["act"] or ZERO, one["sized"] or ZERO,
        one["band"] or 0, one["held"] or 0, one["prior"],
    )  # fmt: skip


def _row(group: tuple[Any, ...], sums: Sums) -> Row:
    return Row(group, Score(sums.wape, sums.bias, sums.coverage_80, sums.n), sums.added)
