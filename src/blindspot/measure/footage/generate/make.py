"""A clip with known truth: pictures and telemetry of a scene, coded and laid into a transport stream, with faults on request."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from blindspot.case.store import write_bytes
from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage.footprint import View, view
from blindspot.measure.footage.generate import pack
from blindspot.measure.footage.generate.mux import Mux, sei_time
from blindspot.measure.footage.generate.render import Renderer
from blindspot.measure.footage.generate.scene import Scene
from blindspot.measure.footage.model import Telemetry, no_targets

if TYPE_CHECKING:
    from pathlib import Path

EPOCH_US = 1_600_000_000_000_000  # of the simulated clock; no real incident


@dataclass(frozen=True)
class Faults:
    """What goes wrong. lag: frames by which telemetry is stamped late. drop, flip: shares of transport packets that are lost,
    of telemetry packets that get a flipped bit. boresight: degrees added to azimuth and elevation that the telemetry does not
    know of. jump: (frame, seconds) at which the telemetry's clock leaps. other: scene whose telemetry is put in instead.
    """

    lag: int = 0
    drop: float = 0.0
    flip: float = 0.0
    boresight: tuple[float, float] = (0.0, 0.0)
    jump: tuple[int, float] | None = None
    other: Scene | None = None
    seed: int = 0


@dataclass(frozen=True)
class Plan:
    """What to make: scene, frames, rate, picture size, how the telemetry is carried, whether targets are reported,
    when it begins.
    """

    scene: Scene = field(default_factory=Scene)
    frames: int = 300
    rate: float = 30.0
    size: tuple[int, int] = (320, 240)
    synchronous: bool = True
    stream_id: int = 0xFC
    stamped: bool = True
    targets: bool = True
    legacy: bool = False
    classification: int = 1
    faults: Faults = field(default_factory=Faults)
    start_us: int = EPOCH_US  # of the clock of the first frame


@dataclass(frozen=True)
class Made:
    """The truth of a clip: moments of the frames (s from its start), the true view at each, KLV packets as written, which
    transport packets were dropped, and true vehicle places (frames, vehicles, 2) east and north.
    """

    plan: Plan
    moments: np.ndarray
    view: View
    packets: tuple[bytes, ...]
    dropped: np.ndarray
    vehicles: np.ndarray


def telemetry_of(columns: dict[str, np.ndarray]) -> Telemetry:
    """Columns as a telemetry, for the geometry."""
    n = len(next(iter(columns.values())))
    none = np.full(n, -1, np.int64)
    return Telemetry(
        0, np.zeros(n, np.int64), np.zeros(n, np.int64), none, none, none, columns, {}, {}, {}, 0, no_targets()
    )


def true_view(scene: Scene, t: np.ndarray, size: tuple[int, int], boresight: tuple[float, float] = (0.0, 0.0)) -> View:
    """Where the camera really looks at moments t."""
    pose = scene.pose(t)
    pose["sensor_relative_azimuth"] = (pose["sensor_relative_azimuth"] + boresight[0]) % 360
    pose["sensor_relative_elevation"] = pose["sensor_relative_elevation"] + boresight[1]
    pose["frame_center_ellipsoid_height"] = np.full(len(t), scene.ground)
    return view(telemetry_of(pose), size)


def make_clip(path: Path, plan: Plan) -> Made:
    """Write a clip and give its truth. The same plan gives the same bytes."""
    t = np.arange(plan.frames) / plan.rate
    real = true_view(plan.scene, t, plan.size, plan.faults.boresight)
    packets = klv_packets(plan, t)
    mux = Mux(plan.synchronous, plan.stream_id, plan.stamped)
    for i, (coded, key) in enumerate(_coded(plan, real, t)):
        shown = 1.0 + i / plan.rate
        mux.picture(_with_time(coded, plan.start_us + round(t[i] * 1e6)), shown, key=key)
        mux.metadata(packets[i], shown)
    content, dropped = _damage(bytes(mux.out), plan.faults)
    write_bytes(path, content)
    vehicles = np.stack([plan.scene.movers(float(s), "vehicle")[:, :2] for s in t])
    return Made(plan, t, real, tuple(packets), dropped, vehicles)


def klv_packets(plan: Plan, t: np.ndarray) -> list[bytes]:
    """The telemetry packets that are stamped with the moments t, faults included."""
    scene, faults = plan.faults.other or plan.scene, plan.faults
    described = t - faults.lag / plan.rate
    pose = scene.pose(described)
    told = true_view(scene, described, plan.size)
    x, y = np.array([0.0, -1, 1, 1, -1]), np.array([0.0, -1, -1, 1, 1])
    direction = geo.rays(told.look[:, None], told.hfov[:, None], told.vfov[:, None], x, y)
    lat, lon, _ = geo.to_geodetic(
        geo.meet_ellipsoid(told.origin[:, None], direction, np.full((len(t), 1), scene.ground))
    )
    random = np.random.default_rng(faults.seed)
    out = []
    for i in range(len(t)):
        leap = faults.jump[1] if faults.jump and i >= faults.jump[0] else 0.0
        time = plan.start_us + round((t[i] + leap) * 1e6)
        values: dict[str, float | str | bytes] = {name: float(column[i]) for name, column in pose.items()}
        values |= {
            "precision_time_stamp": time, "mission_id": "SIMULATED", "version": 19, "platform_designation": "SIMULATED",
            "sensor_vertical_fov": float(told.vfov[i]), "frame_center_latitude": float(lat[i, 0]),
            "frame_center_longitude": float(lon[i, 0]), "frame_center_ellipsoid_height": scene.ground,
            "security": pack.security(plan.classification),
        }  # fmt: skip
        for corner in range(4):
            values[f"corner_latitude_{corner + 1}"] = float(lat[i, corner + 1])
            values[f"corner_longitude_{corner + 1}"] = float(lon[i, corner + 1])
        if plan.targets and i % 5 == 0:
            seen = visible(scene, told, i, float(described[i]), plan.size)
            values["vmti"] = pack.vmti(time, plan.size, seen, legacy=plan.legacy)
        content = pack.packet(values)
        if faults.flip and random.random() < faults.flip:
            bit = int(random.integers(0, 8 * len(content)))
            content = content[: bit // 8] + bytes([content[bit // 8] ^ 1 << bit % 8]) + content[bit // 8 + 1 :]
        out.append(content)
    return out


def visible(
    scene: Scene, v: View, row: int, t: float, size: tuple[int, int]
) -> list[tuple[int, int, int, float, float, float]]:
    """(id, row, column from 1, lat, lon, height) of the vehicles in the picture."""
    at = scene.movers(t, "vehicle")[:, :2]
    pixels = Renderer.pixels(_Frame(scene, size), v, row, at, 0.0)  # type: ignore[arg-type]  # needs scene and size only
    lat, lon, height = geo.to_geodetic(scene.to_earth(at[:, 0], at[:, 1], np.zeros(len(at))))
    found = []
    for i, (px, py) in enumerate(pixels):
        if 0 <= px < size[0] - 1 and 0 <= py < size[1] - 1:
            found.append((i + 1, round(py) + 1, round(px) + 1, float(lat[i]), float(lon[i]), float(height[i])))
    return found


@dataclass(frozen=True)
class _Frame:
    scene: Scene
    size: tuple[int, int]


def _coded(plan: Plan, real: View, t: np.ndarray) -> list[tuple[bytes, bool]]:
    """H.264 access units, one per frame, in order (no B-frames), Annex B with delimiters."""
    import av

    context = av.CodecContext.create("libx264", "w")
    context.width, context.height = plan.size
    context.pix_fmt = "yuv420p"
    context.time_base = _fraction(1, plan.rate)
    context.framerate = _fraction(plan.rate, 1)
    context.thread_count = 1
    context.options = {
        "preset": "veryfast",
        "crf": "20",
        "x264-params": "aud=1:repeat-headers=1:bframes=0:keyint=30:scenecut=0:annexb=1:threads=1",
    }
    renderer = Renderer(plan.scene, plan.size)
    out = []
    for i in range(plan.frames):
        grey = renderer.picture(real, i, float(t[i]))
        frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
        frame.pts = i
        out += [(bytes(p), bool(p.is_keyframe)) for p in context.encode(frame)]
    return out + [(bytes(p), bool(p.is_keyframe)) for p in context.encode(None)]


def _fraction(a: float, b: float) -> Fraction:
    return Fraction(a).limit_denominator(1001) / Fraction(b).limit_denominator(1001)


def _with_time(coded: bytes, time_us: int) -> bytes:
    """An access unit with its ST 0604 time behind the delimiter."""
    at = coded.find(b"\x00\x00\x01", 4) - 1
    return coded[:at] + sei_time(time_us) + coded[at:] if at > 0 else coded


def _damage(content: bytes, faults: Faults) -> tuple[bytes, np.ndarray]:
    if not faults.drop:
        return content, np.empty(0, np.int64)
    random = np.random.default_rng(faults.seed + 1)
    rows = np.frombuffer(content, np.uint8).reshape(-1, 188)
    lost = random.random(len(rows)) < faults.drop
    lost[:8] = False
    return rows[~lost].tobytes(), np.flatnonzero(lost)


def with_faults(plan: Plan, faults: Faults) -> Plan:
    """The same plan with other faults."""
    return replace(plan, faults=faults)
