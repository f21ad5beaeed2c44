"""The account plan to take away: the same tables as its document page and its print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.http import Http404

from accounts.access import NOT_FOUND, get_client_for
from accounts.models import Client
from accounts.queries.measures import load_measure_lines
from accounts.queries.plan_context import load_context
from accounts.queries.plans import PlanTree, finding, load_tree, outline, sub_line, work_row
from common.formats import DASH, day, exact
from common.reports import Report, ReportColumn, ReportTable
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

KIND_WORDS = {
    "imperative": "Imperative of theirs", "objective": "Objective", "initiative": "Initiative",
    "milestone": "Milestone", "measure": "Measure", "action": "Action",
}  # fmt: skip


_STRONG = frozenset({KIND_WORDS["imperative"], KIND_WORDS["objective"]})


def _columns(*labels: str) -> tuple[ReportColumn, ...]:
    return tuple(ReportColumn(label.lower().replace(" ", "_"), label) for label in labels)


def plan(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """Every cell is words. Raises Http404 where the client is out of sight or the role reads no plans."""
    if not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    return plan_report(user, get_client_for(user, query.get("client", "")), now)


def plan_report(user: User, client: Client, now: datetime, *, computed: bool = True) -> Report:
    """computed: with what each measure is now; a page leaves that to the measures' own page."""
    today = client.local_date(now)
    tree = load_tree(client)
    rows = [work_row(action, client.key, today) for action in tree.actions]
    said = finding(rows) if rows else "The plan has no action yet"
    chain = _chain(tree, client.key, today)
    return Report(
        name=f"plan-{client.key}",
        title=f"Account plan for {client.name}",
        finding=said,
        as_of=now,
        columns=_columns("What", "Part", "Owner", "Due", "Status", "Next step"),
        rows=chain,
        heading="What they are trying to do, and what we do about it",
        strong=frozenset(place for place, row in enumerate(chain) if row[0] in _STRONG),
        period=sub_line(tree.plan, len(tree.imperatives), len(tree.objectives)) if tree.plan else "",
        filters=(("Client", client.name),),
        source="The plan as it reads now",
        more=(_words(tree), *([_measures(user, client, now)] if computed else []), *_context(user, client, today)),
    )


def _chain(tree: PlanTree, key: str, today: date) -> list[list[str]]:
    found = []
    for line in outline(tree, key, today):
        row = line.row
        if row is not None:
            status = f"{row.status_word}, {row.due_words}" if row.late else row.status_word
            step = row.next_step or row.note
            words = (KIND_WORDS[row.kind], row.title, row.owner, day(row.due), status, step)
            found.append([word or DASH for word in words])
    return found


def _words(tree: PlanTree) -> ReportTable:
    plan = tree.plan
    said = {
        "Ambition": plan.ambition, "This quarter": plan.quarter_focus, "Where we play": plan.field_of_play,
        "Value we bring": plan.our_value, "How they gain": plan.their_gain, "What we gain": plan.our_gain,
        "Known to the client": plan.get_known_to_client_display() if plan.known_to_client else "",
    } if plan else {}  # fmt: skip
    rows = [[label, text or DASH] for label, text in said.items()]
    return ReportTable(
        "Ambition and charter", _columns("Question", "Answer"), rows, note="" if rows else "Not written."
    )


def _measures(user: User, client: Client, now: datetime) -> ReportTable:
    rows = [
        [line.title, line.objective, line.baseline, exact(line.now.value, line.now.unit), line.target, day(line.due),
         line.standing_word]
        for line in load_measure_lines(user, client, now)
    ]  # fmt: skip
    columns = _columns("Measure", "Objective", "Baseline", "Now", "Target", "By", "Standing")
    return ReportTable("Measures", columns, rows, note="" if rows else "No measure is set.")


def _context(user: User, client: Client, today: date) -> tuple[ReportTable, ReportTable]:
    page = load_context(user, client, today)
    swot = [[quadrant.name, fact.title, fact.detail or DASH] for quadrant in page.quadrants for fact in quadrant.facts]
    risks = [
        [risk.title, DASH if risk.score is None else str(risk.score), risk.response or DASH, risk.owner or DASH]
        for risk in page.risks
    ]
    return (
        ReportTable("Strengths, weaknesses, openings, threats", _columns("Quadrant", "Fact", "Detail"), swot,
                    note="" if swot else "Nothing is noted."),
        ReportTable("Risks", _columns("Risk", "Likelihood times impact", "What we do about it", "Owner"), risks,
                    note="" if risks else "No risk is noted."),
    )  # fmt: skip
