"""Does every byte have its place, whatever is done to a file, and does damage stay where it fell?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.measure.footage.generate import pack
from blindspot.measure.footage.klv import Reader, cut
from blindspot.measure.footage.model import Ledger
from blindspot.measure.footage.reading import read_footage
from blindspot.measure.footage.sets import Collector
from measure.footage.fuzz import fuzz, read_klv
from measure.footage.made import Faults, clip

NO_UNITS = np.empty((0, 7), np.int64)


def telemetry(content, pieces=1):
    ledger, reader = Ledger(), Reader()
    collector = Collector(0, ledger)
    array = np.frombuffer(content, np.uint8)
    bounds = np.linspace(0, len(array), pieces + 1).astype(int)
    for i in range(pieces):
        collector.add(reader.feed(array[bounds[i] : bounds[i + 1]], NO_UNITS, final=i == pieces - 1))
    assert ledger.total + reader.orphan + reader.lost == len(content)
    return collector.finish(), ledger, reader


def numbered(n=60):
    return [
        pack.packet(
            {
                "precision_time_stamp": 10**15 + i,
                "sensor_latitude": i / 10,
                "mission_id": "M" * (i % 7),
                "slant_range": 100.0 * i,
            }
        )
        for i in range(n)
    ]


def plain_walk(content):
    """(tag, value) of the items of one sound packet, read byte by byte: the reference."""
    at = 16
    first = content[at]
    at += 1 if first < 128 else 1 + (first & 127)
    out = []
    while at < len(content):
        tag, length = content[at], content[at + 1]
        assert tag < 128
        assert length < 128
        out.append((tag, content[at + 2 : at + 2 + length]))
        at += 2 + length
    return out


def test_items_are_those_of_a_plain_walk():
    for content in numbered(9):
        rows, items, _ = cut(np.frombuffer(content, np.uint8))
        assert rows[0, 4] == 0
        assert [(t, content[a : a + n]) for _, t, a, n in items.tolist()] == plain_walk(content)


@pytest.mark.parametrize("kind", ["flip", "cut", "hole", "junk"])
def test_damage_stays_where_it_fell(kind):
    random = np.random.default_rng(5)
    base = numbered(400)
    hit = random.random(len(base)) < 0.1
    out = b""
    for i, content in enumerate(base):
        at = int(random.integers(0, len(content)))
        if not hit[i]:
            out += content
        elif kind == "flip":
            out += content[:at] + bytes([content[at] ^ 1 << int(random.integers(8))]) + content[at + 1 :]
        elif kind == "cut":
            out += content[: max(at, 1)]
        elif kind == "hole":
            out += content[:at] + content[at + 20 :]
        else:
            out += content[:at] + random.bytes(30) + content[at:]
    t, _, _ = telemetry(out)
    sound = (t.flags == 0) & (t.key == 0)
    number = t.time_us[sound] - 10**15
    assert t.number("sensor_latitude")[sound] == pytest.approx(number / 10, abs=1e-6)
    assert set(np.flatnonzero(~hit).tolist()) <= set(number.tolist())


@pytest.mark.parametrize("k", range(1, 70))
def test_a_packet_cut_anywhere_leaves_its_neighbour_whole(k):
    one, two = numbered(2)
    t, _, _ = telemetry(one[: min(k, len(one) - 1)] + two)
    assert (10**15 + 1) in t.time_us[t.flags == 0]


@given(st.integers(1, 40))
def test_the_answer_does_not_depend_on_where_the_bytes_are_cut(pieces):
    content = b"".join(numbered(30))
    content = content[:700] + b"\x06\x0e\x2b\x34junk" + content[760:1500] + content[1600:]
    whole, ledger, reader = telemetry(content)
    other, ledger2, reader2 = telemetry(content, pieces)
    assert whole.time_us.tolist() == other.time_us.tolist()
    assert whole.flags.tolist() == other.flags.tolist()
    assert (ledger.parts, reader.orphan) == (ledger2.parts, reader2.orphan)


def test_the_ledger_of_a_damaged_file_sums_for_any_chunk(tmp_path):
    path, _ = clip(faults=Faults(drop=0.01, flip=0.1, seed=3))
    content = bytearray(path.read_bytes())
    random = np.random.default_rng(1)
    for at in random.integers(0, len(content), 300).tolist():
        content[at] ^= 1 << at % 8
    content[50_000:50_000] = random.bytes(333)
    damaged = tmp_path / "damaged.ts"
    damaged.write_bytes(content)
    found = [read_footage(damaged, chunk) for chunk in (1 << 24, 100_000, 33_333)]
    assert all(f.ledger.total == len(content) for f in found)
    assert found[0].ledger.parts == found[1].ledger.parts == found[2].ledger.parts
    assert found[0].ledger.missing_packets > 0
    assert found[0].ledger.parts["lost"] > 0
    assert found[0].ledger.parts["orphan"] > 0


def test_lost_packets_are_counted():
    path, made = clip(faults=Faults(drop=0.004, seed=8))
    found = read_footage(path)
    assert found.ledger.missing_packets == len(made.dropped)
    t = found.telemetry[0]
    sound = t.flags == 0
    truth = {content: i for i, content in enumerate(made.packets)}
    assert len(truth) == 150
    assert sound.sum() >= 150 - len(made.dropped)


def test_both_carriages_give_the_same_packets():
    wanted = None
    for settings in (
        {},
        {"synchronous": False},
        {"synchronous": False, "stream_id": 0xBD},
        {"synchronous": False, "stamped": False},
    ):
        path, made = clip(frames=40, **settings)
        found = read_footage(path)
        t = found.telemetry[0]
        assert found.ledger.parts["decoded"] == found.size
        assert len(t) == len(made.packets) == 40
        assert not t.flags.any()
        assert (t.pts >= 0).all() == settings.get("stamped", True)
        wanted = wanted or t.time_us.tolist()
        assert t.time_us.tolist() == wanted


def test_fuzz():
    assert fuzz(400, seed=1) == 400


def test_a_second_stream_that_no_table_names_is_read_too(tmp_path):
    path, made = clip(frames=40)
    content = path.read_bytes()
    out = bytearray()
    for at in range(0, len(content), 188):
        packet = content[at : at + 188]
        out += packet
        if packet[1] & 31 == 1 and packet[2] == 1:
            out += packet[:2] + b"\x02" + packet[3:]
    twice = tmp_path / "twice.ts"
    twice.write_bytes(out)
    found = read_footage(twice)
    assert [t.stream for t in found.telemetry] == [0x101, 0x102]
    assert [s.announced for s in found.streams] == [True, False]
    assert found.telemetry[0].time_us.tolist() == found.telemetry[1].time_us.tolist()
    assert found.ledger.parts["decoded"] == found.size
    assert len(made.packets) == 40


def test_mutations_of_a_set_in_universal_keys_are_kept():
    key = bytes.fromhex("060e2b34020101010e01010201010000")
    item = bytes.fromhex("060e2b34010101010701020102020000") + b"\x04\x44\x83\xcc\xcd"
    unknown = bytes.fromhex("060e2b34010101010f0f0f0f0f0f0f0f") + b"\x02ab"
    content = key + bytes([len(item) + len(unknown)]) + item + unknown
    t, ledger, _ = telemetry(content + content)
    assert t.number("sensor_true_altitude") == pytest.approx([1054.4, 1054.4])
    assert ledger.parts["unknown"] == 2 * len(unknown)


# Found by `make fuzz`: a set whose claimed end falls where a block ends, with another key begun just before.
FOUND = bytes.fromhex(
    "060e2b34020101010e01010201010000820030060e2b34060e2b3493f63e9bd253bb4e1f74382de8d0269cda8e7909fb931d"
    "786104e46e38aa5038060e2b34020b01010e01030306000000cd81538b3af6a2e6551d2e8eb7e54b100d811df65f93ebe09d"
    "ebefefc64c4fe1f25ac3a978bbccd4baf45c6e303dd30d020b6bbd4c4d33b6707febafa0a2b94cdf3c8b57aa060e2b34060e"
    "2b34060e2b34060e2b34060e2b34060e2b34060e"
)


@pytest.mark.parametrize("pieces", range(2, 40))
def test_a_key_that_begins_before_the_claimed_end_is_waited_for(pieces):
    assert read_klv(FOUND, pieces) == read_klv(FOUND, 1)
