"""For us alone: the people of the client as we stand with them, and the risks beside the health they would cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from common import formats
from financials.calc import findings
from qbr.calc.account import HealthPart, HealthSeen, Known, Risk
from qbr.calc.review import ReviewData
from qbr.calc.slides import BigFigure, Cell, Column, Drawn, Row, Slide, Status, Table

LEVELS: Final = ("None", "Vendor", "Credible source", "Problem solver", "Trusted adviser")
STANCES: Final = {-2: "Opponent", -1: "Sceptic", 0: "Neutral", 1: "Supporter", 2: "Advocate"}
MOST_PEOPLE: Final = 12
MOST_RISKS: Final = 6
POWERFUL: Final = 4
GRAVE: Final = 15
SERIOUS: Final = 8


def people(data: ReviewData) -> Slide | None:
    """None in a client's review, and where nobody is on the map."""
    seen = data.account.people
    if seen is None or not seen.known:
        return None
    share = seen.coverage.share
    columns = (
        Column("Power", 70, "text"),
        Column("Person", 308, "name"),
        Column("We are to them", 190, "status"),
        Column("Wanted", 140, "quiet"),
        Column("Stance", 120, "text"),
        Column("Last met", 96, "text"),
        Column("Covered", 122, "status"),
        Column("Ours", 122, "text"),
    )
    figure = BigFigure(
        "Influence-weighted coverage",
        Cell(None if share is None else formats.number(share * 100, 0), share, "ratio", field="stance"),
        "%" if share is not None else "",
        previous=f"{seen.coverage.covered_power} of {seen.coverage.power} points of power",
    )
    return Slide(
        key="people",
        kind="people",
        section="Relationships",
        headline=_people_finding(seen.known, share),
        dek="Ranked by power. Covered: a credible source or better, and met within the agreed rhythm.",
        source=f"stakeholder map on {formats.day(data.today)}",
        figures=(figure, *_people_figures(seen.known)),
        table=Table(columns, tuple(_person_row(data, one) for one in seen.known[:MOST_PEOPLE]), "Relationships"),
        drawn=(Drawn("Coverage", _whole(share), "client_stakeholders", "stance"),),
        field="stance",
    )


def _whole(share: Decimal | None) -> str:
    return formats.ratio(share, 0) if share is not None else formats.DASH


def _people_figures(known: tuple[Known, ...]) -> tuple[BigFigure, ...]:
    against = sum((one.stance or 0) < 0 for one in known)
    below = sum(one.level is not None and one.wanted is not None and one.level < one.wanted for one in known)
    unknown = sum(one.stance is None for one in known)
    return (
        BigFigure("Sceptics and opponents", Cell(str(against), field="stance"), f" of {len(known)}"),
        BigFigure("Below the level we want", Cell(str(below), field="stance"), f" of {len(known)}"),
        BigFigure("Stance not known", Cell(str(unknown), field="stance"), f" of {len(known)}"),
    )


def _person_row(data: ReviewData, one: Known) -> Row:
    level = LEVELS[one.level] if one.level is not None else None
    short = one.level is not None and one.wanted is not None and one.level < one.wanted
    status: Status = "unknown" if one.level is None else "watch" if short else "on_track"
    return Row(
        (
            Cell(str(one.power) if one.power is not None else None),
            Cell(one.name, detail=one.title),
            Cell(level or "Not known", status=status),
            Cell(LEVELS[one.wanted] if one.wanted is not None else None),
            Cell(STANCES[one.stance] if one.stance is not None else None),
            Cell(formats.day_short(one.last_touch) if one.last_touch else None),
            Cell("Yes" if one.covered else "No", status="on_track" if one.covered else "at_risk"),
            Cell(one.owner or None),
        )
    )


def _people_finding(known: tuple[Known, ...], share: Decimal | None) -> str:
    bare = [one for one in known if (one.power or 0) >= POWERFUL and not one.covered]
    claim = f"Coverage is {_whole(share)} of influence" if share is not None else "Nobody’s power is known yet"
    if not bare:
        return f"{claim}; everybody of power {POWERFUL} or more is covered" if share is not None else claim
    others = len(bare) - 1
    who = bare[0].name if not others else f"{bare[0].name} and {findings.count(others)} more of power {POWERFUL} or 5"
    return f"{claim}: {who} {'is' if not others else 'are'} not covered"


# --- risks and health --------------------------------------------------------------------------------------------


