"""Footage against its peers and against known truth, in one run: `python bench/footage.py DATA [--peers PYTHON] [--only NAME]`.

DATA is the folder of sample files; PYTHON an interpreter that has klvdata and stanag4609. Prints Markdown. CPU time, one core.
"""

from __future__ import annotations

import argparse
import ast
import csv
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from blindspot.measure.footage import geometry as geo
from blindspot.measure.footage import read_clip
from blindspot.measure.footage import tags as g
from blindspot.measure.footage.footprint import footprints, targets_to_ground, view
from blindspot.measure.footage.generate import Faults, Plan, Scene, make_clip
from blindspot.measure.footage.klv import Reader
from blindspot.measure.footage.lag import find_lag
from blindspot.measure.footage.model import Ledger
from blindspot.measure.footage.reading import read_footage
from blindspot.measure.footage.sets import Collector

SIZE = (640, 480)
NO_UNITS = np.empty((0, 7), np.int64)

KLVDATA = """
import sys, time, klvdata
data = open(sys.argv[1], 'rb').read()
n = bad = 0
t = time.process_time()
try:
    for packet in klvdata.StreamParser(data):
        packet.MetadataList(); n += 1
except Exception as error:
    bad = type(error).__name__
print(n, time.process_time() - t, bad)
"""
STANAG = """
import sys, time
from stanag4609 import FieldDecodingMode, KLVStreamParser
from stanag4609 import st0601
data = open(sys.argv[1], 'rb').read()
n = bad = 0
why = ''
t = time.process_time()
parser = KLVStreamParser()
for packet in parser.feed(data):
    try:
        st0601.decode_uas_local_set(packet, field_decoding=FieldDecodingMode.PRESERVE); n += 1
    except Exception as error:
        bad += 1; why = type(error).__name__
print(n, time.process_time() - t, f'{bad} refused' if bad else 0, why)
"""


def oracles(data: Path) -> None:
    """Values against the references of the data folder."""
    print("\n## Oracles\n\n| what | result |\n|---|---|")
    osh = read_footage(data / "osh-sample-stream.ts")
    t = osh.telemetry[0]
    texts, good, n = {}, 0, 0
    for row in csv.DictReader((data / "reference/osh_reference.csv").open()):
        tag, want = g.BY_NUMBER[int(row["tag"])], ast.literal_eval(row["stanag4609"])
        p = int(row["packet"])
        n += 1
        if tag.coding == g.TEXT:
            got = texts.setdefault(tag.name, t.text(tag.name))[p]
            good += got == want or (isinstance(want, float) and float(got) == want)
        elif tag.number == 2:
            good += int(t.time_us[p]) == want
        else:
            good += abs(t.numbers[tag.name][p] - want) <= 1e-9 * max(1, abs(want))
    print(f"| OSH packets read | {len(t)} of 277, {int((t.flags != 0).sum())} flagged |")
    print(f"| OSH values equal | {good} of {n} |")
    kw = read_footage(data / "kwiver/h264_klv.ts").telemetry[0]
    want = json.loads((data / "reference/kwiver_0601_expected.json").read_text())
    good = 0
    for number, entry in want.items():
        tag = g.BY_NUMBER[int(number)]
        if tag.number == 65:
            continue  # the stream says 17, the table 13
        if tag.coding == g.TEXT:
            good += kw.text(tag.name)[0] == entry["value"]
        elif tag.coding == g.TIME:
            good += int((kw.time_us if tag.number == 2 else kw.times[tag.name])[0]) == entry["value"]
        else:
            good += abs(kw.numbers[tag.name][0] - entry["value"]) <= 1e-9 * max(1, abs(entry["value"]))
    print(f"| scalar tags equal to KWIVER's | {good} of {len(want) - 1} |")
    v = view(t, SIZE)
    f = footprints(t, v, SIZE)
    print(
        f"| frame centre, computed against reported | median {np.median(f.centre_gap):.2f} m, max {f.centre_gap.max():.2f} m |"
    )
    rows = list(csv.DictReader((data / "reference/osh_vmti_reference.csv").open()))
    ref = {(int(r["packet"]), int(r["target_id"])): r for r in rows}
    lat, lon = targets_to_ground(v, t.targets, SIZE)
    gaps, stated = [], []
    for i in range(len(t.targets)):
        r = ref[int(t.targets.packet[i]), int(t.targets.id[i])]
        if r["lat"]:
            there = np.array(float(r["lat"])), np.array(float(r["lon"]))
            gaps.append(float(geo.ground_distance(lat[i], lon[i], *there)))
            stated.append(float(geo.ground_distance(t.targets.lat[i], t.targets.lon[i], *there)))
    print(
        f"| VMTI reports | {len(t.targets)} read (reference lists {len(rows)}), {len(gaps)} located (reference {sum(1 for r in rows if r['lat'])}) |"
    )
    print(f"| VMTI, location as reported against reference | max {max(stated):.3f} m |")
    print(f"| VMTI, pixel to ground against reference | median {np.median(gaps):.2f} m, max {max(gaps):.2f} m |")


