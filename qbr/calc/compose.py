"""A whole review from its data: which slides, in which order, and the words no person has written yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from typing import Final

from common import formats
from common.periods import month_end, month_label
from financials.calc import findings
from qbr.calc.colour import HOUSE
from qbr.calc.compose_ahead import bets, commitments, obligations, operating, options, roadmap
from qbr.calc.compose_dive import dive
from qbr.calc.compose_forecast import forecast
from qbr.calc.compose_goals import objectives
from qbr.calc.compose_inside import people, risks
from qbr.calc.compose_joint import charter, lessons, relationship, strategy
from qbr.calc.compose_kpis import kpis, standing_in_short
from qbr.calc.compose_market import market
from qbr.calc.compose_money import drawn_fees, fees, fees_finding, moved_column, summary
from qbr.calc.compose_moves import moves
from qbr.calc.compose_profit import profit
from qbr.calc.compose_promises import promises
from qbr.calc.compose_scorecard import scorecard
from qbr.calc.compose_service import service
from qbr.calc.compose_value import made_of, value
from qbr.calc.compose_voice import voice
from qbr.calc.compose_work import contracts, notices_soon, pipeline, plan
from qbr.calc.review import ReviewData
from qbr.calc.slides import (
    Agenda,
    Cell,
    Column,
    Cover,
    Deck,
    Kind,
    Person,
    Point,
    Row,
    Slide,
    Table,
    TextColumn,
)

AGENDA: Final[tuple[tuple[str, tuple[Kind, ...]], ...]] = (
    ("Decide, and account for what was promised", ("decisions", "promises")),
    ("Where we stand", ("relationship", "strategy", "summary", "objectives", "kpis", "scorecard", "dive")),
    ("What it was worth, and what we learnt", ("value", "lessons", "service", "voice")),
    ("Your market and our joint ambition", ("market", "charter", "objectives", "roadmap")),
    ("What next: how to go on, and the plan",
     ("options", "operating", "bets", "moves", "plan", "obligations", "commitments", "own")),
    ("Fees, proposals and contracts in full", ("pnl", "forecast", "pipeline", "contracts", "people", "risks")),
)  # fmt: skip
"""Six at most, as many as the title slide has lines for."""
MINUTES: Final[dict[Kind, int]] = {
    "decisions": 3, "promises": 5, "summary": 5, "objectives": 5, "kpis": 8, "scorecard": 4, "dive": 6, "service": 4,
    "voice": 4, "relationship": 10, "strategy": 20, "value": 8, "lessons": 15, "market": 6, "charter": 20,
    "roadmap": 25, "options": 20, "operating": 10, "bets": 15, "obligations": 10, "commitments": 15, "moves": 10,
    "plan": 8, "own": 3,
}  # fmt: skip
"""How long the best give each slide; the rest is read before or after. Source: field practice, 60 to 75 minutes."""
FEW_AIMS: Final = 2
KIND_LABELS: Final = {"qbr": "Quarterly business review", "annual": "Annual strategic meeting"}


def compose(data: ReviewData) -> Deck:
    """All slides the data can fill; the decisions slide is empty until a person writes some."""
    slides = _annual(data) if data.kind == "annual" else _quarterly(data)
    found = tuple(slide for slide in slides if slide is not None)
    label = KIND_LABELS[data.kind]
    return Deck(
        title=label,
        client=data.client,
        firm=data.firm,
        period=data.periods.whole.label,
        audience=data.audience,
        as_of=data.as_of.isoformat(timespec="seconds").replace("+00:00", "Z"),
        slides=(_title(data, label), *found),
        brand=data.look.colour or HOUSE,
        accent=data.look.accent,
        logo=data.look.logo,
        as_of_text=f"figures as of {formats.moment(data.as_of)}",
        run_text=f"forecast run {data.forecast.run}" if data.forecast.run else "",
        confidentiality=f"Confidential: {data.client} and {data.firm}",
    )


def _quarterly(data: ReviewData) -> list[Slide | None]:
    return [
        _decisions(),
        promises(data),
        summary(data, moved_column(data), _agreed(data), _attention(data), _to_agree(data)),
        objectives(data),
        kpis(data),
        scorecard(data) if data.actual(data.periods.now) else None,  # without a figure the summary says all there is
        dive(data),
        value(data),
        *_served_and_told(data),
        market(data),
        moves(data),
        plan(data),
        *_in_full(data),
    ]


def _served_and_told(data: ReviewData) -> list[Slide | None]:
    """Service, and what they told us: one slide where they told us no more than a score."""
    served, told = service(data), voice(data)
    if served is None or told is None or told.table is not None:
        return [served, told]
    longer = f"{served.headline}; {told.headline}"
    return [
        replace(
            served,
            section=f"Service, and {told.section[:1].lower()}{told.section[1:]}",
            headline=longer if len(longer) <= findings.LONGEST else served.headline,
            source=f"promises, milestones, the joint plan, answers and insights on {formats.day(data.today)}",
            figures=told.figures,
            columns=tuple(replace(column, points=column.points[:2]) for column in served.columns),
            drawn=(*served.drawn, *told.drawn),
        )
    ]


def worth_printing(deck: Deck, written: Collection[str]) -> Deck:
    """Without lists that hold nothing; and without a client's proposals where the recommendations are those very ones.

    Their authors keep them, so that rows which were left out can come back. written: keys of the slides somebody wrote
    words on; those stay.
    """
    moved = {move.what for slide in deck.slides if slide.kind == "moves" for move in slide.moves}
    kept = []
    for slide in deck.slides:
        listed = slide.kind in ("pipeline", "contracts") and slide.key not in written
        told = slide.kind == "pipeline" and deck.audience == "client" and _names(slide) <= moved
        if not (listed and (slide.table is None or told)):
            kept.append(slide)
    return replace(deck, slides=tuple(kept))


def _names(slide: Slide) -> set[str]:
    return {row.cells[0].text or "" for row in slide.table.rows if row.style != "total"} if slide.table else set()


def _annual(data: ReviewData) -> list[Slide | None]:
    """Sixteen at most before the figures in full: look back, agree on where to, then on how and with what."""
    read, ambition = _read_and_agreed(strategy(data), charter(data))
    return [
        _decisions(),
        relationship(data),
        read,
        summary(data, moved_column(data), _agreed(data), _attention(data), _to_agree(data)),
        kpis(data),
        value(data),
        lessons(data),
        market(data),
        ambition,
        objectives(data),
        roadmap(data),
        options(data),
        operating(data),
        bets(data),
        obligations(data),
        commitments(data),
        *_in_full(data),
    ]


def _read_and_agreed(read: Slide | None, ambition: Slide | None) -> tuple[Slide | None, Slide | None]:
    """One slide of both where they are short: the goals of the charter stand among the objectives as well."""
    if read is None or read.table is None or len(read.table.rows) > FEW_AIMS:
        return read, ambition
    if ambition is None:  # nothing to put beside few aims: where all are confirmed, the objectives tell them too
        confirmed = all(row.cells[-1].status == "on_track" for row in read.table.rows)
        return (None if confirmed else read), None
    if ambition.table is not None and any(cell.field != "open" for row in ambition.table.rows for cell in row.cells):
        return read, ambition
    section = f"{read.section}, and our joint ambition"
    return replace(read, section=section, columns=ambition.columns), None


def _in_full(data: ReviewData) -> list[Slide | None]:
    if data.kind == "annual" and not data.internal:
        return [profit(data), contracts(data), _sources(data)]
    return [profit(data), forecast(data), pipeline(data), contracts(data), people(data), risks(data), _sources(data)]


def with_agenda(deck: Deck) -> Deck:
    """The agenda of the title slide, after slides were hidden or filled. Slides that split count as one number here."""
    title, *others = deck.slides
    if title.cover is None:
        return deck
    agenda = []
    annual = deck.title == KIND_LABELS["annual"]
    for topic, listed in AGENDA:
        # Objectives are where a quarter stands, and where a year's joint ambition leads.
        kinds = [kind for kind in listed if kind != "objectives" or annual == ("charter" in listed)]
        numbers = [number for number, slide in enumerate(others, 2) if slide.kind in kinds]
        if numbers:
            text = _numbers(numbers)
            minutes = sum(MINUTES.get(slide.kind, 0) for slide in others if slide.kind in kinds)
            agenda.append(Agenda(topic, text, f"{minutes} min" if minutes else ""))
    cover = replace(title.cover, agenda=tuple(agenda))
    return replace(deck, slides=(replace(title, cover=cover), *others))


def _numbers(numbers: list[int]) -> str:
    """'4–7', and where others stand between '4–7, 11'."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _verdict(data: ReviewData, money: str) -> str:
    """What it was worth and how the KPIs stand, else the fees; then what presses. Not a headline of a slide again."""
    made = made_of(data)
    lead = money
    if made is not None and made.signed and made.roi is not None:
        times = formats.number(made.roi + 1, 1)
        part = formats.ratio(made.roi + 1, 0)
        lead = f"Signed benefit is {times} times what it cost" if made.roi >= 0 else \
            f"Signed benefit has paid back {part} of what it cost"  # fmt: skip
        claim = standing_in_short(data.account.kpis)
        lead = f"{lead}; {claim[:1].lower()}{claim[1:]}" if claim else lead
    notice = _notice_sentence(data)
    return f"{lead}. {notice}" if notice else f"{lead}."


