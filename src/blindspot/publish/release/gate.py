"""Every file of a copy through the gates: its name, its structure, and every byte of it after unpacking, against the watch-list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.case.custody.sums import walk
from blindspot.publish.release.boxes import without_pixels
from blindspot.publish.release.coordinates import TOLERANCE_M, Point, distance_m
from blindspot.publish.release.ground import read_cell
from blindspot.publish.release.media import MIME
from blindspot.publish.release.model import Leak, Protected, Selection
from blindspot.publish.release.structure import structure_faults
from blindspot.publish.release.unpack import TooLarge, views
from blindspot.publish.release.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from blindspot.publish.release.policy import Profile


def scan(
    copy: Path,
    protected: Iterable[Protected],
    selection: Selection,
    profile: Profile,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Leak]:
    """Everything that the watch-list and the lists of allowed structure find in a copy."""
    # The middles of cells lie near what they stand for: they, and nothing else that the copy says, are no leak.
    public = [degree for cell in selection.cells.values() for degree in read_cell(cell["cell"]).centre]
    # A point of another file that is where a place is that goes as it stands says no more than that place.
    places = selection.tables.get("places.csv", ([], []))[1]
    open_places = [
        Point(float(r["lat"]), float(r["lon"]), r["id"])
        for r in places
        if r.get("lat") and r["id"] not in selection.cells
    ]
    protected = [
        p for p in protected if p.kind != "coordinate" or p.where.startswith("places.csv") or not _at(p, open_places)
    ]
    watch = Watch(protected, selection.kept, [a.value for a in profile.policy.allow], public)
    present, odd = walk(copy)
    leaks = [Leak(f.path, "structure", f.what) for f in odd]
    for k, name in enumerate(present):
        progress(f"searching every byte of {name} ({k} of {len(present)})")
        leaks += [Leak(name, "watch-list", f"in its name: {what}") for what in watch.search(name.encode())]
        faults = list(structure_faults(copy / name, name, selection))
        leaks += [Leak(name, "structure", what) for what in faults]
        try:
            for member, data in views(_searched(copy / name, faults, selection), name):
                leaks += [Leak(member, "watch-list", what) for what in watch.search(data)]
        except TooLarge as error:
            leaks.append(Leak(name, "watch-list", f"{error} unpacks to more than can be searched"))
    return sorted(set(leaks))


def _searched(path: Path, faults: list[str], selection: Selection) -> bytes:
    """The bytes of a file but for what tells nothing of a case, or is searched where it lies: the program of every page, the films
    that a page holds and that stand in media/ too, and coded pixels, once the structure is known to be sound.
    """
    data = path.read_bytes()
    if path.suffix == ".html":
        for text in (*selection.programs, *selection.films):
            data = data.replace(text.encode(), b"")
    return without_pixels(data) if path.suffix in MIME and not faults else data


def _at(p: Protected, places: list[Point]) -> bool:
    lat, lon = (float(x) for x in p.value.split(","))
    return any(distance_m(place, lat, lon) <= TOLERANCE_M for place in places)
