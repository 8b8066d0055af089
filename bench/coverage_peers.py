"""Coverage beside its peers in one run: GDAL in process, xarray-spatial, simpy. Prints a Markdown table.

    python bench/coverage_peers.py SHARED_DATA

needs rasterio, xarray-spatial and simpy (the extra `bench`). Times are CPU seconds of this process; a ratio is of one run.
"""

import ctypes
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import rasterio
import simpy
import xarray as xr
from xrspatial import viewshed

from blindspot.measure.coverage import fleet
from blindspot.measure.coverage.aircraft import KMH
from blindspot.measure.coverage.borders import country
from blindspot.measure.coverage.claims import Limits, Statement, solve
from blindspot.measure.coverage.horizon import code, horizon, horizons, swept_from
from blindspot.measure.coverage.march import march
from blindspot.measure.coverage.reading import read_surface
from blindspot.measure.coverage.relief import fly
from blindspot.measure.coverage.routes import NAUTICAL_MILE, Route, closed_zone, shortest_routes
from blindspot.measure.coverage.sight import seen_share
from blindspot.measure.coverage.sorties import aircraft_for_orbit, transit_share
from blindspot.measure.coverage.surface import Surface
from blindspot.quantities import Range

PERSON, ORBIT, UP = 1.7, 8000.0, 6000.0


def cpu(run, times=1):
    start = time.process_time()
    for _ in range(times):
        found = run()
    return (time.process_time() - start) / times, found


class Gdal:
    """GDALViewshedGenerate of the library inside rasterio's wheel, raster and result in memory."""

    def __init__(self, file, shape):
        wheel = Path(rasterio.__file__).parents[1] / "rasterio.libs"
        lib = ctypes.CDLL(str(next(wheel.glob("libgdal*"))))
        p, d, i = ctypes.c_void_p, ctypes.c_double, ctypes.c_int
        lib.GDALOpen.restype = lib.GDALGetRasterBand.restype = lib.GDALViewshedGenerate.restype = p
        lib.GDALGetRasterBand.argtypes = [p, i]
        lib.GDALViewshedGenerate.argtypes = [p, ctypes.c_char_p, ctypes.c_char_p, p, *[d] * 9, i, d, p, p, i, p]
        lib.GDALRasterIO.argtypes = [p, *[i] * 5, p, *[i] * 5]
        lib.GDALClose.argtypes = [p]
        lib.CPLSetErrorHandler.argtypes = [p]
        lib.GDALAllRegister()
        lib.CPLSetErrorHandler(ctypes.cast(lib.CPLQuietErrorHandler, p))
        self.lib, self.shape = lib, shape
        self.band = lib.GDALGetRasterBand(lib.GDALOpen(str(file).encode(), 0), 1)

    def __call__(self, east, north, up):
        out = self.lib.GDALViewshedGenerate(
            self.band, b"MEM", b"", None, east, north, up, PERSON, 255.0, 0.0, 0.0, -1.0, 0.0, 2, 0.0, None, None, 1, None
        )  # fmt: skip
        rows, columns = self.shape
        found = np.empty(self.shape, np.uint8)
        self.lib.GDALRasterIO(
            self.lib.GDALGetRasterBand(out, 1), 0, 0, 0, columns, rows, found.ctypes.data, columns, rows, 1, 0, 0
        )
        self.lib.GDALClose(out)
        return found > 0


def orbit(surface, n):
    turn = 2 * np.pi * np.arange(n) / n
    rows, columns = surface.z.shape
    east = surface.x + columns / 2 + ORBIT * np.sin(turn)
    north = surface.y - rows / 2 + ORBIT * np.cos(turn)
    return np.column_stack([east, north, np.full(n, UP + float(surface.z.mean()))])


