"""Reading request bodies."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class ExactJSON(BaseParser):
    """JSON whose numbers are kept as written: an amount never passes through a float."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            body = stream.read()
            found = json.loads(body, parse_float=str, parse_int=str, parse_constant=_refuse_constant)
            if b"\\u" in body:  # an escape may write half a character, which no database or answer can hold
                json.dumps(found, ensure_ascii=False).encode()
            return found
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON: {error}") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
