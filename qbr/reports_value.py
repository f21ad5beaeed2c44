"""Benefits to take away: a row for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from accounts.access import get_client_for
from common.formats import day, plural
from common.policies import MONEY_READERS
from common.reports import Report, ReportColumn, ReportKind, Way, report_kinds
from qbr.access_value import benefits_for
from qbr.models import BenefitState, Confidence, Driver
from qbr.queries.value import load_value, report_rows

if TYPE_CHECKING:
    from people.models import User

_COLUMNS: Final[tuple[tuple[str, str, Way], ...]] = (
    ("client", "Client", "text"), ("benefit", "Benefit", "text"), ("driver", "Driver", "text"),
    ("hard", "Kind", "text"), ("baseline", "Baseline", "text"), ("method", "Method", "text"),
    ("share", "Our share", "ratio"), ("confidence", "Confidence", "text"), ("currency", "Currency", "text"),
    ("claimed", "Claimed", "amount"), ("confirmed", "Confirmed", "amount"), ("state", "State", "text"),
    ("answered", "Answered by", "text"),
)  # fmt: skip


def report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """client: of one alone."""
    rows, name, finding = benefits_for(user), "", ""
    if query.get("client"):
        client = get_client_for(user, query["client"])
        rows, name = rows.filter(client=client), client.name
        finding = load_value(user, client, now=now).finding
    found = report_rows(rows.order_by("client__name", "title", "pk"))
    return Report(
        name="benefits",
        title="Value realised by the clients" if not name else f"Value realised by {name}",
        finding=finding or f"{plural(len(found), 'benefit')}, each in its own currency",
        as_of=now,
        period=f"As of {day(now.date())}",
        filters=(("Client", name),),
        columns=tuple(ReportColumn(*column) for column in _COLUMNS),
        rows=[
            [one.client.name, one.title, str(Driver(one.driver).label), "Hard" if one.hard else "Soft", one.baseline,
             one.method, one.share, str(Confidence(one.confidence).label), one.currency, claimed, one.confirmed,
             str(BenefitState(one.state).label), one.answered_by]
            for one, claimed in found
        ],
        source="Benefits as noted and as confirmed by the client’s finance contact; sums over currencies are not made",
    )  # fmt: skip


def register() -> None:
    report_kinds.register("benefits", ReportKind("Value realised by the clients", MONEY_READERS, report))