def _title(data: ReviewData, label: str) -> Slide:
    money = fees_finding(data)
    meeting = (formats.day_long(data.held_on) if data.held_on else "", f"Edition {data.edition}")
    return Slide(
        key="title",
        kind="title",
        section=f"{data.client}: {label}",
        headline=money,
        drawn=drawn_fees(data),
        cover=Cover(
            verdict=_verdict(data, money),
            kind_label=label,
            period_long=data.periods.whole.long,
            meeting=tuple(filter(None, meeting)),
            ours=tuple(Person(name, title) for name, title in data.team[:6]),
            basis=(
                f"Figures as of {formats.moment(data.as_of)}; ledger closed to {month_label(data.through)}.",
                f"All money in {data.currency}. Rounded figures may not add up to their rounded totals.",
            ),
        ),
    )


def _decisions() -> Slide:
    return Slide(
        key="decisions",
        kind="decisions",
        section="Decisions we seek today",
        headline="No decision is sought today",
        note="No decision is sought today.",
    )


# --- columns of the summary --------------------------------------------------------------------------------------


def _agreed(data: ReviewData) -> TextColumn:
    """Contracts signed in the period, the largest first."""
    span = data.periods.whole
    end = month_end(span.last)
    signed = [
        item for item in data.agreements if item.signed_on and span.first <= item.signed_on <= end and item.in_force
    ]
    points = []
    for item in sorted(signed, key=lambda item: (-(item.amount or Decimal(0)), item.number))[:3]:
        worth = _worth(item.amount, data.currency)
        until = f", to {formats.day(item.end)}" if item.end else ""
        points.append(Point(f"{item.title}{worth}", f"{item.number}, signed {formats.day(item.signed_on)}{until}."))
    return TextColumn("What was agreed", tuple(points))


