"""How one cell of a file is read. Blank is unknown (None), never zero; what cannot be read is said, never guessed."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from common.money import is_currency

Parser = Callable[[str], Any]
_AMOUNT: Final = re.compile(r"[+-]?[0-9]{1,14}(?:\.[0-9]{1,4})?")
_RATE: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,8})?")
_FRACTION: Final = re.compile(r"[+-]?[0-9]{1,6}(?:\.[0-9]{1,6})?")
_DATE: Final = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_MONTH: Final = re.compile(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])(?:-01)?")
_EMAIL: Final = re.compile(r"[^@\s,;:<>\"()\[\]]+@[^@\s,;:<>\"()\[\]]+\.[^@\s,;:<>\"()\[\]]+")
_CODES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
_COUNTRIES: Final = frozenset(_CODES.split())
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COUNTRY: Final = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?")


class BadValue(ValueError):
    """The cell cannot be read; the text says what to write instead."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind. sample stands in the sample file and the column page."""

    name: str
    parse: Parser
    required: bool = False
    about: str = ""
    sample: str = ""


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"


def text(longest: int) -> Parser:
    """Kept as given, up to `longest` characters."""

    def parse(cell: str) -> str:
        if len(cell) > longest:
            raise BadValue(f"is {len(cell):,} characters long; {longest} is the most")
        return cell

    return parse


def identifier(longest: int) -> Parser:
    """A stable id: blanks around it are not part of it."""

    def parse(cell: str) -> str:
        cell = cell.strip()
        if len(cell) > longest:
            raise BadValue(f"is {len(cell):,} characters long; {longest} is the most")
        if "/" in cell or "\n" in cell:
            raise BadValue(f"{_quoted(cell)}: a key holds no slash or line break, as it is part of an address")
        return cell

    return parse


def reference(longest: int) -> Parser:
    """An id that is not part of any address, so it may hold anything but a line break."""

    def parse(cell: str) -> str:
        cell = cell.strip()
        if len(cell) > longest or "\n" in cell:
            raise BadValue(f"is no id of at most {longest} characters on one line")
        return cell

    return parse


def amount(cell: str) -> Decimal:
    cell = cell.strip()
    if not _AMOUNT.fullmatch(cell):
        raise BadValue(f"{_quoted(cell)} is not a plain amount: {_amount_hint(cell)}")
    return Decimal(cell)


def amount_not_negative(cell: str) -> Decimal:
    value = amount(cell)
    if value < 0:
        raise BadValue(f"{_quoted(cell)} is below zero")
    return value


def _amount_hint(cell: str) -> str:
    if "," in cell:
        return "write 1234.56, with a point for the decimals and nothing between thousands"
    if re.fullmatch(r"[+-]?[0-9]+\.[0-9]{5,}", cell):
        return "at most four decimal places"
    if re.fullmatch(r"[+-]?[0-9]{15,}(\.[0-9]+)?", cell):
        return "at most 14 digits before the point"
    if re.fullmatch(r"\(.*\)", cell):
        return "write a minus sign instead of brackets, as in -1234.56"
    return "write digits only, as in 1234.56; the currency has its own column"


def rate(cell: str) -> Decimal:
    cell = cell.strip()
    if not _RATE.fullmatch(cell) or not Decimal(cell):
        raise BadValue(f"{_quoted(cell)} is not a rate: write a number above zero, as in 1.0845, at most 8 decimals")
    return Decimal(cell)


def fraction(cell: str) -> Decimal:
    """0–1. "60" and "60%" are refused: whether 1 means all or 1% must never be a guess."""
    cell = cell.strip()
    bare = cell.rstrip("% ").replace(",", ".")
    if _FRACTION.fullmatch(cell) and 0 <= Decimal(cell) <= 1:
        return Decimal(cell)
    if _FRACTION.fullmatch(bare) and 0 <= Decimal(bare) <= 100:
        value = Decimal(bare) if "," in cell and "%" not in cell else Decimal(bare) / 100
        raise BadValue(f"{_quoted(cell)} is not a fraction from 0 to 1: write {value.normalize():f} if that is meant")
    raise BadValue(f"{_quoted(cell)} is not a fraction from 0 to 1: write 0.6 for 60%, at most six decimals")


