"""Datashare's batch search, ProofMode's proof table, SITU Codec's sheet, and any table with plain column names.

Traps: Datashare quotes its values and does not escape the quotes inside them; its document id is SHA-384 over project id and
bytes, so `sha384sum` does not give it. ProofMode holds device ids, addresses and cell towers: these go to a table of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blindspot.case.cells import plain
from blindspot.case.exchange.model import Imported, Item, coordinates, utc_prefix
from blindspot.case.exchange.tables import load_json, records, text_of

if TYPE_CHECKING:
    from pathlib import Path

DATASHARE = [
    "query",
    "documentUrl",
    "documentId",
    "rootId",
    "contentType",
    "contentLength",
    "documentPath",
    "documentDirname",
    "creationDate",
    "documentNumber",
]
RESTRICTED = frozenset(
    [
        "DeviceID",
        "Wifi MAC",
        "IPv4",
        "IPv6",
        "Network",
        "NetworkType",
        "CellInfo",
        "Hardware",
        "Manufacturer",
        "ScreenSize",
        "Language",
        "Locale",
    ]
)


def read_datashare(path: Path) -> Imported:
    """A batch search's results. A row whose inner quotes cannot be told from its own is listed, not guessed."""
    into = Imported("datashare")
    into.notes.append("documentId is SHA-384 over the project id and the bytes: `sha384sum FILE` does not give it")
    lines = text_of(path).splitlines()
    header = [plain(c.strip().strip('"')) for c in lines[0].split(",")] if lines else []
    if header[: len(DATASHARE)] != DATASHARE:
        into.refuse(1, lines[0] if lines else path.name, "is not the header of a Datashare batch search")
        return into
    for at, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = line.strip()[1:-1].split('","') if line.strip().startswith('"') and line.strip().endswith('"') else []
        if len(cells) != len(header):
            into.refuse(
                at,
                line,
                f"gives {len(cells)} cells, the header has {len(header)}: a quotation mark inside a value is not escaped",
            )
            continue
        row = dict(zip(header, (plain(c.replace('""', '"')) for c in cells), strict=True))
        when = utc_prefix(row["creationDate"].split(" ")[0]) if row["creationDate"] else ""
        into.items.append(
            Item(
                row["documentId"],
                "document",
                row["documentPath"],
                when,
                "day the file says it was made, zone not given" if when else "",
                sources=(row["documentUrl"],),
                tags=(row["query"],),
                fields=row,
                row=at,
            )
        )
    return into


def read_proofmode(path: Path) -> Imported:
    """ProofMode's table: place and time with their error; what names the device is kept apart."""
    into = Imported("proofmode")
    if path.suffix.lower() == ".json":
        load_json(path)
        into.refuse(0, path.name, "names columns and holds no rows")
        return into
    into.notes.append("device ids, addresses and cell towers are in restricted.csv, and in nothing else")
    for at, row in records(path, into):
        lat, lon = coordinates(row.get("Location.Latitude"), row.get("Location.Longitude"), at, into)
        digest = row.get("File Hash SHA256", "")
        accuracy = row.get("Location.Accuracy", "")
        error = (
            float(accuracy)
            if lat is not None and re.fullmatch(r"\d+(?:\.\d+)?", accuracy) and float(accuracy) > 0
            else None
        )
        when = utc_prefix(row.get("File Created", ""))
        into.items.append(
            Item(digest or f"row-{at}", "document", row.get("File Path", ""), when, "clock of the device" if when else "", lat, lon, error, "", (), (),
                 (f"SHA-256:{digest} (not at hand)",) if digest else (), {k: v for k, v in row.items() if k in RESTRICTED and v}, {k: v for k, v in row.items() if k not in RESTRICTED}, at)
        )  # fmt: skip
    return into


def read_table(path: Path) -> Imported:
    """Any CSV or XLSX: columns are taken by their plain names (date, latitude, longitude, description, url ...)."""
    into = Imported("xlsx" if path.suffix.lower() == ".xlsx" else "csv")
    if path.suffix.lower() == ".json":
        load_json(path)
        into.refuse(0, path.name, "names columns and holds no rows")
        return into
    if path.suffix.lower() == ".xlsx":
        from blindspot.case.exchange.xlsx import read_xlsx

        for sheet, rows in read_xlsx(path, into).items():
            if not rows:
                into.refuse(0, sheet, "is an empty sheet")
                continue
            header = [str(c).strip() for c in rows[0]]
            for at, cells in enumerate(rows[1:], 2):
                _row(at, dict(zip(header, (cells + [""] * len(header))[: len(header)], strict=True)), sheet, into)
    else:
        for at, row in records(path, into):
            _row(at, row, path.stem, into)
    return into


def _row(at: int, row: dict[str, str], sheet: str, into: Imported) -> None:
    low = {k.lower().strip(): v for k, v in row.items()}

    def pick(*names: str) -> str:
        return next((low[n] for n in names if low.get(n, "").strip()), "")

    text = pick("description", "text", "title", "event", "name", "quote_summary", "says")
    if not any(v.strip() for v in low.values()):
        return
    lat, lon = coordinates(
        pick("latitude", "lat", "latitude (decimal)"),
        pick("longitude", "lon", "lng", "long", "longitude (decimal)"),
        at,
        into,
    )
    given = pick(
        "datetime",
        "date",
        "when",
        "timestamp",
        "datetime (yyyy-mm-dd hh:mm:ss)",
        "chronolocation (yyyy-mm-dd hh:mm:ss)",
    )
    bare = given.split(" ")[0].split("T")[0]
    when = utc_prefix(bare) if re.fullmatch(r"\d{4}(-\d{2}){0,2}", bare) else ""
    if given and not when:
        into.refuse(at, f"date {given!r}", "is not written 2021-08-29; the time stays unknown")
    error = pick("error_m", "error")
    into.items.append(
        Item(pick("id", "uar", "slug") or f"{sheet}-{at}", "row", text, when, f"given as {given}, zone not given" if when and given != when else "", lat, lon,
             float(error) if lat is not None and re.fullmatch(r"\d+(?:\.\d+)?", error) else None, pick("location", "place"), tuple(u for u in (pick("url", "link", "source"),) if u), (), (), {}, dict(row), at)
    )  # fmt: skip
