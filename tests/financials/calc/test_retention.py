from __future__ import annotations

from decimal import Decimal as D

from financials.calc.retention import Retention, Successor, concentration, escalators, retention


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


def test_escalators_are_the_growth_that_contracts_foresaw() -> None:
    # 240,000 renewed at 4%: 249,600, of which 9,600 was foreseen; the client grew by 30,000 in all.
    renewed = Successor(D("0.04"), D(0), D(249600))
    assert escalators(D(30000), [renewed]) == D(9600)
    assert escalators(D(5000), [renewed]) == D(5000)
    assert escalators(D(-5000), [renewed]) == 0


def test_a_successor_that_gained_nothing_escalates_nothing() -> None:
    assert escalators(D(100), [Successor(D("0.04"), D(100), D(90))]) == 0
    assert escalators(D(100), [Successor(D(0), D(0), D(90))]) == 0


def test_concentration_of_four_clients() -> None:
    # 50, 30, 20 of 100: 2,500 + 900 + 400 = 3,800; the one at a loss has no share.
    found = concentration({"B": D(30), "A": D(50), "C": D(20), "D": D(-5)})
    assert [(one.key, one.share, one.cumulative) for one in found.shares] == [
        ("A", D("0.5"), D("0.5")),
        ("B", D("0.3"), D("0.8")),
        ("C", D("0.2"), D("1")),
    ]
    assert (found.hhi, found.total, found.largest) == (D(3800), D(100), D("0.5"))


def test_one_client_is_ten_thousand_and_none_is_unknown() -> None:
    assert concentration({"A": D("0.01")}).hhi == 10_000
    assert (concentration({"A": D(0)}).hhi, concentration({}).largest) == (None, None)
