"""What comes out of the room: telemetry in columns, targets, an account of every byte."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

PARTS = ("decoded", "flagged", "unknown", "orphan", "lost")


@dataclass(slots=True)
class Ledger:
    """Where every byte of a file went. The five parts sum to the file.

    decoded: understood. flagged: kept, with a reason to doubt it. unknown: well formed, meaning not known, kept.
    orphan: belongs to nothing that could be told. lost: stranded by a continuity gap, its unit cannot be completed.
    missing_packets: transport packets that the continuity counters say should be there and are not (no bytes of the file).
    """

    parts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    missing_packets: int = 0

    def add(self, part: str, reason: str, size: int) -> None:
        """Put bytes in a part, with the reason in words."""
        if size:
            self.parts[part] += size
            self.reasons[part, reason] = self.reasons.get((part, reason), 0) + size

    @property
    def total(self) -> int:
        return sum(self.parts.values())


@dataclass(slots=True)
class Coded:
    """A column of texts or bytes: values[code[i]] in row i, code -1 for none."""

    code: np.ndarray
    values: list[bytes]


@dataclass(slots=True)
class Telemetry:
    """The telemetry of one metadata stream, a row per packet, in file order.

    stream: PID (0 for a bare KLV file). key: row of `tags.KEYS` (-1: unknown). flags: klv_kernels.W_*. time_us: the packet's
    own time (tag 2 or its like), microseconds since 1970, -1 for none. pts: 90 kHz, -1 for none. place: in the file.
    numbers: by tag name, NaN for none, degrees and SI. times: other times by name. coded: texts, sets and packs as bytes.
    items: how often each tag was read. bad_items: items whose length or repetition is not of the standard.
    """

    stream: int
    key: np.ndarray
    flags: np.ndarray
    time_us: np.ndarray
    pts: np.ndarray
    place: np.ndarray
    numbers: dict[str, np.ndarray]
    times: dict[str, np.ndarray]
    coded: dict[str, Coded]
    items: dict[str, int]
    bad_items: int
    targets: Targets
    targets_from: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.key)

    def number(self, name: str) -> np.ndarray:
        """A column, all NaN where the stream has no such tag."""
        found = self.numbers.get(name)
        return found if found is not None else np.full(len(self), np.nan)

    def text(self, name: str) -> list[str | None]:
        """A column of texts."""
        found = self.coded.get(name)
        if found is None:
            return [None] * len(self)
        words = [v.decode("utf-8", "replace").rstrip("\0") for v in found.values]
        return [words[c] if c >= 0 else None for c in found.code.tolist()]


@dataclass(slots=True)
class Targets:
    """Moving-target reports of ST 0903, a row per report: packet is the row of the telemetry they came in.

    row, column: pixels from 1 at the top left; the box likewise. lat, lon in degrees, height above the ellipsoid in metres;
    NaN for what was not reported. located: "absolute" (tag 17), "offset" (tags 10, 11 from the frame centre) or "".
    legacy: whether the numbers are in the mapping before ST 0903.4.
    """

    packet: np.ndarray
    id: np.ndarray
    row: np.ndarray
    column: np.ndarray
    box: np.ndarray  # (n, 4): top, left, bottom, right
    lat: np.ndarray
    lon: np.ndarray
    height: np.ndarray
    confidence: np.ndarray
    located: list[str]
    legacy: np.ndarray

    def __len__(self) -> int:
        return len(self.packet)


def no_targets() -> Targets:
    """No report at all."""
    whole, real = np.empty(0, np.int64), np.empty(0)
    return Targets(
        whole, whole, whole, whole, np.empty((0, 4), np.int64), real, real, real, real, [], np.empty(0, bool)
    )
