"""Do lag, belonging, geometry, resolution and outputs answer what is known to be true?"""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from blindspot.cli import cli
from blindspot.errors import UsageError
from blindspot.measure.footage import clip_offers, opportunity
from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage.clocks import BY_PLACE, unwrap
from blindspot.measure.footage.detector import propose
from blindspot.measure.footage.footprint import targets_to_ground
from blindspot.measure.footage.imapb import imapb_pack, imapb_scale
from blindspot.measure.footage.lag import find_lag
from blindspot.measure.footage.movers import movers
from blindspot.measure.footage.resolution import ADULT, CAR, CHILD, heights, niirs, told_apart, transfer
from blindspot.quantities import Range
from measure.footage.made import Faults, Scene, clip, read


@pytest.mark.parametrize("lag", [-60, -31, -1, 0, 1, 17, 60])
def test_an_injected_lag_is_recovered_exactly(lag):
    found = read(frames=240)
    shifted = find_lag(found.main.view, found.main.times.best + lag / 30, found.motion)
    assert (shifted.frames, shifted.matches) == (lag, True)
    assert lag - 1 <= shifted.low <= lag <= shifted.high <= lag + 1


def test_a_lag_written_into_the_file_is_read_back():
    assert read(faults=Faults(lag=-9)).main.lag.frames == -9


@pytest.mark.parametrize("seed", [1, 5])
def test_telemetry_of_another_clip_is_called_foreign_and_its_own_is_not(seed):
    assert read(scene=Scene(seed=seed)).main.lag.matches is True
    other = read(scene=Scene(seed=seed), faults=Faults(other=Scene(seed=seed + 50)))
    assert other.main.lag.matches is False
    assert other.main.lag.frames is None
    assert any("does not describe these pictures" in p for p in other.problems)


def test_too_little_is_said_to_be_too_little():
    found = read(frames=20)
    assert found.main.lag.frames is None
    assert found.main.lag.why.startswith("not measurable")


def test_boresight_moves_the_truth_and_consistency_cannot_see_it():
    found, made = (
        read(frames=20, faults=Faults(boresight=(0.3, 0.0))),
        clip(frames=20, faults=Faults(boresight=(0.3, 0.0)))[1],
    )
    f = found.main.footprints
    assert np.nanmax(f.centre_gap) < 1
    truth = geo.to_geodetic(geo.meet_ellipsoid(made.view.origin, made.view.look[:, :, 0], made.view.ground))
    miss = geo.ground_distance(f.lat, f.lon, truth[0], truth[1])
    assert np.median(miss) == pytest.approx(
        np.median(f.slant_range) * np.radians(0.3) * np.cos(np.radians(37)), rel=0.3
    )


def test_a_leap_of_the_clock_is_said():
    found = read(frames=60, faults=Faults(jump=(30, 7.0)))
    assert any("jumps against the pictures" in p for p in found.problems)
    low, high = found.offsets[0].low, found.offsets[0].high
    assert (low, high) == pytest.approx((0, 7), abs=1e-5)


def test_without_pts_a_packet_has_bounds_and_no_time():
    seen = read(frames=40, synchronous=False, stamped=False).main
    assert np.isnan(seen.times.best).all()
    assert (seen.times.basis == BY_PLACE).all()
    truth = 1 + np.arange(40) / 30
    assert ((seen.times.low - 1e-6 <= truth) & (truth <= seen.times.high + 1e-6)).all()


def test_pts_past_the_wrap():
    ticks = (np.arange(5) * 3000 + (1 << 33) - 6000) % (1 << 33)
    assert np.diff(unwrap(ticks)) == pytest.approx([1 / 30] * 4)


@pytest.mark.parametrize("legacy", [True, False])
def test_targets_in_both_mappings(legacy):
    seen = read(frames=30, legacy=legacy).main
    targets = seen.telemetry.targets
    assert len(targets) > 4
    assert (targets.legacy == legacy).all()
    assert set(targets.located) == {"absolute"}
    lat, lon = targets_to_ground(seen.view, targets, (256, 192))
    # The pixel of a target is a whole number: half a pixel either way.
    assert np.nanmax(geo.ground_distance(lat, lon, targets.lat, targets.lon)) < 1.5 * np.nanmax(seen.footprints.gsd)


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(-400, 12000))
def test_geodetic_there_and_back(lat, lon, height):
    at = geo.to_ecef(np.array(lat), np.array(lon), np.array(height))
    back = geo.to_geodetic(at)
    assert [float(b) for b in back] == pytest.approx([lat, lon, height], abs=1e-6)


