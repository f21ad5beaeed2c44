"""What hangs on the demo's contracts: terms and their changes, milestones, estimates to complete, papers."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from portfolio.demo.calendar import add_months, month_end, stream
from portfolio.demo.clients import CLIENTS
from portfolio.demo.contracts import all_contracts
from portfolio.demo.spec import Contract

UNSIGNED = ("draft", "review", "negotiation")
_PARTS = (
    (Decimal("0.3"), "Concept approved"),
    (Decimal("0.4"), "Build accepted"),
    (Decimal("0.3"), "Live and handed over"),
)
_TOPICS = (
    ("payment_days", ("30", "45", "60")),
    ("liability_cap", ("Twelve months' fees", "Twice the annual fee", "The fees paid, at least 1,000,000")),
    ("ip", ("Passes to the client on payment", "Passes to the client on acceptance")),
    ("confidentiality", ("Five years after the end", "Three years after the end")),
    ("expenses", ("At cost, approved above 500", "Included in the fee")),
    ("governing_law", ("England and Wales", "New York", "The Netherlands")),
)


class Paper(NamedTuple):
    """A document beside a contract: its file name and the lines it says."""

    contract: str
    name: str
    lines: tuple[str, ...]


def _in_force(contract: Contract) -> bool:
    return contract.status not in UNSIGNED


def term_rows(anchor: date, seed: int) -> list[dict[str, str]]:
    """A master agreement settles six topics; some statements of work and change orders say otherwise from a day."""
    rows = []

    def say(contract: Contract, topic: str, value: str, starts: date, note: str = "") -> None:
        rows.append(
            {"contract": contract.number, "topic": topic, "value": value, "from": starts.isoformat(), "note": note}
        )

    for contract in all_contracts(anchor, seed):
        rng = stream(seed, "terms", contract.number)
        if contract.kind == "msa":
            for topic, values in _TOPICS:
                say(contract, topic, rng.choice(values), contract.start)
        elif contract.kind == "sow" and contract.term == 0 and _in_force(contract) and rng.random() < 0.6:
            later = min(add_months(contract.start.replace(day=1), 3), anchor)
            if later > contract.start:
                say(contract, "payment_days", rng.choice(("30", "60", "75")), later, "Agreed with procurement")
        elif contract.kind == "change_order" and _in_force(contract):
            say(contract, "payment_days", rng.choice(("45", "60")), contract.start, "With the change in scope")
            say(contract, "expenses", "Pre-approved by e-mail", contract.start)
    return rows


def milestone_rows(anchor: date, seed: int) -> list[dict[str, str]]:
    """Three to a contract billed by milestones; what is due has mostly been accepted, some days late."""
    rows = []
    for contract in all_contracts(anchor, seed):
        if contract.billing != "milestone" or contract.end is None or not contract.amount or contract.amount < 0:
            continue
        rng = stream(seed, "milestones", contract.number)
        days, left = (contract.end - contract.start).days, contract.amount
        for number, (part, title) in enumerate(_PARTS, 1):
            due = contract.start + timedelta(days=round(days * number / len(_PARTS)))
            amount = left if number == len(_PARTS) else (contract.amount * part).quantize(Decimal("0.01"))
            left -= amount
            accepted = due + timedelta(days=rng.randint(-2, 9))
            done = _in_force(contract) and accepted < anchor
            rows.append(
                {
                    "contract": contract.number,
                    "key": f"M{number}",
                    "title": title,
                    "due": due.isoformat(),
                    "amount": f"{amount:.2f}",
                    "accepted_on": accepted.isoformat() if done else "",
                }
            )
    return rows


def estimate_rows(anchor: date, seed: int) -> list[dict[str, str]]:
    """The cost to go of each fixed fee, judged at every month's end of the work; some jobs grow as they go."""
    labour = {client.key: client.economics.labour for client in CLIENTS}
    rows = []
    for contract in all_contracts(anchor, seed):
        fixed = contract.billing == "fixed_fee" and contract.kind == "sow" and _in_force(contract)
        if not fixed or contract.end is None or not contract.amount:
            continue
        rng = stream(seed, "estimates", contract.number)
        whole = float(contract.amount) * labour[contract.client] * rng.uniform(0.95, 1.12)
        days = (contract.end - contract.start).days + 1
        month = contract.start.replace(day=1)
        while month < anchor and month <= contract.end:
            left = max(0.0, 1 - ((month_end(month) - contract.start).days + 1) / days)
            whole *= 1 + rng.uniform(-0.005, 0.02)
            rows.append(
                {"contract": contract.number, "month": f"{month:%Y-%m}", "cost_to_go": f"{round(whole * left, -2):.2f}"}
            )
            month = add_months(month, 1)
    return rows


def papers(anchor: date, seed: int) -> list[Paper]:
    """The signed copy of each master agreement and of the current terms under it."""
    found = []
    for contract in all_contracts(anchor, seed):
        if not _in_force(contract) or (contract.kind == "sow" and contract.term != 0):
            continue
        kind = {"msa": "Master services agreement", "sow": "Statement of work"}.get(contract.kind, "Change order")
        signed = contract.signed_on or contract.start
        lines = (kind, contract.title, f"Number {contract.number}", f"Signed {signed:%d %B %Y}", "Demo document.")
        found.append(Paper(contract.number, f"{contract.number} signed.pdf", lines))
    return found


def pdf_of(lines: tuple[str, ...]) -> bytes:
    """A page of plain text as a PDF, written by hand: five objects and their offsets."""
    shown = [line.encode("latin-1", "replace").decode("latin-1") for line in lines]
    safe = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in shown]
    text = "BT /F1 14 Tf 72 760 Td 22 TL " + " ".join(f"({line}) Tj T*" for line in safe) + " ET"
    bodies = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return (out + end).encode("latin-1")
