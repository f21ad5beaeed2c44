"""Explanations of the figures this app shows: the pipeline's, coverage, and how many clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.urls import reverse

from accounts.access import get_client_for
from accounts.models import Category, Opportunity, Outcome, Side
from accounts.queries.clients import ClientFilter, filtered
from accounts.queries.commitments import side_kept
from accounts.queries.hygiene import ANY, FAULTS, with_since
from accounts.queries.odds import load_odds
from accounts.queries.own_chance import STAGE_KEY, own_chance
from accounts.queries.people_map import load_grid
from accounts.queries.pipeline import Scope, Sums, add_up, cells, in_scope
from accounts.queries.rates import DealRates, deal_rates, half_even
from accounts.queries.stakeholders import stakeholder_book
from common.figures import Explanation, Figure, Input, UnknownFigure, figure_id, formulae
from common.formats import exact, plural
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

_PARAMS = frozenset({"client", "owner", "stage", "category", "kind", "q", "year", "untidy"})
_CLIENT_PARAMS = ("q", "tier", "status", "owner", "industry")
_DEFINITION = (
    "Each deal is converted once to the reporting currency at the rate last known, half-even to the minor unit, and "
    "then summed. An open deal without amount or probability is unpriced: counted, never summed."
)


@dataclass(frozen=True, slots=True)
class Formula:
    """outcome: which deals it counts. listing: what the list shows when the figure's rows are opened."""

    name: str
    label: str
    text: str
    outcome: Outcome
    unit: str = ""


FORMULAE = (
    Formula("open_amount", "Open pipeline", "Σ amount of open, priced deals", Outcome.OPEN),
    Formula(
        "weighted",
        "Weighted pipeline",
        "Σ amount × probability of open, priced deals that are not omitted",
        Outcome.OPEN,
    ),
    Formula(
        "weighted_own",
        "Weighted by own history",
        "Σ amount × what the forecast counts each open, priced deal at, the omitted left out",
        Outcome.OPEN,
    ),
    Formula("unpriced", "Unpriced open deals", "open deals without amount or probability", Outcome.OPEN, "count"),
    Formula("open_count", "Open deals", "number of open deals", Outcome.OPEN, "count"),
    Formula("won_value", "Won value", "Σ amount of won deals", Outcome.WON),
    Formula("won_count", "Deals won", "number of won deals", Outcome.WON, "count"),
)


def _value(formula: Formula, sums: Sums) -> Decimal | int:
    match formula.name:
        case "weighted":
            return sums.weighted
        case "weighted_own":
            return sums.weighted_own
        case "unpriced":
            return sums.unpriced
        case "open_count" | "won_count":
            return sums.count
    return sums.amount


def scope_of(user: User, params: Mapping[str, str], outcome: str) -> Scope:
    """Raises UnknownFigure for a parameter that no deal has, Http404 for a client out of sight."""
    if params.keys() - _PARAMS or not abilities_of(user).see_relationships:
        raise UnknownFigure(", ".join(params))
    year = params.get("year", "")
    if year and not (len(year) == 4 and year.isdecimal() and year >= "1900"):
        raise UnknownFigure(year)
    if params.get("untidy", ANY) not in (ANY, *FAULTS):
        raise UnknownFigure(params["untidy"])
    if params.get("client"):
        get_client_for(user, params["client"])
    return Scope(**{**params, "outcome": outcome})