@given(st.floats(0, 359), st.floats(-80, -10), st.floats(-100, 3000))
def test_rays_end_at_the_height_they_were_sent_to(azimuth, elevation, height):
    origin = geo.to_ecef(np.array(34.0), np.array(69.0), np.array(6000.0))
    look = geo.north_east_down(np.array(34.0), np.array(69.0)) @ geo.rotation(azimuth, elevation, 0.0)
    hit = geo.meet_ellipsoid(origin, look[:, 0], np.array(height))
    assert float(geo.to_geodetic(hit)[2]) == pytest.approx(height, abs=1e-3)


def test_rays_on_a_surface_stop_at_the_hill_that_stands_before_the_plain():
    class Hill:
        low, high, step = 0.0, 300.0, 10.0

        def height(self, lat, lon):
            return np.where(np.abs(lat - 34.02) < 0.002, 300.0, 0.0)

    origin = geo.to_ecef(np.array([34.0]), np.array([69.0]), np.array([600.0]))
    look = geo.north_east_down(np.array([34.0]), np.array([69.0])) @ geo.rotation(0.0, -8.0, 0.0)
    lat, _, height = geo.to_geodetic(geo.meet_surface(origin, look[:, :, 0], Hill()))
    # 8 degrees down from 600 m comes to 300 m after 2,135 m, on the hill; without it, to the plain after 4,270 m.
    assert lat[0] == pytest.approx(34 + 2135 / 110_930, abs=5e-5)
    assert height[0] == pytest.approx(300, abs=1)
    away = geo.to_geodetic(
        geo.meet_surface(origin, (geo.north_east_down(34.0, 69.0) @ geo.rotation(180.0, -8.0, 0.0))[:, 0][None], Hill())
    )
    assert away[2][0] == pytest.approx(0, abs=10)


@given(st.floats(-900, 40000), st.integers(2, 6))
def test_imapb_there_and_back(value, size):
    scale, offset = imapb_scale(-900, 40000, size)
    assert imapb_pack(value, -900, 40000, size) * scale + offset == pytest.approx(value, abs=scale * 1.01)


def test_zero_is_exact_where_the_range_spans_it():
    scale, offset = imapb_scale(-19.2, 19.2, 3)
    assert imapb_pack(0, -19.2, 19.2, 3) * scale + offset == pytest.approx(0, abs=1e-12)


def test_niirs_is_that_of_the_published_case():
    assert niirs(0.52832, 90, 0.35, 50) == pytest.approx(5.015, abs=5e-4)


def test_half_of_observers_at_n50():
    assert transfer(4.0, 4.0) == pytest.approx(0.5)


@given(st.floats(0.02, 3), st.floats(10, 80))
def test_finer_is_never_worse_and_ranges_stand_upright(gsd, depression):
    one, two = told_apart(ADULT, Range(gsd, gsd), depression), told_apart(ADULT, Range(gsd * 2, gsd * 2), depression)
    for level in ("detect", "recognise", "identify"):
        assert two.level(level).high <= one.level(level).high
    assert one.detect.high >= one.recognise.high >= one.identify.high
    assert told_apart(CHILD, Range(gsd, gsd), depression).detect.high <= one.detect.high
    assert heights(Range(gsd, gsd), depression).likelihood_ratio.low >= 1


def test_the_opportunity_says_where_it_comes_from():
    chance, lines = opportunity("clip1", CAR, "recognise", Range(0.1, 0.12), 45)
    assert 0.9 < chance.low <= chance.high <= 1
    assert any("Johnson" in line for line in lines)
    poor, lines = opportunity("clip1", CHILD, "recognise", Range(1.2, 1.5), 45)
    assert poor.low == 0
    assert poor.high < 0.01
    assert "ceiling" in lines[-1]


