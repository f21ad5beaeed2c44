"""Clients: lists, pages, contacts, touchpoints, voice and health."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Theme
from tests.sweeps.cases.base import (
    CLIENT_READERS,
    DIRECTOR,
    MONEY,
    RELATIONS,
    STANCE,
    WRITERS,
    Case,
    Kwargs,
    fixed_body,
    key,
    more,
    number_of,
    under,
)
from tests.sweeps.world import World


def calendar_body(world: World) -> Kwargs:
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "SUMMARY:Qvmeet",
             "DTSTART:20261102T090000Z", "END:VEVENT", "END:VCALENDAR", "")  # fmt: skip
    return {"file": SimpleUploadedFile("m.ics", "\r\n".join(lines).encode(), content_type="text/calendar")}


def contact_key(world: World) -> Kwargs:
    return {"key": world.own.contact.key}


def two_contacts(world: World) -> Kwargs:
    return {"key": world.own.contact.key, "other": world.own.boss.key}


def survey_key(world: World) -> Kwargs:
    return {"key": world.own.survey.key}


def client_form(world: World) -> Kwargs:
    return {
        "name": "Quorvane Labs", "status": "active", "currency": "EUR", "timezone": "UTC", "fiscal_year_start": "1",
        "owner": world.people["director"].pk, "version": world.own.client.version,
    }  # fmt: skip


def _new_client(world: World) -> Kwargs:
    return {**client_form(world), "key": "NEW", "parent": world.own.client.pk}


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
