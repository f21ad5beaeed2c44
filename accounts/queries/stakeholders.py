"""The people of a client and how we stand with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.calc.coverage import Coverage, Tie, coverage, days_late, is_covered
from accounts.models import BuyingRole, Client, Level, Stakeholding, Stance, Touchpoint
from common.figures import Figure, figure_id
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class StakeholderRow:
    """stance and evidence are empty for roles without the STANCE class. touch_*: the state of the cadence."""

    pk: int
    version: int
    contact_id: int
    contact_key: str
    boss_id: int | None
    owner_id: int | None
    identified: bool
    name: str
    title: str
    reports_to: str
    buying_role: str
    power: int | None
    interest: int | None
    stance: str
    stance_tone: str
    evidence: str
    level: int | None
    level_word: str
    wanted: int | None
    wanted_word: str
    owner: str
    cadence_days: int | None
    last_touch: date | None
    touch_shape: str
    touch_words: str
    covered: bool
    judged_on: date | None
    judged_by: str
    url: str


@dataclass(frozen=True, slots=True)
class StakeholderBook:
    finding: str
    sub: str
    coverage: Coverage
    figure: Figure
    rows: tuple[StakeholderRow, ...]


def with_last_touch(rows: QuerySet[Stakeholding]) -> QuerySet[Stakeholding]:
    """Adds last_touch: the last day the contact was met for this client."""
    links = Touchpoint.theirs.through._default_manager.filter(
        contact_id=OuterRef("contact_id"), touchpoint__client_id=OuterRef("client_id")
    )
    newest = links.order_by("-touchpoint__date").values("touchpoint__date")[:1]
    return rows.annotate(last_touch=Subquery(newest))


def tie_of(stake: Stakeholding) -> Tie:
    return Tie(stake.power, stake.level, stake.cadence_days, getattr(stake, "last_touch", None))


def touch_state(tie: Tie, today: date) -> tuple[str, str]:
    """Shape and words of a cadence. One rhythm late is watch, a second one at risk."""
    if tie.last_touch is None:
        return "at_risk" if tie.cadence_days else "unknown", "Never touched"
    late = days_late(tie, today)
    if late is None or tie.cadence_days is None:
        return "", f"{(today - tie.last_touch).days} d ago"
    if late <= 0:
        return "on_track", f"Within {tie.cadence_days} d"
    return ("watch" if late <= tie.cadence_days else "at_risk"), f"{late} d late"


def _row(stake: Stakeholding, key: str, today: date, see_stance: bool) -> StakeholderRow:
    tie = tie_of(stake)
    shape, words = touch_state(tie, today)
    stance = stake.stance if see_stance else None
    return StakeholderRow(
        pk=stake.pk,
        version=stake.version,
        contact_id=stake.contact_id,
        contact_key=stake.contact.key,
        boss_id=stake.reports_to_id,
        owner_id=stake.owner_id,
        identified=stake.contact.identified,
        name=stake.contact.name,
        title=stake.contact.title,
        reports_to=stake.reports_to.name if stake.reports_to else "",
        buying_role=stake.get_buying_role_display() if stake.buying_role else "",
        power=stake.power,
        interest=stake.interest,
        stance="" if stance is None else f"{Stance(stance).label}",
        stance_tone="risk" if stance is not None and stance < 0 else "",
        evidence=stake.evidence if see_stance else "",
        level=stake.level,
        level_word="" if stake.level is None else str(Level(stake.level).label),
        wanted=stake.level_wanted,
        wanted_word="" if stake.level_wanted is None else str(Level(stake.level_wanted).label),
        owner=stake.owner.name if stake.owner else "",
        cadence_days=stake.cadence_days,
        last_touch=tie.last_touch,
        touch_shape=shape,
        touch_words=words,
        covered=is_covered(tie, today),
        judged_on=stake.judged_on if see_stance else None,
        judged_by=stake.judged_by if see_stance else "",
        url=reverse("stakeholder", args=[key, stake.pk]),
    )


def stakeholder_book(user: User, client: Client, today: date) -> StakeholderBook:
    """Everyone on a client's map, the most powerful first, and what it adds up to. One query."""
    stakes = list(
        with_last_touch(client.stakeholdings.select_related("contact", "reports_to", "owner")).order_by(
            F("power").desc(nulls_last=True), "contact__last_name", "pk"
        )
    )
    sum_of = coverage((tie_of(stake) for stake in stakes), today)
    see_stance = abilities_of(user).see_stance
    rows = tuple(_row(stake, client.key, today, see_stance) for stake in stakes)
    label = f"Coverage of {client.name}"
    figure = Figure(figure_id("relationship.coverage", client=client.key), label, sum_of.share, "ratio")
    return StakeholderBook(finding(client.name, sum_of, rows), sub_line(sum_of), sum_of, figure, rows)


def finding(name: str, sum_of: Coverage, rows: tuple[StakeholderRow, ...]) -> str:
    """The one sentence the table supports; the plain measure name where nothing can be said."""
    if sum_of.share is None:
        return "Stakeholders" if not rows else f"Nobody's power at {name} has been judged yet"
    said = f"We cover {round(sum_of.share * 100)}% of the power at {name}"
    buyers = [row for row in rows if row.buying_role == BuyingRole.ECONOMIC.label]
    open_buyers = [row for row in buyers if not row.covered]
    late = sum(row.touch_shape in ("watch", "at_risk") for row in rows)
    if not buyers:
        return f"{said}, and no economic buyer is named"
    if len(open_buyers) == len(buyers):
        return f"{said}, and {_none_of(len(buyers))}"
    if late:
        return f"{said}, and {late} {'person is' if late == 1 else 'people are'} overdue a touch"
    return said


def _none_of(buyers: int) -> str:
    return {1: "not the economic buyer", 2: "neither economic buyer"}.get(buyers, "no economic buyer")


def sub_line(sum_of: Coverage) -> str:
    if not sum_of.people:
        return ""
    said = f"Power covered {sum_of.covered_power} of {sum_of.power}. " if sum_of.power else ""
    said += "Covered means level 2 or above and touched within cadence."
    if sum_of.unjudged:
        said += f" {sum_of.unjudged} of {sum_of.people} without a power are in neither sum."
    return said
