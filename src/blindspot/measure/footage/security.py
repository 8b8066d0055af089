"""How is the footage marked? The highest classification that ST 0102 sets in it carry; the release gate reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage.nested import CLASSES, plain

if TYPE_CHECKING:
    from blindspot.measure.footage.model import Telemetry


def highest_marking(telemetry: list[Telemetry]) -> tuple[str | None, str | None]:
    """(highest marking of sound packets, a higher one that only damaged packets show). None where there is none.

    Damage can raise a marking; it is said, not believed, where sound packets say otherwise.
    """
    sound, any_of = 0, 0
    for stream in telemetry:
        for name in ("security", "ST 0102"):
            column = stream.coded.get(name)
            if column is None:
                continue
            levels = np.array([_level(plain(name, value)) for value in column.values] or [0])
            row = np.where(column.code >= 0, levels[column.code], 0)
            any_of = max(any_of, int(row.max(initial=0)))
            sound = max(sound, int(row[stream.flags == 0].max(initial=0)))
    chosen = sound or any_of
    return (CLASSES[chosen] or None, CLASSES[any_of] if any_of > chosen else None)


def _level(found: object) -> int:
    word = found.get("classification") if isinstance(found, dict) else None
    return CLASSES.index(word) if word in CLASSES else 0
