"""What stands in counts/*.csv? Several independent counts of the same places, one row per place (site).

    site, count_a, count_b, ...        each count made afresh: another day, another reader of the same pictures
    site, pass_1, pass_2, ...          each pass takes away what it finds
    site, length_m, band_0_5, ...      a line walked or flown: found between 0 and 5 m from it, and so on

An empty cell (or NA) is a count that was not made; 0 is one that found nothing. `abundance_x` is a number of the site that
may go with how many are there; `detection_x_a` one of count a (`detection_x`: of every count of the site) that may go
with how well they are found. A file holds one kind of counts.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from blindspot.case.reading import read_cells
from blindspot.errors import Problem, Where

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER = "counts"
KINDS = {"count": "counts", "pass": "passes", "band": "bands"}
_OTHER = ("site", "length_m", "basis", "by", "note")
_COLUMNS = (
    "site, count_<a> or pass_<1> or band_<from>_<to> with length_m, abundance_<x>, detection_<x>_<a>, basis, by, note"
)
_MOST = 5000  # a larger number is no count of people at a place


@dataclass(frozen=True, slots=True)
class Counts:
    """One file of counts. NaN = not made or not known; all tuples are per site in the order of the file."""

    file: str
    kind: str  # counts | passes | bands
    sites: tuple[str, ...]
    labels: tuple[str, ...]  # of the counts, passes or bands
    y: tuple[tuple[float, ...], ...]  # (sites, labels)
    abundance: dict[str, tuple[float, ...]]  # x -> (sites,)
    detection: dict[str, tuple[tuple[float, ...], ...]]  # x -> (sites, labels)
    length_m: tuple[float, ...] = ()
    breaks: tuple[float, ...] = ()  # ends of the bands, metres


def read_counts(path: Path, problems: list[Problem], shown: str | None = None) -> Counts | None:
    """One file of counts, or None with every problem in it; `shown` is how messages name the file."""
    name = shown or path.name
    held: list[Problem] = []
    table = read_cells(path.parent, path.name, held)
    problems += [Problem(Where(name, p.where.row, p.where.column), p.what, p.got, p.right) for p in held]
    if table is None:
        if not held:
            problems.append(Problem(Where(name), "names a file that is not there"))
        return None
    header, records = table
    before = len(problems)
    kind, labels, breaks = _layout(name, header, problems)
    if len(problems) > before:
        return None
    rows = []
    for line, cells in records:
        if len(cells) != len(header):
            what = f"has {len(cells)} cells, the header has {len(header)}"
            problems.append(Problem(Where(name, line), what, None, "leave a cell empty rather than out"))
            continue
        rows.append(
            (line, {c: _cell(name, line, c, cell.strip(), problems) for c, cell in zip(header, cells, strict=True)})
        )
    _sites(name, kind, rows, problems)
    if len(problems) > before:
        return None
    return _filled(name, kind, labels, breaks, header, [row for _, row in rows])


def counts_of(root: Path, problems: list[Problem]) -> list[Counts]:
    """Every file in counts/ of a case that can be read, sorted by name."""
    paths = sorted((root / FOLDER).glob("*.csv"))
    found = [read_counts(path, problems, f"{FOLDER}/{path.name}") for path in paths if path.is_file()]
    return [c for c in found if c is not None]


def _layout(name: str, header: list[str], problems: list[Problem]) -> tuple[str, list[str], list[float]]:
    """Kind, labels and band ends that a header stands for."""

    def wrong(column: str | None, what: str, right: str) -> None:
        problems.append(Problem(Where(name, 1, column), what, None, right))

    kinds = {c.split("_", 1)[0] for c in header if re.fullmatch(r"(count|pass|band)_.+", c)}
    for column in sorted({c for c in header if header.count(c) > 1}):
        wrong(column or "(no name)", "stands twice in the header", "keep one column of that name")
    if "site" not in header:
        wrong("site", "is missing from the header", "name each place that was counted")
    if len(kinds) != 1:
        what = "mixes counts, passes and bands" if kinds else "holds no counts"
        wrong(None, what, f"the columns are {_COLUMNS}")
        return "", [], []
    (word,) = kinds
    labels = [c.split("_", 1)[1] for c in header if c.startswith(f"{word}_")]
    for column in header:
        known = column in _OTHER or re.fullmatch(rf"({word}|abundance|detection)_.+", column)
        if (
            not known
            or (column == "length_m" and word != "band")
            or (column.startswith("detection_") and word != "count")
        ):
            wrong(column or "(no name)", "is not a column of this file", f"the columns are {_COLUMNS}")
    if word != "band" and len(labels) < 2:
        wrong(f"{word}_{labels[0]}", "stands alone", "one count says nothing of what it missed; give two or more")
    breaks = _bands(labels, header, wrong) if word == "band" else []
    return KINDS[word], labels, breaks


def _bands(labels: list[str], header: list[str], wrong: Callable[[str, str, str], None]) -> list[float]:
    ends = [re.fullmatch(r"(\d+(?:\.\d+)?)[_-](\d+(?:\.\d+)?)", label) for label in labels]
    if "length_m" not in header:
        wrong("length_m", "is missing from the header", "how many metres of line were walked or flown")
    for label, end in zip(labels, ends, strict=True):
        if end is None or float(end[1]) >= float(end[2]):
            wrong(f"band_{label}", "is not a band", "write from and to in metres, such as band_0_5")
            return []
    pairs = [(float(e[1]), float(e[2])) for e in ends if e]
    for k, ((_, a), (b, _)) in enumerate(pairwise(pairs), 1):
        if a != b:
            wrong(f"band_{labels[k]}", "does not begin where the band before it ends", f"begin it at {a:g} m")
    return [pairs[0][0], *(b for _, b in pairs)]


def _cell(name: str, line: int, column: str, text: str, problems: list[Problem]) -> float | str:
    if column in {"site", "basis", "by", "note"}:
        return text
    if text in {"", "NA"}:
        return math.nan
    counted = column.split("_", 1)[0] in KINDS
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        problems.append(
            Problem(Where(name, line, column), "is not a number", text, "leave the cell empty where not known")
        )
    elif counted and (value < 0 or value % 1 or value > _MOST):
        right = f"write a whole number from 0 to {_MOST}, or leave the cell empty where no count was made"
        problems.append(Problem(Where(name, line, column), "is not a count", text, right))
    elif column == "length_m" and value <= 0:
        problems.append(Problem(Where(name, line, column), "is not a length", text, "write metres above 0"))
    return value


def _sites(name: str, kind: str, rows: list[tuple[int, dict[str, float | str]]], problems: list[Problem]) -> None:
    """Each site once; passes and bands whole, since a gap in them has no meaning."""
    seen: dict[str, int] = {}
    if not rows and not problems:
        problems.append(Problem(Where(name), "holds no site", None, "write a row per place"))
    for line, row in rows:
        site = str(row["site"])
        if not site:
            problems.append(Problem(Where(name, line, "site"), "is empty", None, "name the place"))
        elif site in seen:
            right = "give each place one row"
            problems.append(Problem(Where(name, line, "site"), f"is already the site of row {seen[site]}", site, right))
        seen.setdefault(site, line)
        for column, value in row.items():
            whole = column == "length_m" or (kind != "counts" and column.split("_", 1)[0] in KINDS)
            if whole and isinstance(value, float) and math.isnan(value):
                what = "is empty; every pass, band and length must be known"
                problems.append(
                    Problem(Where(name, line, column), what, None, "leave the row out, or write 0 where none was found")
                )


def _filled(
    name: str, kind: str, labels: list[str], breaks: list[float], header: list[str], rows: list[dict[str, float | str]]
) -> Counts:
    def column(key: str) -> tuple[float, ...]:
        return tuple(float(row[key]) for row in rows)

    word = next(w for w, k in KINDS.items() if k == kind)
    detection: dict[str, dict[str, tuple[float, ...]]] = {}
    for key in header:
        if key.startswith("detection_"):
            x = key.removeprefix("detection_")
            label = next((v for v in sorted(labels, key=len, reverse=True) if x.endswith(f"_{v}")), "")
            detection.setdefault(x.removesuffix(f"_{label}") if label else x, {})[label] = column(key)
    nothing = (math.nan,) * len(rows)
    return Counts(
        name,
        kind,
        tuple(str(row["site"]) for row in rows),
        tuple(labels),
        tuple(zip(*(column(f"{word}_{v}") for v in labels), strict=True)),
        {c.removeprefix("abundance_"): column(c) for c in header if c.startswith("abundance_")},
        {
            x: tuple(zip(*(given.get(v, given.get("", nothing)) for v in labels), strict=True))
            for x, given in detection.items()
        },
        column("length_m") if kind == "bands" else (),
        tuple(breaks),
    )
