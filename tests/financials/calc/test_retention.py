from __future__ import annotations

from decimal import Decimal as D

from financials.calc.retention import Retention, retention


def test_the_worked_figures() -> None:
    then = {"A": D(1000), "B": D(400), "C": D(600), "D": D(0)}
    now = {"A": D(1150), "B": D(300), "C": D(0), "D": D(500)}
    assert retention(then, now) == Retention(
        clients=3, then=D(2000), now=D(1450), kept=D(1300), nrr=D("0.725"), grr=D("0.65")
    )


def test_a_client_missing_now_is_lost_and_one_missing_then_is_new() -> None:
    result = retention({"A": D(100)}, {"B": D(900)})
    assert (result.nrr, result.grr) == (D(0), D(0))


def test_gross_retention_never_passes_the_whole() -> None:
    result = retention({"A": D(100), "B": D(100)}, {"A": D(300), "B": D(100)})
    assert (result.nrr, result.grr) == (D(2), D(1))


def test_retention_is_unknown_without_revenue_then() -> None:
    result = retention({"A": D(-5)}, {"A": D(100)})
    assert (result.clients, result.nrr, result.grr) == (0, None, None)
