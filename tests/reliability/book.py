"""A seeded book of clients, its edits, and what a recompute leaves behind as text that can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Client, Opportunity
from common import jobs
from common.models import ClosedPeriod, InputVersion, Job, JobState
from common.periods import month_add, month_of
from financials.actions.contracts import RECOMPUTE, mark_clients_dirty, rebuild_schedules
from financials.models import Contract, ForecastRun, LedgerMonth

SETTLED = (JobState.DONE, JobState.SUPERSEDED)
_CYCLE = 10
"""Edits repeat after so many, so that a long campaign has few undisturbed results to compare with."""


def make_book(clients: int) -> list[Client]:
    """Each client with an SOW, an evergreen retainer, two deals and a year and a half of monthly ledger cells."""
    now = timezone.now()
    today = month_of(now.date())
    closed = month_add(today, -1)
    ClosedPeriod.objects.create(month=closed, closed_at=now, closed_by="test")
    book = Client.objects.bulk_create(
        Client(key=f"C-{number:04}", name=f"Client {number}", currency="USD") for number in range(clients)
    )
    contracts = Contract.objects.bulk_create(
        contract for number, client in enumerate(book) for contract in _contracts(client, number, today)
    )
    rebuild_schedules([contract.pk for contract in contracts], now=now)
    Opportunity.objects.bulk_create(
        deal for number, client in enumerate(book) for deal in _deals(client, number, today)
    )
    LedgerMonth.objects.bulk_create(
        LedgerMonth(
            client=client,
            month=month_add(today, -back),
            line=line,
            currency="USD",
            amount=Decimal(7 * number + back) + Decimal("100.33"),
            entries=1,
        )
        for number, client in enumerate(book)
        for back in range(1, 19)
        for line in ("gross_revenue", "pass_through")
    )
    return book


def _contracts(client: Client, number: int, today: date) -> list[Contract]:
    shared = {"client": client, "kind": "sow", "currency": "USD", "status": "active", "service_line": "Media"}
    fixed = Contract(
        number=f"S-{number:04}",
        title="Campaign",
        start=month_add(today, -3).replace(day=11),
        end=month_add(today, 14).replace(day=20),
        billing="fixed_fee",
        amount=Decimal(100_000),
        **shared,
    )
    retainer = Contract(
        number=f"R-{number:04}",
        title="Retainer",
        start=month_add(today, -12),
        billing="retainer",
        renewal="evergreen",
        amount=Decimal(120_000),
        **shared,
    )
    return [fixed, retainer]


def _deals(client: Client, number: int, today: date) -> list[Opportunity]:
    return [
        Opportunity(
            key=f"D-{number:04}-{category}",
            client=client,
            name="Deal",
            stage="Proposal",
            category=category,
            amount=Decimal(50_000 + number),
            currency="USD",
            probability=Decimal("0.35"),
            close_on=month_add(today, 2),
            delivery_months=5,
        )
        for category in ("commit", "pipeline")
    ]


@transaction.atomic
def edit_book(round_no: int, *, queue: bool = True) -> None:
    """One edit of every client: the SOW's fee moves, its schedule with it. queue: with the jobs, as every edit does."""
    sows = list(Contract.objects.filter(number__startswith="S-").order_by("pk"))
    for position, contract in enumerate(sows):
        contract.amount = Decimal(100_000) + Decimal("37.31") * (round_no % _CYCLE) + position
    Contract.objects.bulk_update(sows, ["amount"], batch_size=500)
    rebuild_schedules([contract.pk for contract in sows], now=timezone.now())
    if queue:
        mark_clients_dirty([contract.client_id for contract in sows])


@transaction.atomic
def edit_book_and_die() -> None:
    """As an edit whose process ended between the commit and the message: the jobs are there, nobody is told."""
    refs = [f"client:{pk}" for pk in Client.objects.order_by("pk").values_list("pk", flat=True)]
    Job.objects.bulk_create(
        Job(kind=RECOMPUTE, object_ref=ref, input_version=version) for ref, version in jobs.bump_many(refs).items()
    )


def undisturbed(rounds: int) -> list[str]:
    """What each client's run holds after each round, computed here, one round after the other; then all is undone."""
    for round_no in range(min(rounds, _CYCLE)):
        edit_book(round_no)
        assert jobs.work(RECOMPUTE) == Client.objects.count()
    runs = runs_by_round()
    forget()
    return runs


def forget() -> None:
    ForecastRun.objects.all().delete()
    Job.objects.all().delete()
    InputVersion.objects.all().delete()


_LINES = """
SELECT c.key, r.input_version, count(l.id), sum(l.amount),
       md5(string_agg(concat_ws('|', k.number, l.opportunity_key, l.service_line, l.month, l.layer, l.amount,
           l.currency), E'\\n' ORDER BY k.number NULLS FIRST, l.opportunity_key, l.month, l.layer, l.amount,
           l.service_line, l.currency))
FROM financials_forecastrun r JOIN accounts_client c ON c.id = r.client_id
LEFT JOIN financials_forecastline l ON l.run_id = r.id LEFT JOIN financials_contract k ON k.id = l.contract_id
{where}
GROUP BY c.key, r.id, r.input_version ORDER BY r.input_version, c.key, r.id
"""
_SCHEDULES = """
SELECT k.number, s.month, s.amount FROM financials_scheduleline s
JOIN financials_contract k ON k.id = s.contract_id ORDER BY 1, 2
"""
_BANDS = """
SELECT c.key, r.input_version, b.first_month, b.last_month, b.low, b.mid, b.high, b.spread, b.lean
FROM financials_forecastrun r JOIN accounts_client c ON c.id = r.client_id
JOIN financials_forecastband b ON b.run_id = r.id
WHERE r.is_current ORDER BY c.key, b.first_month, b.last_month
"""


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def runs_by_round() -> list[str]:
    """Every run of every client: round, client, number of lines, their sum and their text's digest."""
    return [
        f"{int(str(version)) - 1} {key} {lines} {total} {digest}"
        for key, version, lines, total, digest in _rows(_LINES.format(where=""))
    ]


def expected_runs(reference: Sequence[str], rounds: int) -> list[str]:
    """The reference repeated for a campaign of more rounds than there are different edits."""
    per_round: dict[int, list[str]] = {}
    for line in reference:
        round_no, _, rest = line.partition(" ")
        per_round.setdefault(int(round_no), []).append(rest)
    return [f"{round_no} {rest}" for round_no in range(rounds) for rest in per_round[round_no % _CYCLE]]


def final_state() -> str:
    """The tables that results stand in, without ids and moments: current forecasts, bands and schedules."""
    current = _rows(_LINES.format(where="WHERE r.is_current"))
    return "\n".join(" ".join(map(str, row)) for row in (*current, *_rows(_BANDS), *_rows(_SCHEDULES)))


def unsettled() -> int:
    return Job.objects.exclude(state__in=SETTLED).count()


def tell(*words: object) -> None:
    """A line for whoever runs the soak (`pytest -s`)."""
    print(*words, flush=True)
