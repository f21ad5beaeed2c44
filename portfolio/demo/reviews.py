"""The demo's reviews: drafts of the last whole quarter, the client's with decisions as a director would write them."""

from __future__ import annotations

from typing import Any, Final

CLIENT: Final = "halden-pharma"
OTHERS: Final = ("marlow-bank", "corvus-retail")
"""Clients whose reviews stand as the figures write them."""
SHARED_WITH: Final = "Dana Whitfield, chief commercial officer"
AUDIENCES: Final = ("client", "internal")

WORDS: Final[dict[str, dict[str, Any]]] = {
    "title": {
        "theirs": [
            ["Dana Whitfield", "Chief commercial officer"],
            ["Tomasz Ashby", "VP brand marketing"],
            ["Imani Foster", "VP medical affairs"],
        ],
    },
    "moves": {
        "unit": "$M",
        "note": "Cost is the fee over the term; benefit is the run rate at full effect, as your team modelled it.",
        "moves": [
            {
                "what": "Renew the medical affairs studio",
                "label": "Defends what is planned",
                "why": "Review time fell from eleven days to nine and a half; seven needs the same team",
                "benefit": "1.20",
                "cost": "4.08",
                "when": "Sign by 14 Dec",
                "if_not": "The queue goes back to eleven days in spring",
            },
            {
                "what": "Renew the brand and campaign retainer",
                "label": "Defends what is planned",
                "why": "Three respiratory launches fall in the first half of the year",
                "benefit": "2.60",
                "cost": "5.88",
                "when": "Sign by 18 Jan",
                "if_not": "The launch team disperses in February",
            },
            {
                "what": "Patient support in two more markets",
                "label": "Growth",
                "why": "No agency serves patients there yet; the pilot kept 71% of them after ninety days",
                "benefit": "3.10",
                "cost": "1.15",
                "when": "Start 1 Mar",
                "if_not": "A rival’s offer is on the table in April",
            },
        ],
    },
    "decisions": {
        "unit": "$M",
        "note": "Cost is the fee over the term. Worth is the run rate at full effect, as your brand team modelled it.",
        "decisions": [
            {
                "what": "Renew the global brand and campaign retainer",
                "recommend": "Sign for twelve months now; the team stays whole through the respiratory launch.",
                "if_not": "The retainer ends in February and the launch team disperses.",
                "cost": "5.88",
                "worth": "",
                "decider": "Dana Whitfield",
                "when": "CCO, before notice",
            },
            {
                "what": "Give Brazil local-language support from the core studio",
                "recommend": "Add two editors to the studio; work starts in the first week of January.",
                "if_not": "Local agencies keep adapting: two weeks and two reviews more for each asset.",
                "cost": "0.21",
                "worth": "0.90",
                "decider": "Tomasz Ashby",
                "when": "VP brand, today",
            },
        ],
    },
}
