"""Reviews with their look, intelligence, and reports on paper."""

from __future__ import annotations

from django.utils import timezone

from tests.sweeps.cases.base import (
    ADMINISTRATOR,
    CLIENT_READERS,
    CLOSE_READERS,
    DIRECTOR,
    MONEY,
    RELATIONS,
    STAGE_KEEPERS,
    STANCE,
    WRITERS,
    Case,
    Kwargs,
    fixed,
    fixed_body,
    key,
    number_of,
    under,
)
from tests.sweeps.world import World

LOOK = (
    Case("brand", get=DIRECTOR, post=DIRECTOR, body=fixed_body(version="0", colour="#0B4F6C")),
    Case("client_brand", key, get=WRITERS, post=WRITERS, record=True, strange=404,
         body=fixed_body(version="0", colour="#0B4F6C")),
    Case("deck_template", fixed(kind="qbr"), post=DIRECTOR, body=fixed_body(slides="summary")),
)  # fmt: skip

_NOTE: Kwargs = {
    "kind": "industry", "title": "Qvprices", "so_what": "Qvless money", "noted_on": "2026-11-01",
    "expires_on": "2027-01-01", "version": "1",
}  # fmt: skip


def _note(world: World) -> Kwargs:
    """About the director's own client, whoever asks."""
    return {**_NOTE, "clients": [world.own.client.pk]}


INTELLIGENCE = (
    Case("intelligence", get=RELATIONS),
    Case("intelligence", query="kind=client&state=expired", get=RELATIONS),
    Case("intelligence_calendar", get=RELATIONS),
    Case("client_intelligence", key, get=RELATIONS, record=True),
    Case("client_brief", key, get=RELATIONS, record=True),
    Case(
        "report_pdf", fixed(name="brief"), query="client=HAL", get=RELATIONS, post=RELATIONS, record=True, strange=404
    ),
    Case("note_new", get=WRITERS, post=WRITERS, body=_note, strange=422),
    Case("note_new", query="client=HAL", get=WRITERS, post=WRITERS, body=_note, record=True, strange=404),
    Case("note", number_of("note"), get=WRITERS, post=WRITERS, body=_note, record=True, strange=404),
    Case("note_renew", number_of("note"), post=WRITERS, body=fixed_body(version="1"), record=True, strange=404),
    Case("note_remove", number_of("note"), get=WRITERS, post=WRITERS, record=True, strange=404),
)


def _link(world: World) -> Kwargs:
    return {"pk": world.own.frozen.pk, "link": world.own.frozen.links.all()[0].pk}


def _slide(world: World) -> Kwargs:
    return {"pk": world.own.draft.pk, "slide": "title"}


REPORTS = (
    Case("report_pdf", fixed(name="receivables"), get=MONEY, post=MONEY),
    Case("report_pdf", fixed(name="retention"), query="client=HAL", get=MONEY, post=MONEY, record=True, strange=404),
    Case("report_pdf", fixed(name="voice"), get=RELATIONS, post=RELATIONS),
    Case("report_pdf", fixed(name="white-space"), get=MONEY, post=MONEY),
    Case("report_pdf", fixed(name="white-space"), query="client=HAL", get=MONEY, post=MONEY, record=True, strange=404),
    Case(
        "report_pdf",
        fixed(name="session-minutes"),
        query="client=HAL&session=HAL-PS-gather",
        get=RELATIONS,
        post=RELATIONS,
        record=True,
        strange=404,
    ),
    Case("report_pdf", fixed(name="health"), get=RELATIONS, post=RELATIONS),
    Case("report_pdf", fixed(name="answers"), query="client=HAL", get=STANCE, post=STANCE, record=True, strange=404),
    Case("report_pdf", fixed(name="contracts"), get=CLIENT_READERS, post=CLIENT_READERS),
    *(
        Case("report_pdf", fixed(name=name), get=MONEY, post=MONEY)
        for name in ("pnl", "bridge", "invoices", "orders", "capacity", "entries", "time", "rates", "deals")
    ),
    *(
        Case("report_pdf", fixed(name=name), query="month=2026-09", get=CLOSE_READERS, post=CLOSE_READERS)
        for name in ("close", "restatement")
    ),
    Case("report_file", number_of("report"), get=DIRECTOR, record=True, denied=404),
    Case("report_download", number_of("report"), get=DIRECTOR, record=True, denied=404),
)

