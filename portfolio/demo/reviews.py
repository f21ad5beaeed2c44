"""The demo's reviews: drafts of the last whole quarter, the client's with decisions as a director would write them."""

from __future__ import annotations

from typing import Any, Final

CLIENT: Final = "halden-pharma"
AUDIENCES: Final = ("client", "internal")

WORDS: Final[dict[str, dict[str, Any]]] = {
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
