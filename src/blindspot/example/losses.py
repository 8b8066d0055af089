"""Who died, who recorded it, and how? The dead of the yard, and the lists and figures that name and count them.

Who of the people in the yard died is drawn with one chance for those outdoors and a smaller one for those indoors: no weapon
and no effect of one is modelled. A recorder names each of the dead with a chance of his own, spells as he hears, is wrong on ages, leaves some
without a name, and now and then writes one person down twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blindspot.example.names import Name, family, spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from blindspot.example.looking import Crowd

RECORDERS = {  # list -> source, share of the dead that it holds, share of spellings changed, script
    "family-2019-05-15": ("family", 1.0, 0.0, "both"),
    "courier-2019-05-16": ("reporter", 0.9, 0.35, "latin"),
    "hospital-2019-05-17": ("hospital", 0.8, 0.2, "arabic"),
    "wire-2019-05-18": ("copyist", 0.75, 0.5, "latin"),
}
UNNAMED, TWICE, WRONG_AGE = 0.05, 0.03, 0.25


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the yard."""

    id: str
    name: Name
    age: int
    sex: str
    outdoors: bool
    died: bool


def people(rng: np.random.Generator, crowd: Crowd, deadly: float) -> tuple[Person, ...]:
    """The people of one telling, with names, ages and fates. Households share a family name."""
    found: list[Person] = []
    n = len(crowd.of)
    names: list[Name] = []
    while len(names) < n:
        names += family(rng, int(rng.integers(3, 8)))
    for k in range(n):
        child = bool(crowd.child[k])
        age = int(rng.integers(0, 18)) if child else int(min(18 + rng.gamma(2.0, 10.0), 85))
        died = bool(rng.random() < (deadly if crowd.outdoors[k] else deadly / 4))
        sex = "male" if rng.random() < 0.5 else "female"
        found.append(Person(f"p{k + 1:02d}", names[k], age, sex, bool(crowd.outdoors[k]), died))
    return tuple(found)


def driver(rng: np.random.Generator) -> Person:
    """The man in the car; he is among the dead whatever happens in the yard."""
    return Person("driver", family(rng, 1)[0], int(rng.integers(22, 55)), "male", outdoors=True, died=True)


def lists(rng: np.random.Generator, dead: Sequence[Person]) -> dict[str, list[dict[str, str]]]:
    """Rows of each recorder's list, with the person behind each row under `who` (kept out of the case)."""
    found: dict[str, list[dict[str, str]]] = {}
    for recorder, (source, holds, errors, script) in RECORDERS.items():
        rows: list[dict[str, str]] = []
        for person in dead:
            if rng.random() >= holds:
                continue
            for _ in range(2 if rng.random() < TWICE else 1):
                rows.append(
                    _row(rng, person, f"{recorder.partition('-')[0]}_{len(rows) + 1:02d}", source, errors, script)
                )
        if rows:
            found[recorder] = rows
    return found


def _row(rng: np.random.Generator, person: Person, key: str, source: str, errors: float, script: str) -> dict[str, str]:
    given, father, last = (spelled(rng, part, errors) for part in person.name.latin)
    form = rng.random()
    latin = f"{given} {last}" if form < 0.6 else f"{given} {father} {last}" if form < 0.9 else given
    arabic = " ".join(person.name.arabic if form >= 0.6 else (person.name.arabic[0], person.name.arabic[2]))
    age = person.age
    if rng.random() < WRONG_AGE:
        age = max(0, age + int(rng.integers(-3, 4)))
    unnamed = rng.random() < UNNAMED and script != "both"
    return {
        "id": key,
        "name": "" if unnamed or script == "arabic" else latin,
        "name_local": "" if unnamed or script == "latin" else arabic,
        "age": "child" if unnamed and age < 18 else str(age),
        "sex": person.sex if rng.random() < 0.9 else "",
        "status": "killed",
        "date": "2019-05-14",
        "place": "yard",
        "source": source,
        "who": person.id,
    }


def listed(found: dict[str, list[dict[str, str]]]) -> int:
    """How many different people the lists hold."""
    return len({row["who"] for rows in found.values() for row in rows})


def tolls(rng: np.random.Generator, dead: Sequence[Person], says: dict[str, str]) -> list[dict[str, str]]:
    """Figures as stated: what each source gave out, right or not."""
    n, young = len(dead), sum(p.age < 18 for p in dead)
    rows = [("command", "K02", "civilians", 0, 0)]
    if says["K09"] == "yes":
        more = n + int(rng.integers(0, 3))
        rows.append(("family", "K09", "all", max(more, 1), max(more, 1)))
        if young:
            rows.append(("family", "K09", "children", young, young))
    if says["K13"] == "yes":
        seen = max(n - int(rng.integers(0, 3)), 1)
        rows.append(("hospital", "K13", "all", seen, seen))
    if says["K16"] == "yes":
        rows.append(("reporter", "K16", "all", max(n, 5), max(n, 5)))
    return [
        {
            "id": f"T{k:02d}",
            "claim": claim,
            "who": who,
            "low": str(a),
            "high": str(b),
            "attributed_to": "force",
            "basis": "reported",
        }
        for k, (_, claim, who, a, b) in enumerate(rows, 1)
    ]
