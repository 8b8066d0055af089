"""What are the people called, and how do recorders spell it? Names of no language, in Latin and in Arabic letters.

A name is two or three syllables, each written both ways; nobody real is meant. Recorders who write Latin letters hear vowels
differently, double letters or drop an h; a recorder of the town writes Arabic letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SYLLABLES = {
    "ra": "را", "shu": "شو", "fan": "فان", "ta": "تا", "mir": "مير", "lo": "لو", "din": "دين", "ka": "كا", "bas": "باس", "za": "زا",
    "hur": "هور", "ni": "ني", "sal": "سال", "mo": "مو", "ya": "يا", "dar": "دار", "wi": "وي", "jan": "جان", "su": "سو", "rim": "ريم",
    "fa": "فا", "kul": "كول", "sha": "شا", "nor": "نور", "ba": "با", "til": "تيل", "hi": "هي", "man": "مان", "du": "دو", "zar": "زار",
}  # fmt: skip
HEARD = (
    ("a", "e"),
    ("i", "ee"),
    ("u", "o"),
    ("o", "u"),
    ("sh", "ch"),
    ("k", "q"),
    ("h", ""),
    ("s", "ss"),
    ("l", "ll"),
    ("z", "s"),
)


@dataclass(frozen=True, slots=True)
class Name:
    """A given name, a father's and a family's, in both scripts."""

    latin: tuple[str, str, str]
    arabic: tuple[str, str, str]


def word(rng: np.random.Generator) -> tuple[str, str]:
    """One invented name in both scripts."""
    parts = [str(s) for s in rng.choice(list(SYLLABLES), size=int(rng.integers(2, 4)), replace=False)]
    return "".join(parts).capitalize(), "".join(SYLLABLES[s] for s in parts)


def family(rng: np.random.Generator, members: int) -> list[Name]:
    """Names of a household: one family name, the father's name for all but him."""
    last, father, grandfather = word(rng), word(rng), word(rng)
    found: list[Name] = []
    taken = {father[0]}
    for k in range(members):
        given = father
        while k and given[0] in taken:
            given = word(rng)
        taken.add(given[0])
        above = father if k else grandfather
        found.append(Name((given[0], above[0], last[0]), (given[1], above[1], last[1])))
    return found


def spelled(rng: np.random.Generator, text: str, errors: float) -> str:
    """A Latin name as heard by another recorder."""
    if rng.random() >= errors:
        return text
    low = text.lower()
    ways = [(a, b) for a, b in HEARD if a in low]
    if not ways:
        return text
    a, b = ways[int(rng.integers(len(ways)))]
    return low.replace(a, b, 1).capitalize()
