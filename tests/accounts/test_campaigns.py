"""Campaigns: how fast they spend, what their KPIs read before and since, files, and who may."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from accounts.calc.campaigns import before_after, pacing
from accounts.calc.kpis import Read, span_of
from accounts.models import Campaign, CampaignChannel, CampaignSpend, Kpi
from accounts.queries.campaigns import load_campaigns
from common.figures import explain
from common.models import AuditEntry
from people.models import User
from portfolio.imports.runner import load_rows
from tests.accounts.conftest import World
from tests.makers import make_client, make_user
from tests.portfolio.test_api_calls import Caller

JULY, DECEMBER = date(2026, 7, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("spent", "index", "standing"),
    [
        ("300", "0.5", "at_risk"),  # a quarter of the money in half of the time
        ("600", "1", "on_track"),
        ("660", "1.1", "on_track"),
        ("672", "1.12", "watch"),
        ("480", "0.8", "watch"),
        ("1200", "2", "at_risk"),
    ],
)
def test_pace_is_the_share_spent_over_the_share_of_time(spent: str, index: str, standing: str) -> None:
    """1,200 over 184 days; 92 of them are gone."""
    found = pacing(D(1200), D(spent), JULY, DECEMBER, date(2026, 9, 30))
    assert (found.time, found.index, found.standing) == (D("0.5"), D(index), standing)


def test_without_a_budget_or_before_the_start_no_pace_is_known() -> None:
    assert pacing(D(0), D(5), JULY, DECEMBER, DECEMBER).index is None
    assert pacing(D(9), D(0), JULY, DECEMBER, date(2026, 6, 1)).standing == "unknown"
    assert pacing(D(9), D(9), JULY, DECEMBER, date(2027, 6, 1)).index == 1


def test_before_and_since_are_means_of_as_many_days() -> None:
    """Two months run: June and May before, July and August since; April is too long ago, September not over."""
    spans = [span_of(f"2026-{month:02}") for month in range(4, 10)]
    reads = [Read(span.first, span.last, D(value)) for span, value in zip(spans, (99, 10, 20, 30, 50, 77), strict=True)]
    found = before_after(reads, JULY, DECEMBER, date(2026, 8, 31))
    assert (found.before, found.after, found.change) == (D(15), D(40), D(25))
    assert before_after(reads[2:], JULY, DECEMBER, date(2026, 8, 31)).change == D(20)
    assert before_after(reads[3:], JULY, DECEMBER, date(2026, 8, 31)).change is None


@pytest.fixture
def campaign(world: World, owner: User) -> Campaign:
    made = Campaign.objects.create(
        client=world.client, key="HAL-CA", name="Winter", state="running", starts_on=JULY, ends_on=DECEMBER,
        currency="USD", owner=owner,
    )  # fmt: skip
    radio = CampaignChannel.objects.create(campaign=made, channel="Radio", budget=D(1000))
    CampaignChannel.objects.create(campaign=made, channel="Search", budget=D(200))
    for month, amount in ((7, 100), (8, 100), (9, 100)):
        CampaignSpend.objects.create(channel=radio, month=date(2026, month, 1), amount=D(amount))
    return made


def test_the_page_says_how_fast_and_explains_it(world: World, owner: User, campaign: Campaign, sign_in: Any) -> None:
    kpi = Kpi.objects.create(client=world.client, key="HAL-K", name="Awareness", unit="score", target=D(9))
    campaign.kpis.add(kpi)
    row = load_campaigns(owner, date(2026, 11, 23))[0]
    assert (row.budget, row.spent.value, row.known_to) == (D(1200), D(300), date(2026, 9, 30))
    assert (row.pace.index, row.pace.standing) == (D("0.5"), "at_risk")
    assert [one.pace.index for one in row.channels] == [D("0.6"), D(0)]
    assert row.words == "25% spent in 50% of the time, to 30 Sep 2026: too slow"
    for name, value in (("spent", D(300)), ("pace", D("0.5"))):
        told = explain(owner, f"campaign.{name}:client=HAL;campaign=HAL-CA", now=timezone.now())
        assert told.figure.value == value
    browser = sign_in(owner)
    html = browser.get(f"/clients/HAL/kpis/campaigns/{campaign.pk}/").content.decode()
    assert "too slow" in html
    assert "What was, not what made it so" in html
    assert "Winter spends too slow" in browser.get("/clients/HAL/kpis/campaigns/").content.decode()
    assert b"Radio" in b"".join(browser.get("/kpis/campaigns/?format=csv"))


def test_budget_and_spend_are_corrected_and_told(world: World, owner: User, campaign: Campaign, sign_in: Any) -> None:
    browser, url = sign_in(owner), f"/clients/HAL/kpis/campaigns/{campaign.pk}"
    radio = campaign.channels.get(channel="Radio")
    assert browser.post(f"{url}/channels/", {"channel": "Radio", "budget": "900"}).status_code == 302
    assert browser.post(f"{url}/channels/{radio.pk}/spend/", {"month": "2026-09", "amount": "110"}).status_code == 302
    assert browser.post(f"{url}/channels/{radio.pk}/spend/", {"month": "2026-09", "amount": "110"}).status_code == 302
    radio.refresh_from_db()
    assert (radio.budget, radio.spend.get(month=date(2026, 9, 1)).amount) == (D(900), D(110))
    assert AuditEntry.objects.filter(object_kind="campaign").count() == 2
    good = {"name": "N", "state": "planned", "starts_on": "2026-02-02", "ends_on": "2026-02-03", "currency": "USD"}
    for path, body in (
        ("channels/", {"channel": "", "budget": "9"}),
        ("channels/", {"channel": "X", "budget": "-1"}),
        (f"channels/{radio.pk}/spend/", {"month": "September", "amount": "9"}),
        ("edit/", {**good, "ends_on": "2026-02-01"}),
        ("edit/", {**good, "currency": "??"}),
    ):
        assert browser.post(f"{url}/{path}", body).status_code == 422, body


def test_files_bring_campaigns_and_their_spend(world: World, owner: User) -> None:
    Kpi.objects.create(client=world.client, key="HAL-K", name="Awareness")
    other = make_client("OTH", owner=make_user("director", email="else@example.com"))
    Kpi.objects.create(client=other, key="OTH-K", name="Theirs")
    row = {
        "key": "C1", "client": "HAL", "name": "Sun", "starts_on": "2026-07-01", "ends_on": "2026-12-31",
        "currency": "USD", "kpis": "HAL-K",
    }  # fmt: skip

    def load(kind: str, *rows: dict[str, str]) -> Any:
        return load_rows(kind, rows, actor="x", now=timezone.now(), user=owner)

    assert load("campaigns", row).created == 1
    assert load("campaigns", row).unchanged == 1
    assert load("campaigns", {**row, "key": "C2", "kpis": "OTH-K"}).rejected == 1
    assert load("campaigns", {**row, "key": "C2", "ends_on": "2026-01-01"}).rejected == 1
    spend = (
        {"campaign": "C1", "channel": "Radio", "budget": "1000", "month": "2026-07", "spent": "90"},
        {"campaign": "C1", "channel": "Radio", "budget": "1000", "month": "2026-08", "spent": "80"},
    )
    assert load("campaign_spend", *spend).created == 2
    assert load("campaign_spend", *spend).unchanged == 2
    assert load("campaign_spend", {**spend[0], "spent": "95"}).updated == 1
    found = load_campaigns(owner, date(2026, 11, 23))[0]
    assert (found.budget, found.spent.value) == (D(1000), D(175))
    for bad in (
        {"campaign": "NO", "channel": "Radio", "budget": "1", "month": "", "spent": ""},
        {"campaign": "C1", "channel": "Print", "budget": "", "month": "2026-07", "spent": "1"},
        {"campaign": "C1", "channel": "Radio", "budget": "", "month": "2026-07", "spent": ""},
        {"campaign": "C1", "channel": "Radio", "budget": "", "month": "", "spent": ""},
        {"campaign": "C1", "channel": "Radio", "budget": "-1", "month": "", "spent": ""},
    ):
        assert load("campaign_spend", bad).rejected == 1, bad


def test_another_clients_campaign_is_as_none(world: World, owner: User, campaign: Campaign, sign_in: Any) -> None:
    stranger = make_user("director", email="else@example.com")
    make_client("OTH", owner=stranger)
    browser = sign_in(stranger)
    for path in ("", "edit/", "channels/", "remove/"):
        assert browser.get(f"/clients/HAL/kpis/campaigns/{campaign.pk}/{path}").status_code == 404
        assert browser.get(f"/clients/OTH/kpis/campaigns/{campaign.pk}/{path}").status_code == 404
    assert load_campaigns(stranger, world.today) == ()


def test_a_channel_is_renamed_and_taken_out(world: World, owner: User, sign_in: Any) -> None:
    campaign = Campaign.objects.create(
        client=world.client, name="Autumn", starts_on=JULY, ends_on=DECEMBER, currency="USD"
    )
    print_, radio = (CampaignChannel.objects.create(campaign=campaign, channel=name, budget=D(9))
                     for name in ("Print", "Radio"))  # fmt: skip
    CampaignSpend.objects.create(channel=print_, month=JULY, amount=D(4))
    browser, url = sign_in(owner), f"/clients/HAL/kpis/campaigns/{campaign.pk}/channels/{print_.pk}/"
    taken = browser.post(url, {"channel": "Radio", "budget": "9", "version": "1"})
    assert (taken.status_code, "a channel of that name" in taken.content.decode()) == (422, True)
    assert browser.post(url, {"channel": "Press", "budget": "12", "version": "1"}).status_code == 302
    assert browser.post(url, {"channel": "Late", "budget": "12", "version": "1"}).status_code == 409
    print_.refresh_from_db()
    assert (print_.channel, print_.budget, print_.spend.get().amount) == ("Press", D(12), D(4))
    assert browser.get(f"{url}remove/").status_code == 200
    assert browser.post(f"{url}remove/").status_code == 302
    assert list(campaign.channels.all()) == [radio]
    told = AuditEntry.objects.get(object_kind="campaign channel", verb="deleted")
    assert told.changes == {"budget": ["12", None], "2026-07": ["4", None]}


def test_channels_through_rest(campaign: Campaign, owner: User, world: World) -> None:
    call = Caller(owner)
    made = call("post", "campaign-channels/", {"campaign": campaign.key, "channel": "Cinema", "budget": "700.50"})
    assert (made.status_code, made.json()["budget"], made.json()["currency"]) == (201, "700.5000", campaign.currency)
    again = {"campaign": campaign.key, "channel": "Cinema", "budget": "1"}
    assert call("post", "campaign-channels/", again).status_code == 409
    place = f"campaign-channels/{made.json()['id']}/"
    CampaignSpend.objects.create(channel_id=int(made.json()["id"]), month=JULY, amount=D(5))
    renamed = call("patch", place, {"channel": "Big screen"}, If_Match=made["ETag"])
    assert (renamed.status_code, renamed.json()["channel"], renamed.json()["budget"]) == (200, "Big screen", "700.5000")
    assert call("patch", place, {"budget": "9"}, If_Match=made["ETag"]).status_code == 412
    taken = CampaignChannel.objects.create(campaign=campaign, channel="Kiosk", budget=D(1))
    assert call("patch", place, {"channel": taken.channel}).status_code == 409
    other = Campaign.objects.create(
        client=world.client, key="OTHER", name="Other", starts_on=JULY, ends_on=DECEMBER, currency="USD"
    )
    for wrong in ({"budget": "-1"}, {"budget": "NaN"}, {"channel": " "}, {"campaign": other.key}, {"currency": "EUR"}):
        assert call("patch", place, wrong).status_code == 422, wrong
    assert call("delete", place, None).status_code == 204
    assert not CampaignSpend.objects.filter(month=JULY, amount=D(5)).exists()
    told = AuditEntry.objects.filter(object_kind="campaign channel").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["changed", "deleted"]
