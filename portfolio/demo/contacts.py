"""People at the clients: who decides, who likes us, who on our side knows them. All invented."""

from datetime import date, timedelta
from typing import NamedTuple

from portfolio.demo.clients import BY_KEY
from portfolio.demo.people import email

CHIEF, BUYER, TECH, USER = "sponsor", "economic", "technical", "user"
COACH, CHAMPION, VOICE = "coach", "champion", "influencer"


class Person(NamedTuple):
    """`above` is the place in the client's list of whom they report to (0: nobody we map).

    A blank stance or level is one nobody has judged yet; `judged` counts days before the anchor.
    """

    first: str
    last: str
    title: str
    above: int
    role: str
    power: int
    interest: int
    stance: int | None
    level: int | None
    wanted: int
    owner: str
    cadence: int
    judged: int


P = Person
CONTACTS: dict[str, tuple[Person, ...]] = {
    "halden-pharma": (
        P("Dana", "Whitfield", "Chief commercial officer", 0, CHIEF, 5, 5, 1, 3, 4, "director", 45, 18),
        P("Ruben", "Menon", "Chief financial officer", 0, BUYER, 5, 3, -1, 1, 2, "director", 60, 34),
        P("Tomasz", "Ashby", "VP brand marketing", 1, CHAMPION, 4, 5, 2, 4, 4, "marcus.bell", 30, 12),
        P("Imani", "Foster", "VP medical affairs", 1, VOICE, 4, 4, 1, 3, 3, "clara.jensen", 45, 41),
        P("Gwen", "Salcedo", "Head of procurement, marketing", 2, BUYER, 4, 4, -1, 2, 2, "marcus.bell", 45, 9),
        P("Niko", "Aaltonen", "Director, digital and data", 3, TECH, 3, 4, 1, 3, 3, "nadia.rahman", 45, 52),
        P("Sheila", "Marcus", "Senior manager, congresses", 3, USER, 2, 4, 1, 2, 2, "marcus.bell", 90, 75),
        P("Andrés", "Villa", "Brand lead, respiratory", 3, USER, 3, 5, 2, 3, 4, "clara.jensen", 30, 15),
        P("Kaori", "Tanabe", "Brand lead, Brazil and Latin America", 3, USER, 2, 4, 0, 2, 3, "marcus.bell", 60, 58),
    ),
    "halden-diagnostics": (
        P("Birgit", "Aumann", "Managing director", 0, CHIEF, 5, 3, 1, 2, 3, "director", 90, 47),
        P("Jörg", "Pelletier", "Marketing director", 1, BUYER, 4, 5, 1, 3, 4, "leila.haddad", 45, 21),
        P("Selin", "Arslan", "Head of demand generation", 2, CHAMPION, 3, 5, 2, 3, 3, "peter.vogel", 45, 26),
        P("Matthias", "Krüger", "Product manager, analysers", 2, USER, 2, 3, 0, 2, 2, "peter.vogel", 90, 88),
    ),
    "marlow-bank": (
        P("Fiona", "Achterberg", "Chief marketing officer", 0, CHIEF, 5, 5, 2, 4, 4, "director", 45, 14),
        P("Gareth", "Prosser", "Chief operating officer", 0, BUYER, 5, 3, 0, 2, 3, "director", 90, 63),
        P("Nisha", "Venkataraman", "Director of customer experience", 1, CHAMPION, 4, 5, 2, 4, 4, "manager", 30, 10),
        P("Oliver", "Stanhope", "Head of brand", 1, VOICE, 3, 4, 1, 3, 3, "manager", 45, 23),
        P("Bisi", "Adebayo", "Head of lifecycle marketing", 1, USER, 3, 4, 1, 3, 3, "manager", 45, 37),
        P("Callum", "Reid", "Category lead, procurement", 2, BUYER, 3, 4, 0, 2, 2, "manager", 60, 29),
        P("Zainab", "Qureshi", "Head of data platforms", 2, TECH, 4, 4, 1, 3, 4, "nadia.rahman", 45, 19),
        P("Rhys", "Maddox", "Product owner, mortgages", 3, USER, 2, 5, 1, 2, 3, "theo.laurent", 60, 44),
    ),
    "corvus-retail": (
        P("Janelle", "Okonkwo", "Chief marketing officer", 0, CHIEF, 5, 4, 0, 2, 4, "director", 45, 16),
        P("Victor", "Dressler", "Chief financial officer", 0, BUYER, 5, 2, -1, 0, 2, "director", 90, 101),
        P("Priscilla", "Monk", "VP media and performance", 1, BUYER, 4, 5, 0, 3, 3, "grace.nakamura", 30, 11),
        P("Desmond", "Hale", "Director, store marketing", 1, USER, 3, 4, 1, 3, 3, "grace.nakamura", 45, 40),
        P("Yolanda", "Reyes-Marín", "Director, loyalty", 1, CHAMPION, 3, 5, 2, 3, 3, "anika.bose", 45, 28),
        P("Anton", "Sokolov", "Head of retail media", 3, TECH, 3, 5, 0, 2, 3, "anika.bose", 45, 66),
        P("Lauren", "Tibbets", "Indirect procurement manager", 2, BUYER, 3, 3, -1, 1, 2, "grace.nakamura", 60, 50),
    ),
    "northline-rail": (
        P("Alasdair", "Munro", "Commercial director", 0, CHIEF, 5, 4, 1, 3, 4, "director", 60, 31),
        P("Hester", "Lyle", "Head of marketing and customer", 1, BUYER, 4, 5, 1, 3, 4, "manager", 30, 13),
        P("Jamal", "Idris", "Digital product director", 1, CHAMPION, 4, 5, 2, 4, 4, "yusuf.demir", 45, 22),
        P("Patricia", "Shaw", "Station experience manager", 2, USER, 2, 3, 0, 2, 2, "theo.laurent", 90, 80),
        P("Edmund", "Clarke", "Head of procurement", 0, BUYER, 4, 3, 0, 1, 2, "manager", 90, 72),
    ),
    "ostra-foods": (
        P("Wouter", "van der Zee", "Chief growth officer", 0, CHIEF, 5, 4, 1, 3, 4, "director", 60, 27),
        P("Marieke", "Brandsma", "Global brand director", 1, CHAMPION, 4, 5, 2, 4, 4, "leila.haddad", 30, 8),
        P("Luca", "Ferrante", "Shopper marketing director", 1, BUYER, 3, 5, 1, 3, 3, "leila.haddad", 45, 33),
        P("Sanne", "Hoekstra", "Head of social", 2, USER, 2, 4, 1, 3, 3, "yusuf.demir", 45, 54),
        P("Henk", "Dijkman", "Procurement director", 0, BUYER, 4, 3, -1, 2, 2, "leila.haddad", 60, 36),
        P("Aurélie", "Chastain", "Innovation lead, plant-based", 2, USER, 2, 5, 1, 2, 3, "peter.vogel", 60, 70),
    ),
    "ostra-nordic": (
        P("Elin", "Sjöberg", "Country manager", 0, BUYER, 4, 4, 1, 3, 3, "leila.haddad", 60, 42),
        P("Mikkel", "Rasmussen", "Marketing manager", 1, USER, 3, 5, 1, 2, 3, "yusuf.demir", 60, 56),
        P("Aino", "Lehtonen", "Key account manager, retail", 1, USER, 2, 3, 0, 1, 2, "yusuf.demir", 120, 118),
    ),
    "kestrel-air": (
        P("Monique", "Barrett", "Chief customer officer", 0, CHIEF, 5, 4, 0, 2, 4, "director", 45, 25),
        P("Greg", "Lindholm", "Chief financial officer", 0, BUYER, 5, 3, -2, 1, 2, "director", 90, 95),
        P("Tariq", "Mansour", "VP marketing", 1, BUYER, 4, 5, -1, 2, 3, "grace.nakamura", 30, 17),
        P("Heidi", "Kaplan", "Director, loyalty", 1, VOICE, 3, 2, -1, 1, 2, "liam.forster", 60, 90),
        P("Joaquín", "Herrera", "Head of content", 3, CHAMPION, 2, 5, 2, 3, 3, "liam.forster", 45, 24),
        P("Simone", "Akers", "Media procurement lead", 2, BUYER, 4, 4, -1, 1, 2, "grace.nakamura", 45, 20),
    ),
    "vantora-energy": (
        P("Beatriz", "Quintero", "Chief marketing officer", 0, CHIEF, 5, 5, 2, 3, 4, "director", 60, 30),
        P("Íñigo", "Salaberri", "Head of brand", 1, CHAMPION, 3, 5, 2, 4, 4, "sofia.castellanos", 45, 16),
        P("Carmen", "Rovira", "Director, installer network", 1, BUYER, 4, 4, 1, 3, 3, "sofia.castellanos", 45, 35),
        P("Pau", "Ferrer", "Digital channels lead", 2, TECH, 2, 4, 0, 2, 2, "peter.vogel", 90, 77),
    ),
    "brightmere-health": (
        P("Lorraine", "Pike", "Chief strategy officer", 0, CHIEF, 5, 4, 1, 3, 4, "director", 60, 39),
        P("Samuel", "Adjei", "VP marketing", 1, BUYER, 4, 5, 1, 3, 3, "owen.gallagher", 45, 18),
        P("Wendy", "Cho", "Director, digital front door", 1, CHAMPION, 3, 5, 2, 3, 4, "clara.jensen", 45, 27),
        P("Raj", "Bhattacharya", "Information security officer", 0, TECH, 3, 2, 0, 1, 2, "clara.jensen", 120, 130),
    ),
    "telmara-mobile": (
        P("Aoife", "Brennan", "Consumer director", 0, CHIEF, 5, 4, 0, 2, 3, "director", 60, 46),
        P("Stefan", "Ilić", "Head of acquisition", 1, BUYER, 4, 5, 1, 3, 3, "sofia.castellanos", 45, 22),
        P("Niamh", "Corrigan", "Head of customer base", 1, USER, 3, 4, 1, 2, 3, "liam.forster", 60, 49),
        P("Declan", "Roche", "Brand manager", 2, USER, 2, 3, None, None, 2, "sofia.castellanos", 90, 0),
    ),
    "pell-and-rowe": (
        P("Catriona", "Pell", "Managing partner", 0, BUYER, 5, 3, 1, 3, 3, "manager", 90, 60),
        P("Hamish", "Dunbar", "Director of sales and marketing", 1, CHAMPION, 3, 5, 2, 3, 3, "manager", 60, 32),
        P("Ewa", "Zielińska", "Reservations and web manager", 2, USER, 2, 4, 1, 2, 2, "theo.laurent", 90, 85),
    ),
    "tesserine-software": (
        P("Harriet", "Nolan", "Chief executive", 0, BUYER, 5, 4, 1, 2, 4, "director", 60, 43),
        P("Arjun", "Pillai", "VP marketing", 1, CHIEF, 4, 5, 1, 2, 3, "owen.gallagher", 30, 21),
        P("Mia", "Kowalski-Trent", "Head of developer relations", 2, USER, 2, 5, None, None, 2, "anika.bose", 60, 0),
    ),
    "dunmore-media": (
        P("Curtis", "Vanterpool", "Chief marketing officer", 0, BUYER, 5, 2, -1, 1, 2, "director", 180, 210),
        P("Elaine", "Sugarman", "VP audience", 1, VOICE, 3, 3, 1, 3, 3, "owen.gallagher", 120, 150),
    ),
}  # fmt: skip

