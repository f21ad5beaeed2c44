"""Two people at one moment: who comes second waits, and is then told how things stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions.campaigns import note_spend, set_budget
from accounts.actions.kpis import record_reading, set_phase
from accounts.actions.map_edits import set_boss
from accounts.actions.stakeholders import ReportingRing
from accounts.actions.white_space import NotPursued, pursue_cell
from accounts.models import (
    BusinessUnit,
    Campaign,
    CampaignChannel,
    CampaignSpend,
    Kpi,
    KpiReading,
    KpiTarget,
    Offering,
    Opportunity,
    Stage,
    Stakeholding,
)
from people.models import User
from tests.at_once import SOON
from tests.makers import make_client, make_contact, make_stakeholding
from tests.reliability.conftest import OWN_DATABASE
from tests.reliability.installation import eventually
from tests.reliability.test_races import another, someone_waits_for_a_lock

pytestmark = OWN_DATABASE


def second_of(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """What came of the second act, begun while the first was done and not yet kept."""
    with another() as person:
        with transaction.atomic():
            first()
            waits = person(second)
            eventually(someone_waits_for_a_lock, SOON)
        return waits.exception(SOON) or waits.result(SOON)


def test_two_moves_do_not_close_a_ring(owner: User) -> None:
    client, now = make_client("RING", owner=owner), timezone.now()
    names = ("Ana", "Ben", "Cleo", "Dan")
    ana, ben, cleo, dan = (
        make_stakeholding(client, contact=make_contact(client, last_name=name)) for name in names
    )  # fmt: skip
    under = partial(set_boss, expected=1, actor=owner, now=now)
    under(stake=ben, boss=cleo.contact)
    under(stake=dan, boss=ana.contact)
    said = second_of(lambda: under(stake=ana, boss=ben.contact), lambda: under(stake=cleo, boss=dan.contact))
    assert isinstance(said, ReportingRing)
    assert set(Stakeholding.objects.exclude(reports_to=None)) == {ana, ben, dan}


def test_what_is_written_first_twice_is_corrected_and_a_cell_makes_one_deal(owner: User) -> None:
    client = make_client("TWO", owner=owner)
    kpi = Kpi.objects.create(client=client, key="K", name="Awareness", unit="score")
    campaign = Campaign.objects.create(
        client=client, name="Autumn", starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 1), currency="USD"
    )
    channel = CampaignChannel.objects.create(campaign=campaign, channel="Print", budget=D(9))
    acts: list[Callable[[D], Any]] = [
        lambda n: record_reading(kpi=kpi, values={"period": "2026-09", "actual": n}, actor=owner),
        lambda n: set_phase(kpi=kpi, values={"period": "2026-09", "target": n}, actor=owner),
        lambda n: set_budget(campaign=campaign, channel="Radio", budget=n, actor=owner),
        lambda n: note_spend(channel=channel, month=date(2026, 9, 1), amount=n, actor=owner),
    ]
    for act in acts:
        said = second_of(partial(act, D(1)), partial(act, D(2)))
        assert not isinstance(said, Exception), said
    assert [
        KpiReading.objects.get().actual, KpiTarget.objects.get().target,
        CampaignChannel.objects.get(channel="Radio").budget, CampaignSpend.objects.get().amount,
    ] == [D(2)] * 4  # fmt: skip

    unit = BusinessUnit.objects.create(client=client, key="U", name="Retail")
    offering = Offering.objects.create(key="O", name="Media")
    click = partial(
        pursue_cell, unit=unit, offering=offering, amount=None, currency="USD", stage=Stage(name="Lead"),
        close_on=date(2027, 1, 1), actor=owner,
    )  # fmt: skip
    said = second_of(click, click)
    assert isinstance(said, NotPursued)
    assert said.deal == Opportunity.objects.get()
