"""Sentences that say what figures show, for titles of pages, charts and slides.

Each rule takes the very figures that stand beside it and rounds as they are shown. When the figures do not support a
sentence (unknown, too even, no budget) the plain name of the measure stands instead. Nothing is claimed as a cause
that is only a part. Source: docs/definitions.md#findings
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, NamedTuple

from common import formats
from common.money import ZERO

LONGEST: Final = 135
"""Characters of a headline; a clause that would pass it is left off."""

_WORDS: Final = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_SCALES: Final = ((9, "B"), (6, "M"), (3, "k"))
_MOST_NAMED: Final = 3
_HALF: Final = Decimal("0.5")
_ONE_PERMILLE: Final = Decimal("0.001")
_NEARLY_HALF: Final = Decimal("0.45")


class Part(NamedTuple):
    """One client's, unit's or line's share of a gap, in the gap's own unit; positive is favourable."""

    name: str
    gap: Decimal


def forecast_against_budget(
    forecast: Decimal | None,
    budget: Decimal | None,
    parts: Sequence[Part],
    currency: str,
    fallback: str = "Full-year forecast",
    *,
    unplanned: Decimal = ZERO,
) -> str:
    """'Forecast is $0.6M short of budget: Halden, Corvus and Kestrel cost $2.1M, the other nine give back $1.5M'.

    parts: forecast − budget of every client with a budget. unplanned: the forecast of those without. The clause on
    clients is left off unless they add up to the gap.
    """
    if forecast is None or budget is None or budget <= 0:
        return fallback
    gap = forecast - budget
    if _is_level(gap, budget):
        return "Forecast is in line with budget"
    side = "short of" if gap < 0 else "ahead of"
    if sum((part.gap for part in parts), unplanned) != gap:
        return f"Forecast is {amounts(currency, gap)[0]} {side} budget"
    named = _foremost(parts, gap)
    others = len(parts) - len(named)
    rest_of_them = f"the other {count(others)}" if not unplanned else "all others"
    theirs = sum((part.gap for part in named), ZERO)
    rest = gap - theirs
    said, by_named, by_rest = amounts(currency, gap, theirs, rest)
    claim = f"Forecast is {said} {side} budget"
    if abs(theirs) < abs(gap) * _HALF:
        return f"{claim}, spread over {count(sum(part.gap * gap > 0 for part in parts))} clients"
    verb = ("costs" if len(named) == 1 else "cost") if gap < 0 else ("brings" if len(named) == 1 else "bring")
    clause = f"{names([part.name for part in named])} {verb} {by_named}"
    if others and rest * gap < 0:
        alone = others == 1 and not unplanned
        back = ("gives back" if alone else "give back") if gap < 0 else ("costs" if alone else "cost")
        clause = f"{clause}, {rest_of_them} {back} {by_rest}"
    elif others and rest:
        clause = f"{clause} of it"
    return _joined(claim, ": ", clause)


def against_budget(what: str, actual: Decimal | None, budget: Decimal | None, fallback: str = "") -> str:
    """'Revenue runs 4% under budget'; 'Revenue is on budget' within a twentieth of a percent."""
    if actual is None or budget is None or budget <= 0:
        return fallback or what
    share = abs(actual - budget) / budget
    if share < Decimal("0.0005"):
        return f"{what} is on budget"
    return f"{what} runs {formats.ratio(share, 0 if share >= Decimal('0.01') else 1)} {_side(actual - budget)} budget"


def amount_against_budget(
    what: str, actual: Decimal | None, budget: Decimal | None, currency: str, parts: Sequence[Part] = ()
) -> str:
    """'October contribution is $84.5k under budget, all of it in net revenue'. parts: gaps, favourable positive."""
    if actual is None or budget is None:
        return what
    gap = actual - budget
    if _is_level(gap, budget):
        return f"{what} is on budget"
    claim = f"{what} is {amounts(currency, gap)[0]} {_side(gap)} budget"
    return _joined(claim, ", ", share_of(gap, parts))


def largest_moves(parts: Sequence[Part], currency: str, fallback: str) -> str:
    """'Net revenue added $245.4k, freelancers took $175.1k': the largest of each side, if over a tenth of the other."""
    largest = max((abs(part.gap) for part in parts), default=ZERO)
    added = max((part for part in parts if part.gap > 0), key=lambda part: part.gap, default=None)
    took = min((part for part in parts if part.gap < 0), key=lambda part: part.gap, default=None)
    told = [part for part in (added, took) if part and abs(part.gap) * 10 >= largest]
    if not told:
        return fallback
    told.sort(key=lambda part: -abs(part.gap))
    sizes = amounts(currency, *(part.gap for part in told))
    said = [f"{part.name} {'added' if part.gap > 0 else 'took'} {size}" for part, size in zip(told, sizes, strict=True)]
    return _capital(", ".join(said))


def bridge_moved(
    what: str, start: Decimal, end: Decimal, parts: Sequence[Part], currency: str, first: str, last: str
) -> str:
    """'Gross profit rose $12.3k from Sep 2026 to Oct 2026: volume added $9.0k, cost and mix took $2.2k'."""
    moved = end - start
    if moved == 0:
        return f"{what} did not move from {first} to {last}"
    claim = f"{what} {'rose' if moved > 0 else 'fell'} {amounts(currency, moved)[0]} from {first} to {last}"
    told = largest_moves(parts, currency, "")
    return _joined(claim, ": ", told[:1].lower() + told[1:])


def track_record(wape: Decimal | None, bias: Decimal | None, naive: tuple[Decimal, str] | None, *, again: bool) -> str:
    """'The forecast was 18.2% off and 1.4% too high; the best naive one, the same month last year, was 24.0% off'.

    again: past months forecast again, no forecast that was made.
    """
    if wape is None:
        return "Forecast accuracy"
    would = "would have been" if again else "was"
    claim = f"The forecast {would} {formats.ratio(wape)} off"
    if bias is not None and abs(bias) >= _ONE_PERMILLE:
        claim += f" and {formats.ratio(abs(bias))} too {'high' if bias > 0 else 'low'}"
    if naive is None:
        return claim
    return _joined(claim, "; ", f"the best naive one, {naive[1][:1].lower() + naive[1][1:]}, {formats.ratio(naive[0])}")


def to_go(months: int, needed: Decimal | None, forecast: Decimal | None, currency: str, fallback: str) -> str:
    """'Two months to go: $15.4M needed, $14.8M forecast'. needed: the year's budget less revenue to date."""
    if months < 1 or needed is None or forecast is None:
        return fallback
    left = f"{_capital(count(months))} {'month' if months == 1 else 'months'} to go"
    if needed <= 0:
        return f"{left}: the year's budget is met"
    wanted, expected = amounts(currency, needed, forecast)
    return f"{left}: {wanted} needed, {expected} forecast"


