"""Forecast accuracy by method, lead and layer beside naive: `manage.py backtest [--client KEY] [--seeded N] [--json]`.

Over the company's own closed months; or over the made-up book whose truth is known (docs/definitions.md#seeded-book).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Client
from financials.calc.backtest import METHODS, OURS, UP_TO, Tally, ratios_of
from financials.calc.backtest_cost import COST_METHODS
from financials.calc.seeded_proof import HELD_OUT, SeedResult, prove
from financials.queries.accuracy import COST_LABELS, METHOD_LABELS, UP_TO_LABELS
from financials.queries.backtest import backtest, last_closed

MOST_SEEDS: Final = len(HELD_OUT)


class Command(BaseCommand):
    help = "How near the forecast comes, by method, lead and layer, with naive forecasts beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client", metavar="KEY", action="append", default=[], help="this client (repeatable)")
        parser.add_argument("--seeded", metavar="N", type=int, help=f"the seeded book: N seeds, at most {MOST_SEEDS}")
        parser.add_argument("--clients", metavar="N", type=int, default=1000, help="clients of each seeded book")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seeded"] is not None:
            self._seeded(options)
        else:
            self._own(options)

    def _own(self, options: dict[str, Any]) -> None:
        closed = last_closed()
        ids = self._clients(options["client"])
        sums: dict[tuple[str, str, int], Tally] = {}
        for start in range(0, len(ids), 50):
            for cell, tally in backtest(ids[start : start + 50], now=timezone.now()).items():
                for lead in (0, cell.lead):
                    key = (cell.method, cell.layer, lead)
                    sums[key] = sums.get(key, Tally()).plus(tally)
        if options["json"]:
            rows = [
                {"method": method or None, "up_to_layer": layer or None, "lead": lead or None, **_told(tally)}
                for (method, layer, lead), tally in sorted(sums.items())
            ]
            self.stdout.write(
                json.dumps({"closed_through": closed and f"{closed:%Y-%m}", "clients": len(ids), "rows": rows})
            )
            return
        if not sums:
            self.stdout.write("Too few closed months for a back-test: a client needs a year and three months of them.")
            return
        self.stdout.write(f"{len(ids)} clients, closed to {closed:%Y-%m}; deals of the past are not kept, so left out.")
        self._table([(METHOD_LABELS[m], sums[m, "", 0]) for m in METHODS if (m, "", 0) in sums], "Method")
        self._table([(COST_LABELS[m], sums[m, "", 0]) for m in COST_METHODS if (m, "", 0) in sums], "Rate of cost")
        self._table([(UP_TO_LABELS[n], sums["", n, 0]) for n in UP_TO if ("", n, 0) in sums], "Layers up to")
        leads = sorted({lead for method, _, lead in sums if method == OURS and lead})
        self._table([(f"{lead} ahead", sums[OURS, "", lead]) for lead in leads], "Ours, by months ahead")

    def _clients(self, keys: list[str]) -> list[int]:
        if not keys:
            return list(Client.objects.order_by("pk").values_list("pk", flat=True))
        found = dict(Client.objects.filter(key__in=keys).values_list("key", "pk"))
        unknown = [key for key in keys if key not in found]
        if unknown:
            raise CommandError(f"No client {', '.join(unknown)}.")
        return sorted(found.values())

    def _table(self, rows: list[tuple[str, Tally]], head: str) -> None:
        self.stdout.write(f"\n{head:28}{'WAPE':>9}{'bias':>9}{'80% band':>10}{'MAE':>14}{'months':>9}")
        for label, tally in rows:
            told = ratios_of(tally)
            self.stdout.write(
                f"{label:28}{_share(told.wape):>9}{_share(told.bias):>9}{_share(told.coverage_80):>10}"
                f"{tally.mae or 0:>14,.0f}{tally.n:>9,}"
            )

    def _seeded(self, options: dict[str, Any]) -> None:
        count = options["seeded"]
        if not 1 <= count <= MOST_SEEDS:
            raise CommandError(f"Ask for 1 to {MOST_SEEDS} seeds.")
        if not 10 <= options["clients"] <= 5000:
            raise CommandError("A seeded book has 10 to 5,000 clients.")
        results = []
        for seed in HELD_OUT[:count]:
            results.append(prove(seed, clients=options["clients"]))
            if not options["json"]:
                self._line(results[-1], first=len(results) == 1)
        if options["json"]:
            self.stdout.write(json.dumps([one.as_dict() for one in results]))

    def _line(self, one: SeedResult, *, first: bool) -> None:
        if first:
            self.stdout.write("MAE of ours by client and month as a share of: run-rate alone, naive weighted pipeline")
            self.stdout.write(f"{'seed':>6}{'month ÷ rr':>12}{'÷ naive':>9}{'year ÷ rr':>11}{'÷ naive':>9}"
                              f"{'WAPE':>8}{'bias':>8}{'80%':>8}{'95%':>8}")  # fmt: skip
        self.stdout.write(
            f"{one.seed:>6}{one.month_to_run_rate:>12.3f}{one.month_to_naive:>9.3f}{one.year_to_run_rate:>11.3f}"
            f"{one.year_to_naive:>9.3f}{one.wape:>8.3f}{one.bias:>8.3f}"
            f"{_plain(one.coverage_80):>8}{_plain(one.coverage_95):>8}"
        )


def _told(tally: Tally) -> dict[str, Any]:
    found = ratios_of(tally)
    return {
        "wape": _text(found.wape), "bias": _text(found.bias), "coverage_80": _text(found.coverage_80),
        "mae": None if tally.mae is None else round(tally.mae, 2), "n": tally.n,
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _share(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _plain(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"
