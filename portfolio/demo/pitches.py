"""Pitches of the agency: two running, two to decide, one of them at a prospect, three behind it."""

from typing import NamedTuple


class PitchSpec(NamedTuple):
    """scores: in the order of SCORED, None where nobody knows. due: days from the as-of day."""

    key: str
    client: str
    deal: str
    name: str
    status: str
    due: int
    decision: str
    cost: int
    scores: tuple[int | None, ...]
    team: tuple[str, ...]
    note: str


SCORED = ("fit", "relationship", "odds", "margin", "capacity", "strategic")
PITCHES = (
    PitchSpec(
        "PITCH-01",
        "marlow-bank",
        "MAR-OPP-01",
        "Small business banking launch",
        "pitching",
        14,
        "go",
        46_000,
        (5, 4, 3, 4, 3, 4),
        ("manager", "director"),
        "Three agencies; decision by the chief marketing officer.",
    ),
    PitchSpec(
        "PITCH-02",
        "vantora-energy",
        "VAN-OPP-01",
        "Charging network, creative lead",
        "pitching",
        25,
        "go",
        38_500,
        (4, 5, 4, 3, 4, 4),
        ("sofia.castellanos", "director"),
        "The board sees it first.",
    ),
    PitchSpec(
        "PITCH-03",
        "telmara-mobile",
        "",
        "Loyalty programme for families",
        "considering",
        9,
        "",
        27_000,
        (3, 2, 2, None, 2, 3),
        ("sofia.castellanos",),
        "Brief came by procurement; nobody of ours knows the buyer.",
    ),
    PitchSpec(
        "PITCH-07",
        "northquay-foods",
        "",
        "Relaunch of the chilled range",
        "considering",
        18,
        "",
        32_000,
        (4, 2, 3, 4, 3, 5),
        ("sofia.castellanos", "director"),
        "A prospect: they asked three agencies after seeing our launch work.",
    ),
    PitchSpec(
        "PITCH-04",
        "brightmere-health",
        "",
        "Employer brand",
        "declined",
        -20,
        "no_go",
        0,
        (2, 3, 2, 2, 1, 2),
        ("owen.gallagher",),
        "No team free before spring.",
    ),
    PitchSpec(
        "PITCH-05",
        "corvus-retail",
        "",
        "In-store media network",
        "lost",
        -55,
        "go",
        61_000,
        (4, 3, 3, 2, 3, 3),
        ("grace.nakamura", "director"),
        "Lost on price after the second round.",
    ),
    PitchSpec(
        "PITCH-06",
        "tesserine-software",
        "",
        "Launch year",
        "won",
        -140,
        "go",
        33_000,
        (5, 4, 4, 4, 4, 5),
        ("owen.gallagher", "director"),
        "First work for them.",
    ),
)
