"""Growth: deals, stages, proposals, pitches and offerings."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.sweeps.cases.base import (
    CLIENT_READERS,
    DIRECTOR,
    MONEY,
    RELATIONS,
    STAGE_KEEPERS,
    WRITERS,
    Case,
    Kwargs,
    Roles,
    fixed,
    fixed_body,
    key,
    number_of,
)
from tests.sweeps.world import World

RENEWERS: Roles = frozenset({"director", "account_manager", "finance"})


def _paper(world: World) -> Kwargs:
    file = SimpleUploadedFile("offer.pdf", b"%PDF-1.7 x %%EOF", content_type="application/pdf")
    return {"proposal": world.own.proposal.key, "file": file}


def _deal(world: World) -> Kwargs:
    return {"name": "Qvlaunch film", "stage": "Proposal", "amount": "90000", "currency": "USD", "version": 1}


DEALS = (
    Case("white_space", get=MONEY),
    Case("white_space", query="by=offering", get=MONEY),
    Case("white_space", query="format=csv", get=MONEY),
    Case("white_space", query="by=offering&format=xlsx", get=MONEY),
    Case("offerings", get=RELATIONS),
    Case("offering_add", get=DIRECTOR, post=DIRECTOR, body=fixed_body(key="O-9", name="Events")),
    Case(
        "offering", number_of("offering"), get=DIRECTOR, post=DIRECTOR,
        body=fixed_body(name="Buying and more", is_active="on", version="1"),
    ),
    Case("offering_remove", number_of("offering"), get=DIRECTOR, post=DIRECTOR),
    Case("client_growth", key, get=RELATIONS, record=True),
    Case("pipeline", get=RELATIONS),
    Case(
        "pipeline_bulk", post=WRITERS, strange=404,
        body=lambda world: {"pick": f"{world.own.deal.key}@{world.own.deal.version}", "stage": "Verbal"},
    ),
    Case("pipeline", query="client=HAL", get=RELATIONS, record=True, soft=True),
    Case("pipeline", query="format=csv", get=RELATIONS),
    Case("pipeline", query="format=xlsx", get=RELATIONS),
    Case("pipeline", query="untidy=any&client=HAL", get=RELATIONS, record=True, soft=True),
    Case("pipeline_board", get=RELATIONS),
    Case("pipeline_board", query="client=HAL&by=category", get=RELATIONS, record=True, soft=True),
    Case("pipeline_odds", get=RELATIONS),
    Case("win_loss", get=RELATIONS),
    Case("proposals", get=RELATIONS),
    Case("proposals", query="q=HAL", get=RELATIONS, record=True, soft=True),
    Case(
        "proposal_new", get=WRITERS, post=WRITERS, strange=422,
        body=lambda world: {
            "opportunity": world.own.deal.pk, "key": "P-9", "title": "Offer", "edition": "7", "status": "draft",
        },
    ),
    Case(
        "proposal", fixed(key="HAL-PRO"), get=RELATIONS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="Qvlaunch offer", edition="1", status="draft", version="1"),
    ),
    Case("proposal_document", number_of("paper"), get=RELATIONS, record=True),
    Case("proposal_document_add", post=WRITERS, body=_paper, strange=404),
    Case("pitches", get=RELATIONS),
    Case(
        "pitch_new", get=WRITERS, post=WRITERS, strange=422,
        body=lambda world: {"client": world.own.client.pk, "key": "X-9", "name": "Film", "status": "considering"},
    ),
    Case(
        "pitch", fixed(key="HAL-PITCH"), get=RELATIONS, post=WRITERS, record=True, strange=404,
        body=fixed_body(name="Qvpitch", status="considering", version="1"),
    ),
    Case(
        "pitch_decide", fixed(key="HAL-PITCH"), post=WRITERS, record=True, strange=404,
        body=fixed_body(decision="go", version="1"),
    ),
    Case("renewals", get=CLIENT_READERS),
    Case("renewals", query="client=HAL", get=CLIENT_READERS, record=True, soft=True),
    Case("renewals", query="format=csv", get=CLIENT_READERS),
    Case(
        "renewal", fixed(number="HAL-SOW"), get=RENEWERS, post=RENEWERS, record=True, strange=404,
        body=fixed_body(status="talking", final="0.8", version="0"),
    ),
    Case("stages", get=STAGE_KEEPERS),
    Case("stage_add", get=STAGE_KEEPERS, post=STAGE_KEEPERS, body=fixed_body(name="Verbal")),
    Case(
        "stage", lambda world: {"pk": world.stage.pk}, get=STAGE_KEEPERS, post=STAGE_KEEPERS,
        body=fixed_body(name="Proposal", criteria="Sponsor named", version="1"),
    ),
    Case("stage_move", lambda world: {"pk": world.stage.pk}, post=STAGE_KEEPERS, body=fixed_body(to="down")),
    Case("stage_remove", lambda world: {"pk": world.stage.pk}, post=STAGE_KEEPERS),
    Case(
        "deal_move", fixed(key="HAL-OPP"), query="to=Verbal", get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(to="Verbal", version="1"),
    ),
    Case(
        "deal_move", fixed(key="HAL-OPP"), query="to=Won", get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(
            to="Won", answered="1", stage="won", amount="9", currency="USD", close_on="2026-11-20", reason="price",
            version="1",
        ),
    ),
    Case(
        "deal_reason", fixed(key="HAL-OPP"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(reason="price"),
    ),
    Case(
        "deal_mend", fixed(key="HAL-OPP"), post=WRITERS, record=True, strange=404,
        body=fixed_body(fault="past", version="1"),
    ),
    Case(
        "new_opportunity", get=WRITERS, post=WRITERS, strange=422,
        body=lambda world: {**_deal(world), "client": world.own.client.pk, "key": "D-9"},
    ),
    Case(
        "opportunity", fixed(key="HAL-OPP"), get=RELATIONS, post=WRITERS, body=_deal, record=True, strange=404
    ),
    Case(
        "opportunity_cell", fixed(key="HAL-OPP"), query="field=stage", get=WRITERS, post=WRITERS, record=True,
        strange=404, body=lambda world: {"field": "stage", "stage": "Verbal", "version": "1"},
    ),
)  # fmt: skip
