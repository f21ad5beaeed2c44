"""Three days' work in a real browser: explain a figure, change the plan together, and do it all by any eyes."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from accounts.models import Action, Opportunity, Touchpoint
from financials.models import CloseCheck
from tests.browser.conftest import Enter, Site
from tests.browser.eyes import WAYS, faults
from tests.makers import PASSWORD

pytestmark = pytest.mark.django_db


def test_a_director_follows_a_figure_to_its_entries(site: Site, page: Page) -> None:
    page.set_default_timeout(60_000)
    page.goto(f"{site.url}/clients/HAL/")
    page.get_by_label("E-mail").fill("Owner@Example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/clients/HAL/")
    page.goto(f"{site.url}/")
    figure = page.locator("a[data-figure]").first
    figure.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel).to_be_visible()
    expect(panel.locator("h2")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(figure).to_be_focused()
    page.locator('main a[href="/clients/HAL/"]').first.click()
    expect(page.locator("h1")).to_contain_text("Quorvane Labs")
    page.get_by_role("navigation", name="Client pages").get_by_role("link", name="Financials").click()
    expect(page).to_have_url(re.compile(r"/clients/HAL/financials/"))
    page.locator("main table a[data-figure]").first.click()
    panel.locator('a[href*="/financials/entries/"]').first.click()
    expect(page).to_have_url(re.compile(r"/financials/entries/\?.*client=HAL"))
    assert page.locator("main tbody tr").count() > 0


def test_two_editors_of_one_action_lose_nothing(site: Site, enter: Enter) -> None:
    action = site.world.own.action
    row = f"#action-{action.pk}"
    first, second = enter("account_manager"), enter("director")
    for page in (first, second):
        page.goto("/clients/HAL/plan/")
        page.locator(f"{row} a.cell").nth(3).click()
        expect(page.locator(f"{row} form.cell-edit input[name=next_step]")).to_be_focused()
    for page, words in ((first, "Call Greta on Monday"), (second, "Write to Greta first")):
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        if page is first:
            expect(page.locator(row)).to_contain_text(words)
    note = second.locator(f"{row} .cell-note")
    expect(note).to_contain_text("Jon Park saved “Call Greta on Monday”")
    expect(second.locator(f"{row} input[name=next_step]")).to_have_value("Write to Greta first")
    assert Action.objects.get(pk=action.pk).next_step == "Call Greta on Monday"
    note.get_by_role("button", name="Keep yours").click()
    expect(note).to_have_count(0)
    expect(second.locator(row)).to_contain_text("Write to Greta first")
    fresh = Action.objects.get(pk=action.pk)
    assert (fresh.next_step, fresh.version) == ("Write to Greta first", 3)


def test_a_manager_logs_a_touchpoint(site: Site, enter: Enter) -> None:
    page = enter("account_manager", width=390)
    page.goto("/log/")
    page.locator("main").get_by_role("link", name="Quorvane Labs").click()
    page.locator("label", has_text="Call").click()
    page.get_by_label("Ravi Qvmenov").check()
    page.get_by_label("What was said or decided").fill("He wants the benchmark by Friday")
    page.get_by_role("button", name="Log touchpoint").click()
    expect(page.locator("main")).to_contain_text("He wants the benchmark by Friday")
    touch = Touchpoint.objects.get(notes="He wants the benchmark by Friday")
    assert (touch.kind, touch.client_id) == ("call", site.world.own.client.pk)
    assert [contact.last_name for contact in touch.theirs.all()] == ["Qvmenov"]


def test_a_director_keeps_a_view_and_changes_its_deals_at_once(site: Site, enter: Enter) -> None:
    page = enter("director")
    page.goto("/pipeline/")
    page.locator("summary", has_text="Category").click()
    page.locator("details[open]").get_by_role("link", name="Commit", exact=True).click()
    expect(page).to_have_url(re.compile("category=commit"))
    page.locator("#saved-views-pipeline summary").click()
    page.get_by_label("Keep these filters as").fill("My commits")
    page.get_by_role("button", name="Save view").click()
    page.goto("/pipeline/")
    page.locator("#saved-views-pipeline summary").click()
    page.locator("#saved-views-pipeline").get_by_role("link", name="My commits").click()
    expect(page.locator("#saved-views-pipeline summary")).to_contain_text("My commits")
    rows = page.get_by_role("region", name="Deals").locator("tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("checkbox").check()
    page.get_by_label("Stage", exact=True).fill("Verbal")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(rows).to_contain_text("Verbal")
    expect(page.locator("#saved-views-pipeline summary")).to_contain_text("My commits")
    assert Opportunity.objects.get(pk=site.world.own.deal.pk).stage == "Verbal"


def test_finance_ticks_a_check_and_takes_the_pivot_away(site: Site, enter: Enter) -> None:
    page = enter("finance")
    page.goto("/financials/pnl/")
    page.get_by_role("navigation", name="Pages of this part").get_by_role("link", name="Close").click()
    page.locator('main a[href="/financials/close/2026-11/"]').first.click()
    ticked = page.get_by_role("list", name="Checks ticked by finance").get_by_role("listitem").first
    expect(ticked.locator(".when")).to_have_text("Open")
    ticked.get_by_role("textbox").fill("Bank agreed to the cent")
    ticked.get_by_role("button", name="Tick").click()
    expect(ticked.locator(".when")).to_have_text("Done")
    expect(ticked).to_contain_text("Bank agreed to the cent")
    kept = CloseCheck.objects.get(month=date(2026, 11, 1), done=True)
    assert (kept.note, kept.by) == ("Bank agreed to the cent", site.world.people["finance"].email)
    page.goto("/financials/pnl/")
    page.locator("summary", has_text="Rows").click()
    page.get_by_role("link", name="Client", exact=True).click()
    expect(page).to_have_url(re.compile(r"rows=client"))
    row = page.get_by_role("row", name=re.compile("^Quorvane Labs"))
    figure = row.locator("a[data-figure]").last
    shown = figure.inner_text()
    figure.click()
    panel = page.locator("#panel")
    expect(panel.locator("h2")).not_to_be_empty()
    with page.expect_download() as coming:
        page.locator("main").get_by_role("link", name="XLSX").click()
    book = load_workbook(BytesIO(coming.value.path().read_bytes()))
    lines = [
        line for sheet in book.worksheets for line in sheet.iter_rows(values_only=True) if line[0] == "Quorvane Labs"
    ]
    assert [round(Decimal(str(line[-1])) / 1000, 1) for line in lines] == [Decimal(shown.replace(",", ""))]


MAIN_PAGES = (
    ("director", "/"),
    ("director", "/clients/"),
    ("director", "/clients/HAL/"),
    ("director", "/clients/HAL/stakeholders/"),
    ("director", "/clients/HAL/plan/"),
    ("director", "/clients/HAL/growth/"),
    ("director", "/clients/HAL/contracts/"),
    ("director", "/clients/HAL/financials/"),
    ("director", "/clients/HAL/activity/"),
    ("director", "/clients/HAL/log/"),
    ("director", "/clients/HAL/edit/"),
    ("director", "/pipeline/"),
    ("director", "/contracts/"),
    ("director", "/contracts/HAL-SOW/"),
    ("director", "/contracts/HAL-SOW/terms/"),
    ("director", "/contracts/HAL-SOW/billing/"),
    ("director", "/financials/pnl/"),
    ("director", "/financials/pnl/?rows=client"),
    ("director", "/financials/bridge/"),
    ("director", "/financials/receivables/"),
    ("director", "/financials/invoices/"),
    ("director", "/financials/purchase-orders/"),
    ("director", "/financials/retention/"),
    ("director", "/financials/capacity/?from=2026-11-23"),
    ("director", "/financials/capacity/?rows=person&client=HAL&from=2026-11-23"),
    ("director", "/financials/capacity/rows/?from=2026-11-23"),
    ("director", "/financials/capacity/plan/?client=HAL&from=2026-11-30"),
    ("director", "/financials/leave/"),
    ("director", "/financials/close/"),
    ("director", "/financials/close/2026-10/restatement/"),
    ("account_manager", "/financials/time/week/"),
    ("finance", "/"),
    ("finance", "/financials/time/"),
    ("finance", "/financials/rates/"),
    ("finance", "/financials/close/2026-11/"),
    ("finance", "/financials/overhead/"),
    ("director", "/financials/entries/"),
    ("director", "/forecast/"),
    ("director", "/contacts/"),
    ("director", "/contacts/HAL-C1/"),
    ("director", "/contacts/duplicates/"),
    ("director", "/contacts/HAL-C1/merge/HAL-C2/"),
    ("director", "/contacts/HAL-C1/erase/"),
    ("director", "/clients/HAL/stakeholders/compare/"),
    ("director", "/log/"),
    ("director", "/log/calendar/"),
    ("director", "/reviews/"),
    ("director", "/reviews/{draft}/"),
    ("director", "/reviews/{frozen}/"),
    ("director", "/imports/"),
    ("director", "/jobs/"),
    ("director", "/audit/"),
    ("director", "/settings/"),
    ("director", "/help/"),
    ("director", "/search/?q=Qv"),
    ("director", "/figures/pnl.net_revenue:client=HAL;from=2026-01;to=2026-10/"),
    ("director", "/no-such-page/"),
    ("legal", "/"),
    ("administrator", "/"),
    ("administrator", "/settings/people/"),
)


@pytest.mark.parametrize(("width", "theme"), WAYS)
@pytest.mark.parametrize("role", sorted({role for role, _ in MAIN_PAGES}))
def test_no_page_keeps_anybody_out(site: Site, enter: Enter, role: str, width: int, theme: str) -> None:
    """axe finds nothing, wide and narrow, by day and by night; and no page scrolls sideways."""
    wrong: list[tuple[str, str]] = []
    page = enter(role, width=width, theme=theme)
    for pattern in (pattern for whose, pattern in MAIN_PAGES if whose == role):
        path = pattern.format(draft=site.world.own.draft.pk, frozen=site.world.own.frozen.pk)
        page.goto(path)
        if path in ("/", "/clients/HAL/"):  # parts of these come after the page
            page.wait_for_load_state("networkidle")
        wrong += [(path, fault) for fault in faults(page)]
    assert wrong == []
