"""How is telemetry written? Values to ST 0601 packets, targets to ST 0903 in both mappings, security to ST 0102."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.measure.footage import tags as g
from blindspot.measure.footage.imapb import imapb_pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEY_0601 = bytes.fromhex(g.KEYS[g.ST0601][1])


def ber(length: int) -> bytes:
    """A BER length, short form where it fits."""
    if length < 0x80:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 | size]) + length.to_bytes(size, "big")


def oid(tag: int) -> bytes:
    """A BER-OID number."""
    out = [tag & 0x7F]
    while tag := tag >> 7:
        out.append(0x80 | tag & 0x7F)
    return bytes(reversed(out))


def item(tag: int, content: bytes) -> bytes:
    """One item of a local set."""
    return oid(tag) + ber(len(content)) + content


def scalar(tag: g.Tag, value: float) -> bytes:
    """The bytes of a number, scaled as the table says; out of range is clamped."""
    size = tag.size or 4
    if tag.coding == g.TIME:
        return int(value).to_bytes(tag.size or 8, "big")
    if tag.coding == g.IMAPB:
        return imapb_pack(value, tag.low, tag.high, size).to_bytes(size, "big")
    signed = tag.coding == g.SINT
    if tag.scaled:
        steps = 2 ** (8 * size) - (2 if signed else 1)
        clamped = min(max(value, tag.low), tag.high)
        raw = round((clamped if signed else clamped - tag.low) / (tag.high - tag.low) * steps)
    else:
        raw = round(value)
    return int(raw).to_bytes(size, "big", signed=signed)


def packet(values: Mapping[str, float | str | bytes]) -> bytes:
    """A whole ST 0601 packet: time first, checksum last. Values by the names of `tags`; bytes are taken as they are."""
    order = sorted(values, key=lambda name: (g.BY_NAME[name].number != 2, g.BY_NAME[name].number))
    body = b""
    for name in order:
        tag, value = g.BY_NAME[name], values[name]
        if isinstance(value, bytes):
            body += item(tag.number, value)
        elif isinstance(value, str):
            body += item(tag.number, value.encode())
        else:
            body += item(tag.number, scalar(tag, value))
    head = KEY_0601 + ber(len(body) + 4) + body + b"\x01\x02"
    return head + checksum(head).to_bytes(2, "big")


def checksum(content: bytes) -> int:
    """The running 16-bit sum of ST 0601."""
    return sum(byte << (8 if i % 2 == 0 else 0) for i, byte in enumerate(content)) & 0xFFFF


def security(classification: int = 1, country: str = "XYZ") -> bytes:
    """A security set of ST 0102 (1 unclassified ... 5 top secret)."""
    return (
        item(1, bytes([classification])) + item(2, b"\x01") + item(3, f"//{country}".encode()) + item(12, b"\x01")
        + item(13, country.encode("utf-16-be")) + item(22, (12).to_bytes(2, "big"))
    )  # fmt: skip


def vmti(
    time_us: int, size: tuple[int, int], targets: Iterable[tuple[int, int, int, float, float, float]], *, legacy: bool
) -> bytes:
    """A VMTI set of ST 0903; targets: (id, row, column from 1, lat, lon, height above the ellipsoid)."""
    width, height = size
    series, n = b"", 0
    for number, row, column, lat, lon, hae in targets:
        n += 1
        centroid = (row - 1) * width + column
        content = oid(number) + item(1, _least(centroid)) + item(5, b"\x5a")
        if legacy:
            place = round((lat + 90) / 180 * (2**32 - 1)).to_bytes(4, "big")
            place += round((lon + 180) / 360 * (2**32 - 1)).to_bytes(4, "big")
            place += round((hae + 900) / 19900 * 65535).to_bytes(2, "big")
        else:
            place = imapb_pack(lat, -90, 90, 4).to_bytes(4, "big") + imapb_pack(lon, -180, 180, 4).to_bytes(4, "big")
            place += imapb_pack(hae, -900, 19000, 2).to_bytes(2, "big")
        content += item(17, place)
        series += ber(len(content)) + content
    head = item(2, time_us.to_bytes(8, "big")) + item(3, b"SIMULATED") + item(4, bytes([3 if legacy else 6]))
    head += item(5, _least(n)) + item(6, _least(n)) + item(8, _least(width)) + item(9, _least(height))
    return head + (item(101, series) if n else b"")


def _least(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