def test_a_clip_offers_its_opportunity_and_a_foreign_one_none():
    offers = {o["id"]: o for o in clip_offers(read())}
    name = read().name
    assert offers[name] == {**offers[f"{name}.adult.recognise"], "id": name}
    assert len(offers) == 13
    for o in offers.values():
        assert 0 <= o["quantiles"][0] <= o["quantiles"][-1] <= 1
        assert len(o["says"]) >= 5
    assert clip_offers(read(scene=Scene(seed=1), faults=Faults(other=Scene(seed=51)))) == []


def test_the_footage_of_a_case_is_a_stage(tmp_path, kabul):
    from blindspot import rooms, stages

    folder = tmp_path / "case"
    shutil.copytree(kabul, folder, ignore=shutil.ignore_patterns("out", "made"))
    run = stages.Review(folder)
    assert run.lacks(stages.stage("footage"))
    (folder / "footage").mkdir()
    shutil.copy(clip(frames=40)[0], folder / "footage" / "clip1.ts")
    found = stages.Review(folder).result("footage")
    assert found["files"][0]["path"] == "footage/clip1.ts"
    assert "footage:clip1" in rooms.offers({"footage": found})


def test_movers_follow_true_vehicles():
    settings = {"scene": Scene(seed=3, hfov=3.0), "frames": 60, "size": (480, 360)}
    found, (path, made) = read(**settings), clip(**settings)
    tracks = movers(path, found, found.main)
    assert tracks
    true = made.vehicles
    scene = made.plan.scene
    near = 0
    for track in tracks:
        at = scene.to_local(geo.to_ecef(track.lat, track.lon, np.full(len(track.lat), scene.ground)))
        frames = np.round((np.array(track.pts) - 1) * 30).astype(int)
        gaps = np.hypot(*np.moveaxis(true[frames] - at[:, None], -1, 0))
        near += np.median(gaps, axis=0).min() < 5
    assert near >= 0.5 * len(tracks)
    assert near >= 1


def test_everything_is_written_twice_alike(tmp_path):
    path, _ = clip(frames=40)
    for folder in ("one", "two"):
        done = CliRunner().invoke(cli, ["footage", str(path), "-o", str(tmp_path / folder)])
        assert done.exit_code == 0, done.output
    one = {p.name: p.read_bytes() for p in (tmp_path / "one").iterdir()}
    two = {p.name: p.read_bytes() for p in (tmp_path / "two").iterdir()}
    assert {n.split(".", 1)[1] for n in one} >= {
        "gpkg",
        "parquet",
        "csv",
        "kml",
        "mp4",
        "frames.json",
        "html",
        "json",
        "mosaic.png",
        "mosaic.pgw",
    }
    assert one == two
    frames = json.loads(next(v for n, v in one.items() if n.endswith("frames.json")))
    assert frames["mp4_offset_s"] == 1.0
    assert frames["packet"] == list(range(40))
    page = next(v for n, v in one.items() if n.endswith("html")).decode()
    assert "<script" not in page
    assert "Where every byte went" in page


