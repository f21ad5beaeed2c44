"""Load the demo portfolio: an invented agency and its invented clients. Again: no change."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import BusinessUnit, Client, WhiteSpaceCell
from common import audit
from common.models import AuditEntry, FxRate
from common.periods import month_add, month_of, parse_month, quarter_of
from common.saved_views import pin_view, save_view
from financials.actions.accuracy import ask_accuracy
from financials.actions.time_edits import decide_entries
from financials.models import TimeEntry, TimeStatus
from people.models import User
from portfolio.demo import generate, reviews
from portfolio.demo.associates import associate_rows
from portfolio.demo.closing import CLOSING_DAY, close_months
from portfolio.demo.views import PINNED
from portfolio.imports.runner import load_rows
from portfolio.management.contract_story import tell_contracts
from portfolio.management.forecast_story import tell_calls, tell_forecasts, tell_overrides
from portfolio.management.map_story import tell_maps
from portfolio.management.pipeline_story import tell_pipeline
from portfolio.management.plan_story import tell_plans
from portfolio.management.review_story import tell_reviews
from portfolio.management.session_story import tell_sessions
from portfolio.management.value_story import tell_value
from portfolio.management.voice_story import tell_voice
from qbr.actions.decks import create_deck, freeze_deck, write_words
from qbr.actions.links import make_link

ACTOR = "demo"
SEED = 7
SIGN_INS = ("director", "manager", "finance", "legal", "delivery", "leadership", "admin")
KINDS = (
    "people",
    "clients",
    "teams",
    "contacts",
    "influences",
    "bonds",
    "introductions",
    "touchpoints",
    "asks",
    "commitments",
    "themes",
    "insights",
    "feedback",
    "intelligence",
    "web_analytics",
    "kpi_definitions",
    "kpis",
    "kpi_targets",
    "readings",
    "campaigns",
    "campaign_spend",
    "benefits",
    "benefit_amounts",
    "value_costs",
    "plans",
    "imperatives",
    "objectives",
    "plan_measures",
    "plan_readings",
    "initiatives",
    "plan_milestones",
    "actions",
    "plan_facts",
    "plan_targets",
    "offerings",
    "business_units",
    "whitespace",
    "contracts",
    "milestones",
    "estimates",
    "terms",
    "alignment",
    "opportunities",
    "fx",
    "index_readings",
    "rates",
    "time",
    "leave",
    "allocations",
    "budgets",
    "targets",
    "ledger",
    "purchase_orders",
    "invoices",
)
POSTED_APART = 18
"""Months of the ledger, back from the open one, each posted before its own close."""
NOTE = "Demo data: an invented client of an invented agency."

Rows = list[dict[str, str]]


class Command(BaseCommand):
    help = "Load the demo portfolio. Running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="tell the story as of this day (default: today)")
        parser.add_argument("--password", help="for the demo sign-ins (default: DEMO_PASSWORD, as `make run` sets it)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        as_of = story_day(options["as_of"], timezone.localdate())
        password = options["password"] or known_password()
        with transaction.atomic():
            changed = 0 if loaded_day() else self._tell(as_of, now)
            changed += set_passwords(password, replace=bool(options["password"]))
        self.stdout.write(f"Demo portfolio as of {as_of}: {changed:,} changes." if changed else "No change.")

    def _tell(self, as_of: date, now: datetime) -> int:
        """The whole story, once: from then on its rows belong to the people who edit them."""
        book = generate(as_of, SEED)
        changed = load_book(book, now, self.stdout.write)
        changed += tell_contracts(as_of, SEED, actor=ACTOR, now=now)
        changed += tell_pipeline(as_of, SEED, actor=ACTOR, now=now)
        sign_cells()
        changed += approve_time(as_of)
        changed += close_months(as_of)
        changed += add_reviews(as_of)
        changed += pin_views()
        changed += tell_forecasts(as_of, now=now)
        changed += tell_calls(as_of)
        changed += tell_overrides(as_of, now=now)
        changed += tell_voice(as_of, now=now)
        changed += tell_value(as_of, now=now)
        changed += tell_maps(as_of)
        changed += tell_plans(as_of)
        changed += tell_sessions(as_of)
        changed += tell_reviews(as_of, now=timezone.now())
        ask_accuracy(actor=ACTOR)
        label_clients(book["clients"])
        audit.record(actor=ACTOR, verb="loaded", kind="demo", object_id=as_of.isoformat(), label="Demo portfolio")
        return changed


def loaded_day() -> date | None:
    entry = AuditEntry.objects.filter(verb="loaded", object_kind="demo").order_by("pk").first()
    return date.fromisoformat(entry.object_id) if entry else None


def story_day(asked: date | None, today: date) -> date:
    """The day of the first load stays: another month would tell another story over the same keys."""
    loaded = loaded_day()
    if loaded is None:
        return asked or today
    if asked not in (None, loaded):
        raise CommandError(f"The demo portfolio of {loaded} is already here. Load another day into an empty database.")
    return loaded


def known_password() -> str:
    """What `make run` chose; outside of it, from the file it keeps."""
    if password := str(getattr(settings, "DEMO_PASSWORD", "") or ""):
        return password
    kept = Path(settings.DATA_DIR) / "demo_password"
    if kept.is_file():
        return kept.read_text().strip()
    raise CommandError("No password for the demo sign-ins: give --password or set DEMO_PASSWORD.")


def load_book(book: dict[str, Rows], now: datetime, say: Any) -> int:
    changed = 0
    for kind in KINDS:
        counts = Counter[str]()
        for rows, at in by_posting(book[kind], now) if kind == "ledger" else [(book[kind], now)]:
            report = load_rows(kind, rows, actor=ACTOR, now=at, file_name=f"demo {kind}")
            if report.error or report.rejects:
                first = "; ".join(f"row {line}: {reason}" for line, reason in report.rejects[:5])
                raise CommandError(f"{kind}: {report.rejected} rows were refused. {report.error} {first}")
            counts.update(created=report.created, updated=report.updated, unchanged=report.unchanged)
        changed += counts["created"] + counts["updated"]
        say(f"{kind}: " + ", ".join(f"{counts[name]:,} {name}" for name in ("created", "updated", "unchanged")))
    date_rates(now)
    return changed


def by_posting(rows: Rows, now: datetime) -> list[tuple[Rows, datetime]]:
    """The ledger as it was posted: each month of the last ones before its close, all older ones together. A forecast of
    the story's past must find the costs of the months it knew as closed."""
    months = sorted({row["month"] for row in rows})
    old = months[: -POSTED_APART or None]
    parts = [([row for row in rows if row["month"] in set(old)], old[-1])] if old else []
    parts += [([row for row in rows if row["month"] == month], month) for month in months[len(old) :]]
    return [(part, min(posted_in(month), now)) for part, month in parts]


