"""R4: a book under random acts of money, and the plain questions it must answer rightly after every one.

What is asked of the product is compared with a model in plain Python and with SQL over the raw rows written here; none
of the product's queries stands on both sides.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import connection

from accounts.models import Client
from common.imports import CannotUndo
from common.models import ImportBatch
from financials.actions.closing import Refused, post_accruals, set_overhead_driver
from financials.actions.contracts import change_contract, rebuild_schedules
from financials.actions.ledger import BuiltUpon, LedgerRow, MonthsClosed, post, take_back
from financials.actions.periods import CannotClose, close_month, reopen_month
from financials.models import Contract, TimeMonth
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from people.models import User
from portfolio.imports.runner import load_rows
from portfolio.imports.undoing import undo as undo_import
from tests.makers import make_client, make_contract, make_user

ALL_MONTHS = [date(2026, month, 1) for month in range(1, 10)]
MONTHS = ALL_MONTHS[:-1]
"""The months that close; the last of all takes what comes late when all of them are shut."""
LINES = ("gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead")
CURRENCIES = ("USD", "EUR", "GBP")
CENT = Decimal("0.01")
START = datetime(2026, 11, 2, tzinfo=UTC)
DRIVERS = ("delivery_labour", "net_revenue", "hours", "none")
WHOLE = 100
"""Every so many steps everything is asked; after each step what the step could have touched."""

Wanted = tuple[int | None, int | None, date, str, Decimal, str]
"""Of a source_ref: client, contract, the month it belongs to, line, amount, currency."""


@dataclass
class Machine:
    """One seed's book. wanted: what each source_ref was last asked to be. frozen: each closed month's sums.

    newest: the last ledger entry looked at. gone: client and month of the rows this step took back.
    """

    seed: int
    dice: random.Random = field(init=False)
    now: datetime = START
    steps: int = 0
    batch: int = 0
    count: Counter[str] = field(default_factory=Counter)
    history: dict[str, list[tuple[int, Wanted]]] = field(default_factory=lambda: defaultdict(list))
    frozen: dict[date, list[Any]] = field(default_factory=dict)
    rates: dict[tuple[date, str], Decimal] = field(default_factory=dict)
    drivers: dict[date, str] = field(default_factory=dict)
    newest: int = 0
    gone: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.finance: User = make_user("finance", email=f"finance{self.seed}@example.com")
        owner = make_user("director")
        self.clients: list[Client] = [make_client(f"M{self.seed}-{n}", owner=owner) for n in range(4)]
        self.contracts: list[Contract] = [
            make_contract(client, currency=self.dice.choice(CURRENCIES), amount=Decimal("120000"))
            for client in self.clients
            for _ in range(2)
        ]
        rebuild_schedules([contract.pk for contract in self.contracts], now=self.now)
        for month in ALL_MONTHS:
            for currency in ("EUR", "GBP"):
                self._rate(month, currency, f"{self.dice.uniform(0.8, 1.5):.4f}")
            for client in self.clients:
                hours = Decimal(self.dice.randrange(1, 400)) / 4
                TimeMonth.objects.create(
                    client=client, person=owner, month=month, hours=hours, billable_hours=hours, unpriced_hours=0,
                    uncarded_hours=0, cost=0, value=0, entries=1,
                )  # fmt: skip

    # The acts

    def step(self) -> None:
        self.steps += 1
        self.now += timedelta(minutes=1)
        acts: list[tuple[Callable[[], str], int]] = [
            (self.post_new, 30), (self.credit, 8), (self.correct, 16), (self.reallocate, 10), (self.late, 10),
            (self.amend, 3), (self.fx, 4), (self.close, 6), (self.reopen, 3), (self.undo, 6), (self.accrue, 1),
            (self.driver, 2), (self.undo_fx, 1),
        ]  # fmt: skip
        (act,) = self.dice.choices([act for act, _ in acts], [weight for _, weight in acts])
        self.count[act()] += 1
        self.check_step()
        if self.steps % WHOLE == 0:
            self.check_whole()

    def post_new(self) -> str:
        return self._post({f"R{self.steps}-{n}": self._any_row() for n in range(self.dice.randint(1, 3))}, "posted")

    def credit(self) -> str:
        ref = self._some_ref()
        if ref is None:
            return "nothing to credit"
        client, contract, belongs, line, amount, currency = self.history[ref][-1][1]
        return self._post({f"C{self.steps}": (client, contract, belongs, line, -amount, currency)}, "credited")

    def correct(self) -> str:
        ref = self._some_ref()
        if ref is None:
            return "nothing to correct"
        client, contract, belongs, line, _, currency = self.history[ref][-1][1]
        moved = belongs if self.dice.random() < 0.8 else self.dice.choice(MONTHS)
        return self._post({ref: (client, contract, moved, line, self._amount(), currency)}, "corrected")

    def reallocate(self) -> str:
        """The row goes to another contract, or to another client's."""
        ref = self._some_ref()
        if ref is None or self.history[ref][-1][1][0] is None:
            return "nothing to re-allocate"
        _, _, belongs, line, amount, currency = self.history[ref][-1][1]
        to = self.dice.choice(self.contracts)
        return self._post({ref: (to.client_id, to.pk, belongs, line, amount, currency)}, "re-allocated")

    def late(self) -> str:
        if not self.frozen:
            return "no month to be late for"
        row = (*self._any_row()[:2], self.dice.choice(sorted(self.frozen)), *self._any_row()[3:])
        client, _, belongs, line, amount, currency = row
        line = "overhead" if client is None else line
        return self._post({f"L{self.steps}": (client, row[1], belongs, line, amount, currency)}, "came late")

    def amend(self) -> str:
        contract = Contract.objects.get(pk=self.dice.choice(self.contracts).pk)
        amount = Decimal(self.dice.randrange(1, 10_000_000)) / 100
        end = date(2026, self.dice.randint(2, 12), self.dice.randint(1, 28))
        change_contract(
            contract=contract, changes={"amount": amount, "end": end}, expected=None, actor="machine", now=self.now
        )
        (total,) = _row("SELECT sum(amount) FROM financials_scheduleline WHERE contract_id = %s", [contract.pk])
        assert total == amount, (contract.number, total, amount)
        return "amended"

    def fx(self) -> str:
        """Another rate for a month: taken while it is open, refused once it is closed."""
        month, currency = self.dice.choice(MONTHS), self.dice.choice(["EUR", "GBP"])
        return self._rate(month, currency, f"{self.dice.uniform(0.8, 1.5):.4f}")

    def _rate(self, month: date, currency: str, value: str) -> str:
        row = {"month": f"{month:%Y-%m}", "base": currency, "quote": "USD", "average": value}
        same = self.rates.get((month, currency)) == Decimal(value)
        report = load_rows("fx", [row], actor="machine", now=self.now)
        assert bool(report.rejected) == (month in self.frozen and not same), (row, report)
        if report.rejected:
            return "rate refused"
        self.rates[month, currency] = Decimal(value)
        return "rate changed"

    def undo_fx(self) -> str:
        """The newest load of rates is taken back, unless a month of it was closed since."""
        batch = ImportBatch.objects.filter(kind="fx", state="loaded").order_by("-pk").first()
        if batch is None:
            return "no rate to take back"
        try:
            undo_import(batches=[batch], actor="machine", now=self.now)
        except CannotUndo:
            return "rate kept"
        found = _rows("SELECT month, base, average FROM common_fxrate WHERE quote = 'USD'")
        before, self.rates = self.rates, {(month, base): average.normalize() for month, base, average in found}
        gone = before.keys() - self.rates.keys()
        for month, currency in gone:  # the book keeps a rate for every month: load what stood again
            self._rate(month, currency, f"{before[month, currency]:f}")
        return "rate taken back"

    def close(self) -> str:
        month = next((month for month in MONTHS if month not in self.frozen), None)
        if month is None or self.dice.random() < 0.3:
            return self._close_out_of_order()
        assert close_month(month=month, actor="machine", now=self.now) is True
        self.frozen[month] = _sums([month])
        return "closed"

    def _close_out_of_order(self) -> str:
        waiting = [month for month in MONTHS if month not in self.frozen]
        later = [month for month in waiting if month != waiting[0] and _entries_before(month, waiting)]
        if not later:
            return "no order to break"
        try:
            close_month(month=later[-1], actor="machine", now=self.now)
        except CannotClose:
            return "kept in order"
        raise AssertionError(f"{later[-1]} closed before {waiting[0]}")

    def reopen(self) -> str:
        if not self.frozen:
            return "nothing to reopen"
        month = self.dice.choice(sorted(self.frozen))
        reopen_month(month=month, reason="a late invoice", actor="machine", now=self.now)
        del self.frozen[month]
        return "reopened"

    def undo(self) -> str:
        batches = sorted({batch for stack in self.history.values() for batch, _ in stack if batch})[-30:]
        if not batches:
            return "nothing to undo"
        batch = self.dice.choice(batches)
        self.gone = _rows("SELECT client_id, month FROM financials_ledgerentry WHERE batch_id = %s", [batch])
        try:
            take_back(batch_id=batch, actor="machine")
        except (MonthsClosed, BuiltUpon):
            return "undo refused"
        for ref in list(self.history):
            self.history[ref] = [entry for entry in self.history[ref] if entry[0] != batch]
            if not self.history[ref]:
                del self.history[ref]
        return "undone"

    def accrue(self) -> str:
        """What is booked to date becomes what is recognised; the entries are read back as they stand."""
        month = self.dice.choice(MONTHS)
        try:
            done = post_accruals(month=month, actor=self.finance, now=self.now)
        except Refused:
            assert month in self.frozen
            return "accrual refused"
        assert post_accruals(month=month, actor=self.finance, now=self.now).posted == 0, "a second time writes nothing"
        for ref, *wanted in _rows(_STANDING_ACCRUALS, [f"%:{month:%Y-%m}"]):
            entry = (0, tuple(wanted))
            if not self.history[ref] or self.history[ref][-1] != entry:
                self.history[ref].append(entry)
        return "accrued" if done.posted else "nothing to accrue"

    def driver(self) -> str:
        starts, driver = self.dice.choice(MONTHS), self.dice.choice(DRIVERS)
        try:
            set_overhead_driver(starts=starts, driver=driver, actor="machine", now=self.now)
        except Refused:
            assert any(month >= starts for month in self.frozen)
            return "driver refused"
        assert not any(month >= starts for month in self.frozen)
        self.drivers[starts] = driver
        return "driver set"

    def _post(self, rows: dict[str, Wanted], said: str) -> str:
        self.batch += 1
        before = {ref: self.history[ref][-1][1] if self.history.get(ref) else None for ref in rows}
        given = [
            LedgerRow(ref, client, contract, "", month, line, amount, currency, "")
            for ref, (client, contract, month, line, amount, currency) in rows.items()
        ]
        posted = post(rows=given, actor="machine", now=self.now, batch_id=self.batch)
        changed = {ref: row for ref, row in rows.items() if before[ref] != row}
        assert posted.created + posted.updated == len(changed), (rows, posted)
        for ref, row in changed.items():
            self.history[ref].append((self.batch, row))
        return said

    def _any_row(self) -> Wanted:
        month, line = self.dice.choice(MONTHS), self.dice.choice(LINES)
        if line == "overhead" and self.dice.random() < 0.6:
            return None, None, month, line, self._amount(), self.dice.choice(CURRENCIES)
        contract = self.dice.choice(self.contracts)
        named = contract.pk if self.dice.random() < 0.8 else None
        return contract.client_id, named, month, line, self._amount(), self.dice.choice(CURRENCIES)

    def _amount(self) -> Decimal:
        return Decimal(self.dice.randrange(-200_000, 2_000_000)) / 100

    def _some_ref(self) -> str | None:
        recent = [ref for ref in list(self.history)[-200:] if not ref.startswith("accrual:")]
        return self.dice.choice(recent) if recent else None

    # The questions

    def check_step(self) -> None:
        """The cells this step touched, and every closed month's sums."""
        new = _rows("SELECT client_id, month, id FROM financials_ledgerentry WHERE id > %s", [self.newest])
        self.newest = max([self.newest, *(pk for _, _, pk in new)])
        touched = [*((client, month) for client, month, _ in new), *self.gone]
        self.gone = []
        if touched:
            clients = [client for client, _ in touched if client is not None]
            asked = [clients, [month for _, month in touched]]
            assert _rows(_DISAGREE_THERE, [*asked, *asked]) == [], self._where()
        if self.frozen:
            kept = [row for month in sorted(self.frozen) for row in self.frozen[month]]
            assert _sums(sorted(self.frozen)) == kept, self._where()

    def check_whole(self) -> None:
        assert _rows(_DISAGREE) == [], self._where()
        assert _rows(_CLOSES_MOVED) == [], self._where()
        standing = {ref: tuple(wanted) for ref, *wanted in _rows(_STANDING)}
        assert standing == {ref: stack[-1][1] for ref, stack in self.history.items()}, self._where()
        self.check_pnl()

    def check_pnl(self) -> None:
        """The P&L by month and client against plain Python over plain SQL; the pool goes round exactly."""
        request = PnlRequest(first=ALL_MONTHS[0], last=ALL_MONTHS[-1], group_by=("month",))
        shown = load_pnl(self.finance, request, now=self.now)
        assert shown.missing == ()
        assert shown.tie_out is not None
        assert shown.tie_out.difference == 0
        lines: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        pool: dict[str, Decimal] = defaultdict(Decimal)
        for client, month, line, currency, amount in _rows(_RAW_CELLS):
            rate = Decimal(1) if currency == "USD" else self.rates[month, currency]
            converted = (amount * rate).quantize(CENT, rounding=ROUND_HALF_EVEN)
            if client is None:
                pool[f"{month:%Y-%m}"] += converted
            else:
                lines[f"{month:%Y-%m}", line] += converted
        spread = Decimal(0)
        for row in shown.rows:
            (month,) = row.group
            for line in LINES[:-1]:
                assert row[line] == lines[month or "", line], (self._where(), month, line)
            share = Decimal(row["overhead"] or 0) - lines[month or "", "overhead"]
            assert share in (0, pool[month or ""]), (self._where(), month, share)
            spread += share
        assert shown.unallocated == sum(pool.values()) - spread, self._where()

    def _where(self) -> str:
        return f"seed {self.seed}, step {self.steps}"


