"""Calls of years that are over, held against what came: each beside the forecast on the day it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection

from accounts.access import clients_for
from common.fx import MissingRate, apply
from common.money import ZERO
from financials.access import calls_for
from financials.calc.call_scores import Called, CallScore, score_calls
from financials.models import ForecastCall
from financials.queries.basis import Basis, load_basis

if TYPE_CHECKING:
    from people.models import User

_CAME: Final = """
SELECT client_id, month, currency, sum(CASE WHEN line = 'gross_revenue' THEN amount ELSE -amount END)
FROM financials_ledgermonth
WHERE client_id = ANY(%s) AND line IN ('gross_revenue', 'pass_through') AND month BETWEEN %s AND %s GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """One call and what came of it. came: None where a rate is missing, its clients are not known, or one is hidden."""

    call: ForecastCall
    came: Decimal | None

    @property
    def held(self) -> Called | None:
        if self.came is None or self.call.system is None:
            return None
        return Called(self.call.amount, self.call.system, self.came)


@dataclass(frozen=True, slots=True)
class PersonScore:
    """A person's calls in one currency: the sums cannot be over two. unknown: calls that could not be held."""

    email: str
    name: str
    level: str
    currency: str
    score: CallScore
    unknown: int


@dataclass(frozen=True, slots=True)
class CallScores:
    """through: the last closed month. waiting: calls in sight whose year is not closed yet."""

    outcomes: tuple[CallOutcome, ...]
    people: tuple[PersonScore, ...]
    through: date
    waiting: int


def load_call_scores(user: User, *, now: datetime, basis: Basis | None = None, person: str = "") -> CallScores:
    """Of every call in sight that was not withdrawn and was made before its year ended. Four queries, six at most.

    person: an e-mail, blank for all.
    """
    basis = basis or load_basis(user, now=now, newest_entry=False)
    calls = [
        call
        for call in calls_for(user).filter(withdrawn_at=None).select_related("person").order_by("made_at", "pk")
        if call.made_at < datetime(call.year + 1, 1, 1, tzinfo=UTC) and person in ("", call.person.email)
    ]
    over = [call for call in calls if basis.closed_through and basis.closed_through >= date(call.year, 12, 1)]
    if not over:
        return CallScores((), (), basis.through, len(calls))
    about = {call.pk: set(call.client_ids) for call in over}
    ids = sorted({pk for several in about.values() for pk in several})
    seen = set(clients_for(user).filter(pk__in=ids).order_by().values_list("pk", flat=True))
    came = _came(ids, min(call.year for call in over), max(call.year for call in over))
    outcomes = tuple(
        CallOutcome(call, _total(call, about[call.pk], came, basis) if about[call.pk] <= seen else None)
        for call in over
    )
    return CallScores(outcomes, _by_person(outcomes), basis.through, len(calls) - len(over))


Cells = Mapping[tuple[int, int], Sequence[tuple[date, str, Decimal]]]


def _came(ids: list[int], first: int, last: int) -> Cells:
    """By client and year. One query."""
    cells: dict[tuple[int, int], list[tuple[date, str, Decimal]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_CAME, [ids, date(first, 1, 1), date(last, 12, 1)])
        for client, month, currency, amount in cursor.fetchall():
            cells[client, month.year].append((month, currency, amount))
    return cells


def _total(call: ForecastCall, clients: Iterable[int], came: Cells, basis: Basis) -> Decimal | None:
    """In the call's currency at each month's rate; a year without clients is unknown."""
    whole, found = ZERO, False
    for client in clients:
        found = True
        for month, currency, amount in came.get((client, call.year), ()):
            try:
                rate = basis.rates.rate(currency, call.currency, month, via=settings.REPORTING_CURRENCY)
            except MissingRate:
                return None
            whole += apply(amount, rate, call.currency)
    return whole if found else None


def _by_person(outcomes: Iterable[CallOutcome]) -> tuple[PersonScore, ...]:
    """Directors first, as on the pack."""
    groups: dict[tuple[str, str, str, str], list[CallOutcome]] = defaultdict(list)
    for one in outcomes:
        person = one.call.person
        groups[one.call.level, person.name, person.email, one.call.currency].append(one)
    return tuple(
        PersonScore(
            email, name, level, currency, score_calls(held for one in several if (held := one.held)),
            sum(1 for one in several if one.held is None),
        )
        for (level, name, email, currency), several in sorted(groups.items())
    )  # fmt: skip
