"""What an import leaves in a case: `imports/<format>-<hash>/` with every item and every row not taken, and suggestions.

Nothing of it is a claim yet. Places and sources wait in out/suggestions/ until a reviewer accepts them.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from blindspot.case.exchange.tables import write_csv
from blindspot.case.store import file_hash, write_text
from blindspot.case.suggestions import suggest

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.case.exchange.model import Imported

ITEM = (
    "id",
    "kind",
    "text",
    "when",
    "when_note",
    "lat",
    "lon",
    "error_m",
    "place",
    "sources",
    "tags",
    "hashes",
    "row",
    "fields",
)


def land(found: Imported, path: Path, case: Path) -> Path:
    """Write the import into the case folder; returns where. The same file imported again gives the same bytes."""
    digest = (
        file_hash(path)
        if path.is_file()
        else hashlib.sha256("".join(file_hash(p) for p in sorted(path.iterdir()) if p.is_file()).encode()).hexdigest()
    )
    folder = case / "imports" / f"{found.format}-{digest[:8]}"
    rows = [
        [i.id, i.kind, i.text, i.when, i.when_note, _number(i.lat), _number(i.lon), _number(i.error_m), i.place, " ; ".join(i.sources), " ; ".join(i.tags), " ; ".join(i.hashes), str(i.row or ""), json.dumps(i.fields, ensure_ascii=False, sort_keys=True, default=str)]
        for i in found.items
    ]  # fmt: skip
    write_text(folder / "items.csv", write_csv(ITEM, rows))
    write_text(
        folder / "untaken.csv",
        write_csv(("row", "what", "why"), [[str(u.row or ""), u.what, u.why] for u in found.untaken]),
    )
    secret = [[i.id, k, v] for i in found.items for k, v in sorted(i.restricted.items())]
    if secret:
        write_text(folder / "restricted.csv", write_csv(("id", "name", "value"), secret))
    about = {
        "format": found.format,
        "file": path.name,
        "sha256": digest,
        "items": len(found.items),
        "untaken": len(found.untaken),
        "notes": found.notes,
    }
    write_text(folder / "import.json", json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    _suggest(found, case, folder.name)
    return folder


def _suggest(found: Imported, case: Path, name: str) -> None:
    """Places with a known error could be accepted as they are; those without wait for a number."""
    places = []
    for i in found.items:
        if i.lat is not None and i.lon is not None:
            key = re.sub(r"[^A-Za-z0-9_.-]", "-", i.id).lstrip("-_.") or f"item-{i.row}"
            places.append({"id": f"{found.format}-{key}", "name": i.place or i.text[:80] or i.id, "lat": repr(i.lat), "lon": repr(i.lon), "error_m": _number(i.error_m), "how": f"import {name}", "label": "",
                           "because": f"{name}, row {i.row}" + ("" if i.error_m is not None else "; error_m is not known: fill it in before you accept")})  # fmt: skip
    suggest(case, "places", places)


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)
