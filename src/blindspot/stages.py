"""THE list of stages, and a review that runs those whose inputs have changed.

Library, rebuild order and command line all come from `STAGES`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from blindspot import rooms
from blindspot.case.store import Made, Store, hand_files, matching
from blindspot.errors import UsageError
from blindspot.rooms import Given, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from datetime import date

    from blindspot.case import Case
    from blindspot.publish.release.model import Released


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the review. `method` changes whenever its numbers may change."""

    name: str
    says: str
    reads: tuple[str, ...]  # files of the case, as globs; * stands for all that people typed
    after: tuple[str, ...]
    method: str
    run: Callable[[Given], Result] | None = None  # check and report have their own way
    needs: str = ""  # a glob: without such a file there is nothing to do,
    lacks: str = ""  # and a reader of the report is told this


OFFERING = ("footage", "base-rate", "custody", "coverage", "presence")  # stages whose numbers the weighing may take up
STAGES = (
    Stage("check", "Every error in the folder, at file:row:column.", ("*",), (), "check-1"),
    Stage(
        "base-rate",
        "Whether an ordinary vehicle would have done the same.",
        ("case.toml", "places.csv", "stops.csv", "tracks.toml", "tracks/**/*"),
        ("check",),
        "base-rate-2",
        rooms.base_rate,
        "tracks.toml",
        "no tracks.toml says what was watched: reported stops carry no base rate",
    ),
    Stage(
        "custody",
        "How probable it is that the vehicle at the end is the one at the start.",
        ("tracks.toml",),
        ("check",),
        "custody-4",
        rooms.custody,
        "tracks.toml",
        "no tracks.toml says how the view was interrupted: custody has no number",
    ),
    Stage(
        "gaps",
        "What the followed vehicle looked like before each loss of view, and what could be it after.",
        ("tracks.toml", "footage/**/*", "marks/*"),
        ("check",),
        "gaps-1",
        rooms.gaps,
        "marks/*.jsonl",
        "no marks of a followed vehicle lie in marks/: losses of view are shown as rows, without pictures of both sides",
    ),
    Stage(
        "footage",
        "Where the camera looked, how finely, when, and how sure the clock is.",
        ("footage/**/*",),
        ("check",),
        "footage-1",
        rooms.footage,
        "footage/**/*",
        "no video lies in footage/: what could be told apart in it has no number",
    ),
    Stage(
        "sorties",
        "Transit, time on station, and which public statements can hold together.",
        ("sorties.toml", "flight_claims.csv", "places.csv"),
        ("check",),
        "sorties-3",
        rooms.sorties,
        "sorties.toml",
        "how much of the time an aircraft could be there has no computed number",
    ),
    Stage(
        "coverage",
        "What was in view and could be made out, and why not otherwise.",
        ("watch.csv", "places.csv", "surface/*", "flights/*", "tracks/*", "footage/*"),
        ("check",),
        "coverage-4",
        rooms.coverage,
        "watch.csv",
        "what was in view and resolved has no computed number; opportunities are judgement",
    ),
    Stage(
        "presence",
        "Who may have been there unseen, and what none seen is worth.",
        (
            "households.csv",
            "watch.csv",
            "places.csv",
            "case.toml",
            "surface/*",
            "flights/*",
            "tracks/*",
            "footage/*",
            "occupancy/*.csv",
        ),
        ("check",),
        "presence-4",
        rooms.presence,
        "households.csv",
        "who may have been there unseen has no computed number",
    ),
    Stage(
        "counts",
        "How many were there, by several independent counts of the same places.",
        ("counts/*.csv",),
        ("check",),
        "counts-1",
        rooms.counts,
        "counts/*.csv",
        "no repeated counts are in counts/: nothing is estimated from them",
    ),
    Stage(
        "statements",
        "Who said what on what basis, which texts are copies, which statements may be one observation.",
        ("texts/**/*", "texts.csv", "sources.csv"),
        ("check",),
        "statements-2",
        rooms.statements,
        "texts/**/*",
        "no text is in texts/; attributions and copies are as typed in claims.csv",
    ),
    Stage(
        "people",
        "Who the dead are, how many, and how well it is supported.",
        ("case.toml", "lists/*", "tolls.csv", "links.csv", "claims.csv", "sources.csv", "undercount.csv"),
        ("check",),
        "people-4",
        rooms.people,
        "lists/*.*",
        "no lists of the dead: nobody is linked and no toll is computed",
    ),
    Stage(
        "weigh",
        "Which account the evidence supports, with ranges, and what carries it.",
        ("*",),
        OFFERING,
        "weigh-6",
        rooms.weigh,
    ),
    Stage(
        "replay",
        "What could be said on each date, with only what was public then.",
        ("*",),
        OFFERING,
        "replay-4",
        rooms.replay,
    ),
    Stage(
        "report",
        "One page that opens offline, tables, and a GeoPackage.",
        ("*", "basemap/*"),
        ("sorties", "gaps", "counts", "statements", "people", "weigh", "replay"),
        "report-9",
    ),
)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Where a review put its outputs, what they say, and which stages had to be made."""

    out: Path
    made: tuple[str, ...]
    summary: tuple[str, ...]


def stage(name: str) -> Stage:
    """The stage of that name. Raises UsageError that lists the names."""
    for entry in STAGES:
        if entry.name == name:
            return entry
    raise UsageError(f"{name}: there is no such stage. The stages are: {', '.join(s.name for s in STAGES)}.")


ALWAYS = ("weigh", "replay")  # without these there is no review


def _quiet(words: str) -> None:
    """Progress that nobody follows."""


@dataclass(slots=True)
class Review:
    """The stages of one case on one day; each result is taken from the store or made, once."""

    folder: Path
    as_of: date | None = None
    fresh: bool = False
    progress: Callable[[str], None] = lambda _: None
    keeps: bool = True  # whether results are kept in made/
    executor: Executor | None = None  # who does the work; the result is the same
    ran: list[str] = field(default_factory=list)
    undone: dict[str, str] = field(default_factory=dict)  # stages that could not run, and why
    _store: Store | None = None
    _case: Case | None = None
    _results: dict[str, Result] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """Where results are kept. Raises UsageError where there is no such folder."""
        if self._store is None:
            if not self.folder.is_dir():
                raise UsageError(f"{self.folder}: there is no such folder. `blindspot new NAME` makes one.")
            self._store = Store(self.folder, fresh=self.fresh)
        return self._store

    @property
    def case(self) -> Case:
        """The case, read when first needed."""
        if self._case is None:
            from blindspot.case import open_case

            self.progress("reading")
            self._case = open_case(self.folder)
        return self._case

    def lacks(self, entry: Stage) -> bool:
        """Whether the case has no material for a stage."""
        return bool(entry.needs) and not matching(self.folder, entry.needs)

    def before(self, entry: Stage) -> list[Stage]:
        """The stages that a stage comes after and that have material, all the way down, in the order of the list."""
        names = set(entry.after)
        for other in reversed(STAGES):
            if other.name in names:
                names |= set(other.after)
        return [s for s in STAGES if s.name in names and not self.lacks(s)]

    def made_from(self, entry: Stage) -> Made:
        """What a result of this stage would be made from now."""
        chain = [s for s in self.before(entry) if s.run is not None] + [entry]
        globs = {glob for s in chain for glob in s.reads}
        names = {name for glob in globs - {"*"} for name in matching(self.folder, glob)}
        names |= set(hand_files(self.folder)) if "*" in globs else set()
        settings = {"as_of": self.as_of.isoformat() if self.as_of else ""}
        return Made("+".join(s.method for s in chain), settings, self.store.hashes(sorted(names)))

    def result(self, name: str) -> Result:
        """The result of a stage, made where the store has none for today's inputs."""
        if name not in self._results:
            entry = stage(name)
            self.results([*(s for s in self.before(entry) if s.run is not None), entry], asked=name)
        return self._results[name]

    def results(self, wanted: Sequence[Stage], more: int = 0, asked: str = "") -> dict[str, Result]:
        """The results of stages that stand in the order of the list; `more`: how many steps the caller has left after them.

        A stage that cannot run stands in `undone` with the reason; the others go on without it. Raises UsageError only where
        it is the one that was `asked` for, or one that no review can do without.
        """
        for k, entry in enumerate(wanted):
            if entry.name in self._results or entry.name in self.undone:
                continue
            last = k + 1 == len(wanted) + more  # alone, it may count its own steps
            try:
                self._results[entry.name] = self._one(entry, f"({k} of {len(wanted) + more} done)", inner=last)
            except UsageError as error:
                if entry.name in {asked, *ALWAYS}:
                    raise
                self.undone[entry.name] = str(error).rstrip(".")
        return {s.name: self._results[s.name] for s in wanted if s.name in self._results}

    def _one(self, entry: Stage, step: str, *, inner: bool) -> Result:
        made = self.made_from(entry) if self.keeps else None
        found = self.store.get(entry.name, made.key) if made else None
        if isinstance(found, dict):
            return found
        if entry.run is None:
            raise UsageError(f"{entry.name}: this stage has no result of its own; run `blindspot {entry.name} CASE`.")
        before = self.results([s for s in self.before(entry) if s.run is not None])
        case = self.case
        self.progress(f"{entry.says} {step}")
        found = entry.run(Given(case, self.as_of, before, self.executor, self.progress if inner else _quiet))
        if made:
            self.store.put(entry.name, made, found)
        self.ran.append(entry.name)
        return found


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
    run = Review(Path(folder), as_of, fresh, progress)
    target = Path(out) if out is not None else Path(folder) / "out"
    entry = stage("report")
    made = run.made_from(entry)
    told: list[str] | None = None
    outputs = [target / name for name in ("report.html", "findings.json", "case.gpkg")]
    if not run.store.is_fresh("report", made.key, outputs):
        from blindspot.publish.report import publish

        rooms = [s for s in run.before(entry) if s.run is not None]
        results = run.results(rooms, more=1)
        missing = [(s.name, s.lacks) for s in STAGES if run.lacks(s)] + list(run.undone.items())
        progress(f"{entry.says} ({len(rooms)} of {len(rooms) + 1} done)")
        files = publish(run.case, results, target, missing)
        told = [
            *summary(run.case, results["weigh"]),
            *(f"Not done: {name}: {why}." for name, why in run.undone.items()),
        ]
        run.store.put("report", made, {"summary": told}, [*outputs, *files])
        run.ran.append("report")
    run.store.save_memo()
    kept = run.store.get("report", made.key) if told is None else None
    if told is None:
        told = kept["summary"] if isinstance(kept, dict) else summary(run.case, run.result("weigh"))
    return Reviewed(target, tuple(run.ran), tuple(told))


