"""Pictures of a page for the docs: `python tests/publish/screenshots.py report.html docs`, or backtest.html."""

import base64
import shutil
import struct
import sys
import zlib
from pathlib import Path

import numpy as np

PICTURES = {
    "report": (
        ("report-desktop", 1280, 2340, "", ""),
        ("report-phone", 390, 4150, "", ""),
        ("report-scene", 1280, 2420, "#t=2021-08-29T12:21:00.000Z&claim=K018", "section.scene"),
        ("walk-seen", 1280, 800, "#t=2021-08-29T12:21:00.000Z", "section.scene"),
        ("walk-blast", 1280, 1450, "#question-q_second_blast", "#question-q_second_blast"),
        ("walk-flip", 1280, 1500, "#question-q_when_known", "#question-q_when_known"),
    ),
    "backtest": (("backtest", 1100, 2080, "", ""),),
}  # by page: name, width, height, view, and from where: the answer; map and timeline with a claim chosen; the scores
PIXELS = """async url => {
  const image = new Image(); image.src = url; await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const bytes = pen.getImageData(0, 0, image.width, image.height).data;
  let text = ""; for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}"""


def small(pixels: np.ndarray) -> bytes:
    """A PNG of 256 colours of (height, width, 3) bytes: the most frequent, and those that lie furthest from them."""
    found, index, count = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    wide = found.astype(int)
    chosen = list(np.argsort(-count, kind="stable")[:176])
    apart = ((wide[:, None, :] - wide[chosen][None, :, :]) ** 2).sum(axis=2)
    near = apart.min(axis=1)
    while len(chosen) < min(256, len(found)):
        chosen.append(int(near.argmax()))
        near = np.minimum(near, ((wide - wide[chosen[-1]]) ** 2).sum(axis=1))
    colours = found[chosen]
    index = ((wide[:, None, :] - wide[chosen][None, :, :]) ** 2).sum(axis=2).argmin(axis=1)[index]
    height, width = pixels.shape[:2]
    rows = np.hstack([np.zeros((height, 1), np.uint8), index.reshape(height, width).astype(np.uint8)])

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    body = chunk(b"PLTE", colours.tobytes()) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def main(report: Path, into: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, width, height, view, top in PICTURES[report.stem]:
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(report.resolve().as_uri() + view)
            if report.stem == "report":
                page.wait_for_function("() => document.documentElement.dataset.scene === 'ready'")
            page.wait_for_timeout(500)
            y = page.evaluate("s => document.querySelector(s).getBoundingClientRect().top + scrollY", top) if top else 0
            taken = page.screenshot(full_page=True, clip={"x": 0, "y": y, "width": width, "height": height})
            page.goto("about:blank")
            raw = page.evaluate(PIXELS, "data:image/png;base64," + base64.b64encode(taken).decode())
            pixels = np.frombuffer(base64.b64decode(raw), np.uint8).reshape(height, width, 4)[:, :, :3]
            (into / f"{name}.png").write_bytes(small(pixels))
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
