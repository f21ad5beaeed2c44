"""What may be asked of the loader, and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.access import clients_for
from common.imports import ImportKind, Unusable, kinds
from common.models import ImportBatch
from common.money import is_currency
from common.policies import DIRECTOR, FINANCE
from people.models import User
from portfolio.imports.sources import Part, Source, crm_sales, ga4, ics, neutral, sources, timesheets, xero
from portfolio.imports.sources.neutral import LOAD_ORDER

BUNDLE = "bundle"
LATER_SOURCES = (
    "salesforce",
    "hubspot",
    "quickbooks",
    "netsuite",
    "adobe",
)
REGISTERED = (neutral, crm_sales, timesheets, xero, ga4, ics)
"""Importing these modules registers the sources."""


@dataclass(frozen=True, slots=True)
class Options:
    source: str = "neutral"
    currency: str = ""
    owner: str = ""
    dry_run: bool = False
    accept_valid: bool = False
    encoding: str = ""
    client: str = ""
    first: str = ""
    last: str = ""

    def for_kinds(self) -> Mapping[str, str]:
        """client, from, to: of exports that do not say whose and of which days they are."""
        return {
            "currency": self.currency, "owner": self.owner, "client": self.client, "from": self.first, "to": self.last,
        }  # fmt: skip


def check(kind: str, options: Options, user: User | None) -> Source:
    """Raises Unusable when the request itself cannot be met."""
    source = _source(options.source)
    if kind == BUNDLE:
        if not source.bundle:
            raise Unusable(f"{source.label} has no bundle: load its files one kind at a time.")
    elif kind not in kinds:
        raise Unusable(f"“{kind}” is no kind of file. Kinds: {', '.join(kind.name for kind in all_kinds())}.")
    elif source.kinds and kind not in source.kinds:
        raise Unusable(f"{source.label} has no {kind}. It has: {', '.join(source.kinds)}, or all as a bundle.")
    if options.currency and not is_currency(options.currency):
        raise Unusable(f"“{options.currency}” is not a currency: write an ISO 4217 code such as USD.")
    if source.needs_currency and not options.currency:
        raise Unusable(f"{source.label} names no currency: say which with --currency, for example --currency USD.")
    if options.owner and not User.objects.filter(email=options.owner).exists():
        raise Unusable(f"--owner {options.owner} is no one here.")
    if options.client and user is not None and not clients_for(user).filter(key=options.client).exists():
        raise Unusable(f"“{options.client}” is no client here.")
    if user is not None and kind not in allowed_kinds(user):
        raise Unusable(f"Your role does not load {kind}.")
    return source


def check_parts(parts: Sequence[Part], user: User | None) -> None:
    """Raises Unusable when a bundle brings what this person may not load."""
    allowed = set(allowed_kinds(user)) if user is not None else set(kinds.names())
    barred = sorted({part.kind for part in parts if part.kind in kinds} - allowed)
    if barred:
        raise Unusable(f"Your role does not load {', '.join(barred)}.")


def _source(name: str) -> Source:
    if name in LATER_SOURCES:
        raise Unusable(f"Files of {name} cannot be loaded yet: that source arrives with a later release.")
    source = sources.get(name)
    if source is None:
        raise Unusable(f"“{name}” is no source. Sources: {', '.join(sources.names())}.")
    return source


def allowed_kinds(user: User) -> list[str]:
    """What this person may load from the page; of a bundle, each file is judged by its kind."""
    if not user.is_active:
        return []
    own = [kind.name for kind in all_kinds() if user.role in kind.roles]
    return [*own, BUNDLE] if own else []


def all_kinds() -> list[ImportKind]:
    """In load order; one this list does not know comes last."""
    return sorted((kind for _, kind in kinds), key=lambda kind: (*LOAD_ORDER, kind.name).index(kind.name))


def batches_for(user: User) -> QuerySet[ImportBatch]:
    """One's own loads; finance also sees those of the files it keeps. Refused rows may tell of clients out of sight."""
    if user.role not in (DIRECTOR, FINANCE) or not user.is_active:
        return ImportBatch.objects.none()
    mine = Q(loaded_by=user.email)
    if user.role == FINANCE:
        mine |= Q(kind__in=[kind.name for kind in all_kinds() if FINANCE in kind.roles])
    return ImportBatch.objects.filter(mine).defer("upload", "rejects").order_by("-id")
