"""Reports that are one table: the rows of their page, under the heads of the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeVar

import orjson
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.access import clients_for
from common.exports import About, csv_response, xlsx_response
from common.money import is_currency, quantise
from common.periods import YEARS, InvalidPeriod, Month, format_month, parse_month
from financials.calc.receivables import BUCKETS, Aged
from financials.queries.receivables import DebtRequest, load_receivables
from financials.queries.renewals import renewals_ahead
from financials.queries.retention import GROUPS as RETENTION_GROUPS
from financials.queries.retention import Group, RetentionRequest, load_retention
from people.access import Abilities
from people.models import User
from portfolio.api.authentication import require_scope
from portfolio.api.problems import Problem
from portfolio.api.reports import FORMATS, SIX, ReportBody, read_instant
from portfolio.api.schema import problems
from portfolio.api.views import ApiView

Wrong = list[tuple[str, str]]
F = TypeVar("F", bound=Callable[..., Any])
ALWAYS: Final = frozenset({"format", "client", "owner", "tier", "currency", "as_of", "group_by", "from", "to"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table report may be asked for, read and checked. as_of: None is now. more: what only this
    report takes, as given.
    """

    first: Month | None
    last: Month | None
    group_by: tuple[str, ...]
    client: str
    owner: str
    tier: str
    currency: str
    as_of: datetime | None
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def day(self) -> date | None:
        return None if self.as_of is None else self.as_of.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Table:
    """columns: the groups, then the contract's. rows: dicts of just these; None unknown. ratios: six-place columns."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    currency: str
    first: Month
    last: Month
    as_of: datetime
    run: str = ""
    missing: Sequence[str] = ()
    notes: Sequence[str] = ()


class TableView(ApiView):
    """One report. groups: what it may be grouped by; none where its rows are records. takes: parameters only it has."""

    name: ClassVar[str]
    groups: ClassVar[tuple[str, ...]]
    takes: ClassVar[tuple[str, ...]] = ()

    def may(self, can: Abilities) -> bool:
        return can.see_money

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        raise NotImplementedError

    def answer(self, request: Request) -> HttpResponseBase:
        require_scope(request, "read:reports")
        if not self.may(self.can):
            raise PermissionDenied("Your role does not include this report.")
        wanted = request.GET.get("format", "json")
        asked = read_request(request.GET, self.groups, self.takes)
        table = self.read(self.person, asked, timezone.now())
        if table.missing:
            errors = [("?currency", text) for text in table.missing]
            raise Problem(422, "Some exchange rates are missing: load them, then ask again.", errors=errors)
        file_name = f"{self.name}-{format_month(table.last)}"
        if wanted != "json":
            cells = [[row[name] for name in table.columns] for row in table.rows]
            if wanted == "csv":
                return csv_response(file_name, table.columns, cells)
            return xlsx_response(file_name, table.columns, cells, about=self._about(asked, table))
        body = {
            "report": self.name,
            "currency": table.currency,
            "from": format_month(table.first),
            "to": format_month(table.last),
            "as_of": table.as_of,
            "run": table.run,
            "rows": [{name: _text(row[name]) for name in table.columns} for row in table.rows],
            "tie_out": None,
            "notes": list(table.notes),
        }
        return HttpResponse(orjson.dumps(body), content_type="application/json")

    def _about(self, asked: Asked, table: Table) -> About:
        return About(
            self.name.replace("-", " ").capitalize(),
            as_of=table.as_of,
            period=f"{format_month(table.first)} to {format_month(table.last)}",
            currency=table.currency,
            filters=(("Client", asked.client), ("Owner", asked.owner), ("Tier", asked.tier)),
            notes=tuple(table.notes),
            columns=tuple("rate" if name in RATES else "" for name in table.columns),
        )


RATES: Final = frozenset(
    {
        *("used", "done", "burn", "nrr", "grr", "dso"),
        *("probability", "utilisation", "coverage", "contribution_margin"),
    }
)
"""Columns at six places, which a workbook shows as they are."""


def describe(name: str, words: str, groups: tuple[str, ...]) -> Callable[[F], F]:
    """The OpenAPI description of one report."""
    by = OpenApiParameter("group_by", str, description=f"Comma-separated: {', '.join(groups)}.")
    schema: Callable[[F], F] = extend_schema(
        tags=["reports"],
        operation_id=f"reports_{name.replace('-', '_')}",
        description=words,
        parameters=[
            OpenApiParameter("format", str, enum=list(FORMATS)),
            *([by] if groups else []),
            OpenApiParameter("from", str, description="YYYY-MM."),
            OpenApiParameter("to", str, description="YYYY-MM."),
            OpenApiParameter("client", str, description="Key of a client."),
            OpenApiParameter("owner", str, description="E-mail."),
            OpenApiParameter("tier", str),
            OpenApiParameter("currency", str, description="Default: the caller's portfolio's."),
            OpenApiParameter("as_of", str, description="An instant; of balances also a day, YYYY-MM-DD."),
        ],
        responses={
            200: ReportBody,
            (200, "text/csv"): OpenApiResponse(str),
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiResponse(bytes),
            **problems(400, 401, 403, 422, 429),
        },
    )
    return schema


def read_request(given: Mapping[str, str], groups: tuple[str, ...], takes: tuple[str, ...] = ()) -> Asked:
    wrong: Wrong = [(f"?{name}", "no such parameter") for name in given if name not in ALWAYS.union(takes)]
    if given.get("format", "json") not in FORMATS:
        wrong.append(("?format", "json, csv or xlsx"))
    if any("\x00" in value for value in given.values()):
        wrong.append(("?", "holds a NUL character"))
    currency = given.get("currency", "")
    if currency and not is_currency(currency):
        wrong.append(("?currency", "not an ISO 4217 code"))
    by = tuple(name for name in given.get("group_by", "").split(",") if name)
    if len(set(by)) < len(by):
        wrong.append(("?group_by", "a group is named twice"))
    wrong += [
        ("?group_by", f"cannot group by {name}; choose from {', '.join(groups)}") for name in by if name not in groups
    ]
    first, last = (None if name in takes else _month(given, name, wrong) for name in ("from", "to"))
    as_of = _as_of(given.get("as_of", ""), wrong)
    if wrong:
        raise Problem(400, "Some query parameters do not hold.", errors=wrong)
    words = {name: given.get(name, "") for name in ("client", "owner", "tier")}
    return Asked(
        first=first,
        last=last,
        group_by=by,
        currency=currency,
        as_of=as_of,
        more={name: given.get(name, "") for name in takes},
        **words,
    )


def _month(given: Mapping[str, str], name: str, wrong: Wrong) -> Month | None:
    try:
        return parse_month(given[name]) if given.get(name) else None
    except InvalidPeriod:
        wrong.append((f"?{name}", "write YYYY-MM"))
        return None


def _as_of(text: str, wrong: Wrong) -> datetime | None:
    try:
        found: datetime | None = datetime.combine(date.fromisoformat(text), time(23, 59, 59), tzinfo=UTC)
    except ValueError:
        found = read_instant(text, wrong)
    if found is not None and found.year not in YEARS:  # days are counted from it, either way
        wrong.append(("?as_of", f"years run from {YEARS[0]} to {YEARS[-1]}"))
    return found


def _text(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


class ReceivablesView(TableView):
    name = "receivables"
    groups = ("client",)

    @describe("receivables", "Aged debt by days past due, balances at the closing rate, and DSO in days.", groups)
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        wanted = DebtRequest(asked.day, asked.client, asked.owner, asked.tier, asked.currency)
        found = load_receivables(user, wanted, now=now)
        by_client = asked.group_by == ("client",)
        several = [(one.key, one.aged) for one in sorted(found.rows, key=lambda one: one.key)]
        rows = several if by_client else [("", found.total)][: len(several)]
        month = found.as_of.replace(day=1)
        return Table(
            columns=(*asked.group_by, "currency", *BUCKETS, "dso"),
            rows=[{"client": key, **_aged(aged, found.currency)} for key, aged in rows],
            currency=found.currency,
            first=month,
            last=month,
            as_of=asked.as_of or now,
            missing=found.missing,
            notes=[found.rates_note] if found.rates_note else [],
        )


def _aged(aged: Aged, currency: str) -> dict[str, Any]:
    values = {name: aged.buckets[name] for name in BUCKETS}
    shown = {name: None if value is None else quantise(value, currency) for name, value in values.items()}
    return {"currency": currency, **shown, "dso": None if aged.dso is None else aged.dso.quantize(SIX)}


class RetentionView(TableView):
    name = "retention"
    groups = RETENTION_GROUPS

    @describe("retention", "Net and gross retention: twelve months to `to` against the twelve before.", groups)
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        wanted = RetentionRequest(asked.last, asked.client, asked.owner, asked.tier, asked.currency)
        book = load_retention(user, wanted, now=now)
        groups, code = book.grouped(asked.group_by), book.currency
        return Table(
            columns=(*asked.group_by, "then", "now", "nrr", "grr", "escalators"),
            rows=[
                {**{name: part or None for name, part in zip(asked.group_by, key, strict=True)}, **_kept(group, code)}
                for key, group in groups
            ],
            currency=book.currency,
            first=book.now[0],
            last=book.now[1],
            as_of=now,
            run=f"ledger-{book.basis.ledger_no}",
            missing=[f"A rate of {name} is missing." for name in book.unknown],
            notes=[book.source],
        )


def _kept(group: Group, currency: str) -> dict[str, Any]:
    found = group.found
    return {
        "then": quantise(found.then, currency),
        "now": quantise(found.now, currency),
        "nrr": None if found.nrr is None else found.nrr.quantize(SIX),
        "grr": None if found.grr is None else found.grr.quantize(SIX),
        "escalators": quantise(group.escalators, currency),
    }


RENEWAL_DAYS: Final = 365
RENEWAL_COLUMNS: Final = (
    "contract", "client", "ends_on", "notice_on", "kind", "amount", "currency", "probability", "status",
)  # fmt: skip


class RenewalsView(TableView):
    name = "renewals"
    groups = ()

    @describe("renewals", "Contracts whose notice, or term, falls due within a year, in their own currency.", groups)
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def may(self, can: Abilities) -> bool:
        return can.see_contracts

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        found = renewals_ahead(user, today=asked.day or now.date(), days=RENEWAL_DAYS)
        narrowed = {"key": asked.client, "owner__email": asked.owner, "tier": asked.tier}
        if any(narrowed.values()):
            clients = clients_for(user).filter(**{path: value for path, value in narrowed.items() if value})
            keys = set(clients.values_list("key", flat=True))
            found = [row for row in found if row.client_key in keys]
        month = (asked.day or now.date()).replace(day=1)
        return Table(
            columns=RENEWAL_COLUMNS,
            rows=[
                {
                    "contract": row.number,
                    "client": row.client_key,
                    "ends_on": row.ends_on.isoformat(),
                    "notice_on": row.notice_on.isoformat() if row.notice_on else None,
                    "kind": row.kind,
                    "amount": None if row.amount is None else quantise(row.amount, row.currency),
                    "currency": row.currency,
                    "probability": None if row.probability is None else row.probability.quantize(SIX),
                    "status": row.status,
                }
                for row in found
            ],
            currency=asked.currency,
            first=month,
            last=month,
            as_of=now,
        )
