"""TAK data packages: read only. Blindspot never writes cursor-on-target: it looks back.

Traps: a file that the manifest does not name is not part of the package; ce and le of 9999999 mean unknown, not ten thousand
kilometres; times are UTC; `stale` is not an end of the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.case.archives import open_zip, read_xml
from blindspot.case.exchange.model import Imported, Item, coordinates, utc_prefix
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN = 9_999_999.0


def read_tak(path: Path) -> Imported:
    """The events that the manifest of a package names."""
    into = Imported("tak")
    with open_zip(path) as archive:
        for name, why in archive.refused:
            into.refuse(0, name, why)
        manifest = next((n for n in archive.names if n.upper() == "MANIFEST/MANIFEST.XML"), None)
        if manifest is None:
            raise UsageError(f"{path.name}: has no MANIFEST/manifest.xml: not a TAK data package.")
        listed = {
            c.get("zipEntry", ""): c.get("ignore", "false") == "true"
            for c in read_xml(archive.read(manifest), manifest).iter("Content")
        }
        for name in archive.names:
            if name == manifest:
                continue
            if name not in listed:
                into.refuse(0, name, "is not named in the manifest; TAK ignores it and so do we")
            elif listed[name]:
                into.refuse(0, name, "is marked to be ignored")
            elif not name.lower().endswith(".cot"):
                into.refuse(0, name, "is an attachment; ingest it by itself")
            else:
                _events(archive.read(name), name, into)
        for name in sorted(set(listed) - set(archive.names)):
            into.refuse(0, name, "is named in the manifest and not in the package")
    return into


def _events(data: bytes, name: str, into: Imported) -> None:
    try:
        root = read_xml(data, name)
    except UsageError as error:
        into.refuse(0, name, str(error))
        return
    for event in root.iter("event"):
        point = event.find("point")
        attributes = point.attrib if point is not None else {}
        lat, lon = coordinates(attributes.get("lat"), attributes.get("lon"), 0, into)
        radius = _metres(attributes.get("ce"))
        contact, remarks = next(event.iter("contact"), None), next(event.iter("remarks"), None)
        text = (remarks.text or "").strip() if remarks is not None else ""
        into.items.append(
            Item(event.get("uid") or name, "point", text or (contact.get("callsign", "") if contact is not None else ""), utc_prefix(event.get("start") or event.get("time") or ""), "UTC, clock of the device",
                 lat, lon, radius if lat is not None else None, "", (), (event.get("type", ""),), (), {}, {**event.attrib, **{f"point.{k}": v for k, v in attributes.items()}})
        )  # fmt: skip


def _metres(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < UNKNOWN else None