def _worth(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return ""
    return f" at {formats.money(amount, currency)}" if amount >= 0 else f", {formats.money(-amount, currency)} less"


def _attention(data: ReviewData) -> TextColumn:
    """Late actions, then notice dates within 60 days."""
    points = []
    late = [task for task in data.tasks if task.due and task.due < data.today]
    if late:
        first = late[0]
        who = f" {first.owner}" if first.owner else ""
        lead = f"{findings.count(len(late)).capitalize()} {'action is' if len(late) == 1 else 'actions are'} late"
        points.append(Point(lead, f"The oldest: {first.title},{who} due {formats.day_short(first.due)}."))
    for item in notices_soon(data)[:2]:
        days = (item[1] - data.today).days
        points.append(
            Point(f"{item[0]} needs notice by {formats.day(item[1])}", f"{formats.plural(days, 'day')} from today.")
        )
    return TextColumn("What needs attention", tuple(points))


def _to_agree(data: ReviewData) -> TextColumn:
    """What a review is usually held to and is not there yet."""
    you = "them" if data.internal else "you"
    parts = (
        (not any(item.in_force for item in data.agreements), "A contract", "None is in force today."),
        (not data.deals, "A proposal", "None is open today."),
        (not data.account.kpis, "What to measure", f"No KPI is agreed with {you}, or none has been read."),
        (not data.account.aims, "The aims", "No joint plan states one yet."),
    )
    points = tuple(Point(what, said) for missing, what, said in parts if missing)
    return TextColumn("Still to be agreed", points)


def _notice_sentence(data: ReviewData) -> str:
    soon = notices_soon(data)
    if not soon:
        return ""
    noun, verb = ("contract", "needs") if len(soon) == 1 else ("contracts", "need")
    first = formats.day(soon[0][1])
    return f"{findings.count(len(soon)).capitalize()} {noun} {verb} a decision on notice, the first by {first}."


def _sources(data: ReviewData) -> Slide:
    ledger = f"Ledger to {month_label(data.through)}, {data.entries:,} entries of this client in three years"
    rows = [
        (fees(data), "Gross billings less what is passed through to third parties, month by month.", ledger),
        ("Budget", "The agreed monthly budget for the same lines.", f"Budget {data.budget_version or 'not set'}"),
    ]
    if data.internal:
        rows.append(("Contribution", "Net revenue less delivery labour, freelancers and direct expenses.", ledger))
    if data.forecast.run:
        how = "Signed contracts spread evenly by day" + (
            ", and open deals by their likelihood." if data.internal else "."
        )
        rows.append(("Months ahead", how, f"Forecast run {data.forecast.run}"))
    if data.account.kpis:
        rows.append(("KPIs", "Readings as agreed with each measure, against the plan by the same day.", "KPI readings"))
    if data.account.value is not None and data.account.value.worths:
        how = "Only what was seen in money and confirmed counts as signed; the rest stands beside it."
        rows.append(("Benefits", how, "Value register"))
    if data.promises:
        rows.append(("Promises", "Kept when done by the day, out of all that fell due.", "Commitment ledger"))
    if data.account.voice is not None:
        rows.append(("What we were told", "Answers to our questions, and points raised.", "Surveys and insights"))
    rows += [
        ("Notice dates", "Term end less the notice period, by each contract’s counting rule.", "Contract register"),
        ("Actions", "Open actions of the plan with their owners, due dates and status.", "Joint plan"),
    ]
    rows += [("Exchange rates", f"{note[:1].upper()}{note[1:]}", "Monthly average rates") for note in data.notes]
    columns = (
        Column("Figure", 240, "name"),
        Column("How it is made", 560, "text"),
        Column("Where it comes from", 368, "text"),
    )
    return Slide(
        key="sources",
        kind="sources",
        section="Appendix: sources",
        headline=f"All figures come from the ledger, the contracts and the plan on {formats.day(data.as_of.date())}",
        table=Table(columns, tuple(Row(tuple(Cell(text) for text in row)) for row in rows), "Sources"),
    )