def met_budget(met: int, known: int, fallback: str = "Clients") -> str:
    """'Eight of twelve clients are at or above budget'. known: the clients that have a budget."""
    if known < 1:
        return fallback
    if known == 1:
        return "The client is at or above budget" if met else "The client is under budget"
    if met in (0, known):
        return f"{'All' if met else 'None of the'} {count(known)} clients are at or above budget"
    verb = "is" if met == 1 else "are"
    return f"{_capital(count(met))} of {count(known)} clients {verb} at or above budget"


def margin_moved(now: Decimal | None, then: Decimal | None, parts: Sequence[Part] = (), what: str = "Margin") -> str:
    """'Margin fell 3.1 points to 42.0%, all of it in Media'. now, then: fractions; parts: points (`margin_parts`)."""
    if now is None or then is None:
        return what
    moved = (now - then) * 100
    size = formats.number(abs(moved), 1)
    if size == "0.0":
        return f"{what} held at {formats.ratio(now)}"
    claim = f"{what} {'rose' if moved > 0 else 'fell'} {size} {'point' if size == '1.0' else 'points'}"
    return _joined(f"{claim} to {formats.ratio(now)}", ", ", share_of(moved, parts))


def signed_cover(contracted: Decimal | None, forecast: Decimal | None, span: str, fallback: str) -> str:
    """'Signed work covers 88% of what is left of 2026'. contracted: the part of the forecast under signed contracts."""
    if contracted is None or forecast is None or forecast <= 0 or contracted < 0:
        return fallback
    if contracted >= forecast:
        return f"Signed work covers all of {span}"
    # Cut, not rounded: 99.6% must not read as 100%.
    return f"Signed work covers {int(contracted * 100 / forecast)}% of {span}"


