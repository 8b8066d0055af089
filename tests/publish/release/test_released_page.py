"""The page of a released copy is the same page: it moves, asks nothing of anybody, and holds no more than the copy."""

import json
import random
import re

import av
import pytest

from blindspot.errors import CaseError
from blindspot.publish.release.policy import read_policy
from blindspot.publish.report import films
from blindspot.stages import release, review
from publish.release.cases import MEDIA, generated, video

WITHHELD = "others may have been withheld, and nothing here says whether, which or how many"
READY = "() => document.documentElement.dataset.scene === 'ready'"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case with a film of two seconds that goes to the public with its moment and a mask, and to a court without a word; (case, release by audience)."""
    root = generated(tmp_path_factory.mktemp("shown") / "case", 11)
    video(root / "footage" / "flight.mp4", random.Random(2), frames=20)
    rules = (root / "release.toml").read_text(encoding="utf-8")
    rules = rules.replace(
        'name = "v1"\n',
        'name = "v1"\ntext = "the yard, from above"\nstart = "2021-08-29T04:20:00Z"\nmasks = [[8, 8, 24, 16]]\n',
        1,
    )
    (root / "release.toml").write_text(
        rules.replace(MEDIA.format(a="partner"), ""), encoding="utf-8"
    )  # the desk may see none
    return root, {audience: release(root, audience) for audience in ("public", "court", "partner")}


def data_of(page):
    return json.loads(re.search(r'id="scene-data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)[1])


def opened(browser, path, width=390, **options):
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request", lambda request: asked.append(request.url) if not request.url.startswith(("data:", "blob:")) else None
    )
    page.goto(path.as_uri())
    page.wait_for_function(READY)
    return page, said, asked


def test_a_released_page_moves_and_loads_nothing(made, browser, faults):
    found = made[1]["public"]
    assert found.blocked == ()
    page_file = found.path / "report.html"
    page, said, asked = opened(browser, page_file)
    assert page.evaluate(faults) == []
    page.locator("#go").select_option(index=1)
    page.locator("#claim-list button").first.click()
    page.locator("#chosen h3", has_text="Claim").wait_for()
    page.locator("#unveil").check()
    assert page.evaluate(faults) == []
    assert said == []
    assert asked == [page_file.as_uri()]
    page.close()
    data = data_of(page_file)
    assert data["watches"] == data["vehicles"] == data["sensors"] == []
    assert data["basemap"]["files"] == []
    assert data["claims"]


def test_a_film_that_may_be_shown_plays_and_moves_with_the_timeline(made, browser):
    page, said, _ = opened(browser, made[1]["public"].path / "report.html", 1280)
    assert "blur" in page.locator("video").evaluate("v => getComputedStyle(v).filter")  # greyed until asked
    assert "blur" in page.locator(".picture img").evaluate("v => getComputedStyle(v).filter")
    page.evaluate("location.hash = '#t=2021-08-29T04:20:01.050Z'")
    page.wait_for_function("() => document.querySelector('video').dataset.frame === '10'")
    page.wait_for_function(
        "() => document.querySelector('.film-said').textContent.startsWith('Picture 11 of 20; 04:20:01.0')"
    )
    page.evaluate("document.querySelector('video').currentTime = 0.55")
    page.wait_for_function("() => document.querySelector('.film-said').dataset.frame === '5'")
    assert "04:20:00" in page.locator("#clock-utc").inner_text()
    page.locator("button.snapshot").click()
    page.locator(".cited a").wait_for()
    words = page.locator(".cited textarea").input_value()
    assert "the yard, from above, picture 6 of 20" in words
    assert "from the moment that was released with the film" in words
    assert "flight" not in words
    assert page.locator(".cited a").get_attribute("href").startswith("blob:")
    grey = page.evaluate("""() => { const v = document.querySelector('video'), c = document.createElement('canvas');
      c.width = v.videoWidth; c.height = v.videoHeight; const pen = c.getContext('2d'); pen.drawImage(v, 0, 0);
      return [...pen.getImageData(20, 16, 1, 1).data]; }""")
    assert all(abs(level - 128) < 16 for level in grey[:3])
    assert said == []
    page.close()


def test_what_is_withheld_is_withheld_in_the_same_words_for_all(made):
    root, found = made
    copies = {audience: one.path for audience, one in found.items()}
    pages = {audience: (path / "report.html").read_text(encoding="utf-8") for audience, path in copies.items()}
    assert all(WITHHELD in page for page in pages.values())
    assert WITHHELD not in (review(root).out / "report.html").read_text(encoding="utf-8")
    assert not (copies["partner"] / "media").exists()
    assert "<video" not in pages["partner"]
    assert data_of(copies["partner"] / "report.html")["clips"] == []
    assert all("flight.mp4" not in page for page in pages.values())
    assert "the yard, from above" not in pages["court"]
    court = data_of(copies["court"] / "report.html")["clips"][0]
    assert (court["name"], court["start"], court["rows"]) == (
        "v1.mp4",
        None,
        None,
    )  # no moment was released, so none is said


def test_the_index_of_a_released_film_stands_in_front_and_no_tag_goes_along(made):
    path = made[1]["public"].path / "media" / "v1.mp4"
    raw = path.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")
    with av.open(str(path)) as film:
        assert not {k for k in film.metadata if k not in {"major_brand", "minor_version", "compatible_brands"}}


def test_a_film_too_large_for_the_page_lies_beside_it(made, browser, tmp_path, monkeypatch):
    monkeypatch.setattr(films, "BUDGET", 0)
    found = release(made[0], "public", tmp_path / "copy")
    assert found.blocked == ()
    text = (found.path / "report.html").read_text(encoding="utf-8")
    assert 'src="media/v1.mp4"' in text
    assert 'src="media/p1.png"' in text
    assert sorted(p.name for p in (found.path / "media").iterdir()) == ["p1.png", "v1.mp4"]
    page, said, asked = opened(browser, found.path / "report.html", 1280)
    page.wait_for_function("() => document.querySelector('video').readyState >= 2")
    assert page.evaluate("() => document.querySelector('.picture img').naturalWidth") == 64
    assert said == []
    assert all(url.startswith(found.path.as_uri()) for url in asked)
    page.close()


def test_a_released_copy_is_reviewed_again_with_its_films(made, tmp_path):
    out = review(made[1]["public"].path, tmp_path / "out").out
    assert [c["name"] for c in data_of(out / "report.html")["clips"]] == ["the yard, from above"]
    assert WITHHELD in (out / "report.html").read_text(encoding="utf-8")


def test_the_moment_of_a_film_is_an_instant(made, tmp_path):
    text = (made[0] / "release.toml").read_text(encoding="utf-8").replace("2021-08-29T04:20:00Z", "2021-08-29")
    (tmp_path / "release.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as error:
        read_policy(tmp_path)
    assert "start: is no instant; write 2021-08-29T12:20:30Z" in error.value.diagnostics()
