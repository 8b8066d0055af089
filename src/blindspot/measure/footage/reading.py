"""What is this file, and what is in it? The room's only reader of video files: streamed, a chunk of 16 MB at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.footage import ts_kernels as k
from blindspot.measure.footage.frames import data_streams
from blindspot.measure.footage.klv import Reader
from blindspot.measure.footage.model import Ledger, Telemetry
from blindspot.measure.footage.sets import Collector
from blindspot.measure.footage.ts import LABEL, MetadataStream, Transport, found_by_content, layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 16 << 20
PROBE = 2 << 20
STRAY = 0.01  # share of bytes outside packets above which the file itself is called wrong


@dataclass(slots=True)
class Footage:
    """A file as read: what it is, its telemetry, what its pictures say of time, and the account of its bytes.

    pictures: rows (place in the file, PTS in 90 kHz or -1, ST 0604 time in us or -1, its status) per picture, per PID.
    pcr: rows (place, 27 MHz clock, PID). gaps: rows (place, PID, packets missing).
    """

    path: str
    kind: str
    size: int
    ledger: Ledger
    telemetry: list[Telemetry] = field(default_factory=list)
    streams: list[MetadataStream] = field(default_factory=list)
    pictures: dict[int, np.ndarray] = field(default_factory=dict)
    picture_types: dict[int, int] = field(default_factory=dict)
    pcr: np.ndarray = field(default_factory=lambda: np.empty((0, 3), np.int64))
    gaps: np.ndarray = field(default_factory=lambda: np.empty((0, 3), np.int64))
    problems: list[str] = field(default_factory=list)
    scrambled: bool = False
    wrong: bool = False  # the file itself is not right: cut, encrypted, empty

    @property
    def packets(self) -> int:
        return sum(len(t) for t in self.telemetry)


def read_footage(path: Path, chunk: int = CHUNK) -> Footage:
    """Read a transport stream, a bare KLV file, or find that it is neither (kind "container" or "unknown")."""
    size = path.stat().st_size
    if size == 0:
        return Footage(
            str(path), "empty", 0, Ledger(), problems=["is empty (0 bytes): nothing can be read"], wrong=True
        )
    with path.open("rb") as file:
        head = np.frombuffer(file.read(PROBE), np.uint8)
    found = layout(head)
    if found:
        return _transport(path, size, head, found, chunk)
    if head[:4096].tobytes().find(LABEL) == 0 or (LABEL in head[:65536].tobytes() and not _container(head)):
        return _bare(path, size, chunk)
    out = Footage(str(path), "container" if _container(head) else "unknown", size, Ledger())
    if out.kind == "unknown":
        out.ledger.add("unknown", "not read", size)
        return out
    if _cut_short(path, size):
        out.problems.append("ends before its last part does: it is cut short; what came before was read")
        out.wrong = True
    for index, (data, units) in data_streams(path).items():
        reader, collector = Reader(), Collector(index, out.ledger)
        collector.add(reader.feed(data, units, final=True))
        _orphans(out.ledger, {index: reader})
        if collector.n:
            out.telemetry.append(collector.finish())
    out.ledger.add("unknown", "a container that is left to the picture decoder", size - out.ledger.total)
    return out


def _container(head: np.ndarray) -> bool:
    start = head[:64].tobytes()
    return (
        start[4:8] in {b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"}
        or start[:4] in {b"\x1aE\xdf\xa3", b"OggS", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3"}
        or (start[:4] == b"RIFF" and start[8:12] == b"AVI ")
    )


def _cut_short(path: Path, size: int) -> bool:
    """Whether the boxes of an MP4 or MOV claim more bytes than there are."""
    at = 0
    with path.open("rb") as file:
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            if at == 0 and head[4:8] != b"ftyp":
                return False
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length == 0:
                return False  # the last box goes to the end of the file
            if length < 8:
                return True
            at += length
    return at != size


def _chunks(path: Path, start: int, chunk: int) -> Iterator[tuple[np.ndarray, bool]]:
    """Pieces of a file and whether each is the last."""
    size = path.stat().st_size
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        at = start
        while True:
            data = np.fromfile(file, np.uint8, chunk)
            at += len(data)
            last = len(data) < chunk or at >= size
            yield data, last
            if last:
                return


def _transport(path: Path, size: int, head: np.ndarray, found: tuple[int, int, int], chunk: int) -> Footage:
    start, stride, base = found
    probe = Transport(stride, base, start)
    probe.feed(head[start:], final=len(head) == size)
    for pid, kind in found_by_content(head[start:], probe).items():
        probe.announce_found(pid, kind)
    transport = Transport(stride, base, start)
    transport.adopt(probe)
    ledger = Ledger()
    ledger.add("orphan", "before the first packet", start)
    readers: dict[int, Reader] = {}
    collectors: dict[int, Collector] = {}
    for data, last in _chunks(path, start, chunk):
        transport.feed(data, final=last)
        for pid, stream in transport.streams.items():
            reader = readers.setdefault(pid, Reader())
            collector = collectors.setdefault(pid, Collector(pid, ledger))
            for block in stream.take():
                collector.add(reader.feed(block.data, block.units))
    nothing = np.empty(0, np.uint8), np.empty((0, 7), np.int64)
    for pid, reader in readers.items():
        collectors[pid].add(reader.feed(*nothing, final=True))
    _account(ledger, transport, readers)
    out = Footage(str(path), "transport stream", size, ledger)
    out.telemetry = [collector.finish() for _, collector in sorted(collectors.items()) if collector.n]
    out.streams = [transport.streams[pid] for pid in sorted(transport.streams)]
    out.pictures = {pid: np.concatenate(parts) for pid, parts in sorted(transport.pictures.items())}
    out.picture_types = {
        pid: transport.sections.streams[pid].stream_type for pid in out.pictures if pid in transport.sections.streams
    }
    out.pcr, out.gaps = np.concatenate(transport.clocks), np.concatenate(transport.gaps)
    counters = transport.counters
    out.scrambled = transport.sections.scrambled or counters[k.C_SCRAMBLED] > 0
    out.problems = _transport_problems(out, transport)
    return out


def _account(ledger: Ledger, transport: Transport, readers: dict[int, Reader]) -> None:
    c = transport.counters
    names = (
        (k.C_PSI, "decoded", "tables"),
        (k.C_PICTURE, "decoded", "pictures"),
        (k.C_META_HEADER, "decoded", "headers of metadata packets"),
        (k.C_NULL, "decoded", "stuffing"),
        (k.C_OTHER, "unknown", "announced streams that are not read"),
        (k.C_UNKNOWN, "unknown", "packets of PIDs that no table names"),
        (k.C_SCRAMBLED, "unknown", "encrypted"),
        (k.C_ORPHAN, "orphan", "no packet could be told"),
        (k.C_FLAGGED, "flagged", "marked as damaged, or its sync byte was"),
        (k.C_DUPLICATE, "flagged", "sent twice"),
        (k.C_STRANDED, "lost", "picture data after a gap"),
    )
    for counter, part, reason in names:
        ledger.add(part, reason, int(c[counter]))
    ledger.add("decoded", "headers of metadata packets", sum(s.header_bytes for s in transport.streams.values()))
    _orphans(ledger, readers)
    ledger.missing_packets = int(np.concatenate(transport.gaps)[:, 2].sum())


def _orphans(ledger: Ledger, readers: dict[int, Reader]) -> None:
    for reader in readers.values():
        ledger.add("orphan", "metadata bytes without a key", reader.orphan)
        ledger.add("lost", "metadata bytes after a gap", reader.lost)


def _transport_problems(out: Footage, transport: Transport) -> list[str]:
    problems = []
    if transport.cut:
        problems.append("ends in mid packet; all before it was read")
    stray = transport.counters[k.C_ORPHAN]
    if stray > max(STRAY * out.size, transport.stride):
        problems.append(
            f"{stray:,} of its {out.size:,} bytes ({stray / out.size:.0%}) are no transport packets; the rest was read"
        )
    hollow = [s.pid for s in out.streams if s.announced and not any(t.stream == s.pid for t in out.telemetry)]
    if hollow:
        problems.append(f"announces telemetry (PID {', '.join(map(str, hollow))}) but holds no packet of it")
    out.wrong = bool(problems) or out.scrambled
    if out.scrambled:
        share = transport.counters[k.C_SCRAMBLED] / max(out.size, 1)
        problems.append(f"is encrypted in part or whole ({share:.0%} of its bytes): what is scrambled cannot be read")
    if out.ledger.missing_packets:
        problems.append(f"{out.ledger.missing_packets} transport packets are missing in {len(out.gaps)} gaps")
    return problems


def _bare(path: Path, size: int, chunk: int) -> Footage:
    ledger = Ledger()
    reader, collector = Reader(), Collector(0, ledger)
    none = np.empty((0, 7), np.int64)
    for data, last in _chunks(path, 0, chunk):
        collector.add(reader.feed(data, none, final=last))
    _orphans(ledger, {0: reader})
    out = Footage(str(path), "bare KLV", size, ledger)
    if collector.n:
        out.telemetry = [collector.finish()]
    return out
