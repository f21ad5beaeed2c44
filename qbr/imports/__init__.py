"""Import kinds of reviews: planned meetings; benefits, their months, and what the client spent."""

from common.imports import kinds
from qbr.imports.reviews import REVIEWS
from qbr.imports.value import ALL


def register() -> None:
    for kind in (REVIEWS, *ALL):
        kinds.register(kind.name, kind)
