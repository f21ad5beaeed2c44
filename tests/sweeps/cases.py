"""How each address is called, and by whom it may be: the table of the contract's roles, written out.

A record's key begins with HAL in its own world; NIL in its place, and no such number, is a record that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import KpiDefinition, Theme
from common.models import SavedView
from financials.models import ForecastCall, IndexReading, Scenario
from portfolio.models import Mail, PackSchedule, PackSend
from tests.sweeps.world import World

Roles = frozenset[str]
NO_NUMBER = 999_999_999

CLIENT_READERS: Roles = frozenset({"director", "account_manager", "finance", "legal", "delivery", "leadership"})
EVERYONE = CLIENT_READERS | {"administrator"}
RELATIONS = CLIENT_READERS - {"legal"}
MONEY = RELATIONS
STANCE: Roles = frozenset({"director", "account_manager", "leadership"})
DIRECTOR: Roles = frozenset({"director"})
WRITERS: Roles = frozenset({"director", "account_manager"})
CALL: Kwargs = {
    "first": "2026-12", "last": "2026-12", "level": "manager", "delta": "100", "currency": "USD", "reason": "Qvmore",
    "expires_on": "2199-12-31",
}  # fmt: skip
BOOKKEEPERS: Roles = frozenset({"director", "finance"})
BOOKERS: Roles = frozenset({"director", "account_manager", "finance", "delivery"})
"""Who writes hours."""
PLANNERS: Roles = frozenset({"director", "delivery"})
"""Who writes allocations."""
FINANCE: Roles = frozenset({"finance"})
AUDITORS: Roles = frozenset({"director", "finance", "leadership", "administrator"})
KEEPERS: Roles = frozenset({"director", "finance", "administrator"})
CLOSE_READERS: Roles = frozenset({"director", "finance", "leadership"})
TERM_WRITERS: Roles = frozenset({"director", "finance", "legal"})
ADMINISTRATOR: Roles = frozenset({"administrator"})
RENEWERS: Roles = frozenset({"director", "account_manager", "finance"})
STAGE_KEEPERS: Roles = frozenset({"director", "administrator"})

Kwargs = dict[str, Any]


def _nothing(world: World) -> Kwargs:
    return {}


@dataclass(frozen=True)
class Case:
    """One address as called. get, post, patch, delete: who may; None where the route does not take the verb.

    kwargs: of the record. body: what a good POST or PATCH says. record: the address or query names a record, which
    strangers do not find. strange: what a stranger's POST is answered; 0 where it is as good as anybody's.
    soft: the record is a filter; an unknown one finds nothing rather than 404. denied: for a role inside the policy
    that may not see what is asked for; unseen: roles that are told 404 whatever denied says.
    """

    route: str
    kwargs: Callable[[World], Kwargs] = _nothing
    query: str = ""
    get: Roles | None = None
    post: Roles | None = None
    patch: Roles | None = None
    delete: Roles | None = None
    body: Callable[[World], Kwargs] = _nothing
    record: bool = False
    soft: bool = False
    strange: int = 0
    denied: int = 403
    unseen: Roles = frozenset()

    @property
    def label(self) -> str:
        return f"{self.route}?{self.query}" if self.query else self.route

    def address(self, world: World) -> str:
        return self._with(self.kwargs(world), self.query)

    def missing(self, world: World) -> str:
        """The same address of a record that does not exist."""
        absent = {name: _absent(value) for name, value in self.kwargs(world).items()}
        return self._with(absent, self.query.replace("HAL", "NIL"))

    def elsewhere(self, world: World) -> str:
        """Under the stranger's own client, the number of a record that is not on it; '' where there is no such."""
        kwargs = self.kwargs(world)
        if set(kwargs) != {"key", "pk"}:
            return ""
        return self._with({**kwargs, "key": world.theirs.key}, self.query)

    def _with(self, kwargs: Kwargs, query: str) -> str:
        path = self.route if self.route.startswith("/") else reverse(self.route, kwargs=kwargs)
        return f"{path}?{query}" if query else path

    def verbs(self) -> dict[str, Roles]:
        given = {"get": self.get, "post": self.post, "patch": self.patch, "delete": self.delete}
        return {verb: roles for verb, roles in given.items() if roles is not None}


def _absent(value: Any) -> Any:
    if isinstance(value, int):
        return NO_NUMBER
    if value.isdigit():
        return str(NO_NUMBER)
    return value.replace("HAL", "NIL")


def key(world: World) -> Kwargs:
    return {"key": world.own.client.key}


def under(name: str) -> Callable[[World], Kwargs]:
    """The client's key and the number of one of its records."""
    return lambda world: {"key": world.own.client.key, "pk": getattr(world.own, name).pk}


def more(of: Callable[[World], Kwargs], **said: str) -> Callable[[World], Kwargs]:
    return lambda world: {**of(world), **said}


def number_of(name: str) -> Callable[[World], Kwargs]:
    return lambda world: {"pk": getattr(world.own, name).pk}


def of_sow(name: str) -> Callable[[World], Kwargs]:
    """The number of the statement of work and the key of what hangs on it."""
    return lambda world: {"number": world.own.sow.number, "pk": getattr(world.own, name).pk}


def calendar_body(world: World) -> Kwargs:
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "SUMMARY:Qvmeet",
             "DTSTART:20261102T090000Z", "END:VEVENT", "END:VCALENDAR", "")  # fmt: skip
    return {"file": SimpleUploadedFile("m.ics", "\r\n".join(lines).encode(), content_type="text/calendar")}


def contact_key(world: World) -> Kwargs:
    return {"key": world.own.contact.key}


def two_contacts(world: World) -> Kwargs:
    return {"key": world.own.contact.key, "other": world.own.boss.key}


