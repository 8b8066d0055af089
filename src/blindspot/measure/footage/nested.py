"""What stands in the packs and sets inside ST 0601 packets? Plain values for people and JSON, never an exception.

Named: image horizon (81), commands (115, 116), wavelengths (121, 128), countries (122), frame rate (127), airbases (130),
payloads (138), waypoints (141), view domain (142), security (48). Other sets are given as tag -> hexadecimal.
"""

from __future__ import annotations

from typing import Any

from blindspot.measure.footage.imapb import imapb_scale


class _ShortError(ValueError):
    """The bytes end before the pack does."""


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def __bool__(self) -> bool:
        return self.at < len(self.data)

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise _ShortError
        self.at += size
        return self.data[self.at - size : self.at]

    def uint(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def oid(self) -> int:
        value = 0
        for _ in range(5):
            byte = self.uint(1)
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise _ShortError

    def length(self) -> int:
        first = self.uint(1)
        return first if first < 0x80 else self.uint(first & 0x7F)

    def pack(self) -> _Cursor:
        return _Cursor(self.take(self.length()))

    def text(self) -> str:
        return self.take(self.length()).decode("utf-8", "replace")

    def imapb(self, low: float, high: float, size: int) -> float:
        scale, offset = imapb_scale(low, high, size)
        return self.uint(size) * scale + offset

    def degrees(self, half: float) -> float:
        return int.from_bytes(self.take(4), "big", signed=True) * half / (2**31 - 1)

    def place(self) -> dict[str, float]:
        at = {"lat": self.imapb(-90, 90, 4), "lon": self.imapb(-180, 180, 4)}
        if self:
            at["hae"] = self.imapb(-900, 9000, 3)
        return at


def _horizon(c: _Cursor) -> Any:
    found: dict[str, Any] = {"pixels_percent": [c.uint(1) for _ in range(4)]}
    if c:
        found["ends"] = [{"lat": c.degrees(90), "lon": c.degrees(180)} for _ in range(2)]
    return found


def _ids(c: _Cursor) -> Any:
    found = []
    while c:
        found.append(c.oid())
    return found


def _command(c: _Cursor) -> Any:
    found: dict[str, Any] = {"id": c.oid(), "text": c.text()}
    if c:
        found["time_us"] = c.uint(8)
    return found


def _countries(c: _Cursor) -> Any:
    found: dict[str, Any] = {"coding": int.from_bytes(c.take(c.length()), "big")}
    for name in ("overflight", "operator", "manufacturer"):
        if c:
            found[name] = c.text()
    return found


def _rate(c: _Cursor) -> Any:
    numerator = c.oid()
    return {"numerator": numerator, "denominator": c.oid() if c else 1}


def _wavelengths(c: _Cursor) -> Any:
    found = []
    while c:
        p = c.pack()
        row = {"id": p.oid(), "low_nm": p.imapb(0, 1e9, 4), "high_nm": p.imapb(0, 1e9, 4)}
        found.append({**row, "name": p.take(len(p.data) - p.at).decode("utf-8", "replace")})
    return found


def _airbases(c: _Cursor) -> Any:
    found = {}
    for name in ("take_off", "recovery"):
        if c:
            p = c.pack()
            found[name] = p.place() if p else None
    return found


def _payloads(c: _Cursor) -> Any:
    count, found = c.oid(), []
    while c:
        p = c.pack()
        found.append({"id": p.oid(), "type": p.oid(), "name": p.text()})
    return {"count": count, "payloads": found}


def _waypoints(c: _Cursor) -> Any:
    found = []
    while c:
        p = c.pack()
        row: dict[str, Any] = {"id": p.oid(), "order": int.from_bytes(p.take(2), "big", signed=True)}
        if p:
            row["info"] = p.oid()
        if p:
            row["at"] = p.place()
        found.append(row)
    return found


def _domain(c: _Cursor) -> Any:
    found = {}
    for name, low, high in (("azimuth", 0, 360), ("elevation", -180, 180), ("roll", 0, 360)):
        if c:
            p = c.pack()
            size = len(p.data) // 2
            if size:
                found[name] = {"start": p.imapb(low, high, size), "range": p.imapb(0, 360, size)}
    return found


_SECURITY = {
    1: "classification", 2: "country_coding", 3: "classifying_country", 4: "sci_shi", 5: "caveats", 6: "releasing",
    7: "classified_by", 8: "derived_from", 9: "reason", 10: "declassification_date", 11: "marking_system",
    12: "object_country_coding", 13: "object_countries", 14: "comments", 22: "version",
}  # fmt: skip
CLASSES = ("", "UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET")


def _security(c: _Cursor) -> Any:
    found: dict[str, Any] = {}
    while c:
        tag = c.oid()
        value = c.take(c.length())
        name = _SECURITY.get(tag, str(tag))
        if tag == 1 and value:
            found[name] = CLASSES[value[0]] if value[0] < len(CLASSES) else f"class {value[0]}"
        elif tag in {2, 12, 22}:
            found[name] = int.from_bytes(value, "big")
        elif tag == 13:  # UTF-16 by the standard; some producers write ASCII
            found[name] = value.decode("utf-16-be" if value[:1] == b"\0" else "utf-8", "replace")
        else:
            found[name] = value.decode("utf-8", "replace")
    return found


def _local_set(c: _Cursor) -> Any:
    found: dict[str, Any] = {}
    while c:
        tag = c.oid()
        found[str(tag)] = c.take(c.length()).hex()
    return found


_READERS = {
    "security": _security, "ST 0102": _security, "image_horizon": _horizon, "control_command": _command,
    "control_command_verification": _ids, "active_wavelengths": _ids, "country_codes": _countries,
    "sensor_frame_rate": _rate, "wavelengths": _wavelengths, "airbase_locations": _airbases, "payloads": _payloads,
    "waypoints": _waypoints, "view_domain": _domain, "remote_video_terminal": _local_set, "vmti": _local_set,
    "sar_motion_imagery": _local_set, "range_image": _local_set, "geo_registration": _local_set,
    "composite_imaging": _local_set, "segment": _local_set, "amend": _local_set, "ST 0806": _local_set, "ST 1206": _local_set,
}  # fmt: skip


def plain(name: str, content: bytes) -> Any:
    """The content of a pack or set as dictionaries, lists and numbers; {"hex", "problem"} where it cannot be read."""
    reader = _READERS.get(name)
    if reader is None:
        return {"hex": content.hex()}
    try:
        return reader(_Cursor(content))
    except _ShortError:
        return {"hex": content.hex(), "problem": "ends before it is complete"}
    except UnicodeDecodeError:
        return {"hex": content.hex(), "problem": "holds no text where text should stand"}
