"""Atlos: its CSV, its ZIP with artifacts, and the metadata of one source material.

Traps: lists are joined by ", " (an option that holds a comma cannot be told apart); `'` guards formulas; removed sources are
left out; times are local and their zone is not given; 0-n `source_` columns; every artifact has a SHA-256, which is verified.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from blindspot.case.archives import Archive, open_zip
from blindspot.case.exchange.model import Imported, Item, coordinates, day
from blindspot.case.exchange.tables import load_json, records
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

ERROR_M = {
    "exact": 10.0,
    "vicinity": 100.0,
    "locality": 1000.0,
}  # Atlos: Exact +-10 m, Vicinity +-100 m, Locality +-1 km
LISTS = ("tags", "assignments", "restrictions", "sensitive")
NEEDED = ("status", "description", "sensitive")


def read_atlos(path: Path) -> Imported:
    """An Atlos export: .csv, .zip, or a source material's metadata.json."""
    into = Imported("atlos")
    if path.suffix.lower() == ".zip":
        with open_zip(path) as archive:
            _archive(archive, into)
    elif path.suffix.lower() == ".json":
        data = load_json(path)
        if not isinstance(data, dict):
            raise UsageError(f"{path.name}: is not the metadata of an Atlos source (a JSON object).")
        _material(data, path.stem, {}, into)
    else:
        _table(path, into)
    return into


def _table(path: Path, into: Imported) -> None:
    rows = records(path, into)
    missing = [c for c in NEEDED if rows and c not in rows[0][1]]
    if missing:
        into.refuse(1, path.name, f"has no column {', '.join(missing)}: not an Atlos table (names are case-sensitive)")
        return
    into.notes.append('lists are joined by ", " in Atlos: an option that itself holds a comma reads as two')
    for at, row in rows:
        if not row["description"].strip():
            into.refuse(at, row, "has no description")
            continue
        lat, lon = coordinates(_digits(row.get("latitude", "")), _digits(row.get("longitude", "")), at, into)
        resolution = row.get("geolocation_resolution", "").strip().lower()
        if resolution and resolution not in ERROR_M:
            into.refuse(
                at,
                f"geolocation_resolution {resolution!r}",
                "is none of Exact, Vicinity, Locality; the error stays unknown",
            )
        time = row.get("time", "").strip()
        into.items.append(
            Item(
                row.get("slug") or f"row-{at}", "event", row["description"], day(row.get("date", ""), "ymd", at, into),
                f"local time {time}, zone not given" if time else "a local day, zone not given" if row.get("date") else "",
                lat, lon, ERROR_M.get(resolution) if lat is not None else None, "",
                tuple(v for k, v in row.items() if re.fullmatch(r"source_\d+", k) and v.strip()),
                tuple(t for t in row.get("tags", "").split(", ") if t.strip()), (), {}, dict(row), at,
            )
        )  # fmt: skip


def _digits(text: str) -> str:
    """Atlos strips what is not a number from its coordinates on import; so do we."""
    return re.sub(r"[^0-9.,+\-eE]", "", text)


def _archive(archive: Archive, into: Imported) -> None:
    for name, why in archive.refused:
        into.refuse(0, name, why)
    known = set(archive.names)
    for name in archive.names:
        if not name.endswith("metadata.json"):
            continue
        folder = name.removesuffix("metadata.json")
        try:
            data = json.loads(archive.read(name).decode("utf-8-sig"))
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            into.refuse(0, name, f"is not JSON ({str(error).splitlines()[0]})")
            continue
        if not isinstance(data, dict):
            into.refuse(0, name, "is not a JSON object")
            continue
        if "artifacts" in data:
            files = {n: archive for n in known if n.startswith(folder) and n != name}
            _material(data, folder.strip("/").split("/")[-1], files, into)
        else:
            _incident(data, folder.strip("/").split("/")[-1], into)
    if not into.items:
        into.refuse(0, archive.path.name, "holds no metadata.json: not an Atlos export")


def _incident(data: dict[str, Any], slug: str, into: Imported) -> None:
    place = data.get("geolocation") or {}
    lat, lon = data.get("latitude"), data.get("longitude")
    if isinstance(place, dict) and isinstance(place.get("coordinates"), list) and len(place["coordinates"]) == 2:
        lon, lat = place["coordinates"]
    x, y = coordinates(lat, lon, 0, into)
    text = str(data.get("description") or data.get("attr_description") or "")
    when = day(str(data.get("date") or data.get("attr_date") or ""), "ymd", 0, into)
    into.items.append(
        Item(
            slug,
            "event",
            text,
            when,
            "a local day, zone not given" if when else "",
            x,
            y,
            None,
            "",
            (),
            (),
            (),
            {},
            data,
        )
    )


def _material(data: dict[str, Any], fallback: str, files: dict[str, Archive], into: Imported) -> None:
    hashes = []
    artifacts = data.get("artifacts") if isinstance(data.get("artifacts"), list) else []
    for artifact in artifacts or []:
        if not isinstance(artifact, dict):
            continue
        wanted = str(artifact.get("file_hash_sha256") or "").lower()
        if not re.fullmatch(r"[0-9a-f]{64}", wanted):
            into.refuse(0, f"{fallback}: {artifact.get('type')}", "has no SHA-256; its file cannot be verified")
            continue
        found = {
            n: hashlib.sha256(a.read(n, 1 << 30)).hexdigest()
            for n, a in files.items()
            if f"{artifact.get('type')}_" in n.rpartition("/")[2]
        }
        state = "not at hand"
        if wanted in found.values():
            state = "verified"
        elif found:
            state = "does not match"
            into.refuse(
                0,
                ", ".join(sorted(found)),
                f"does not have the SHA-256 that its metadata gives ({wanted[:16]}…); the file is not taken",
            )
        hashes.append(f"SHA-256:{wanted} ({state})")
    url = str(data.get("source_url") or "")
    into.items.append(
        Item(
            str(data.get("id") or fallback),
            "source",
            url,
            "",
            "",
            None,
            None,
            None,
            "",
            (url,) if url else (),
            (),
            tuple(hashes),
            {},
            data,
        )
    )
