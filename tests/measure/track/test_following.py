"""The verbs of following: marks logged, losses carded, two reviewers compared, a reviewer's own detector asked."""

import json

import av
import numpy as np
import pytest
from bench.scenes import scene
from click.testing import CliRunner

from blindspot.cli import cli
from blindspot.errors import UsageError


def run(*arguments):
    return CliRunner().invoke(cli, ["track", *map(str, arguments)])


def said(*arguments):
    ran = run(*arguments)
    assert isinstance(ran.exception, UsageError), ran.output
    return str(ran.exception)


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """A generated scene as a real video file, its true boxes, how much is seen."""
    pictures, boxes, seen = scene(1)
    path = tmp_path_factory.mktemp("video") / "scene.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = pictures.shape[2], pictures.shape[1], "yuv420p"
        for p in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(p, format="gray8").reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    return path, boxes, seen


def mark(log, boxes, frame, who, *more):
    box = ",".join(f"{v:.1f}" for v in boxes[frame])
    assert run("mark", log, "--frame", frame, "--box", box, "--who", who, "--why", "seen", *more).exit_code == 0


def test_a_loss_is_carded_and_the_next_mark_goes_on(video, tmp_path):
    path, boxes, seen = video
    log = tmp_path / "a.jsonl"
    mark(log, boxes, 0, "A.R.")
    alone = json.loads(run("follow", path, "--log", log, "--json").stdout)
    assert alone["frames"] == 120
    assert alone["states"]["LOST"] > 30
    (gap,) = alone["gaps"]
    assert gap["resumed"] is None
    hidden = int(np.flatnonzero(seen < 0.01)[0])
    assert gap["last_seen"] <= hidden + 2
    mark(log, boxes, 100, "A.R.", "--same", "the white one")
    found = json.loads(run("follow", path, "--log", log, "-o", tmp_path / "out", "--json").stdout)
    assert (found["gaps"][0]["resumed"], found["gaps"][0]["taken"]) == (100, "the white one")
    assert found["gaps"][0]["seconds"] == pytest.approx((100 - gap["last_seen"]) / 30, abs=0.01)
    by = {row["by"] for row in found["path"]}
    assert by == {"person", "machine", "smoother"}
    assert len(found["path"]) == 101
    off = [
        np.hypot(r["x"] - boxes[r["frame"]][0], r["y"] - boxes[r["frame"]][1])
        for r in found["path"]
        if r["by"] == "machine"
    ]
    assert np.median(off) < 3
    # What was followed is a track: MOT text that the other verbs read.
    again = json.loads(run(tmp_path / "out" / "vehicle.txt", "--json").stdout)
    assert again["boxes"][0]["frames"] == 101
    shown = run("follow", path, "--log", log)
    assert "taken up again by A.R." in shown.output
    assert len((log).read_text().splitlines()) == 2


def test_two_reviewers_who_marked_blind(video, tmp_path):
    _, boxes, _ = video
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for log, who, choices in ((a, "A.R.", "xxyy"), (b, "B.S.", "xxyx")):
        mark(log, boxes, 0, who)
        for k, choice in enumerate(choices):
            mark(log, boxes, 90 + k, who, "--same", choice)
    found = json.loads(run("agree", a, b, "--json").stdout)
    assert found["choices"] == 4
    assert found["kappa"] == pytest.approx(0.5)
    assert found["disagree"] == [{"frame": 93, "first": "y", "second": "x"}]
    assert found["apart_boxes"]["median"] < 0.01
    assert "kappa 0.50 over 4" in run("agree", a, b).output
    assert "same person" in said("agree", a, a)


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def bright_spot_model(path, height, width):
    """An ONNX detector by hand: one box of 28 x 14 about the brightest pixel of the red channel, by arithmetic of the graph."""

    def packed(number, content):
        return varint(number << 3 | 2) + varint(len(content)) + content

    def tensor(name, array):
        kind = {"float32": 1, "int64": 7}[array.dtype.name]
        dims = b"".join(b"\x08" + varint(d) for d in array.shape)
        return packed(5, dims + b"\x10" + bytes([kind]) + packed(8, name) + packed(9, array.tobytes()))

    def node(kind, inputs, out, attributes=b""):
        return packed(1, b"".join(packed(1, i) for i in inputs) + packed(2, out) + packed(4, kind) + attributes)

    def integer(name, value):
        return packed(5, packed(1, name) + b"\x18" + varint(value) + b"\xa0\x01\x02")

    to_float = integer(b"to", 1)
    graph = (
        node(b"Slice", [b"in", b"zero", b"one", b"channel"], b"red")
        + node(b"Reshape", [b"red", b"flat"], b"line")
        + node(b"ArgMax", [b"line"], b"at", integer(b"axis", 0) + integer(b"keepdims", 1))
        + node(b"Div", [b"at", b"width"], b"row")
        + node(b"Mod", [b"at", b"width"], b"column")
        + node(b"Cast", [b"row"], b"y", to_float)
        + node(b"Cast", [b"column"], b"x", to_float)
        + node(b"Concat", [b"x", b"y", b"x", b"y", b"score", b"kind"], b"rough", integer(b"axis", 0))
        + node(b"Add", [b"rough", b"half"], b"box")
        + node(b"Reshape", [b"box", b"rows"], b"out")
        + packed(2, b"g")
        + tensor(b"zero", np.array([0]))
        + tensor(b"one", np.array([1]))
        + tensor(b"channel", np.array([1]))
        + tensor(b"flat", np.array([-1]))
        + tensor(b"width", np.array([width]))
        + tensor(b"score", np.array([0.9], np.float32))
        + tensor(b"kind", np.array([0], np.float32))
        + tensor(b"half", np.array([-14, -7, 14, 7, 0, 0], np.float32))
        + tensor(b"rows", np.array([1, 6]))
    )

    def value(name, dims):
        shape = b"".join(packed(1, b"\x08" + varint(d)) for d in dims)
        return packed(1, name) + packed(2, packed(1, b"\x08\x01" + packed(2, shape)))

    graph += packed(11, value(b"in", (1, 3, height, width))) + packed(12, value(b"out", (1, 6)))
    path.write_bytes(b"\x08\x08" + packed(7, graph) + packed(8, b"\x10\x0d"))


