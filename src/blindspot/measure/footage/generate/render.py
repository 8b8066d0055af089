"""How does a scene look from a pose? The ground through a homography of rays met with it, boxes and movers drawn on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage import geometry as geo

if TYPE_CHECKING:
    from blindspot.measure.footage.footprint import View
    from blindspot.measure.footage.generate.scene import Scene

TEXELS = 1600


class Renderer:
    """Draws grey pictures of a scene. size: (width, height) in pixels."""

    def __init__(self, scene: Scene, size: tuple[int, int]) -> None:
        self.scene, self.size = scene, size
        self.texture = ground_texture(scene)

    def picture(self, v: View, row: int, t: float) -> np.ndarray:
        """The picture from row `row` of a view at a moment."""
        import cv2

        width, height = self.size
        x, y = np.array([-1.0, 1, 1, -1]), np.array([-1.0, -1, 1, 1])
        direction = geo.rays(v.look[row], v.hfov[row], v.vfov[row], x, y)
        hit = geo.meet_ellipsoid(v.origin[row], direction, np.array(self.scene.ground))
        ground = self.scene.to_local(hit)
        texels = ((ground / self.scene.extent + 0.5) * TEXELS).astype(np.float32)
        texels[:, 1] = TEXELS - texels[:, 1]
        corners = np.array(
            [[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]], np.float32
        )
        warp = cv2.getPerspectiveTransform(texels, corners)
        out = cv2.warpPerspective(self.texture, warp, self.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        for box in self._boxes(t, v.origin[row]):
            self._draw(out, v, row, *box)
        return out

    def _boxes(self, t: float, eye: np.ndarray) -> list[tuple[np.ndarray, float, int]]:
        """Boxes (4 corners east-north, height, grey), farthest first."""
        s = self.scene
        boxes = [
            (_rectangle(e, n, 0.0, a, b), float(h), int(g)) for e, n, a, b, h, g in s.numbers["building"][: s.buildings]
        ]
        boxes += [(_rectangle(e, n, d, 4.4, 1.8), 1.5, 235) for e, n, d in s.movers(t, "vehicle")]
        boxes += [(_rectangle(e, n, d, 0.5, 0.4), 1.7, 20) for e, n, d in s.movers(t, "person")]
        at = s.to_local(eye)
        return sorted(boxes, key=lambda b: -float(np.hypot(*(b[0].mean(axis=0) - at))))

    def _draw(self, out: np.ndarray, v: View, row: int, plan: np.ndarray, high: float, grey: int) -> None:
        import cv2

        low = self.pixels(v, row, plan, 0.0)
        top = self.pixels(v, row, plan, high)
        if np.isnan(low).any() or np.isnan(top).any():
            return
        for i in range(4):
            j = (i + 1) % 4
            wall = np.array([low[i], low[j], top[j], top[i]])
            cv2.fillConvexPoly(
                out, (wall * 16).astype(np.int32), max(0, grey - 40 - 12 * i), lineType=cv2.LINE_AA, shift=4
            )
        cv2.fillConvexPoly(out, (top * 16).astype(np.int32), grey, lineType=cv2.LINE_AA, shift=4)

    def pixels(self, v: View, row: int, plan: np.ndarray, up: float) -> np.ndarray:
        """(n, 2) pixel places of points at a height above the ground; NaN behind the camera."""
        at = self.scene.to_earth(plan[:, 0], plan[:, 1], np.full(len(plan), up))
        to = (at - v.origin[row]) @ v.look[row]
        ahead = np.where(to[:, 0] > 1, to[:, 0], np.nan)
        px = to[:, 1] / ahead / np.tan(np.radians(v.hfov[row]) / 2)
        py = to[:, 2] / ahead / np.tan(np.radians(v.vfov[row]) / 2)
        width, height = self.size
        return np.column_stack(((px + 1) / 2 * width - 0.5, (py + 1) / 2 * height - 0.5))


def _rectangle(east: float, north: float, heading: float, length: float, width: float) -> np.ndarray:
    a = np.radians(heading)
    along, side = np.array([np.sin(a), np.cos(a)]) * length / 2, np.array([np.cos(a), -np.sin(a)]) * width / 2
    corners: np.ndarray = np.array([along + side, along - side, -along - side, -along + side])
    out: np.ndarray = np.array([east, north]) + corners
    return out


def ground_texture(scene: Scene) -> np.ndarray:
    """A grey ground with fields, tracks and stones: enough detail at every scale to register."""
    import cv2

    r = np.random.default_rng(scene.seed + 7)
    out = np.full((TEXELS, TEXELS), 118.0, np.float32)
    for cells, strength in ((12, 22), (50, 16), (200, 12), (800, 9)):
        noise = r.normal(0, strength, (cells, cells)).astype(np.float32)
        out += cv2.resize(noise, (TEXELS, TEXELS), interpolation=cv2.INTER_CUBIC)
    for _ in range(9):
        a, b = r.integers(0, TEXELS, 2), r.integers(0, TEXELS, 2)
        cv2.line(out, (int(a[0]), 0), (int(b[0]), TEXELS), float(r.uniform(140, 190)), int(r.integers(8, 26)))
        cv2.line(out, (0, int(a[1])), (TEXELS, int(b[1])), float(r.uniform(60, 90)), int(r.integers(3, 10)))
    return np.clip(out, 0, 255).astype(np.uint8)