def release(
    folder: str | Path,
    audience: str,
    out: str | Path | None = None,
    *,
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Released:
    """The copy of a case that an audience may have, with its page; or what blocks it. See `publish.release`."""
    from blindspot.case import open_case
    from blindspot.publish.release.copying import Drawing
    from blindspot.publish.release.pipeline import release as run
    from blindspot.publish.report.script import program

    def check(root: Path) -> None:
        open_case(root)

    full = Review(Path(folder), progress=progress)
    drawing = Drawing(drawn, lambda: full.result("weigh"), check, (program(),))
    return run(folder, audience, drawing, out=out, dry_run=dry_run, progress=progress)


def drawn(copy: Path) -> Result:
    """The page of a released copy, computed from the copy alone and drawn into it; its findings. Keeps nothing in `made/`."""
    from blindspot.publish.report import publish

    run = Review(copy, keeps=False)
    results = run.results([s for s in run.before(stage("report")) if s.run is not None])
    missing = [(s.name, s.lacks) for s in STAGES if run.lacks(s)] + list(run.undone.items())
    publish(run.case, results, copy, missing)
    return results["weigh"]


def summary(case: Case, weighed: Result, most: int = 10) -> list[str]:
    """The review in at most ten lines for a terminal."""
    from blindspot.case.scales import between, describe, percent

    lines = [f"{case.head.title} ({case.head.date})"]
    if not weighed["questions"]:
        lines.append("case.toml asks no question yet, so nothing was weighed: add a [[question]] with its hypotheses")
    lead = case.head.standards[0]
    for q in weighed["questions"]:
        a = next(h for h in q["hypotheses"] if h["id"] == q["asserted"])
        v = next(v for v in q["verdicts"] if v["standard"] == lead and v["hypothesis"] == q["asserted"])
        band, naive = between(a["low"], a["high"]), percent(q["naive"][q["asserted"]])
        lines.append(
            f"{q['id']:<15} {q['asserted']:<18} {describe(a['median']):<31} {band:<13} naive {naive:<11} {lead}: {v['verdict']}"
        )
    return lines if len(lines) <= most else [*lines[: most - 1], f"... and {len(lines) - most + 1} more in the report"]
