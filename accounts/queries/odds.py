"""What own history says of each open deal, and from when one is too old for its stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from accounts.calc.win_rates import Rate, WinRates, win_rates
from accounts.models import Opportunity, Stage
from accounts.queries.hygiene import days_at
from accounts.queries.stages import StageRow
from accounts.queries.win_rates import load_passages

StageLike = Stage | StageRow


@dataclass(frozen=True, slots=True)
class Odds:
    """stale: days from which a deal is too old, by the casefolded name of its stage."""

    rates: WinRates
    stale: Mapping[str, int]

    def rate_of(self, deal: Opportunity, today: date) -> Rate | None:
        return self.rates.of(deal.stage, days_at(deal, today))


def load_odds(today: date, stages: Iterable[StageLike] | None = None) -> Odds:
    """stages: where they are read already. One query, or two."""
    rows = Stage.objects.all() if stages is None else stages
    known = [(row.name.casefold(), row.probability, row.stale_days) for row in rows]
    stated = {name: probability for name, probability, _ in known if probability is not None}
    stale = {name: days for name, _, days in known if days is not None}
    return Odds(win_rates(load_passages(today), stated), stale)
