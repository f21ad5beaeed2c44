"""The voice of one client: scores, answers, themes, what we did about it, and who was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.calc.voice import Loop, class_of, loop_of, suggested
from accounts.models import Client, Feedback, Insight, InsightKind, Invitation, QuoteState, Scale, Survey, Theme
from accounts.queries.answers import Scores, load_scored, scores_of, sees_answers, window
from common.figures import Figure, figure_id
from common.formats import day_short, number, plural

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 60
_CLASS = {"promoter": ("on_track", "Promoter"), "passive": ("watch", "Passive"), "detractor": ("at_risk", "Detractor")}


@dataclass(frozen=True, slots=True)
class ThemeChip:
    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer, for readers who may see it. offered: themes its words suggest and nobody has tagged yet."""

    pk: int
    version: int
    on: date
    who: str
    title: str
    score: str
    shape: str
    class_word: str
    comment: str
    quote: str
    quote_word: str
    themes: tuple[ThemeChip, ...]
    offered: tuple[ThemeChip, ...]
    insight: str
    replied_on: date | None
    needs_reply: bool
    url: str


@dataclass(frozen=True, slots=True)
class InsightRow:
    """state: open, late, done (the client not told yet) or told. days: from raising to telling."""

    pk: int
    version: int
    client_key: str
    client: str
    said: str
    action: str
    kind: str
    theme: str
    owner: str
    due: date | None
    raised_on: date
    told_on: date | None
    told_how: str
    state: str
    shape: str
    words: str
    url: str
    done_url: str


@dataclass(frozen=True, slots=True)
class SurveyRow:
    key: str
    title: str
    client: str
    scale: str
    closes_on: date
    is_open: bool
    asked: int
    answered: int
    url: str


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """answers: tagged with it in the window; promoters and detractors of them, where they carry a score."""

    pk: int
    name: str
    answers: int
    promoters: int
    detractors: int


@dataclass(frozen=True, slots=True)
class VoicePage:
    """answers: None for readers of scores alone. told: what we did and said so, newest first."""

    finding: str
    scores: Scores
    before: Scores
    nps: Figure
    role_weighted: Figure
    csat: Figure
    rate: Figure
    loop: Loop
    loop_days: Figure
    asked: int
    answered: int
    answers: tuple[AnswerRow, ...] | None
    themes: tuple[ThemeRow, ...]
    all_themes: tuple[ThemeChip, ...]
    insights: tuple[InsightRow, ...]
    told: tuple[InsightRow, ...]
    quotes: tuple[AnswerRow, ...]
    surveys: tuple[SurveyRow, ...]


def all_themes() -> list[Theme]:
    return list(Theme.objects.all())


def load_voice(user: User, client: Client, today: date) -> VoicePage:
    """At most eight queries."""
    may = sees_answers(user)
    first, last = window(today)
    scored = load_scored(client.feedback.all(), first=window(today, 1)[0], last=last)
    scores = scores_of([one for one in scored if one.on >= first], open_to_all=may)
    before = scores_of([one for one in scored if one.on < first], open_to_all=may)
    themes = list(Theme.objects.all())
    listed = _answers(client, themes) if may else None
    found = list(client.insights.select_related("owner", "theme", "client"))
    insights = [insight_row(one, today) for one in found]
    surveys = survey_rows(Survey.objects.filter(client=client), Q(invitations__client=client), today)
    asked, answered = asked_of(Invitation.objects.filter(client=client), today)
    loop = loop_of((one.raised_on, one.done_on, one.told_on) for one in found)
    figures = voice_figures(client, scores, asked=asked, answered=answered, loop=loop)
    told = sorted((row for row in insights if row.told_on), key=lambda row: (row.told_on or today, row.pk))
    return VoicePage(
        finding=_finding(client.name, scores, before, listed),
        scores=scores,
        before=before,
        loop=loop,
        asked=asked,
        answered=answered,
        answers=listed,
        themes=_theme_rows(client, first, last) if may else (),
        all_themes=tuple(ThemeChip(theme.pk, theme.name) for theme in themes),
        insights=tuple(row for row in insights if row.told_on is None),
        told=tuple(reversed(told)),
        quotes=tuple(row for row in listed or () if row.comment and row.quote in _QUOTABLE),
        surveys=surveys,
        **figures,
    )


