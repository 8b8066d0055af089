"""Which PID carries what? Program association and program map tables (ISO/IEC 13818-1, 2.4.4), checked by their CRC-32."""

from __future__ import annotations

from dataclasses import dataclass, field

PICTURE_TYPES = {
    0x01: "MPEG-1",
    0x02: "MPEG-2",
    0x10: "MPEG-4",
    0x1B: "H.264",
    0x20: "H.264 MVC",
    0x21: "JPEG 2000",
    0x24: "H.265",
    0x33: "H.266",
    0x42: "AVS",
    0xEA: "VC-1",
}
METADATA_TYPES = {0x15: "metadata in PES (synchronous)"}
PRIVATE_PES = 0x06


@dataclass(frozen=True, slots=True)
class Announced:
    """One elementary stream of a program map: its PID, stream type, and whether it says that it carries KLV."""

    pid: int
    stream_type: int
    klv: bool
    scrambled: bool


@dataclass(slots=True)
class Sections:
    """Section bytes gathered over packets, by PID, and what the tables said."""

    parts: dict[int, bytearray] = field(default_factory=dict)
    map_pids: set[int] = field(default_factory=set)
    streams: dict[int, Announced] = field(default_factory=dict)
    scrambled: bool = False
    bad: int = 0

    def add(self, pid: int, payload: bytes, *, unit: bool) -> None:
        """Take the payload of a packet of a table PID; complete sections are read at once."""
        if unit:
            pointer = payload[0] if payload else 0
            rest = payload[1 : 1 + pointer]
            if pid in self.parts and rest:
                self.parts[pid] += rest
                self._read(pid)
            self.parts[pid] = bytearray(payload[1 + pointer :])
        elif pid in self.parts:
            self.parts[pid] += payload
        self._read(pid)

    def _read(self, pid: int) -> None:
        part = self.parts.get(pid, bytearray())
        while len(part) >= 3 and part[0] != 0xFF:
            length = 3 + ((part[1] & 0x0F) << 8 | part[2])
            if len(part) < length:
                return
            self._section(pid, bytes(part[:length]))
            del part[:length]
        self.parts.pop(pid, None)

    def _section(self, pid: int, section: bytes) -> None:
        if len(section) < 12 or not section[1] & 0x80:
            return
        if crc32(section) != 0:
            self.bad += 1
            return
        if pid == 0 and section[0] == 0:
            for at in range(8, len(section) - 7, 4):
                if section[at] << 8 | section[at + 1]:  # program 0 names the network table
                    self.map_pids.add((section[at + 2] & 0x1F) << 8 | section[at + 3])
        elif section[0] == 2 and pid in self.map_pids:
            self._map(section)

    def _map(self, section: bytes) -> None:
        skip = (section[10] & 0x0F) << 8 | section[11]
        scrambled = _has(section[12 : 12 + skip], 0x09)
        self.scrambled |= scrambled
        at, end = 12 + skip, len(section) - 4
        while at + 5 <= end:
            pid = (section[at + 1] & 0x1F) << 8 | section[at + 2]
            length = (section[at + 3] & 0x0F) << 8 | section[at + 4]
            about = section[at + 5 : at + 5 + length]
            self.streams[pid] = Announced(pid, section[at], b"KLVA" in about, scrambled or _has(about, 0x09))
            at += 5 + length


def _has(descriptors: bytes, tag: int) -> bool:
    at = 0
    while at + 2 <= len(descriptors):
        if descriptors[at] == tag:
            return True
        at += 2 + descriptors[at + 1]
    return False


def crc32(data: bytes) -> int:
    """CRC-32 of MPEG-2 (polynomial 04C11DB7, no reflection); 0 over a whole section that is right."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1
        value &= 0xFFFFFFFF
    return value
