"""What the agency knows of its clients' worlds. All invented."""

from __future__ import annotations

from datetime import date, timedelta

from portfolio.demo.ahead import FOR_CLIENT, MARKET
from portfolio.demo.clients import BY_KEY
from portfolio.demo.people import email

Row = dict[str, str]
NOTES = (
    # kind, title, so what, clients, industry, owner, noted, expires, happens: days from the story's month; source
    ("regulatory", "New rules on patient advertising from spring",
     "Every brand page of theirs changes: offer the audit before a rival does", "halden-pharma;halden-diagnostics", "",
     "marcus.bell", -40, 80, 120, "https://regulator.example/patient-advertising"),
    ("client", "Chief marketing officer is to leave in the new year",
     "Our sponsor goes with her: meet the deputy now", "halden-pharma", "", "director", -12, 45, 60, "Said at lunch"),
    ("competitor", "Grey Harbour pitches for their media", "They undercut on fees; we win on data, so show the numbers",
     "corvus-retail", "", "grace.nakamura", -55, 20, None, "Trade press"),
    ("industry", "Open banking switches double in a year",
     "Retention matters more than acquisition: move the brief", "", "Banking", "manager", -70, 60, None,
     "https://bank-survey.example/switching"),
    ("client", "Half-year results", "A weak half means a budget freeze: close the renewal before", "marlow-bank", "",
     "manager", -20, 40, 9, "Investor calendar"),
    ("client", "New booking platform goes live", "Conversion falls for weeks after: agree now what we are measured by",
     "kestrel-air", "", "grace.nakamura", -100, -8, None, "Their project plan"),
    ("regulatory", "Fare display rules come into force", "All landing pages change; nobody has planned the work",
     "kestrel-air;pell-and-rowe", "", "grace.nakamura", -30, 90, 45, "https://transport.example/circular-14"),
    ("industry", "Energy price cap under review", "Their campaigns stop on the day it falls: plan two versions", "",
     "Energy", "sofia.castellanos", -25, 30, 12, "Ministry's notice"),
    ("competitor", "Rail rival sponsors the national team", "Share of voice falls in spring: say so before they ask",
     "northline-rail", "", "manager", -130, -35, None, "Trade press"),
    ("client", "Takes over a Nordic rival", "Two brands to merge in a year: a pitch we should ask for",
     "ostra-foods;ostra-nordic", "", "leila.haddad", -15, 100, 75, "Their announcement"),
)  # fmt: skip


def note_rows(anchor: date) -> list[Row]:
    def day(offset: int | None) -> str:
        return "" if offset is None else (anchor + timedelta(days=offset)).isoformat()

    known = [
        {
            "key": f"INT-{number:02}", "kind": kind, "title": title, "so_what": so_what,
            "for_client": FOR_CLIENT.get(title, ""), "clients": clients,
            "industry": industry, "owner": email(owner), "noted_on": day(noted), "expires_on": day(expires),
            "happens_on": day(happens), "source": source,
        }
        for number, (kind, title, so_what, clients, industry, owner, noted, expires, happens, source) in enumerate(
            NOTES, 1
        )
    ]  # fmt: skip
    told = [
        {
            "key": f"INT-M{number:02}", "kind": kind, "title": title, "so_what": "Bring it to the next review",
            "for_client": for_client, "clients": clients, "industry": industry,
            "owner": email(BY_KEY[clients.split(";")[0]].manager), "noted_on": day(-30), "expires_on": day(150),
            "happens_on": day(happens), "source": "Trade press and public filings",
        }
        for number, (kind, title, for_client, clients, industry, happens) in enumerate(MARKET, 1)
    ]  # fmt: skip
    return known + told
