"""Both sides of a loss of view: the right boxes of the right pictures, a choice that is the person's, and nothing shown unasked."""

import base64
import re

import av
import cv2
import numpy as np
import pytest
from bench.scenes import scene

from blindspot.case.gaps import answers
from blindspot.cli.opening import works
from blindspot.measure.track.follow.keyframes import add_mark
from blindspot.publish.app import application
from blindspot.publish.release.policy import profile, read_policy
from blindspot.publish.release.watch import protected_beside
from blindspot.stages import Review, release, review
from folders import write_case
from publish.app.conftest import HOST, Browser
from publish.release.cases import generated

CUSTODY = """[[custody]]
id = "van"
hours = "1"
density_km2 = "10-60"
passes = "0.1-0.6"
marks = "street"
basis = "judgement: white vans are common there"
[[custody.gap]]
id = "under a roof"
seconds = "1-2"
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A case whose footage loses a marked car under a roof; beside it a car that is always in view and one that comes later."""
    root = write_case(tmp_path_factory.mktemp("sides") / "case", tracks_toml=CUSTODY)
    pictures, boxes, seen = scene(1)
    (root / "footage").mkdir()
    with av.open(str(root / "footage" / "street.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = pictures.shape[2], pictures.shape[1], "yuv420p"
        for p in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(p, format="gray8").reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    add_mark(
        root / "marks" / "street.jsonl",
        0,
        ",".join(f"{v:.1f}" for v in boxes[0]),
        "A.R.",
        "2021-09-01T00:00:00Z",
        "at the gate",
    )
    lines = []
    for f, (x, y, w, h) in enumerate(boxes):  # MOT text counts pictures from 1
        own = [(x, y)] if seen[f] > 0.5 else []
        for cx, cy in [*own, (40 + f * 0.2, 200), *([(200, 60)] if f > 70 else [])]:
            lines.append(f"{f + 1},-1,{cx - w / 2:.1f},{cy - h / 2:.1f},{w},{h},1,-1,-1,-1")
    (root / "marks" / "street.boxes.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root, pictures, boxes, seen


def pixels(side):
    raw = np.frombuffer(base64.b64decode(side["src"].partition(",")[2]), np.uint8)
    return cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)


def test_before_is_the_last_picture_followed_and_after_are_those_that_could_be_it(followed):
    root, pictures, boxes, seen = followed
    (gap,) = Review(root).result("gaps")["gaps"]
    hidden = int(np.flatnonzero(seen < 0.01)[0])
    before = gap["before"]
    assert 30 < before["picture"] <= hidden + 2
    assert np.hypot(*(np.array(before["pixels"]) - boxes[0, 2:])) < 3
    cut = pixels(before)
    assert cut.shape == (before["height"], before["width"])  # neither enlarged nor made smaller
    found = cv2.matchTemplate(
        pictures[before["picture"]], cut, cv2.TM_SQDIFF
    )  # its pixels are those of that picture, there
    _, _, (left, top), _ = cv2.minMaxLoc(found)
    assert np.hypot(*(np.array([left + cut.shape[1] / 2, top + cut.shape[0] / 2]) - boxes[before["picture"], :2])) < 12
    # The car that was always in view cannot be it; the late one can, and so can the car itself when it comes back.
    again = int(np.flatnonzero((seen > 0.5) & (np.arange(len(seen)) > hidden))[0])
    assert [s["picture"] >= k for s, k in zip(gap["after"], (71, again), strict=True)] == [True, True]
    assert gap["appearance"] == {
        "custody": "van",
        "passes": [0.1, 0.6],
        "basis": "judgement: white vans are common there",
    }
    assert before["utc"] == ""
    assert before["gsd_m"] is None  # a clip without telemetry has neither


def test_time_and_scale_come_from_the_telemetry(tmp_path):
    from blindspot.measure.footage.crops import crops
    from publish.scenes import write_scene

    truth = write_scene(tmp_path / "case")
    (crop, none) = crops(tmp_path / "case" / "footage" / "clip.ts", [(30, 160, 120, 20, 10), (9999, 1, 1, 1, 1)])
    assert none is None
    assert (crop.width, crop.height, crop.utc) == (60, 60, "2020-09-13 12:26:41.0Z")
    low, high = crop.gsd_m
    assert 0.01 < low < high < 5
    slant = float(np.hypot(truth.plan.scene.radius, truth.plan.scene.above))
    assert low < slant * 2 * np.tan(np.radians(truth.view.hfov[30]) / 2) / 320 < high


def test_a_reviewer_enters_what_he_sees_and_a_second_one_does_not_see_it(followed, tmp_path):
    root = followed[0]
    app, door = application(root, works(), frozenset({HOST}))
    first, second = Browser(app, door), Browser(app, door)
    assert (
        "Say first who you are"
        in first.post("gap", {"gap": "street-gap-1", "answer": "none", "why": "x"}).json()["error"]
    )
    for browser, name in ((first, "anna"), (second, "ben")):
        browser.post("reviewer", {"name": name})
    (loss,) = first.get("gaps").json()["losses"]
    one = loss["after"][0]["object"]
    assert (loss["answered"], loss["answers"]) == (False, [])
    assert (
        "is none of the candidates"
        in first.post("gap", {"gap": loss["id"], "answer": "77", "why": "x"}).json()["error"]
    )
    assert "Say by what" in first.post("gap", {"gap": loss["id"], "answer": one, "why": " "}).json()["error"]
    told = first.post("gap", {"gap": loss["id"], "answer": one, "why": "two screens"}).json()["losses"][0]
    assert told["answers"] == [{"answer": one, "by": "anna", "why": "two screens"}]
    (loss,) = second.get("gaps").json()["losses"]
    assert (loss["answered"], loss["answers"]) == (False, [])  # blind until he has answered
    told = second.post("gap", {"gap": loss["id"], "answer": "unsure", "why": "too few pixels"}).json()["losses"][0]
    assert [a["by"] for a in told["answers"]] == ["anna", "ben"]
    assert second.post("gap", {"gap": loss["id"], "answer": "none", "why": "x"}).status_code == 409
    assert [a.answer for a in answers(root, [])] == [one, "unsure"]
    assert "two screens" in (root / "custody.jsonl").read_text(encoding="utf-8")
    first.post("undo")
    assert [a.by for a in answers(root, [])] == ["anna"]


def test_the_page_shows_them_side_by_side_greyed_until_asked(followed, browser, faults):
    path = review(followed[0]).out / "report.html"
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(path.as_uri())
    page.wait_for_function("() => document.documentElement.dataset.scene === 'ready'")
    assert page.evaluate(faults) == []
    sides = page.locator(".side img")
    assert sides.count() == 3
    tops = [sides.nth(n).bounding_box()["y"] for n in range(3)]
    assert max(tops) - min(tops) < 1
    assert "blur" in sides.first.evaluate("i => getComputedStyle(i).filter")
    page.locator("#unveil-sides").check()
    assert sides.first.evaluate("i => getComputedStyle(i).filter") == "none"
    assert page.evaluate(faults) == []
    text = page.locator(".both-sides").inner_text()
    assert re.search(r"Share of vehicles there that would pass as it: 10 to 60\s%", text)
    assert "side by side" in page.locator("#tracked").locator("..").inner_text()
    page.close()


def test_without_footage_the_page_says_so_and_shows_the_candidates_as_rows(reviewed):
    text = (reviewed[1] / "report.html").read_text(encoding="utf-8")
    assert "No footage of the case has a followed vehicle marked in it" in text
    assert "Candidates within reach" in text
    assert 'id="both-sides"' not in text


def test_neither_marks_nor_answers_leave_with_a_release(tmp_path):
    root = generated(tmp_path / "case", 11, media=False)
    add_mark(
        root / "marks" / "street.jsonl",
        0,
        "1,2,3,4",
        "Anna Reviewer",
        "2021-09-01T00:00:00Z",
        "a dent over the left wheel arch",
    )
    (root / "gap_answers.csv").write_text(
        "id,gap,answer,by,why\nG1,street-gap-1,2,Anna Reviewer,a dent over the left wheel arch\n", encoding="utf-8"
    )
    found = release(root, "public")
    assert found.path is not None, found.blocked
    names = {p.relative_to(found.path).as_posix() for p in found.path.rglob("*")}
    assert not any(name.startswith(("marks", "gap_answers")) for name in names)
    watched = protected_beside(root, profile(read_policy(root), "public"), [], ())
    assert any(p.where.startswith("marks/street.jsonl") and "wheel arch" in p.value for p in watched)