def sight_lines(shared):
    file = shared / "coverage" / "synthetic_city_1000.tif"
    surface = read_surface(file)
    corner = Surface(surface.z[:80, :80], 1.0)
    seen_share(corner, horizons(corner, PERSON, 4), orbit(corner, 8))  # compiled once, outside the clock
    swept_from(corner, 9e3, 9e3, 6e3, PERSON)
    positions = orbit(surface, 1000)
    ours, _ = cpu(lambda: seen_share(surface, horizons(surface, PERSON), positions))
    maps = horizons(surface, PERSON)
    more, _ = cpu(lambda: seen_share(surface, maps, np.tile(positions, (10, 1))))
    gdal = Gdal(file, surface.z.shape)
    gdal(*positions[0])
    some = positions[::40]
    each, views = cpu(lambda: [gdal(*p) for p in some])
    exact_time, exact = cpu(lambda: [swept_from(surface, *p, PERSON) for p in some])
    fewer = seen_share(surface, maps, some)
    print("| 1,000 stand-off positions, 1000 x 1000 cells | CPU-s | ratio |\n|---|---|---|")
    print(f"| blindspot: 72 directions and look-up | {ours:.2f} | 1 |")
    print(f"| blindspot: 10,000 positions, look-up alone | {more:.2f} | {more / ours:.2f} |")
    print(
        f"| GDAL {rasterio.__gdal_version__} in process, {len(some)} run, x {1000 // len(some)} | {each * 1000 / len(some):.1f} | {each * 1000 / len(some) / ours:.1f} |"
    )
    print(
        f"| blindspot, each position by itself ({len(some)} run) | {exact_time * 1000 / len(some):.1f} | {exact_time * 1000 / len(some) / ours:.1f} |"
    )
    grid = xr.DataArray(
        surface.z, dims=("y", "x"), coords={"y": surface.y - np.arange(1000.0), "x": surface.x + np.arange(1000.0)}
    )
    slow, _ = cpu(lambda: viewshed(grid, x=surface.x + 500, y=surface.y - 500, observer_elev=60, target_elev=PERSON))
    print(
        f"| xarray-spatial, 1 run inside the raster (it refuses stand-off), x 1000 | {slow * 1000:,.0f} | {slow * 1000 / ours:,.0f} |"
    )
    mean = np.mean(exact, axis=0)
    print(f"\nseen share over {len(some)} positions: blindspot map against each by itself: mean absolute difference "
          f"{np.abs(fewer - mean).mean():.4f}, means {fewer.mean():.4f} and {mean.mean():.4f}; GDAL {np.mean(views):.4f}")  # fmt: skip


def correctness(shared):
    folder = shared / "coverage" / "umep_golden"
    surface = Surface(np.load(folder / "input_dsm.npy").astype(float), 1.0)
    print("\n| golden shadows (UMEP) | agreement |\n|---|---|")
    for name, azimuth, elevation in (("morning", 90, 30), ("noon", 180, 60), ("afternoon", 270, 45)):
        golden = np.load(folder / f"shadow_{name}_bldg_sh.npy") > 0.5
        print(
            f"| {name} | {((code(np.tan(np.radians(elevation))) > horizon(surface, azimuth)) == golden).mean():.5%} |"
        )
    print(
        "\n| 10 km slant, 37 degrees, Athens: hidden cells called visible | one position | map of 72 | map of 360 |\n|---|---|---|---|"
    )
    athens = read_surface(shared / "coverage" / "athens_dsm_1m.tif")
    rows, columns = athens.z.shape
    maps = {k: horizons(athens, PERSON, k) for k in (72, 360)}
    for azimuth in (17, 63, 100, 151, 200, 295, 340):
        away, up = 1e4 * np.cos(np.radians(37)), 1e4 * np.sin(np.radians(37)) + athens.z.mean()
        row, column = rows / 2 - away * np.cos(np.radians(azimuth)), columns / 2 + away * np.sin(np.radians(azimuth))
        exact = march(athens.z, athens.z + PERSON, row, column, up)
        at = (athens.x + column, athens.y - row, up)
        views = [swept_from(athens, *at, PERSON)]
        views += [seen_share(athens, m, np.array([at])) > 0.999 for m in maps.values()]
        wrong = [(v & ~exact).sum() / (~exact).sum() for v in views]
        print(f"| {azimuth} | " + " | ".join(f"{w:.2%}" for w in wrong) + " |")


