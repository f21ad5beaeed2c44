"""The CRM sales dataset on the pipeline page and in its file, to the cent. Skips where the data is not at hand."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from common.figures import explain
from people.models import User
from tests.portfolio.test_crm_sales import DATA, load_bundle

WON = Decimal(10_005_534)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the CRM sales dataset is not at {DATA}")
def test_won_value_is_the_same_on_the_page_in_its_figure_and_in_the_file(leadership: User, sign_in: Any) -> None:
    load_bundle()
    browser = sign_in(leadership)
    answer = browser.get("/pipeline/")
    totals = answer.context["totals"]
    assert totals.won_value.value == WON
    assert (totals.won_count.value, totals.open_count.value, totals.unpriced.value) == (4238, 664, 664)
    assert (totals.open_amount.value, totals.weighted.value) == (0, 0)
    assert "664 of 664 open deals are not priced yet" in answer.content.decode()
    assert 'data-exact="$10,005,534.00"' in answer.content.decode()
    assert explain(leadership, totals.won_value.id, now=timezone.now()).figure.value == WON
    text = b"".join(browser.get("/pipeline/?outcome=won&format=csv")).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 4238
    assert sum(Decimal(row["Amount in USD"]) for row in rows) == WON
