"""What a review does not hold, why, and where it is written down. For its authors: the client's pages leave it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from qbr.calc.lint import Finding
from qbr.calc.review import ReviewData
from qbr.calc.slides import Deck, Kind


class Gap(NamedTuple):
    """where: the slide's name; lacks: what is not there; fix: what to write; page: by URL name, as `Drawn` has it.

    shared: whether a client's review also wants it shared with the client.
    """

    where: str
    lacks: str
    fix: str
    page: str
    shared: bool = False


BOTH: Final[dict[Kind, Gap]] = {
    "objectives": Gap("Aims and objectives", "no aim of the client is written down.",
                      "Write what they are trying to do, and our objectives under it.", "client_plan", True),
    "kpis": Gap("KPI scorecard", "no KPI has a reading by the end of the period.",
                "Agree on KPIs, and note their readings.", "client_kpis"),
    "value": Gap("Value and return", "no benefit is written down.",
                 "Add benefits with baseline and method, and ask their finance contact to confirm them.",
                 "client_value"),
    "market": Gap("Market", "no note has words for the client.",
                  "Write on a note what it means for the client.", "client_intelligence", True),
    "contracts": Gap("Contracts and renewals", "no contract is in force.",
                     "Check the register: what is signed belongs there.", "client_contracts"),
}  # fmt: skip
QUARTER: Final[dict[Kind, Gap]] = {
    "promises": Gap("Promises", "neither side has promised anything.", "Note what was promised, by whom and by when.",
                    "commitments"),
    "service": Gap("Service and delivery", "nothing fell due in this period or the one before.",
                   "Note promises and milestones with their days.", "commitments"),
    "voice": Gap("What they told us", "nobody answered, and no point of theirs is noted.",
                 "Ask how we are doing, or note what they said.", "client_voice"),
    "moves": Gap("Recommendations", "no priced proposal waits for a decision.",
                 "Give an open proposal its price and day, or write recommendations of your own.", "client_growth"),
    "plan": Gap("Next quarter", "no action falls due in the next thirteen weeks.",
                "Put actions with owner and day on the plan.", "client_plan", True),
}  # fmt: skip
YEAR: Final[dict[Kind, Gap]] = {
    "relationship": Gap("The relationship", "no year of the books is known.", "Load the ledger of earlier years.",
                        "pnl"),
    "strategy": Gap("Their strategy", "no aim of the client is written down.",
                    "Write what they are trying to do, and have them confirm it.", "client_plan", True),
    "lessons": Gap("Lessons", "KPIs, promises, benefits and points they raised give fewer than two kinds of lesson.",
                   "Note KPI readings and what they told us.", "client_kpis"),
    "charter": Gap("Joint ambition", "the plan has no field of play and no word on what we bring.",
                   "Write the joint ambition.", "client_plan", True),
    "roadmap": Gap("Roadmap", "fewer than three pieces of work have their days in the next three years.",
                   "Give initiatives a beginning and an end.", "client_plan", True),
    "options": Gap("Commercial options", "there are not two ways to go on: signed work and something open beside it.",
                   "Add the proposals you mean to make.", "client_growth"),
    "operating": Gap("How we work together", "fewer than two of us are on the team.", "Name the team.", "client_team"),
    "bets": Gap("Bets and pilots", "no piece of work that is still to begin has a gate.",
                "Give a pilot the gate that would stop it.", "client_plan", True),
    "obligations": Gap("What each owes", "no promise, milestone or notice is open.", "Note what each side owes.",
                       "commitments"),
    "commitments": Gap("Commitments", "no action has a day.", "Put actions with owner and day on the plan.",
                       "client_plan", True),
}  # fmt: skip


def gaps(data: ReviewData, composed: Deck, shown: Deck) -> Iterator[Finding]:
    """In the order of the review. composed: all that the data fills; shown: as it prints."""
    there = {slide.kind for slide in composed.slides if slide.kind != "contracts" or slide.table is not None}
    folded = {slide.kind for slide in composed.slides if slide.kind in ("service", "strategy") and slide.figures}
    if folded or any(slide.kind == "strategy" and slide.columns for slide in composed.slides):
        there |= {"voice", "charter"}
    wanted = {**BOTH, **(YEAR if data.kind == "annual" else QUARTER)}
    for kind, gap in wanted.items():
        if kind in there or (kind == "strategy" and "objectives" in there):
            continue
        fix = gap.fix
        if gap.shared and not data.internal:
            fix = f"{fix} A client’s review holds only what is shared with the client."
        yield Finding("left out", "", gap.where, f"Left out: {gap.lacks}", fix, page=gap.page)
    printed = {slide.key for slide in shown.slides}
    for slide in composed.slides:
        if slide.kind == "pipeline" and slide.table and slide.key not in printed and "moves" in printed:
            fix = "Write words on it to bring it back."
            yield Finding(
                "repeats", slide.key, slide.section, "Left out: the recommendations are these very ones.", fix
            )
