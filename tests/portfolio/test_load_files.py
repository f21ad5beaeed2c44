"""Bad files: each gets a clear message, and nothing of it is written."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from accounts.models import Client
from common.models import ImportBatch, ImportChange
from tests.portfolio.loading import load, rejects, write

pytestmark = pytest.mark.django_db

GOOD = "key,name,industry\nacme,Acme,Retail\nzeta,Zeta,Media\n"


def nothing_written() -> bool:
    return not Client.objects.exists() and not ImportChange.objects.exists()


def test_good_file(tmp_path: Path) -> None:
    answer = load("clients", write(tmp_path, "clients.csv", GOOD))
    assert (answer.code, answer.counts, answer.report["state"]) == (0, (2, 2, 0, 0, 0), "loaded")
    assert list(Client.objects.values_list("key", "name", "industry")) == [
        ("acme", "Acme", "Retail"),
        ("zeta", "Zeta", "Media"),
    ]
    again = load("clients", tmp_path / "clients.csv")
    assert (again.code, again.counts) == (0, (2, 0, 0, 2, 0))
    assert Client.objects.get(key="acme").version == 1


def test_report_has_the_promised_keys(tmp_path: Path) -> None:
    report = load("clients", write(tmp_path, "clients.csv", GOOD)).report
    promised = {"batch", "kind", "read", "created", "updated", "unchanged", "rejected", "notes", "rejects_file"}
    assert promised <= report.keys()
    assert (report["kind"], report["rejects_file"], report["notes"]) == ("clients", None, [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(tmp_path: Path, encoding: str) -> None:
    answer = load("clients", write(tmp_path, "c.csv", "key,name\nk,Café Ōta\n".encode(encoding)))
    assert answer.code == 0
    assert Client.objects.get().name == "Café Ōta"
    assert answer.notes == ([] if encoding == "utf-8-sig" else ["Read as UTF-16, not UTF-8."])


def test_wrong_encoding_is_refused_with_its_likely_name(tmp_path: Path) -> None:
    text = "key,name,industry\nk,Société Générale d'Études Économiques,Énergie et matières premières\n"
    path = write(tmp_path, "c.csv", text.encode("cp1252"))
    answer = load("clients", path)
    assert answer.code == 2
    assert "c.csv is not UTF-8: byte 0xE9 on line 2 does not fit; it looks like cp1252" in answer.error
    assert "--encoding" in answer.error
    assert nothing_written()
    polish = write(tmp_path, "p.csv", "key,name\nk,Zażółć gęślą jaźń Łódź przemysł\n".encode("cp1250"))
    assert "it looks like cp1250" in load("clients", polish).error
    mended = load("clients", path, encoding="cp1252")
    assert (mended.code, mended.notes) == (0, ["Read as CP1252, not UTF-8."])
    assert Client.objects.get().industry == "Énergie et matières premières"


def test_nul_byte(tmp_path: Path) -> None:
    answer = load("clients", write(tmp_path, "c.csv", b"key,name\na,A\nb,B\0\n"))
    assert answer.code == 2
    assert answer.error == (
        "c.csv holds a NUL byte on line 3: it is damaged, or no text. Export it again as CSV UTF-8."
    )
    assert nothing_written()


def test_semicolons_are_read_and_noted(tmp_path: Path) -> None:
    answer = load("clients", write(tmp_path, "c.csv", 'key;name\na;"A; and, more"\n'))
    assert (answer.code, answer.notes) == (0, ["Columns are separated by semicolons, not commas: read as such."])
    assert Client.objects.get().name == "A; and, more"


def test_decimal_commas_are_refused_row_by_row(tmp_path: Path) -> None:
    Client.objects.create(key="acme", name="Acme")
    text = "source_ref;client;month;line;amount;currency\nr1;acme;2026-09;gross_revenue;1.234,56;EUR\n"
    answer = load("ledger", write(tmp_path, "l.csv", text))
    assert (answer.code, answer.counts) == (1, (1, 0, 0, 0, 1))
    assert rejects(answer) == [
        (
            "2",
            "amount “1.234,56” is not a plain amount: write 1234.56, with a point for the decimals and nothing "
            "between thousands",
        )
    ]


def test_missing_column_is_named_with_what_may_be_meant(tmp_path: Path) -> None:
    answer = load("clients", write(tmp_path, "c.csv", "key,nme,colour\na,A,red\n"))
    assert answer.code == 2
    assert answer.error == (
        "c.csv lacks the column name, which clients needs (“nme” is name?). It has: key, nme, colour."
    )
    assert nothing_written()


def test_unknown_columns_are_listed(tmp_path: Path) -> None:
    answer = load("clients", write(tmp_path, "c.csv", "key,name,colour\na,A,red\n"))
    assert answer.report["notes"] == [
        {"text": "Columns not read, as clients has none of that name.", "count": 1, "examples": ["colour"]}
    ]


def test_keys_twice_in_a_file_refuse_both_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "c.csv", "key,name\na,A\nb,B\na,Other\n")
    answer = load("clients", path)
    assert (answer.code, answer.counts) == (1, (3, 0, 0, 0, 2))
    assert rejects(answer) == [
        ("2", "key “a” is on line 4 too: neither row is taken"),
        ("4", "key “a” is on line 2 too: neither row is taken"),
    ]
    assert answer.error == "Nothing was written: 2 rows were refused. Mend them, or accept the valid ones."
    assert nothing_written()
    accepted = load("clients", path, accept_valid=True)
    assert (accepted.code, accepted.counts) == (1, (3, 1, 0, 0, 2))
    assert list(Client.objects.values_list("key", flat=True)) == ["b"]


def test_unknown_client(tmp_path: Path) -> None:
    text = "key,client,name,stage\no1,nobody,Deal,Open\n"
    answer = load("opportunities", write(tmp_path, "o.csv", text))
    assert rejects(answer) == [("2", "client “nobody” is unknown")]


def test_cut_inside_a_quote(tmp_path: Path) -> None:
    answer = load("clients", write(tmp_path, "c.csv", 'key,name,notes\na,A,ok\nb,B,"half a no'))
    assert answer.code == 2
    assert answer.error == (
        "c.csv breaks off: the quote opened in the row of line 3 is never closed. "
        "The file was cut short, or a quote inside a cell is not doubled."
    )
    assert nothing_written()


def test_cut_inside_a_row(tmp_path: Path) -> None:
    answer = load("clients", write(tmp_path, "c.csv", "key,name,industry\na,A,Retail\nb,B"))
    assert answer.code == 1
    assert rejects(answer) == [("3", "2 cells where the header has 3")]
    assert "The file does not end with a line break: check that its last row is whole." in answer.notes
    assert nothing_written()


def test_lines_are_counted_over_line_breaks_in_cells(tmp_path: Path) -> None:
    text = 'key,name,notes\na,A,"one\ntwo\nthree"\n\nb,,x\n'
    answer = load("clients", write(tmp_path, "c.csv", text), accept_valid=True)
    assert rejects(answer) == [("6", "name is missing")]
    assert Client.objects.get().notes == "one\ntwo\nthree"


def test_200_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    answer = load("ledger", path)
    assert answer.code == 2
    assert answer.error == "big.csv has 210 MB; the most that is read is 105 MB. Split it into several files."


def test_the_limit_is_a_setting(tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 10
    assert load("clients", write(tmp_path, "c.csv", GOOD)).code == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 and so on", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old or password-protected Office file"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"   \n", "empty"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, content: bytes, said: str) -> None:
    answer = load("clients", write(tmp_path, "c.csv", content))
    assert answer.code == 2
    assert said in answer.error


def test_missing_file(tmp_path: Path) -> None:
    answer = load("clients", tmp_path / "no.csv")
    assert (answer.code, answer.error) == (2, "no.csv cannot be opened: No such file or directory.")


def test_refused_request_says_what_there_is(tmp_path: Path) -> None:
    path = write(tmp_path, "c.csv", GOOD)
    assert load("clients", path, source="salesforce").error == (
        "Files of salesforce cannot be loaded yet: that source arrives with a later release."
    )
    assert load("klients", path).error.startswith("“klients” is no kind of file. Kinds: people, clients, teams")
    assert load("clients", path, source="crm_sales").error == (
        "CRM sales dataset names no currency: say which with --currency, for example --currency USD."
    )
    assert nothing_written()


def test_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    answer = load("clients", write(tmp_path, "c.csv", GOOD), dry_run=True)
    assert (answer.code, answer.counts, answer.report["state"]) == (0, (2, 2, 0, 0, 0), "checked")
    assert nothing_written()


def test_rejects_file_repeats_rows_and_cannot_run_in_a_spreadsheet(tmp_path: Path) -> None:
    text = "key,name,industry\n,\"=cmd|' /C calc'!A0\",@SUM(1)\n"
    answer = load("clients", write(tmp_path, "c.csv", text))
    content = Path(answer.report["rejects_file"]).read_bytes()
    assert content.decode("utf-8-sig").splitlines() == [
        "line,reason,key,name,industry",
        "2,key is missing,,'=cmd|' /C calc'!A0,'@SUM(1)",
    ]
    batch = ImportBatch.objects.get()
    assert batch.rejects is not None
    assert bytes(batch.rejects) == content


def test_hostile_text_is_stored_as_given(tmp_path: Path) -> None:
    name = "<script>alert(1)</script> ' OR 1=1 -- \u202e\u2028 \\N Ω"
    assert load("clients", write(tmp_path, "c.csv", f'key,name\na,"{name}"\n')).code == 0
    assert Client.objects.get().name == name


# --- workbooks ---


def workbook(tmp_path: Path, rows: list[list[object]], name: str = "book.xlsx") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


def test_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, [["key", "name", "fiscal_year_start"], ["a", "Ä", 4], [None, None, None], ["b", "B", None]]
    )
    answer = load("clients", path)
    assert (answer.code, answer.counts) == (0, (2, 2, 0, 0, 0))
    assert Client.objects.get(key="a").fiscal_year_start == 4


def test_workbook_with_formulas_reads_values_and_says_so(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["key", "name", "industry"], ["a", "A", "=1+1"], ["b", "B", "'=not one"]])
    answer = load("clients", path)
    assert answer.code == 0
    assert answer.report["notes"][0]["text"] == (
        "Cells hold formulas: the values last calculated were read, not the formulas."
    )
    assert answer.report["notes"][0]["count"] == 1
    assert Client.objects.get(key="a").industry == ""  # never calculated: unknown
    assert Client.objects.get(key="b").industry == "'=not one"


def repack(path: Path, add: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in add.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        ("xl/vbaProject.bin", b"macro", "holds macros"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>", "draws on other workbooks"),
        ("../evil.xml", b"<a/>", "names parts outside of itself"),
        ("xl/bomb.xml", b"0" * 50_000_000, ":1: refused as a bomb"),
        ("xl/x.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x/>', "tampered"),
    ],
)
def test_hostile_workbooks_are_refused_before_parsing(tmp_path: Path, part: str, content: bytes, said: str) -> None:
    path = repack(workbook(tmp_path, [["key", "name"], ["a", "A"]]), {part: content})
    answer = load("clients", path)
    assert answer.code == 2
    assert said in answer.error
    assert nothing_written()


def test_ten_thousand_parts_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["key", "name"], ["a", "A"]])
    repack(path, {f"xl/p{number}.xml": b"" for number in range(2_100)})
    assert "too much to be read" in load("clients", path).error


def test_what_only_claims_to_be_a_workbook(tmp_path: Path) -> None:
    assert "is named as a workbook but is none" in load("clients", write(tmp_path, "c.xlsx", GOOD)).error
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("clients.csv", GOOD)
    assert (
        "is a ZIP archive, not an .xlsx workbook" in load("clients", write(tmp_path, "c.csv", packed.getvalue())).error
    )
    cut = workbook(tmp_path, [["key", "name"], ["a", "A"]]).read_bytes()[:2000]
    assert "damaged or cut-off" in load("clients", write(tmp_path, "cut.xlsx", cut)).error


# --- bundles of the product's own columns ---


def test_a_neutral_bundle_is_loaded_in_the_right_order(tmp_path: Path) -> None:
    write(tmp_path, "opportunities.csv", "key,client,name,stage\no1,acme,One,Lead\n")
    write(tmp_path, "clients.csv", GOOD)
    write(tmp_path, "notes.txt", "not for loading")
    answer = load("bundle", tmp_path)
    assert (answer.code, [file["kind"] for file in answer.report["files"]]) == (0, ["clients", "opportunities"])
    assert answer.counts == (3, 3, 0, 0, 0)
    assert "Not part of the bundle: notes.txt." in answer.errors
    write(tmp_path, "contacts.csv", "key,client,first_name,last_name\nc1,nobody,A,B\n")
    write(tmp_path, "clients.csv", GOOD.replace("Retail", "Energy"))
    refused = load("bundle", tmp_path)
    assert (refused.code, refused.counts) == (1, (4, 0, 0, 0, 1))
    assert Client.objects.get(key="acme").industry == "Retail"


def test_an_empty_folder_is_no_bundle(tmp_path: Path) -> None:
    answer = load("bundle", tmp_path)
    assert answer.code == 2
    assert answer.error.startswith("The folder names no kind: the files of a bundle are called people.csv, clients.csv")
