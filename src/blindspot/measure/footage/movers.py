"""What moved on the ground? Proposals without any trained weights: difference of stabilised pictures, tracks confirmed over frames.

A picture is laid over the next by the similarity that registration found; what differs by more than noise and holds together is a
spot; spots that are followed over several pictures at a steady pace are tracks. A tall thing that stands still seems to creep as
the camera moves past (parallax): its apparent motion on the ground is -h/H times that of the camera. A track that fits it
with a plausible height is named so, not dropped. A proposal says that something moved there, never what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage.footprint import ground_points
from blindspot.measure.footage.frames import pictures
from blindspot.measure.footage.registration import between, mask_of
from blindspot.measure.footage.tables import picture_packets

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.footage.clip import Clip, Seen

GAP = 3  # pictures between the two that are compared
FEWEST = 6  # pictures a track must be seen in
REACH = 12.0  # pixels a spot may jump between pictures
LARGEST = 0.02  # of the picture: more is not a mover
TALLEST = 30.0  # metres: a parallax that would need more height is none
FASTEST = 60.0  # metres a second: above it no road traffic is meant; judgement
ALONG = 25.0  # degrees by which parallax may be off the camera's way


@dataclass(slots=True)
class Track:
    """One proposal: pictures, seconds of PTS, pixel places (stabilised to the first picture and own), and places on the ground.

    speed: metres a second on the ground, NaN without pose. parallax_m: the height of a standing thing that would creep like
    this, NaN where none would. why: in words.
    """

    frames: list[int] = field(default_factory=list)
    pts: list[float] = field(default_factory=list)
    steady: list[np.ndarray] = field(default_factory=list)
    pixel: list[tuple[float, float]] = field(default_factory=list)
    lat: np.ndarray = field(default_factory=lambda: np.empty(0))
    lon: np.ndarray = field(default_factory=lambda: np.empty(0))
    speed: float = float("nan")
    parallax_m: float = float("nan")
    why: str = "moves on the ground"


def movers(path: Path, clip: Clip, seen: Seen | None, most: int = 150) -> list[Track]:
    """Tracks of what moved in the first `most` pictures, longest first."""
    frames = list(pictures(path, most=most))
    if len(frames) <= GAP + FEWEST:
        return []
    mask = mask_of(path, clip.frames)
    if mask is None or mask.shape != frames[0].pixels.shape:
        return []
    steps = [between(a.pixels, b.pixels, mask)[0] for a, b in pairwise(frames)]
    to_first: np.ndarray = np.eye(3)
    tracks: list[Track] = []
    done: list[Track] = []
    for i in range(GAP, len(frames)):
        chain: np.ndarray = np.eye(3)
        for step in steps[i - GAP : i]:
            chain = _three(step) @ chain
        if i == GAP:
            to_first = np.linalg.inv(chain) if np.isfinite(chain).all() else np.full((3, 3), np.nan)
        elif np.isfinite(steps[i - 1]).all():
            to_first = to_first @ np.linalg.inv(_three(steps[i - 1]))
        if not np.isfinite(chain).all() or not np.isfinite(to_first).all():
            done, tracks, to_first = done + tracks, [], np.eye(3)
            continue
        spots = _spots(frames[i - GAP].pixels, frames[i].pixels, chain, mask)
        tracks = _link(tracks, spots, to_first, i, frames[i].pts, done)
    done += tracks
    found = [t for t in done if len(t.frames) >= FEWEST and _steady(t)]
    scale = frames[0].scale
    for track in found:
        _place(track, clip, seen, scale)
    return sorted(found, key=lambda t: (-len(t.frames), t.frames[0]))


def _three(matrix: np.ndarray) -> np.ndarray:
    return np.vstack((matrix, [0, 0, 1]))


def _spots(before: np.ndarray, now: np.ndarray, chain: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(n, 2) middles of what differs between the stabilised pictures, where it is now."""
    import cv2

    height, width = now.shape
    laid: np.ndarray = cv2.warpAffine(before, chain[:2], (width, height), borderValue=0)
    valid: np.ndarray = cv2.warpAffine(np.full_like(before, 255), chain[:2], (width, height)) == 255
    valid = cv2.erode(valid.astype(np.uint8), np.ones((9, 9))) > 0
    valid &= mask > 0
    a, b = (cv2.GaussianBlur(p, (5, 5), 0).astype(np.int16) for p in (laid, now))
    # A step of one pixel at an edge is no motion: the least difference over the neighbourhood counts.
    low = cv2.erode(laid, np.ones((3, 3))).astype(np.int16)
    high = cv2.dilate(laid, np.ones((3, 3))).astype(np.int16)
    difference = np.where(valid, np.maximum(np.maximum(low - b, b - high), 0), 0)
    del a
    noise = 1.5 * float(np.median(np.abs(difference[valid]))) if valid.any() else 0.0
    hot: np.ndarray = (difference > max(14.0, 6 * noise)).astype(np.uint8)
    hot = cv2.morphologyEx(hot, cv2.MORPH_CLOSE, np.ones((5, 5)))
    n, _, stats, middles = cv2.connectedComponentsWithStats(hot)
    keep = [i for i in range(1, n) if 4 <= stats[i, cv2.CC_STAT_AREA] <= LARGEST * width * height]
    return middles[keep][:200]