def osh_klv(data: Path, without: tuple[int, ...] = ()) -> bytes:
    """The KLV bytes of the OSH clip, sets 48 and 74 left out on request (checksums made anew)."""
    from blindspot.measure.footage.generate import pack

    raw = (data / "osh-sample-stream.ts").read_bytes()
    out = bytearray()
    for at in range(0, len(raw), 188):
        p = raw[at : at + 188]
        if (p[1] & 31) << 8 | p[2] == 257:
            body = 4 + (1 + p[4] if p[3] & 0x20 else 0)
            if p[1] & 0x40:
                body += 9 + p[body + 8]
            out += p[body:]
    if not without:
        return bytes(out)
    reader = Reader()
    packets = reader.feed(np.frombuffer(bytes(out), np.uint8), NO_UNITS, final=True)
    kept = bytearray()
    for i in range(len(packets)):
        items = packets.items[packets.first[i] : packets.first[i] + packets.count[i]]
        body = b"".join(
            pack.item(int(tag), bytes(packets.data[a : a + n]))
            for _, tag, a, n in items.tolist()
            if tag not in {1, *without}
        )
        head = pack.KEY_0601 + pack.ber(len(body) + 4) + body + b"\x01\x02"
        kept += head + pack.checksum(head).to_bytes(2, "big")
    return bytes(kept)


def ours(content: bytes) -> tuple[int, float]:
    """(packets, CPU seconds) of ours: packets, items, checksums, columns, targets and ledger."""
    array = np.frombuffer(content, np.uint8)
    best = np.inf
    n = 0
    for _ in range(3):
        start = time.process_time()
        ledger, reader = Ledger(), Reader()
        collector = Collector(0, ledger)
        for at in range(0, len(array), 4 << 20):
            piece = array[at : at + (4 << 20)]
            collector.add(reader.feed(piece, NO_UNITS, final=at + (4 << 20) >= len(array)))
        n = len(collector.finish())
        best = min(best, time.process_time() - start)
        if ledger.total + reader.orphan + reader.lost != len(content):
            raise SystemExit("the ledger does not sum")
    return n, best


