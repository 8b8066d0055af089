"""An incident -> the files of a case folder: what a reviewer of it could have, with ranges, and never the truth."""

from __future__ import annotations

import csv
import io
import json
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from blindspot.case.store import write_bytes, write_text
from blindspot.example import driving, looking, town
from blindspot.example.sheets import evidence, head, release, sorties_file, tracks_file
from blindspot.example.truth import truth
from blindspot.example.wording import texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from blindspot.example.happening import Incident, Scene

MIDNIGHT = datetime(2019, 5, 13, 19, tzinfo=UTC)  # local midnight of 14 May 2019 at +05:00
TRUTH = "truth.json"
EVERY_S = 60.0
POINTING_M = 5


def write(found: Incident, root: Path) -> None:
    """Write the whole case, its truth beside it."""
    write_text(root / "case.toml", head(found, at(found.yard.hour)))
    for name, (columns, rows) in evidence(found).items():
        write_text(root / name, table(columns, rows))
    _places(found, root)
    _watch(found, root)
    _tracks(found, root)
    for name, listed in found.lists.items():
        columns = [c for c in listed[0] if c != "who"]
        write_text(root / "lists" / f"{name}.csv", table(columns, [[row[c] for c in columns] for row in listed]))
    _texts(found, root)
    lanes = [[f"lane_{k:02d}", *row] for k, row in enumerate(found.counted.counts.tolist(), 1)]
    write_text(root / "counts" / "lanes.csv", table(["site", "count_a", "count_b", "count_c"], lanes))
    write_text(root / "release.toml", release(footage=found.options.footage))
    write_text(root / TRUTH, json.dumps(truth(found), ensure_ascii=False, indent=1) + "\n")


def at(hour: float) -> str:
    """A local hour of the day as a time in UTC."""
    return (MIDNIGHT + timedelta(seconds=round(hour * 3600))).isoformat().replace("+00:00", "Z")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV, lines ended as on Unix."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def geotiff(heights: NDArray[np.float32]) -> bytes:
    """A one-band GeoTIFF of the surface: one strip of 32-bit heights (TIFF 6.0; OGC GeoTIFF 1.1)."""
    rows, columns = heights.shape
    pixels = heights.astype("<f4").tobytes()
    keys = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, town.EPSG)
    tie = (0.0, 0.0, 0.0, town.EAST, town.NORTH + rows, 0.0)
    long = {33550: ("d", (1.0, 1.0, 0.0)), 33922: ("d", tie), 34735: ("H", keys)}
    short = {256: columns, 257: rows, 258: 32, 259: 1, 262: 1, 273: 8, 277: 1, 278: rows, 279: len(pixels), 339: 3}
    after, entries = b"", [(tag, struct.pack("<HHII", tag, 4, 1, value)) for tag, value in short.items()]
    for tag, (kind, values) in long.items():
        place = 8 + len(pixels) + len(after)
        after += struct.pack(f"<{len(values)}{kind}", *values)
        entries.append((tag, struct.pack("<HHII", tag, 12 if kind == "d" else 3, len(values), place)))
    directory = struct.pack("<H", len(entries)) + b"".join(e for _, e in sorted(entries)) + bytes(4)
    return struct.pack("<2sHI", b"II", 42, 8 + len(pixels) + len(after)) + pixels + after + directory


def _places(found: Incident, root: Path) -> None:
    metres = found.town.places
    lat, lon = town.degrees(np.array([p[0] for p in metres.values()]), np.array([p[1] for p in metres.values()]))
    rows = []
    for k, name in enumerate(metres):
        yard = {"yard": found.town.yard, "house": found.town.house}.get(name)
        # a yard is given as the circle of the same area
        error = round(float(np.sqrt(np.prod(yard.court) / np.pi)), 1) if yard else 10
        rows.append([name, name.replace("_", " "), f"{lat[k]:.6f}", f"{lon[k]:.6f}", error, "surveyed", ""])
    write_text(root / "places.csv", table(["id", "name", "lat", "lon", "error_m", "how", "label"], rows))


