"""Generated scenes of a car seen from the air: texture, a drifting camera, look-alikes, and an occlusion of known length."""

import numpy as np


def texture(rng, h, w):
    """Ground with structure at many scales, 0-255."""
    out = np.zeros((h, w))
    for scale, weight in ((64, 40), (16, 25), (4, 12)):
        small = rng.normal(0, 1, (h // scale + 2, w // scale + 2))
        up = np.kron(small, np.ones((scale, scale)))[:h, :w]
        out += weight * up
    return np.clip(120 + out, 0, 255)


def car(rng, w=28, h=14):
    """A body, dark screens, a little of its own pattern."""
    body = np.full((h, w), rng.choice([40, 90, 170, 230], p=[0.2, 0.2, 0.2, 0.4]) + rng.normal(0, 8))
    body[2:-2, 6:10] = 40
    body[2:-2, -9:-6] = 50
    body += rng.normal(0, 6, body.shape)
    return np.clip(body, 0, 255)


def scene(seed, h=240, w=320, frames=120, hidden=39, look_alikes=2):
    """Pictures (frames, h, w) uint8, the box of the car in each, and how much of it is seen (0-1)."""
    rng = np.random.default_rng(seed)
    margin = 120
    ground = texture(rng, h + 2 * margin, w + 2 * margin)
    drift = np.cumsum(rng.normal(0, 0.5, (frames, 2)) + rng.normal(0, 0.4, 2), axis=0)
    drift = np.clip(drift, -margin + 12, margin - 12)
    speed = rng.uniform(1.0, 2.2)
    start = np.array([margin + 40.0, margin + rng.uniform(60, h - 60)])
    own = car(rng)
    others = [own.copy() if rng.random() < 0.5 else car(rng) for _ in range(look_alikes)]
    lanes = rng.uniform(-50, 50, look_alikes)
    lanes += np.sign(lanes) * 16
    speeds = rng.uniform(-2.0, 2.0, look_alikes)
    begin = rng.uniform(0, w, look_alikes)
    first = int(rng.integers(35, 45))
    ch, cw = own.shape
    # A roof over the road, long enough to hide the car for `hidden` frames.
    roof_x0 = start[0] + speed * first + cw / 2
    roof_x1 = roof_x0 + speed * hidden + cw
    roof = texture(rng, int(3 * ch), int(roof_x1 - roof_x0) + 2)
    pictures, boxes, seen = np.empty((frames, h, w), np.uint8), np.empty((frames, 4)), np.empty(frames)
    for f in range(frames):
        full = ground.copy()
        for k, other in enumerate(others):
            _put(full, other, margin + (begin[k] + speeds[k] * f) % w, start[1] + lanes[k])
        x, y = start[0] + speed * f, start[1]
        _put(full, own, x, y)
        if hidden:
            _put(full, roof, (roof_x0 + roof_x1) / 2, y)
        covered = max(min(x + cw / 2, roof_x1) - max(x - cw / 2, roof_x0), 0) / cw if hidden else 0.0
        dx, dy = drift[f]
        ox, oy = int(margin + dx), int(margin + dy)
        view = full[oy : oy + h, ox : ox + w]
        pictures[f] = np.clip(view + rng.normal(0, 3, view.shape), 0, 255)
        boxes[f] = x - ox, y - oy, cw, ch
        seen[f] = 1 - covered
    return pictures, boxes, seen


def _put(full, patch, x, y):
    h, w = patch.shape
    x0, y0 = round(x - w / 2), round(y - h / 2)
    a, b = max(x0, 0), max(y0, 0)
    c, d = min(x0 + w, full.shape[1]), min(y0 + h, full.shape[0])
    if c > a and d > b:
        full[b:d, a:c] = patch[b - y0 : d - y0, a - x0 : c - x0]