def test_a_reviewers_own_detector_proposes_and_never_decides(tmp_path):
    pytest.importorskip("onnxruntime")
    rng = np.random.default_rng(0)
    path = tmp_path / "spot.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        ground = rng.integers(60, 120, (120, 160)).astype(np.uint8)
        for f in range(40):
            p = ground.copy()
            p[50:64, 20 + 2 * f : 48 + 2 * f] = 150
            p[55:59, 30 + 2 * f : 38 + 2 * f] = 250
            container.mux(stream.encode(av.VideoFrame.from_ndarray(p, format="gray8").reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    bright_spot_model(tmp_path / "m.onnx", 120, 160)
    found = json.loads(run("follow", path, "--onnx", tmp_path / "m.onnx", "-o", tmp_path / "out", "--json").stdout)
    assert [o["boxes"] for o in found["objects"]] == [40]
    rows = np.loadtxt(tmp_path / "out" / "objects.txt", delimiter=",")
    assert rows[:, 0].tolist() == list(range(1, 41))
    assert rows[:, 2] == pytest.approx(20 + 2 * np.arange(40), abs=6)
    assert not found["path"]
    log = tmp_path / "a.jsonl"
    boxes = np.array([[34 + 2 * f, 57, 28, 14] for f in range(40)], float)
    mark(log, boxes, 0, "A.R.")
    mark(log, boxes, 39, "A.R.")
    both = json.loads(run("follow", path, "--log", log, "--onnx", tmp_path / "m.onnx", "--json").stdout)
    for gap in both["gaps"]:
        assert gap["candidates"][0]["from_mark_px"] < 6
    assert len(both["path"]) == 40


def test_a_gap_lists_what_the_choice_was_made_from():
    from blindspot.measure.track.follow.keyframes import Keyframe
    from blindspot.measure.track.follow.video import follow_video
    from blindspot.measure.track.model import Boxes

    pictures, boxes, _ = scene(1)
    marks = [Keyframe(f, *map(float, boxes[f]), "A.R.", f"2021-09-01T00:00:{f:02d}Z"[:20], "seen") for f in (0, 100)]
    f = np.arange(90, 110)
    near = np.concatenate([boxes[f, 0] + 1, boxes[f, 0] + 60])
    proposals = Boxes(
        np.tile(f, 2), np.full(40, -1), near, np.tile(boxes[f, 1], 2), np.full(40, 28.0), np.full(40, 14.0), np.ones(40)
    )
    found, _ = follow_video(pictures, 30.0, marks, proposals)
    assert [round(c["from_mark_px"]) for c in found["gaps"][0]["candidates"]] == [1, 60]


def test_what_is_wrong_with_marks_is_one_line(video, tmp_path):
    path, boxes, _ = video
    log = tmp_path / "a.jsonl"
    assert "no such log" in said("follow", path, "--log", log)
    assert "mark the vehicle first" in said("follow", path)
    assert "no such file" in said("follow", "nowhere.mp4", "--log", log)
    (tmp_path / "text.mp4").write_text("no video")
    assert "holds no picture" in said("follow", tmp_path / "text.mp4", "--log", log)
    for box, words in (("1,2,3", "is no box"), ("1,2,0,4", "above 0"), ("a,b,c,d", "is no box")):
        assert words in said("mark", log, "--frame", "0", "--box", box, "--who", "A", "--why", "w")
    assert "who made it" in said("mark", log, "--frame", "0", "--box", "1,2,3,4", "--who", " ", "--why", "w")
    assert not log.exists()
    mark(log, boxes, 0, "A.R.")
    log.write_text(log.read_text() + "{}\n")
    assert "line 2" in said("follow", path, "--log", log)
    log.write_text(log.read_text().replace("{}\n", ""))
    run("mark", log, "--frame", "500", "--box", "9,9,9,9", "--who", "A.R.", "--why", "w")
    assert "has 120 pictures" in said("follow", path, "--log", log)
