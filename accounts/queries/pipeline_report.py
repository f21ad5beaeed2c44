"""Open deals by any grouping, for files and programs. Source: docs/definitions.md#open-pipeline"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet
from django.db.models.functions import TruncMonth
from django.utils.text import capfirst

from accounts.models import Opportunity, Outcome
from accounts.queries.pipeline import Scope, Sums, in_scope, summed, sums_of
from accounts.queries.rates import DealRates
from common.periods import Month, format_month, month_end

if TYPE_CHECKING:
    from people.models import User

GROUPS: Final[Mapping[str, Any]] = {
    "client": "client__key",
    "owner": "owner__email",
    "stage": "stage",
    "category": "category",
    "month": TruncMonth("close_on"),
}
Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PipelineAsked:
    """first, last: months of the close date; with one of them, deals without a close date are left out."""

    group_by: tuple[str, ...] = ()
    client: str = ""
    owner: str = ""
    tier: str = ""
    first: Month | None = None
    last: Month | None = None


@dataclass(frozen=True, slots=True)
class PipelineReport:
    """rows: by key, in the order of group_by; None where a deal has no such value. unknown: currencies with no rate."""

    rows: tuple[tuple[Key, Sums], ...]
    unknown: tuple[str, ...]


def load_pipeline_report(user: User, asked: PipelineAsked, rates: DealRates, today: date) -> PipelineReport:
    """One query; one more where a rate is missing."""
    deals = _deals(user, asked, today)
    # Named apart from the model's own columns, and grouped by the outcome, which is one, where nothing is asked for.
    by = {f"by_{name}": GROUPS[name] for name in asked.group_by}
    named = {name: value for name, value in by.items() if not isinstance(value, str)}
    plain = [value for value in by.values() if isinstance(value, str)]
    groups: dict[Key, Sums] = defaultdict(Sums)
    for row in summed(deals.annotate(**named), rates, today, "outcome", *plain, *named):
        groups[tuple(_shown(name, row[_column(name)]) for name in asked.group_by)] += sums_of(row)
    unknown = sum(one.unconverted for one in groups.values())
    ordered = sorted(groups.items(), key=lambda item: tuple((part is None, part or "") for part in item[0]))
    return PipelineReport(tuple(ordered), _unknown(deals, rates) if unknown else ())


def _deals(user: User, asked: PipelineAsked, today: date) -> QuerySet[Opportunity]:
    deals = in_scope(user, Scope(client=asked.client, owner=asked.owner, outcome=Outcome.OPEN), today)
    if asked.tier:
        deals = deals.filter(client__tier=asked.tier)
    if asked.first:
        deals = deals.filter(close_on__gte=asked.first)
    if asked.last:
        deals = deals.filter(close_on__lte=month_end(asked.last))
    return deals


def _column(name: str) -> str:
    path = GROUPS[name]
    return path if isinstance(path, str) else f"by_{name}"


def _shown(name: str, value: Any) -> str | None:
    """A stage written in two ways is one stage."""
    if not value:
        return None
    if name == "month":
        return format_month(value)
    return capfirst(value.casefold()) if name == "stage" else str(value)


def _unknown(deals: QuerySet[Opportunity], rates: DealRates) -> tuple[str, ...]:
    others = deals.exclude(currency__in=rates.by_currency).filter(amount__isnull=False, probability__isnull=False)
    return tuple(others.order_by("currency").values_list("currency", flat=True).distinct())
