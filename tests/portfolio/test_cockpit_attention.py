"""The cockpit's list of things to do: the headline counts them all, the list shows the most pressing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Commitment
from portfolio.views.cockpit import attention_sub
from tests.makers import make_client, make_user

pytestmark = pytest.mark.django_db


def test_a_cut_list_says_so_and_opens_whole(sign_in: Any) -> None:
    owner = make_user("director", email="dora@x.example")
    client = make_client("ACME", owner=owner)
    today = client.local_date(timezone.now())
    for number in range(11):
        due = today - timedelta(days=number + 3)
        Commitment.objects.create(key=f"P-{number}", client=client, side="ours", text=f"Promise {number}", due=due)
    browser = sign_in(owner)
    cut, whole = browser.get("/").content.decode(), browser.get("/?attention=all").content.decode()
    assert "Eleven things need you, all of them today" in cut
    assert "The eight most pressing" in cut
    assert cut.count('class="attention-item"') == 8
    assert 'href="?attention=all#attention"' in cut
    assert whole.count('class="attention-item"') == 11
    assert "?attention=all" not in whole


def test_a_short_list_is_not_called_cut() -> None:
    assert attention_sub(8, everything=False) == "Ranked by weight and time left"
