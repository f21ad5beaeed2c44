"""S13: what people wrote is text wherever it is shown: nothing of it runs, and the page's policy refuses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page

from accounts.models import Action, Client, Contact, Objective, Opportunity, Plan, Stakeholding, Touchpoint
from common.models import AuditEntry, ImportBatch, Job
from financials.models import Contract
from people.models import User
from qbr.models import Deck, SlideEdit
from tests.sweeps.live import give_session, served, session_of
from tests.sweeps.world import World, build_world

XSS = (
    "<script>window.__xss=1</script>",
    '"><img src=x onerror=window.__xss=1>',
    "'><svg onload=window.__xss=1>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'>",
    "javascript:window.__xss=1",
    "{{ 7*7 }}{% now 'Y' %}${7*7}",
    "</title></textarea></script><script>window.__xss=1</script>",
    '<a href="javascript:window.__xss=1" autofocus onfocus=window.__xss=1>x</a>',
)
EVERYTHING = " ".join(XSS)
WATCH = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
PATHS = (
    "/", "/clients/", "/clients/HAL/", "/clients/HAL/edit/", "/clients/HAL/team/", "/clients/HAL/stakeholders/",
    "/clients/HAL/plan/", "/clients/HAL/growth/", "/clients/HAL/contracts/", "/clients/HAL/financials/",
    "/clients/HAL/reviews/", "/clients/HAL/activity/", "/clients/HAL/log/", "/pipeline/", "/opportunities/HAL-OPP/",
    "/contracts/", "/contracts/HAL-SOW/", "/financials/pnl/", "/financials/entries/", "/forecast/", "/reviews/",
    "/reviews/{draft}/", "/reviews/{draft}/preview/", "/jobs/", "/audit/", "/imports/", "/imports/{batch}/",
    "/settings/", "/search/?q=script", "/help/", "/help/components/",
    "/figures/pnl.net_revenue:client=HAL;from=2026-01;to=2026-10/",
)  # fmt: skip


def _build() -> tuple[World, str]:
    """The world with the whole corpus in every text it has."""
    world = build_world()
    short, long = EVERYTHING[:80], EVERYTHING
    Client.objects.update(name=long[:200], industry=short, notes=long)
    for number, contact in enumerate(Contact.objects.all()):
        text = XSS[number % len(XSS)][:80]
        Contact.objects.filter(pk=contact.pk).update(first_name=text, last_name=text, title=long[:120])
    Stakeholding.objects.update(stance=-1, evidence=long)
    Plan.objects.update(ambition=long)
    for model in (Objective, Action):
        model.objects.update(title=long[:200])
    Action.objects.update(next_step=long[:300])
    Opportunity.objects.update(name=long[:200], stage=XSS[0][:60], next_step=long[:300], offering=long[:120])
    Touchpoint.objects.update(notes=long)
    Contract.objects.update(title=long[:200], service_line=short)
    User.objects.exclude(role="administrator").update(name=long[:120])
    AuditEntry.objects.update(object_label=long[:200], changes={XSS[1]: [long, long]})
    Job.objects.filter(state="dead").update(error=long, doing=long[:200])
    ImportBatch.objects.update(file_name=long[:255], error=long, notes=[{"text": long, "count": 1, "examples": [long]}])
    Deck.objects.update(title=long[:200])
    SlideEdit.objects.create(deck=world.own.draft, slide="title", words={"verdict": long[:150], "notes": long})
    return world, session_of(world.people["director"])


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, tuple[World, str]]]:
    with served(django_db_blocker, _build) as made:
        yield made


@pytest.mark.django_db
def test_nothing_written_by_people_runs(site: tuple[str, tuple[World, str]], page: Page) -> None:
    address, (world, session) = site
    give_session(page.context, address, session)
    page.add_init_script(WATCH)
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    for pattern in PATHS:
        path = pattern.format(draft=world.own.draft.pk, batch=world.batch.pk)
        answer = page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == 200, path
        page.wait_for_load_state("networkidle" if path in ("/", "/clients/HAL/") else "load")  # these two load more
        assert page.evaluate("window.__xss") is None, path
        if "preview" not in path:  # no script runs there, ours neither
            assert page.evaluate("window.__refused") == [], path
        links = page.eval_on_selector_all("a[href], form[action]", "all => all.map(one => one.href || one.action)")
        assert [link for link in links if str(link).startswith(("javascript:", "data:"))] == [], path
        assert "49" not in page.title()
    assert dialogs == []


@pytest.mark.django_db
def test_templates_in_the_text_stay_text(site: tuple[str, tuple[World, str]], page: Page) -> None:
    address, (_, session) = site
    give_session(page.context, address, session)
    page.goto(f"{address}/clients/HAL/plan/")
    assert "{{ 7*7 }}{% now 'Y' %}${7*7}" in page.inner_text("main")
