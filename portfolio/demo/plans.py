"""The plan for each client: an ambition, objectives, and actions with owner, date and next step."""
# ruff: noqa: E501 - a table reads best with one row a line

from datetime import date
from typing import NamedTuple

from portfolio.demo.calendar import Offset, day_at, weekday_from
from portfolio.demo.clients import CLIENTS
from portfolio.demo.people import email
from portfolio.demo.plan_parts import PARTS, Rows


class Act(NamedTuple):
    text: str
    owner: str
    due: Offset
    next_step: str
    status: str


class Aim(NamedTuple):
    text: str
    owner: str
    due: Offset
    status: str
    acts: tuple[Act, ...]


class PlanSpec(NamedTuple):
    ambition: str
    aims: tuple[Aim, ...]


OURS_ONLY = frozenset({
    "Monthly margin review with delivery", "Send the short-form renewal", "Rehearse the board pitch",
    "Submit the framework lot response", "Proof of value for procurement", "Staff the second mortgage squad",
    "Winter promotion proposal for four countries", "Write three budget options for next year",
})  # fmt: skip
"""On track, and yet no subject for a page the client keeps."""

NEW, GOOD, WATCH, RISK, DONE = "not_started", "on_track", "watch", "at_risk", "done"

PLANS: dict[str, PlanSpec] = {
    "HAL": PlanSpec("Lead agency for every launch in three years, trusted by finance as much as by marketing", (
        Aim("Renew the master agreement and the brand retainer on fair terms", "director", (3, 31), WATCH, (
            Act("Answer the 6% rate request with a volume-tier offer", "director", (0, 27), "Finance team models both cases", WATCH),
            Act("Brief the chief financial officer on value delivered", "director", (1, 9), "Dana Whitfield arranges thirty minutes", RISK),
            Act("Agree fallback terms with our legal team", "legal", (-1, 28), "Red lines drafted, comments missing", WATCH),
        )),
        Aim("Make the respiratory launch the reference for later launches", "clara.jensen", (4, 15), GOOD, (
            Act("Deliver second patient film", "clara.jensen", (2, 12), "Shoot booked", GOOD),
            Act("Publish a measurement framework per launch phase", "nadia.rahman", (1, 18), "Review with Niko Aaltonen", GOOD),
            Act("Cut medical review time from eleven days to seven", "clara.jensen", (3, 20), "Pilot the shared queue", GOOD),
        )),
        Aim("One content process for medical and marketing", "nadia.rahman", (14, 30), NEW, (
            Act("Agree one brief for both teams", "nadia.rahman", (2, 26), "Imani Foster names two reviewers", NEW),
            Act("List what is written twice today", "nadia.rahman", (1, 22), "Count the last quarter", GOOD),
        )),
    )),
    "HDX": PlanSpec("From campaign supplier to growth partner for the laboratory business in Europe", (
        Aim("Extend demand generation to two more countries", "leila.haddad", (6, 30), GOOD, (
            Act("Write three budget options for next year", "leila.haddad", (1, 11), "Draft to Jörg Pelletier", GOOD),
            Act("Show Austrian results to the managing director", "leila.haddad", (2, 5), "Find a date with Birgit Aumann", NEW),
        )),
    )),
    "MAR": PlanSpec("The bank's partner for customer experience across all retail journeys", (
        Aim("Grow customer experience from three squads to five", "manager", (9, 30), GOOD, (
            Act("Staff the second mortgage squad", "delivery", (1, 15), "Two designers to confirm", GOOD),
            Act("Agree a single rate card for all squads", "manager", (1, 8), "Callum Reid checks the role list", WATCH),
        )),
        Aim("Win the chief operating officer's trust", "director", (7, 31), WATCH, (
            Act("Send a quarterly one-page summary of agency spend", "manager", (-1, 15), "First issue sent and discussed", DONE),
            Act("Invite Gareth Prosser to the results review", "director", (2, 11), "Ask through Fiona Achterberg", NEW),
            Act("Map who decides on data platforms", "nadia.rahman", (-1, 26), "Two names still missing", RISK),
        )),
    )),
    "COR": PlanSpec("Back to a healthy margin, then grow with retail media", (
        Aim("Bring gross margin above 35% by the spring", "grace.nakamura", (5, 31), RISK, (
            Act("Replace freelance planners by two permanent hires", "anika.bose", (1, 15), "Three candidates in second talks", WATCH),
            Act("Re-price out-of-scope media requests", "grace.nakamura", (-1, 30), "List ready, talk to Priscilla Monk", RISK),
            Act("Monthly margin review with delivery", "delivery", (0, 30), "First review held", GOOD),
        )),
        Aim("Prove retail media before the spring review", "anika.bose", (4, 12), WATCH, (
            Act("Report sales effect of the first ten brands", "anika.bose", (1, 22), "Data from Anton Sokolov", WATCH),
            Act("Meet the chief financial officer for the first time", "director", (2, 18), "Janelle Okonkwo to introduce", NEW),
        )),
    )),
    "NOR": PlanSpec("Trusted for every message a passenger sees", (
        Aim("Win the signalling works programme", "manager", (2, 28), GOOD, (
            Act("Submit the framework lot response", "manager", (0, 25), "Final read by legal", GOOD),
            Act("Return the share-of-voice model", "nadia.rahman", (-1, 17), "Data set complete, chart missing", RISK),
        )),
        Aim("Make the app a case others ask for", "yusuf.demir", (7, 30), GOOD, (
            Act("Publish the 4.5 rating case with the client", "yusuf.demir", (2, 20), "Jamal Idris drafts a quote", GOOD),
        )),
    )),
    "OST": PlanSpec("One agency for masterbrand, shopper and social in all markets", (
        Aim("Renew the masterbrand without a rate cut", "leila.haddad", (1, 31), WATCH, (
            Act("Close the liability clause", "legal", (0, 26), "Waiting for their comments", WATCH),
            Act("Proof of value for procurement", "leila.haddad", (1, 7), "Collect sales effect from five markets", GOOD),
        )),
        Aim("Bring Nordic adaptation into the global plan", "leila.haddad", (6, 30), NEW, (
            Act("Joint planning day with Ostra Nordic", "leila.haddad", (3, 10), "Propose dates", NEW),
        )),
    )),
    "OSN": PlanSpec("The fastest market in the group to bring a campaign to the shelf", (
        Aim("Keep the adaptation retainer and add retail activation", "leila.haddad", (4, 9), GOOD, (
            Act("Winter promotion proposal for four countries", "yusuf.demir", (1, 14), "Budget answer expected", GOOD),
        )),
    )),
    "KES": PlanSpec("Keep the media account; be ready to let it go in good order", (
        Aim("Settle the media statement of work before it ends", "director", (1, 20), RISK, (
            Act("Agree extension or end in writing", "director", (-1, 29), "Tariq Mansour owes an answer", RISK),
            Act("Rebuild the media plan with two budget levels", "grace.nakamura", (1, 3), "Draft for Monique Barrett", WATCH),
            Act("Plan where the team goes if the account ends", "delivery", (1, 10), "List of people and dates", NEW),
        )),
        Aim("Show what destination content brings in bookings", "liam.forster", (3, 30), WATCH, (
            Act("Link content views to booking data", "liam.forster", (-1, 22), "Data agreement unsigned", RISK),
        )),
    )),
    "VAN": PlanSpec("First choice for every launch of the transition to clean energy", (
        Aim("Win the charging network roll-out", "sofia.castellanos", (1, 26), GOOD, (
            Act("Rehearse the board pitch", "sofia.castellanos", (0, 27), "Room booked", GOOD),
            Act("Two comparable cases for home batteries", "sofia.castellanos", (1, 9), "One case written", GOOD),
        )),
    )),
    "BRI": PlanSpec("Partner for the digital front door and for new lines of care", (
        Aim("Renew the portal team and add test results", "owen.gallagher", (3, 22), GOOD, (
            Act("Complete the security questionnaire", "clara.jensen", (0, 30), "28 of 40 answers done", WATCH),
            Act("Meet the information security officer", "clara.jensen", (1, 16), "Wendy Cho introduces", NEW),
        )),
    )),
    "TEL": PlanSpec("Move from buying media to growing customer value", (
        Aim("Make cost per order fall again", "sofia.castellanos", (4, 31), WATCH, (
            Act("Test two new channels", "liam.forster", (1, 12), "Budget agreed", GOOD),
            Act("Get to know the new base management lead", "sofia.castellanos", (-1, 20), "Name still unknown", RISK),
        )),
    )),
    "PEL": PlanSpec("Direct bookings at 45% with a small, steady team", (
        Aim("Lift direct bookings by three points", "manager", (8, 31), GOOD, (
            Act("Speed up the two slowest pages", "theo.laurent", (1, 19), "Images compressed", GOOD),
            Act("Send the short-form renewal", "manager", (1, 5), "Check the uplift clause", GOOD),
        )),
    )),
    "TES": PlanSpec("A first year so good that the second is agreed early", (
        Aim("Finish onboarding and prove the positioning", "owen.gallagher", (4, 8), GOOD, (
            Act("Agree the measures of the first year", "owen.gallagher", (-1, 19), "Arjun Pillai to confirm two of five", WATCH),
            Act("Introduce an industry analyst", "director", (2, 16), "Write to Solveig Nygaard", NEW),
            Act("Build ties to the head of developer relations", "anika.bose", (1, 21), "Lunch proposed", NEW),
        )),
    )),
    "DUN": PlanSpec("Leave the door open", (
        Aim("Stay in touch without selling", "owen.gallagher", (7, 31), NEW, (
            Act("Coffee with Elaine Sugarman each half-year", "owen.gallagher", (3, 15), "Propose a date in the new year", NEW),
        )),
    )),
}  # fmt: skip


