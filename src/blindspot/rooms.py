"""How is each stage run, and what does a verb need of two rooms? Plain data in and out, with the keys of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor
    from datetime import date
    from pathlib import Path

    from blindspot.case import Case
    from blindspot.measure.footage.crops import Crop
    from blindspot.measure.track.follow.ground import Ground
    from blindspot.measure.track.follow.sides import Side
    from blindspot.quantities import Offer

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """What a stage works from: the case, the day it is asked for (None: now), the results of the stages before it."""

    case: Case
    as_of: date | None
    results: Mapping[str, Result]
    executor: Executor | None = None  # None: this process
    progress: Callable[[str], None] = lambda _: None  # told each step in words


def offers(results: Mapping[str, Result]) -> dict[str, Offer]:
    """What the stages offer to the weighing, by `stage:id`."""
    from blindspot.quantities import Offer

    found = [
        Offer(name, o["id"], tuple(o["quantiles"]), tuple(o["says"]))
        for name, result in results.items()
        for o in result.get("offers", ())
    ]
    return {str(o): o for o in found}


def footage(given: Given) -> Result:
    """Where did the camera look, how finely, when?"""
    from blindspot.measure.footage.offers import footage_stage

    return footage_stage(given.case)


def base_rate(given: Given) -> Result:
    """Of ordinary vehicle-days, how many would have done the same?"""
    from blindspot.measure.track.verbs import base_rate_stage

    return base_rate_stage(given.case, progress=given.progress)


def custody(given: Given) -> Result:
    """Is the vehicle at the end the one at the start?"""
    from blindspot.measure.track.verbs import custody_stage

    return custody_stage(given.case)


def gaps(given: Given) -> Result:
    """What was the followed vehicle before each loss of view in the footage, and what could be it after?

    marks/NAME.jsonl holds what people marked in footage/NAME.*, marks/NAME.boxes.txt (MOT) what else was boxed there.
    """
    from blindspot.measure.footage.crops import crops
    from blindspot.measure.footage.frames import picture_info, pictures
    from blindspot.measure.track.follow.keyframes import open_log
    from blindspot.measure.track.follow.sides import from_zero, losses
    from blindspot.measure.track.read import read_tracks
    from blindspot.measure.track.settings import read_settings

    root = given.case.root
    asked = {c.marks: c for c in read_settings(root).custody if c.marks}
    rows: list[Result] = []
    problems = [f"tracks.toml: custody {c.id}: marks/{name}.jsonl is not there" for name, c in asked.items() if not (root / "marks" / f"{name}.jsonl").is_file()]  # fmt: skip
    for log in sorted((root / "marks").glob("*.jsonl")):
        info, clip = None, None
        for found in sorted((root / "footage").rglob(f"{log.stem}.*")):
            info, clip = picture_info(found), found
            if info is not None:
                break
        if info is None or clip is None:
            problems.append(f"marks/{log.name}: no video footage/{log.stem}.* lies in the case")
            continue
        listed = log.with_suffix(".boxes.txt")
        read = read_tracks([listed], fps=info.rate) if listed.is_file() else None
        problems += [str(p) for p in read.problems] if read else []
        boxes = from_zero(read.boxes[0]) if read and read.boxes else None
        grey = (p.pixels for p in pictures(clip, widest=10**5))
        told = asked.get(log.stem)
        for loss in losses(grey, info.rate, open_log(log), boxes):
            sides = (loss.before, *loss.after)
            shown = crops(clip, [(s.frame, s.x, s.y, s.w, s.h) for s in sides])
            if shown[0] is None:
                problems.append(f"{clip.name}: picture {loss.before.frame} before {loss.id} cannot be decoded again")
                continue
            before, *after = (_side(s, c) for s, c in zip(sides, shown, strict=True) if c is not None)
            rows.append(
                {
                    "id": f"{log.stem}-{loss.id}", "clip": clip.relative_to(root).as_posix(), "seconds": loss.seconds, "failed": list(loss.failed),
                    "taken": {"object": loss.taken, "by": loss.who, "why": loss.why} if loss.who else None,
                    "before": before, "after": after, "more": loss.more, "boxed": boxes is not None,
                    "appearance": {"custody": told.id, "passes": [told.passes.low, told.passes.high], "basis": told.basis} if told else None,
                }
            )  # fmt: skip
    return {"gaps": rows, "problems": problems}


def _side(side: Side, crop: Crop) -> Result:
    """One box with its picture, for a page."""
    gsd = None if crop.gsd_m is None else [round(v, 4) for v in crop.gsd_m]
    return {
        "object": side.object, "picture": side.frame, "seconds": round(crop.seconds, 3), "utc": crop.utc, "by": side.by, "gsd_m": gsd,
        "pixels": [round(side.w, 1), round(side.h, 1)], "src": crop.src, "width": crop.width, "height": crop.height,
    }  # fmt: skip


def weigh(given: Given) -> Result:
    """Which account does the evidence support?"""
    from blindspot.weigh import findings, weigh

    return findings(weigh(given.case, given.as_of, offers(given.results), progress=given.progress))


def replay(given: Given) -> Result:
    """What could be said on each date?"""
    from blindspot.weigh import build, replay, replayed

    built = build(given.case, offers(given.results))
    return replayed(given.case, replay(given.case, built, given.as_of))


def sorties(given: Given, statements: Path | None = None) -> Result:
    """How long could an aircraft be there? `statements`: another sheet of public statements in place of the case's own."""
    from blindspot.case.sorties import with_rows
    from blindspot.case.surveillance import open_sorties
    from blindspot.errors import CaseError
    from blindspot.measure.coverage import overview, sortie_tables

    file = open_sorties(given.case, statements)
    places = {key: (place.lat, place.lon) for key, place in given.case.places.items()}
    try:
        found = overview(file, places, given.executor, given.progress)
    except CaseError as error:
        raise CaseError(with_rows(given.case.root, error.problems)) from error
    return sortie_tables(file, found)


