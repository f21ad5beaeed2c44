"""S7: what a workbook may hide in its cells."""

from __future__ import annotations

import io
import zipfile

import pytest

from common.imports import Unusable
from portfolio.imports.files import SourceFile, read

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(*cells: tuple[str, str]) -> bytes:
    """The least that is a workbook: one sheet, one row."""
    row = "".join(f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>' for place, text in cells)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{LINKS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{LINKS}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{row}</row></sheetData></worksheet>',
        )
    return out.getvalue()


def test_a_plain_workbook_reads() -> None:
    assert read(SourceFile("a.xlsx", data=workbook(("A1", "key"), ("B1", "name")))).header == ["key", "name"]


@pytest.mark.parametrize("text", ["a_x0000_b", "a&#0;b"])
def test_a_nul_in_a_cell_refuses_the_workbook(text: str) -> None:
    with pytest.raises(Unusable, match="damaged"):
        read(SourceFile("a.xlsx", data=workbook(("A1", text))))


def test_two_cells_far_apart_do_not_fill_the_memory() -> None:
    with pytest.raises(Unusable, match="damaged or too large"):
        read(SourceFile("a.xlsx", data=workbook(("A1", "a"), ("XFD1048576", "b"))))
