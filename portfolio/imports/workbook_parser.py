"""Runs alone, with limits on memory and time: an .xlsx on standard input, its first sheet as CSV on standard output.

The first line of the output is JSON: how many sheets there are and the first one's name. Knows nothing of the product.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

MEMORY = 3 * 1024**3
SECONDS = 120


def as_text(cell: Any) -> str:
    """A cell as it would stand in a CSV file. A number is written with the 15 digits a spreadsheet keeps."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return f"{Decimal(format(cell, '.15g')).normalize():f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from python_calamine import CalamineError, CalamineWorkbook  # after the limits, which are what this file is for

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        sheet = workbook.get_sheet_by_index(0)
        out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        out.write(json.dumps({"sheets": len(workbook.sheet_names), "first": workbook.sheet_names[0]}) + "\n")
        writer = csv.writer(out, lineterminator="\n")
        for row in sheet.to_python(skip_empty_area=False):
            writer.writerow([as_text(cell) for cell in row])
        out.flush()
    except (CalamineError, MemoryError, IndexError) as error:
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
