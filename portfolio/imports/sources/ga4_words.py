"""What exports of Google Analytics call things, in the languages people export in. What is not here is not guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

METRICS: Final = {
    "sessions": "sessions", "visits": "sessions", "sitzungen": "sessions", "sesiones": "sessions",
    "engaged sessions": "engaged_sessions", "sitzungen mit interaktionen": "engaged_sessions",
    "sessions avec engagement": "engaged_sessions", "sesiones con interaccion": "engaged_sessions",
    "users": "users", "total users": "users", "totalusers": "users", "nutzer": "users", "nutzer insgesamt": "users",
    "utilisateurs": "users", "nombre total d'utilisateurs": "users", "usuarios": "users",
    "active users": "active_users", "activeusers": "active_users", "active visitors": "active_users",
    "aktive nutzer": "active_users", "utilisateurs actifs": "active_users", "usuarios activos": "active_users",
    "new users": "new_users", "neue nutzer": "new_users", "nouveaux utilisateurs": "new_users",
    "views": "page_views", "pageviews": "page_views", "screenpageviews": "page_views", "aufrufe": "page_views",
    "vues": "page_views", "vistas": "page_views",
    "event count": "events", "eventcount": "events", "total events": "events", "ereignisanzahl": "events",
    "nombre d'evenements": "events", "numero de eventos": "events",
    "key events": "key_events", "conversions": "key_events", "schlusselereignisse": "key_events",
    "evenements cles": "key_events", "eventos clave": "key_events",
    "total revenue": "revenue", "gesamtumsatz": "revenue", "revenu total": "revenue", "ingresos totales": "revenue",
    "engagement rate": "engagement_rate", "engagementrate": "engagement_rate", "interaktionsrate": "engagement_rate",
    "taux d'engagement": "engagement_rate", "porcentaje de interacciones": "engagement_rate",
    "bounce rate": "bounce_rate", "bouncerate": "bounce_rate", "absprungrate": "bounce_rate",
    "taux de rebond": "bounce_rate",
    "session key event rate": "key_event_rate",
    "average engagement time per session": "engagement_seconds",
    "durchschnittliche interaktionsdauer pro sitzung": "engagement_seconds",
    "duree d'engagement moyenne par session": "engagement_seconds",
    "avg session duration": "session_seconds", "average session duration": "session_seconds",
    "userengagementduration": "engagement_seconds_total",
    "events per session": "events_per_session", "ereignisse pro sitzung": "events_per_session",
    "evenements par session": "events_per_session",
    "pageviews per session": "pages_per_session", "views per session": "pages_per_session",
}  # fmt: skip
DAYS: Final = frozenset({"date", "datum", "jour", "fecha"})
NTH_DAY: Final = frozenset({"nth day", "day index", "n-ter tag", "tag n", "nieme jour", "index du jour"})
CHANNEL: Final = re.compile(r"channel[ -]?group|channelgruppe|groupe de canaux|grupo de canales|^channel$|^kanal$")
DIMENSIONS: Final = {
    "device": "device", "device category": "device", "geratekategorie": "device", "categorie d'appareil": "device",
    "source": "source", "session source": "source", "sitzung - quelle": "source",
    "session source / medium": "source / medium", "session source medium": "source / medium", "medium": "medium",
    "sitzung - quelle/medium": "source / medium", "source / support de la session": "source / medium",
    "session medium": "medium", "country": "country", "land": "country", "pays": "country",
    "domain": "domain", "hostname": "domain", "landing page": "landing page",
    "landing page + query string": "landing page", "landingseite + abfragestring": "landing page",
    "page": "page", "page path and screen class": "page", "page title": "page title", "event name": "event",
    "ereignisname": "event", "nom de l'evenement": "event", "os version": "os version", "file name": "file",
    "event label": "event label", "link url": "link", "pagetitle": "page title",
}  # fmt: skip
TOTALS: Final = frozenset(
    {"grand total", "total", "totals", "gesamt", "gesamtsumme", "summe", "total general", "totaux", "somme"}
)
NOT_KNOWN: Final = frozenset({"(not set)", "(other)", "(nicht festgelegt)", "(non definie)", "(andere)"})
STARTS: Final = re.compile(r"start|begin|debut|inicio|von\b|anfang")
ENDS: Final = re.compile(r"end|fin\b|bis\b|ende")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f_]+")


def plain(text: str) -> str:
    """Lower case, without accents; underscores as blanks."""
    found = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _SPACES.sub(" ", found).strip().lower()


def day_of(cell: str) -> date | None:
    """20240131 or 2024-01-31: the only two that say which is the month."""
    digits = cell.strip().replace("-", "")
    if not re.fullmatch(r"(19|20|21)[0-9]{6}", digits) or cell.count("-") not in (0, 2):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


DIGITS = 17
"""What a figure may have before its point."""


class Marks:
    """Which mark a block uses for decimals, told from the cells in which only one reading is possible."""

    def __init__(self, cells: list[str]) -> None:
        bare = [_SPACES.sub("", cell).rstrip("%") for cell in cells]
        comma = [cell for cell in bare if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+|-?\d+,(\d{1,2}|\d{4,})", cell)]
        point = [cell for cell in bare if re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d+|-?\d+\.(\d{1,2}|\d{4,})", cell)]
        self.open = next((cell for cell in bare if re.fullmatch(r"-?\d{1,3}([,.]\d{3})+", cell)), "")
        self.decimal = "," if comma and not point else "." if point and not comma else ""
        self.clash = (comma[0], point[0]) if comma and point else None
        twice = any(re.fullmatch(r"-?\d{1,3}(\.\d{3}){2,}", cell) for cell in bare)
        if not self.decimal and self.clash is None and twice:
            self.decimal = ","
        if not self.decimal and any(re.fullmatch(r"-?\d{1,3}(,\d{3}){2,}", cell) for cell in bare):
            self.decimal = "."

    def number(self, cell: str) -> Decimal | None:
        """None where it is no number, or has more than `DIGITS` before its point. A percentage becomes its fraction."""
        text = _SPACES.sub("", cell)
        share = text.endswith("%")
        text = text.rstrip("%")
        if self.decimal == ",":
            text = text.replace(".", "").replace(",", ".")
        elif self.decimal == ".":
            text = text.replace(",", "")
        if not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            return None
        if value.adjusted() >= DIGITS:
            return None
        return value / 100 if share else value
