"""Public statements about flights as people keep them in a sheet -> the bounds that they stand for.

    id, date, speaker, quantity, value, unit, quote (or summary), url; optional: base, basis

`quantity` is one of the names of sorties.toml or plain words (transit share, endurance, round trip from Al Udeid, ...),
`unit` starts with a unit (hours, mph, km/h, fraction, percent, miles, aircraft, ...) and may say in brackets how the number
is meant: (upper), (lower), (approx), (16-20). A number without such a word is read five per cent either way, which is
judgement and said so. What bounds nothing is kept as context. A base is found by its name in quantity or quote.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from blindspot.case.reading import read_cells
from blindspot.case.sorties import Base, Said
from blindspot.errors import Problem, Where
from blindspot.quantities import read_range

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE = "flight_claims.csv"
COLUMNS = ("id", "date", "speaker", "quantity", "value", "unit", "quote", "summary", "url", "base", "basis")
NAMES = get_args(Said.model_fields["quantity"].annotation)
EITHER_WAY = 0.05
# words of a quantity, the first that fits
_WORDS = (
    (r"transit|share of flight", "transit_share"),
    (r"take-?\s?off|launch|interval", "takeoff_interval_h"),
    (r"round[ -]?trip", "round_trip_h"),
    (r"endurance|aloft|hours in the air", "endurance_h"),
    (r"speed", "speed_kmh"),
    (r"aircraft per|per (orbit|patrol|cap)\b", "aircraft_per_orbit"),
    (r"^range\b|flight range", "range_km"),
    (r"^bases?\b|flies from|operates from", "base"),
)
# unit -> (what it measures, factor to the unit of the quantity)
_UNITS = {
    "hours": ("h", 1.0), "hour": ("h", 1.0), "h": ("h", 1.0), "minutes": ("h", 1 / 60), "min": ("h", 1 / 60), "days": ("h", 24.0),
    "km/h": ("kmh", 1.0), "kmh": ("kmh", 1.0), "kph": ("kmh", 1.0), "mph": ("kmh", 1.609344), "knots": ("kmh", 1.852),
    "kt": ("kmh", 1.852), "kts": ("kmh", 1.852), "m/s": ("kmh", 3.6),
    "km": ("km", 1.0), "miles": ("km", 1.609344), "mi": ("km", 1.609344), "nm": ("km", 1.852), "nmi": ("km", 1.852),
    "nautical miles": ("km", 1.852), "kilometres": ("km", 1.0), "kilometers": ("km", 1.0),
    "fraction": ("share", 1.0), "share": ("share", 1.0), "percent": ("share", 0.01), "%": ("share", 0.01), "per": ("share", 0.01),
    "aircraft": ("aircraft", 1.0), "drones": ("aircraft", 1.0), "rpvs": ("aircraft", 1.0),
}  # fmt: skip
_MEASURES = {
    "transit_share": "share", "endurance_h": "h", "takeoff_interval_h": "h", "round_trip_h": "h", "speed_kmh": "kmh",
    "range_km": "km", "aircraft_per_orbit": "aircraft",
}  # fmt: skip


def read_flight_claims(
    path: Path, bases: Sequence[Base], problems: list[Problem], shown: str = ""
) -> list[tuple[Said, Where]]:
    """The statements of a sheet and where each stands; problems at file:row:column. `shown`: how messages name the file."""
    name = shown or path.name
    held: list[Problem] = []
    table = read_cells(path.parent, path.name, held)
    problems += [Problem(Where(name, p.where.row, p.where.column), p.what, p.got, p.right) for p in held]
    if table is None:
        if not held:
            problems.append(Problem(Where(name), "names a file that is not there"))
        return []
    header, records = table
    before = len(problems)
    for column in sorted(set(header) - set(COLUMNS)):
        right = f"the columns are {', '.join(COLUMNS)}"
        problems.append(Problem(Where(name, 1, column or "(no name)"), "is not a column of this file", None, right))
    for column in ("id", "quantity", "value", "unit"):
        if column not in header:
            problems.append(Problem(Where(name, 1, column), "is missing from the header", None, "add the column"))
    if len(problems) > before:
        return []
    found: dict[str, tuple[Said, Where]] = {}
    for line, cells in records:
        if len(cells) != len(header):
            what = f"has {len(cells)} cells, the header has {len(header)}"
            problems.append(Problem(Where(name, line), what, None, "quote a cell that holds a comma"))
            continue
        row = {c: cell.strip() for c, cell in zip(header, cells, strict=True)}
        said = _said(row, bases, Where(name, line), problems)
        if said is not None and said.id in found:
            problems.append(Problem(Where(name, line, "id"), "stands twice", said.id, "give each an id of its own"))
        elif said is not None:
            found[said.id] = said, Where(name, line)
    return list(found.values())


def _said(row: dict[str, str], bases: Sequence[Base], at: Where, problems: list[Problem]) -> Said | None:
    quantity = _quantity(row["quantity"])
    given: dict[str, Any] = {
        "id": row["id"],
        "quantity": quantity,
        "speaker": row.get("speaker", ""),
        "summary": row.get("summary", "") or row.get("quote", "") or row["quantity"],
        "url": row.get("url", ""),
        "base": ";".join(_bases(row, bases)),
    }
    if quantity == "base" and not given["base"]:
        given["quantity"], given["basis"] = "context", "names no base that sorties.toml lists"
    elif quantity in _MEASURES:
        try:
            low, high, how = _bounds(row["value"], row["unit"], _MEASURES[quantity])
        except ValueError as error:
            column = "unit" if "unit" in str(error) else "value"
            problems.append(Problem(Where(at.file, at.row, column), str(error), row[column] or None))
            return None
        given |= {"at_least": low, "at_most": high, "basis": row.get("basis", "") or how}
    try:
        return Said.model_validate(given)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            column = {"at_most": "value", "at_least": "value"}.get(str(item["loc"][0]) if item["loc"] else "", "")
            where = Where(at.file, at.row, column or (str(item["loc"][0]) if item["loc"] else "value"))
            problems.append(Problem(where, item["msg"].removeprefix("Value error, "), str(item["input"])[:60] or None))
        return None


def _quantity(text: str) -> str:
    words = text.strip().lower()
    if words in NAMES:
        return words
    return next((name for pattern, name in _WORDS if re.search(pattern, words)), "context")


def _bounds(value: str, unit: str, measure: str) -> tuple[float | None, float | None, str]:
    """Least, greatest and how the words became numbers. Raises ValueError for a number or a unit that does not fit."""
    head, _, inner = unit.partition("(")
    plain = " ".join(head.lower().split())
    word = plain if plain in _UNITS else plain.partition(" ")[0]
    if word not in _UNITS:
        raise ValueError(f"is not a unit that is known here; units are {', '.join(_UNITS)}")
    kind, factor = _UNITS[word]
    if kind != measure:
        raise ValueError(f"is a unit of another kind than the quantity, which is measured in {_kinds(measure)}")
    told = inner.rstrip(") ").lower()
    numbers = read_range(value)
    inside = re.search(r"\d+(?:\.\d+)?\s*(?:-|–|to)\s*\d+(?:\.\d+)?", told)
    if inside:
        numbers = read_range(inside[0])
    elif more := re.match(r"\d+(?:\.\d+)?", told):
        numbers = read_range("-".join(sorted((value.strip(), more[0]), key=float)))
    low, high = numbers.low * factor, numbers.high * factor
    if kind == "share" and high > 1:
        raise ValueError(f"is above {1 / factor:g}; a share of the time lies between 0 and {1 / factor:g} {word}")
    if re.search(r"upper|at most|up to|max", told):
        return None, high, "upper bound as said"
    if re.search(r"lower|at least|min", told):
        return low, None, "lower bound as said"
    if low < high:
        return low, high, "both ends as said"
    if kind == "aircraft":
        return low, high, "as said"
    how = f"judgement: {value} {head.strip()} as {EITHER_WAY:.0%} either way"
    top = high * (1 + EITHER_WAY)
    return low * (1 - EITHER_WAY), min(top, 1.0) if kind == "share" else top, how


def _kinds(measure: str) -> str:
    return " or ".join(word for word, (kind, _) in _UNITS.items() if kind == measure)


def _bases(row: dict[str, str], bases: Sequence[Base]) -> list[str]:
    """Bases that a statement names: by the `base` column, else by name; for a base itself its country will do."""
    if row.get("base"):
        return [part.strip() for part in row["base"].split(";") if part.strip()]
    text = f"{row['quantity']} {row.get('quote', '')} {row.get('summary', '')}".lower()
    found = [b.id for b in bases if b.name.split(",")[0].strip().lower() in text]
    if not found and _quantity(row["quantity"]) == "base":
        found = [b.id for b in bases if "," in b.name and b.name.rpartition(",")[2].strip().lower() in text]
    return found
