"""Answers and insights from a file."""

from __future__ import annotations

from typing import Any

from accounts.actions.surveys import HEALTH
from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids, refuse_days_ahead
from accounts.models import Contact, Feedback, Insight, InsightKind, QuoteState, Scale, Theme
from common import jobs
from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    matching,
    save_records,
)
from common.imports.columns import choice, day, email, identifier, reference, several, text, whole
from common.policies import DIRECTOR

_ANSWER = {name: name for name in ("date", "scale", "score", "comment", "quote", "replied_on")}
_INSIGHT = {
    name: name for name in ("said", "kind", "action", "raised_on", "due", "done_on", "told_on", "told_how")
}  # fmt: skip
_RANGES = {Scale.NPS.value: (0, 10), Scale.CSAT.value: (1, 5)}


def _standing(fields: dict[str, Any], record: Any, name: str) -> Any:
    return fields[name] if name in fields else getattr(record, name, None)


def load_themes(values: Values, context: LoadContext) -> Counts:
    """Themes are of the whole firm: no client's sight is asked."""
    existing = matching(Theme.objects.all(), "name", values.columns["name"])
    reader = FieldReader(Theme, values, {"words": "words"})
    names = values.columns["name"]
    incoming = [
        Incoming(position, names[position], reader.at(position), {"name": names[position]})
        for position in values.good()
    ]
    return Counts.of(save_records(context, Theme, incoming, existing).status.values())


def load_feedback(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    people = dict(
        Contact.objects.filter(key__in={key for key in values.columns["contact"] if key}).values_list("key", "pk")
    )
    at_client = set(Contact.objects.filter(pk__in=people.values()).values_list("pk", "client_id"))
    themes = dict(Theme.objects.values_list("name", "pk"))
    existing = matching(Feedback.objects.all(), "source_ref", values.columns["source_ref"])
    refuse_days_ahead(values, clients, ["date"], context.now)
    reader = FieldReader(Feedback, values, _ANSWER)
    incoming = []
    for position in list(values.good()):
        ref, who = values.columns["source_ref"][position], values.columns["contact"][position]
        answer = existing.get(ref)
        faults = []
        if answer is not None and not sight.sees(answer.client_id):
            faults.append(NOT_YOURS.format("source_ref", ref))
        elif answer is not None and answer.invitation_id is not None:
            faults.append("source_ref: this answer came through a survey's link and is not ours to change")
        fields = {**reader.at(position), "client_id": clients[position]}
        if values.has("contact"):
            fields["contact_id"] = people.get(who) if who else None
            if who and (fields["contact_id"], clients[position]) not in at_client:
                faults.append(f"contact “{who}” is unknown at this client")
        named = values.columns["themes"][position] or ()
        faults += [f"themes: “{name}” is no theme" for name in named if name not in themes]
        faults += _score_faults(fields, answer)
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            many = {"themes": frozenset(themes[name] for name in named)} if values.has("themes") else {}
            incoming.append(Incoming(position, ref, fields, {"source_ref": ref}, many=many))
    counts = Counts.of(save_records(context, Feedback, incoming, existing).status.values())
    jobs.mark_dirty(HEALTH, [f"health:{pk}" for pk in {one.fields["client_id"] for one in incoming}])
    return counts


def _score_faults(fields: dict[str, Any], answer: Feedback | None) -> list[str]:
    score, scale = _standing(fields, answer, "score"), _standing(fields, answer, "scale")
    if score is None:
        return [] if _standing(fields, answer, "comment") else ["score: give a score, a comment, or both"]
    if not scale:
        return ["scale: needed with a score"]
    low, high = _RANGES[scale]
    return [] if low <= score <= high else [f"score: {scale} goes from {low} to {high}"]


def load_insights(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight, "owner_email")
    themes = dict(Theme.objects.values_list("name", "pk"))
    existing = matching(Insight.objects.all(), "key", values.columns["key"])
    reader = FieldReader(Insight, values, _INSIGHT)
    incoming = []
    for position in list(values.good()):
        key, named = values.columns["key"][position], values.columns["theme"][position]
        insight = existing.get(key)
        faults = []
        if insight is not None and not sight.sees(insight.client_id):
            faults.append(NOT_YOURS.format("key", key))
        fields = {
            **reader.at(position),
            "client_id": clients[position],
            **link(values, "owner_email", owners, "owner_id", position),
        }
        if values.has("theme"):
            fields["theme_id"] = themes.get(named) if named else None
            if named and fields["theme_id"] is None:
                faults.append(f"theme “{named}” is unknown")
        told, raised = _standing(fields, insight, "told_on"), _standing(fields, insight, "raised_on")
        if told is not None and raised is not None and told < raised:
            faults.append("told_on: before it was heard")
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            incoming.append(Incoming(position, key, fields, {"key": key}))
    return Counts.of(save_records(context, Insight, incoming, existing).status.values())


THEMES = ImportKind(
    name="themes",
    label="Themes",
    about="What answers can be about, and the words that suggest it. Match on name.",
    columns=(
        Column("name", reference(60), required=True, sample="Reporting"),
        Column("words", text(500), about="whole words, comma-separated", sample="report"),
    ),
    key=("name",),
    load=load_themes,
    roles=frozenset({DIRECTOR}),
)
FEEDBACK = ImportKind(
    name="feedback",
    label="Answers of clients",
    about="Scores and comments from elsewhere. Match on source_ref. Blank is unknown, never 0.",
    columns=(
        Column("source_ref", identifier(120), required=True, sample="SM-2026-0412"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("contact", reference(80), about="one of this client's; blank: nobody known", sample="KES-C02"),
        Column("date", day, required=True, sample="2026-10-06"),
        Column("score", whole(0, 10), about="nps 0 to 10, csat 1 to 5", sample="9"),
        Column("scale", choice(Scale.values), about="required with a score", sample="nps"),
        Column("comment", text(4000), sample="Quick and honest about what went wrong"),
        Column("quote", choice(QuoteState.values), about="what they allow; blank: not asked", sample="anonymised"),
        Column("replied_on", day, about="when we came back to them", sample=""),
        Column("themes", several(reference(60)), about="names of themes there are, ; between", sample="Reporting"),
    ),
    key=("source_ref",),
    load=load_feedback,
    roles=frozenset({DIRECTOR}),
)
INSIGHTS = ImportKind(
    name="insights",
    label="Insights",
    about="What was learnt from a client's answers, what is done about it, and when they were told. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-I01"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("theme", reference(60), about="name of a theme there is", sample="Reporting"),
        Column("said", text(300), required=True, sample="Reports arrive after the meeting"),
        Column("kind", choice(InsightKind.values), required=True, sample="service"),
        Column("action", text(300), required=True, sample="Send reports two days ahead"),
        Column("owner_email", email, sample="ana.reyes@firm.example"),
        Column("raised_on", day, required=True, sample="2026-09-14"),
        Column("due", day, sample="2026-10-30"),
        Column("done_on", day, about="blank while it is open", sample=""),
        Column("told_on", day, about="closes the loop", sample=""),
        Column("told_how", text(300), sample=""),
    ),
    key=("key",),
    load=load_insights,
    roles=frozenset({DIRECTOR}),
)
