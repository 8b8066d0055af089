"""What a case says of its tracks -> base rates, ready for the command line and the weighing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import Problem, UsageError, Where
from blindspot.measure.track.baserate.answer import Answer, Background, answer, table
from blindspot.measure.track.baserate.rate import Watched
from blindspot.measure.track.baserate.synthetic import grid_streets, routes, synthetic_days
from blindspot.measure.track.baserate.visits import Visit, vehicle_days
from blindspot.measure.track.model import Frame
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.read.osm import read_streets
from blindspot.measure.track.settings import BaseRate, read_settings
from blindspot.measure.track.summary import problem_row
from blindspot.quantities import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from blindspot.case import Case
    from blindspot.case.rows import Place
    from blindspot.measure.track.model import Tracks

FAR_M = 50_000.0  # a background whose tracks stay further from the places than this is of another town


def base_rates(
    case: Case,
    backgrounds: Sequence[Path] = (),
    *,
    fresh_settings: tuple[BaseRate, ...] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, tuple[Answer, dict[str, Any]]]:
    """By id, the answer and its table.

    Backgrounds: the files named, else tracks/background* of the case, else every file of tracks/, else synthetic days.
    Raises UsageError (no places, under 30 vehicle-days) and CaseError (tracks.toml).
    """
    wanted = fresh_settings or read_settings(case.root).base_rate or (BaseRate(),)
    if not case.places:
        raise UsageError(f"{case.root.name}: places.csv holds no place; a base rate needs places that were watched.")
    offset = _offset(case.head.utc_offset)
    paths = list(backgrounds) or _own(case.root)
    sets: list[tuple[str, Tracks]] = []
    problems: list[Problem] = []
    for path in paths:
        read = read_tracks([path], utc_offset=case.head.utc_offset)
        problems += read.problems
        if len(read.tracks.t):
            sets.append((path.name, read.tracks))
    if len(sets) > 1 and not backgrounds and not any(name.startswith("background") for name, _ in sets):
        read = read_tracks(paths, utc_offset=case.head.utc_offset)  # one file per vehicle
        sets = [("tracks", read.tracks)]
    out = {}
    for question in wanted:
        out[question.id] = _one(case, question, sets, offset, problems, progress)
    return out


def _one(
    case: Case,
    question: BaseRate,
    sets: list[tuple[str, Tracks]],
    offset: float,
    problems: list[Problem],
    progress: Callable[[str], None],
) -> tuple[Answer, dict[str, Any]]:
    visited = {stop.place for stop in case.stops.values() if stop.place}
    unknown = sorted(set(question.places) - set(case.places))
    if unknown:
        raise UsageError(f"tracks.toml: base_rate {question.id}: {', '.join(unknown)} is not in places.csv.")
    names = question.places or tuple(sorted(visited & set(case.places))) or tuple(case.places)
    seen = question.seen if question.seen is not None else (len(visited & set(names)) or len(names))
    listed = question.listed or Range(len(names), len(names))
    lists = tuple(sorted({max(int(listed.low), seen, 1), max(int(listed.high), seen, 1)}))
    visit = Visit(question.visit, question.radius_m, question.least_s, question.error_m)
    places = [case.places[name] for name in names]
    backgrounds = []
    for name, tracks in sets:
        days = vehicle_days(tracks, visit, utc_offset_s=offset, hours=question.hours)
        here = _watched(tracks.frame, places) if tracks.frame and _near(tracks, places) else ()
        backgrounds.append(Background(name, days, here))
    if not sets:
        backgrounds = list(_synthetic(case, places, visit, question.hours, offset))
    found = answer(tuple(backgrounds), visit, seen, lists, question.p_visit, question.basis, progress=progress)
    rows = [
        {"id": p.id, "name": p.name, "lat": p.lat, "lon": p.lon, "error_m": p.error_m, "visited": p.id in visited}
        for p in places
    ]
    made = table(found, visit, rows, question.id)
    made["problems"] = [problem_row(p) for p in problems]
    if not sets:
        says = "no tracks in the case: the background is synthetic (errand, delivery and taxi days on invented streets)"
        made["problems"].append(
            problem_row(Problem(Where("tracks"), says, None, "put tracks of the town into tracks/background"))
        )
    return found, made


def _synthetic(
    case: Case, places: list[Place], visit: Visit, hours: tuple[float, float], offset: float
) -> tuple[Background, ...]:
    frame = Frame(float(np.mean([p.lat for p in places])), float(np.mean([p.lon for p in places])))
    watched = _watched(frame, places)
    x, y = np.array([w.x for w in watched]), np.array([w.y for w in watched])
    extracts = sorted((case.root / "tracks").glob("*.osm"))
    streets = read_streets(extracts[0], frame) if extracts else grid_streets(x, y)
    morning = float(np.floor(case.head.date.start.timestamp() / 86_400) * 86_400) - offset + 7 * 3600
    roads = routes(streets, x, y)
    out = []
    for busy in (False, True):
        tracks = synthetic_days(roads, frame, busy=busy, start_s=morning)
        days = vehicle_days(tracks, visit, utc_offset_s=offset, hours=hours)
        name = "synthetic, watched places busy" if busy else "synthetic, watched places like any other"
        # The invented town has each place at one crossing, so that its error plays no part here.
        nodes = zip(watched, roads.watched, strict=True)
        exact = tuple(Watched(w.id, float(streets.x[k]), float(streets.y[k])) for w, k in nodes)
        out.append(Background(name, days, exact, synthetic=True))
    return tuple(out)


def _watched(frame: Frame, places: list[Place]) -> tuple[Watched, ...]:
    x, y = frame.to_plane(np.array([p.lat for p in places]), np.array([p.lon for p in places]))
    return tuple(Watched(p.id, float(a), float(b), p.error_m) for p, a, b in zip(places, x, y, strict=True))


def _near(tracks: Tracks, places: list[Place]) -> bool:
    watched = _watched(tracks.frame, places) if tracks.frame else ()
    return any(bool((np.hypot(tracks.x - w.x, tracks.y - w.y) < FAR_M).any()) for w in watched)


def _own(root: Path) -> list[Path]:
    folder = root / "tracks"
    if not folder.is_dir():
        return []
    background = sorted(folder.glob("background*"))
    return background or sorted(
        p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".") and p.suffix != ".osm"
    )


def _offset(text: str) -> float:
    sign = -1.0 if text.startswith("-") else 1.0
    return sign * (int(text[1:3]) * 3600 + int(text[4:6]) * 60)
