"""Renewals by checkpoint: what falls due, what it would be worth, and who believes what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.access import clients_for
from accounts.models import Tier
from common.figures import Figure
from common.formats import month_short, plural, ratio
from common.money import ZERO
from financials.calc.index_readings import IndexChange
from financials.calc.notice import CHECKPOINT_DAYS, earliest_end, window_of
from financials.calc.renewals import USUAL
from financials.figures import contract_figure, judged_figure, uplifted_figure
from financials.models import Contract, ContractStatus, NoticeRule, Renewal, RenewalPlan, RenewalStatus
from financials.queries.basis import Basis
from financials.queries.index_readings import load_changes, uplift_of
from financials.queries.inputs import own_renewal_rates
from financials.queries.renewals import RenewalRow, holidays_of, renewals_ahead

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 100
"""Rows of one checkpoint on the page; files have them all."""
AHEAD: Final = 365
"""Days ahead that the board looks."""
PASSED: Final = "passed"
LATER: Final = "later"
WINDOWS: Final = (PASSED, *(str(days) for days in sorted(CHECKPOINT_DAYS)), LATER)
WINDOW_WORDS: Final = {
    PASSED: "Notice date passed",
    **{str(days): f"Within {days} days" for days in CHECKPOINT_DAYS},
    LATER: "Before the first checkpoint",
}
APART: Final = Decimal("0.2")
"""From this gap on, owner and system disagree: somebody decides, nobody averages."""


@dataclass(frozen=True, slots=True)
class RenewalScope:
    client: str = ""
    owner: str = ""
    tier: str = ""
    status: str = ""
    window: str = ""

    def params(self) -> dict[str, str]:
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}


def renewal_scope(params: Mapping[str, str]) -> RenewalScope:
    """What no renewal can have is left out."""

    def said(name: str) -> str:
        return params.get(name, "")[:254].replace("\x00", "")

    return RenewalScope(
        client=said("client"),
        owner=said("owner"),
        tier=said("tier") if said("tier") in Tier.values else "",
        status=said("status") if said("status") in RenewalStatus.values else "",
        window=said("window") if said("window") in WINDOWS else "",
    )


@dataclass(frozen=True, slots=True)
class BoardRow:
    """system: own history of the kind, or its default. final: the contract's own, which the forecast takes.

    renewed: the fee after the uplift, None without one; its value is None while the index is unknown. reading: of which
    month the index is, or that it was typed.
    """

    row: RenewalRow
    window: str
    system: Decimal
    system_own: bool
    owner_says: Decimal | None
    final: Decimal | None
    status: str
    status_word: str
    owner: str
    walk_away: Decimal | None
    uplift_rate: Decimal | None
    renewed: Figure | None
    next_step: str
    reading: str = ""

    @property
    def url(self) -> str:
        return f"/contracts/{self.row.number}/renewal/"

    @property
    def under(self) -> bool:
        """Even with the uplift it stays under what we would walk away from."""
        worth = self.renewed_amount if self.renewed_amount is not None else self.row.amount
        return self.walk_away is not None and worth is not None and worth < self.walk_away

    @property
    def apart(self) -> bool:
        return self.owner_says is not None and self.final is None and abs(self.owner_says - self.system) >= APART

    @property
    def figures(self) -> Mapping[str, Figure]:
        """Fee now, walk-away fee and the three judgements, each explaining itself."""
        said = {"system": self.system, "owner": self.owner_says, "final": self.final, "walk_away": self.walk_away}
        judged = {
            name: judged_figure(name, self.row.number, self.row.ends_on, value, self.row.currency)
            for name, value in said.items()
        }
        return {"fee": contract_figure("amount", self.row.number, self.row.amount, self.row.currency), **judged}

    @property
    def used(self) -> Decimal:
        """What the forecast takes."""
        if self.row.lost:
            return ZERO
        return self.final if self.final is not None else self.system

    @property
    def renewed_amount(self) -> Decimal | None:
        value = self.renewed.value if self.renewed is not None else None
        return value if isinstance(value, Decimal) else None

    @property
    def uplift_text(self) -> str:
        if self.uplift_rate is not None:
            return ", ".join(filter(None, (f"+{ratio(self.uplift_rate, 1)}", self.reading)))
        return f"{self.row.uplift}: no reading" if self.row.uplift else ""


@dataclass(frozen=True, slots=True)
class Window:
    key: str
    label: str
    rows: tuple[BoardRow, ...]
    amount: Decimal | None
    weighted: Decimal | None

    @property
    def shown(self) -> tuple[BoardRow, ...]:
        return self.rows[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - SHOWN)


@dataclass(frozen=True, slots=True)
class EvergreenRow:
    """earliest: the last day, were notice given today."""

    number: str
    title: str
    client_key: str
    client_name: str
    amount: Decimal | None
    currency: str
    days: int | None
    earliest: date | None
    probability: Decimal


@dataclass(frozen=True, slots=True)
class RenewalBoard:
    windows: tuple[Window, ...]
    evergreen: tuple[EvergreenRow, ...]
    currency: str
    count: int

    @property
    def rows(self) -> list[BoardRow]:
        return [row for window in self.windows for row in window.rows]


def load_renewal_board(user: User, scope: RenewalScope, *, basis: Basis, now: datetime) -> RenewalBoard:
    """Beside the basis five queries: contracts, plans, own history, indexes, evergreen ones; for some clients six."""
    found = renewals_ahead(user, today=now.date(), days=AHEAD, basis=basis, now=now)
    narrowed = {"key": scope.client, "owner__email": scope.owner, "tier": scope.tier}
    keys = _keys(user, narrowed)
    if keys is not None:
        found = [row for row in found if row.client_key in keys]
    plans = RenewalPlan.objects.filter(contract__in=[row.pk for row in found]).select_related("owner", "contract")
    by_term = {(plan.contract_id, plan.term_end): plan for plan in plans}
    rates, indexes = own_renewal_rates(), load_changes(now.date())
    rows = [board_row(row, by_term.get((row.pk, row.ends_on)), rates, indexes) for row in found]
    if scope.status:
        rows = [row for row in rows if row.status == scope.status]
    if scope.window:
        rows = [row for row in rows if row.window == scope.window]
    windows = tuple(_window(key, [row for row in rows if row.window == key]) for key in WINDOWS)
    plain = not (scope.status or scope.window)
    evergreen = _evergreen(user, keys, rates, now) if plain else ()
    return RenewalBoard(tuple(one for one in windows if one.rows), evergreen, basis.currency, len(rows))


def _keys(user: User, narrowed: Mapping[str, str]) -> set[str] | None:
    """Keys of the clients asked for; None for all in sight."""
    if not any(narrowed.values()):
        return None
    wanted = clients_for(user).filter(**{path: value for path, value in narrowed.items() if value})
    return set(wanted.values_list("key", flat=True))


def board_row(
    row: RenewalRow, plan: RenewalPlan | None, rates: Mapping[str, Decimal], indexes: Mapping[str, IndexChange]
) -> BoardRow:
    status = RenewalStatus(plan.status if plan else RenewalStatus.OPEN)
    rate, renewed, reading = uplifted(row, plan.index_reading if plan else None, indexes)
    return BoardRow(
        row=row,
        window=window_key(row),
        system=rates.get(row.kind, USUAL[row.kind]),
        system_own=row.kind in rates,
        owner_says=plan.owner_says if plan else None,
        final=row.own,
        status=status.value,
        status_word=str(status.label),
        owner=plan.owner.name if plan and plan.owner else row.owner,
        walk_away=plan.walk_away if plan else None,
        uplift_rate=rate,
        renewed=renewed,
        next_step=plan.next_step if plan else "",
        reading=reading,
    )


def window_key(row: RenewalRow) -> str:
    if row.days_left < 0:
        return PASSED
    reached = window_of(row.due_on, row.today or row.due_on)
    return LATER if reached is None else str(reached)


def uplifted(
    row: RenewalRow, typed: Decimal | None, indexes: Mapping[str, IndexChange]
) -> tuple[Decimal | None, Figure | None, str]:
    """The rate, the fee after it, and what the rate was read from. typed: a reading that counts while the index has
    none."""
    uplift = uplift_of(row.uplift)
    if uplift is None:
        return None, None, ""
    change = indexes.get(uplift.index)
    words = ""
    if uplift.index:
        words = f"{uplift.index.upper()} of {month_short(change.month)}" if change else "typed" if typed else ""
    rate = uplift.rate(change.change if change else typed)
    return rate, uplifted_figure(row.number, row.amount, row.currency, uplift, change, typed), words


def _window(key: str, rows: Sequence[BoardRow]) -> Window:
    """Sums at the newest rates; None where one has none."""
    amounts = [row.row.amount_reporting for row in rows]
    known = [amount for amount in amounts if amount is not None]
    whole = len(known) == len(rows)
    weighted = sum((amount * row.used for amount, row in zip(known, rows, strict=False)), ZERO) if whole else None
    return Window(key, WINDOW_WORDS[key], tuple(rows), sum(known, ZERO) if whole else None, weighted)


def _evergreen(
    user: User, keys: set[str] | None, rates: Mapping[str, Decimal], now: datetime
) -> tuple[EvergreenRow, ...]:
    """Contracts without an end: what notice given today would mean. One query; terms as written on the contract."""
    rows = Contract.objects.filter(
        client__in=clients_for(user),
        renewal=Renewal.EVERGREEN,
        status__in=[ContractStatus.SIGNED, ContractStatus.ACTIVE],
    ).select_related("client")
    found = []
    for one in rows.order_by("client__name", "number"):
        if keys is not None and one.client.key not in keys:
            continue
        today = one.client.local_date(now)
        own = one.probability if one.probability is not None else rates.get("evergreen", USUAL["evergreen"])
        found.append(
            EvergreenRow(
                one.number, one.title, one.client.key, one.client.name, one.amount, one.currency, one.notice_days,
                _earliest(one, today), own,
            )
        )  # fmt: skip
    return tuple(found)


def _earliest(one: Contract, today: date) -> date | None:
    if one.notice_days is None:
        return None
    if one.notice_rule != NoticeRule.BUSINESS:
        return earliest_end(today, one.notice_days, "calendar")
    free = holidays_of(one.country or one.client.country, today.year, today.year + 3)
    return earliest_end(today, one.notice_days, "business", free)


def renewal_finding(board: RenewalBoard) -> str:
    """Dates that passed first, then what is within a month, then how many there are."""
    by_key = {window.key: len(window.rows) for window in board.windows}
    passed, soon = by_key.get(PASSED, 0), by_key.get("30", 0)
    if passed:
        return f"{plural(passed, 'notice date')} passed and nothing is settled"
    if soon:
        return f"{plural(soon, 'contract')} must be decided within 30 days"
    if board.count:
        return f"{plural(board.count, 'contract')} to decide within a year, none within 30 days"
    return "No renewals within a year"
