"""The CRM sales dataset: accounts, sales teams, products and a sales pipeline, as one CRM exports them.

What the files do not say is stated in notes: people have no e-mail addresses, so one is derived from the name;
accounts have no owner; who works a client follows from who works its deals.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process

from common.imports import Note, Table, Unusable
from portfolio.imports.files import Sheet
from portfolio.imports.sources import Part, Source, sources

DOMAIN = "crm-sales.invalid"
ALIASES = {"GTXPro": "GTX Pro"}
"""Products the pipeline spells otherwise than the product list. Stated, not guessed."""

PRODUCTS = ("GTX Basic", "GTX Pro", "MG Special", "MG Advanced", "GTX Plus Pro", "GTX Plus Basic", "GTK 500")
SECTORS = (
    "employment",
    "entertainment",
    "finance",
    "marketing",
    "medical",
    "retail",
    "services",
    "software",
    "technology",
    "telecommunications",
)
COUNTRIES = {
    "Belgium": "BE",
    "Brazil": "BR",
    "China": "CN",
    "Germany": "DE",
    "Italy": "IT",
    "Japan": "JP",
    "Jordan": "JO",
    "Kenya": "KE",
    "Norway": "NO",
    "Panama": "PA",
    "Philippines": "PH",
    "Poland": "PL",
    "Romania": "RO",
    "United States": "US",
}

FILES = {
    "accounts.csv": ("account", "sector", "office_location", "subsidiary_of"),
    "sales_teams.csv": ("sales_agent", "manager", "regional_office"),
    "products.csv": ("product",),
    "sales_pipeline.csv": (
        "opportunity_id",
        "sales_agent",
        "product",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    ),
}
_KINDS = {"clients": "accounts.csv", "people": "sales_teams.csv", "opportunities": "sales_pipeline.csv"}


def convert(kind: str, sheets: Sequence[Sheet], options: Mapping[str, str]) -> list[Part]:
    if kind != "bundle":
        return _parts({_KINDS[kind]: sheets[0]}, options)
    found = {sheet.name.lower(): sheet for sheet in sheets}
    missing = [name for name in FILES if name not in found]
    if missing:
        raise Unusable(f"The bundle lacks {', '.join(missing)}. A CRM sales bundle is {', '.join(FILES)}.")
    return _parts(found, options)


def _parts(found: Mapping[str, Sheet], options: Mapping[str, str]) -> list[Part]:
    for name, columns in FILES.items():
        lacking = [column for column in columns if name in found and column not in found[name].header]
        if lacking:
            raise Unusable(f"{found[name].name} lacks the column {', '.join(lacking)}.")
    parts = []
    teams, pipeline = found.get("sales_teams.csv"), found.get("sales_pipeline.csv")
    if teams:
        parts.append(Part("people", teams, _people(teams)))
    if "accounts.csv" in found:
        parts.append(Part("clients", found["accounts.csv"], _clients(found["accounts.csv"])))
    if "products.csv" in found:
        parts.append(Part("products", found["products.csv"], _products(found["products.csv"])))
    if pipeline:
        listed = found["products.csv"].column("product") if "products.csv" in found else PRODUCTS
        deals = _opportunities(pipeline, listed, options["currency"])
        parts.append(Part("opportunities", pipeline, deals))
        if teams:
            parts.append(Part("teams", pipeline, _memberships(pipeline, teams), also="client teams"))
    return parts


def key_of(name: str) -> str:
    """A client's key from its name: kan-code, gekko-co."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def email_of(name: str) -> str:
    """Stable and unable to receive mail: anna.snelling@crm-sales.invalid."""
    return f"{key_of(name).replace('-', '.')}@{DOMAIN}" if name.strip() else ""


def _people(sheet: Sheet) -> Table:
    """Every agent with a manager over it; each manager once, on the line that first names them."""
    agents, managers, offices = (sheet.column(name) for name in FILES["sales_teams.csv"])
    rows, lines, emails, names, roles, bosses = [], [], [], [], [], []
    seen: set[str] = set()
    for row, line, agent, manager in zip(sheet.rows, sheet.lines, agents, managers, strict=True):
        fresh = manager.strip() and manager not in seen
        seen.add(manager)
        for name, role, boss in ((manager, "director", ""), (agent, "account_manager", manager)):
            if name is manager and not fresh:
                continue
            rows.append(row)
            lines.append(line)
            names.append(name)
            emails.append(email_of(name))
            roles.append(role)
            bosses.append(email_of(boss))
    columns = {"email": emails, "name": names, "role": roles, "manager_email": bosses}
    table = Table(sheet.header, rows, lines, {name: tuple(cells) for name, cells in columns.items()})
    table.notes.extend(sheet.notes)
    table.notes.append(Note(f"There are no e-mail addresses: each is derived from the name, at {DOMAIN}.", len(rows)))
    table.notes.append(Note("Sales agents become account managers, their managers account directors.", len(rows)))
    regions = tuple(sorted({f"{office}: {manager}" for office, manager in zip(offices, managers, strict=True)}))
    table.notes.append(Note("Regional offices are not stored; the managers of each.", len(regions), regions))
    return table


