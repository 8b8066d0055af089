"""Films against their sources: the same pictures, the same moments, nothing else in them."""

from fractions import Fraction

import av
import numpy as np
import pytest

from blindspot.publish.report.media import TICKS, film
from measure.footage.made import clip


def decoded(path):
    """(seconds, grey picture) of every picture, in order of showing."""
    with av.open(str(path)) as file:
        return [(float(f.time), f.to_ndarray(format="gray")) for f in file.decode(video=0)]


def write_video(
    path, codec, *, rate=Fraction(25), frames=40, size=(320, 240), options=None, start=0, sound=None, container=None
):
    """A clip whose n-th picture holds n as bars, with or without sound."""
    with av.open(str(path), "w", format=container) as made:
        out = made.add_stream(codec, rate=rate)
        out.width, out.height, out.pix_fmt = *size, "yuv420p"
        out.options = options or {}
        heard = made.add_stream(sound, rate=48_000) if sound else None
        for n in range(frames):
            grey = np.full((size[1], size[0]), 40, np.uint8)
            for bit in range(8):
                grey[:, bit * 40 : bit * 40 + 40] = 220 if n >> bit & 1 else 40
            frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = start + n, 1 / rate
            made.mux(out.encode(frame))
            if heard is not None:
                tone = np.zeros((1, 1920), np.float32)
                quiet = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
                quiet.sample_rate, quiet.pts, quiet.time_base = 48_000, (start + n) * 1920, Fraction(1, 48_000)
                made.mux(heard.encode(quiet))
        made.mux(out.encode(None))
        if heard is not None:
            made.mux(heard.encode(None))
    return path


def number(grey):
    """What the bars of a picture say."""
    wide = grey.shape[1] / 8
    return sum(
        1 << bit
        for bit in range(8)
        if grey[:, int(wide * bit + wide * 0.3) : int(wide * bit + wide * 0.7)].mean() > 128
    )


def test_a_transport_stream_is_copied_picture_by_picture_with_its_offset(tmp_path):
    path, truth = clip()
    made, target = film(path, tmp_path)
    source, copy = decoded(path), decoded(target)
    assert made.copied
    assert len(source) == len(copy) == len(made.ticks) == len(truth.moments)
    for (then, one), (now, other), tick in zip(source, copy, made.ticks, strict=True):
        assert np.array_equal(one, other)  # not coded anew
        assert now == pytest.approx(then - made.offset_s, abs=1e-4)
        assert tick / TICKS == pytest.approx(now, abs=1e-4)
    raw = target.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")  # plays before it is read whole
    assert b"SIMULATED" not in raw  # the telemetry stays behind
    assert [s.type for s in av.open(str(target)).streams] == ["video"]


def test_pictures_shown_in_another_order_than_coded_keep_their_moments(tmp_path):
    options = {"bf": "2", "g": "20", "x264-params": "b-adapt=0"}
    path = write_video(tmp_path / "b.ts", "libx264", options=options, start=50, container="mpegts")
    made, target = film(path, tmp_path / "made")
    copy = decoded(target)
    assert made.copied
    assert [number(grey) for _, grey in copy] == list(range(40))
    assert [at for at, _ in copy] == pytest.approx([n / 25 for n in range(40)], abs=1e-3)
    assert [t / TICKS for t in made.ticks] == pytest.approx([n / 25 for n in range(40)], abs=1e-3)
    assert made.offset_s == pytest.approx(decoded(path)[0][0], abs=1e-3)


def test_a_stream_cut_in_mid_group_begins_with_its_first_whole_picture(tmp_path):
    path = write_video(
        tmp_path / "c.ts", "libx264", options={"g": "20", "bf": "0", "sc_threshold": "0"}, container="mpegts"
    )
    raw = path.read_bytes()
    rows = np.frombuffer(raw, np.uint8).reshape(-1, 188)
    (tmp_path / "cut.ts").write_bytes(rows[:3].tobytes() + rows[len(rows) // 3 :].tobytes())
    made, target = film(tmp_path / "cut.ts", tmp_path / "made")
    copy = decoded(target)
    whole = {number(grey): at for at, grey in decoded(path)}
    first = number(copy[0][1])
    assert first == 20
    assert copy[0][0] == pytest.approx(0, abs=1e-3)
    assert made.offset_s == pytest.approx(whole[first], abs=1e-3)


@pytest.mark.parametrize(("codec", "name"), [("mpeg4", "a.mkv"), ("mpeg2video", "a.ts"), ("libx265", "a.mp4")])
def test_what_browsers_do_not_play_is_coded_anew_with_the_same_moments(tmp_path, codec, name):
    path = write_video(
        tmp_path / name, codec, options={"b": "2000000"} if codec != "libx265" else {"x265-params": "log-level=none"}
    )
    made, target = film(path, tmp_path / "made")
    copy = decoded(target)
    assert not made.copied
    assert av.open(str(target)).streams.video[0].codec_context.name == "h264"
    assert [number(grey) for _, grey in copy] == list(range(40))
    assert [at for at, _ in copy] == pytest.approx([n / 25 for n in range(40)], abs=2e-3)
    assert len(made.ticks) == 40


def test_a_wide_picture_is_made_small_and_sound_goes_along(tmp_path):
    path = write_video(tmp_path / "w.mkv", "mpeg4", size=(1920, 1080), frames=8, sound="flac")
    made, target = film(path, tmp_path / "made")
    assert (made.width, made.height) == (1280, 720)
    assert made.sound
    assert [s.codec_context.name for s in av.open(str(target)).streams] == ["h264", "aac"]


def test_a_film_is_made_once_and_with_the_same_bytes(tmp_path):
    path, _ = clip()
    made, target = film(path, tmp_path / "a")
    stamp = target.stat().st_mtime_ns
    assert film(path, tmp_path / "a") == (made, target)
    assert target.stat().st_mtime_ns == stamp
    assert film(path, tmp_path / "b")[1].read_bytes() == target.read_bytes()


@pytest.mark.parametrize("content", [b"", b"no video at all", b"\x47" * 18_800])
def test_what_holds_no_picture_gives_no_film(tmp_path, content):
    (tmp_path / "x.ts").write_bytes(content)
    assert film(tmp_path / "x.ts", tmp_path / "made") is None
    assert not list((tmp_path / "made").iterdir())


@pytest.mark.shared
def test_real_footage_gives_films(shared, tmp_path):
    for name in ("osh-sample-stream.ts", "kwiver/aphill_short.ts", "kwiver/h265_klv.ts"):
        made, target = film(shared / "footage" / name, tmp_path)
        assert len(decoded(target)) == len(made.ticks) > 20
