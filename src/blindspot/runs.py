"""Runs that belong to no case: files given by hand, a corpus of incidents. Nothing is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot import rooms
from blindspot.errors import CaseError, Problem
from blindspot.rooms import Given, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path


def footage_now(
    files: Sequence[Path], out: Path | None = None, *, progress: Callable[[str], None] = lambda _: None
) -> tuple[Result, bool]:
    """What video files and their telemetry say, and whether an input was wrong; with `out`, layers and a page are written."""
    from blindspot.measure.footage import clips_as_data, read_clip

    clips, missing = [], []
    for k, path in enumerate(files, 1):
        progress(f"reading {path.name} ({k} of {len(files)})")
        if path.is_file():
            clips.append(read_clip(path))
        else:
            missing.append(
                f"{path}: {'is a folder; name the files in it' if path.is_dir() else 'there is no such file'}"
            )
    found = clips_as_data(clips)
    found["problems"] += missing
    if out is not None and clips:
        from blindspot.publish.report.footage import publish_footage

        publish_footage(clips, found, out, progress)
    return found, bool(missing) or any(clip.wrong for clip in clips)


def sorties_of(
    folder: Path,
    statements: Path,
    executor: Executor | None = None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Result:
    """The `sorties` of a case with another sheet of public statements in place of its own; kept nowhere."""
    from blindspot.case import open_case

    return rooms.sorties(Given(open_case(folder), None, {}, executor, progress), statements)


def counts_now(
    files: Sequence[Path], executor: Executor | None = None, *, progress: Callable[[str], None] = lambda _: None
) -> Result:
    """The `counts` of files that lie in no case. Raises CaseError with every problem in them."""
    from blindspot.case.counts import read_counts
    from blindspot.measure.presence import survey_tables

    problems: list[Problem] = []
    read = [read_counts(path, problems, str(path)) for path in files]
    if problems:
        raise CaseError(problems)
    return survey_tables([c for c in read if c is not None], executor, progress)


def backtest(
    corpus: Path,
    out: Path | None = None,
    *,
    executor: Executor | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Result:
    """Past incidents replayed and scored; with `out`, a page and tables are written. The same for any executor.

    Raises UsageError where there is nothing to replay, CaseError with the problems of all folders.
    """
    from blindspot.case.incidents import read_corpus
    from blindspot.weigh.backtest import replay_incident, results, sensitivity

    def replayed(*, strength: bool) -> tuple[Any, list[Any]]:
        read = read_corpus(corpus, strength=strength, progress=progress)
        words = "replayed, with the strength that the compiler wrote," if strength else "replayed"
        rows = []
        progress(f"{words} 0 of {len(read.cases)} incidents")
        for row in (executor.map if executor is not None else map)(replay_incident, read.cases, read.cases.values()):
            rows.append(row)
            progress(f"{words} {len(rows)} of {len(read.cases)} incidents")
        return read, rows

    read, rows = replayed(strength=False)
    found = results(rows, [(x.id, x.why) for x in read.left_out])
    found["notes"] += [{"id": x.id, "what": x.why} for x in read.notes]
    found["sensitivity"] = sensitivity(replayed(strength=True)[1]) if read.coded else []
    if out is not None:
        from blindspot.publish.report.backtest import publish_backtest

        progress("drawing the page")
        publish_backtest(found, out)
    return found