def coverage(given: Given) -> Result:
    """What was in view and could be made out?"""
    from blindspot.case.surveillance import open_watches
    from blindspot.measure.coverage import coverage_tables, look

    rows, where = open_watches(given.case)
    return coverage_tables(look(given.case.root, rows, given.case.places, where, given.executor, given.progress))


def presence(given: Given) -> Result:
    """Who may have been there unseen?"""
    from blindspot.case.surveillance import open_households, open_watches
    from blindspot.measure.coverage import look
    from blindspot.measure.presence import presence_tables, who

    case = given.case
    watches, at = open_watches(case, needed=False)
    views = {view.id: view for view in look(case.root, watches, case.places, at, given.executor, given.progress)}
    rows, where = open_households(case)
    return presence_tables(who(case.root, rows, views, case.head.utc_offset, where, given.executor, given.progress))


def counts(given: Given) -> Result:
    """How many were there, by several independent counts?"""
    from blindspot.case.surveillance import open_counts
    from blindspot.measure.presence import survey_tables

    return survey_tables(open_counts(given.case), given.executor, given.progress)


def people(given: Given) -> Result:
    """Who are the dead, how many, and how well is it supported?"""
    from blindspot.measure.people import findings
    from blindspot.measure.people.unlisted import unlisted

    found = findings(given.case, given.as_of)
    return found | {"undercount": unlisted(given.case.root, found["persons"])}


def statements(given: Given) -> Result:
    """Who said what on what basis, and what was copied? With the rows that wait for a reviewer under `suggested`."""
    from blindspot.measure.statements import described, findings, measure, read_folder, rows

    texts, unread = read_folder(given.case.root / "texts")
    register = {s.id: list(s.derives_from) for s in given.case.sources.values() if s.derives_from}
    measured = measure(described(texts, given.case.texts, given.as_of), register, given.executor)
    return findings(measured, unread) | {"suggested": rows(measured)}


def ground_of(clip: Path, *, progress: Callable[[str], None] = lambda _: None) -> Ground:
    """How the pixels of a clip meet the ground, for the room that follows vehicles. Raises UsageError without such a file."""
    from functools import partial

    from blindspot.measure.footage import pixels_to_ground, read_clip

    if not clip.is_file():
        raise UsageError(f"{clip}: there is no such file")
    progress(f"reading {clip.name}")
    return partial(pixels_to_ground, read_clip(clip))


def follow_now(
    video: Path,
    log: Path | None = None,
    model: Path | None = None,
    out: Path | None = None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Result:
    """A marked vehicle followed through a video; the pictures, and what a detector makes of them, are the footage room's."""
    from blindspot.measure.footage.detector import propose
    from blindspot.measure.footage.frames import picture_info, pictures
    from blindspot.measure.track.verbs import follow_file

    info = picture_info(video) if video.is_file() else None
    if info is None:
        raise UsageError(f"{video}: {'holds no picture' if video.is_file() else 'there is no such file'}")
    if log is None and model is None:
        raise UsageError("mark the vehicle first: blindspot track mark LOG --frame 0 --box X,Y,W,H --who ... --why ...")
    proposals = None
    if model is not None:
        progress(f"asking {model.name}")
        found = propose(video, model, every=1, most=10**9)
        proposals = [(p.picture, *p.box, p.score) for p in found]
    progress("following")
    grey = (p.pixels for p in pictures(video, widest=10**5))
    return follow_file(grey, info.rate, log, proposals, out, video.stem)