def plan_rows(anchor: date) -> Rows:
    """A plan for each client, from this January."""
    names = ("field_of_play", "our_value", "their_gain", "our_gain")
    return [
        {
            "client": client.key,
            "ambition": PLANS[client.code].ambition,
            "starts_on": date(anchor.year, 1, 1).isoformat(),
            "horizon_years": "3",
            "known_to_client": PARTS[client.code].known,
            "quarter_focus": PARTS[client.code].focus,
            **dict(zip(names, PARTS[client.code].charter, strict=True)),
        }
        for client in CLIENTS
    ]


def objective_rows(anchor: date) -> Rows:
    rows = []
    for client in CLIENTS:
        serves = {aim: n for n, drive in enumerate(PARTS[client.code].drives, 1) for aim in drive.aims}
        for n, aim in enumerate(PLANS[client.code].aims, 1):
            rows.append({
                "key": f"{client.code}-O{n}",
                "client": client.key,
                "title": aim.text,
                "imperative": f"{client.code}-I{serves[n]}" if n in serves else "",
                "owner": email(aim.owner),
                "due": day_at(anchor, aim.due).isoformat(),
                "status": aim.status,
            })  # fmt: skip
    return rows


def action_rows(anchor: date) -> Rows:
    return [
        {
            "key": f"{client.code}-O{n}-A{m}",
            "objective": f"{client.code}-O{n}",
            "title": act.text,
            "owner": email(act.owner),
            "due": weekday_from(day_at(anchor, act.due)).isoformat(),
            "next_step": act.next_step,
            "status": act.status,
            "audience": "client" if act.status == GOOD and act.text not in OURS_ONLY else "internal",
        }
        for client in CLIENTS
        for n, aim in enumerate(PLANS[client.code].aims, 1)
        for m, act in enumerate(aim.acts, 1)
    ]
