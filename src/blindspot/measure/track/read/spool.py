"""Files larger than memory -> tracks, a part of the vehicles at a time.

Rows go batch by batch into as many temporary files as there are parts, each vehicle into one of them (CRC-32 of its name), so
that a part holds whole tracks whatever the order of the rows. Memory is that of one batch, then of one part; the temporary
files take 40 bytes a fix. A single vehicle cannot be divided: its whole track is held.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from blindspot.measure.track.read import rows_of
from blindspot.measure.track.read.clean import Fixes, tracks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from blindspot.measure.track.model import Boxes, Tracks
    from blindspot.measure.track.read.faults import Faults
    from blindspot.measure.track.read.times import Zone

LARGE_BYTES = 64 << 20  # files of more than this are read in parts
PART_BYTES = 160 << 20  # of input for each part: some 3 million rows of text
RECORD = np.dtype([("number", "<i4"), ("of", "<i4"), ("row", "<i8"), ("t", "<f8"), ("a", "<f8"), ("b", "<f8")])
SAY_EVERY = 10_000_000


def size_of(paths: Sequence[Path]) -> int:
    """Bytes of the files named and of those in folders named."""
    files = [p for path in paths for p in (path.rglob("*") if path.is_dir() else [path])]
    return sum(p.stat().st_size for p in files if p.is_file())


def in_parts(
    paths: Sequence[Path],
    zone: Zone,
    fps: float,
    faults: Faults,
    take: Callable[[Boxes], None],
    progress: Callable[[str], None],
) -> Iterator[Tracks]:
    """Tracks of a part of the vehicles after another; every track whole. Raises UsageError as `rows_of` does."""
    count = max(-(-size_of(paths) // PART_BYTES), 1)
    names: dict[str, int] = {}
    files: dict[str, int] = {}
    planar = False
    with TemporaryDirectory(prefix="blindspot-") as folder:
        spools = [Path(folder) / f"{k}.fixes" for k in range(count)]
        with ExitStack() as stack:
            out = [stack.enter_context(path.open("wb")) for path in spools]
            read = said = 0
            for rows in rows_of(paths, zone, fps, faults, take):
                planar = rows.planar
                table = np.empty(len(rows.t), RECORD)
                table["number"] = np.array([names.setdefault(n, len(names)) for n in rows.id[0]], np.int32)[rows.id[1]]
                table["of"] = files.setdefault(rows.file, len(files))
                for name in ("row", "t", "a", "b"):
                    table[name] = getattr(rows, name)
                part = np.array([crc32(n.encode()) % count for n in rows.id[0]], np.int64)[rows.id[1]]
                for k in np.unique(part):
                    out[k].write(table[part == k].tobytes())
                read += len(table)
                if read >= said + SAY_EVERY:
                    said = read
                    progress(f"{read:,} fixes read")
        progress(f"{read:,} fixes of {len(names):,} vehicles read; looking for stops in {count} part(s)")
        listed = tuple(names)
        for k, path in enumerate(spools):
            table = np.fromfile(path, RECORD)
            path.unlink()
            if len(table):
                progress(f"part {k + 1} of {count}")
                yield tracks_of(_fixes(table, listed, tuple(files), planar), faults)


def _fixes(table: np.ndarray, names: tuple[str, ...], files: tuple[str, ...], planar: bool) -> Fixes:
    present, number = np.unique(table["number"], return_inverse=True)
    here = tuple(names[k] for k in present)
    row, t, a, b = (np.ascontiguousarray(table[name]) for name in ("row", "t", "a", "b"))
    return Fixes(here, number.astype(np.int64), files, table["of"].astype(np.int64), row, t, a, b, planar)