def resting_on(layers: Mapping[str, Decimal], span: str, fallback: str) -> str:
    """'67% of the 14 months ahead is signed; most of the rest is renewals'. layers: what each comes to over it."""
    whole, signed = sum(layers.values(), Decimal(0)), layers.get("contracted", Decimal(0))
    if whole <= 0 or signed < 0:
        return fallback
    deals = sum((layers.get(name, Decimal(0)) for name in ("commit", "best_case", "pipeline")), Decimal(0))
    rest = {"renewals": layers.get("renewal", Decimal(0)), "open deals": deals}
    rest["what history says beyond contracts"] = layers.get("run_rate", Decimal(0))
    word, most = max(rest.items(), key=lambda part: part[1])
    lead = f"{int(signed * 100 / whole)}% of {span} is signed" if signed < whole else f"All of {span} is signed"
    if most <= 0 or signed >= whole:
        return lead
    return f"{lead}; {'most' if most * 2 > whole - signed else 'the largest part'} of the rest is {word}"


def under_plan(months: Sequence[tuple[Decimal, Decimal]], what: str, fallback: str) -> str:
    """'Contribution was under budget in seven of ten closed months'. months: what came, and what was planned."""
    if not months:
        return fallback
    under = sum(1 for came, planned in months if came < planned)
    whole = f"{count(len(months))} closed month{'s' if len(months) > 1 else ''}"
    if not under:
        return f"{what} was on budget in all of {whole}" if len(months) > 1 else f"{what} was on budget"
    return f"{what} was under budget in {count(under)} of {whole}"


def renewals_ahead(contracts: int, amount: Decimal | None, currency: str, days: int = 120, *, passed: int = 0) -> str:
    """'Three contracts worth $2.4M reach notice within 120 days'. amount: of them all, None when any is unknown.

    passed: how many of the contracts had their notice date already; told apart, for nothing can reach them any more.
    """
    if passed:
        lead = f"{_capital(count(passed))} notice {'date has' if passed == 1 else 'dates have'} passed"
        return f"{lead}; {count(contracts - passed)} more within {days} days" if contracts > passed else lead
    if contracts < 1:
        return f"No contract reaches notice within {days} days"
    worth = "" if amount is None else f" worth {amounts(currency, amount)[0]}"
    noun, verb = ("contract", "reaches") if contracts == 1 else ("contracts", "reach")
    return f"{_capital(count(contracts))} {noun}{worth} {verb} notice within {days} days"


def notice_ahead(days: int | None, fallback: str = "Notice") -> str:
    """'Five weeks to settle before notice falls due'. days: from today to the notice deadline, negative when past."""
    if days is None:
        return fallback
    if days == 0:
        return "Notice falls due today"
    if days < 0:
        return f"Notice fell due {formats.plural(-days, 'day')} ago"
    if days < 14:
        return f"{_capital(count(days))} {'day' if days == 1 else 'days'} to settle before notice falls due"
    weeks = days // 7
    if weeks <= 12:
        return f"{_capital(count(weeks))} weeks to settle before notice falls due"
    return f"Notice falls due in {days} days"


def open_pipeline(deals: int, unpriced: int, weighted: Decimal | None, currency: str) -> str:
    """'31 open deals are worth $9.8M weighted; four more have no amount'. deals: priced ones."""
    if deals < 1:
        if unpriced < 1:
            return "No open deals"
        noun = "open deal, which has" if unpriced == 1 else "open deals, none of which has"
        return f"{_capital(count(unpriced))} {noun} {'no' if unpriced == 1 else 'an'} amount or probability"
    if weighted is None:
        return "Open pipeline"
    noun = "open deal is" if deals == 1 else "open deals are"
    claim = f"{_capital(count(deals))} {noun} worth {amounts(currency, weighted)[0]} weighted"
    if not unpriced:
        return claim
    return f"{claim}; {count(unpriced)} more {'has' if unpriced == 1 else 'have'} no amount or probability"


def overdue_debt(owed: Decimal | None, overdue: Decimal | None, parts: Sequence[Part], currency: str) -> str:
    """'$1.2M of the $4.0M owed is overdue, most of it at Kestrel'. parts: what each client owes late."""
    if owed is None or overdue is None:
        return "What clients owe"
    if owed <= 0 and overdue <= 0:
        return "Nothing is owed"
    late, whole = amounts(currency, overdue, owed)
    if overdue <= 0:
        return f"{whole} is owed, none of it overdue"
    claim = f"{late} of the {whole} owed is overdue" if overdue < owed else f"All {whole} owed is overdue"
    return _joined(claim, ", ", share_of(overdue, parts).replace("of it in ", "of it at ", 1))