# The wider industry: people worth knowing who work for no client of ours, so nobody judges their part in one.
INDUSTRY = (
    ("Solveig", "Nygaard", "Principal analyst, marketing services", "analyst", "Fjellstad Research"),
    ("Percy", "Lattimore", "Partner, pitch consultancy", "partner", "Lattimore Crane"),
    ("Rosalind", "Achebe", "Non-executive director", "board", "Two listed companies"),
    ("Dermot", "Halloran", "Former head of strategy of ours", "alumni", "Pell Street Capital"),
    ("Ines", "Carvalho", "Former marketing director of Marlow Bank", "alumni", "Lisboa Mobility"),
    ("Anselm", "Roth", "Media editor", "press", "The Ledger Weekly"),
    ("Solveig", "Nygård", "Analyst", "analyst", "Fjellstad Research"),
)
"""The last is the first once more, as another system spells her."""

# Who could introduce us: by place among INDUSTRY (I) or at a client, to whom, how well they know each other.
INTRODUCTIONS = (
    ("I1", ("telmara-mobile", 1), 3, "possible", "Sat on her panel in May", 40),
    ("I2", ("kestrel-air", 2), 4, "asked", "Ran their last agency review", 12),
    ("I3", ("halden-pharma", 2), 5, "possible", "On the audit committee that he reports to", 25),
    ("I3", ("corvus-retail", 2), 2, "declined", "Would rather not while the tender is open", 60),
    ("I4", ("tesserine-software", 1), 4, "made", "Shared an office for six years", 90),
    ("I5", ("marlow-bank", 2), 4, "possible", "Worked for him until last year", 33),
    (("halden-pharma", 3), ("halden-diagnostics", 1), 3, "possible", "Project team of the group's rebrand", 18),
    (("ostra-foods", 2), ("ostra-nordic", 1), 4, "asked", "Meets her every month", 7),
    ("I6", ("dunmore-media", 1), None, "possible", "", 120),
)  # fmt: skip


