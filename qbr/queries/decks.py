"""Reviews as lists and as composed decks: figures from the live data, words from people, or the frozen copy."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from django.urls import reverse

from accounts.models import Client
from common import formats
from common.models import Job
from qbr.access import decks_for
from qbr.calc import slides
from qbr.calc.blocks import Layout
from qbr.calc.compose import compose, with_agenda, worth_printing
from qbr.calc.gaps import gaps
from qbr.calc.layout import laid_out
from qbr.calc.lint import Finding, lint
from qbr.calc.outline import arranged
from qbr.calc.review import ReviewData
from qbr.calc.words import unsupported, with_words
from qbr.models import Deck, Snapshot
from qbr.queries.review import ReviewRequest, load_review

if TYPE_CHECKING:
    from people.models import User

RENDER = "render_deck"
PRESENT = "render_pptx"


@dataclass(frozen=True, slots=True)
class Composed:
    """plain: every slide as the figures make it. deck: with people's words. blocked: why it may not be frozen;
    doubts: numbers in headlines that no figure of the slide carries. rows: what may be left out, by kind of slide.
    findings: what a careful reader would object to.
    """

    plain: slides.Deck
    deck: slides.Deck
    layout: Layout
    blocked: tuple[str, ...]
    doubts: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]
    findings: tuple[Finding, ...] = ()

    def page_of(self, key: str) -> int | None:
        return next((page.number for page in self.layout.pages if page.key == key), None)


def compose_deck(user: User, deck: Deck, *, now: datetime, frozen_text: str = "") -> Composed:
    """deck: as access.get_deck_for gives it; where its review has frozen the data, read as of that moment. Twelve
    queries at most.
    """
    fixed = getattr(deck, "data_as_of", None), getattr(deck, "data_run", None)
    request = ReviewRequest(deck.period, deck.kind, deck.audience, deck.held_on, deck.edition, *fixed)
    data = load_review(user, deck.client, request, now=now)
    edits = edit_rows(deck)
    rows = {
        "pipeline": tuple(deal.name for deal in data.deals),
        "contracts": tuple(item.number for item in data.agreements),
        "plan": tuple(task.title for task in data.tasks),
        "promises": tuple(promise.text for promise in data.promises),
    }
    plain = arranged(compose(_without(data, edits)), deck.outline)
    words = {key: edit["words"] for key, edit in edits.items()}
    hidden = [key for key, edit in edits.items() if edit["hidden"]]
    written = {key for key, said in words.items() if said.keys() - {"left_out"}}
    shown = worth_printing(with_words(plain, words, hidden), written)
    made = replace(with_agenda(shown), frozen_text=frozen_text)
    layout = laid_out(made)
    composed = {slide.key: slide for slide in plain.slides}
    doubts = tuple(
        f"{slide.section}: {number}"
        for slide in made.slides
        if words.get(slide.key)
        for number in unsupported(slide, composed.get(slide.key))
    )
    found = (*lint(made), *gaps(data, plain, made), *_shortened(layout))
    said = tuple(replace(one, url=page_url(one.page, deck.client.key)) if one.page else one for one in found)
    return Composed(plain, made, layout, layout.blocked, doubts, rows, said)


def _shortened(layout: Layout) -> list[Finding]:
    fix = "Shorten it, or leave it: the whole text stands in the appendix."
    return [Finding("fit", "", where, f"Shortened to fit: “{text[:60]}”", fix) for where, text in layout.cut]


def edit_rows(deck: Deck) -> dict[str, dict[str, Any]]:
    """People's words by key of slide: {words, basis, hidden, version}."""
    rows: list[dict[str, Any]] | None = getattr(deck, "edit_rows", None)
    if rows is None:
        # Composed without being stored, as the command does, it has none.
        stored = deck._state.adding is False
        rows = (
            [dict(row) for row in deck.edits.values("slide", "words", "basis", "hidden", "version")] if stored else []
        )
    return {row["slide"]: row for row in rows}


def _without(data: ReviewData, edits: dict[str, dict[str, Any]]) -> ReviewData:
    """Rows an author left out enter neither a table nor a total nor a sentence."""
    gone = {kind: set(edit["words"].get("left_out", ())) for kind, edit in edits.items()}
    return replace(
        data,
        deals=tuple(deal for deal in data.deals if deal.name not in gone.get("pipeline", ())),
        agreements=tuple(item for item in data.agreements if item.number not in gone.get("contracts", ())),
        tasks=tuple(task for task in data.tasks if task.title not in gone.get("plan", ())),
        promises=tuple(one for one in data.promises if one.text not in gone.get("promises", ())),
    )