def whole(low: int, high: int) -> Parser:
    def parse(cell: str) -> int:
        cell = cell.strip()
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", cell) or not low <= int(cell) <= high:
            raise BadValue(f"{_quoted(cell)} is not a whole number from {low} to {high}")
        return int(cell)

    return parse


def hours(cell: str) -> Decimal:
    cell = cell.strip()
    if not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,2})?", cell) or Decimal(cell) > 168:
        raise BadValue(f"{_quoted(cell)} is not a number of hours a week: write 37.5, at most 168")
    return Decimal(cell)


def hours_of_a_day(cell: str) -> Decimal:
    """Above 0, at most 24, two decimals."""
    cell = cell.strip()
    if re.fullmatch(r"-[0-9.]+", cell):
        raise BadValue(f"{_quoted(cell)} is below zero: load the entry itself again with the hours that are right")
    if not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,2})?", cell) or not 0 < Decimal(cell) <= 24:
        raise BadValue(f"{_quoted(cell)} is not a number of hours of one day: write 7.5, above 0 and at most 24")
    return Decimal(cell)


def hours_planned(cell: str) -> Decimal:
    """0 or more, two decimals: of several people it may be more than a week has."""
    cell = cell.strip()
    if re.fullmatch(r"-[0-9.]+", cell):
        raise BadValue(f"{_quoted(cell)} is below zero: write 0 to take the hours out")
    if not re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]{1,2})?", cell):
        raise BadValue(f"{_quoted(cell)} is not a number of hours: write 37.5, at most 99999.99")
    return Decimal(cell)


def monday(cell: str) -> date:
    found = day(cell)
    if found.weekday():
        begins = found - timedelta(days=found.weekday())
        raise BadValue(f"{_quoted(cell)} is a {_WEEKDAYS[found.weekday()]}: a week is named by its Monday, {begins}")
    return found


def yes_no(cell: str) -> bool:
    word = cell.strip().lower()
    if word not in ("yes", "no"):
        raise BadValue(f"{_quoted(cell)} is neither yes nor no")
    return word == "yes"


def day(cell: str) -> date:
    cell = cell.strip()
    if _DATE.fullmatch(cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise BadValue(f"{_quoted(cell)} is no day of the calendar") from None
    raise BadValue(f"{_quoted(cell)} is not a date: write YYYY-MM-DD, as in 2026-09-30")


def month(cell: str) -> date:
    """The first day of the month; a spreadsheet's own 2026-09-01 is taken as the month it stands for."""
    cell = cell.strip()
    found = _MONTH.fullmatch(cell)
    if found is None:
        raise BadValue(f"{_quoted(cell)} is not a month: write YYYY-MM, as in 2026-09")
    return date(int(found[1]), int(found[2]), 1)


def choice(values: Sequence[str]) -> Parser:
    def parse(cell: str) -> str:
        cell = cell.strip()
        if cell not in values:
            lower = cell.lower().replace(" ", "_").replace("-", "_")
            hint = f"; {lower} is meant?" if lower in values else ""
            raise BadValue(f"{_quoted(cell)} is none of {', '.join(values)}{hint}")
        return cell

    return parse


def currency(cell: str) -> str:
    cell = cell.strip()
    if not is_currency(cell):
        hint = f"write {cell.upper()}" if is_currency(cell.upper()) else "write an ISO 4217 code such as USD"
        raise BadValue(f"{_quoted(cell)} is not a currency: {hint}")
    return cell


def email(cell: str) -> str:
    cell = cell.strip().lower()
    if len(cell) > 254 or not _EMAIL.fullmatch(cell):
        raise BadValue(f"{_quoted(cell)} is not an e-mail address")
    return cell


def country(cell: str) -> str:
    cell = cell.strip()
    found = _COUNTRY.fullmatch(cell)
    if found is None or found[1] not in _COUNTRIES:
        raise BadValue(f"{_quoted(cell)} is not a country code: write ISO 3166 capitals, as in GB or GB-ENG")
    return cell


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def timezone(cell: str) -> str:
    cell = cell.strip()
    if cell not in _zones():
        raise BadValue(f"{_quoted(cell)} is not a time zone: write its IANA name, as in Europe/London")
    return cell


def several(parse_one: Parser) -> Parser:
    """Values separated by semicolons, each read by parse_one."""

    def parse(cell: str) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(parse_one(part) for part in cell.split(";") if part.strip()))

    return parse