_MET: Kwargs = {"kind": "qbr", "period": "2026-Q3", "day": "2026-10-21", "length": "75", "version": "1"}

REVIEWS = (
    Case("reviews", get=MONEY),
    Case("reviews", query="state=all&view=months&client=HAL", get=MONEY, record=True, soft=True),
    Case("reviews", query="format=csv", get=MONEY),
    Case("report_pdf", fixed(name="reviews"), get=MONEY, post=MONEY),
    Case("review_decks", get=MONEY),
    Case("review_plan_proposed", post=WRITERS, body=fixed(review="1:qbr")),
    Case("review_cadence", get=MONEY | ADMINISTRATOR),
    Case(
        "review_cadence_tier", fixed(tier="key"), get=STAGE_KEEPERS, post=STAGE_KEEPERS,
        body=fixed(months="4", version="0"),
    ),
    Case(
        "plan_review", get=WRITERS, post=WRITERS, strange=422,
        body=fixed(client="HAL", kind="annual", period="2026", day="2027-02-10", length="240"),
    ),
    Case("client_review", under("meeting"), get=MONEY, record=True),
    Case("client_review", under("met"), get=MONEY, record=True),
    Case(
        "client_review_step", under("meeting"), post=WRITERS, record=True, strange=404,
        body=fixed(to="cancelled", reason="Qvmoved", version="1"),
    ),
    Case(
        "client_review_edit", under("meeting"), get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed(**_MET)
    ),
    Case(
        "client_review_minutes", under("meeting"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed(minutes="Qvwe agreed", version="1"),
    ),
    Case(
        "client_review_rate", under("met"), get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed(score="4")
    ),
    Case(
        "client_review_ask", under("met"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"contacts": [world.own.contact.pk]},
    ),
    Case(
        "client_review_follow", under("met"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed(side="ours", text="Qvsend it", due="2026-12-01"),
    ),
    Case(
        "client_review_preread", under("meeting"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"contacts": [world.own.contact.pk], "until": timezone.now().date().isoformat()},
    ),
    Case("review_present", number_of("draft"), get=MONEY, record=True),
    Case("review_present", number_of("frozen"), get=MONEY, record=True),
    Case("review_speaker", number_of("frozen"), get=MONEY, record=True),
    Case("review_note", _slide, post=WRITERS, record=True, strange=404, body=fixed(text="Qvsay it", version="0")),
    Case("client_reviews", key, get=MONEY, record=True),
    Case(
        "new_review", get=WRITERS, post=WRITERS, strange=422,
        body=lambda world: {"client": "HAL", "period": "2026-Q1", "kind": "qbr", "audience": "client"},
    ),
    Case("review", number_of("draft"), get=MONEY, record=True),
    Case("review", number_of("frozen"), get=MONEY, record=True),
    Case(
        "review_words", _slide, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title-verdict": "A good quarter", "version": "0"},
    ),
    Case("review_reset", _slide, post=WRITERS, record=True, strange=404),
    Case("review_try", _slide, post=WRITERS, record=True, strange=404),
    Case("review_hide", _slide, post=WRITERS, body=fixed(hidden="yes"), record=True, strange=404),
    Case("review_take", _slide, post=WRITERS, body=fixed(keep="yes"), record=True, strange=404),
    Case(
        "review_order", number_of("draft"), post=WRITERS, body=fixed(add="own", version="1"), record=True, strange=404
    ),
    Case("review_preview", number_of("draft"), get=MONEY, record=True),
    Case("review_preview", number_of("frozen"), get=MONEY, record=True),
    Case("review_freeze", number_of("draft"), post=WRITERS, body=fixed(confirmed="yes"), record=True, strange=404),
    Case("review_edition", number_of("frozen"), post=WRITERS, record=True, strange=404),
    Case("review_progress", number_of("frozen"), get=MONEY, record=True),
    Case("review_pdf", number_of("frozen"), get=MONEY, record=True),
    Case("review_pptx", number_of("frozen"), get=MONEY, record=True),
    Case("review_make_pptx", number_of("frozen"), post=WRITERS, record=True, strange=404),
    Case(
        "review_share", number_of("frozen"), post=WRITERS, record=True, strange=404,
        body=lambda world: {"label": "Qvdana", "expires_on": timezone.now().date().isoformat()},
    ),
    Case("review_unshare", _link, post=WRITERS, record=True, strange=404),
)  # fmt: skip