_CELL = "client_id, contract_id, service_line, month, line, currency"
_BOTH = f"""
SELECT {_CELL} FROM (
  SELECT {_CELL}, amount, 1 AS entries FROM financials_ledgerentry {{where}}
  UNION ALL SELECT {_CELL}, -amount, -entries FROM financials_ledgermonth {{where}}
) u GROUP BY {_CELL} HAVING sum(amount) <> 0 OR sum(entries) <> 0"""  # noqa: S608  # our own words
_DISAGREE = _BOTH.format(where="")
_DISAGREE_THERE = _BOTH.format(where="WHERE (client_id = ANY(%s) OR client_id IS NULL) AND month = ANY(%s)")
_CLOSES_MOVED = """
SELECT e.month FROM common_closedperiod p JOIN LATERAL (
  SELECT id, month FROM financials_closeevent e WHERE e.month = p.month AND e.kind = 'closed' ORDER BY id DESC LIMIT 1
) e ON true JOIN LATERAL (
  SELECT 1 FROM (
    SELECT client_id, contract_id, line, currency, amount, entries FROM financials_closeline WHERE event_id = e.id
    UNION ALL
    SELECT client_id, contract_id, line, currency, -amount, -entries FROM financials_ledgermonth WHERE month = e.month
  ) u GROUP BY client_id, contract_id, line, currency HAVING sum(amount) <> 0 OR sum(entries) <> 0
) moved ON true"""
_STANDING = """
SELECT source_ref, client_id, contract_id, belongs, line, amount, currency FROM (
  SELECT DISTINCT ON (source_ref) source_ref, client_id, contract_id, coalesce(service_month, month) AS belongs, line,
         amount, currency, is_reversal
  FROM financials_ledgerentry ORDER BY source_ref, revision DESC, is_reversal DESC
) s WHERE NOT is_reversal"""
_STANDING_ACCRUALS = f"SELECT * FROM ({_STANDING}) s WHERE source_ref LIKE 'accrual:%%' AND source_ref LIKE %s"  # noqa: S608  # our own words
_RAW_CELLS = """
SELECT client_id, month, line, currency, sum(amount) FROM financials_ledgerentry
GROUP BY client_id, contract_id, service_line, month, line, currency"""


def _rows(sql: str, params: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _row(sql: str, params: list[Any]) -> Any:
    return _rows(sql, params)[0]


def _sums(months: list[date]) -> list[Any]:
    return _rows(
        "SELECT month, line, currency, sum(amount), sum(entries) FROM financials_ledgermonth WHERE month = ANY(%s) "
        "AND entries > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        [months],
    )


def _entries_before(month: date, waiting: list[date]) -> bool:
    """Whether an open month before this one holds entries, so that it may not be closed yet."""
    return bool(
        _rows(
            "SELECT 1 FROM financials_ledgermonth WHERE month = ANY(%s) AND entries > 0 LIMIT 1",
            [[one for one in waiting if one < month]],
        )
    )


__all__ = ["MONTHS", "Machine"]