def retained(nrr: Decimal | None, grr: Decimal | None, lost: Part | None, currency: str) -> str:
    """'A year's clients now bring 72.5% of what they did, 65.0% without growth'. lost: the largest fall, as a part."""
    if nrr is None or grr is None:
        return "Retention of net revenue"
    claim = (
        f"Last year's clients bring {formats.ratio(nrr)} of what they did, {formats.ratio(grr)} without their growth"
    )
    if lost is None or lost.gap >= 0:
        return claim
    return _joined(claim, "; ", f"{lost.name} fell most, by {amounts(currency, lost.gap)[0]}")


def concentrated(shares: Sequence[tuple[str, Decimal]], what: str = "net revenue") -> str:
    """'Halden brings 22% of net revenue, the five largest 61%'. shares: name and share, largest first."""
    if not shares or shares[0][1] <= 0:
        return f"{_capital(what)} by client"
    claim = f"{shares[0][0]} brings {formats.ratio(shares[0][1], 0)} of {what}"
    if len(shares) <= 5:
        return claim
    five = sum((share for _, share in shares[:5]), ZERO)
    return _joined(claim, ", ", f"the five largest {formats.ratio(five, 0)}")


def actions_due(late: int, total: int, fallback: str = "Actions") -> str:
    """'Three of eight actions are overdue'. total: the open ones."""
    if total < 1:
        return fallback
    if late < 1:
        return "No action is overdue"
    noun = "action" if total == 1 else "actions"
    return f"{_capital(count(late))} of {count(total)} {noun} {'is' if late == 1 else 'are'} overdue"


def share_of(whole: Decimal, parts: Sequence[Part]) -> str:
    """'all of it in Media' when one part is at least the whole; 'most' over a half, 'half' of exactly that and
    'nearly half' from 45%; else nothing.
    """
    alike = [part for part in parts if part.gap * whole > 0]
    if not alike or len(parts) < 2:
        return ""
    largest = min(alike, key=lambda part: (-abs(part.gap), part.name))
    share = largest.gap / whole
    if share < _NEARLY_HALF:
        return ""
    word = "all" if share >= 1 else "most" if share > _HALF else "half" if share == _HALF else "nearly half"
    return f"{word} of it in {largest.name}"


def amounts(currency: str, *values: Decimal) -> list[str]:
    """Sizes without their signs, all in the unit of the largest, so that they can be compared: $2.1M, $0.6M.

    One that would print as zero in that unit takes its own.
    """
    largest = max((abs(value) for value in values), default=ZERO)
    for exponent, suffix in _SCALES:
        if largest.scaleb(-exponent).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN) >= 1:
            unit = Decimal(1).scaleb(exponent)
            return [
                formats.number(abs(value) / unit, 1, prefix=formats.symbol(currency), suffix=suffix)
                if value == 0 or abs(value) >= unit / 20
                else formats.money(abs(value), currency)
                for value in values
            ]
    return [formats.money(abs(value), currency) for value in values]


def of_all(good: int, whole: int) -> str:
    """'none of three', 'one of three', 'both', 'all three': how many of a number that is two or more."""
    if good == 0:
        return f"none of {count(whole)}"
    if good == whole:
        return "both" if whole == 2 else f"all {count(whole)}"
    return f"{count(good)} of {count(whole)}"


def count(number: int) -> str:
    """In words to twelve, then in figures."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else formats.number(number)


def names(several: Sequence[str]) -> str:
    """'Halden, Corvus and Kestrel'."""
    return several[0] if len(several) == 1 else f"{', '.join(several[:-1])} and {several[-1]}"


def _foremost(parts: Sequence[Part], gap: Decimal) -> list[Part]:
    """At most three parts that pull the gap's way, each at least half as large as the largest of them."""
    alike = sorted((part for part in parts if part.gap * gap > 0), key=lambda part: (-abs(part.gap), part.name))
    return [part for part in alike[:_MOST_NAMED] if abs(part.gap) * 2 >= abs(alike[0].gap)]


def _is_level(gap: Decimal, budget: Decimal) -> bool:
    """Within a twentieth of a percent of the budget: it would print as no difference."""
    return gap == 0 or abs(gap) < abs(budget) * Decimal("0.0005")


def _side(gap: Decimal) -> str:
    return "under" if gap < 0 else "over"


def _joined(claim: str, between: str, clause: str) -> str:
    sentence = f"{claim}{between}{clause}" if clause else claim
    return sentence if len(sentence) <= LONGEST else claim


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
