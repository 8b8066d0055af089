"""A small case with everything that moves: a generated clip, a car's track with a gap, a sensor's path, watches, sorties, claims."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage.generate.make import EPOCH_US, Plan, make_clip
from folders import ARABIC, DARI
from geotiff import write_geotiff

FRAMES, RATE = 90, 30.0


def stamp(us: float) -> str:
    return datetime.fromtimestamp(us / 1e6, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def whole(seconds: float) -> str:
    return datetime.fromtimestamp(EPOCH_US / 1e6 + seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(path: Path, columns: str, rows: list) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)


def ground(plan: Plan, east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude of a point of the scene."""
    lat, lon, _ = geo.to_geodetic(plan.scene.to_earth(np.array([east]), np.array([north]), np.zeros(1)))
    return float(lat[0]), float(lon[0])


def write_scene(root: Path, plan: Plan | None = None, *, clips: int = 1):
    """The case, and the truth of its clip."""
    plan = plan or Plan(frames=FRAMES, rate=RATE, size=(320, 240))
    (root / "footage").mkdir(parents=True, exist_ok=True)
    truth = make_clip(root / "footage" / "clip.ts", plan)
    for n in range(2, clips + 1):
        make_clip(root / "footage" / f"clip{n}.ts", plan)
    gate, yard = ground(plan, 0, 0), ground(plan, 90, 40)
    (root / "case.toml").write_text(
        f"""id = "filmed"
title = "An invented incident with footage"
date = "2020-09-13"
time = "{whole(3)}"
utc_offset = "+04:30"
place = "yard"
handling = "TLP:CLEAR"
[[question]]
id = "q1"
text = "What was in the van?"
  [[question.hypothesis]]
  id = "bomb"
  text = "a bomb"
  [[question.hypothesis]]
  id = "water"
  text = "water"
""",
        encoding="utf-8",
    )
    write(root / "sources.csv", "id,name,reliability", [["S1", "first spokesman", "C"], ["S2", ARABIC, "B"]])
    write(
        root / "facts.csv",
        "id,question,text,place,stop",
        [["F1", "q1", "loading at the gate", "", "T1"], ["F2", "q1", "a flash in the yard", "yard", ""]],
    )
    write(
        root / "expect.csv",
        "question,hypothesis,F1,F2",
        [["q1", "bomb", "very likely", "0.8-0.95"], ["q1", "water", "likely", "0.01-0.05"]],
    )
    write(
        root / "origins.csv",
        "id,fact,kind,hit,false_alarm,opportunity",
        [
            ["O1", "F1", "video", "0.6-0.9", "0.1-0.4", ""],
            ["O2", "F2", "eyewitness", "0.6-0.9", "0.05-0.2", "coverage:yard"],
        ],
    )
    write(
        root / "claims.csv",
        "id,said_at,public_at,source,origin,says,directness,quote_summary",
        [
            ["K1", "2020-09-13", "2020-09-13", "S1", "O1", "yes", "second_hand", "men load something heavy"],
            ["K2", "2020-09-14", "2020-09-20", "S2", "O2", "no", "first_hand", DARI],
            ["K3", "2020-09-14", "2020-09-14", "S1", "O1", "yes", "second_hand", "the same again"],
        ],
    )
    write(
        root / "places.csv",
        "id,name,lat,lon,error_m,how,label",
        [
            ["gate", "gate of the depot", *gate, 15, "seen in the film", "TLP:CLEAR"],
            ["yard", f"yard, {ARABIC}", *yard, 25, "derived", "TLP:CLEAR"],
        ],
    )
    write(
        root / "stops.csv",
        "id,place,start,end,clock,activity,reported_by,official_reading",
        [
            ["T1", "gate", whole(0), whole(1), "camera", "cans are filled", "S2", "weapons are loaded"],
            ["T2", "yard", whole(3), "", "official", "turns in", "S1", ""],
        ],
    )
    track = [(s, *ground(plan, 30 * s, 12 * s)) for s in range(-60, 4)]
    write(
        root / "tracks" / "car.csv",
        "id,time,lat,lon",
        [["van", whole(s), lat, lon] for s, lat, lon in track if not -40 < s < -5],
    )
    pose = plan.scene.pose(np.arange(-60, 4, 1.0))
    up = pose.get("sensor_ellipsoid_height", pose.get("sensor_true_altitude"))
    write(
        root / "tracks" / "uav.csv",
        "time,lat,lon,height_m,aim_lat,aim_lon,radius_m,gsd_m",
        [
            [
                whole(s),
                pose["sensor_latitude"][i],
                pose["sensor_longitude"][i],
                3000 if up is None else up[i],
                *yard,
                120 if s % 20 else 5,
                0.2,
            ]
            for i, s in enumerate(range(-60, 4))
        ],
    )
    from pyproj import Transformer

    east, north = Transformer.from_crs("EPSG:4326", "EPSG:32642", always_xy=True).transform(yard[1], yard[0])
    z = np.full((120, 120), plan.scene.ground)
    z[40:80, 48:52] += 25.0  # a long house west of the yard
    write_geotiff(root / "surface" / "dsm.tif", z, 2.0, east - 120, north + 120, 32642)
    write(
        root / "watch.csv",
        "id,place,start,end,path,surface,basis",
        [["w1", "yard", whole(-60), whole(3), "tracks/uav.csv", "surface/dsm.tif", "judgement"]],
    )
    return truth
