"""The demo's reviews: each client's last one, held, rated and closed, whose promises open the next one, planned; some of
them, and one annual meeting, are being prepared.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from accounts.models import Client, ClientStatus, Commitment, Contact, Feedback, Invitation, Scale, Survey
from common.periods import month_add, month_of
from financials.models.forecast import ForecastRun
from people.models import User
from qbr.access import get_deck_for
from qbr.actions.decks import AlreadyThere, create_deck, freeze_deck
from qbr.calc.cadence import looked_at, working_day
from qbr.calc.life import ORDER
from qbr.models import Review, ReviewRating, ReviewStep
from qbr.queries.calendar import proposals

# ruff: noqa: E501 - a table reads best with one row a line


class Told(NamedTuple):
    """decided: one a line. ours, theirs: scores; theirs blank where they did not answer."""

    minutes: str
    decided: tuple[str, ...]
    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    comment: str = ""


USUAL: Final = Told(
    "We went through the promises first, then the quarter against plan and what each service line does next.",
    ("The plan for the quarter stands as shown", "Open points go to the monthly call"),
    (4,), (4,),
)  # fmt: skip
TOLD: Final[dict[str, Told]] = {
    "halden-pharma": Told(
        "Dana opened with the renewals and wants both in one paper. Tomasz asked what the Brazil request costs; we owe the figure. Imani confirmed that review time is down and wants the shared queue to stay. Procurement listened and asked for the rate benchmark.",
        ("The shared medical review queue becomes permanent", "Both renewals are decided in one meeting before notice"),
        (4, 5), (4, 5), "Short, and the numbers were ours before they were yours. Keep it so.",
    ),
    "marlow-bank": Told(
        "Fiona took the brand tracking to her board the same day. The chief operating officer asked for one page on what the bank spends with agencies. Mortgage delivered early and nobody had to say so twice.",
        ("One view of agency spend each quarter", "The wealth launch is accepted stage by stage"),
        (5,), (5, 4), "The first review in which we decided something.",
    ),
    "corvus-retail": Told(
        "Janelle spent the first half on store traffic. We had no recovery plan with us and said so. The media team is two planners short; freelancers cover. Procurement mentioned a media review.",
        ("We come back with a recovery plan within two weeks",),
        (2, 3), (2,), "You told us what happened. We needed to hear what you will do.",
    ),
    "kestrel-air": Told(
        "Tariq showed the gap to target by route. The CFO wants media down by a fifth unless the next plan shows two levels.",
        ("A rebuilt media plan with two budget levels",),
        (3,), (), "",
    ),
}  # fmt: skip
AHEAD: Final = {"halden-pharma": (9, "draft"), "marlow-bank": (20, "draft"), "corvus-retail": (2, "draft")}
"""Whose last quarter is reviewed late, in so many days: their decks are being written. Corvus is behind."""
SHOWN: Final = ("corvus-retail", "kestrel-air", "marlow-bank", "northline-rail", "ostra-foods", "tesserine-software")
"""Whose last review kept the deck it was held with, frozen with what was known a week before."""
MEETING: Final = "ostra-foods"
"""Whose annual meeting is two weeks away."""
MEETING_IN: Final = 12


def tell_reviews(as_of: date, *, now: datetime) -> int:
    """Told once, after the promises and contacts are there; returns how many reviews."""
    if Review.objects.exists():
        return 0
    made = 0
    clients = Client.objects.select_related("owner").exclude(status__in=[ClientStatus.LOST, ClientStatus.PROSPECT])
    for client in clients.order_by("key"):
        made += _held(client, _day_of_last(as_of, 2 if client.key in AHEAD else 1))
        if client.key in AHEAD:
            days, state = AHEAD[client.key]
            made += _under_way(client, working_day(as_of + timedelta(days=days)), "qbr", state, now)
        if client.key == MEETING:
            made += _under_way(client, working_day(as_of + timedelta(days=MEETING_IN)), "annual", "data", now)
    return made + _next_ones(as_of)


def _people(client: Client) -> tuple[list[User], list[Contact]]:
    """The owner and the team's account managers; the three most powerful of theirs."""
    ours = [client.owner] if client.owner else []
    ours += list(User.objects.filter(client_duties__client=client, role="account_manager").order_by("name")[:2])
    theirs = Contact.objects.filter(stakeholdings__client=client, identified=True, client=client)
    return ours, list(theirs.order_by("-stakeholdings__power", "last_name")[:3])


