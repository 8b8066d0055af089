"""Gate 2, canaries: random words are planted in every protected cell of a copy of the case, the same release is run, and none may come out.

It shares the unpacking with the watch-list and nothing else: it knows no names and no spellings, only what it planted. It so
finds the ways out that nobody thought of, where the watch-list finds the values that somebody typed twice.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import io
import re
import struct
from typing import TYPE_CHECKING, Any

from blindspot.case.custody.sums import walk
from blindspot.errors import UsageError
from blindspot.publish.release.choose import read_raw
from blindspot.publish.release.columns import REFERS, pattern
from blindspot.publish.release.copying import make_copy
from blindspot.publish.release.fresh import to_toml
from blindspot.publish.release.ground import read_cell
from blindspot.publish.release.model import Leak
from blindspot.publish.release.select import select, typed_head
from blindspot.publish.release.unpack import TooLarge, views

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from blindspot.publish.release.copying import Drawing
    from blindspot.publish.release.policy import Profile

_WORD = re.compile(rb"qz[a-z2-7]{14}")


class Planting:
    """What was planted where: words, digits of positions and times, and the bytes of doubles."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self.words: dict[bytes, str] = {}
        self.digits: dict[bytes, str] = {}

    def word(self, where: str) -> str:
        """A new word of 16 letters for one place."""
        digest = hmac.new(self._seed, f"canary {where}".encode(), hashlib.sha256).digest()
        word = "qz" + base64.b32encode(digest).decode().lower()[:14]
        self.words[word.encode()] = where
        return word

    def number(self, where: str, most: int) -> int:
        """A number below `most`, for digits that nobody would type."""
        digest = hmac.new(self._seed, f"digits {where}".encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big") % most


def canaries(
    root: Path, part: Path, profile: Profile, drawing: Drawing, secret: bytes, stored: Mapping[str, str]
) -> list[Leak]:
    """The canaries that came out of a release of a planted copy of the case; `part` is a folder to work in."""
    shadow, copy = part / "shadow", part / "shadow-copy"
    planting = plant(root, shadow, profile, secret, stored)
    try:
        make_copy(shadow, copy, profile, drawing, secret, stored, [])
    except UsageError as error:
        return [Leak("(the case)", "canary", f"the shadow run could not be made: {error}")]
    return found(copy, planting)


def found(copy: Path, planting: Planting) -> list[Leak]:
    """Every canary in a copy, in any byte after unpacking, in UTF-8 and UTF-16."""
    leaks = set()
    for name in walk(copy)[0]:
        try:
            for member, data in [(name, name.encode()), *views((copy / name).read_bytes(), name)]:
                for text in (data.lower(), data.replace(b"\0", b"").lower()):
                    leaks |= {
                        Leak(member, "canary", f"planted in {planting.words[w]}")
                        for w in _WORD.findall(text)
                        if w in planting.words
                    }
                leaks |= {
                    Leak(member, "canary", f"planted in {where}")
                    for digits, where in planting.digits.items()
                    if digits in data
                }
        except TooLarge as error:
            leaks.add(Leak(name, "canary", f"{error} unpacks to more than can be searched"))
    return sorted(leaks)


def plant(root: Path, shadow: Path, profile: Profile, secret: bytes, stored: Mapping[str, str]) -> Planting:
    """Write a copy of a case with a canary in every protected cell that can hold one."""
    planting = Planting(secret + profile.audience.id.encode())
    selection, _ = select(root, profile, secret, stored)
    where = {p.where: p for p in selection.protected}
    raw = read_raw(root)
    asked = _asked(profile)
    shadow.mkdir(parents=True)
    ids = {
        (file, row["id"]): planting.word(f"{file}:{line}:id")
        for file, (_, rows) in raw.items()
        for line, row in rows
        if f"{file}:{line}:id" in where and (pattern(file), "id") not in asked
    }
    for file, (columns, rows) in raw.items():
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([ids.get(("facts.csv", c), c) if file == "expect.csv" else c for c in columns])
        for line, row in rows:
            new = _planted(planting, file, line, row, where, ids, asked, stored)
            writer.writerow([new[c] for c in columns])
        path = shadow / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(out.getvalue(), encoding="utf-8")
    head = typed_head(root)
    for key, value in head.items():
        if f"case.toml:{key}" in where and isinstance(value, str) and key not in {"id", "date", "time", "place"}:
            head[key] = f"{value} {planting.word(f'case.toml:{key}')}"
    if isinstance(head.get("place"), str):
        head["place"] = ids.get(("places.csv", head["place"]), head["place"])
    (shadow / "case.toml").write_text(to_toml(head), encoding="utf-8")
    _plant_media(root, shadow, profile, planting)
    return planting


def _asked(profile: Profile) -> set[tuple[str, str]]:
    """The columns that a condition of release.toml looks at: a canary there would change which rows go."""
    asked = set()
    conditions = [(t.file, values) for t in profile.tables for values in (t.only, t.without)]
    for file, values in [*conditions, *((c.file, c.where) for c in profile.changes)]:
        for column in values:
            first, dot, rest = column.partition(".")
            asked.add((pattern(file), first))
            if dot and (pattern(file), first) in REFERS:
                asked.add((REFERS[pattern(file), first], rest))
    return asked


def _planted(
    planting: Planting,
    file: str,
    line: int,
    row: dict[str, str],
    where: Mapping[str, Any],
    ids: Mapping[tuple[str, str], str],
    asked: set[tuple[str, str]],
    stored: Mapping[str, str],
) -> dict[str, str]:
    new = dict(row)
    for column, value in row.items():
        at = f"{file}:{line}:{column}"
        target = REFERS.get((pattern(file), column), file if column == "id" else "")
        if target:
            new[column] = ";".join(ids.get((target, p.strip()), p.strip()) for p in value.split(";"))
        elif at in where and (pattern(file), column) not in asked:
            kind = where[at].kind
            if kind in {"text", "person"}:
                new[column] = f"{value} {planting.word(at)}"
            elif kind == "url":
                new[column] = f"{value}{'&' if '?' in value else '?'}from={planting.word(at)}"
            elif kind == "time" and value.endswith(":00Z") and "/" not in value:
                digits = f"{planting.number(at, 10**6):06d}"
                new[column] = f"{value[:-1]}.{digits}Z"
                planting.digits[f"{value[-4:-1]}.{digits}".encode()] = at
    at = f"{file}:{line}:lat"
    if file == "places.csv" and at in where and not {(file, "lat"), (file, "lon")} & asked:
        new |= _moved(planting, row, at, stored)
    return new


def _moved(planting: Planting, row: dict[str, str], at: str, stored: Mapping[str, str]) -> dict[str, str]:
    """A position a few metres off with digits of its own, inside the stored cell."""
    for turn in range(60):
        lat = round(float(row["lat"]) + (planting.number(f"{at} {turn}", 20_001) - 10_000) * 1e-8, 8)
        lon = round(float(row["lon"]) + (planting.number(f"{at} lon {turn}", 20_001) - 10_000) * 1e-8, 8)
        if row["id"] not in stored or read_cell(stored[row["id"]]).holds(lat, lon):
            for value in (lat, lon):
                planting.digits[f"{abs(value):.6f}".encode()] = at  # rounded
                planting.digits[f"{abs(value):.8f}"[:-2].encode()] = at  # cut
                planting.digits[struct.pack("<d", value)] = at
                planting.digits[struct.pack(">d", value)] = at
            return {"lat": f"{lat:.8f}", "lon": f"{lon:.8f}"}
    return {}


def _plant_media(root: Path, shadow: Path, profile: Profile, planting: Planting) -> None:
    """The media with a canary behind their last picture, in the form that their container skips."""
    for media in profile.media:
        data = (root / media.file).read_bytes()
        word = planting.word(media.file).encode()
        if data[4:8] == b"ftyp":
            data += struct.pack(">I", 8 + len(word)) + b"free" + word
        elif data[:1] == b"\x47":
            data += (b"\x47\x1f\xff\x10" + word).ljust(188, b"\xff")
        else:
            data += word
        path = shadow / media.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