def risks(data: ReviewData) -> Slide | None:
    """None in a client's review, and where neither health nor a risk is written down."""
    account = data.account
    if account.health is None and not account.risks:
        return None
    listed = sorted(account.risks, key=lambda one: (one.kind, -(one.score or 0)))[:MOST_RISKS]
    tables = []
    if listed:
        columns = (
            Column("Risk or rival", 208, "name"),
            Column("What we do", 200, "text"),
            Column("Owner", 120, "text"),
            Column("Gravity", 125, "status"),
        )
        tables.append(
            Table(columns, tuple(_risk_row(one) for one in listed), "Risks and rivals", "likelihood × impact")
        )
    if account.health is not None:
        tables.append(_health_table(account.health))
    return Slide(
        key="risks",
        kind="risks",
        section="Risks and health",
        headline=_risk_finding(account.health, list(account.risks)),
        dek=_health_dek(account.health),
        source=f"account plan and health reading, {formats.day(data.today)}",
        tables=tuple(tables),
        drawn=_risk_drawn(account.health, account.risks),
        field="stance",
    )


def _risk_row(one: Risk) -> Row:
    if one.kind == "competitor":
        gravity = Cell("Rival", status="")
    elif one.score is None:
        gravity = Cell("Not judged", status="unknown")
    else:
        status: Status = "at_risk" if one.score >= GRAVE else "watch" if one.score >= SERIOUS else "on_track"
        gravity = Cell(str(one.score), Decimal(one.score), status=status)
    return Row((Cell(one.title), Cell(one.response or None), Cell(one.owner or None), gravity))


def _health_table(seen: HealthSeen) -> Table:
    columns = (
        Column("Component", 191, "name"),
        Column("Now", 62, "actual"),
        Column("Before", 70, "figure"),
        Column("Moved", 70, "figure"),
        Column("Weight", 82, "figure"),
    )
    rows = [_part_row(part) for part in seen.parts]
    moved = None if seen.score is None or seen.before is None else seen.score - seen.before
    total = (Cell("Health"), _score(seen.score), _score(seen.before), _score(moved, signed=True), Cell(""))
    return Table(columns, (*rows, Row(total, "total")), "Health, of 100", formats.day(seen.day))


def _part_row(part: HealthPart) -> Row:
    moved = None if part.score is None or part.before is None else part.score - part.before
    field = part.field
    cells = (_score(part.score), _score(part.before), _score(moved, signed=True), Cell(str(part.weight)))
    return Row((Cell(part.label, field=field), *cells))


def _score(value: Decimal | None, *, signed: bool = False) -> Cell:
    return Cell(None if value is None else formats.number(value, 0, signed=signed), value, "score")


def _health_dek(seen: HealthSeen | None) -> str:
    if seen is None:
        return ""
    return f"Held down: {findings.names(list(seen.caps))}." if seen.caps else "Before: the reading a quarter earlier."


def _risk_drawn(seen: HealthSeen | None, listed: tuple[Risk, ...]) -> tuple[Drawn, ...]:
    found = []
    if seen is not None and seen.score is not None:
        found.append(Drawn("Health", formats.number(seen.score, 0), "client_health", "stance"))
    bare = sum(one.kind == "risk" and not one.response for one in listed)
    found.append(Drawn("Risks without an answer", str(bare), "client_plan", "stance"))
    return tuple(found)


def _risk_finding(seen: HealthSeen | None, listed: list[Risk]) -> str:
    parts = []
    if seen is not None and seen.score is not None:
        word = {"on_track": "on track", "watch": "on watch", "at_risk": "at risk"}.get(seen.status, "not enough known")
        claim = f"Health is {formats.number(seen.score, 0)}, {word}"
        known = [part for part in seen.parts if part.score is not None and part.weight]
        if known:
            worst = max(known, key=lambda part: (part.weight * (100 - (part.score or Decimal(0))), part.label))
            claim += f"; {worst.label.lower()} at {formats.number(worst.score, 0)} costs most"
        parts.append(claim)
    grave = sorted((one for one in listed if one.kind == "risk"), key=lambda one: -(one.score or 0))
    bare = [one for one in grave if not one.response]
    if bare:
        parts.append(f"{findings.count(len(bare))} {'risk has' if len(bare) == 1 else 'risks have'} no answer")
    elif grave and grave[0].score is not None:
        parts.append(f"the gravest risk stands at {grave[0].score} of 25")
    said = "; ".join(parts) or "Risks and rivals of this client"
    return said[:1].upper() + said[1:]
