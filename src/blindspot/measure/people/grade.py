"""How well is a report of harm supported? Rule books as files, run over what is known of an incident, with a trace.

A book is a list of rules in order; the first whose conditions all hold gives the grade. Its inputs are counts of independent
origins and dated admissions, never the number of publishers that repeat them. The trace names the rule, the figures it
saw, and the single origin or admission whose loss would change the grade.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONDITION = re.compile(r"(>=|<=|==)\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Incident:
    """What the rules look at. Keys of the mappings are ids: of origins, of statements that admit harm, of parties."""

    origins: frozenset[str] = frozenset()  # independent observations that report harm to civilians
    first_hand: frozenset[str] = frozenset()  # those of them that someone saw for themselves
    admissions: frozenset[str] = frozenset()  # named statements of a belligerent that concede harm
    actors: frozenset[str] = frozenset()  # parties named as responsible
    denied: bool = False  # it is recorded that no civilian was harmed
    stated: tuple[int, int] | None = None  # lowest and highest figure of any source

    def figures(self) -> dict[str, int]:
        """The numbers that conditions name."""
        return {
            "origins": len(self.origins),
            "first_hand": len(self.first_hand),
            "admissions": len(self.admissions),
            "actors": len(self.actors),
            "denied": int(self.denied),
            "stated": int(self.stated is not None),
        }


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade by a rule book, the rule, the ids it rests on, and what would change it."""

    rule_book: str
    grade: str
    rule: int
    why: str
    because: tuple[str, ...]
    flips: tuple[tuple[str, str], ...]  # (id left out, grade then)


def books() -> dict[str, dict[str, Any]]:
    """The packaged rule books by id."""
    folder = files("blindspot.measure.people").joinpath("data")
    found = (tomllib.loads(f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.name.endswith(".toml"))
    return {book["id"]: book for book in sorted(found, key=lambda b: str(b["id"]))}


def grade(incident: Incident, book: Mapping[str, Any]) -> Grade:
    """The grade of an incident by one rule book, with its trace."""
    rule, name, why = _apply(incident, book)
    flips = []
    for key in sorted(incident.origins | incident.admissions | incident.actors):
        one = frozenset({key})
        without = replace(
            incident,
            origins=incident.origins - one,
            first_hand=incident.first_hand - one,
            admissions=incident.admissions - one,
            actors=incident.actors - one,
        )
        other = _apply(without, book)[1]
        if other != name:
            flips.append((key, other))
    because = sorted(incident.admissions) or sorted(incident.origins)
    return Grade(f"{book['id']}-{book['version']}", name, rule, why, tuple(because), tuple(flips))


def _apply(incident: Incident, book: Mapping[str, Any]) -> tuple[int, str, str]:
    figures = incident.figures()
    for number, rule in enumerate(book["rule"], 1):
        if all(_holds(figures[key], condition) for key, condition in rule.get("when", {}).items()):
            name = str(rule["grade"])
            if incident.stated:
                low, high = incident.stated
                name = name.replace("{low}-{high}", f"{low}" if low == high else f"{low}-{high}")
            return number, name, str(rule["why"])
    return 0, "none", "no rule of the book applies"


def _holds(figure: int, condition: str) -> bool:
    found = _CONDITION.fullmatch(condition.strip())
    if found is None:
        raise ValueError(f"{condition!r} is not a condition; write >= 2, <= 1 or == 0")
    bound = int(found[2])
    return figure >= bound if found[1] == ">=" else figure <= bound if found[1] == "<=" else figure == bound
