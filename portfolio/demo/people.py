"""Alder Finch, the invented agency: its people, and who works for which client."""

from portfolio.demo.clients import CLIENTS

DOMAIN = "demo.example"

# local part, name, role, manager's local part, country, weekly hours, started on
_PEOPLE: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("leadership", "Ingrid Solheim", "leadership", "", "GB-ENG", "37.5", "2014-03-03"),
    ("director", "Amara Reyes", "director", "leadership", "US-NY", "40", "2017-01-09"),
    ("manager", "Daniel Okafor", "account_manager", "director", "GB-ENG", "37.5", "2019-05-13"),
    ("finance", "Mei-Ling Tan", "finance", "leadership", "US-NY", "40", "2018-09-04"),
    ("legal", "Rafael Monteiro", "legal", "leadership", "GB-ENG", "37.5", "2020-02-17"),
    ("delivery", "Hanna Kowalczyk", "delivery", "leadership", "GB-ENG", "37.5", "2018-06-11"),
    ("admin", "Chris Abbott", "administrator", "leadership", "US-NY", "40", "2021-11-01"),
    ("marcus.bell", "Marcus Bell", "account_manager", "director", "US-NJ", "40", "2018-04-16"),
    ("grace.nakamura", "Grace Nakamura", "account_manager", "director", "US-IL", "40", "2020-08-24"),
    ("leila.haddad", "Leila Haddad", "account_manager", "director", "NL", "38", "2019-10-07"),
    ("sofia.castellanos", "Sofía Castellanos", "account_manager", "director", "ES-MD", "38", "2021-03-15"),
    ("owen.gallagher", "Owen Gallagher", "account_manager", "director", "US-MA", "40", "2022-01-10"),
    ("theo.laurent", "Théo Laurent", "delivery", "delivery", "GB-ENG", "37.5", "2017-09-18"),
    ("nadia.rahman", "Nadia Rahman", "delivery", "delivery", "GB-ENG", "37.5", "2020-06-01"),
    ("peter.vogel", "Peter Vogel", "delivery", "delivery", "DE-HE", "38", "2019-02-04"),
    ("yusuf.demir", "Yusuf Demir", "delivery", "delivery", "NL", "38", "2022-05-09"),
    ("clara.jensen", "Clara Jensen", "delivery", "delivery", "US-NY", "40", "2021-07-12"),
    ("anika.bose", "Anika Bose", "delivery", "delivery", "US-IL", "40", "2023-02-13"),
    ("liam.forster", "Liam Forster", "delivery", "delivery", "US-WA", "32", "2020-11-16"),
)

# The studio books its time: local part, name, role on the card, country; two for each client, in their order.
STUDIO: tuple[tuple[str, str, str, str], ...] = (
    ("elena.marsh", "Elena Marsh", "Strategist", "US-NY"),
    ("jo.abara", "Jo Abara", "Fellow", "US-NY"),
    ("felix.brandt", "Felix Brandt", "Writer", "DE-HE"),
    ("mina.osei", "Mina Osei", "Analyst", "DE-HE"),
    ("harriet.lowe", "Harriet Lowe", "Designer", "GB-ENG"),
    ("samir.patel", "Samir Patel", "Engineer", "GB-ENG"),
    ("dana.whitlock", "Dana Whitlock", "Producer", "US-IL"),
    ("ruben.ortega", "Ruben Ortega", "Strategist", "US-IL"),
    ("isla.mcrae", "Isla McRae", "Designer", "GB-ENG"),
    ("kofi.mensah", "Kofi Mensah", "Producer", "GB-ENG"),
    ("anouk.devries", "Anouk de Vries", "Writer", "NL"),
    ("bram.jansen", "Bram Jansen", "Designer", "NL"),
    ("elin.lund", "Elin Lund", "Designer", "SE"),
    ("oskar.berg", "Oskar Berg", "Writer", "SE"),
    ("priya.nair", "Priya Nair", "Producer", "US-WA"),
    ("cole.bennett", "Cole Bennett", "Designer", "US-WA"),
    ("lena.hoffmann", "Lena Hoffmann", "Strategist", "DE-HE"),
    ("mateo.ruiz", "Mateo Ruiz", "Designer", "ES-MD"),
    ("talia.green", "Talia Green", "Writer", "US-MA"),
    ("omar.haddad", "Omar Haddad", "Analyst", "US-MA"),
    ("ines.carvalho", "Inês Carvalho", "Strategist", "ES-MD"),
    ("hugo.lambert", "Hugo Lambert", "Producer", "ES-MD"),
    ("freya.collins", "Freya Collins", "Writer", "GB-ENG"),
    ("arjun.mehta", "Arjun Mehta", "Designer", "GB-ENG"),
    ("nora.fitzgerald", "Nora Fitzgerald", "Strategist", "US-NY"),
    ("wes.tanaka", "Wes Tanaka", "Engineer", "US-NY"),
    ("vera.nowak", "Vera Nowak", "Analyst", "GB-ENG"),
    ("gil.harper", "Gil Harper", "Producer", "GB-ENG"),
)

# Delivery people beside the account manager, by client code.
LEADS = {
    "HAL": ("delivery", "clara.jensen", "nadia.rahman"),
    "HDX": ("peter.vogel",),
    "MAR": ("delivery", "nadia.rahman", "theo.laurent"),
    "COR": ("delivery", "anika.bose"),
    "NOR": ("theo.laurent", "yusuf.demir"),
    "OST": ("peter.vogel", "yusuf.demir"),
    "OSN": ("yusuf.demir",),
    "KES": ("delivery", "liam.forster"),
    "VAN": ("peter.vogel",),
    "BRI": ("clara.jensen",),
    "TEL": ("liam.forster",),
    "PEL": ("theo.laurent",),
    "TES": ("anika.bose",),
    "DUN": (),
}


def email(local: str) -> str:
    return f"{local}@{DOMAIN}"


def people_rows() -> list[dict[str, str]]:
    studio = ((local, name, "delivery", "delivery", land, "37.5", "2022-09-05") for local, name, _, land in STUDIO)
    disciplines = {local: role for local, _, role, _ in STUDIO}
    return [
        {
            "email": email(local),
            "name": name,
            "role": role,
            "manager_email": email(manager) if manager else "",
            "country": country,
            "weekly_hours": hours,
            "starts": starts,
            "ends": "",
            "discipline": disciplines.get(local, "Delivery lead" if role == "delivery" else ""),
        }
        for local, name, role, manager, country, hours, starts in (*_PEOPLE, *studio)
    ]


def team_rows() -> list[dict[str, str]]:
    """Who works on what; the first named of delivery leads it. The director owns every client."""
    rows: list[dict[str, str]] = []
    for client in CLIENTS:
        team = [(client.manager, "manager")]
        duties = ["delivery", "member", "member"]
        team += list(zip(LEADS[client.code], duties, strict=False))
        rows += [{"client": client.key, "person_email": email(local), "duty": duty} for local, duty in team]
    return rows