def _watch(found: Incident, root: Path) -> None:
    write_bytes(root / "surface" / "town.tif", geotiff(found.heights))
    write_bytes(root / "surface" / "ground.tif", geotiff(np.full_like(found.heights, town.GROUND_M)))
    strike = found.yard.hour
    yard, house = found.yard.known, found.house.known
    basis = "invented: a range about the number of the simulated world"
    columns = [
        "id", "place", "start", "end", "sensor", "on_station", "in_view", "setting", "wall_m", "width_m", "depression_deg", "surface", "ground",
        "path", "gsd_m", "attention", "looks", "pointing_error_m", "height_error_m", "basis",
    ]  # fmt: skip
    from blindspot.example.happening import WINDOW_S

    rows: list[list[object]] = [
        ["yard_last_minutes", "yard", at(strike - WINDOW_S / 3600), at(strike), "the drone", "", "", "", "", "", "", "surface/town.tif",
         "surface/ground.tif", "flights/camera.csv", yard["gsd_m"].text, yard["attention"].text, "1-3", POINTING_M, 0.2, basis],
        ["house_morning", "house", at(found.house.hour), at(found.house.hour + 0.1), "a drone, where one was there", house["on_station"].text,
         house["in_view"].text, "courtyard", house["wall_m"].text, house["width_m"].text, house["depression_deg"].text, "", "", "",
         house["gsd_m"].text, house["attention"].text, "1-3", "", "", basis],
    ]  # fmt: skip
    write_text(root / "watch.csv", table(columns, rows))
    columns = [
        "id", "place", "when", "households", "table", "children", "home_adult", "home_child", "passers", "outdoors", "together", "seen", "basis",
    ]  # fmt: skip
    rows = [_home("yard", found.yard, basis), _home("house", found.house, basis)]
    write_text(root / "households.csv", table(columns, rows))
    write_text(root / "occupancy" / "town.csv", table(["size_from", "size_to", "share"], found.survey))


def _home(name: str, scene: Scene, basis: str) -> list[object]:
    k, passers = scene.known, scene.known.get("passers")
    return [
        name, name, f"{at(scene.hour - 1 / 30)}/{at(scene.hour)}", "{}-{}".format(*scene.households), "town.csv", k["children"].text,
        k["home_adult"].text, k["home_child"].text, passers.text if passers else "", k["outdoors"].text, k["together"].text, scene.noticed, basis,
    ]  # fmt: skip


def _tracks(found: Incident, root: Path) -> None:
    from blindspot.example.happening import EVERY_S as STEP_S
    from blindspot.example.happening import WINDOW_S

    east, north, up = looking.orbit(found.yard.eye, found.town.yard.middle, found.radius_m, found.above_m)
    lat, lon = town.degrees(east, north)
    aim_lat, aim_lon = town.degrees(found.aim[:, 0], found.aim[:, 1])
    first = found.yard.hour - WINDOW_S / 3600
    rows = [
        [at(first + k * STEP_S / 3600), f"{lat[k]:.6f}", f"{lon[k]:.6f}", round(float(up[k]), 1), f"{aim_lat[k]:.6f}", f"{aim_lon[k]:.6f}",
         round(found.footprint_m, 1), "", 1]
        for k in range(len(lat))
    ]  # fmt: skip
    columns = ["time", "lat", "lon", "height_m", "aim_lat", "aim_lon", "radius_m", "gsd_m", "attended"]
    write_text(root / "flights" / "camera.csv", table(columns, rows))
    t, places = found.car
    write_text(root / "tracks" / "car.csv", _track({"car": (t, places)}))
    rng = np.random.default_rng([found.options.seed, 20])
    days = {f"v{k:02d}": driving.track(rng, day, EVERY_S, 6.0)[:2] for k, day in enumerate(found.background)}
    write_text(root / "tracks" / "background.csv", _track(days))
    write_text(root / "tracks.toml", tracks_file(found))
    lat0, lon0 = town.degrees(np.zeros(1), np.zeros(1))
    write_text(root / "sorties.toml", sorties_file(found, float(lat0[0]), float(lon0[0])))


def _track(tracks: Mapping[str, tuple[town.Floats, town.Floats]]) -> str:
    lines = ["id,time,lat,lon"]
    for name, (t, places) in tracks.items():
        lat, lon = town.degrees(places[:, 0], places[:, 1])
        seconds = MIDNIGHT.timestamp() + t
        lines += [f"{name},{s:.0f},{a:.6f},{b:.6f}" for s, a, b in zip(seconds, lat, lon, strict=True)]
    return "\n".join(lines) + "\n"


def _texts(found: Incident, root: Path) -> None:
    rows = []
    for name, (day, outlet, kind, text) in texts(found.told).items():
        write_text(root / "texts" / name, text + "\n")
        rows.append([name, day, outlet, kind])
    write_text(root / "texts.csv", table(["id", "public_at", "source", "kind"], rows))