def _at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _made(client: Client, day: date, kind: str, state: str, told: Told | None = None) -> Review:
    owner = client.owner
    review = Review.objects.create(
        key=f"DEMO-R-{client.key}-{kind}-{day:%Y%m}", client=client, kind=kind, day=day, state=state, owner=owner,
        period=looked_at(day, kind, client.fiscal_year_start), starts_at=time(10), place="At theirs",
        length=75 if kind == "qbr" else 240,
        minutes=told.minutes if told else "", decisions="\n".join(told.decided) if told else "",
    )  # fmt: skip
    ours, theirs = _people(client)
    review.ours.set(ours)
    review.theirs.set(theirs)
    way, before = ORDER[: ORDER.index(state) + 1], ""
    for place, after in enumerate(way):
        on = day - timedelta(days=30) if after == "planned" else day + timedelta(days=_DAYS[place])
        ReviewStep.objects.create(
            review=review, before=before, after=after, at=_at(on), by=owner.email if owner else "demo"
        )
        before = after
    return review


_DAYS: Final = (-30, -8, -7, -4, -3, 0, 5, 6, 9)
"""When each step was taken, from the day of the meeting."""


def _day_of_last(as_of: date, back: int) -> date:
    """In the first month of a quarter, the `back`-th that is long enough ago for its review to be closed."""
    month = month_add(month_of(as_of), 1 - as_of.month % 3 if as_of.month % 3 else -2)
    days = [working_day(date(one.year, one.month, 20)) for one in (month_add(month, -3 * ago) for ago in range(4))]
    return [day for day in days if day + timedelta(days=12) <= as_of][back - 1]


def _held(client: Client, day: date) -> int:
    told = TOLD.get(client.key, USUAL)
    review = _made(client, day, "qbr", "closed", told)
    review.survey = _survey(review, told)
    review.save(update_fields=["survey"])
    for person, score in zip(User.objects.filter(reviews=review).order_by("pk"), told.ours, strict=False):
        ReviewRating.objects.create(review=review, person=person, score=score)
    promises = list(Commitment.objects.filter(client=client, due__gt=day).order_by("due", "pk"))
    if not promises:
        owner = client.owner
        promises = [
            Commitment.objects.create(
                key=f"DEMO-P-{client.key}", client=client, side="ours", owner=owner,
                text="Figures of the quarter by market, one page", due=day + timedelta(days=14),
                kept_on=day + timedelta(days=12),
            )
        ]  # fmt: skip
    review.promises.set(promises)
    if client.key in SHOWN:
        _shown(review)
    return 1


def _shown(review: Review) -> None:
    """The client's deck as it was frozen then; its file is made by the workers, as of any other."""
    client, actor, then = review.client, review.owner, _at(review.day + timedelta(days=_DAYS[1]))
    run = ForecastRun.objects.filter(client=client, computed_at__lte=then).order_by("-computed_at").first()
    if actor is None or run is None:
        return
    Review.objects.filter(pk=review.pk).update(as_of=then, run=run.pk)
    try:
        made = create_deck(
            client=client, period=review.period, kind=review.kind, audience="client", held_on=review.day, actor=actor
        )
    except AlreadyThere:
        return
    freeze_deck(deck=get_deck_for(actor, made.pk), actor=actor, now=then, confirmed=True)


def _survey(review: Review, told: Told) -> Survey:
    theirs = list(review.theirs.order_by("pk"))
    survey = Survey.objects.create(
        key=f"DEMO-S-{review.key}"[:80], client=review.client, title=f"{review}, {review.day:%d %b %Y}"[:160],
        scale=Scale.CSAT, question="How much was our review worth your time?", owner=review.owner,
        closes_on=review.day + timedelta(days=14),
    )  # fmt: skip
    for place, contact in enumerate(theirs):
        score = told.theirs[place] if place < len(told.theirs) else None
        answered = _at(review.day + timedelta(days=3), 15) if score is not None else None
        asked = Invitation.objects.create(
            survey=survey, client=review.client, contact=contact, asked_at=_at(review.day, 17), answered_at=answered
        )
        if score is not None:
            Feedback.objects.create(
                source_ref=f"survey:{survey.key}:{asked.pk}", client=review.client, contact=contact, invitation=asked,
                date=review.day + timedelta(days=3), scale=Scale.CSAT, score=score,
                comment=told.comment if place == 0 else "",
            )  # fmt: skip
    return survey


def _under_way(client: Client, day: date, kind: str, state: str, now: datetime) -> int:
    """Its data is frozen as it stands now: entries posted by then are what its decks read."""
    review = _made(client, day, kind, state)
    run = ForecastRun.objects.filter(client=client, is_current=True).values_list("pk", flat=True).first()
    agenda = (
        "" if kind == "qbr" else "Where they are heading\nThe year against what we agreed\nThree bets for next year"
    )
    Review.objects.filter(pk=review.pk).update(as_of=now, run=run, agenda=agenda)
    ReviewStep.objects.filter(review=review).update(at=now)
    return 1


def _next_ones(as_of: date) -> int:
    """As the cadence proposes them, business reviews alone: annual meetings are left to be planned on the page."""
    director = User.objects.get(email="director@demo.example")
    made = 0
    for one in proposals(director, _at(as_of)):
        if one.kind == "qbr":
            _made(one.client, one.day, "qbr", "planned")
            made += 1
    return made
