"""Words that a role without their class is never told: of stance, of costs, of what one person costs."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from tests.sweeps.world import COST_RATE, LABOUR, SECRETS, TO_GO

NO_STANCE = ("finance", "legal", "delivery", "administrator")
NO_COST = ("legal", "administrator")
NO_SALARY = ("director", "account_manager", "legal", "delivery", "leadership", "administrator")
SALARY_WORDS = (COST_RATE, "83.19", "1455.9", "1,455.9", "1,456")
"""The rate, and what the 17.5 hours of that one person come to."""
COST_WORDS = (
    *(LABOUR, TO_GO, "73,951", "186,431", "186.4", "Delivery labour"),
    *("delivery_labour", "contribution", "gross_profit"),
)
_LACKING = ((NO_STANCE, SECRETS[:1]), (NO_COST, COST_WORDS), (NO_SALARY, SALARY_WORDS))
LACKING = tuple(tuple(reversed(roles)) for roles, _ in _LACKING)
"""By class, the roles without it; those who lack several first."""
_INSTANT = re.compile(r"(:\d\d)\.\d{3,6}")
_EXPLAINS = {"help", "definitions", "components"}
"""Pages that say what a contribution is, and whose they are not."""


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def text_of(answer: Any) -> str:
    """What the answer says; of a workbook, all its parts."""
    return text_in(body_of(answer))


def text_in(body: bytes) -> str:
    """The words of a body, without fractions of a second: their digits are chance, and may be those of an amount."""
    if body[:2] == b"PK":
        with ZipFile(BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return _INSTANT.sub(r"\1", body.decode("utf-8", "replace"))


def kept_from(role: str, label: str) -> tuple[str, ...]:
    """The words that this address must not say to this role."""
    words = tuple(word for roles, words in _LACKING if role in roles for word in words)
    return tuple(word for word in words if word not in COST_WORDS) if label in _EXPLAINS else words
