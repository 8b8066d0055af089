"""households.csv -> per place and time: who may have been there unseen, and what "none seen" is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.case.reading import read_cells
from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.measure.coverage.opportunity import Opportunity, offer
from blindspot.measure.presence.model import Both, Noticed, Posterior, Scene
from blindspot.measure.presence.priors import CHILDREN, CHILDREN_BASIS, TABLES, at_home, packaged_sizes, sizes_from
from blindspot.measure.presence.scene import both, quantile
from blindspot.quantities import Range, Reference

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

    from blindspot.case.watch import Household
    from blindspot.measure.coverage.outlook import PlaceView

NONE = Range(0.0, 0.0)
ONE = Range(1.0, 1.0)


@dataclass(frozen=True, slots=True)
class PlacePresence:
    """One row of households.csv worked out, with the chain of its numbers."""

    id: str
    place: str
    when: str
    seen: int | None
    result: Both
    chain: tuple[str, ...]


def who(
    root: pathlib.Path,
    rows: Mapping[str, Household],
    views: Mapping[str, PlaceView],
    utc_offset: str,
    where: Mapping[str, Where],
    executor: Executor | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[PlacePresence, ...]:
    """Every row, in order of its id; `progress` is told each. Raises CaseError with every row that cannot be worked out."""
    problems: list[Problem] = []
    scenes = []
    for key, row in rows.items():
        try:
            scenes.append((key, row, *_scene(root, row, views, utc_offset)))
        except UsageError as error:
            problems.append(Problem(where[key], str(error)))
    if problems:
        raise CaseError(problems)
    run = map if executor is None else executor.map
    results = iter(run(_attempt, [scene for _, _, scene, _ in scenes], [row.seen for _, row, _, _ in scenes]))
    found: list[PlacePresence] = []
    for key, row, _, chain in scenes:
        progress(f"{key}: who may have been there ({len(found) + len(problems)} of {len(scenes)} done)")
        result = next(results)
        if isinstance(result, str):
            problems.append(Problem(where[key], result))
        else:
            found.append(PlacePresence(key, row.place or key, str(row.when or ""), row.seen, result, tuple(chain)))
    if problems:
        raise CaseError(problems)
    return tuple(found)


def _attempt(scene: Scene, seen: int | None) -> Both | str:
    """The result, or what is wrong: the other rows are worked out all the same."""
    try:
        return both(scene, seen)
    except UsageError as error:
        return str(error)


def offers(found: tuple[PlacePresence, ...]) -> tuple[Opportunity, ...]:
    """For `weigh`: `presence:<id>` = P(at least one person is noticed | someone is there), as stated.

    A report of "none seen" takes it as its opportunity; its likelihood ratio is 1 / (1 - this).
    """
    made = []
    for p in found:
        x = p.result.stated.any_noticed
        chain = (*p.chain, "at least one person is noticed, given that someone is there")
        made.append(offer(f"presence:{p.id}", x, Range(float(x.min()), float(x.max())), chain))
    return tuple(made)


def presence_tables(found: tuple[PlacePresence, ...]) -> dict[str, Any]:
    """The JSON of `blindspot presence`."""
    return {"places": [_row(p) for p in found], "offers": [o.offered() for o in offers(found)]}


def _row(p: PlacePresence) -> dict[str, Any]:
    stated = p.result.stated
    most = max(quantile(stated.before, 0.9999), quantile(stated.after, 0.9999)) + 1
    return {
        "id": p.id,
        "place": p.place,
        "when": p.when,
        "seen": p.seen,
        "present": _spread(stated),
        "p_none": round(float(stated.after[0]), 5),
        "p_none_range": _ends(stated.none_after),
        "noticed": _band(stated.noticed),
        "noticed_child": _band(stated.noticed_child),
        "any_noticed": _band(stated.any_noticed),
        "lr_none_seen": _ends(stated.lr_none),
        "before": {
            "median": quantile(stated.before, 0.5),
            "low": quantile(stated.before, 0.05),
            "high": quantile(stated.before, 0.95),
            "p_none": round(float(stated.before[0]), 5),
        },
        "children": {
            "median": quantile(stated.children_after, 0.5),
            "low": quantile(stated.children_after, 0.05),
            "high": quantile(stated.children_after, 0.95),
            "p_any": round(float(1 - stated.children_after[0]), 5),
        },
        "common_cause": {
            name: {
                "present": _spread(x),
                "p_none": round(float(x.after[0]), 5),
                "lr_none_seen": _ends(x.lr_none),
                "any_noticed": _band(x.any_noticed),
            }
            for name, x in (("each by himself", p.result.independent), ("all together", p.result.together))
        },
        "distribution": [
            {
                "n": n,
                "before": round(float(stated.before[n]), 6),
                "after": round(float(stated.after[n]), 6),
                "p_seen_given_n": None if np.isnan(stated.likelihood[n]) else round(float(stated.likelihood[n]), 6),
            }
            for n in range(most)
        ],
        "chain": list(p.chain),
    }


def _scene(
    root: pathlib.Path, row: Household, views: Mapping[str, PlaceView], utc_offset: str
) -> tuple[Scene, list[str]]:
    place = row.place or row.id
    chain: list[str] = []

    def take(name: str, given: Range | None, default: Range, basis: str) -> Range:
        chain.append(f"{name} {given or default} ({row.basis if given is not None else basis})")
        return default if given is None else given

    home = {}
    if (row.home_adult is None or row.home_child is None) and row.households is not None and row.households.high > 0:
        if row.when is None or (row.when.end - row.when.start).total_seconds() >= 86400:
            raise UsageError(
                "needs an hour to know who is at home; give `when` with a time, or home_adult and home_child"
            )
        middle = row.when.start + (row.when.end - row.when.start) / 2
        sign = -1 if utc_offset.startswith("-") else 1
        offset = sign * (int(utc_offset[1:3]) + int(utc_offset[4:6]) / 60)
        home = at_home(middle.hour + middle.minute / 60 + offset)
    sizes = _sizes(root, row.table)
    households = take("households", row.households, NONE, "none")
    if households.high > 0:
        mean = sum(n * p for n, p in enumerate(sizes))
        chain.append(
            f"household of {mean:.1f} on average (table {row.table}: ALCS 2013-14)"
            if row.table in TABLES
            else f"household of {mean:.1f} on average ({row.table})"
        )
    noticed = {
        kind: _noticed(kind, getattr(row, f"noticed_{kind}"), place, views, chain, row.basis)
        for kind in ("adult", "child")
    }
    from_coverage = not isinstance(row.noticed_adult, Range) and not isinstance(row.noticed_child, Range)
    watched = _watched(row, place, views, chain) if from_coverage else ONE
    return (
        Scene(
            households,
            sizes,
            take("share of children", row.children, CHILDREN, CHILDREN_BASIS),
            take("adult at home", row.home_adult, *home.get("adult", (ONE, "not asked"))),
            take("child at home", row.home_child, *home.get("child", (ONE, "not asked"))),
            take("outdoors", row.outdoors, ONE, "not reckoned with: everybody is taken to be outdoors"),
            noticed["adult"],
            noticed["child"],
            take("outdoors or in together", row.together, NONE, "each by himself"),
            take("passers-by, mean", row.passers, NONE, "none"),
            watched,
        ),
        chain,
    )


def _noticed(
    kind: str, given: Range | Reference | None, place: str, views: Mapping[str, PlaceView], chain: list[str], basis: str
) -> Noticed:
    if isinstance(given, Range):
        chain.append(f"{kind} outdoors is noticed {given} ({basis})")
        return given
    found = _offered(kind, given, place, views)
    chain.extend(f"{kind}: {line}" for line in found.chain)
    return tuple(float(q) for q in found.quantiles)


def _offered(kind: str, given: Reference | None, place: str, views: Mapping[str, PlaceView]) -> Opportunity:
    key = given.id if given is not None else place
    base, _, part = key.partition(".")
    if (given is not None and given.stage != "coverage") or base not in views:
        raise UsageError(
            f"noticed_{kind} refers to {given or f'coverage:{place}'}, which is not worked out: watch.csv has no row for that place. Give a range such as 0.2-0.5"
        )
    found: Opportunity = getattr(views[base], part or kind)
    return found


def _watched(row: Household, place: str, views: Mapping[str, PlaceView], chain: list[str]) -> Noticed:
    """P(nothing failed for everybody at once), in the order of `noticed_adult`."""
    given = row.noticed_adult
    found = _offered("adult", given if isinstance(given, Reference) else None, place, views)
    levels = found.shared_levels
    low, high = min(levels), max(levels)
    chain.append(
        f"of that, fails for everybody at once or for nobody: {low:.2g}-{high:.2g} (on station, in view, and an unknown part of attention)"
    )
    return levels


def _sizes(root: pathlib.Path, table: str) -> tuple[float, ...]:
    if table in TABLES or not table.endswith(".csv"):
        return packaged_sizes(table)
    path = root / "occupancy" / table
    if not path.is_file():
        raise UsageError(f"table {table}: there is no occupancy/{table} in the case; packaged are {', '.join(TABLES)}")
    problems: list[Problem] = []
    read = read_cells(root / "occupancy", table, problems)
    if read is None:
        raise UsageError(f"occupancy/{problems[0]}")
    header, records = read
    wrong = [
        f"occupancy/{table}:{line}:{column}: is not a number (got {cell[:60]!r})"
        for line, cells in records
        for column, cell in zip(header, cells, strict=False)
        if column in {"size_from", "size_to", "share"} and not _is_number(cell, whole=column != "share")
    ]
    wrong += [
        f"occupancy/{table}:1: needs size_from, size_to and share, has no {c}"
        for c in ("size_from", "size_to", "share")
        if c not in header
    ]
    if wrong:
        raise UsageError("; ".join(wrong[:8]))
    try:
        return tuple(sizes_from([dict(zip(header, cells, strict=False)) for _, cells in records], "share").tolist())
    except UsageError as error:
        raise UsageError(f"occupancy/{table}: {error}") from error


def _is_number(cell: str, *, whole: bool) -> bool:
    try:
        (int if whole else float)(cell)
    except ValueError:
        return False
    return True


def _spread(x: Posterior) -> dict[str, int]:
    return {"median": quantile(x.after, 0.5), "low": quantile(x.after, 0.05), "high": quantile(x.after, 0.95)}


def _band(x: Any) -> dict[str, float]:
    low, median, high = np.quantile(x, [0.05, 0.5, 0.95])
    return {"low": round(float(low), 5), "median": round(float(median), 5), "high": round(float(high), 5)}


def _ends(x: Any) -> list[float]:
    return [round(float(v), 5) for v in np.quantile(x, [0.05, 0.95])]