def _link(
    tracks: list[Track], spots: np.ndarray, to_first: np.ndarray, i: int, pts: float, done: list[Track]
) -> list[Track]:
    """Give each spot to the nearest track that expects it; others begin tracks; tracks without a spot for 3 pictures end."""
    steady = (to_first[:2, :2] @ spots.T).T + to_first[:2, 2] if len(spots) else np.empty((0, 2))
    free = set(range(len(spots)))
    for track in sorted(tracks, key=lambda t: -len(t.frames)):
        expected = track.steady[-1]
        if len(track.steady) >= 2:
            pace = (track.steady[-1] - track.steady[-2]) / max(track.frames[-1] - track.frames[-2], 1)
            expected = expected + pace * (i - track.frames[-1])
        if not free:
            break
        order = sorted(free)
        gaps = np.hypot(*(steady[order] - expected).T)
        best = int(np.argmin(gaps))
        if gaps[best] <= REACH:
            _extend(track, i, pts, steady[order[best]], spots[order[best]])
            free.discard(order[best])
    live = [t for t in tracks if i - t.frames[-1] <= 3]
    done += [t for t in tracks if i - t.frames[-1] > 3]
    for j in sorted(free):
        fresh = Track()
        _extend(fresh, i, pts, steady[j], spots[j])
        live.append(fresh)
    return live


def _extend(track: Track, i: int, pts: float, steady: np.ndarray, pixel: np.ndarray) -> None:
    track.frames.append(i)
    track.pts.append(pts)
    track.steady.append(np.asarray(steady))
    track.pixel.append((float(pixel[0]), float(pixel[1])))


def _steady(track: Track) -> bool:
    """Whether the track goes somewhere: its way from end to end is at least half of the way walked, and 3 pixels.

    What stands still on the screen while the ground moves under it is a burnt-in mark, not a mover.
    """
    if np.std(track.pixel, axis=0).max() < 1.5:
        return False
    way = np.array(track.steady)
    straight = float(np.hypot(*(way[-1] - way[0])))
    walked = float(np.hypot(*np.diff(way, axis=0).T).sum())
    return straight >= 3 and straight >= 0.5 * walked


def _place(track: Track, clip: Clip, seen: Seen | None, scale: tuple[float, float]) -> None:
    if seen is None or clip.info is None:
        return
    rows = picture_packets(clip, seen, np.array(track.pts))
    if (rows < 0).any() or seen.footprints.contradicts[rows].any():
        return
    px = np.array(track.pixel) / np.array(scale)
    x, y = (2 * px[:, 0] + 1) / clip.info.width - 1, (2 * px[:, 1] + 1) / clip.info.height - 1
    hit = ground_points(seen.view, x[:, None], y[:, None], rows=rows)[:, 0]
    track.lat, track.lon, _ = geo.to_geodetic(hit)
    gone = hit[-1] - hit[0]
    seconds = track.pts[-1] - track.pts[0]
    distance = float(np.linalg.norm(gone))
    if seconds > 0:
        track.speed = distance / seconds
        if track.speed > FASTEST:
            track.why = (
                f"no road traffic: over {FASTEST:.0f} m/s; noise of the picture, a wrong pose, or something in the air"
            )
    flown = seen.view.origin[rows[-1]] - seen.view.origin[rows[0]]
    flown_m = float(np.linalg.norm(flown))
    above = float(geo.to_geodetic(seen.view.origin[rows[0]])[2] - seen.view.ground[rows[0]])
    if flown_m <= 0 or above <= 0 or distance <= 0:
        return
    cosine = float(-(gone @ flown) / (distance * flown_m))
    height = distance * above / flown_m
    if cosine > np.cos(np.radians(ALONG)) and height <= TALLEST:
        track.parallax_m = height
        track.why = f"may stand still: parallax of something {height:.0f} m high would creep like this"