def content_hash(content: dict[str, Any]) -> str:
    """Of the canonical JSON, so that it is the same after a trip through the database."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def frozen_deck(snapshot: Snapshot) -> slides.Deck:
    return slides.from_json(snapshot.content)


def frozen_of(deck: Deck) -> slides.Deck:
    """What a frozen deck was made of."""
    return frozen_deck(Snapshot.objects.defer("pdf", "pptx").get(deck=deck))


def shown_of(user: User, deck: Deck, now: datetime) -> slides.Deck:
    """The pages as they are to be seen: a frozen deck's own, a draft's as its data and words make them now."""
    return frozen_of(deck) if deck.status == Deck.Status.FROZEN else compose_deck(user, deck, now=now).deck


def facts_of(deck: Deck) -> Snapshot:
    """When it was frozen, by whom, and its fingerprints; neither its content nor its files are read."""
    return Snapshot.objects.defer("pdf", "pptx", "content").get(deck=deck)


def file_of(deck: Deck, ending: Literal["pdf", "pptx"]) -> bytes | memoryview | None:
    """A kept file; None until it is made."""
    return Snapshot.objects.filter(deck=deck).values_list(ending, flat=True).first()


def has_pdf(deck: Deck) -> bool:
    return Snapshot.objects.filter(deck=deck, rendered_at__isnull=False).exists()


OF_CLIENT: Final = frozenset({"client_plan", "client_kpis", "client_value",
                              "client_intelligence", "client_alignment", "client_voice", "client_health",
                              "client_stakeholders", "client_growth", "client_contracts", "client_team"})  # fmt: skip
OF_ALL: Final = frozenset({"pnl", "forecast"})


def page_url(page: str, key: str) -> str:
    """Where a figure of a headline stands, for its author. '' for a page nobody named."""
    if page == "commitments":
        return f"{reverse('client', args=[key])}#promises"
    if page in OF_CLIENT:
        return reverse(page, args=[key])
    return f"{reverse(page)}?client={key}" if page in OF_ALL else ""


# --- lists -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeckRow:
    """file_url: '' until the file is there."""

    url: str
    title: str
    client: str
    client_url: str
    period: str
    kind: str
    audience: str
    status: str
    status_word: str
    held_on: Any
    updated_at: datetime
    pages: int | None
    file_url: str


def deck_rows(user: User, *, client: Client | None = None, limit: int = 200) -> list[DeckRow]:
    """The newest first. One query; the file itself is not read."""
    decks = decks_for(user)
    if client is not None:
        decks = decks.filter(client=client)
    found = decks.select_related("client").values(
        "pk", "title", "client__name", "client__key", "period", "kind", "audience", "status", "edition", "held_on",
        "updated_at", "snapshot__pages", "snapshot__rendered_at",
    )  # fmt: skip
    return [_row(dict(values)) for values in found.order_by("-created_at", "-pk")[:limit]]


def _row(values: dict[str, Any]) -> DeckRow:
    frozen = values["status"] == Deck.Status.FROZEN
    rendered = values["snapshot__rendered_at"] is not None
    edition = f", edition {values['edition']}" if values["edition"] > 1 else ""
    return DeckRow(
        url=reverse("review", args=[values["pk"]]),
        title=values["title"],
        client=values["client__name"],
        client_url=reverse("client", args=[values["client__key"]]),
        period=values["period"],
        kind=str(Deck.Kind(values["kind"]).label),
        audience=str(Deck.Audience(values["audience"]).label),
        status="on_track" if rendered else "watch" if frozen else "unknown",
        status_word=f"{'Frozen' if frozen else 'Draft'}{edition}"
        + (", being printed" if frozen and not rendered else ""),
        held_on=values["held_on"],
        updated_at=values["updated_at"],
        pages=values["snapshot__pages"],
        file_url=reverse("review_pdf", args=[values["pk"]]) if rendered else "",
    )


@dataclass(frozen=True, slots=True)
class Printing:
    """Where a file of a frozen deck stands. state: done, working, failed, or absent: nobody asked for it yet."""

    state: str
    doing: str
    value: int | None
    findings: tuple[str, ...] = ()
    error: str = ""


NOT_ASKED: Final = Printing("absent", "", None)


@dataclass(frozen=True, slots=True)
class Files:
    """The PDF, and the same slides to go on working with."""

    pdf: Printing
    pptx: Printing

    @property
    def working(self) -> bool:
        return "working" in (self.pdf.state, self.pptx.state)


def files_of(deck: Deck) -> Files:
    """Two queries."""
    made = Snapshot.objects.filter(deck=deck).values_list("rendered_at", "pages", "pptx_hash").first()
    jobs: dict[str, Job] = {}
    for job in Job.objects.filter(kind__in=(RENDER, PRESENT), object_ref=f"deck:{deck.pk}").order_by("pk"):
        jobs[job.kind] = job
    rendered_at, pages, pptx = made or (None, None, "")
    count = formats.plural(pages or 0, "page")
    pdf = _printing(jobs.get(RENDER), done=rendered_at is not None, said=count)
    there = PRESENT in jobs or bool(pptx)
    slides_file = _printing(jobs.get(PRESENT), done=bool(pptx), said="Editable slides") if there else NOT_ASKED
    return Files(pdf, slides_file)


def _printing(job: Job | None, *, done: bool, said: str) -> Printing:
    findings = tuple(job.result.get("findings", ())) if job else ()
    if done:
        return Printing("done", said, 100, findings)
    if job is not None and job.state == "dead":
        return Printing("failed", "", None, error=job.error)
    share = job.share_done if job else None
    return Printing(
        "working",
        job.doing if job and job.doing else "Waiting for a free worker",
        None if share is None else int(share * 100),
    )
