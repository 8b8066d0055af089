"""What moved, as the case records it? Tracks of vehicles, and the ways of sensors that are given as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blindspot.errors import BlindspotError, CaseError, UsageError
from blindspot.publish.report.columns import DEGREES, steps

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from blindspot.case import Case
    from blindspot.case.watch import Watch

MOST_TRACKS = 24  # drawn; the base rate reads them all
MOST_FIXES = 12_000  # of one track
LEAST_GAP_S = 10.0
GAP = 5.0  # times the usual step between fixes: from there on the vehicle was not followed


def moves(case: Case, watches: Iterable[Watch]) -> tuple[dict[str, Any], list[str]]:
    """`{"vehicles": [...], "sensors": [...]}` and what could not be drawn, in words."""
    said: list[str] = []
    paths = sorted({w.path for w in watches if w.path and w.path.lower().endswith(".csv")})
    sensors = [found for name in paths if (found := _sensor(case.root, name, said)) is not None]
    return {"vehicles": _vehicles(case, set(paths), said), "sensors": sensors}, said


def _vehicles(case: Case, sensors: set[str], said: list[str]) -> list[dict[str, Any]]:
    """Tracks of the case that are no background and no sensor's way, the longest first where there are many."""
    from blindspot.measure.track.read import SUFFIXES, read_tracks

    folder = case.root / "tracks"
    files = [
        p
        for p in sorted(folder.glob("*"))
        if p.is_file()
        and p.suffix.lower() in SUFFIXES
        and not p.name.startswith(("background", "."))
        and p.relative_to(case.root).as_posix() not in sensors
    ]
    found: list[tuple[str, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]] = []
    for path in files:
        try:
            tracks = read_tracks([path], utc_offset=case.head.utc_offset).tracks
        except (UsageError, CaseError) as error:
            said.append(f"tracks/{path.name}: {str(error).splitlines()[0]}")
            continue
        degrees = tracks.degrees()
        if degrees is None:
            said.append(f"tracks/{path.name}: lies on a plane of its own, not on the Earth")
            continue
        lat, lon = degrees
        found += [(name, tracks.t[part], lat[part], lon[part]) for name, part in tracks]
    if len(found) > MOST_TRACKS:
        said.append(f"{len(found) - MOST_TRACKS} of {len(found)} tracks: the longest are drawn")
        found = sorted(found, key=lambda f: (-len(f[1]), f[0]))[:MOST_TRACKS]
    return [_track(*f) for f in sorted(found, key=lambda f: f[0])]


def _track(name: str, t: NDArray[np.float64], lat: NDArray[np.float64], lon: NDArray[np.float64]) -> dict[str, Any]:
    """A track in columns, and its gaps: where the step between two fixes is far longer than usual."""
    apart = np.diff(t)
    usual = float(np.median(apart)) if len(apart) else 0.0
    wide = np.flatnonzero(apart > max(LEAST_GAP_S, GAP * usual))
    every = max(1, -(-len(t) // MOST_FIXES))
    keep = np.unique(np.concatenate([np.arange(0, len(t), every), wide, wide + 1, [len(t) - 1]])) if len(t) else wide
    return {
        "id": name,
        "n": len(keep),
        "ms": steps(t[keep] * 1000, 1),
        "lat": steps(lat[keep], DEGREES),
        "lon": steps(lon[keep], DEGREES),
        "gaps": [[round(float(t[i]) * 1000), round(float(t[i + 1]) * 1000)] for i in wide],
        "every": every,
    }


def _sensor(root: Path, name: str, said: list[str]) -> dict[str, Any] | None:
    """A sensor's way from a table: position, aim and the circle that was in view."""
    from blindspot.measure.coverage.reading import read_path

    try:
        path = read_path(root, name, lambda lat, lon: (lon, lat))
    except (BlindspotError, OSError) as error:
        what = error.diagnostics() if isinstance(error, BlindspotError) else str(error)
        said.append(f"{name}: {what.splitlines()[0].removeprefix(f'{name}:').strip()}")
        return None
    every = max(1, -(-len(path.time) // MOST_FIXES))
    part = slice(None, None, every)
    return {
        "id": name.rpartition("/")[2],
        "n": len(path.time[part]),
        "ms": steps(path.time[part] * 1000, 1),
        "lat": steps(path.north[part], DEGREES),
        "lon": steps(path.east[part], DEGREES),
        "aim_lat": steps(path.aim_north[part], DEGREES),
        "aim_lon": steps(path.aim_east[part], DEGREES),
        "radius": steps(path.radius[part], 10),
        "gsd": steps(path.gsd[part], 1000),
        "every": every,
    }