def introduction_rows(anchor: date) -> list[dict[str, str]]:
    def named(who: str | tuple[str, int]) -> str:
        return f"IND-C{int(who[1:]):02}" if isinstance(who, str) else contact_key(*who)

    return [
        {
            "from": named(source), "to": named(target), "strength": "" if strength is None else str(strength),
            "evidence": evidence, "state": state, "on": (anchor - timedelta(days=ago)).isoformat(),
        }
        for source, target, strength, state, evidence, ago in INTRODUCTIONS
    ]  # fmt: skip


def contact_key(client_key: str, place: int) -> str:
    return f"{BY_KEY[client_key].code}-C{place:02}"


def _local(first: str, last: str) -> str:
    plain = {"á": "a", "é": "e", "í": "i", "ó": "o", "ö": "o", "ü": "u", "ć": "c", "ń": "n", "ñ": "n"}
    name = f"{first}.{last}".lower().replace(" ", "").replace("'", "")
    return "".join(plain.get(letter, letter) for letter in name)


def _row(client_key: str, place: int, person: Person, anchor: date) -> dict[str, str]:
    judged = person.stance is not None
    return {
        "key": contact_key(client_key, place),
        "client": client_key,
        "first_name": person.first,
        "last_name": person.last,
        "title": person.title,
        "email": f"{_local(person.first, person.last)}@{client_key}.example",
        "reports_to": contact_key(client_key, person.above) if person.above else "",
        "buying_role": person.role,
        "power": str(person.power),
        "interest": str(person.interest),
        "stance": str(person.stance) if judged else "",
        "level": "" if person.level is None else str(person.level),
        "level_wanted": str(person.wanted),
        "judged_on": (anchor - timedelta(days=person.judged)).isoformat() if judged else "",
        "judged_by": email(person.owner) if judged else "",
        "owner_email": email(person.owner),
        "cadence_days": str(person.cadence),
    }


