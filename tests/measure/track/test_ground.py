"""Boxes on a made clip with known truth become tracks on the Earth with an error, through the verb."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from blindspot.cli import cli
from blindspot.errors import UsageError
from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage.generate.make import _Frame
from blindspot.measure.footage.generate.render import Renderer
from measure.footage.made import clip


@pytest.fixture(scope="module")
def mot(tmp_path_factory):
    """MOT text of the vehicles of a clip in every picture, the clip, and the true places by id and frame."""
    path, truth = clip()
    scene, lines, places = truth.plan.scene, [], {}
    for i in range(len(truth.moments)):
        at = truth.vehicles[i]
        pixels = Renderer.pixels(_Frame(scene, truth.plan.size), truth.view, i, at, 0.0)
        lat, lon, _ = geo.to_geodetic(scene.to_earth(at[:, 0], at[:, 1], np.zeros(len(at))))
        for k, (x, y) in enumerate(pixels + 0.5):
            lines.append(f"{i + 1},{k + 1},{x - 3:.2f},{y - 2:.2f},6,4,1,-1,-1")
            places[k + 1, i] = lat[k], lon[k]
    boxes = tmp_path_factory.mktemp("mot") / "boxes.txt"
    boxes.write_text("\n".join(lines) + "\n")
    return boxes, path, places


def test_boxes_are_placed_by_the_telemetry_of_their_clip(mot, tmp_path):
    boxes, path, places = mot
    ran = CliRunner().invoke(cli, ["track", str(boxes), "--clip", str(path), "-o", str(tmp_path), "--json"])
    found = json.loads(ran.stdout)
    assert [row["id"] for row in found["ground"]] == [f"boxes:{k}" for k in range(1, 5)]
    assert all(row["fixes"] == 150 and row["not_placed"] == 0 for row in found["ground"])
    assert 4 < found["ground"][0]["across_m"]["median"] < found["ground"][0]["along_m"]["median"] < 15
    drawn = json.loads((tmp_path / "tracks.geojson").read_text())["features"][2]
    lon, lat = np.array(drawn["geometry"]["coordinates"]).T
    true = np.array([places[3, i] for i in range(150)])
    assert geo.ground_distance(lat, lon, *true.T).max() < 1.0
    assert drawn["properties"]["times"][30] > drawn["properties"]["times"][0]
    shown = CliRunner().invoke(cli, ["track", str(boxes), "--clip", str(path)])
    assert "across the line of sight" in shown.output


def test_boxes_without_identities_are_followed_first(mot, tmp_path):
    boxes, path, _ = mot
    rows = [line.split(",") for line in boxes.read_text().splitlines()]
    (tmp_path / "nameless.txt").write_text("\n".join(",".join([r[0], "-1", *r[2:]]) for r in rows) + "\n")
    ran = CliRunner().invoke(cli, ["track", str(tmp_path / "nameless.txt"), "--clip", str(path), "--json"])
    found = json.loads(ran.stdout)
    assert 3 <= len(found["tracks"]) <= 6
    assert "no identities" in found["problems"][0]["what"]


def test_what_cannot_be_placed_is_one_line(mot, tmp_path):
    boxes, path, _ = mot
    (tmp_path / "a.csv").write_text("id,time,lat,lon\na,1630210500,34,69\n")
    cases = {
        ("no such file",): ["track", str(boxes), "--clip", "nowhere.ts"],
        ("one file of boxes",): ["track", str(boxes), str(tmp_path / "a.csv"), "--clip", str(path)],
        ("no box could be placed",): ["track", str(boxes), "--clip", str(boxes)],
    }
    for (words,), arguments in cases.items():
        ran = CliRunner().invoke(cli, arguments)
        assert isinstance(ran.exception, UsageError)
        assert words in str(ran.exception)
