"""The shell: home, search, jobs, audit, help, loads, people, reminders and saved views."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from portfolio.models import Mail
from tests.sweeps.cases.base import (
    ADMINISTRATOR,
    AUDITORS,
    BOOKKEEPERS,
    CLIENT_READERS,
    CLOSE_READERS,
    DIRECTOR,
    EVERYONE,
    MONEY,
    RELATIONS,
    WRITERS,
    Case,
    Kwargs,
    Roles,
    figure_case,
    fixed,
    fixed_body,
    number_of,
    pack_of,
    view_of,
)
from tests.sweeps.world import World

KEEPERS: Roles = frozenset({"director", "finance", "administrator"})


def _upload(world: World) -> Kwargs:
    file = SimpleUploadedFile("fx.csv", b"month,base,quote,average\n2026-09,GBP,USD,1.3\n")
    return {"kind": "contracts", "source": "neutral", "upload": file}


def mail_of(world: World) -> int:
    """A reminder the director was sent."""
    mail = {"subject": "1 renewal", "body": "Qvmedia year", "claimed_at": world.now}
    return Mail.objects.get_or_create(user=world.people["director"], day=world.now.date(), defaults=mail)[0].pk


SHELL = (
    Case("cockpit", get=EVERYONE),
    Case("cockpit_export", fixed(form="csv"), get=MONEY),
    Case("cockpit_export", fixed(form="xlsx"), get=MONEY),
    Case("search", query="q=HAL", get=EVERYONE, record=True, soft=True),
    Case("search", query="q=vmenov", get=EVERYONE),
    Case("jobs", get=KEEPERS),
    Case("job_progress", get=MONEY),
    Case("job_retry", number_of("job"), post=KEEPERS, record=True, strange=404),
    Case("audit", get=AUDITORS),
    Case("audit", query="q=HAL", get=AUDITORS, record=True, soft=True),
    Case("help", get=EVERYONE),
    Case("definitions", get=EVERYONE),
    Case("components", get=CLIENT_READERS),
    *(
        figure_case(identity, roles)
        for identity, roles in (
            ("pnl.net_revenue:from=2026-01;to=2026-10", MONEY),
            ("pnl.net_revenue:client=HAL;from=2026-01;to=2026-10", MONEY),
            ("pnl.contribution_margin:client=HAL;from=2026-10;to=2026-10;scenario=variance", MONEY),
            ("forecast.total:client=HAL;from=2026-01;to=2026-12", MONEY),
            ("forecast.unpriced:client=HAL", MONEY),
            ("forecast.cost:client=HAL;from=2026-01;to=2026-12", MONEY),
            ("forecast.contribution:client=HAL;from=2026-01;to=2026-12;layer=contracted", MONEY),
            ("forecast.margin:client=HAL;from=2026-01;to=2026-12", MONEY),
            ("forecast.contribution_p10:client=HAL;from=2026-12;to=2026-12", MONEY),
            ("forecast.unopened:client=HAL;from=2026-12;to=2027-12", MONEY),
            ("renewal.final:contract=HAL-SOW;ends=2027-02-28", CLIENT_READERS),
            (
                "movement.lost:client=HAL;start=2026-11-01T00:00:00Z;end=2026-11-20T00:00:00Z;from=2026-01;to=2026-12",
                MONEY,
            ),
            (
                "contribution_move.costs:client=HAL;start=2026-11-01T00:00:00Z;end=2026-11-20T00:00:00Z;"
                "from=2026-01;to=2026-12",
                MONEY,
            ),
            ("risk.amount:deal=HAL-OPP", MONEY),
            ("accuracy.wape:source=backtest;client=HAL", MONEY),
            ("pipeline.weighted:client=HAL", RELATIONS),
            ("pipeline.weighted_own:client=HAL", RELATIONS),
            ("pipeline.win_rate:stage=proposal", RELATIONS),
            ("pipeline.chance:deal=HAL-OPP", RELATIONS),
            ("index.change:index=cpi", MONEY),
            ("contract.uplifted:contract=HAL-SOW", CLIENT_READERS),
            ("pipeline.coverage", RELATIONS),
            ("pitches.cost", RELATIONS),
            ("relationship.coverage:client=HAL", RELATIONS),
            ("whitespace.penetration", RELATIONS),
            ("whitespace.worth:offering=buying", RELATIONS),
            ("whitespace.left:client=HAL;unit=HAL-BU", RELATIONS),
            ("whitespace.reachable:client=HAL;unit=HAL-BU;offering=buying", MONEY),
            ("whitespace.contribution:client=HAL", MONEY),
            ("whitespace.active:client=HAL;unit=HAL-BU2;offering=buying", MONEY),
            ("clients.count:tier=key", CLIENT_READERS),
            ("contract.amount:contract=HAL-SOW", CLIENT_READERS),
            ("contract.recognised:contract=HAL-SOW", MONEY),
            ("capacity.gap:from=2026-12-07;to=2026-12-14", MONEY),
            ("capacity.firm:client=HAL;from=2026-12-07;to=2026-12-07", MONEY),
            ("retention.nrr:to=2026-10", MONEY),
            ("retention.escalators:client=HAL;to=2026-10", MONEY),
            ("receivables.overdue:as_of=2026-11-23", MONEY),
            ("receivables.dso:client=HAL;as_of=2026-11-23", MONEY),
            ("close.tie_out:month=2026-10", CLOSE_READERS),
            ("close.moved:month=2026-10;row=contribution", CLOSE_READERS),
            ("close.labour_gap:month=2026-10;client=HAL", CLOSE_READERS),
            ("close.recognised:month=2026-10;contract=HAL-SOW", CLOSE_READERS),
            ("contract.earned:contract=HAL-SOW", MONEY),
        )
    ),
)

IMPORTS = (
    Case("imports", get=BOOKKEEPERS),
    Case("import_load", post=BOOKKEEPERS, body=_upload),
    Case("import_columns", get=BOOKKEEPERS),
    Case("import_sample", fixed(kind="clients"), get=BOOKKEEPERS),
    Case("import_batch", lambda world: {"pk": world.batch.pk}, get=BOOKKEEPERS, record=True),
    Case("import_progress", lambda world: {"pk": world.batch.pk}, get=BOOKKEEPERS, record=True),
    Case("import_rejects", lambda world: {"pk": world.batch.pk}, get=BOOKKEEPERS, record=True),
    Case("import_undo", lambda world: {"pk": world.batch.pk}, get=BOOKKEEPERS, record=True),
    Case("import_take_back", lambda world: {"pk": world.batch.pk}, post=BOOKKEEPERS, record=True, strange=404),
)

PEOPLE = (
    Case("sign_out", post=EVERYONE),
    Case("settings", get=EVERYONE),
    Case("change_own_settings", post=EVERYONE, body=lambda world: {"timezone": "UTC"}),
    Case("change_password", post=EVERYONE),
    Case("issue_token", post=EVERYONE, body=lambda world: {"name": "x", "scopes": "read:clients", "days": "5"}),
    Case(
        "revoke_token", lambda world: {"token_key": world.token.token_key}, post=DIRECTOR, record=True, strange=404,
        denied=404,
    ),
    Case("people", get=ADMINISTRATOR),
    Case("create_person", post=ADMINISTRATOR, body=lambda world: {"name": "N", "email": "n@x.org", "role": "legal"}),
    Case(
        "person", lambda world: {"pk": world.people["legal"].pk}, get=ADMINISTRATOR, post=ADMINISTRATOR, record=True,
        strange=403, body=lambda world: {"name": "L", "email": "legal@example.com", "role": "legal", "version": "1"},
    ),
)  # fmt: skip

REMINDERS = (
    Case("calendar_settings", get=CLIENT_READERS),
    Case("calendar_reset", post=CLIENT_READERS),
    Case("digest_choice", post=CLIENT_READERS, body=fixed_body(wanted="0")),
    Case("pack_mail", get=WRITERS),
    Case("send_pack", post=WRITERS, body=fixed_body(recipients="finance@example.com"), strange=422),
    Case("plan_packs", post=WRITERS, body=fixed_body(when="week-1", recipients="finance@example.com"), strange=422),
    Case("stop_packs", post=WRITERS),
    Case("sent_pack", lambda world: {"pk": pack_of(world)}, get=DIRECTOR, record=True, denied=404),
    Case("mail", lambda world: {"pk": mail_of(world)}, get=DIRECTOR, record=True, denied=404),
)

VIEWS = (
    Case("save_view", fixed(page="clients"), post=CLIENT_READERS, body=fixed(name="Key", query="tier=key")),
    Case(
        "change_view", lambda world: {"pk": view_of(world)}, post=DIRECTOR, body=fixed(name="Others"), record=True,
        strange=404, denied=404,
    ),
    Case("delete_view", lambda world: {"pk": view_of(world)}, post=DIRECTOR, record=True, strange=404, denied=404),
    Case(
        "pin_view", lambda world: {"pk": view_of(world)}, post=DIRECTOR, body=fixed(pinned="1"), record=True,
        strange=404, denied=404,
    ),
    Case("move_pin", lambda world: {"pk": view_of(world)}, post=DIRECTOR, record=True, strange=404, denied=404),
    Case("pinned_views", get=EVERYONE),
    Case("view_tile", lambda world: {"pk": view_of(world)}, get=DIRECTOR, record=True, denied=404),
)  # fmt: skip
