"""What tells the cells of a person's week apart."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Slot(NamedTuple):
    """One cell of a person's week. contract_id None: of the client itself."""

    client_id: int
    contract_id: int | None
    role: str
    billable: bool
    day: date

    def ref(self, person_id: int) -> str:
        """The id of the entry this cell keeps; the role is part of it, as the same work may be done in two."""
        kind = "b" if self.billable else "n"
        return f"week:{person_id}:{self.day}:{self.client_id}:{self.contract_id or 0}:{kind}:{self.role}"[:120]
