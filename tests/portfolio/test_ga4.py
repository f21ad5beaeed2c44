"""Exports of Google Analytics 4: real reports of nine public bodies, and the faults that real files have."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.calc.web import WebRow, months_of
from accounts.models import Kpi, KpiReading, WebMetric
from portfolio.imports.files import SourceFile
from portfolio.imports.reports import Report
from portfolio.imports.requests import Options
from portfolio.imports.runner import load_files
from portfolio.imports.undoing import batches_of, undo
from tests.makers import make_client

WEB = Path(__file__).resolve().parents[3] / "shared" / "data" / "web_analytics"
needs_data = pytest.mark.skipif(not WEB.exists(), reason="the shared data folder is not beside this project")
AGENCIES = sorted(path.name for path in WEB.iterdir() if path.is_dir() and path.name != "live") if WEB.exists() else []


def load(files: Iterable[SourceFile], kind: str = "bundle", **options: Any) -> list[Report]:
    chosen = Options(source="ga4", client="HAL", **options)
    return load_files(kind, list(files), options=chosen, actor="test", now=timezone.now())


def one(text: str, name: str = "traffic.csv", **options: Any) -> Report:
    return load([SourceFile(name, data=text.encode())], kind="web_analytics", **options)[0]


def folder(name: str, *keep: str) -> list[SourceFile]:
    paths = sorted(path for path in (WEB / name).iterdir() if path.suffix in (".csv", ".json"))
    return [SourceFile(path.name, path) for path in paths if not keep or path.name in keep]


@pytest.fixture
def client(db: None) -> Any:
    return make_client("HAL")


@needs_data
def test_there_are_nine() -> None:
    assert len(AGENCIES) == 9


@needs_data
@pytest.mark.parametrize("agency", AGENCIES)
def test_the_sums_of_the_csv_are_the_totals_of_the_json(client: Any, agency: str) -> None:
    """Every file of every agency lands whole; what is in the database sums to what the JSON says."""
    reports = load(folder(agency))
    assert [report.error for report in reports if report.error] == []
    assert sum(report.rejected for report in reports) == 0
    for path in sorted((WEB / agency).glob("*.json")):
        told = json.loads(path.read_text())["totals"]
        rows = WebMetric.objects.filter(report=path.stem, metric="sessions")
        assert sum(rows.values_list("amount", flat=True)) == told["visits"], path.name
        if "users" in told:
            users = WebMetric.objects.filter(report=path.stem, metric="users").values_list("amount", flat=True)
            assert sum(users) == told["users"], path.name
        for part in [value for value in told.values() if isinstance(value, dict)]:
            by_value: dict[str, D] = defaultdict(D)
            for value, amount in rows.values_list("value", "amount"):
                by_value[value] += amount
            assert by_value == part, path.name
    assert {report.state for report in load(folder(agency))} == {"loaded"}
    assert sum(report.created + report.updated for report in load(folder(agency))) == 0


@needs_data
def test_figures_of_one_agency_by_hand(client: Any) -> None:
    load(folder("defense"))
    sessions = WebMetric.objects.filter(metric="sessions")
    assert sum(sessions.filter(report="users").values_list("amount", flat=True)) == 105_773_351
    top = sessions.get(report="top-traffic-sources-30-days", value="google × Organic Search")
    assert (top.amount, top.channel, top.property) == (D(17_791_640), "Organic Search", "defense")
    assert (top.first, top.last) == (date(2023, 12, 6), date(2024, 1, 4))  # 30 days before 5 January, to yesterday
    assert sessions.filter(report="users").latest("first").first == date(2024, 1, 4)


@needs_data
def test_a_csv_that_is_not_its_jsons_is_refused_and_the_rest_may_land(client: Any) -> None:
    """Of all bodies together the traffic sources were taken in January, the JSON beside them in March."""
    reports = load(folder("live"))
    wrong = next(report for report in reports if report.file == "top-traffic-sources-30-days.csv")
    assert wrong.rejected == wrong.read > 0
    assert "1,173,972,961, the JSON beside them says 1,487,017,012" in wrong.rejects[0][1]
    assert WebMetric.objects.count() == 0
    reports = load(folder("live"), accept_valid=True)
    channels = WebMetric.objects.filter(report="top-session-channel-group-30-days")
    assert sum(channels.values_list("amount", flat=True)) == 1_498_979_124
    assert channels.get(value="Organic Search").amount == 771_408_816
    assert WebMetric.objects.get(report="engagement-rate-30-days").amount == D("0.567413")
    assert any("sampled" in note.text for report in reports for note in report.notes)


GERMAN = """\
# ----------------------------------------
# Neu generierte Zugriffe: Standard-Channelgruppe
# Konto: Halden
# Startdatum: 20260901
# Enddatum: 20260930
# ----------------------------------------

