"""THE list of stages, and a review that runs those whose inputs have changed.

Library, rebuild order and command line all come from `STAGES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blindspot.case.store import Made, Store, hand_files
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from blindspot.case import Case


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the review. `method` changes whenever its numbers may change."""

    name: str
    says: str
    reads: tuple[str, ...]  # files of the case; * stands for all that people typed
    after: tuple[str, ...]
    method: str


STAGES = (
    Stage("check", "Every error in the folder, at file:row:column.", ("*",), (), "check-1"),
    Stage(
        "weigh", "Which account the evidence supports, with ranges, and what carries it.", ("*",), ("check",), "weigh-1"
    ),
    Stage("replay", "What could be said on each date, with only what was public then.", ("*",), ("check",), "replay-1"),
    Stage("report", "One page that opens offline, tables, and a GeoPackage.", ("*",), ("weigh", "replay"), "report-1"),
)
# Rooms that are planned and what a case would need for them; a review says so instead of passing over them in silence.
NOT_YET = (
    ("footage", "footage/", "no video with telemetry is read yet"),
    ("track", "tracks/", "no track is read yet: stops are shown as reported, custody has no number"),
    ("coverage", "sorties.toml", "what was in view and resolved has no computed number; opportunities are judgement"),
    ("presence", "households.csv", "who may have been there unseen has no computed number"),
    ("people", "lists/", "lists are shown as given; spellings are not linked and no toll is computed"),
    ("statements", "texts/", "no text is read; attributions and copies are as typed in claims.csv"),
)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Where a review put its outputs, what they say, and whether anything had to be made."""

    out: Path
    made: tuple[str, ...]  # stages that ran
    summary: tuple[str, ...]


def stage(name: str) -> Stage:
    """The stage of that name. Raises UsageError that lists the names."""
    for entry in STAGES:
        if entry.name == name:
            return entry
    raise UsageError(f"{name}: there is no such stage. The stages are: {', '.join(s.name for s in STAGES)}.")


def lineage(folder: str | Path, entry: Stage, as_of: date | None = None, *, fresh: bool = False) -> tuple[Store, Made]:
    """The store of a case, and what a result of this stage would be made from now."""
    root = Path(folder)
    if not root.is_dir():
        raise UsageError(f"{folder}: there is no such folder. `blindspot new NAME` makes one.")
    store = Store(root, fresh=fresh)
    methods = "+".join(stage(name).method for name in (*entry.after, entry.name))
    return store, Made(methods, {"as_of": as_of.isoformat() if as_of else ""}, store.hashes(hand_files(root)))


def review(
    folder: str | Path,
    out: str | Path | None = None,
    as_of: date | None = None,
    *,
    fresh: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Reviewed:
    """Everything that the case has material for -> report.html, findings.json, case.gpkg, tables/.

    Raises CaseError with every problem, and writes nothing then. A review of an unchanged case makes nothing.
    """
    root = Path(folder)
    target = Path(out) if out is not None else root / "out"
    store, made = lineage(root, stage("report"), as_of, fresh=fresh)
    outputs = [target / name for name in ("report.html", "findings.json", "case.gpkg")]
    if store.is_fresh("report", made.key, outputs):
        return Reviewed(target, (), ())
    from blindspot.case import open_case
    from blindspot.publish.report import publish

    progress("reading")
    case = open_case(root)
    progress("weighing")
    weighed = _kept(store, root, stage("weigh"), as_of, lambda: weigh_now(case, as_of), fresh=fresh)
    progress("replaying by date")
    replayed = _kept(store, root, stage("replay"), as_of, lambda: replay_now(case, as_of), fresh=fresh)
    progress("drawing the page")
    missing = [(name, why) for name, _, why in NOT_YET]
    files = publish(case, weighed, replayed, target, missing)
    store.put("report", made, outputs=[*outputs, *files])
    store.save_memo()
    return Reviewed(target, ("weigh", "replay", "report"), summary(case, weighed))


def weigh_now(case: Case, as_of: date | None = None) -> dict[str, Any]:
    """findings.json of a case."""
    from blindspot.weigh import findings, weigh

    return findings(weigh(case, as_of))


def replay_now(case: Case, as_of: date | None = None) -> dict[str, Any]:
    """The replay of a case as plain data."""
    from blindspot.weigh import build, replay, replayed

    return replayed(case.head.id, replay(case, build(case), as_of))


def summary(case: Case, weighed: dict[str, Any], most: int = 10) -> tuple[str, ...]:
    """The review in at most ten lines for a terminal."""
    from blindspot.case.scales import describe

    lines = [f"{case.head.title} ({case.head.date})"]
    lead = case.head.standards[0]
    for q in weighed["questions"]:
        a = next(h for h in q["hypotheses"] if h["id"] == q["asserted"])
        v = next(v for v in q["verdicts"] if v["standard"] == lead and v["hypothesis"] == q["asserted"])
        lines.append(
            f"{q['id']:<15} {q['asserted']:<18} {describe(a['median']):<28} {a['median']:4.0%} [{a['low']:.0%}-{a['high']:.0%}]  naive {q['naive'][q['asserted']]:4.0%}  {lead}: {v['verdict']}"
        )
    if len(lines) > most:
        lines = [*lines[: most - 1], f"... and {len(lines) - most + 1} more question(s) in the report"]
    return tuple(lines)


def _kept(
    store: Store, root: Path, entry: Stage, as_of: date | None, make: Callable[[], dict[str, Any]], *, fresh: bool
) -> dict[str, Any]:
    _, made = lineage(root, entry, as_of, fresh=fresh)
    found = store.get(entry.name, made.key)
    if isinstance(found, dict):
        return found
    result = make()
    store.put(entry.name, made, result)
    return result
