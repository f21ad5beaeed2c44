"""The stakeholder map to take away: for us with what we judge, for the client without a word of it.

The client's twin says who reports to whom and nothing else; a slide may call `org_picture` for either.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from accounts.calc.map_layout import org_chart
from accounts.models import Client
from accounts.queries.stakeholders import StakeholderBook, stakeholder_book
from common.charts.people import PeopleMap, PersonBox, people_map

if TYPE_CHECKING:
    from people.models import User

Audience = Literal["client", "internal"]
AUDIENCES: Final[tuple[Audience, ...]] = ("client", "internal")


def org_picture(user: User, client: Client, today: date, audience: Audience) -> PeopleMap | None:
    """One query. None where nobody is on the map. The client's twin leaves out seats that we invented."""
    return picture_of(stakeholder_book(user, client, today), client, audience)


def picture_of(book: StakeholderBook, client: Client, audience: Audience) -> PeopleMap | None:
    safe = audience == "client"
    rows = [row for row in book.rows if row.identified or not safe]
    if safe:  # not in the order of their power
        rows.sort(key=lambda row: row.name)
    if not rows:
        return None
    ids = [row.contact_id for row in rows]
    known = set(ids)
    layout = org_chart(ids, {row.contact_id: row.boss_id for row in rows if row.boss_id and row.boss_id in known})
    boxes = []
    for row in rows:
        spot = layout.spots[row.contact_id]
        box = PersonBox(row.contact_id, row.name, row.title, spot.x, spot.y, identified=row.identified)
        if not safe:
            box = PersonBox(
                row.contact_id, row.name, row.title if row.identified else "Not yet identified", spot.x, spot.y,
                power=row.power, level=row.level, wanted=row.wanted, stance=row.stance,
                stance_bad=bool(row.stance_tone), covered=row.covered,
                role=row.buying_role.removeprefix("Economic ").capitalize(), identified=row.identified,
            )  # fmt: skip
        boxes.append(box)
    finding = f"Who reports to whom at {client.name}" if safe else f"Org chart: {book.finding}"
    return PeopleMap(finding, tuple(boxes), layout.width, layout.height, layout.elbows, plain=safe)


def svg_of(picture: PeopleMap) -> str:
    """A drawing of its own: colours fixed, no link, no script."""
    drawn = people_map(picture, skin="print")
    return drawn if "xmlns=" in drawn[:400] else drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