Sitzung – Standard-Channelgruppe;Sitzungen;Interaktionsrate;Nutzer
;100.500;0,61;
Organic Search;60.250;61,5%;40.100
(not set);40.250;0,6;

# ----------------------------------------
# Startdatum: 20260901
# Enddatum: 20260930
# ----------------------------------------

N-ter Tag;Aktive Nutzer
0000;1.250
N-ter Tag;Aktive Nutzer
0001;1.300
"""


def test_the_faults_of_a_download(client: Any) -> None:
    """Comments, two tables, German words and figures, a total row, blanks, a heading repeated."""
    reports = load([SourceFile("verkehr.csv", data=GERMAN.encode("utf-8-sig"))], kind="web_analytics")
    assert [report.rejects for report in reports] == [[], []]
    sessions = dict(WebMetric.objects.filter(metric="sessions").values_list("channel", "amount"))
    assert sessions == {"Organic Search": 60_250, "(not set)": 40_250}
    rates = list(WebMetric.objects.filter(metric="engagement_rate").values_list("amount", flat=True))
    assert sorted(rates) == [D("0.6"), D("0.615")]
    assert WebMetric.objects.filter(metric="users").count() == 1  # a blank is unknown, not zero
    days = dict(WebMetric.objects.filter(metric="active_users").values_list("first", "amount"))
    assert days == {date(2026, 9, 1): 1250, date(2026, 9, 2): 1300}
    notes = " ".join(note.text for report in reports for note in report.notes)
    for words in (
        "decimal comma",
        "total row agrees: 100,500 sessions",
        "name nothing",
        "Blank figures",
        "repeats the",
    ):
        assert words in notes, words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Channel,Sessions\nDirect,12\n", "does not say of which days"),
        ("# Start date: 20260901\n# End date: 20260930\nChannel,Sessions\nDirect,\"1,234\"\n", "may be thousands"),
        ("Date,Sessions\n20260901,1.5\n20260902,\"2,5\"\n", "writes decimals both ways"),
        ("Date,Sessions,Sessions\n20260901,1,2\n", "twice, with different figures"),
        ("Date,Clicks\n20260901,1\n", "before any heading that is known"),
        ("20260901,1\n", "before any heading"),
        ("{\"query\": 1}", "no query and totals"),
        ("{broken", "no whole JSON"),
        ("{\"query\": {}, \"totals\": {\"clicks\": 3}}", "no metric that is known"),
        ("x\x00y", "NUL byte"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(client: Any, text: str, words: str) -> None:
    report = one(text)
    assert report.unusable
    assert words in report.error
    assert WebMetric.objects.count() == 0


def test_figures_beyond_all_bounds_are_refused_and_columns_twice_told_once(client: Any) -> None:
    heading = "Date,Session default channel group,Sessions,Note,Note,Note\n"
    rows = [f"20260901,Direct,{figure},a,a,a\n" for figure in ("9" * 400, "1e999999", "Infinity", "99999999999999999")]
    report = one(heading + "".join(rows), accept_valid=True)
    assert ["up to 17 digits" in reason for _, reason in report.rejects] == [True] * 3
    assert WebMetric.objects.get().amount == 99999999999999999
    assert [note.count for note in report.notes if "stand twice" in note.text] == [2]
    told = {"query": {"startDate": "x"}, "totals": {"visits": 0}, "data": []}
    huge = json.dumps(told).replace("0}", "1e999999}")
    assert load([SourceFile("traffic.json", data=huge.encode())], kind="web_analytics")[0].error


def test_rows_that_cannot_be_read_are_refused_by_line(client: Any) -> None:
    report = one("Date,Device category,Sessions\n01/09/2026,desktop,5\n20260902,desktop,many\n20260903,tablet\n")
    assert [line for line, _ in report.rejects] == [2, 3, 4]
    assert "neither 20260930 nor 2026-09-30" in report.rejects[0][1]
    assert "is no number" in report.rejects[1][1]
    assert "2 cells where the heading has 3" in report.rejects[2][1]


def test_the_client_and_the_days_may_be_said(client: Any) -> None:
    text = "Channel,Sessions,Mystery\nDirect,12,3\n"
    assert "Whose analytics" in load_files(
        "web_analytics", [SourceFile("a.csv", data=b"x")], options=Options(source="ga4"), actor="t", now=timezone.now()
    )[0].error  # fmt: skip
    report = one(text, first="2026-09-01", last="2026-09-30")
    assert report.created == 1
    assert any(note.examples == ("Mystery",) for note in report.notes)
    assert (WebMetric.objects.get().first, WebMetric.objects.get().last) == (date(2026, 9, 1), date(2026, 9, 30))


def row(first: int, last: int, amount: int, dimensions: str = "", channel: str = "", month: int = 9) -> WebRow:
    return WebRow("", date(2026, month, first), date(2026, month, last), dimensions, channel, D(amount))


def test_months_are_whole_and_nothing_counts_twice() -> None:
    """The same days cut by device and not at all: the uncut ones count. A month short of a day is not whole."""
    uncut = [row(day, day, 10) for day in range(1, 31)]
    cut = [row(day, day, 6, "device") for day in range(1, 31)]
    assert [(one.amount, one.complete) for one in months_of([*uncut, *cut])] == [(D(300), True)]
    assert [(one.amount, one.days, one.complete) for one in months_of(uncut[1:])] == [(D(290), 29, False)]
    channels = [row(1, 30, 70, "channel", "Direct"), row(1, 30, 30, "channel", "Email")]
    assert [one.amount for one in months_of(channels)] == [D(100)]
    assert [one.amount for one in months_of([*channels, *uncut], channel="email")] == [D(30)]
    assert [one.amount for one in months_of(channels, channel="Paid")] == [D(0)]  # its report lists others
    assert months_of([WebRow("", date(2026, 9, 20), date(2026, 10, 4), "", "", D(5))]) == []


def test_a_kpi_reads_itself_from_whole_months_and_undo_takes_it_back(client: Any) -> None:
    kpi = Kpi.objects.create(
        client=client, key="K", name="Organic", web_metric="sessions", web_channel="Organic Search", target=D(90)
    )
    head = "# Start date: 2026{0}01\n# End date: 2026{0}{1}\n"
    table = "Session default channel group,Sessions\nOrganic Search,{2}\nDirect,7\n"
    september = one((head + table).format("09", "30", 61), name="sep.csv")
    assert september.created == 2
    one((head + table).format("10", "20", 44), name="oct.csv")  # not a whole month
    assert list(KpiReading.objects.values_list("period", "actual", "source")) == [("2026-09", D(61), "web")]
    again = one((head + table).format("09", "30", 63), name="sep.csv")
    assert again.updated == 1
    assert KpiReading.objects.get(kpi=kpi).actual == D(63)
    undo(batches=batches_of(str(again.batch)), actor="test", now=timezone.now())
    assert KpiReading.objects.get(kpi=kpi).actual == D(61)
    undo(batches=batches_of(str(september.batch)), actor="test", now=timezone.now())
    assert KpiReading.objects.count() == 0