SESSION: Kwargs = {"title": "Qvsession", "held_on": "2026-12-01", "dots": "4"}


def _pair(world: World) -> Kwargs:
    return {"key": world.own.client.key, "unit": world.own.unit.pk, "offering": world.own.offering.pk}


def survey_key(world: World) -> Kwargs:
    return {"key": world.own.survey.key}


def fixed(**kwargs: Any) -> Callable[[World], Kwargs]:
    return lambda world: kwargs


def fixed_body(**kwargs: Any) -> Callable[[World], Kwargs]:
    return lambda world: kwargs


def _upload(world: World) -> Kwargs:
    file = SimpleUploadedFile("fx.csv", b"month,base,quote,average\n2026-09,GBP,USD,1.3\n")
    return {"kind": "contracts", "source": "neutral", "upload": file}


def _paper(world: World) -> Kwargs:
    file = SimpleUploadedFile("offer.pdf", b"%PDF-1.7 x %%EOF", content_type="application/pdf")
    return {"proposal": world.own.proposal.key, "file": file}


def mail_of(world: World) -> int:
    """A reminder the director was sent."""
    mail = {"subject": "1 renewal", "body": "Qvmedia year", "claimed_at": world.now}
    return Mail.objects.get_or_create(user=world.people["director"], day=world.now.date(), defaults=mail)[0].pk


def view_of(world: World) -> int:
    """A view the director keeps for themselves."""
    owner = world.people["director"].pk
    return SavedView.objects.get_or_create(page="clients", name="Mine", query="q=HAL", owner_id=owner)[0].pk


def client_form(world: World) -> Kwargs:
    return {
        "name": "Quorvane Labs", "status": "active", "currency": "EUR", "timezone": "UTC", "fiscal_year_start": "1",
        "owner": world.people["director"].pk, "version": world.own.client.version,
    }  # fmt: skip


def _new_client(world: World) -> Kwargs:
    return {**client_form(world), "key": "NEW", "parent": world.own.client.pk}


def _deal(world: World) -> Kwargs:
    return {"name": "Qvlaunch film", "stage": "Proposal", "amount": "90000", "currency": "USD", "version": 1}


def _new_contract(world: World) -> Kwargs:
    return {
        "kind": "change_order", "client": world.own.client.pk, "parent": "HAL-SOW", "number": "HAL-CO-NEW",
        "title": "More of it", "start": "2026-11-01", "end": "2026-12-31", "amount": "1000", "currency": "USD",
    }  # fmt: skip


def call_of(world: World) -> int:
    """One that the director made for their own clients."""
    return ForecastCall.objects.filter(person=world.people["director"], year=2026).earliest("made_at").pk


def plan_of(world: World) -> int:
    return PackSchedule.objects.get(owner=world.people["director"]).pk


def pack_of(world: World) -> int:
    return PackSend.objects.get(owner=world.people["director"]).pk


def scenario_of(world: World) -> int:
    return Scenario.objects.get(owner=world.people["director"], name="Mine").pk


def _contract(world: World) -> Kwargs:
    sow = world.own.sow
    return {
        "kind": "sow", "title": "Qvmedia year", "start": "2026-01-01", "end": "2027-02-28", "amount": "130000",
        "currency": "USD", "status": "active", "version": sow.version, "parent": sow.parent_id, "billing": "retainer",
    }  # fmt: skip


