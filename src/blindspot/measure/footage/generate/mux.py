"""How are pictures and telemetry laid into a transport stream? One program: a picture PID and a metadata PID.

Synchronous: stream type 0x15, PES id 0xFC, AU cells, metadata descriptors (ISO/IEC 13818-1, 2.12; MISB ST 1402).
Asynchronous: stream type 0x06 with the KLVA registration, PES id 0xBD or 0xFC, with or without PTS.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from blindspot.measure.footage.psi import crc32

PMT_PID, PICTURE_PID, METADATA_PID = 0x1000, 0x100, 0x101
PSI_EVERY = 0.1  # seconds


@dataclass(slots=True)
class Mux:
    """Builds the bytes of a transport stream. id: PES stream id of asynchronous metadata; stamped: whether it has PTS."""

    synchronous: bool = True
    stream_id: int = 0xFC
    stamped: bool = True
    out: bytearray = field(default_factory=bytearray)
    counters: dict[int, int] = field(default_factory=dict)
    sequence: int = 0
    tables_at: float = -1.0

    def picture(self, content: bytes, seconds: float, *, key: bool) -> None:
        """One coded picture (Annex B, with access unit delimiter), shown at `seconds`."""
        if seconds - self.tables_at >= PSI_EVERY or self.tables_at < 0:
            self._tables()
            self.tables_at = seconds
        header = b"\x00\x00\x01\xe0\x00\x00\x80\x80\x05" + stamp(seconds)
        self._pes(PICTURE_PID, header + content, clock=seconds - 0.05, key=key)

    def metadata(self, content: bytes, seconds: float) -> None:
        """One KLV packet at `seconds`."""
        if self.synchronous:
            content = b"\x00" + bytes([self.sequence & 0xFF]) + b"\xdf" + len(content).to_bytes(2, "big") + content
            self.sequence += 1
        with_pts = self.stamped or self.synchronous
        extra = stamp(seconds) if with_pts else b""
        stream_id = 0xFC if self.synchronous else self.stream_id
        length = 3 + len(extra) + len(content)
        header = b"\x00\x00\x01" + bytes([stream_id]) + length.to_bytes(2, "big")
        header += bytes([0x84, 0x80 if with_pts else 0, len(extra)]) + extra
        self._pes(METADATA_PID, header + content)

    def _tables(self) -> None:
        pat = b"\x00\x01" + (0xE000 | PMT_PID).to_bytes(2, "big")
        self._section(0, section(0, 1, pat))
        program = b""
        if self.synchronous:
            # metadata pointer, metadata, metadata STD descriptors with the KLVA format
            program = b"\x25\x0f\x01\x00\xffKLVA\xffKLVA\x00\x0f\x00\x01"[: 2 + 0x0F]
            about = b"\x26\x09\x01\x00\xffKLVA\x00\x0f" + b"\x27\x09" + b"\xc0\x00\x64\xc0\x00\x10\xc0\x00\x00"
            stream_type = 0x15
        else:
            about, stream_type = b"\x05\x04KLVA", 0x06
        content = (0xE000 | PICTURE_PID).to_bytes(2, "big") + (0xF000 | len(program)).to_bytes(2, "big") + program
        content += b"\x1b" + (0xE000 | PICTURE_PID).to_bytes(2, "big") + b"\xf0\x00"
        content += bytes([stream_type]) + (0xE000 | METADATA_PID).to_bytes(2, "big")
        content += (0xF000 | len(about)).to_bytes(2, "big") + about
        self._section(PMT_PID, section(2, 1, content))

    def _section(self, pid: int, content: bytes) -> None:
        self._packet(pid, b"\x00" + content + b"\xff" * (183 - len(content)), start=True)

    def _pes(self, pid: int, content: bytes, *, clock: float | None = None, key: bool = False) -> None:
        at, start = 0, True
        while at < len(content) or start:
            adaptation = b""
            if start and clock is not None:
                ticks = max(0, round(clock * 90_000))
                pcr = ticks << 15 | 0x7E00
                adaptation = bytes([0x50 if key else 0x10]) + pcr.to_bytes(6, "big")
            room = 184 - (len(adaptation) + 1 if adaptation else 0)
            piece = content[at : at + room]
            at += len(piece)
            self._packet(pid, piece, start=start, adaptation=adaptation)
            start = False

    def _packet(self, pid: int, payload: bytes, *, start: bool, adaptation: bytes = b"") -> None:
        counter = self.counters.get(pid, -1) + 1 & 15
        self.counters[pid] = counter
        spare = 184 - len(payload) - (len(adaptation) + 1 if adaptation else 0)
        field_ = b""
        if adaptation or spare:
            if not adaptation and spare == 1:
                field_ = b"\x00"
            else:
                body = adaptation or b"\x00"
                fill = spare if adaptation else spare - 2
                field_ = bytes([len(body) + fill]) + body + b"\xff" * fill
        control = 0x30 if field_ else 0x10
        self.out += (
            b"\x47"
            + ((0x4000 if start else 0) | pid).to_bytes(2, "big")
            + bytes([control | counter])
            + field_
            + payload
        )


def section(table: int, number: int, content: bytes) -> bytes:
    """A PSI section with its CRC."""
    head = bytes([table]) + (0xB000 | len(content) + 9).to_bytes(2, "big") + number.to_bytes(2, "big") + b"\xc1\x00\x00"
    return head + content + crc32(head + content).to_bytes(4, "big")


def stamp(seconds: float) -> bytes:
    """The five bytes of a PTS."""
    t = round(seconds * 90_000) & (1 << 33) - 1
    return bytes([0x21 | t >> 29 & 0x0E, t >> 22 & 0xFF, 1 | t >> 14 & 0xFE, t >> 7 & 0xFF, 1 | t << 1 & 0xFE])


def sei_time(time_us: int) -> bytes:
    """The NAL unit of an ST 0604 time for H.264."""
    t = time_us.to_bytes(8, "big")
    payload = b"MISPmicrosectime\x1f" + b"\xff".join((t[0:2], t[2:4], t[4:6], t[6:8]))
    return b"\x00\x00\x00\x01\x06\x05" + bytes([len(payload)]) + payload + b"\x80"
