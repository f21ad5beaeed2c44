"""What a review draws from the account besides money: lists of the client, all in one query.

A client's review does not read judgements of people, risks or health at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject

from accounts.models import (
    Action,
    Audience,
    Client,
    ClientMember,
    Commitment,
    Feedback,
    Imperative,
    Initiative,
    Insight,
    IntelligenceNote,
    Invitation,
    Kpi,
    KpiReading,
    KpiTarget,
    MeasureReading,
    Objective,
    PlanFact,
    PlanMeasure,
    PlanMilestone,
    PlanTarget,
    Stakeholding,
    WorkStatus,
)
from accounts.models.health import HealthReading
from accounts.queries.answers import WINDOW
from accounts.queries.stakeholders import with_last_touch
from common.periods import Month
from financials.models import AlignmentTie, Contract, Milestone, ScheduleLine, TimeMonth
from qbr.models import Benefit, BenefitAmount, DeckBrand, Review, ValueCost
from qbr.queries.known import known_by

Row = dict[str, Any]
Facts = Mapping[str, list[Row]]
"""Rows by list; days as ISO text, decimals as text, so that not a digit is lost on the way."""
READINGS: Final = 2
CHARTER: Final = ("field_of_play", "our_value", "their_gain", "our_gain")
PLAN: Final = tuple(f"plan__{name}" for name in ("known_to_client", "ambition", "quarter_focus", *CHARTER))
HEALTHS: Final = 120
"""Days of health readings that are read: the newest, and the one a quarter before it."""


def load_facts(client: Client, today: date, known: date, months: tuple[Month, Month], *, internal: bool) -> Facts:
    """known: the day of composing, after which nothing is told. months: the first and the last whose fees and hours are
    wanted. One query.
    """
    lists = {**_shared(today, known), **_work(months), **(_ours() if internal else {})}
    found = Client.objects.filter(pk=client.pk).annotate(
        **{f"{name}_rows": ArraySubquery(rows) for name, rows in lists.items()}
    )
    row = found.values(*PLAN, "owner__manager__name", *(f"{n}_rows" for n in lists))
    values = row.get()
    facts: dict[str, list[Row]] = {name: values[f"{name}_rows"] for name in lists}
    facts["plan"] = [
        {
            "known": values["plan__known_to_client"] or "",
            "ambition": values["plan__ambition"] or "",
            "focus": values["plan__quarter_focus"] or "",
            "charter": [values[f"plan__{name}"] or "" for name in CHARTER],
            "escalates_to": values["owner__manager__name"] or "",
        }
    ]
    return known_by(facts, known)


def _rows(found: QuerySet[Any], *names: str, **more: Any) -> QuerySet[Any]:
    return found.values(row=JSONObject(**{name: F(name) for name in names}, **more))


def _exact(name: str) -> Cast:
    """A decimal as text: JSON numbers would come back as floats."""
    return Cast(F(name), TextField())


def _shared(today: date, known: date) -> dict[str, QuerySet[Any]]:
    of: dict[str, Any] = {"client": OuterRef("pk")}
    plan: dict[str, Any] = {"plan__client": OuterRef("pk")}
    under: dict[str, Any] = {"objective__plan__client": OuterRef("pk")}
    since = today - timedelta(days=2 * WINDOW)
    shared = Action.objects.filter(objective=OuterRef("pk"), audience=Audience.CLIENT)
    role = Stakeholding.objects.filter(contact=OuterRef("contact"), client=OuterRef("client")).values("buying_role")
    asked = Invitation.objects.filter(client=OuterRef("pk"), asked_at__date__range=(since, known)).values("client")
    return {
        "team": _rows(
            ClientMember.objects.filter(**of).order_by("duty", "person__name"), "duty",
            person=F("person_id"), name=F("person__name"),
        ),
        "promise": _rows(
            Commitment.objects.filter(**of).order_by("side", "due", "pk"),
            "side", "text", "due", "kept_on", "dropped_on", owner=F("owner__name"), made_on=_made_on(),
        ),
        "task": _rows(
            Action.objects.filter(**under)
            .exclude(status__in=[WorkStatus.DONE, WorkStatus.DROPPED])
            .order_by(F("due").asc(nulls_last=True), "position", "pk")[:120],
            "title", "due", "status", "audience", "next_step",
            owner=F("owner__name"), objective=F("objective__title"), aim=F("objective__imperative_id"),
        ),
        "aim": _rows(
            Imperative.objects.filter(**plan).order_by("position", "pk"), "pk", "title", "why", "confirmed_on"
        ),
        "goal": _rows(
            Objective.objects.filter(**plan).order_by("position", "pk").annotate(shared=Exists(shared)),
            "pk", "title", "due", "status", "shared", aim=F("imperative_id"), owner=F("owner__name"),
        ),
        "gauge": _rows(
            _with_readings(PlanMeasure.objects.filter(**under).order_by("objective_id", "position", "pk"), known),
            "title", "source", "unit", "starts_on", "due",
            goal=F("objective_id"), baseline=_exact("baseline"), target=_exact("target"),
            now=_exact("last_value"), before=_exact("value_before"),
        ),
        "point": _rows(
            PlanMilestone.objects.filter(initiative__objective__plan__client=OuterRef("pk")).order_by("due", "pk"),
            "title", "due", "reached_on", work=F("initiative_id"), aim=F("initiative__objective__imperative_id"),
        ),
        "initiative": _rows(
            Initiative.objects.filter(**under).exclude(status__in=[WorkStatus.DONE, WorkStatus.DROPPED])
            .order_by(F("starts_on").asc(nulls_last=True), "pk"),
            "pk", "title", "starts_on", "ends_on", "status", goal=F("objective_id"),
            aim=F("objective__imperative_id"), owner=F("owner__name"),
        ),
        "note": _rows(
            IntelligenceNote.objects.filter(
                Q(clients=OuterRef("pk")) | (~Q(industry="") & Q(industry=OuterRef("industry"))), expires_on__gte=today
            ).order_by("kind", "pk").distinct(),
            "pk", "kind", "title", "for_client", "so_what", "source", "happens_on", "noted_on", "expires_on",
        ),
        "benefit": _rows(
            Benefit.objects.filter(**of).order_by("pk"),
            "pk", "title", "driver", "hard", "baseline", "method", "confidence", "currency", "state",
            share=_exact("share"), confirmed=_exact("confirmed"), asked_on=F("ask__made_at"),
            answered_on=F("answered_at"),
        ),
        "benefit_month": _rows(
            BenefitAmount.objects.filter(benefit__client=OuterRef("pk")), "month", benefit=F("benefit_id"),
            amount=_exact("amount"),
        ),
        "look": _rows(
            DeckBrand.objects.filter(Q(client=OuterRef("pk")) | Q(client=None)).order_by(
                F("client_id").asc(nulls_last=True)
            ),
            "colour", "accent", logo=Func(F("logo"), Value("base64"), function="encode", output_field=TextField()),
        ),
        "spent": _rows(ValueCost.objects.filter(**of), "month", "currency", amount=_exact("amount")),
        "milestone": _rows(
            Milestone.objects.filter(contract__client=OuterRef("pk")).order_by("due", "pk"),
            "title", "due", "accepted_on", work=F("contract__title"),
        ),
        "learnt": _rows(
            Insight.objects.filter(**of).order_by("raised_on", "pk"),
            "said", "action", "raised_on", "due", "done_on", "told_on", owner=F("owner__name"),
        ),
        "answer": _rows(
            Feedback.objects.filter(**of, score__isnull=False, date__gte=since)
            .annotate(role=Subquery(role[:1]))
            .order_by("date", "pk"),
            "pk", "contact_id", "date", "scale", "score", "role",
        ),
        "asked": _rows(
            asked.annotate(asked=Count("pk"), answered=Count("pk", filter=Q(answered_at__date__lte=known))).order_by(),
            "asked", "answered",
        ),
        "kpi": _rows(
            Kpi.objects.filter(**of).order_by("category", "name", "pk"),
            "pk", "name", "unit", "direction", "gathers", "starts_on", "due",
            baseline=_exact("baseline"), target=_exact("target"), low=_exact("target_low"), high=_exact("target_high"),
        ),
        "reading": _rows(
            KpiReading.objects.filter(kpi__client=OuterRef("pk")).order_by("ends", F("starts").desc()),
            "kpi_id", "starts", "ends", actual=_exact("actual"),
        ),
        "phase": _rows(
            KpiTarget.objects.filter(kpi__client=OuterRef("pk")).order_by("ends", "pk"),
            "kpi_id", "ends", target=_exact("target"),
        ),
    }  # fmt: skip


def _work(months: tuple[Month, Month]) -> dict[str, QuerySet[Any]]:
    """What alignment follows from: contracts, what each is for, and what was scheduled and worked under it."""
    of: dict[str, Any] = {"client": OuterRef("pk")}
    deals: dict[str, Any] = {"contract__client": OuterRef("pk")}
    hours = TimeMonth.objects.filter(**of, month__range=months).order_by().values("contract_id", "month")
    total = JSONObject(contract_id=F("contract_id"), month=F("month"), hours=Cast(Sum("hours"), TextField()))
    return {
        "contract": _rows(
            Contract.objects.filter(**of).order_by("start", "number"),
            "pk", "parent_id", "currency", "title", "kind", "start", "status", amount=_exact("amount"),
        ),
        "tie": _rows(
            AlignmentTie.objects.filter(**deals).order_by("contract_id", "milestone_id", "pk"),
            "contract_id", "imperative_id", share=_exact("share"), milestone=_exact("milestone__amount"),
        ),
        "line": _rows(
            ScheduleLine.objects.filter(**deals, month__range=months), "contract_id", "month", amount=_exact("amount")
        ),
        "hours": hours.annotate(row=total).values("row"),
    }  # fmt: skip


def _made_on() -> Subquery:
    """The day of the review at which a promise was made, if at one."""
    met = Review.objects.filter(promises=OuterRef("pk"), state__in=("held", "rated", "live", "closed"))
    return Subquery(met.order_by("-day").values("day")[:1])


def _with_readings(measures: QuerySet[PlanMeasure], known: date) -> QuerySet[PlanMeasure]:
    read = MeasureReading.objects.filter(measure=OuterRef("pk"), read_on__lte=known)
    newest = read.order_by("-read_on", "-pk").values("value")
    return measures.annotate(last_value=Subquery(newest[:1]), value_before=Subquery(newest[1:READINGS]))


def _ours() -> dict[str, QuerySet[Any]]:
    of: dict[str, Any] = {"client": OuterRef("pk")}
    return {
        "person": _rows(
            with_last_touch(Stakeholding.objects.filter(**of)).order_by(
                F("power").desc(nulls_last=True), "contact__last_name", "pk"
            ),
            "power", "level", "level_wanted", "stance", "cadence_days", "last_touch",
            name=Concat("contact__first_name", Value(" "), "contact__last_name"),
            title=F("contact__title"), owner=F("owner__name"),
        ),
        "health": _rows(
            HealthReading.objects.filter(**of).order_by("-day")[:HEALTHS],
            "day", "components", "caps", "status", score=_exact("score"),
        ),
        "risk": _rows(
            PlanFact.objects.filter(plan__client=OuterRef("pk"), kind__in=["risk", "competitor"]).order_by(
                "position", "pk"
            ),
            "kind", "title", "response", "likelihood", "impact", owner=F("owner__name"),
        ),
        "plan_target": _rows(
            PlanTarget.objects.filter(plan__client=OuterRef("pk")).order_by("year"), "year", "currency",
            amount=_exact("amount"),
        ),
    }  # fmt: skip


def grouped(rows: list[Row], by: str) -> Callable[[Any], list[Row]]:
    """Rows by one of their fields; a look-up that answers [] for what is not there."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[by], []).append(row)
    return lambda key: found.get(key, [])