def _explain(formula: Formula, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    scope = scope_of(user, params, formula.outcome)
    rates = deal_rates(user, now.date())
    deals = in_scope(user, scope, now.date())
    odds = load_odds(now.date()).rates if formula.name == "weighted_own" else None
    sums = add_up(cells(deals, rates, now.date(), odds))
    unit = formula.unit or rates.currency
    label = f"{formula.label} {scope.year}".strip()
    figure = Figure(figure_id(f"pipeline.{formula.name}", **dict(params)), label, _value(formula, sums), unit)
    notes = []
    if formula.outcome == Outcome.OPEN and sums.unpriced and formula.name != "unpriced":
        notes.append(f"{plural(sums.unpriced, 'deal')} without amount or probability: counted, in no sum.")
    if sums.unconverted:
        notes.append(f"{plural(sums.unconverted, 'deal')} in a currency without a rate: in no sum.")
    listing = {**scope.params(), "outcome": formula.outcome.value}
    url = f"{reverse('pipeline')}?{urlencode(listing)}"
    return Explanation(
        figure=figure,
        scope=_scope_words(scope),
        formula=formula.text,
        formula_id=f"pipeline.{formula.name}",
        formula_version=1,
        inputs=_inputs(formula, deals, sums, rates, url, own_chance(odds, now.date()) if odds else F("probability")),
        as_of=now,
        rates=rates.note(),
        rows_url=url,
        rows_count=sums.count,
        xlsx_url=f"{url}&format=xlsx",
        definition=_DEFINITION,
        notes=tuple(notes),
    )


def _inputs(
    formula: Formula, deals: QuerySet[Opportunity], sums: Sums, rates: DealRates, url: str, chance: Combinable
) -> tuple[Input, ...]:
    """What the sum is made of, by the currency the deals were agreed in; each already in the reporting currency."""
    if formula.unit:
        return (Input(formula.label, _value(formula, sums), "count", rows=sums.count, url=url),)
    priced = deals.filter(amount__isnull=False)
    if formula.outcome == Outcome.OPEN:
        priced = priced.filter(probability__isnull=False)
    if formula.name in ("weighted", "weighted_own"):
        priced = with_since(priced.exclude(category=Category.OMITTED)).annotate(stage_key=STAGE_KEY)
        total = Sum(half_even(F("converted") * chance, rates.currency))
    else:
        total = Sum("converted")
    priced = priced.annotate(converted=rates.in_sql())
    groups = priced.order_by("currency").values("currency").annotate(agreed=Sum("amount"), total=total, n=Count("pk"))
    return tuple(
        Input(_label(row["currency"], row["agreed"], rates), row["total"], rates.currency, "+", row["n"], url)
        for row in groups
    )


def _label(currency: str, agreed: Decimal, rates: DealRates) -> str:
    if currency == rates.currency:
        return f"Deals in {currency}"
    return f"Deals in {currency}, {exact(agreed, currency)} in all"


def _scope_words(scope: Scope) -> str:
    words = [f"{name} {value}" for name, value in scope.params().items() if name != "outcome"]
    return ", ".join(words) or "All deals in sight"


def _explain_coverage(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if set(params) != {"client"} or not abilities_of(user).see_relationships:
        raise UnknownFigure("relationship.coverage")
    client = get_client_for(user, params["client"])
    book = stakeholder_book(user, client, client.local_date(now))
    url = reverse("client_stakeholders", args=[client.key])
    notes = []
    if book.coverage.unjudged:
        notes.append(f"{plural(book.coverage.unjudged, 'stakeholder')} without a power: in neither sum.")
    covered = sum(row.covered and row.power is not None for row in book.rows)
    known = book.coverage.people - book.coverage.unjudged
    return Explanation(
        figure=book.figure,
        scope=client.name,
        formula="Σ power of stakeholders covered ÷ Σ power; covered = level 2 or above and touched within cadence",
        formula_id="relationship.coverage",
        formula_version=1,
        inputs=(
            Input("Power covered", book.coverage.covered_power, "score", "", covered, url),
            Input("Power in all", book.coverage.power, "score", "÷", known, url),
        ),
        as_of=now,
        rows_url=url,
        rows_count=book.coverage.people,
        definition="Stakeholders whose power is unknown are in neither sum. Without an agreed rhythm any touch counts.",
        notes=tuple(notes),
    )


def clients_figure(value: int, wanted: ClientFilter) -> Figure:
    identity = figure_id("clients.count", **{name: getattr(wanted, name) for name in _CLIENT_PARAMS})
    return Figure(identity, "Clients", value, "count")


def _explain_clients(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    known = not params.keys() - set(_CLIENT_PARAMS) and params.get("owner", "0").isdecimal()
    if not known or not abilities_of(user).see_clients:
        raise UnknownFigure("clients.count")
    owner = int(params["owner"]) if "owner" in params else None
    wanted = ClientFilter(**{**dict(params), "owner": owner})  # type: ignore[arg-type]  # names checked above
    count = filtered(user, wanted).count()
    url = f"{reverse('client_list')}?{urlencode(params)}"
    return Explanation(
        figure=clients_figure(count, wanted),
        scope=", ".join(f"{name} {value}" for name, value in params.items()) or "All clients in sight",
        formula="number of clients in sight that the filters leave",
        formula_id="clients.count",
        formula_version=1,
        inputs=(Input("Clients", count, "count", rows=count, url=url),),
        as_of=now,
        rows_url=url,
        rows_count=count,
    )


def _explain_threads(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() != {"client"} or not abilities_of(user).see_relationships:
        raise UnknownFigure("relationship.threads")
    client = get_client_for(user, params["client"])
    today = client.local_date(now)
    grid = load_grid(client, stakeholder_book(user, client, today), today)
    found, url = grid.threads, reverse("client_stakeholders", args=[client.key])
    most = 0 if found.top_share is None else int(found.top_share * found.ties + Decimal("0.5"))
    return Explanation(
        figure=grid.figure,
        scope=client.name,
        formula="strong ties of the one of ours who holds most ÷ all strong ties; strong is level 2 or above",
        formula_id="relationship.threads",
        formula_version=1,
        inputs=(
            Input("Strong ties of the one with most", most, "count", "", most, url),
            Input("Strong ties in all", found.ties, "count", "÷", found.ties, url),
        ),
        as_of=now,
        notes=(
            "Single-threaded: fewer than two of ours, or two of theirs, hold strong ties, or one of ours holds over "
            f"60% of them. Here {found.ours} of ours hold {found.ties} to {found.theirs} of theirs.",
        ),
        rows_url=url,
        rows_count=found.ties,
    )


def _explain_kept(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if params.keys() != {"client", "side"} or params["side"] not in Side or not abilities_of(user).see_relationships:
        raise UnknownFigure("commitments.kept_rate")
    client = get_client_for(user, params["client"])
    found = side_kept(client, Side(params["side"]), list(client.commitments.all()), client.local_date(now))
    told, url = found.kept, f"{reverse('client_activity', args=[client.key])}#promises"
    return Explanation(
        figure=found.figure,
        scope=client.name,
        formula="promises kept by their day ÷ promises that fell due in the last 365 days",
        formula_id="commitments.kept_rate",
        formula_version=1,
        inputs=(
            Input("Kept by their day", told.kept, "count", "", told.kept, url),
            Input("Fell due", told.due, "count", "÷", told.due, url),
        ),
        as_of=now,
        rows_url=url,
        rows_count=told.due,
        notes=(
            f"Kept late {told.late}, still open {told.open}, dropped {told.dropped}: due, and not kept by their day.",
        ),
    )


def register() -> None:
    formulae.register("commitments.kept_rate", _explain_kept)
    formulae.register("relationship.threads", _explain_threads)
    formulae.register("clients.count", _explain_clients)
    for formula in FORMULAE:

        def handler(user: User, params: Mapping[str, str], now: datetime, formula: Formula = formula) -> Explanation:
            return _explain(formula, user, params, now)

        formulae.register(f"pipeline.{formula.name}", handler)
    formulae.register("relationship.coverage", _explain_coverage)