def _figure(identity: str, get: Roles, *, api: bool = False, **kw: Any) -> Case:
    route = "api_figure" if api else "figure"
    record = "HAL" in identity
    return Case(route, fixed(figure_id=identity), get=get, record=record, denied=404, **kw)


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
        _figure(identity, roles)
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
CLIENTS = (
    Case("client_list", get=CLIENT_READERS),
    Case("client_list", query="q=HAL", get=CLIENT_READERS, record=True, soft=True),
    Case("client_list", query="format=csv", get=CLIENT_READERS),
    Case("client_list", query="format=xlsx", get=CLIENT_READERS),
    Case("new_client", get=DIRECTOR, post=DIRECTOR, body=_new_client, strange=422),
    Case("client", key, get=CLIENT_READERS, record=True),
    Case("client_facts", key, get=CLIENT_READERS, record=True),
    Case("client_standing_panel", key, get=RELATIONS, record=True),
    Case("client_kpi_panel", key, get=RELATIONS, record=True),
    Case("client_edit", key, get=DIRECTOR, post=DIRECTOR, body=client_form, record=True, strange=404),
    Case(
        "client_team", key, get=DIRECTOR, post=DIRECTOR, record=True, strange=404,
        body=lambda world: {"person": world.strangers["director"].pk, "duty": "member"},
    ),
    Case("client_team_remove", under("member"), post=DIRECTOR, record=True, strange=404),
    Case("client_stakeholders", key, get=RELATIONS, record=True),
    Case(
        "stakeholder_add", key, get=WRITERS, post=WRITERS, body=lambda world: {"last_name": "New"}, record=True,
        strange=404,
    ),
    Case(
        "stakeholder", under("stake"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"last_name": "Qvmenov", "version": "1-1"},
    ),
    Case("stakeholder_remove", under("stake"), get=WRITERS, post=WRITERS, record=True, strange=404),
    *(Case("client_stakeholders", key, query=f"view={view}", get=RELATIONS, record=True)
      for view in ("influence", "power", "list", "nonsense")),
    Case(
        "client_stakeholders", key, query="person=999999999", get=RELATIONS, record=True,
    ),
    Case("stakeholder_at_risk", under("stake"), get=MONEY, record=True),
    Case(
        "stakeholder_bond", under("stake"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"person": world.people["account_manager"].pk, "level": "2"},
    ),
    Case(
        "stakeholder_place", under("stake"), post=WRITERS, record=True, strange=404,
        body=lambda world: {"power": "4", "interest": "2", "version": "1"},
    ),
    Case(
        "influence_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {
            "source": world.own.boss.pk, "target": world.own.contact.pk, "kind": "conflict", "strength": "2",
        },
    ),
    Case(
        "influence", under("line"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {
            "source": world.own.contact.pk, "target": world.own.boss.pk, "kind": "influence", "strength": "1",
            "version": "1",
        },
    ),
    Case(
        "commitment_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"side": "theirs", "text": "Send the brief", "due": "2026-12-01"},
    ),
    Case(
        "commitment", under("promise"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"side": "ours", "text": "Send all figures", "due": "2026-12-01", "version": "1"},
    ),
    Case(
        "commitment_end", under("promise"), post=WRITERS, record=True, strange=404,
        body=lambda world: {"verb": "keep", "version": "1"},
    ),
    Case("client_voice", key, get=RELATIONS, record=True),
    Case("client_voice", key, query="format=csv", get=STANCE, record=True),
    Case(
        "feedback_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"date": "2026-11-04", "scale": "nps", "score": "9", "comment": "Good"},
    ),
    Case(
        "feedback", under("answer"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"date": "2026-11-04", "scale": "nps", "score": "4", "comment": "So so", "version": "1"},
    ),
    Case(
        "feedback_tag", under("answer"), post=WRITERS, record=True, strange=404,
        body=lambda world: {"theme": str(Theme.objects.get().pk), "on": "no"},
    ),
    Case("feedback_reply", under("answer"), post=WRITERS, record=True, strange=404, body=fixed_body(version="1")),
    Case(
        "insight_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(said="Too slow", kind="service", action="Answer in a day", raised_on="2026-11-04"),
    ),
    Case(
        "insight", under("insight"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(said="Slow", kind="service", action="Be quick", raised_on="2026-11-04", version="1"),
    ),
    Case("insight_done", under("insight"), post=WRITERS, record=True, strange=404, body=fixed_body(version="1")),
    Case(
        "survey_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="S", scale="nps", question="How?", closes_on="2199-01-01"),
    ),
    Case("client_health", key, get=RELATIONS, record=True),
    Case("health", get=RELATIONS),
    Case("health", query="format=csv", get=RELATIONS),
    Case("health_proof", get=RELATIONS),
    Case(
        "health_rules", get=DIRECTOR, post=DIRECTOR,
        body=lambda world: {
            **{f"weight_{name}": 20 for name in ("relationship", "delivery", "commercial", "value", "sentiment")},
            "margin_target": "40", "act": "preview",
        },
    ),
    Case("voice", get=RELATIONS),
    Case("voice", query="format=csv", get=RELATIONS),
    Case("voice_themes", get=RELATIONS, post=WRITERS, body=fixed_body(name="Price", words="price")),
    Case(
        "voice_theme", lambda world: {"pk": Theme.objects.get().pk}, get=WRITERS, post=WRITERS,
        body=fixed_body(name="Reporting", words="report", version="1"),
    ),
    Case("voice_theme_remove", lambda world: {"pk": Theme.objects.get().pk}, post=WRITERS),
    Case(
        "survey_new", get=WRITERS, post=WRITERS,
        body=fixed_body(title="S", scale="nps", question="How?", closes_on="2199-01-01"),
    ),
    Case("survey", survey_key, get=RELATIONS, record=True),
    Case(
        "survey_edit", survey_key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="S", scale="nps", question="How?", closes_on="2199-01-01", version="1"),
    ),
    Case(
        "survey_ask", survey_key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"contacts": [world.own.contact.pk]},
    ),
    Case(
        "survey_renew", lambda world: {"key": world.own.survey.key, "pk": world.own.asked.pk}, post=WRITERS,
        record=True, strange=404,
    ),
    Case("influence_remove", under("line"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "stakeholder_boss", under("stake"), post=WRITERS, record=True, strange=404,
        body=lambda world: {"boss": world.own.boss.pk, "version": "1"},
    ),
    Case("map_compare", key, get=RELATIONS, record=True),
    Case("map_compare", key, query="from=2026-01-01&format=csv", get=RELATIONS, record=True),
    *(Case(
        "stakeholder_guide", more(under("stake"), what=what), get=WRITERS,
        post=WRITERS, record=True, strange=404,
        body=fixed_body(signs="yes", stops="no", answers="yes", room="for", note="Said so", version="1"),
    ) for what in ("power", "level", "stance")),
    *(Case(
        "map_picture", more(key, audience=audience), get=RELATIONS,
        record=True,
    ) for audience in ("client", "internal")),
    Case("contact_list", get=RELATIONS),
    Case("contact_list", query="q=HAL&kind=client", get=RELATIONS),
    Case("contact_list", query="format=csv", get=RELATIONS),
    Case("contact", contact_key, get=RELATIONS, record=True),
    Case("new_contact", get=WRITERS, post=WRITERS, body=fixed_body(last_name="Qvnew", kind="analyst")),
    Case(
        "contact_edit", contact_key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"last_name": "Qvmenov", "version": world.own.contact.version},
    ),
    Case("contact_duplicates", get=WRITERS),
    Case("contact_merge", two_contacts, get=WRITERS, post=WRITERS, record=True, strange=404),
    Case("contact_apart", two_contacts, post=WRITERS, record=True, strange=404),
    Case("contact_merge_undo", number_of("merge"), post=WRITERS, record=True, strange=404),
    Case("contact_held", contact_key, post=frozenset({"director", "leadership"}), record=True, strange=404),
    Case(
        "contact_erase", contact_key, get=DIRECTOR, post=DIRECTOR, record=True, strange=404,
        body=fixed_body(reason="Asked", sure="on"),
    ),
    Case(
        "introduction_add", contact_key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"source": world.own.contact.pk, "target": world.own.boss.pk, "state": "asked"},
    ),
    Case(
        "introduction", number_of("introduction"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {
            "source": world.own.boss.pk, "target": world.own.contact.pk, "state": "made", "version": "1",
        },
    ),
    Case("introduction_remove", number_of("introduction"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "ask_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(text="Send it again", asked_on="2026-11-09"),
    ),
    Case(
        "ask", under("ask"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(text="Send it again", asked_on="2026-11-09", version="1"),
    ),
    Case(
        "ask_answer", under("ask"), post=WRITERS, record=True, strange=404,
        body=fixed_body(answer="Sent", version="1"),
    ),
    Case("log_calendar", get=WRITERS, post=WRITERS, body=calendar_body),
    Case("log", get=RELATIONS),
    Case("log", query="q=HAL", get=RELATIONS, record=True, soft=True),
    Case(
        "client_log", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"ref": "r-1", "date": "2026-11-02", "kind": "call", "notes": "Said yes"},
    ),
    Case(
        "touchpoint_edit", under("touch"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"date": "2026-11-02", "kind": "call", "notes": "Said no"},
    ),
    Case("touchpoint_remove", under("touch"), post=WRITERS, record=True, strange=404),
)  # fmt: skip
PART_WORDS: dict[str, Kwargs] = {
    "imperative": {"title": "Grow"},
    "objective": {"title": "Grow", "status": "on_track"},
    "measure": {"title": "Leads", "source": "reading", "unit": "count", "direction": "up", "target": "9"},
    "initiative": {"title": "Build", "status": "on_track"},
    "milestone": {"title": "Half way", "due": "2026-12-24"},
    "action": {"title": "Call", "status": "on_track"},
    "fact": {"kind": "risk", "title": "It rains"},
    "target": {"year": "2027", "amount": "100", "currency": "USD"},
}
ABOVE_OF = {"measure": "objective", "initiative": "objective", "milestone": "initiative", "action": "objective"}


def _part(world: World, kind: str) -> Any:
    return world.own.parts.get(kind) or getattr(world.own, kind)


def _of_parts() -> tuple[Case, ...]:
    """Every kind of part: added, changed, moved, taken out."""
    found: list[Case] = []
    for kind, words in PART_WORDS.items():

        def named(world: World, kind: str = kind) -> Kwargs:
            return {"key": "HAL", "kind": kind, "pk": _part(world, kind).pk}

        def whole(world: World, kind: str = kind) -> Kwargs:
            return {"key": "HAL", "kind": kind}

        def body(world: World, words: Kwargs = words) -> Kwargs:
            return {**words, "version": "1"}

        if kind not in ABOVE_OF:
            found.append(
                Case(
                    "plan_part_add",
                    whole,
                    get=WRITERS,
                    post=WRITERS,
                    record=True,
                    strange=404,
                    body=body,
                )
            )
        found.append(Case("plan_part", named, get=WRITERS, post=WRITERS, record=True, strange=404, body=body))
        found.append(
            Case(
                "plan_part_move",
                named,
                post=WRITERS,
                record=True,
                strange=404,
                body=lambda world: {"to": "down"},
            )
        )
        if kind in ("measure", "milestone", "fact", "target", "action"):
            found.append(Case("plan_part_remove", named, get=WRITERS, post=WRITERS, record=True, strange=404))
    return tuple(found)


PLANS = (
    Case("client_plan", key, get=RELATIONS, record=True),
    Case(
        "plan_ambition", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"ambition": "More", "horizon_years": "3", "version": "1"},
    ),
    Case(
        "objective_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Grow", "status": "on_track"},
    ),
    Case(
        "objective", under("objective"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Grow", "status": "on_track", "version": "1"},
    ),
    Case(
        "objective_cell", under("objective"), query="field=title", get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"field": "title", "title": "Grow", "version": "1"},
    ),
    Case(
        "action_add", under("objective"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Call", "status": "on_track"},
    ),
    Case(
        "action", under("action"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Call", "status": "on_track", "version": "1"},
    ),
    Case(
        "action_cell", under("action"), query="field=title", get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"field": "title", "title": "Call", "version": "1"},
    ),
    Case("plan_measures", key, get=RELATIONS, record=True),
    Case("plan_context", key, get=RELATIONS, record=True),
    Case("client_plan_targets", key, get=MONEY, record=True),
    Case(
        "plan_reading", lambda world: {"key": "HAL", "pk": world.own.parts["measure"].pk}, get=WRITERS, post=WRITERS,
        record=True, strange=404, body=lambda world: {"read_on": "2026-11-20", "value": "31"},
    ),
    Case(
        "plan_versions", key, get=RELATIONS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"note": "Now"},
    ),
    Case("plan_version", fixed(key="HAL", number=1), get=RELATIONS, record=True),
    Case("plan_difference", key, query="from=1", get=RELATIONS, record=True),
    Case(
        "plan_version_submit", fixed(key="HAL", number=1), post=WRITERS, record=True, strange=404,
        body=lambda world: {"version": "2"},
    ),
    Case(
        "plan_version_decide", fixed(key="HAL", number=1), post=DIRECTOR, record=True, strange=404,
        body=lambda world: {"version": "2", "verdict": "approve", "note": "Agreed"},
    ),
    Case("plan_version_restore", fixed(key="HAL", number=1), post=WRITERS, record=True, strange=404),
    Case("plan_board", key, get=RELATIONS, record=True),
    Case("plan_roadmap", key, get=RELATIONS, record=True),
    Case("plan_document", key, get=RELATIONS, record=True),
    Case("plan_freshness", key, get=RELATIONS, record=True),
    Case(
        "plan_action_status", under("action"), post=WRITERS, record=True, strange=404,
        body=lambda world: {"to": "done", "version": "1"},
    ),
    Case(
        "plan_confirm", lambda world: {"key": "HAL", "kind": "objective", "pk": world.own.objective.pk}, post=WRITERS,
        record=True, strange=404,
    ),
    Case("client_alignment", key, get=MONEY, record=True),
    Case("client_alignment", key, query="format=csv", get=MONEY, record=True),
    Case(
        "alignment_tie", key, query="contract=HAL-SOW", get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"imperative": world.own.parts["imperative"].pk, "share": "0.4"},
    ),
    Case("alignment_untie", under("tie"), post=WRITERS, record=True, strange=404),
    *_of_parts(),
    Case("plan_sessions", key, get=RELATIONS, record=True),
    Case("plan_session_add", key, get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(**SESSION)),
    Case("plan_session", under("session"), get=RELATIONS, record=True),
    Case("plan_session_board", under("session"), get=RELATIONS, record=True),
    Case("session_minutes", under("session"), get=RELATIONS, record=True),
    Case(
        "plan_session_edit", under("session"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(**SESSION, version="1"),
    ),
    Case(
        "plan_session_outcome", under("session"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(outcome="Qvagreed", version="1"),
    ),
    Case("plan_session_remove", under("session"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "plan_session_phase", under("session"), post=WRITERS, record=True, strange=404,
        body=fixed_body(to="vote", version="1"),
    ),
    Case(
        "session_item_add", under("session"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="Break", kind="talk", minutes="10"),
    ),
    Case(
        "session_item", under("item"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="Qvwhere", kind="ideas", minutes="20", version="1"),
    ),
    Case("session_item_remove", under("bare"), post=WRITERS, record=True, strange=404),
    Case(
        "session_idea_add", under("item"), post=WRITERS, record=True, strange=404, body=fixed_body(text="Qvmore"),
    ),
    Case(
        "session_idea", under("idea"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(text="Qvother", version="1"),
    ),
    Case("session_idea_remove", under("idea"), post=WRITERS, record=True, strange=404),
    Case("session_dots", under("idea"), post=WRITERS, record=True, strange=404, body=fixed_body(count="1")),
    Case(
        "session_turn", under("chosen"), post=WRITERS, record=True, strange=404, body=fixed_body(kind="objective"),
    ),
    Case("client_white_space", key, get=MONEY, record=True),
    Case("client_white_space", key, query="sort=state", get=MONEY, record=True),
    Case("client_white_space", key, query="format=csv", get=MONEY, record=True),
    Case("client_white_space", key, query="format=xlsx", get=MONEY, record=True),
    Case("client_white_space_panel", key, get=MONEY, record=True),
    Case(
        "white_space_cell", _pair, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(state="competitor", why="Qvrival", amount="90000", currency="USD", version="1"),
    ),
    Case("white_space_pursue", _pair, post=WRITERS, record=True, strange=404),
    Case(
        "business_unit_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(key="U-9", name="Travel"),
    ),
    Case(
        "business_unit", under("unit"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(name="Qvretailing", version="1"),
    ),
    Case("business_unit_remove", under("unit"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case("client_activity", key, get=RELATIONS, record=True),
)  # fmt: skip
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
FINANCIALS = (
    Case("pnl", get=MONEY),
    Case("pnl", query="client=HAL", get=MONEY, record=True),
    Case("pnl", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("pnl", query="format=xlsx", get=MONEY),
    Case("pnl", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("pnl", query="rows=client&scenario=variance", get=MONEY),
    Case("pnl", query="rows=contract&client=HAL", get=MONEY, record=True),
    Case("pnl", query="rows=service_line&client=HAL&format=csv", get=MONEY, record=True),
    Case("bridge", get=MONEY),
    Case("bridge", query="client=HAL&from=2026-Q2&to=2026-Q3", get=MONEY, record=True),
    Case("bridge", query="client=HAL&against=budget&format=csv", get=MONEY, record=True),
    Case("bridge", query="format=xlsx&measure=gross_revenue", get=MONEY),
    Case("entries", get=MONEY),
    Case("entries", query="client=HAL", get=MONEY, record=True),
    Case("entries", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("entries", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("entries", query="format=xlsx", get=MONEY),
    Case("close_list", get=CLOSE_READERS),
    Case("close", fixed(month="2026-10"), get=CLOSE_READERS),
    Case("close", fixed(month="2026-11"), get=CLOSE_READERS),
    Case("restatement", fixed(month="2026-10"), get=CLOSE_READERS),
    Case("restatement", fixed(month="2026-10"), query="format=xlsx", get=CLOSE_READERS),
    *(
        Case("close_file", fixed(month="2026-10", part=part, form=form), get=CLOSE_READERS)
        for part, form in (("checklist", "csv"), ("labour", "csv"), ("accruals", "xlsx"), ("late", "csv"))
    ),
    Case("close_now", fixed(month="2026-10"), post=FINANCE),
    Case("reopen", fixed(month="2026-10"), post=FINANCE, body=lambda world: {"reason": "late invoice"}),
    Case("close_check", fixed(month="2026-11"), post=FINANCE, body=lambda world: {"name": "bank", "done": "on"}),
    Case("post_accruals", fixed(month="2026-11"), post=FINANCE),
    Case(
        "overhead", get=frozenset({"finance", "leadership"}), post=FINANCE,
        body=lambda world: {"starts": "2026-11", "driver": "hours"},
    ),
    Case("client_financials", key, get=MONEY, record=True),
    Case("client_financials", key, query="format=xlsx", get=MONEY, record=True),
    Case("client_pnl_panel", key, get=MONEY, record=True),
    Case("retention", get=MONEY),
    Case("retention", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("retention", query="format=xlsx", get=MONEY),
    Case("receivables", get=MONEY),
    Case("receivables", query="client=HAL&as_of=2026-11-23", get=MONEY, record=True),
    Case("receivables", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("receivables", query="format=xlsx", get=MONEY),
    Case("invoices", get=MONEY),
    Case("invoices", query="client=HAL&state=open", get=MONEY, record=True),
    Case("invoices", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("invoices", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("invoices", query="format=xlsx", get=MONEY),
    Case("purchase_orders", get=MONEY),
    Case("purchase_orders", query="client=HAL", get=MONEY, record=True),
    Case("purchase_orders", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("purchase_orders", query="format=xlsx", get=MONEY),
    Case("client_receivables_panel", key, get=MONEY, record=True),
    Case("client_contracts_panel", key, get=CLIENT_READERS, record=True),
    Case("client_contracts", key, get=CLIENT_READERS, record=True),
    Case("contract_list", get=CLIENT_READERS),
    Case("contract_list", query="client=HAL", get=CLIENT_READERS, record=True, soft=True),
    Case("contract_list", query="format=csv", get=CLIENT_READERS),
    Case("contract_list", query="format=xlsx", get=CLIENT_READERS),
    Case("contract", fixed(number="HAL-SOW"), get=CLIENT_READERS, record=True),
    Case("contract_terms", fixed(number="HAL-SOW"), get=CLIENT_READERS, record=True),
    Case("contract_terms", fixed(number="HAL-SOW"), query="on=2026-10-01", get=CLIENT_READERS, record=True),
    Case("contract_billing", fixed(number="HAL-SOW"), get=CLIENT_READERS, record=True),
    Case(
        "term_add", fixed(number="HAL-SOW"), get=TERM_WRITERS, post=TERM_WRITERS, record=True, strange=404,
        body=fixed(topic="payment_days", value="45", starts="2190-01-01"),
    ),
    Case(
        "contract_move", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, record=True, strange=404,
        body=lambda world: {"to": "completed", "version": world.own.sow.version},
    ),
    Case(
        "plan_line_add", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, record=True, strange=404,
        body=fixed(due="2026-12-01", amount="10", label="Deposit"),
    ),
    Case("plan_line_remove", of_sow("invoice_line"), post=BOOKKEEPERS, record=True, strange=404),
    Case(
        "milestone_add", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, record=True, strange=404,
        body=fixed(key="M9", title="Launch", due="2026-12-01", amount="10"),
    ),
    Case(
        "milestone_cell", of_sow("milestone"), query="field=title", get=BOOKKEEPERS, post=BOOKKEEPERS, record=True,
        strange=404, body=lambda world: {"field": "title", "title": "Kick-off", "version": "1"},
    ),
    Case(
        "estimate_add", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, record=True, strange=404,
        body=fixed(month="2026-11", cost_to_go="10"),
    ),
    Case(
        "contract_document_add", post=TERM_WRITERS, strange=404,
        body=lambda world: {"number": "HAL-SOW", "file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 %%EOF")},
    ),
    Case("contract_document", number_of("document"), get=CLIENT_READERS, record=True),
    Case(
        "contract_edit", fixed(number="HAL-SOW"), get=BOOKKEEPERS, post=BOOKKEEPERS, body=_contract, record=True,
        strange=404,
    ),
    Case("new_contract", get=BOOKKEEPERS, post=BOOKKEEPERS, body=_new_contract, strange=422),
    Case("new_contract", query="client=HAL", get=BOOKKEEPERS, record=True),
    Case("new_contract", query="parent=HAL-SOW", get=BOOKKEEPERS, record=True),
    Case("client_hours", key, get=MONEY, record=True),
    Case("contract_hours", fixed(number="HAL-SOW"), get=MONEY, record=True),
    Case("draft_order", fixed(number="HAL-SOW"), post=BOOKKEEPERS, record=True, strange=404),
    Case("capacity", get=MONEY),
    Case("capacity", query="client=HAL", get=MONEY, record=True),
    Case("capacity", query="rows=person&weeks=13&person=delivery@example.com", get=MONEY),
    Case("capacity", query="format=csv", get=MONEY),
    Case("capacity", query="client=HAL&format=xlsx", get=MONEY, record=True),
    Case("allocation_list", get=MONEY),
    Case("allocation_list", query="client=HAL", get=MONEY, record=True),
    Case("allocation_list", query="role=Qvwriter&format=csv", get=MONEY),
    Case("allocation_plan", get=PLANNERS, post=PLANNERS),
    Case("allocation_plan", query="client=HAL&from=2026-12-07", get=PLANNERS, post=PLANNERS, record=True, strange=404),
    Case("leave", get=EVERYONE),
    Case("leave", query="past=yes&format=csv", get=EVERYONE),
    Case(
        "leave_add", post=BOOKERS, strange=422,
        body=lambda world: {
            "person": world.people["delivery"].pk, "starts": "2027-03-01", "ends": "2027-03-02", "hours": "",
        },
    ),
    Case("leave_remove", number_of("leave"), post=WRITERS | {"delivery"}, record=True, strange=404),
    Case("role_lead", post=DIRECTOR, body=fixed(role="Writer", weeks="6")),
    Case("client_capacity_panel", key, get=MONEY, record=True),
    Case("time_list", get=MONEY),
    Case("time_list", query="client=HAL", get=MONEY, record=True),
    Case("time_list", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("time_list", query="format=csv", get=MONEY),
    Case("time_list", query="client=HAL&format=xlsx", get=MONEY, record=True),
    Case(
        "time_bulk", post=BOOKERS, body=lambda world: {"act": "mend", "role": "Lead", "pick": [world.own.hours.pk]},
    ),
    Case("my_week", get=BOOKERS, post=BOOKERS),
    Case("my_week", query="week=2026-11-02", get=BOOKERS),
    Case("rates", get=MONEY),
    Case("rates", query="client=HAL", get=MONEY, record=True, soft=True),
    Case("rates", query="format=csv", get=MONEY),
    Case("rates", query="format=xlsx", get=MONEY),
    Case(
        "rate_add", get=FINANCE, post=FINANCE,
        body=fixed(kind="bill", role="Writer", rate="90", currency="USD", starts="2026-11-01"),
    ),
    Case("indexes", get=MONEY),
    Case("indexes", query="format=csv", get=MONEY),
    Case("indexes", query="format=xlsx", get=MONEY),
    Case(
        "index_reading_add", get=FINANCE, post=FINANCE,
        body=fixed(index="hicp", month="2026-11", value="101.5", source="Statistics office"),
    ),
    Case(
        "index_reading_edit", lambda world: {"pk": str(IndexReading.objects.latest("month").pk)}, get=FINANCE,
        post=FINANCE, body=fixed(value="134.8", source="Statistics office, revised", version="1"), strange=404,
    ),
    Case("forecast", get=MONEY),
    Case("forecast", query="client=HAL", get=MONEY, record=True),
    Case("forecast_movement", get=MONEY),
    Case("forecast_movement", query="client=HAL&since=2026-10-31", get=MONEY, record=True),
    Case("forecast_movement", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("forecast_movement", query="format=xlsx&from=2026-01&to=2027-06", get=MONEY),
    Case("movement_this_month", get=MONEY),
    Case("movement_margin", get=MONEY),
    Case("movement_margin", query="client=HAL&since=2026-10-31", get=MONEY, record=True),
    Case("forecast_looked", post=MONEY),
    Case("forecast", query="owner=owner@example.com", get=MONEY),
    Case("year_band", get=MONEY),
    Case("forecast_changes", get=MONEY),
    Case("forecast_changes", query="client=HAL&year=2026", get=MONEY, record=True),
    Case("forecast_changes", query="owner=owner@example.com", get=MONEY),
    Case("forecast_pack", get=MONEY),
    Case("pack_risks", get=MONEY),
    Case("forecast_call", post=WRITERS, body=lambda world: {"amount": "1000000", "reason": "As agreed"}),
    Case(
        "withdraw_call", lambda world: {"pk": call_of(world)}, post=DIRECTOR, body=lambda world: {"why": "Qvtoo early"},
        record=True, strange=404, denied=404,
    ),
    Case("scenarios", get=WRITERS),
    Case("scenarios", query="format=csv", get=WRITERS),
    Case("scenarios", query="format=xlsx", get=WRITERS),
    Case("new_scenario", post=WRITERS, body=lambda world: {"name": "What if"}),
    Case("scenario", lambda world: {"pk": scenario_of(world)}, get=DIRECTOR, record=True, denied=404),
    Case(
        "scenario_add", lambda world: {"pk": scenario_of(world)}, post=DIRECTOR, record=True, strange=404, denied=404,
        body=lambda world: {"kind": "lose", "client": "HAL", "from": "2027-01"},
    ),
    Case(
        "scenario_drop", lambda world: {"pk": scenario_of(world), "place": 0}, post=DIRECTOR, record=True, strange=404,
        denied=404,
    ),
    Case(
        "scenario_delete", lambda world: {"pk": scenario_of(world)}, post=DIRECTOR, record=True, strange=404, denied=404
    ),
    Case("forecast_accuracy", get=MONEY),
    Case("forecast_accuracy", query="client=HAL&source=backtest", get=MONEY, record=True),
    Case("forecast_accuracy", query="client=HAL&format=csv", get=MONEY, record=True),
    Case("forecast_accuracy", query="format=xlsx", get=MONEY),
    Case("accuracy_calls", get=MONEY),
    Case("measure_accuracy", post=BOOKKEEPERS),
    Case("add_override", query="client=HAL", post=WRITERS, body=lambda world: dict(CALL), record=True),
    Case(
        "revoke_override", lambda world: {"key": world.own.override.key}, post=WRITERS,
        body=lambda world: {"why": "Qvno longer"}, record=True,
    ),
    Case("forecast_margin", get=MONEY),
    Case("forecast_margin", query="client=HAL&year=2027", get=MONEY, record=True),
    Case("forecast_margin_export", fixed(form="csv"), get=MONEY),
    Case("forecast_margin_export", fixed(form="xlsx"), query="client=HAL", get=MONEY, record=True),
    Case("client_margin_panel", key, get=MONEY, record=True),
    Case("client_outlook_panel", key, get=MONEY, record=True),
    Case("forecast_export", fixed(form="csv"), get=MONEY),
    Case("forecast_export", fixed(form="xlsx"), query="client=HAL", get=MONEY, record=True),
)  # fmt: skip


def _of_kpi(**more: str) -> Callable[[World], Kwargs]:
    """The client's key, the KPI's number and that of what hangs on it, by the name it has in the address."""
    return lambda world: {
        "key": "HAL", "pk": world.own.kpi.pk, **{name: getattr(world.own, part).pk for name, part in more.items()}
    }  # fmt: skip


_KPI: Kwargs = {"name": "Qvaware", "unit": "leads", "direction": "up", "gathers": "last", "frequency": "month"}
KPIS = (
    Case("kpis", get=RELATIONS),
    Case("kpis", query="standing=watch&page=2", get=RELATIONS),
    Case("kpis", query="format=csv", get=RELATIONS),
    Case("report_pdf", fixed(name="kpis"), get=RELATIONS, post=RELATIONS),
    Case("report_pdf", fixed(name="kpis"), query="client=HAL", get=RELATIONS, post=RELATIONS, record=True, strange=404),
    Case("client_kpis", key, get=RELATIONS, record=True),
    Case("client_kpis", key, query="format=xlsx", get=RELATIONS, record=True),
    Case("kpi_add", key, get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(**_KPI)),
    Case("kpi", _of_kpi(), get=RELATIONS, record=True),
    Case(
        "kpi_edit", _of_kpi(), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(version="1", **_KPI),
    ),
    Case("kpi_remove", _of_kpi(), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "kpi_reading_add", _of_kpi(), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(period="2026-09", actual="27"),
    ),
    Case(
        "kpi_reading_cell", _of_kpi(reading="kpi_reading"), query="field=actual", get=WRITERS, post=WRITERS,
        record=True, strange=404, body=fixed_body(field="actual", actual="26", version="1"),
    ),
    Case("kpi_reading_remove", _of_kpi(reading="kpi_reading"), post=WRITERS, record=True, strange=404),
    Case(
        "kpi_phase_add", _of_kpi(), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(period="2026-09", target="27"),
    ),
    Case("kpi_phase_remove", _of_kpi(phase="phase"), post=WRITERS, record=True, strange=404),
    Case("client_web", key, get=RELATIONS, record=True),
    Case("kpi_library", get=RELATIONS, post=DIRECTOR, body=fixed_body(**_KPI)),
    Case(
        "kpi_definition", lambda world: {"pk": KpiDefinition.objects.get().pk}, get=DIRECTOR, post=DIRECTOR,
        body=fixed_body(version="1", **_KPI),
    ),
    Case("kpi_definition_remove", lambda world: {"pk": KpiDefinition.objects.get().pk}, post=DIRECTOR),
    _figure("kpi.actual:client=HAL;kpi=HAL-K", RELATIONS),
    _figure("kpi.attained:client=HAL;kpi=HAL-K", RELATIONS),
    _figure("kpi.year_end:client=HAL;kpi=HAL-K", RELATIONS),
    _figure("kpi.mean:client=HAL", RELATIONS),
    _figure("kpi.mean", RELATIONS),
)  # fmt: skip


_CAMPAIGN: Kwargs = {
    "name": "Qvsun", "state": "planned", "starts_on": "2026-12-01", "ends_on": "2026-12-31", "currency": "USD",
}  # fmt: skip


def _channel(world: World) -> Kwargs:
    return {"key": "HAL", "pk": world.own.campaign.pk, "channel": world.own.channel.pk}


CAMPAIGNS = (
    Case("campaigns", get=RELATIONS),
    Case("campaigns", query="format=csv", get=RELATIONS),
    Case("report_pdf", fixed(name="campaigns"), get=RELATIONS, post=RELATIONS),
    Case("client_campaigns", key, get=RELATIONS, record=True),
    Case("campaign_add", key, get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(**_CAMPAIGN)),
    Case("campaign", under("campaign"), get=RELATIONS, record=True),
    Case(
        "campaign_edit", under("campaign"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(version="1", **_CAMPAIGN),
    ),
    Case("campaign_remove", under("campaign"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "campaign_channel", under("campaign"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(channel="Print", budget="100"),
    ),
    Case(
        "campaign_spend", _channel,
        get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(month="2026-11", amount="50"),
    ),
    Case(
        "campaign_channel_edit", _channel, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {"channel": "Radio", "budget": "90", "version": str(world.own.channel.version)},
    ),
    Case("campaign_channel_remove", _channel, get=WRITERS, post=WRITERS, record=True, strange=404),
    _figure("campaign.spent:client=HAL;campaign=HAL-CA", RELATIONS),
    _figure("campaign.pace:client=HAL;campaign=HAL-CA", RELATIONS),
)  # fmt: skip
_BENEFIT: Kwargs = {
    "title": "Qvsaved", "driver": "cost", "hard": "on", "share": "1", "confidence": "high", "currency": "USD",
}  # fmt: skip
VALUE = (
    Case("client_value", key, get=MONEY, record=True),
    Case("client_value", key, query="format=csv", get=MONEY, record=True),
    Case("report_pdf", fixed(name="benefits"), get=MONEY, post=MONEY),
    Case("benefit_add", key, get=WRITERS, post=WRITERS, record=True, strange=404, body=fixed_body(**_BENEFIT)),
    Case("benefit", under("benefit"), get=MONEY, record=True),
    Case(
        "benefit_edit", under("benefit"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(version="1", **_BENEFIT),
    ),
    Case("benefit_remove", under("benefit"), get=WRITERS, post=WRITERS, record=True, strange=404),
    Case(
        "benefit_amount", under("benefit"), get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(month="2026-11", amount="50"),
    ),
    Case(
        "benefit_reopen", under("benefit"), post=WRITERS, record=True, strange=404, body=fixed_body(reason="Qvwrong")
    ),
    Case(
        "value_cost_add", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=fixed_body(title="Qvtool", month="2026-11", amount="50", currency="USD"),
    ),
    Case("value_cost_remove", under("value_cost"), post=WRITERS, record=True, strange=404),
    Case(
        "value_ask", key, get=WRITERS, post=WRITERS, record=True, strange=404,
        body=lambda world: {
            "contact": world.own.contact.pk, "benefits": [world.own.benefit.pk],
            "expires_on": timezone.localdate().isoformat(),
        },
    ),
    Case("value_ask_end", under("value_ask"), post=WRITERS, record=True, strange=404),
    *(_figure(f"value.{name}:client=HAL", MONEY) for name in ("signed", "cost", "roi", "payback", "npv")),
)  # fmt: skip
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

PAGES: tuple[Case, ...] = (
    *SHELL,
    *IMPORTS,
    *PEOPLE,
    *REMINDERS,
    *VIEWS,
    *CLIENTS,
    *PLANS,
    *DEALS,
    *KPIS,
    *INTELLIGENCE,
    *CAMPAIGNS,
    *VALUE,
    *LOOK,
    *FINANCIALS,
    *REPORTS,
    *REVIEWS,
)
