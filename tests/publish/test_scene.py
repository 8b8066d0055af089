"""Map, timeline and footage in a browser: they move together, by hand and by key, and what they say is the known truth."""

import json
import re
import shutil

import numpy as np
import pytest

from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage.generate.make import EPOCH_US, Faults, Plan
from blindspot.measure.footage.generate.render import Renderer
from blindspot.publish.report import films as films_module
from blindspot.stages import review
from folders import ARABIC, GOOD, write_case
from publish.scenes import FRAMES, RATE, write_scene
from publish.test_media import decoded

READY = "() => document.documentElement.dataset.scene === 'ready'"
SETTLED = "() => { const v = [...document.querySelectorAll('.film:not([hidden]) video')][0]; return !v || (!v.seeking && v.readyState >= 2); }"


@pytest.fixture(scope="module")
def filmed(tmp_path_factory):
    """(case folder, page, truth of its clip)."""
    root = tmp_path_factory.mktemp("filmed") / "case"
    truth = write_scene(root)
    return root, review(root, fresh=True).out / "report.html", truth


@pytest.fixture
def visit(browser):
    """Open a page: (page, what it said, what it asked for)."""
    contexts = []

    def go(path, fragment="", width=1280, script=True, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script, **options)
        contexts.append(context)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: asked.append(request.url) if not request.url.startswith(("data:", "blob:")) else None,
        )
        page.goto(path.as_uri() + fragment)
        if script:
            page.wait_for_function(READY)
            page.wait_for_function(SETTLED)
            drawn(page)
        return page, said, asked

    yield go
    for context in contexts:
        context.close()


def moment(n, rate=RATE):
    """The fragment of the moment of a picture."""
    us = EPOCH_US + round(n / rate * 1e6)
    return "#t=" + np.datetime64(us, "us").astype("datetime64[ms]").item().isoformat(timespec="milliseconds") + "Z"


def shown(page, n):
    """The packet that the page names, once film and words have come to rest on picture n."""
    page.wait_for_function(
        """n => { const figure = document.querySelector('.film:not([hidden])'), v = figure.querySelector('video');
          return !v.seeking && v.dataset.frame === n && figure.querySelector('.film-said').dataset.frame === n; }""",
        arg=str(n),
    )
    return page.locator(".film:not([hidden]) .film-said").get_attribute("data-packet")


def to(page, fragment):
    """Follow a fragment, and wait until what it asks for has been drawn: the page hears of it in a task of its own."""
    page.evaluate(
        "h => new Promise(done => { if (location.hash === h) return done(); addEventListener('hashchange', () => done(), {once: true}); location.hash = h; })",
        fragment,
    )
    drawn(page)


