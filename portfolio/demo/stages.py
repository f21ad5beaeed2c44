"""The agency's stages, and the steps its deals took: pure, like the rest of the story.

Wins that were run as pitches, and every loss, have their way kept; the others came in from older systems without it.
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from portfolio.demo.calendar import weekday_from


class StageSpec(NamedTuple):
    """stated: what people put on a deal there, on average."""

    name: str
    category: str
    probability: str
    stale_days: int
    criteria: tuple[str, ...]
    stated: float
    days: int


STAGES = (
    StageSpec("Lead", "pipeline", "0.10", 90, ("A person with the problem has met us",), 0.20, 28),
    StageSpec(
        "Qualified",
        "pipeline",
        "0.30",
        90,
        ("Budget and its owner known", "Team and date are possible for us"),
        0.38,
        34,
    ),
    StageSpec("Proposal", "best_case", "0.50", 75, ("Scope agreed with the buyer", "Margin above the floor"), 0.58, 30),
    StageSpec("Negotiation", "commit", "0.75", 60, ("Rate card accepted", "Contract with legal"), 0.80, 22),
)
ORDER = tuple(stage.name.lower() for stage in STAGES)
KEPT_WINS = 0.42


def step_rows(rows: list[dict[str, str]], anchor: date, seed: int) -> list[dict[str, str]]:
    """rows: opportunities. Columns: opportunity, before, after, outcome, stated, at (ISO instant), by."""
    steps: list[dict[str, str]] = []
    for row in rows:
        stage = row["stage"].lower()
        rng = random.Random(f"steps {seed} {row['key']}")  # noqa: S311  # a story, no secret
        if stage == "won" and (row["kind"] == "renewal" or rng.random() > KEPT_WINS):
            continue
        if stage in ("won", "lost"):
            through = len(STAGES) if stage == "won" else rng.choice((1, 1, 2, 2, 3, 3, 3, 4))
            steps += _way(row, through, date.fromisoformat(row["close_on"]), stage, rng)
        else:
            until = anchor + timedelta(days=rng.randint(-70, 10))
            steps += _way(row, ORDER.index(stage), until, stage, rng)
    return steps


def _near(stated: float, rng: random.Random) -> str:
    """About this, in steps of 5%, as people say it."""
    steps = round((stated + rng.uniform(-0.1, 0.1)) * 20)
    return f"{min(19, max(1, steps)) / 20:.2f}"


def _way(row: dict[str, str], through: int, end: date, last: str, rng: random.Random) -> list[dict[str, str]]:
    """Back from the day it came to where it stands; slower the less likely."""
    walked = [*ORDER[:through], last]
    slow = 1.0 if last != "lost" else 1.8
    day, found = end, []
    for before, after in zip(["", *walked[:-1]][::-1], walked[::-1], strict=True):
        spec = STAGES[ORDER.index(before)] if before else None
        stated = (
            ""
            if spec is None
            else f"{min(0.95, max(0.05, round((spec.stated + rng.uniform(-0.1, 0.1)) * 20) / 20)):.2f}"
        )
        at = datetime.combine(weekday_from(day), time(rng.randint(8, 16), rng.randint(0, 59)), tzinfo=UTC)
        found.append(
            {
                "opportunity": row["key"],
                "before": before,
                "after": after,
                "outcome": after if after in ("won", "lost") else "open",
                "stated": stated,
                "at": at.isoformat(),
                "by": row["owner_email"],
            }
        )
        if spec is not None:
            day -= timedelta(days=max(4, int(spec.days * slow * rng.uniform(0.4, 1.9))))
    return found[::-1]


RIVALS = ("Marlowe Hatch", "Fennimore & Co", "Brightwater Studio", "in-house team", "")
WHY_LOST = (
    ("price", "Their rate card was under our floor; we were right to stop."),
    ("price", "We named a figure before the scope was clear."),
    ("incumbent", "Nobody of ours knew the person who decided."),
    ("no_decision", "The budget moved to next year."),
    ("capability", "We had no case from the same industry."),
    ("fit", "We sold three parts where they wanted one."),
    ("capacity", "The team they asked for was not free in time."),
)
WHY_WON = (
    ("relationship", "The sponsor asked for the same team."),
    ("fit", "One page on how the first ninety days would go."),
    ("capability", "The pilot's numbers were theirs, not ours."),
    ("price", "Volume tiers instead of a discount."),
)


def closing_rows(rows: list[dict[str, str]], seed: int) -> list[dict[str, str]]:
    """Why deals closed: all losses but two that nobody spoke of, and the wins of the last year or so."""
    found = []
    lost = [row for row in rows if row["stage"] == "lost"]
    won = sorted((row for row in rows if row["stage"] == "won"), key=lambda row: row["close_on"])[-30:]
    for row in (*lost[2:], *won):
        rng = random.Random(f"why {seed} {row['key']}")  # noqa: S311  # a story, no secret
        reason, lesson = rng.choice(WHY_LOST if row["stage"] == "lost" else WHY_WON)
        rival = "" if reason == "no_decision" else rng.choice(RIVALS)
        found.append(
            {
                "opportunity": row["key"],
                "reason": reason,
                "competitor": rival,
                "lesson": lesson,
                "by": row["owner_email"],
            }
        )
    return found