def flights(_):
    zone = closed_zone(country("Iran"), 12 * NAUTICAL_MILE)
    bases = {"Al Udeid": (25.1173, 51.31495), "Al Dhafra": (24.23958, 54.5494), "Bagram": (34.94603, 69.26548)}
    places = {"Kabul": (34.566, 69.212), "Kandahar": (31.506, 65.848)}
    found = shortest_routes(bases, places, [zone])
    print("\n| route | km | reference |\n|---|---|---|")
    for key, km in (
        (("Al Udeid", "Kabul"), 2342.3),
        (("Al Udeid", "Kandahar"), 1891.8),
        (("Al Dhafra", "Kabul"), 2021.3),
        (("Al Dhafra", "Kandahar"), 1570.8),
        (("Bagram", "Kabul"), 42.5),
    ):
        print(f"| {key[0]} - {key[1]} | {found[key].km:.1f} | {km} |")
    print(f"\nshare(2342 km, 370 km/h, 21.1 h) = {transit_share(2342e3, 370 * KMH, 21.1):.4f}; aircraft for one orbit: "
          f"{aircraft_for_orbit(20.02, 9.98, 4)}, {aircraft_for_orbit(12.0, 8.0, 4)}, {aircraft_for_orbit(0.23, 19.77, 4)}")  # fmt: skip
    limits = Limits(Range(100 * KMH, 443 * KMH), Range(10, 37), Range(3, 5))
    three = [
        Statement("share", "transit_share", 2 / 3, 2 / 3),
        Statement("hours", "endurance_h", 30, 30),
        Statement("every", "takeoff_interval_h", 10, 10),
        Statement("8h", "round_trip_h", 0, 8),
    ]
    answers, sets = solve(three, {"Al Udeid": Route("Al Udeid", "Kabul", 2342e3, ())}, limits)
    print(
        f"largest set: {sets[0].ids} at {sets[0].speed.low / KMH:.0f} km/h; round trip of 8 h holds: {answers[3].holds}, needs {answers[3].needs / KMH:.0f} km/h"
    )


def simulated():
    plan = fleet.Plan(2342 / 370, Range(18.0, 20.0), 1.0, 4.0)
    draws = fleet.draw(plan, 100_000, np.random.SeedSequence(fleet.SEED).spawn(1)[0])
    arrays = (draws.transit, draws.station, draws.turnaround, draws.aborts)
    fly(4, *arrays)
    ours, found = cpu(lambda: fly(4, *arrays), 20)
    theirs, cover = cpu(lambda: in_simpy(4, draws))
    drawn, _ = cpu(lambda: fleet.draw(plan, 100_000, np.random.SeedSequence(1)))
    print("\n| 100,000 sorties, fleet of 4 | CPU-s | cover |\n|---|---|---|")
    print(f"| blindspot, given draws | {ours:.5f} | {found[0] / found[1]:.15f} |")
    print(f"| simpy {simpy.__version__}, the same draws | {theirs:.2f} ({theirs / ours:,.0f} times) | {cover:.15f} |")
    print(f"| drawing them | {drawn:.5f} | |")
    big, _ = cpu(lambda: fleet.simulate_cover(plan, 4, 10_000_000))
    print(f"| blindspot, 10,000,000 sorties with drawing | {big:.2f} | |")


def in_simpy(aircraft, d):
    """The same rules as processes: a dispatcher hands each sortie to the aircraft that is ready first."""
    env = simpy.Environment()
    ready = simpy.PriorityStore(env)
    for k in range(aircraft):
        ready.put(simpy.PriorityItem(0.0, k))
    told = {"leaves": 0.0, "known": 0.0, "covered": 0.0, "first": 0.0}

    def back(at):
        yield env.timeout(max(at - env.now, 0.0))

    def dispatch():
        for i in range(len(d.station)):
            item = yield ready.get()
            start = max(item.priority, told["known"], told["leaves"] - d.transit[i])
            if i == 0:
                start = 0.0
                told["first"] = told["leaves"] = d.transit[0]
            yield env.timeout(max(start - env.now, 0.0))
            if d.aborts[i] > 0:
                out = d.aborts[i] * d.transit[i]
                told["known"] = start + out
                free = start + 2 * out + d.turnaround[i]
            else:
                told["covered"] += d.station[i]
                told["leaves"] = start + d.transit[i] + d.station[i]
                free = told["leaves"] + d.transit[i] + d.turnaround[i]
            env.process(back(free))
            ready.put(simpy.PriorityItem(free, item.item))

    env.process(dispatch())
    env.run()
    return told["covered"] / (told["leaves"] - told["first"])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    data = Path(sys.argv[1])
    flights(data)
    simulated()
    correctness(data)
    print()
    sight_lines(data)
