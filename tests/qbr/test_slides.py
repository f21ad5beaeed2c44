"""The slides of the account: aims, the deep dive, service, the voice, recommendations, people and risks. By hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accounts.calc.coverage import Coverage
from accounts.calc.voice import Csat, Loop, Nps
from common.periods import months_between
from qbr.calc.account import (
    Account,
    Aim,
    Due,
    Gauge,
    Goal,
    HealthPart,
    HealthSeen,
    Known,
    KpiSeen,
    Learnt,
    People,
    Risk,
    Served,
    Voice,
)
from qbr.calc.blocks import Picture
from qbr.calc.compose import compose, with_agenda
from qbr.calc.compose_moves import in_unit
from qbr.calc.gaps import gaps
from qbr.calc.layout import laid_out
from qbr.calc.review import Deal, Figures, PromiseMade
from qbr.calc.safety import NotClientSafe, client_safe
from qbr.calc.slides import Cell, Column, Deck, Row, Slide, Table, from_json, to_json
from qbr.calc.words import decision_of, decisions_finding, with_words, worded
from qbr.calc.worked import worked
from tests.qbr.test_compose import FIRST, SEPTEMBER, data, ladder, months, slide

D = Decimal

GAUGE = Gauge("Days in review", "count", D("9.5"), D(10), D("9.2"), D(7), date(2027, 6, 30), "watch")
GOAL = Goal("Make the launch the reference", "C. Jensen", date(2027, 3, 1), "on_track", "On track", True, (GAUGE,))
AIMS = (
    Aim("Launch without losing a month", "", date(2026, 9, 14), Served(D(300_000), D("0.3"), D("0.2")), (GOAL,)),
    Aim("Take cost out", "", None, Served(D(450_000), D("0.45"))),
)  # fmt: skip
NPS = Nps(D(50), 6, 0, 2)
VOICE = Voice(
    NPS,
    Nps(D(0), 3, 0, 3),
    Csat(None, 0, 0),
    Loop(1, 0, 1, D(45)),
    (
        Learnt("Reports come late", "Send them sooner", "M. Bell", date(2026, 7, 14), date(2026, 7, 20), "told"),
        Learnt("The team got junior", "Name a senior lead", "A. Reyes", date(2026, 9, 21), None, "late"),
        Learnt("An old story", "Done long ago", "A. Reyes", date(2025, 1, 1), date(2025, 2, 1), "told"),
    ),
    9,
    7,
)  # fmt: skip


def account(**changes: object) -> Account:
    served = Served(D(250_000), D("0.25"), D("0.34"))
    return replace(Account("partly", aims=AIMS, orphan=served, fees=D(1_000_000), voice=VOICE), **changes)  # type: ignore[arg-type]  # test data


def deck(**changes: object) -> Deck:
    return compose(data(account=account(), **changes))


def texts(found: Deck, kind: str) -> list[list[str | None]]:
    table = slide(found, kind).table
    assert table is not None
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_aims_carry_their_share_of_fees_and_the_measure_that_is_off() -> None:
    found = slide(deck(), "objectives")
    # 300 + 450 of 1,000 thousand.
    assert found.headline == "75% of fees serve your two aims; days in review: 9.5 against 9.2 due by now"
    assert found.dek == "Share of the fees scheduled in Q3 2026; one of two aims is still to be confirmed by you."
    assert texts(deck(), "objectives") == [
        ["Launch without losing a month", "30%", "Make the launch the reference", "Days in review", "9.5", "9.2", "7",
         ""],
        ["Take cost out", "45%", "No work is tied to it yet", "", "", "", "", ""],
        ["Work tied to none of them", "25%", "", "", "", "", "", ""],
    ]  # fmt: skip
    assert [(one.label, one.text, one.page) for one in found.drawn][:2] == [
        ("Share of fees tied to an aim", "75%", "client_alignment"),
        ("Fees tied to none", "$250.0k", "client_alignment"),
    ]


def test_a_measure_of_cost_never_reaches_the_client() -> None:
    goal = replace(GOAL, gauges=(replace(GAUGE, title="Contribution margin", field="cost"),))
    found = compose(data(account=account(aims=(replace(AIMS[0], goals=(goal,)),))))
    with pytest.raises(NotClientSafe, match="COST"):
        client_safe(found)


def test_the_deep_dive_tells_the_line_furthest_off_and_the_month_it_came_from() -> None:
    """Media 20,000 over in July and August each, 50,000 in September: 90,000, most of it in September."""
    by_line = {"Media": dict(months(300_000, costs=False)), "Creative": dict(months(100_000, costs=False))}
    by_line["Media"][SEPTEMBER] = ladder(330_000, costs=False)
    whole = dict(months(400_000, costs=False))
    whole[SEPTEMBER] = ladder(430_000, costs=False)
    budget = {"Media": months(280_000, costs=False), "Creative": months(110_000, costs=False)}
    found = slide(compose(data(figures=Figures(whole, months(390_000, costs=False), by_line, budget))), "dive")
    assert found.section == "Deep dive: Media"
    assert found.headline == "Media is $90.0k over budget, most of it in September"
    assert found.bridge is not None
    assert [(step.label, step.text) for step in found.bridge.steps] == [
        ("Budget", "1,170"), ("Media", "+90"), ("Creative", "−30"), ("Actual", "1,230"),
    ]  # fmt: skip
    assert found.columns[0].points[0].text == (
        "Against its budget: July $20.0k over, August $20.0k over and September $50.0k over."
    )


def test_lines_within_two_hundredths_of_budget_have_no_story() -> None:
    near = {"Media": months(300_000, costs=False)}
    figures = Figures(
        months(300_000, costs=False), months(299_000, costs=False), near, {"Media": months(299_000, costs=False)}
    )
    assert "dive" not in [item.kind for item in compose(data(figures=figures)).slides]


def test_service_counts_what_fell_due_and_says_whose_it_was() -> None:
    day = date(2026, 8, 15)
    dues = (
        Due("ours", "promise", "Send the benchmark", day, date(2026, 8, 10)),
        Due("ours", "promise", "Name a planner", day, None),
        Due("ours", "milestone", "Build accepted: Film", date(2026, 9, 1), date(2026, 9, 1)),
        Due("theirs", "promise", "Share the data", day, date(2026, 8, 20)),
        Due("ours", "milestone", "Live: Film", date(2026, 12, 1), None),
    )
    found = slide(compose(data(account=account(dues=dues))), "service")
    assert found.headline == (
        "Two of three things we owed were done by their day, but one of ours is late now; "
        "the one promise of yours was not kept by its day"
    )
    assert [row[:3] for row in texts(compose(data(account=account(dues=dues))), "service")] == [
        ["Our promises kept by their day", "50%", "1 of 2"],
        ["Milestones accepted by their day", "100%", "1 of 1"],
        ["Your promises kept by their day", "0%", "0 of 1"],
    ]
    # On 11 October, from 15 August: 57 days.
    assert found.columns[0].points[0].text == "Due 15 Aug 2026, 57 days late."
    assert "service" not in [item.kind for item in compose(data(account=account(dues=()))).slides]


def test_the_voice_says_how_the_score_moved_and_what_was_closed() -> None:
    found = slide(deck(), "voice")
    assert found.headline == "NPS rose 50 points to +50; we closed one of two points you raised, and one is late"
    # What was told before the last period is an old story.
    assert [row[0] for row in texts(deck(), "voice")] == ["The team got junior", "Reports come late"]
    assert [(one.label, one.figure.text) for one in found.figures] == [
        ("Would recommend us, NPS", "+50"),
        ("Answered", "7"),
        ("Points you raised, closed with you", "1"),
        ("From your word to our answer", "45"),
    ]


def test_recommendations_are_drafted_from_what_waits_for_a_decision() -> None:
    late = Deal("Gone by", "Trade", "proposal", D(900_000), None, None, date(2026, 9, 1), None)
    ahead = Deal("Commerce abroad", "Trade", "proposal", D(1_250_000), None, None, date(2026, 12, 15), date(2027, 1, 1))
    found = slide(compose(data(deals=(late, ahead))), "moves")
    assert found.headline == "One move is open, worth $1.2M of fees; it needs a decision by 15 Dec 2026"
    assert [move.when for move in found.moves] == ["Decide by 15 Dec 2026; starts Jan 2027"]
    assert "moves" not in [item.kind for item in compose(data(deals=(late,))).slides]


def test_recommendations_as_written_add_up_only_when_all_have_numbers() -> None:
    rows = [{"what": "A", "benefit": "2.6", "cost": "0.38"}, {"what": "B", "benefit": "1.3", "cost": "0.9"}]
    made = with_words(deck(), {"moves": {"moves": rows, "unit": "$M"}}, ())
    assert slide(made, "moves").headline == "Two moves add $3.9M a year for $1.28M"
    assert slide(made, "moves").move_total == (Cell("3.9", D("3.9")), Cell("1.28", D("1.28")))
    rows[1]["benefit"] = "tbc"
    assert slide(with_words(deck(), {"moves": {"moves": rows, "unit": "$M"}}, ()), "moves").headline == (
        "Two moves cost $1.28M in all"
    )


def test_decisions_say_what_they_commit_and_are_worth() -> None:
    two = tuple(
        decision_of({"what": w, "cost": c, "worth": v}) for w, c, v in (("A", "0.38", "2.6"), ("B", "0.9", "1.3"))
    )
    assert decisions_finding(two, "$M") == "Two decisions today commit $1.28M and are worth $3.9M a year"
    assert decisions_finding(two) == "Two decisions are sought today"
    assert (in_unit(D(380), "$000"), in_unit(D("2.50"), "€M"), in_unit(D(40), "days")) == ("$380k", "€2.5M", "40 days")


def test_people_and_risks_are_ours_alone() -> None:
    people = People(
        Coverage(D("0.75"), 27, 36, 10, 0),
        (
            Known("Ruben Menon", "CFO", 5, 1, 2, -1, date(2026, 9, 1), "A. Reyes", False),
            Known("Dana Whitfield", "CCO", 5, 3, 4, 1, date(2026, 10, 1), "A. Reyes", True),
        ),
    )
    health = HealthSeen(
        date(2026, 10, 10), D(77), D(87), "on_track",
        (HealthPart("Delivery", D(60), D(100), 20, "open"), HealthPart("Commercial", D(97), D(98), 20, "cost")),
    )  # fmt: skip
    risks = (Risk("risk", "Rate cut", "", "M. Bell", 20), Risk("competitor", "Brightwater", "Offer more", "", None))
    ours = compose(data(audience="internal", account=account(people=people, health=health, risks=risks)))
    assert slide(ours, "people").headline == "Coverage is 75% of influence: Ruben Menon is not covered"
    assert slide(ours, "risks").headline == "Health is 77, on track; delivery at 60 costs most; one risk has no answer"
    leaked = compose(data(account=account(people=people, health=health, risks=risks)))
    with pytest.raises(NotClientSafe, match="STANCE"):
        client_safe(leaked)
    assert laid_out(with_agenda(with_words(ours, {}, ()))).blocked == ()


def test_every_headline_says_what_it_was_drawn_from() -> None:
    spare = {"decisions", "sources"}
    assert [item.kind for item in deck().slides if not item.drawn and item.kind not in spare] == []


def test_the_whole_deck_survives_being_kept() -> None:
    made = with_agenda(with_words(deck(), {}, ()))
    assert from_json(to_json(made)) == made
    assert laid_out(made).blocked == ()
    assert months_between(FIRST, SEPTEMBER)[-1] == SEPTEMBER


def test_many_promises_lose_none() -> None:
    many = tuple(
        PromiseMade("ours", f"A promise with rather many words in it so that its row is tall, number {n}",
                    date(2026, 8, 1 + n), "late", None, "A. Reyes")
        for n in range(20)
    )  # fmt: skip
    made = compose(data(promises=many))
    assert len(slide(made, "promises").tables[0].rows) == 9
    assert len(slide(made, "promises").tables[0].marks) == 20
    assert laid_out(made).blocked == ()


def test_kpis_are_held_against_where_they_should_be_by_now() -> None:
    """Pick rate 113 against 128 planned is 15 short; a share is told in per cent; one without a plan is in no count."""
    rate = KpiSeen(
        "Pick rate",
        "count",
        "units/h",
        "up",
        D(113),
        D(128),
        D(110),
        D(99),
        D(132),
        D(119),
        "at_risk",
        (D(99), D(110), D(113)),
    )
    share = KpiSeen("Online share", "ratio", "", "up", D("0.143"), D("0.14"), None, None, D("0.146"), None, "on_track")
    bare = KpiSeen("Members", "count", "", "up", D(4000), None, None, None, None, None, "unknown")
    found = slide(compose(data(account=account(kpis=(rate, share, bare)))), "kpis")
    assert found.headline == "One of two KPIs is on track; Pick rate is at risk, 113 against 128 planned"
    assert found.table is not None
    assert [[cell.text for cell in row.cells] for row in found.table.rows] == [
        ["Pick rate", "113", "128", "−15", "110", "99", "", "132", "119", ""],
        ["Online share", "14.3%", "14.0%", "+0.3%", None, None, "", "14.6%", None, ""],
        ["Members", "4,000", None, None, None, None, "", None, None, ""],
    ]
    assert [row.style for row in found.table.rows] == ["alert", "", ""]
    assert [one.text for one in found.drawn] == ["113, plan 128"]
    assert "kpis" not in [item.kind for item in deck().slides]


def test_readings_of_kpis_are_drawn_where_there_is_room() -> None:
    ends = (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30))
    leads = KpiSeen(
        "Qualified leads", "count", "leads", "up", D("1049.2"), D("1121.1"), D(690), None, D(1500), D(1403), "watch",
        (D(350), D(690), D("1049.2")), ends,
    )  # fmt: skip
    few = KpiSeen("Calls", "count", "", "up", D(9), D(9), None, None, D(9), None, "on_track", (D(9),), ends[:1])
    made = compose(data(account=account(kpis=(leads, few))))
    found = slide(made, "kpis")
    # Of a difference as many places as of what it is taken from: 1,049 less 1,121 is −72, not −71.9.
    assert found.table is not None
    assert [cell.text for cell in found.table.rows[0].cells[:4]] == ["Qualified leads", "1,049", "1,121", "−72"]
    assert found.table.rows[0].cells[0].detail == "", "the name says what it counts"
    assert [one.alt for one in found.trends] == [
        "Qualified leads, Jul 2026 to Sep 2026: from 350 to 1,049; plan by now 1,121"
    ]
    (page,) = [one for one in laid_out(with_agenda(with_words(made, {}, ()))).pages if one.kind == "kpis"]
    alts = [block.alt for region in page.regions for block in region.blocks if isinstance(block, Picture)]
    assert alts == [found.trends[0].alt]


def test_a_kpi_to_stay_between_two_values_says_which() -> None:
    share = KpiSeen("Share of voice", "ratio", "", "range", D("0.158"), None, None, None, None, None, "at_risk",
                    low=D("0.11"), high=D("0.13"))  # fmt: skip
    made = compose(data(account=account(kpis=(share, replace(share, standing="on_track")))))
    assert texts(made, "kpis")[0][:3] == ["Share of voice", "15.8%", "11.0–13.0%"]


def test_one_kpi_is_told_by_its_name() -> None:
    leads = KpiSeen("Leads", "count", "", "up", D(1049), D(1121), None, None, None, None, "watch")
    made = compose(data(account=account(kpis=(leads,))))
    assert slide(made, "kpis").headline == "Leads is on watch: 1,049 against 1,121 planned by now"
    none = replace(leads, standing="at_risk", name="Calls")
    made = compose(data(account=account(kpis=(leads, none))))
    assert slide(made, "kpis").headline.startswith("None of two KPIs is on track; Calls is at risk")


def test_a_score_alone_stands_with_the_service() -> None:
    day = date(2026, 8, 15)
    dues = (Due("ours", "promise", "Send the benchmark", day, date(2026, 8, 10)),)
    told = replace(VOICE, learnt=())
    kinds = [item.kind for item in compose(data(account=account(dues=dues, voice=told))).slides]
    assert "voice" not in kinds
    found = slide(compose(data(account=account(dues=dues, voice=told))), "service")
    assert found.headline == "The one thing we owed was done by its day; NPS rose 50 points to +50"
    assert found.section == "Service, and what you told us"
    assert [one.label for one in found.figures] == [
        "Would recommend us, NPS",
        "Answered",
        "From your word to our answer",
    ]


def test_ours_speaks_of_them_and_not_to_them() -> None:
    client, ours = deck(), deck(audience="internal")
    assert slide(client, "voice").headline.endswith("points you raised, and one is late")
    assert slide(ours, "voice").headline.endswith("points they raised, and one is late")
    assert "your two aims" in slide(client, "objectives").headline
    assert "their two aims" in slide(ours, "objectives").headline


def test_what_a_review_leaves_out_is_told_to_its_authors() -> None:
    """A client without plan, KPIs, benefits or promises: each gap says where to write what is missing."""
    bare = data(account=Account(), promises=(), deals=())
    made = compose(bare)
    found = list(gaps(bare, made, made))
    assert [(one.where, one.page) for one in found] == [
        ("Aims and objectives", "client_plan"), ("KPI scorecard", "client_kpis"), ("Value and return", "client_value"),
        ("Market", "client_intelligence"), ("Promises", "commitments"), ("Service and delivery", "commitments"),
        ("What they told us", "client_voice"), ("Recommendations", "client_growth"),
    ]  # fmt: skip
    assert found[0].fix.endswith("A client’s review holds only what is shared with the client.")
    year = data(account=Account(), kind="annual", period="2026", audience="internal")
    named = [one.where for one in gaps(year, compose(year), compose(year))]
    assert {"Their strategy", "Joint ambition", "Roadmap", "Bets and pilots"} <= set(named)
    full = compose(data(account=account()))
    assert "Aims and objectives" not in [one.where for one in gaps(data(account=account()), full, full)]


@pytest.mark.parametrize("typed", ["1e309", "9e999999", "NaN", "Infinity", "1_000", "٣", "--1", "9" * 60])
def test_what_is_no_plain_number_stays_words(typed: str) -> None:
    """One of these in a decision once kept the whole review from opening, and so from being mended."""
    rows = [{"what": "Renew", "cost": typed, "worth": "10"}, {"what": "Extend", "cost": "2,000.50", "worth": "−5"}]
    written = worded(Slide("decisions", "decisions", "", ""), {"decisions": rows})
    assert [one.cost.value for one in written.decisions] == [None, D("2000.50")]
    assert written.decisions[0].cost.text == typed
    assert written.decision_total is not None
    assert [cell.value for cell in written.decision_total] == [None, D(5)]


def test_figures_of_a_slide_are_worked_out_from_the_slide_itself() -> None:
    made = compose(data(account=account()))
    told = {one.name: one for one in worked(slide(made, "pnl"))}
    fees = told["Net fees"]
    assert (fees.formula, fees.result) == ("gross billings − pass-through", "1,200")
    assert [(term.sign, term.label, term.text) for term in fees.inputs] == [
        ("", "Gross billings", "1,560"), ("−", "Pass-through", "360"),
    ]  # fmt: skip
    gap = next(one for one in worked(slide(made, "scorecard")) if one.name == "Net fees, against budget")
    assert (gap.formula, [term.text for term in gap.inputs], gap.result) == (
        "Q3 2026 − budget", ["1,200", "1,170"], "+30",
    )  # fmt: skip
    bridge = worked(slide(made, "dive"))[0]
    assert [(term.sign, term.text) for term in bridge.inputs] == [("", "1,170"), ("+", "+60"), ("+", "−30")]
    assert bridge.result == "1,200"
    nps = worked(slide(made, "voice"))[0]
    assert [(term.label, term.text) for term in nps.inputs] == [("for", "6"), ("neither", "0"), ("against", "2")]


def test_a_total_is_worked_out_only_where_its_parts_add_up() -> None:
    columns = (Column("Line", 100, "name"), Column("Sum", 100, "actual"))
    rows = [Row((Cell("One"), Cell("1", D(1)))), Row((Cell("Two"), Cell("2", D(2))))]
    total = Row((Cell("Total"), Cell("3", D(3))), "total")
    made = Slide("own~1", "own", "Ours", "Three", table=Table(columns, (*rows, total)))
    assert [(one.name, [term.text for term in one.inputs], one.result) for one in worked(made)] == [
        ("Total, Sum", ["1", "2"], "3")
    ]
    wrong = replace(made, table=Table(columns, (*rows, Row((Cell("Total"), Cell("4", D(4))), "total"))))
    assert worked(wrong) == ()
