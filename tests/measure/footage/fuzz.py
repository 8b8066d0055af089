"""`make fuzz`: mutated streams into the readers of transport and KLV. No crash, no hang, and the ledger always sums.

python -m measure.footage.fuzz N [SEED], from the folder tests. Inputs are splices, flips, cuts, repeats and random bytes of
valid packets and streams; each is read in one piece and in pieces, and both answers must agree.
"""

import sys
import time

import numpy as np

from blindspot.measure.footage.generate import pack
from blindspot.measure.footage.generate.mux import Mux
from blindspot.measure.footage.klv import Reader
from blindspot.measure.footage.model import Ledger
from blindspot.measure.footage.nested import plain
from blindspot.measure.footage.reading import _account
from blindspot.measure.footage.sets import Collector
from blindspot.measure.footage.ts import Transport

NO_UNITS = np.empty((0, 7), np.int64)
SLOW = 5.0  # seconds for one input of a few kilobytes: a hang
LABELS = [
    bytes.fromhex(k)
    for k in (
        "060e2b34",
        "060e2b34020b01010e01030101000000",
        "060e2b34020101010e01010201010000",
        "060e2b34020b01010e01030306000000",
    )
]


def seeds():
    """Valid inputs to start from: KLV, and transport streams of both kinds."""
    packets = [
        pack.packet(
            {
                "precision_time_stamp": 10**15 + i, "sensor_latitude": 34.0 + i, "slant_range": 1e3, "mission_id": "FUZZ",
                "security": pack.security(), "target_width_extended": 50.0,
                "vmti": pack.vmti(10**15, (640, 480), [(1, 4, 5, 34.0, 69.0, 10.0)], legacy=bool(i % 2)),
            }
        )
        for i in range(6)
    ]  # fmt: skip
    klv = b"".join(packets)
    streams = []
    for synchronous in (True, False):
        mux = Mux(synchronous)
        for i, content in enumerate(packets):
            mux.picture(b"\x00\x00\x00\x01\x09\xf0" + bytes(range(200)), 1 + i / 30, key=i == 0)
            mux.metadata(content, 1 + i / 30)
        streams.append(bytes(mux.out))
    return [klv, klv[:200], LABELS[2] + b"\x82\x00\x30" + LABELS[0] * 12], streams


def mutate(random, content, others):
    """A few mutations of an input."""
    out = bytearray(content)
    for _ in range(int(random.integers(1, 6))):
        n = len(out)
        if not n:
            break
        at = int(random.integers(0, n))
        kind = int(random.integers(0, 9))
        if kind <= 1:
            out[at] ^= 1 << int(random.integers(8))
        elif kind == 2:
            out[at] = int(random.integers(256))
        elif kind == 3:
            del out[at : at + int(random.integers(1, 200))]
        elif kind == 4:
            out[at:at] = random.bytes(int(random.integers(1, 200)))
        elif kind == 5:
            out[at:at] = LABELS[int(random.integers(len(LABELS)))]
        elif kind == 6:
            other = others[int(random.integers(len(others)))]
            cut = int(random.integers(0, len(other)))
            out[at:at] = other[cut : cut + int(random.integers(1, 400))]
        elif kind == 7:
            out[at : at + 4] = bytes([0x84, *random.bytes(3)])
        else:
            del out[at:]
    return bytes(out)


def read_klv(content, pieces):
    """(parts, orphans, times) of bare KLV."""
    ledger, reader = Ledger(), Reader()
    collector = Collector(0, ledger)
    array = np.frombuffer(content, np.uint8)
    bounds = np.linspace(0, len(array), pieces + 1).astype(int)
    for i in range(pieces):
        collector.add(reader.feed(array[bounds[i] : bounds[i + 1]], NO_UNITS, final=i == pieces - 1))
    t = collector.finish()
    for name, column in t.coded.items():
        for value in column.values:
            plain(name, value)
    assert ledger.total + reader.orphan + reader.lost == len(content), "the ledger does not sum"
    return dict(ledger.parts), reader.orphan, t.time_us.tolist(), t.flags.tolist()


def read_ts(content, pieces):
    """(parts, times) of a transport stream."""
    ledger, transport = Ledger(), Transport()
    readers, collectors = {}, {}
    array = np.frombuffer(content, np.uint8)
    bounds = np.linspace(0, len(array), pieces + 1).astype(int)
    for i in range(pieces):
        transport.feed(array[bounds[i] : bounds[i + 1]], final=i == pieces - 1)
        for pid, stream in transport.streams.items():
            reader = readers.setdefault(pid, Reader())
            collector = collectors.setdefault(pid, Collector(pid, ledger))
            for block in stream.take():
                collector.add(reader.feed(block.data, block.units))
    for pid, reader in readers.items():
        collectors[pid].add(reader.feed(np.empty(0, np.uint8), NO_UNITS, final=True))
    _account(ledger, transport, readers)
    assert ledger.total == len(content), f"the ledger says {ledger.total} of {len(content)}"
    return dict(ledger.parts), [c.finish().time_us.tolist() for c in collectors.values()]


def fuzz(n, seed=0):
    """Read n mutated inputs; returns how many were read. Raises on the first that breaks a promise."""
    random = np.random.default_rng(seed)
    klv, streams = seeds()
    read_klv(klv[0], 2), read_ts(streams[0], 2)  # compiled before the clock runs
    for i in range(n):
        transport = i % 2 == 1
        pool = streams if transport else klv
        content = mutate(random, pool[int(random.integers(len(pool)))], klv + streams)
        reader = read_ts if transport else read_klv
        pieces = int(random.integers(2, 6))
        start = time.process_time()
        try:
            whole, parted = reader(content, 1), reader(content, pieces) if i % 5 < 2 else None
        except AssertionError as error:
            raise AssertionError(f"input {i} of seed {seed}: {error}") from error
        assert time.process_time() - start < SLOW, f"input {i} of seed {seed} took too long"
        assert parted is None or parted == whole, f"input {i} of seed {seed} reads otherwise in {pieces} pieces"
    return n


if __name__ == "__main__":
    count = int(sys.argv[1])
    begun = time.monotonic()
    fuzz(count, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    sys.stdout.write(f"{count} inputs, nothing broken, {time.monotonic() - begun:.0f} s\n")