# A seat on the map whose holder nobody has met: client, title, place of whom it reports to, power.
SEATS = (
    ("halden-pharma", "President, US region", 1, 4),
    ("corvus-retail", "Chief data officer", 1, 3),
)


def _seats() -> list[dict[str, str]]:
    return [
        {
            "key": f"{BY_KEY[client].code}-SEAT{number:02}",
            "client": client,
            "first_name": title.partition(" ")[0],
            "last_name": title.partition(" ")[2],
            "identified": "no",
            "reports_to": contact_key(client, above),
            "power": str(power),
            "level_wanted": "2",
        }
        for number, (client, title, above, power) in enumerate(SEATS, 1)
    ]


def contact_rows(anchor: date) -> list[dict[str, str]]:
    rows = [
        _row(client_key, place, person, anchor)
        for client_key, people in CONTACTS.items()
        for place, person in enumerate(people, 1)
    ]
    blank = dict.fromkeys([*rows[0], "identified", "kind", "employer"], "")
    rows = [blank | {"identified": "yes"} | row for row in rows]
    rows += [blank | seat for seat in _seats()]
    for place, (first, last, title, kind, employer) in enumerate(INDUSTRY, 1):
        known = {"key": f"IND-C{place:02}", "first_name": first, "last_name": last, "title": title, "kind": kind}
        mail = f"{_local(first, last)}@industry.example"
        if place == len(INDUSTRY):
            mail = "s.nygard@fjellstad.example"
        rows.append(blank | {"identified": "yes"} | known | {"employer": employer, "email": mail})
    return rows