def posted_in(month: str) -> datetime:
    """Three days before the close of the month."""
    day = month_add(parse_month(month), 1).replace(day=CLOSING_DAY) - timedelta(days=3)
    return datetime.combine(day, time(9), tzinfo=UTC)


def date_rates(now: datetime) -> None:
    """Each month's rates were known when it was closed: a forecast of the past is read at the rates of its day."""
    rates = list(FxRate.objects.all())
    for one in rates:
        one.created_at = min(posted_in(f"{one.month:%Y-%m}"), now)
    FxRate.objects.bulk_update(rates, ["created_at"])


def sign_cells() -> None:
    """What is known of the white space was said by whoever owns the unit; by the director where nobody does."""
    director = User.objects.get(email="director@demo.example")
    owner = BusinessUnit.objects.filter(pk=OuterRef("unit")).values("owner")
    WhiteSpaceCell.objects.update(judged_by=Coalesce(Subquery(owner), director.pk))


def approve_time(as_of: date) -> int:
    """All but the studio's last three weeks, by the director; a few of those were sent back."""
    director = User.objects.get(email="director@demo.example")
    waiting = TimeEntry.objects.filter(status=TimeStatus.SUBMITTED)
    now = datetime.combine(as_of, time(9), tzinfo=UTC)
    associates = [row["email"] for row in associate_rows()]
    User.objects.filter(email__in=associates).update(is_active=False)  # their hours come from the studio's own system
    old = waiting.filter(Q(date__lt=as_of - timedelta(days=21)) | Q(person__email__in=associates))
    done = old.update(status=TimeStatus.APPROVED, decided_by=director.email, decided_at=now)
    odd = waiting.filter(hours__gte=9).order_by("-date", "pk").values("pk")[:4]
    back = decide_entries(
        entries=TimeEntry.objects.filter(pk__in=list(odd.values_list("pk", flat=True))),
        status=TimeStatus.REJECTED,
        user_id=director.pk,
        actor=director.email,
        now=now,
    )
    return done + back.changed


def add_reviews(as_of: date) -> int:
    """Drafts of the last whole quarter for clients without a review; of one also the quarter before, frozen, shared."""
    made = 0
    for client in Client.objects.select_related("owner").filter(key__in=(reviews.CLIENT, *reviews.OTHERS)):
        if client.owner is not None and not client.decks.exists():
            made += _reviews_of(client, client.owner, as_of)
    return made


def _reviews_of(client: Client, owner: User, as_of: date) -> int:
    period = quarter_of(month_add(month_of(as_of), -3))
    written = client.key == reviews.CLIENT
    for audience in reviews.AUDIENCES:
        deck = create_deck(client=client, period=period, kind="qbr", audience=audience, held_on=None, actor=owner)
        if written and audience == "client":
            for slide, words in reviews.WORDS.items():
                write_words(deck=deck, slide=slide, words=words, hidden=False, expected=0, actor=owner)
    if not written:
        return len(reviews.AUDIENCES)
    before = quarter_of(month_add(month_of(as_of), -6))
    earlier = create_deck(client=client, period=before, kind="qbr", audience="client", held_on=None, actor=owner)
    now = timezone.now()
    freeze_deck(deck=earlier, actor=owner, now=now, confirmed=True)
    earlier.refresh_from_db()
    until = client.local_date(now) + timedelta(days=30)
    make_link(deck=earlier, label=reviews.SHARED_WITH, expires_on=until, actor=owner, now=now)
    return len(reviews.AUDIENCES) + 1


def pin_views() -> int:
    people = dict(User.objects.values_list("email", "pk"))
    for email, page, name, query in PINNED:
        owner = people[email]
        view = save_view(page=page, name=name, query=query, shared=False, owner_id=owner, actor=ACTOR)
        pin_view(view=view, owner_id=owner, actor=ACTOR)
    return len(PINNED)


def set_passwords(password: str, *, replace: bool) -> int:
    """For those who cannot sign in yet; for all of them if a password was asked for."""
    count = 0
    for person in User.objects.filter(email__in=[f"{name}@demo.example" for name in SIGN_INS]).order_by("pk"):
        if person.check_password(password) or (person.has_usable_password() and not replace):
            continue
        person.set_password(password)
        person.save(update_fields=["password"])
        changes = {"password": ("(not shown)", "(changed)")}
        audit.record(
            actor=ACTOR, verb="changed", kind="person", object_id=person.pk, label=person.name, changes=changes
        )
        count += 1
    return count


def label_clients(rows: Rows) -> None:
    Client.objects.filter(key__in=[row["key"] for row in rows], notes="").update(notes=NOTE)