def speed(data: Path, peers: str | None) -> None:
    """Packets a second against klvdata and stanag4609."""
    print("\n## Decoding speed (packets per CPU second, one core; checksums and ledger included for ours)\n")
    print(
        "| bytes | ours | klvdata 0.0.3 | stanag4609 0.4.0 | ours / klvdata | ours / stanag4609 |\n|---|---|---|---|---|---|"
    )
    for name, without in (("OSH, as they are", ()), ("OSH without tags 48 and 74", (48, 74))):
        once = osh_klv(data, without)
        ours(once)
        n, seconds = ours(once * (48_000_000 // len(once)))
        mine = n / seconds
        rates = peer_rates(once, peers) if peers else {}
        cells = [
            f"{r:,.0f} ({m})" if r else m
            for r, m in (rates.get(p, (0.0, "not run")) for p in ("klvdata", "stanag4609"))
        ]
        ratio = [
            f"{mine / rates[p][0]:,.0f}x" if p in rates and rates[p][0] else "-" for p in ("klvdata", "stanag4609")
        ]
        print(
            f"| {name} | {mine:,.0f} ({n * len(once) / 277 / seconds / 1e6:,.0f} MB/s) | {cells[0]} | {cells[1]} | {ratio[0]} | {ratio[1]} |"
        )


def peer_rates(content: bytes, python: str) -> dict[str, tuple[float, str]]:
    """Packets a second of each peer, over bytes looped to a few seconds of its work."""
    out = {}
    for name, script, loops in (("klvdata", KLVDATA, 20), ("stanag4609", STANAG, 6)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "loop.klv"
            path.write_bytes(content * loops)
            done = subprocess.run(
                [python, "-c", script, str(path)], capture_output=True, text=True, timeout=240, check=False
            )
        words = done.stdout.split()
        if len(words) < 2:
            out[name] = (0.0, (done.stderr.strip().splitlines() or ["no output"])[-1][:60])
            continue
        n, seconds = int(words[0]), float(words[1])
        note = " ".join(words[2:])
        out[name] = (
            n / seconds if n > 100 else 0.0,
            f"{n} of {277 * loops} packets" + (f", {note}" if note not in {"", "0"} else ""),
        )
    return out


def hour(data: Path) -> None:
    """Telemetry of an hour at 4 Mbit/s: CPU seconds and memory, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.ts"
        raw = (data / "osh-sample-stream.ts").read_bytes()
        with path.open("wb") as file:
            while file.tell() < 1_800_000_000:
                file.write(raw)
        script = "import sys,time,resource; from pathlib import Path; from blindspot.measure.footage.reading import read_footage; read_footage(Path(sys.argv[2])); t=time.process_time(); f=read_footage(Path(sys.argv[1])); print(f.packets, f.ledger.total == f.size, time.process_time()-t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)"
        done = subprocess.run(
            [sys.executable, "-c", script, str(path), str(data / "osh-sample-stream.ts")],
            capture_output=True,
            text=True,
            check=True,
        )
    n, sums, seconds, memory = done.stdout.split()
    print(
        "\n## Telemetry of an hour (1.8 GB: the OSH clip over and over)\n\n| packets | ledger sums | CPU s | peak memory MB |\n|---|---|---|---|"
    )
    print(f"| {int(n):,} | {sums} | {float(seconds):.2f} | {float(memory):.0f} |")


def damage(data: Path, seeds: int = 20) -> None:
    """Packets hit in five ways: is anything wrong unflagged, is an intact packet lost?"""
    print(f"\n## Damage study ({seeds} seeds, 2,216 packets each, 5 % hit)\n")
    print(
        "| damage | hit | flagged | key gone (orphan or unknown bytes) | wrong and unflagged | intact lost | ledger sums |\n|---|---|---|---|---|---|---|"
    )
    for kind in ("bit flip in a value", "bit flip anywhere", "truncated", "184 bytes lost", "junk inserted"):
        total = np.zeros(5, int)
        sums = True
        for seed in range(seeds):
            row, ok = damage_once(data, kind, seed)
            total += row
            sums &= ok
        print(f"| {kind} | " + " | ".join(f"{v:,}" for v in total.tolist()) + f" | {'always' if sums else 'NO'} |")


def damage_once(data: Path, kind: str, seed: int) -> tuple[np.ndarray, bool]:
    """(hit, flagged, gone, wrong unflagged, intact lost) and whether the ledger sums."""
    base = numbered(data)
    random = np.random.default_rng(seed)
    hit = random.random(len(base)) < 0.05
    out = bytearray()
    for i, content in enumerate(base):
        if not hit[i]:
            out += content
            continue
        n = len(content)
        if kind == "bit flip in a value":
            at = int(random.integers(30, n - 4))
            out += content[:at] + bytes([content[at] ^ 1 << int(random.integers(8))]) + content[at + 1 :]
        elif kind == "bit flip anywhere":
            at = int(random.integers(0, n))
            out += content[:at] + bytes([content[at] ^ 1 << int(random.integers(8))]) + content[at + 1 :]
        elif kind == "truncated":
            out += content[: int(random.integers(1, n))]
        elif kind == "184 bytes lost":
            at = int(random.integers(0, n - 184))
            out += content[:at] + content[at + 184 :]
        else:
            at = int(random.integers(0, n))
            out += content[:at] + random.bytes(int(random.integers(1, 184))) + content[at:]
    ledger, reader = Ledger(), Reader()
    collector = Collector(0, ledger)
    collector.add(reader.feed(np.frombuffer(bytes(out), np.uint8), NO_UNITS, final=True))
    t = collector.finish()
    truth = {time: i for i, time in enumerate(stamps(len(base)))}
    sound = np.flatnonzero((t.flags == 0) & (t.key == g.ST0601))
    names = (
        "sensor_latitude",
        "sensor_longitude",
        "slant_range",
        "frame_center_latitude",
        "frame_center_longitude",
        "platform_heading",
    )
    reference = true_columns(data)
    wrong, seen = 0, set()
    for row in sound.tolist():
        i = truth.get(int(t.time_us[row]))
        if i is None or any(t.numbers[name][row] != reference[name][i] for name in names):
            wrong += 1
        else:
            seen.add(i)
    lost = sum(1 for i in np.flatnonzero(~hit).tolist() if i not in seen)
    flagged = int((t.flags != 0).sum())
    whole = len(seen & set(np.flatnonzero(hit).tolist()))  # hit where it does not show: junk before the key
    gone = max(0, int(hit.sum()) - flagged - whole)
    return np.array([hit.sum(), flagged, gone, wrong, lost]), (ledger.total + reader.orphan + reader.lost == len(out))


_CACHE: dict[str, object] = {}


def stamps(n: int) -> list[int]:
    """A time of its own for every packet."""
    return [1_340_980_354_100_000 + 33_333 * i for i in range(n)]


def numbered(data: Path) -> list[bytes]:
    """The OSH packets eight times over, each with a time of its own."""
    if "numbered" not in _CACHE:
        from blindspot.measure.footage.generate import pack

        once = osh_klv(data)
        cuts = [i for i in range(len(once)) if once.startswith(pack.KEY_0601, i)] + [len(once)]
        packets = [once[a:b] for a, b in itertools.pairwise(cuts)] * 8
        out = []
        for content, time_us in zip(packets, stamps(len(packets)), strict=True):
            at = content.index(b"\x02\x08", 16)
            head = content[: at + 2] + time_us.to_bytes(8, "big") + content[at + 10 : -2]
            out.append(head + pack.checksum(head).to_bytes(2, "big"))
        _CACHE["numbered"] = out
    return _CACHE["numbered"]


def true_columns(data: Path) -> dict[str, np.ndarray]:
    """The columns of the undamaged packets."""
    if "true" not in _CACHE:
        collector = Collector(0, Ledger())
        collector.add(Reader().feed(np.frombuffer(b"".join(numbered(data)), np.uint8), NO_UNITS, final=True))
        _CACHE["true"] = collector.finish().numbers
    return _CACHE["true"]


def lags(scenes: int = 3) -> None:
    """Injected lags of -60 to +60 frames, and telemetry of another clip."""
    print("\n## Lag and belonging (simulated clips, 320x240, 30 Hz)\n\n| what | result |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        exact = tried = declined = wrong = 0
        for seed in range(scenes):
            path = Path(folder) / f"{seed}.ts"
            make_clip(path, Plan(scene=Scene(seed=seed), frames=450))
            clip = read_clip(path)
            seen = clip.main
            for lag in range(-60, 61):
                found = find_lag(seen.view, seen.times.best + lag / 30, clip.motion)
                tried += 1
                exact += found.frames == lag
                declined += found.frames is None
                wrong += found.frames is not None and found.frames != lag
        print(f"| lags -60..+60 on {scenes} scenes | {exact} of {tried} exact, {declined} declined, {wrong} wrong |")
        whole = 0
        for lag in (-60, -17, 1, 29, 60):
            path = Path(folder) / "whole.ts"
            make_clip(path, Plan(scene=Scene(seed=1), frames=450, faults=Faults(lag=lag)))
            whole += read_clip(path).main.lag.frames == lag
        print(f"| the same written into the file and read back (-60, -17, 1, 29, 60) | {whole} of 5 exact |")
        told = {True: {}, False: {}}
        for seed in range(20):
            for own in (True, False):
                path = Path(folder) / "swap.ts"
                faults = Faults() if own else Faults(other=Scene(seed=seed + 400))
                make_clip(path, Plan(scene=Scene(seed=seed + 200), frames=180, faults=faults))
                answer = read_clip(path).main.lag.matches
                told[own][answer] = told[own].get(answer, 0) + 1
        print(
            f"| telemetry of another clip, 20 clips | said to belong {told[False].get(True, 0)}, foreign {told[False].get(False, 0)}, cannot tell {told[False].get(None, 0)} |"
        )
        print(
            f"| its own telemetry, 20 clips | said to belong {told[True].get(True, 0)}, foreign {told[True].get(False, 0)}, cannot tell {told[True].get(None, 0)} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--peers")
    parser.add_argument("--only", default="oracles,speed,hour,damage,lags")
    args = parser.parse_args()
    for name in args.only.split(","):
        {"oracles": lambda: oracles(args.data), "speed": lambda: speed(args.data, args.peers), "hour": lambda: hour(args.data),
         "damage": lambda: damage(args.data), "lags": lags}[name]()  # fmt: skip


if __name__ == "__main__":
    main()