_QUOTABLE = (QuoteState.OPEN.value, QuoteState.ANONYMOUS.value)


def voice_figures(client: Client, scores: Scores, *, asked: int, answered: int, loop: Loop) -> dict[str, Figure]:
    def made(name: str, label: str, value: Decimal | int | None, unit: str) -> Figure:
        return Figure(figure_id(f"voice.{name}", client=client.key), f"{label} of {client.name}", value, unit)

    return {
        "nps": made("nps", "NPS", scores.nps.score, "score"),
        "role_weighted": made("nps_by_role", "Role-weighted NPS", scores.role_weighted, "score"),
        "csat": made("csat", "CSAT", scores.csat.share, "ratio"),
        "rate": made("response", "Response rate", Decimal(answered) / asked if asked else None, "ratio"),
        "loop_days": made("loop_days", "Days to close the loop", loop.days, "days"),
    }


def asked_of(invitations: QuerySet[Invitation], today: date) -> tuple[int, int]:
    """Asked in the last two windows, and how many of them answered. One query."""
    found = invitations.filter(asked_at__date__gte=window(today, 1)[0]).aggregate(
        asked=Count("pk"), answered=Count("answered_at")
    )
    return found["asked"], found["answered"]


def _answers(client: Client, themes: Sequence[Theme]) -> tuple[AnswerRow, ...]:
    """Two queries. Newest first; those that wait for a reply stay listed however old."""
    rows = client.feedback.select_related("contact", "insight").prefetch_related("themes")
    words = [(theme.pk, theme.words) for theme in themes]
    names = {theme.pk: theme.name for theme in themes}
    return tuple(_answer(answer, client.key, words, names) for answer in rows[:SHOWN])


def needs_reply(answer: Feedback) -> bool:
    """A detractor nobody has come back to."""
    detracts = answer.scale == Scale.NPS and answer.score is not None and class_of(answer.score) == "detractor"
    return detracts and answer.replied_on is None


def _answer(answer: Feedback, key: str, words: Sequence[tuple[int, str]], names: dict[int, str]) -> AnswerRow:
    tagged = tuple(ThemeChip(theme.pk, theme.name) for theme in answer.themes.all())
    have = {chip.pk for chip in tagged}
    offered = tuple(ThemeChip(pk, names[pk]) for pk in suggested(answer.comment, words) if pk not in have)
    shape, word = _how(answer)
    return AnswerRow(
        pk=answer.pk,
        version=answer.version,
        on=answer.date,
        who=answer.contact.name if answer.contact else "Somebody unnamed",
        title=answer.contact.title if answer.contact else "",
        score="" if answer.score is None else f"{answer.score} of {10 if answer.scale == Scale.NPS else 5}",
        shape=shape,
        class_word=word,
        comment=answer.comment,
        quote=answer.quote,
        quote_word=QuoteState(answer.quote).label if answer.quote else "Not asked whether it may be quoted",
        themes=tagged,
        offered=offered,
        insight=answer.insight.action if answer.insight else "",
        replied_on=answer.replied_on,
        needs_reply=needs_reply(answer),
        url=reverse("feedback", args=[key, answer.pk]),
    )


def _how(answer: Feedback) -> tuple[str, str]:
    if answer.score is None:
        return "", ""
    if answer.scale == Scale.NPS:
        return _CLASS[class_of(answer.score)]
    if answer.score >= 4:
        return "on_track", "Satisfied"
    return ("watch", "Neither") if answer.score == 3 else ("at_risk", "Dissatisfied")