def drawn(page):
    """Wait until what was done has been drawn."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
    )


def fragment_has(page, words):
    """Wait until the fragment, which is kept once nothing moves, says this."""
    page.wait_for_function("w => location.hash.includes(w)", arg=words)


PIXELS = """() => {
  const v = document.querySelector('.film:not([hidden]) video'), c = document.createElement('canvas');
  c.width = v.videoWidth; c.height = v.videoHeight;
  const pen = c.getContext('2d'); pen.drawImage(v, 0, 0);
  return [...pen.getImageData(0, 0, c.width, c.height).data.filter((_, i) => i % 4 === 1)];
}"""


def nearest_picture(page, pictures):
    """Which picture of the source the film shows, by its pixels."""
    seen = np.array(page.evaluate(PIXELS), float).reshape(pictures[0].shape)
    return int(np.argmin([np.abs(seen - p).mean() for p in pictures]))


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "dark"), (360, "light"), (390, "light"), (820, "light"), (1280, "dark")]
)
def test_nothing_is_wrong_with_a_filmed_page_at_any_width(visit, faults, filmed, width, scheme):
    page, said, asked = visit(filmed[1], "#claim=K2", width, color_scheme=scheme)
    assert page.evaluate(faults) == []
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.locator("#unveil").check()
    assert page.evaluate(faults) == []
    assert said == []
    assert asked == [filmed[1].as_uri()]


@pytest.mark.parametrize("lag", [0, 4])
def test_picture_packet_and_footprint_are_those_of_the_moment(visit, tmp_path, lag):
    root = tmp_path / "case"
    plan = Plan(frames=150, rate=RATE, size=(256, 192), faults=Faults(lag=lag))
    truth = write_scene(root, plan)
    page, _, _ = visit(review(root).out / "report.html")
    pictures = [p.astype(float) for _, p in decoded(root / "footage" / "clip.ts")]
    direction = geo.rays(truth.view.look, truth.view.hfov, truth.view.vfov, np.zeros(1), np.zeros(1))
    lat, lon, _ = geo.to_geodetic(geo.meet_ellipsoid(truth.view.origin, direction, np.full(150, plan.scene.ground)))
    for n in (5, 6, 71, 72, 120, 140):
        to(page, moment(n + lag))
        assert shown(page, n) == str(n + lag)  # telemetry that is late: a later packet describes this picture
        assert nearest_picture(page, pictures) == n
        told = page.locator("#readout").inner_text()
        there = re.search(r"looks at ([\d.]+), ([\d.]+)", told)
        off = geo.ground_distance(lat[n], lon[n], np.array(float(there[1])), np.array(float(there[2])))
        assert off < 1.0, (n, off)


def test_the_moment_follows_the_film(visit, filmed):
    page, _, _ = visit(filmed[1])
    for n in (10, 33, 60):
        page.evaluate(f"document.querySelector('video').currentTime = {(n + 0.5) / RATE}")
        shown(page, n)
        us = EPOCH_US + round(n / RATE * 1e6)
        assert np.datetime64(us, "us").item().strftime("%H:%M:%S") in page.locator("#clock-utc").inner_text()
        assert abs(float(page.locator("#moment").input_value()) - us / 1000) <= 1000  # the step of the slider


def test_while_a_film_runs_each_picture_is_named_and_play_stops(visit, filmed):
    page, said, _ = visit(filmed[1], moment(0))
    # Registered after the page's own callback: it runs after it, for the same picture, however busy the machine is.
    # The picture is named in that callback and said by the next redraw.
    page.evaluate("""() => { window.seen = []; const v = document.querySelector('video'), box = document.querySelector('.film-said');
      const each = (_, m) => {
        const named = Number(v.dataset.frame);
        requestAnimationFrame(() => window.seen.push([m.mediaTime, named, Number(box.dataset.frame), Number(v.dataset.frame)]));
        v.requestVideoFrameCallback(each);
      };
      v.requestVideoFrameCallback(each); }""")
    page.locator("#play").click()
    page.wait_for_function(
        "() => window.seen.length > 4", timeout=120_000
    )  # a busy machine shows few pictures a second
    assert page.locator("#play").inner_text() == "Pause"
    page.locator("#play").click()
    page.wait_for_function("() => document.querySelector('video').paused")
    assert page.locator("#play").inner_text() == "Play"
    seen = page.evaluate("window.seen")
    assert [named for _, named, *_ in seen] == [round(at * RATE) for at, *_ in seen]
    assert [told for _, _, told, _ in seen] == [now for *_, now in seen]
    assert said == []


def test_a_browser_without_frame_callbacks_falls_back(browser, filmed):
    context = browser.new_context()
    context.add_init_script("delete HTMLVideoElement.prototype.requestVideoFrameCallback")
    page = context.new_page()
    page.goto(filmed[1].as_uri() + moment(40))
    page.wait_for_function("() => document.querySelector('.film-said').dataset.frame === '40'")
    context.close()


def test_two_points_give_metres_that_hold_the_truth(visit, filmed):
    _, path, truth = filmed
    plan = truth.plan
    n = 30
    page, _, _ = visit(path, moment(n))
    shown(page, n)
    ends = np.array([[-30.0, 12.0], [25.0, -14.0]])
    pixels = Renderer.pixels(type("F", (), {"scene": plan.scene, "size": plan.size})(), truth.view, n, ends, 0.0)
    assert ((pixels > 4) & (pixels < np.array(plan.size) - 4)).all()
    page.locator(".measure").click()
    sheet = page.locator(".film:not([hidden]) canvas.ruler")
    box = sheet.bounding_box()
    for x, y in pixels:
        sheet.click(
            position={"x": (x + 0.5) / plan.size[0] * box["width"], "y": (y + 0.5) / plan.size[1] * box["height"]}
        )
    said = page.locator(".film:not([hidden]) p.measured")
    d, low, high = (float(said.get_attribute(f"data-{k}")) for k in ("m", "low", "high"))
    true = float(np.hypot(*(ends[1] - ends[0])))
    assert low < true < high
    assert abs(d - true) < 1.0
    assert high - low < 0.4 * true
    # the same by keys alone
    page.keyboard.press("Escape")
    page.locator(".measure").press("Enter")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    assert re.search(r"[\d.]+ m \([\d.]+ m to [\d.]+ m\)", said.inner_text())


def test_a_picture_is_cited_and_saved(visit, filmed, tmp_path):
    from blindspot.case.store import file_hash

    root, path, _ = filmed
    page, said, _ = visit(path, moment(21), accept_downloads=True)
    assert shown(page, 21) == "21"
    page.locator(".snapshot").click()
    page.locator(".cited a").wait_for()
    text = page.locator(".cited textarea").input_value()
    assert file_hash(root / "footage" / "clip.ts") in text
    assert "clip.ts, picture 22 of 90, 1.700 s by the file's own clock" in text
    assert "12:26:40.700 UTC by the telemetry, packet 21" in text
    with page.expect_download() as waiting:
        page.locator(".cited a").click()
    waiting.value.save_as(tmp_path / "x.png")
    assert waiting.value.suggested_filename == "clip-000022.png"
    import cv2

    image = cv2.imread(str(tmp_path / "x.png"), cv2.IMREAD_GRAYSCALE)
    assert image.shape[1] == 320
    assert image.shape[0] > 240
    pictures = [p for _, p in decoded(root / "footage" / "clip.ts")]
    top = image[:240].astype(float)
    assert int(np.argmin([np.abs(top - p).mean() for p in pictures])) == 21
    assert said == []


def test_pictures_are_veiled_and_silent_until_asked_for(visit, filmed):
    for script in (True, False):
        page, _, _ = visit(filmed[1], script=script)
        assert page.locator("video").first.evaluate("v => [v.muted, v.autoplay]") == [True, False]
        for what in ("video", ".still img"):
            assert "grayscale" in page.locator(what).first.evaluate("e => getComputedStyle(e).filter")
        page.locator("#unveil").check()
        for what in ("video", ".still img"):
            assert page.locator(what).first.evaluate("e => getComputedStyle(e).filter") == "none"


def test_a_film_beside_the_page_plays_from_the_disk(visit, tmp_path, monkeypatch):
    monkeypatch.setattr(films_module, "BUDGET", 0)
    root = tmp_path / "case"
    write_scene(root)
    out = review(root).out
    (film,) = (out / "media").iterdir()
    assert re.fullmatch(r"clip-[0-9a-f]{8}\.mp4", film.name)
    page, said, asked = visit(out / "report.html", moment(12))
    assert shown(page, 12) == "12"
    assert set(asked) == {(out / "report.html").as_uri(), film.as_uri()}
    assert page.locator("video").get_attribute("src") == f"media/{film.name}"
    page.locator(".snapshot").click()
    page.locator(".cited").wait_for()
    assert "packet 12" in page.locator(".cited textarea").input_value()
    assert "does not let a page copy" in page.locator(".cited-said").inner_text()
    assert said == []
    shutil.move(out / "media", out / "gone")
    page, _, _ = visit(out / "report.html", script=False)  # a lost film is no reason not to open
    assert "Map, timeline and footage" in page.inner_text("main")


def test_a_claim_lights_up_origin_place_and_moment_and_back(visit, filmed):
    page, _, _ = visit(filmed[1])
    page.locator('button[data-claim="K1"]').first.click()
    drawn(page)
    told = page.locator("#chosen")
    assert "O1" in told.inner_text()
    assert "gate of the depot" in told.inner_text()
    assert "stop 1, 16:56 to 16:56 local" in told.inner_text() or "stop 1, 16:56 local" in told.inner_text()
    assert "K3" in told.inner_text()  # the same observation
    assert "12:26:40" in page.locator("#clock-utc").inner_text()
    lit = set(page.evaluate("[...document.querySelectorAll('.lit')].map(e => e.dataset.item)"))
    assert lit == {"claim:K1", "claim:K3", "stop:T1"}
    page.locator("#chosen").get_by_role("button", name="gate of the depot").click()
    drawn(page)
    assert {"K1", "K3"} <= set(re.findall(r"K\d", told.inner_text()))
    page.locator("#go").select_option("place:yard")
    drawn(page)
    assert "K2" in told.inner_text()  # through the watch that its origin's worth rests on, and its fact
    page.locator('.published [data-item="claim:K2"]').click()
    drawn(page)
    assert ARABIC in told.inner_text()
    assert told.locator("bdi", has_text=ARABIC).first.evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_stop_by_stop_said_stands_against_visible(visit, filmed):
    page, _, _ = visit(filmed[1])
    page.locator("#stop-on").click()
    page.locator("#stop-back").click()
    drawn(page)
    told = page.locator(".said-visible").inner_text()
    assert "weapons are loaded" in told
    assert "cans are filled" in told
    assert "no watch of the case covers this stop" in told
    page.locator("#stop-on").click()
    drawn(page)
    told = page.locator(".said-visible").inner_text()
    assert "no reading is reported" in told
    assert "turns in" in told
    assert "perhaps" in told


def test_the_fragment_says_the_view_and_gives_it_back(visit, filmed):
    page, _, _ = visit(filmed[1])
    page.locator("#go").select_option("place:yard")
    page.locator('input[data-layer="sorties"], input[data-layer="ground"]').first.uncheck()
    page.locator("#zoom-in").click()
    page.locator("#known").fill("1")
    page.locator("#copy-link").click()
    link = page.locator("#view-link").input_value()
    assert {"place=yard", "known=2020-09-14"} <= set(link.split("#")[1].split("&"))
    assert "layers=" in link
    assert "at=" in link
    fragment_has(page, "known=")
    assert page.evaluate("location.href") == link
    state = "[document.querySelector('#go').value, document.querySelector('#known-day').textContent, document.querySelector('#clock-utc').textContent, [...document.querySelectorAll('input[data-layer]')].map(b => b.checked)]"
    before = page.evaluate(state)
    other, _, _ = visit(filmed[1], "#" + link.split("#")[1])
    assert other.evaluate(state) == before
    assert other.evaluate("scrollY") > 100  # the view is in sight


@pytest.mark.parametrize(
    "fragment",
    [
        "#t=never",
        "#t=",
        "#claim=nobody",
        "#layers=,,x",
        "#at=x,y,z",
        "#%",
        "#known=0",
        "#claim-K2",
        "#t=1850-01-01T00:00:00Z&place=%00",
        "#stop=__proto__&origin=constructor",
    ],
)
def test_any_fragment_is_borne(visit, filmed, fragment):
    page, said, _ = visit(filmed[1], fragment)
    assert said == []
    assert page.locator("#clock-local").inner_text()


def test_keys_alone_do_everything(visit, filmed):
    page, said, _ = visit(filmed[1])
    page.evaluate("document.querySelector('#scene').scrollIntoView()")
    wanted = set(
        page.evaluate(
            "[...document.querySelectorAll('.scene :is(button, input, select, textarea, canvas[tabindex], video)')].filter(e => e.checkVisibility()).map((e, i) => (e.dataset.n = i))"
        )
    )
    page.evaluate("document.querySelector('nav a').focus()")
    reached = set()
    for _ in range(160):
        page.keyboard.press("Tab")
        found = page.evaluate("document.activeElement.dataset ? document.activeElement.dataset.n : undefined")
        if found is not None:
            reached.add(int(found))
            assert (
                page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
                or page.evaluate("document.activeElement.tagName") == "VIDEO"
            )
    assert wanted <= reached
    clock = page.locator("#clock-local")
    page.locator("#moment").focus()
    page.keyboard.press("Home")
    drawn(page)
    first = clock.inner_text()
    page.keyboard.press("ArrowRight")
    drawn(page)
    assert clock.inner_text() != first
    assert "local time" in page.locator("#moment").get_attribute("aria-valuetext")
    page.locator("#map-top").focus()
    before = page.evaluate("document.querySelector('#map-top').getContext('2d') && location.hash")
    for key in ("ArrowLeft", "ArrowUp", "+", "-", "0"):
        page.keyboard.press(key)
    page.locator("#step-on").press("Enter")
    page.locator("#play").press("Enter")
    assert page.locator("#play").inner_text() == "Pause"
    page.locator("#play").press("Enter")
    page.locator("#find-claim").fill("heavy")
    assert page.locator("#claim-list button").count() == 1
    page.locator("#claim-list button").press("Enter")
    drawn(page)
    assert "Claim K1" in page.locator("#chosen").inner_text()
    page.wait_for_function("h => location.hash !== h", arg=before)
    assert said == []


def test_every_control_of_the_map_does_what_it_says(visit, filmed):
    page, said, _ = visit(filmed[1])
    image = "document.querySelector('#map-base').toDataURL()"
    drawn(page)
    pictures = [page.evaluate(image)]
    for act in (
        lambda: page.locator("#zoom-in").click(),
        lambda: page.locator("#zoom-out").click(),
        lambda: page.locator("#view").select_option("incident"),
        lambda: page.locator("#view").select_option("footage"),
        lambda: page.locator("#view").select_option("case"),
    ):
        act()
        drawn(page)
        pictures.append(page.evaluate(image))
    whole_, closer, back, incident, footage, case = pictures
    assert whole_ == back == case
    assert len({whole_, closer, incident, footage}) == 4
    whole = "[...document.querySelectorAll('.map-frame canvas')].map(c => c.toDataURL()).join()"
    to(page, moment(30))
    shown(page, 30)
    for name in page.evaluate("[...document.querySelectorAll('input[data-layer]')].map(b => b.dataset.layer)"):
        before = page.evaluate(whole)
        page.locator(f'input[data-layer="{name}"]').uncheck()
        drawn(page)
        if name not in {"ground", "route"}:  # nothing of theirs is in this view
            assert page.evaluate(whole) != before, name
        page.locator(f'input[data-layer="{name}"]').check()
        drawn(page)
        assert page.evaluate(whole) == before, name
    box = page.locator("#map-top").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 130, steps=4)
    page.mouse.up()
    fragment_has(page, "at=")
    for select in ("#step", "#span"):
        for value in page.evaluate(f"[...document.querySelector('{select}').options].map(o => o.value)"):
            page.locator(select).select_option(value)
            page.locator("#step-on").click()
            page.locator("#step-back").click()
    assert said == []


def test_without_script_the_figures_stand_and_paper_gets_them(visit, filmed, faults):
    page, said, _ = visit(filmed[1], script=False)
    assert not page.locator("#moment").is_visible()
    assert page.locator(".lane").first.is_visible()
    assert page.locator("noscript").count() == 1
    assert page.locator("video").is_visible()
    page, _, _ = visit(filmed[1], width=700)
    page.emulate_media(media="print")
    assert page.evaluate(faults) == []
    assert not page.locator("#map-top").is_visible()
    assert page.locator(".lane").first.is_visible()
    assert not page.locator("video").is_visible()
    assert page.evaluate("document.getAnimations().length") == 0
    assert said == []


HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "<!--<script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    "\u2028${alert(1)}`",
    "javascript:alert(1)",
    '=HYPERLINK("http://x.org")',
    "';DROP TABLE x--",
    "&lt;b&gt;",
    "{{7*7}}",
    "\u202egnp.exe",
]


def test_no_field_of_a_case_becomes_code(visit, tmp_path):
    """HTML, SVG, script and formulas in every free column of every table of the case."""
    import csv
    import io

    bad = " ".join(["=1+1", *HOSTILE])
    changed = {}
    for name, text in GOOD.items():
        if not name.endswith(".csv") or name == "expect.csv":
            continue
        rows = list(csv.DictReader(io.StringIO(text)))
        free = {
            "sources.csv": ["name", "role", "party", "url", "note", "basis", "by"],
            "facts.csv": ["text", "basis", "by"],
            "origins.csv": ["kind", "team", "note", "artefact", "basis", "by"],
            "claims.csv": ["basis", "quote_summary", "url", "verified", "note"],
            "places.csv": ["name", "how"],
            "stops.csv": ["clock", "activity", "official_reading", "url", "note"],
        }[name]
        out = io.StringIO()
        writer = csv.DictWriter(out, list(dict.fromkeys([*rows[0], *free])), lineterminator="\n")
        writer.writeheader()
        writer.writerows([{**r, **dict.fromkeys(free, bad)} for r in rows])
        changed[name.replace(".", "_")] = out.getvalue()
    head = (
        GOOD["case.toml"]
        .replace('"An invented incident"', json.dumps(bad))
        .replace('"a bomb"', json.dumps(bad))
        .replace('"What was in the van?"', json.dumps(bad))
        .replace('"an inquiry"', json.dumps(bad))
    )
    changed["case_toml"] = head.replace(
        'date = "2021-08-29"\n',
        f'date = "2021-08-29"\ntime = "2021-08-29T04:30:00Z"\nplace = "P1"\nsummary = {json.dumps(bad)}\nclock = {json.dumps(bad)}\nhandling = {json.dumps("TLP:CLEAR " + bad)}\n',
        1,
    )
    out = review(write_case(tmp_path, **changed)).out
    page, said, asked = visit(out / "report.html", "#claim=K1")
    for name in ("stop:T1", "place:P1"):
        to(page, "#" + name.replace(":", "="))
        assert HOSTILE[0] in page.locator("#chosen").inner_text()
    assert page.title() != "owned"
    assert page.locator("script").count() == 2
    assert page.locator("main img, main iframe, svg script, a[href^=javascript]").count() == 0
    assert said == []
    assert asked == [(out / "report.html").as_uri()]
    held = 0
    for table in (out / "tables").iterdir():
        for row in csv.reader(io.StringIO(table.read_text(encoding="utf-8"), newline="")):
            held += sum(cell.startswith("'=1+1") for cell in row)
            assert not [cell for cell in row if cell.startswith(("=", "@", "+", "\t"))], table.name
    assert held > 20  # the text is there, and no spreadsheet runs it


def test_a_policy_of_hashes_stops_what_is_put_in_later(visit, filmed):
    page, said, asked = visit(filmed[1])
    refused = []
    page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
    page.evaluate("""() => { const s = document.createElement('script'); s.textContent = 'document.title = "owned"'; document.body.append(s);
      const i = new Image(); i.src = 'https://example.org/x.png'; document.body.append(i); fetch('https://example.org/').catch(() => 0); }""")
    for _ in range(600):
        if len(said) >= 3 and refused:
            break
        page.wait_for_timeout(50)
    assert page.title() != "owned"
    assert all("Content Security Policy" in line or "violates" in line for line in said)
    assert len(said) >= 3
    assert refused == [("https://example.org/x.png", "csp")]  # the fetch is refused before it is a request
    assert asked[1:] in ([], ["https://example.org/x.png"])


def test_a_page_with_footage_has_the_same_bytes_each_time(filmed, tmp_path):
    root = tmp_path / "case"
    shutil.copytree(filmed[0], root, ignore=shutil.ignore_patterns("made", "out"))
    again = review(root, tmp_path / "out").out
    assert (again / "report.html").read_bytes() == filmed[1].read_bytes()
    assert FRAMES == 90


def test_clips_of_one_time_show_the_same_moment(visit, tmp_path):
    root = tmp_path / "case"
    write_scene(root, clips=2)
    page, said, _ = visit(review(root).out / "report.html", moment(30))
    assert page.locator("video").count() == 2
    for n in (30, 61):
        to(page, moment(n))
        shown(page, n)
        page.wait_for_function(f"() => [...document.querySelectorAll('video')].every(v => v.dataset.frame === '{n}')")
    page.locator("#film-choice").select_option(label="clip2.ts")
    drawn(page)
    assert page.locator(".film:not([hidden]) figcaption").inner_text().startswith("clip2.ts")
    fragment_has(page, "film=clip2")
    assert said == []


def test_a_widened_stretch_keeps_every_mark_at_its_moment(visit, filmed):
    page, _, _ = visit(filmed[1])
    x = """() => { const box = document.querySelector('.lanes-wide').getBoundingClientRect();
      return [...document.querySelectorAll('.lane-said .item')].map(e => (e.getBoundingClientRect().left - box.left) / box.width); }"""
    before = page.evaluate(x)
    page.locator("#span").select_option("clip:clip1")
    drawn(page)
    wide = page.evaluate(
        "() => { const b = document.querySelector('.day-lanes'); return b.firstElementChild.scrollWidth / b.clientWidth; }"
    )
    assert wide > 10
    assert np.abs(np.array(page.evaluate(x)) - before).max() < 0.002
    assert page.locator("#moment").evaluate("e => (e.max - e.min) / 1000") == pytest.approx(2.966, abs=0.01)
    assert page.locator(".clock-axis text").count() > 10


def test_a_clock_that_was_never_set_does_not_stretch_the_day(visit, filmed, tmp_path):
    root = tmp_path / "case"
    shutil.copytree(filmed[0], root, ignore=shutil.ignore_patterns("made", "out"))
    for name in ("stops.csv", "watch.csv", "case.toml", "tracks/uav.csv", "tracks/car.csv"):
        text = (root / name).read_text(encoding="utf-8")
        (root / name).write_text(text.replace("2020-09-13T", "2019-03-02T"), encoding="utf-8")
    page, said, _ = visit(review(root).out / "report.html")
    assert "far from the day of the case" in page.locator(".doubts").inner_text()
    assert page.locator("#moment").evaluate("e => e.max - e.min") < 120_000
    page.evaluate(f"document.querySelector('video').currentTime = {20.5 / RATE}")
    page.wait_for_function("() => document.querySelector('.film-said').dataset.frame === '20'")
    assert (
        "2 Mar 2019" in page.locator("#clock-utc").inner_text()
    )  # the moment stays; the map still shows the footprint
    assert "packet 20; 12:26:40.666 UTC" in page.locator(".film-said").inner_text()
    assert "Camera of clip.ts" in page.locator("#readout").inner_text()
    assert said == []


@pytest.mark.parametrize(
    "head",
    ["", 'time = "2021-08-29T12:23:00Z"\n', 'time = "2021-08-29T12:23:00Z"\nplace = "P1"\n'],
    ids=["no time", "a time alone", "time and place"],
)
@pytest.mark.parametrize("files", ["whole", "no places", "claims alone"])
def test_little_material_still_makes_a_page_that_moves(visit, faults, tmp_path, head, files):
    if "place" in head and files != "whole":
        pytest.skip("the case would name a place that it does not have")
    gone = {
        "whole": (),
        "no places": ("places_csv", "stops_csv"),
        "claims alone": ("places_csv", "stops_csv", "facts_csv", "expect_csv", "origins_csv"),
    }[files]
    changes = dict.fromkeys(gone)
    changes["case_toml"] = GOOD["case.toml"].replace('date = "2021-08-29"\n', f'date = "2021-08-29"\n{head}', 1)
    if files == "claims alone":
        changes["claims_csv"] = (
            "id,said_at,public_at,source,favours,strength\nK1,2021-08-29,2021-08-29,S1,q1:bomb,weak\n"
        )
    page, said, _ = visit(review(write_case(tmp_path, **changes)).out / "report.html", "#claim=K1", 390)
    assert page.evaluate(faults) == []
    assert "K1" in page.locator("#chosen").inner_text()
    assert said == []


def test_a_film_that_lies_elsewhere_does_not_move_the_moment(visit, filmed, tmp_path):
    root = tmp_path / "case"
    shutil.copytree(filmed[0], root, ignore=shutil.ignore_patterns("made", "out"))
    text = (root / "case.toml").read_text(encoding="utf-8")
    (root / "case.toml").write_text(text.replace("T12:26:43Z", "T12:27:43Z"), encoding="utf-8")
    page, _, _ = visit(review(root).out / "report.html")
    page.wait_for_function("() => document.querySelector('.film-said').textContent.startsWith('Picture 1 of')")
    assert "12:27:43 UTC" in page.locator("#clock-utc").inner_text()
    assert "Camera of clip.ts" not in page.locator("#readout").inner_text()
    assert "Picture 1 of 90; packet 0; 12:26:40.000 UTC" in page.locator(".film-said").inner_text()
    assert "The film does not show the moment above" in page.locator(".film-said").inner_text()
    page.locator("#go").select_option("clip:clip1")
    page.wait_for_function("() => document.querySelector('#readout').textContent.includes('Camera of clip.ts')")


def test_a_telemetry_clock_that_leaps_and_a_name_of_any_letters_are_borne(visit, tmp_path, monkeypatch):
    monkeypatch.setattr(films_module, "BUDGET", 0)
    root = tmp_path / "case"
    write_scene(root, Plan(frames=60, rate=RATE, size=(192, 144), faults=Faults(jump=(40, -0.7), flip=0.1)))
    (root / "footage" / "clip.ts").rename(root / "footage" / "a #1 ?% فیلم.ts")
    page, said, _ = visit(review(root).out / "report.html", moment(20))
    page.wait_for_function("() => Number(document.querySelector('.film-said').dataset.frame) >= 16")
    assert (
        int(page.locator(".film-said").get_attribute("data-frame")) < 25
    )  # two pictures carry that time; damaged packets leave some without
    assert page.locator("video").evaluate("v => v.error") is None
    assert said == []
