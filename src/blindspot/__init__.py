"""What was seen, what could not have been seen, what follows, and who says so.

    blindspot.review("cases/kabul-2021-08-29")        # everything that a case has material for, and the report
    case = blindspot.open_case("cases/kabul-2021-08-29")

The rooms are packages of their own: `from blindspot.weigh import weigh; weigh(case).answers`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blindspot.case import Case, open_case
    from blindspot.errors import BlindspotError, CaseError, Problem, UsageError, Where
    from blindspot.quantities import Moment, Offer, Range, Reference
    from blindspot.stages import STAGES, review

__all__ = [
    "STAGES",
    "BlindspotError",
    "Case",
    "CaseError",
    "Moment",
    "Offer",
    "Problem",
    "Range",
    "Reference",
    "UsageError",
    "Where",
    "open_case",
    "review",
]

# Where each name lives. Nothing is loaded before it is asked for: `blindspot -h` answers at once.
_HOMES = {
    "case": ("Case", "open_case"),
    "errors": ("BlindspotError", "CaseError", "Problem", "UsageError", "Where"),
    "quantities": ("Moment", "Offer", "Range", "Reference"),
    "stages": ("STAGES", "review"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"blindspot.{home}"), name)
    raise AttributeError(f"blindspot has no {name!r}; it has {', '.join(__all__)}")