def insight_row(insight: Insight, today: date) -> InsightRow:
    state, shape, words = _insight_state(insight, today)
    key = insight.client.key
    return InsightRow(
        pk=insight.pk,
        version=insight.version,
        client_key=key,
        client=insight.client.name,
        said=insight.said,
        action=insight.action,
        kind=InsightKind(insight.kind).label,
        theme=insight.theme.name if insight.theme else "",
        owner=insight.owner.name if insight.owner else "",
        due=insight.due,
        raised_on=insight.raised_on,
        told_on=insight.told_on,
        told_how=insight.told_how,
        state=state,
        shape=shape,
        words=words,
        url=reverse("insight", args=[key, insight.pk]),
        done_url=reverse("insight_done", args=[key, insight.pk]),
    )


def _insight_state(insight: Insight, today: date) -> tuple[str, str, str]:
    if insight.told_on is not None:
        days = (insight.told_on - insight.raised_on).days
        return "told", "on_track", f"Told {day_short(insight.told_on)}, after {days} d"
    if insight.done_on is not None:
        return "done", "watch", f"Done {day_short(insight.done_on)}, not told yet"
    if insight.due is not None and insight.due < today:
        return "late", "at_risk", f"{(today - insight.due).days} d late"
    return "open", "", "" if insight.due is None else f"Due {day_short(insight.due)}"


def survey_rows(surveys: QuerySet[Survey], asked: Q, today: date) -> tuple[SurveyRow, ...]:
    """asked: which invitations count, those in the reader's sight. One query."""
    rows = surveys.select_related("client").annotate(
        asked=Count("invitations", filter=asked), answered=Count("invitations__answered_at", filter=asked)
    )
    return tuple(
        SurveyRow(
            key=survey.key,
            title=survey.title,
            client=survey.client.name if survey.client else "Several clients",
            scale=survey.scale.upper(),
            closes_on=survey.closes_on,
            is_open=survey.closes_on >= today,
            asked=survey.asked,
            answered=survey.answered,
            url=reverse("survey", args=[survey.key]),
        )
        for survey in rows.order_by("-closes_on", "-pk")[:SHOWN]
    )


def _theme_rows(client: Client, first: date, last: date) -> tuple[ThemeRow, ...]:
    tagged = client.feedback.filter(date__gte=first, date__lte=last, themes__isnull=False)
    return theme_rows(tagged.values_list("themes__pk", "themes__name", "scale", "score"))


def theme_rows(tagged: Iterable[tuple[int, str, str, int | None]]) -> tuple[ThemeRow, ...]:
    """Over (theme id, name, scale, score) of tagged answers; the most spoken of first."""
    names: dict[int, str] = {}
    count: Counter[int] = Counter()
    classes: Counter[tuple[int, str]] = Counter()
    for pk, name, scale, score in tagged:
        names[pk] = name
        count[pk] += 1
        if scale == Scale.NPS and score is not None:
            classes[pk, class_of(score)] += 1
    return tuple(
        ThemeRow(pk, names[pk], found, classes[pk, "promoter"], classes[pk, "detractor"])
        for pk, found in sorted(count.items(), key=lambda pair: (-pair[1], names[pair[0]]))
    )


def _finding(name: str, scores: Scores, before: Scores, listed: Sequence[AnswerRow] | None) -> str:
    """The one sentence the answers support; the plain name of the page where nothing can be said."""
    waiting = sum(row.needs_reply for row in listed or ())
    if waiting:
        return f"{plural(waiting, 'detractor')} at {name} {'waits' if waiting == 1 else 'wait'} for our reply"
    score = scores.nps.score
    if score is None:
        return "Voice of the client" if scores.withheld else f"Nobody at {name} has been heard in the last six months"
    was = before.nps.score
    said = f"{name} scores us {number(score, 0, signed=True)}"
    if was is None or was == score:
        return f"{said} over {plural(scores.nps.answers, 'answer')}"
    return f"{said}, {'up' if score > was else 'down'} from {number(was, 0, signed=True)} half a year before"
