"""The fourteen clients. Every company and person of the demo is invented."""

from portfolio.demo.spec import Client, Economics

# Time-and-materials work through the year; each profile averages about 1.
OFFICE = {1: 0.97, 2: 1.0, 3: 1.04, 4: 1.0, 5: 1.02, 6: 1.05, 7: 0.97, 8: 0.9, 9: 1.05, 10: 1.07, 11: 1.04, 12: 0.89}
RETAIL = {1: 0.8, 2: 0.82, 3: 0.92, 4: 0.94, 5: 0.96, 6: 0.98, 7: 0.96, 8: 1.02, 9: 1.1, 10: 1.22, 11: 1.28, 12: 1.0}
TRAVEL = {1: 1.15, 2: 1.12, 3: 1.08, 4: 1.05, 5: 1.03, 6: 0.98, 7: 0.9, 8: 0.86, 9: 0.95, 10: 1.0, 11: 0.98, 12: 0.9}

CLIENTS: tuple[Client, ...] = (
    Client(
        "halden-pharma", "HAL", "Halden Pharma", "strategic", "active", "Life sciences",
        "USD", "US-NJ", "America/New_York", 1,
        Economics(0.34, 0.455, 0.075, 0.05, 0.115, budget_factor=1.035, season=OFFICE),
        "marcus.bell",
    ),
    Client(
        "halden-diagnostics", "HDX", "Halden Diagnostics", "growth", "active", "Life sciences",
        "EUR", "DE-HE", "Europe/Berlin", 1,
        Economics(0.18, 0.46, 0.06, 0.045, 0.12, budget_factor=0.99, season=OFFICE),
        "leila.haddad", parent="halden-pharma",
    ),
    Client(
        "marlow-bank", "MAR", "Marlow Bank", "strategic", "active", "Banking",
        "GBP", "GB-ENG", "Europe/London", 4,
        Economics(0.12, 0.45, 0.05, 0.035, 0.11, budget_factor=0.98, season=OFFICE),
        "manager",
    ),
    Client(
        "corvus-retail", "COR", "Corvus Retail", "key", "at_risk", "Retail",
        "USD", "US-IL", "America/Chicago", 2,
        Economics(0.42, 0.5, 0.07, 0.055, 0.12, ad_hoc=0.04, budget_factor=1.03, season=RETAIL),
        "grace.nakamura",
    ),
    Client(
        "northline-rail", "NOR", "Northline Rail", "key", "active", "Transport",
        "GBP", "GB-ENG", "Europe/London", 4,
        Economics(0.1, 0.47, 0.07, 0.04, 0.115, budget_factor=1.0, season=OFFICE),
        "manager",
    ),
    Client(
        "ostra-foods", "OST", "Ostra Foods", "key", "active", "Food and drink",
        "EUR", "NL", "Europe/Amsterdam", 1,
        Economics(0.28, 0.46, 0.07, 0.05, 0.115, budget_factor=0.99, season=OFFICE),
        "leila.haddad",
    ),
    Client(
        "ostra-nordic", "OSN", "Ostra Nordic", "maintain", "active", "Food and drink",
        "EUR", "SE", "Europe/Stockholm", 1,
        Economics(0.2, 0.48, 0.08, 0.05, 0.0, ad_hoc=0.05, budget_factor=1.0, season=OFFICE),
        "leila.haddad", parent="ostra-foods",
    ),
    Client(
        "kestrel-air", "KES", "Kestrel Air", "key", "at_risk", "Travel",
        "USD", "US-WA", "America/Los_Angeles", 1,
        Economics(0.3, 0.47, 0.08, 0.05, 0.12, budget_factor=1.06, season=TRAVEL),
        "grace.nakamura",
    ),
    Client(
        "vantora-energy", "VAN", "Vantora Energy", "growth", "active", "Energy",
        "EUR", "ES-MD", "Europe/Madrid", 1,
        Economics(0.15, 0.45, 0.06, 0.045, 0.11, budget_factor=0.96, season=OFFICE),
        "sofia.castellanos",
    ),
    Client(
        "brightmere-health", "BRI", "Brightmere Health", "growth", "active", "Healthcare",
        "USD", "US-MA", "America/New_York", 7,
        Economics(0.14, 0.47, 0.06, 0.04, 0.11, budget_factor=0.99, season=OFFICE),
        "owen.gallagher",
    ),
    Client(
        "telmara-mobile", "TEL", "Telmara Mobile", "growth", "active", "Telecoms",
        "EUR", "IE", "Europe/Dublin", 4,
        Economics(0.24, 0.49, 0.08, 0.05, 0.11, ad_hoc=0.04, budget_factor=1.01, season=RETAIL),
        "sofia.castellanos",
    ),
    Client(
        "pell-and-rowe", "PEL", "Pell & Rowe Hotels", "maintain", "active", "Hospitality",
        "GBP", "GB-SCT", "Europe/London", 1,
        Economics(0.16, 0.48, 0.06, 0.05, 0.0, ad_hoc=0.06, budget_factor=0.98, season=TRAVEL),
        "manager",
    ),
    Client(
        "tesserine-software", "TES", "Tesserine Software", "growth", "onboarding", "Technology",
        "USD", "AU-NSW", "Australia/Sydney", 7,
        Economics(0.1, 0.5, 0.07, 0.06, 0.0, ad_hoc=0.02, budget_factor=1.0, season=OFFICE),
        "owen.gallagher",
    ),
    Client(
        "dunmore-media", "DUN", "Dunmore Media", "maintain", "lost", "Media",
        "USD", "US-NY", "America/New_York", 1,
        Economics(0.2, 0.51, 0.09, 0.05, 0.12, budget_factor=1.0, season=OFFICE),
        "owen.gallagher",
    ),
)  # fmt: skip

# First month with work, in months from the anchor, where it is later than the ledger's first.
STARTS = {"tesserine-software": -8}

BY_KEY = {client.key: client for client in CLIENTS}


def client_rows() -> list[dict[str, str]]:
    return [
        {
            "key": client.key,
            "name": client.name,
            "tier": client.tier,
            "status": client.status,
            "industry": client.industry,
            "parent": client.parent,
            "currency": client.currency,
            "country": client.country,
            "timezone": client.timezone,
            "fiscal_year_start": str(client.fiscal_year_start),
            "owner_email": "director@demo.example",
            "finance_code": f"DEMO-{client.code}",
        }
        for client in CLIENTS
    ]
