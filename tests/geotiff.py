"""A GeoTIFF writer for tests: one strip of 32-bit heights, no compression."""

import struct

import numpy as np


def write_geotiff(path, z, cell=1.0, x=500000.0, y=3830000.0, epsg=32642, *, nodata=None, keys=None, cells=None):
    """x, y: the outer corner of the top left cell. `keys` replaces the coordinate system, `cells` the cell's two sizes."""
    z = np.asarray(z, dtype="<f4")
    rows, columns = z.shape
    keys = keys if keys is not None else [(1024, 1), (1025, 1), (3072, epsg)]
    directory = [1, 1, 0, len(keys)]
    for key, value in keys:
        directory += [key, 0, 1, value]
    dx, dy = cells or (cell, cell)
    long = {
        33550: ("d", (dx, dy, 0.0)),
        33922: ("d", (0.0, 0.0, 0.0, x, y, 0.0)),
        34735: ("H", tuple(directory)),
    }
    if nodata is not None:
        long[42113] = ("s", (str(nodata) + "\0").encode())
    short = {256: columns, 257: rows, 258: 32, 259: 1, 262: 1, 273: 8, 277: 1, 278: rows, 279: z.nbytes, 339: 3}
    at = 8 + z.nbytes
    blocks, entries = b"", []
    for tag, value in short.items():
        entries.append((tag, struct.pack("<HHII", tag, 4, 1, value)))
    for tag, (kind, value) in long.items():
        data = value if kind == "s" else struct.pack(f"<{len(value)}{kind}", *value)
        number = {"d": 12, "H": 3, "s": 2}[kind]
        entries.append((tag, struct.pack("<HHII", tag, number, len(value), at + len(blocks))))
        blocks += data + b"\0" * (len(data) % 2)
    head = struct.pack("<2sHI", b"II", 42, at + len(blocks))
    table = struct.pack("<H", len(entries)) + b"".join(e for _, e in sorted(entries)) + struct.pack("<I", 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + z.tobytes() + blocks + table)
    return path