def _clients(sheet: Sheet) -> Table:
    names, sectors = sheet.column("account"), sheet.column("sector")
    offices, parents = sheet.column("office_location"), sheet.column("subsidiary_of")
    columns = {
        "key": [key_of(name) for name in names],
        "name": names,
        "industry": sectors,
        "parent": [key_of(name) for name in parents],
        "country": [COUNTRIES.get(office.strip(), "") for office in offices],
        "notes": [_facts(sheet.header, row) for row in sheet.rows],
    }
    table = Table(sheet.header, sheet.rows, sheet.lines, columns)
    _carry(table, sheet)
    table.notes.append(Note("The file names no owners: clients stay without one unless --owner is given."))
    table.notes += _misspelt("Sector", sectors, SECTORS)
    table.notes += _misspelt("Office location", offices, COUNTRIES)
    return table


def _facts(header: Sequence[str], row: Sequence[str]) -> str:
    """What has no field of its own stays readable with the client, as given."""
    kept = ("year_established", "revenue", "employees", "office_location")
    cells = dict(zip(header, row, strict=True))
    return "\n".join(f"{name.replace('_', ' ').capitalize()}: {cells[name]}" for name in kept if cells.get(name))


def _misspelt(what: str, values: Iterable[str], known: Iterable[str]) -> list[Note]:
    """Values that are none of the known ones: listed with the nearest, kept as given."""
    names, notes = list(known), []
    for value, count in Counter(value for value in values if value.strip() and value.strip() not in names).items():
        near = process.extractOne(value, names, score_cutoff=80)
        hint = f"perhaps {near[0]} is meant" if near else "nothing like it is known"
        notes.append(Note(f"{what} “{value}” is not a known one; {hint}. Kept as given.", count))
    return notes


def _products(sheet: Sheet) -> Table:
    table = Table(sheet.header, sheet.rows, sheet.lines, {})
    _carry(table, sheet)
    listed = tuple(sheet.column("product"))
    table.notes.append(Note("Products: used to check the pipeline's; not stored.", len(listed), listed))
    return table


def _opportunities(sheet: Sheet, products: Sequence[str], currency: str) -> Table:
    keys, agents, given, accounts, stages, opened, closed, worth = (
        sheet.column(name) for name in FILES["sales_pipeline.csv"]
    )
    offered = [ALIASES.get(product, product) for product in given]
    columns = {
        "key": keys,
        "client": [key_of(name) for name in accounts],
        "name": [f"{product}, {name}" for product, name in zip(offered, accounts, strict=True)],
        "stage": stages,
        "amount": worth,
        "currency": [currency] * len(keys),
        "opened_on": opened,
        "close_on": closed,
        "offering": offered,
        "owner_email": [email_of(name) for name in agents],
    }
    table = Table(sheet.header, sheet.rows, sheet.lines, columns)
    _carry(table, sheet)
    for position, account in enumerate(accounts):
        if not account.strip():
            table.rejected[position].append("no account")
    table.notes.append(Note(f"Amounts are in {currency}, as given on loading: the file names no currency."))
    for alias, product in ALIASES.items():
        if count := given.count(alias):
            table.notes.append(Note(f"Product “{alias}” was read as “{product}”, a stated alias.", count))
    table.notes += _misspelt("Product", offered, products)
    return table


def _memberships(pipeline: Sheet, teams: Sheet) -> Table:
    """Agents and their managers belong to the teams of the clients whose deals they work, and so see them."""
    managers = dict(zip(teams.column("sales_agent"), teams.column("manager"), strict=True))
    pairs: dict[tuple[str, str], int] = {}
    for position, (agent, account) in enumerate(
        zip(pipeline.column("sales_agent"), pipeline.column("account"), strict=True)
    ):
        for name in (agent, managers.get(agent, "")):
            if account.strip() and name.strip():
                pairs.setdefault((key_of(account), email_of(name)), position)
    places = list(pairs.values())
    columns = {"client": [client for client, _ in pairs], "person_email": [person for _, person in pairs]}
    table = Table(
        pipeline.header,
        [pipeline.rows[position] for position in places],
        [pipeline.lines[position] for position in places],
        {name: tuple(cells) for name, cells in columns.items()},
    )
    table.notes.append(
        Note("Whoever works a client's deals joins its team, with their manager: so they see the client.", len(places))
    )
    return table


def _carry(table: Table, sheet: Sheet) -> None:
    table.notes.extend(sheet.notes)
    for position, reason in sheet.short.items():
        table.rejected[position].append(reason)


sources.register(
    "crm_sales",
    Source(
        "crm_sales",
        "CRM sales dataset",
        convert,
        bundle=tuple(FILES),
        kinds=tuple(_KINDS),
        needs_currency=True,
    ),
)