def test_telemetry_per_picture_begins_where_the_film_does(tmp_path):
    """A stream cut in mid group: the film begins at its first whole picture, and so do its rows."""
    import av

    path, _ = clip(frames=90)
    rows = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 188)
    (tmp_path / "cut.ts").write_bytes(rows[:3].tobytes() + rows[len(rows) // 2 :].tobytes())
    done = CliRunner().invoke(cli, ["footage", str(tmp_path / "cut.ts"), "-o", str(tmp_path / "out")])
    assert done.exit_code in {0, 2}, done.output
    frames = json.loads((tmp_path / "out" / "cut.frames.json").read_text())
    with av.open(str(tmp_path / "out" / "cut.mp4")) as film:
        shown = [float(f.time) for f in film.decode(video=0)]
    assert shown == pytest.approx(frames["t"], abs=1e-3)
    assert frames["mp4_offset_s"] == pytest.approx(1 + 60 / 30, abs=1e-3)  # a whole picture each second


def bad_files(tmp_path):
    path, _ = clip(frames=40)
    content = path.read_bytes()
    scrambled = bytearray(content)
    for at in range(0, len(content), 188):
        if content[at + 1] & 31 == 1:
            scrambled[at + 3] |= 0x80
    without = b"".join(
        content[a : a + 188]
        for a in range(0, len(content), 188)
        if content[a + 1 : a + 3][-1] != 1 or content[a + 1] & 31 != 1
    )
    files = {
        "empty.ts": (b"", "is empty"),
        "text.ts": (b"hello", "is neither"),
        "cut.ts": (content[: len(content) // 2 | 1], "ends in mid packet"),
        "encrypted.ts": (bytes(scrambled), "is encrypted"),
        "hollow.ts": (without, "holds no packet of it"),
        "half.ts": (content + bytes(len(content)), "are no transport packets"),
    }
    for name, (data, _) in files.items():
        (tmp_path / name).write_bytes(data)
    with (tmp_path / "sparse.ts").open("wb") as file:
        file.truncate(1 << 32)
    return {**{n: w for n, (_, w) in files.items()}, "sparse.ts": "is neither", "absent.ts": "no such file"}


def test_bad_input_is_said_in_one_line_and_the_rest_is_delivered(tmp_path):
    for name, words in bad_files(tmp_path).items():
        done = CliRunner().invoke(cli, ["footage", str(tmp_path / name), "--json"])
        assert done.exit_code == 2, name
        found = json.loads(done.stdout)
        assert any(words in problem and "\n" not in problem for problem in found["problems"]), (name, found["problems"])
        for entry in found["files"]:
            ledger = entry["ledger"]
            assert (
                sum(ledger[part] for part in ("decoded", "flagged", "unknown", "orphan", "lost"))
                == ledger["total"]
                == entry["size"]
            )
        if name in {"cut.ts", "half.ts"}:
            assert found["files"][0]["packets"] >= 10


def test_the_fixed_keys_of_the_json():
    path, _ = clip(frames=40)
    done = CliRunner().invoke(cli, ["footage", str(path), "--json"])
    entry = json.loads(done.stdout)["files"][0]
    assert {"path", "kind", "packets", "items", "ledger", "security", "clock", "gsd_m", "resolution", "targets"} <= set(
        entry
    )
    assert set(entry["clock"]) >= {"lag_frames", "lag_frames_range", "basis", "telemetry_matches_picture"}
    assert set(entry["gsd_m"]) == {"median", "low", "high"}
    assert {r["object"] for r in entry["resolution"]} == {"adult", "child", "20-litre container", "car"}
    assert entry["security"] == "UNCLASSIFIED"
    assert entry["items"]["2"] == 40


def field(number, content):
    """A length-delimited protobuf field."""
    size, out = len(content), b""
    while size > 127:
        out += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + out + bytes([size]) + content


def small_model(path):
    """An ONNX model by hand: gives one constant box, whatever the picture shows."""
    box = np.array([[16, 8, 32, 24, 0.9, 2]], np.float32)
    tensor = b"\x08\x01\x08\x06" + b"\x10\x01" + field(8, b"box") + field(9, box.tobytes())

    def value(name, dims):
        shape = b"".join(field(1, b"\x08" + bytes([d])) for d in dims)
        return field(1, name) + field(2, field(1, b"\x08\x01" + field(2, shape)))

    node = field(1, b"box") + field(2, b"out") + field(4, b"Identity")
    graph = (
        field(1, node)
        + field(2, b"g")
        + field(5, tensor)
        + field(11, value(b"in", (1, 3, 64, 64)))
        + field(12, value(b"out", (1, 6)))
    )
    path.write_bytes(b"\x08\x08" + field(7, graph) + field(8, b"\x10\x0d"))


def test_a_detector_of_the_users_own(tmp_path):
    pytest.importorskip("onnxruntime")
    small_model(tmp_path / "m.onnx")
    path, _ = clip(frames=40)
    found = propose(path, tmp_path / "m.onnx", every=10)
    assert len(found) == 4
    assert found[0].box == pytest.approx((64, 24, 128, 72))
    assert (found[0].score, found[0].kind) == (pytest.approx(0.9), 2)
    (tmp_path / "no.onnx").write_bytes(b"nothing")
    with pytest.raises(UsageError, match="cannot be loaded"):
        propose(path, tmp_path / "no.onnx")


def test_help_stays_light():
    code = "import sys, blindspot.cli; print('numba' in sys.modules or 'cv2' in sys.modules or 'av' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "False"
    )
