"""Import kinds of reviews: benefits, their months, and what the client spent."""

from common.imports import kinds
from qbr.imports.value import ALL


def register() -> None:
    for kind in ALL:
        kinds.register(kind.name, kind)
