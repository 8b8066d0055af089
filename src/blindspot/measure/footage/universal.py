"""What do the 16-byte keys of a universal set (EG 0104.5, ST 0102) mean? Each with the ST 0601 column it feeds.

Values are IEEE 754 floats or doubles, integers or text, big-endian; angles are in degrees. Keys from SMPTE RP 210 / MISB ST 0807.
"""

from __future__ import annotations

import numpy as np

from blindspot.measure.footage.tags import BY_NAME

# key, name (that of `tags` where it is the same quantity), how it is coded
KEYS_0104: tuple[tuple[str, str, str], ...] = (
    ("060e2b34010101010101200100000000", "platform_designation", "text"),
    ("060e2b34010101010420010201010000", "image_source_sensor", "text"),
    ("060e2b34010101010701010100000000", "image_coordinate_system", "text"),
    ("060e2b34010101010701010101000000", "image_coordinate_system", "text"),
    ("060e2b34010101030702010101050000", "precision_time_stamp", "time"),
    ("060e2b34010101010702010101050000", "precision_time_stamp", "time"),
    ("060e2b34010101030701020102040200", "sensor_latitude", "float"),
    ("060e2b34010101010701020102040200", "sensor_latitude", "float"),
    ("060e2b34010101030701020102060200", "sensor_longitude", "float"),
    ("060e2b34010101010701020102060200", "sensor_longitude", "float"),
    ("060e2b34010101010701020102020000", "sensor_true_altitude", "float"),
    ("060e2b34010101020420020101080000", "sensor_horizontal_fov", "float"),
    ("060e2b340101010704200201010a0100", "sensor_vertical_fov", "float"),
    ("060e2b34010101010701100106000000", "platform_heading", "float"),
    ("060e2b34010101070701100106000000", "platform_heading", "float"),
    ("060e2b34010101070701100105000000", "platform_pitch", "float"),
    ("060e2b34010101070701100104000000", "platform_roll", "float"),
    ("060e2b34010101010701100102000000", "angle_to_north", "float"),
    ("060e2b34010101010701100103000000", "obliquity_angle", "float"),
    ("060e2b34010101010701100101000000", "sensor_roll_angle", "float"),
    ("060e2b34010101010701080101000000", "slant_range", "float"),
    ("060e2b34010101010701090201000000", "target_width", "float"),
    ("060e2b34010101010701020103020000", "frame_center_latitude", "float"),
    ("060e2b34010101010701020103040000", "frame_center_longitude", "float"),
    ("060e2b34010101030701020103160000", "frame_center_elevation", "float"),
    ("060e2b340101010a0701020103160000", "frame_center_elevation", "float"),
    ("060e2b34010101030701020103070100", "corner_latitude_1", "float"),
    ("060e2b34010101030701020103080100", "corner_latitude_2", "float"),
    ("060e2b34010101030701020103090100", "corner_latitude_3", "float"),
    ("060e2b340101010307010201030a0100", "corner_latitude_4", "float"),
    ("060e2b340101010307010201030b0100", "corner_longitude_1", "float"),
    ("060e2b340101010307010201030c0100", "corner_longitude_2", "float"),
    ("060e2b340101010307010201030d0100", "corner_longitude_3", "float"),
    ("060e2b340101010307010201030e0100", "corner_longitude_4", "float"),
    ("060e2b34010101010105050000000000", "mission_id", "text"),
    ("060e2b34010101010105060000000000", "mission_number", "text"),
    ("060e2b34010101010701100109000000", "device_absolute_heading", "float"),
)
_DTYPES = {4: ">f4", 8: ">f8"}


def universal_columns(
    data: np.ndarray, items: np.ndarray, n: int
) -> tuple[dict[str, np.ndarray], dict[str, list[str | None]], np.ndarray, np.ndarray]:
    """Columns of n universal packets: numbers by name, texts by name, times (us, -1: none), and which items were read.

    items: rows (packet, row of KEYS_0104 or -1, place, length).
    """
    numbers: dict[str, np.ndarray] = {}
    texts: dict[str, list[str | None]] = {}
    times = np.full(n, -1, np.int64)
    read = np.zeros(len(items), bool)
    for row, (_, name, coding) in enumerate(KEYS_0104):
        chosen = np.flatnonzero(items[:, 1] == row)
        for length in np.unique(items[chosen, 3]).tolist():
            own = chosen[items[chosen, 3] == length]
            raw = data[items[own, 2][:, None] + np.arange(length)]
            owner = items[own, 0]
            if coding == "text":
                column = texts.setdefault(name, [None] * n)
                for at, value in zip(owner.tolist(), raw, strict=True):
                    column[at] = value.tobytes().decode("utf-8", "replace").rstrip("\0 ")
            elif coding == "time" and length == 8:
                stamps = np.ascontiguousarray(raw).view(">u8")[:, 0]
                times[owner] = np.where(stamps < 2**62, stamps, 0).astype(np.int64)
            elif coding == "float" and length in _DTYPES:
                numbers.setdefault(name, np.full(n, np.nan))[owner] = np.ascontiguousarray(raw).view(_DTYPES[length])[
                    :, 0
                ]
            else:
                continue
            read[own] = True
    return numbers, texts, times, read


def same_tag(row: int) -> str:
    """The ST 0601 tag number that means the same as a row of KEYS_0104, or its name; for the count of items."""
    name = KEYS_0104[row][1]
    return str(BY_NAME[name].number) if name in BY_NAME else name
