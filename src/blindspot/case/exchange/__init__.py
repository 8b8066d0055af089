"""Other tools' files in, this case's files out.

What is asked: which records does a file hold, which could not be taken and why, and what would a tool not keep of this case?
Nothing is evaluated or fetched; what is unknown stays unknown; hashes in an import are verified where the bytes are at hand.
Formats: docs/methods/exchange.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.case.exchange.archiver import read_archiver
from blindspot.case.exchange.atlos import read_atlos
from blindspot.case.exchange.exporting import EXPORTS, Exported, export
from blindspot.case.exchange.ftm import read_ftm
from blindspot.case.exchange.geo import read_geojson, read_gpx, read_kml
from blindspot.case.exchange.landing import land
from blindspot.case.exchange.model import Imported, Item, Untaken
from blindspot.case.exchange.others import read_datashare, read_proofmode, read_table
from blindspot.case.exchange.tak import read_tak
from blindspot.case.exchange.timemap import read_bellingcat, read_timemap
from blindspot.case.exchange.uwazi import read_uwazi
from blindspot.case.exchange.whole import restore
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["EXPORTS", "IMPORTS", "Exported", "Imported", "Item", "Untaken", "export", "land", "read", "restore"]

IMPORTS: dict[str, tuple[Callable[[Path], Imported], str]] = {
    "atlos": (read_atlos, "Atlos CSV, ZIP or a source's metadata.json"),
    "auto-archiver": (read_archiver, "auto-archiver sheet, db.csv, list of links, timestamp token"),
    "bellingcat": (read_bellingcat, "Bellingcat map download, JSON or CSV"),
    "codec": (read_table, "SITU Codec sheet as CSV or XLSX"),
    "csv": (read_table, "any CSV with plain column names"),
    "datashare": (read_datashare, "Datashare batch search CSV"),
    "ftm": (read_ftm, "FollowTheMoney JSON lines or CSV"),
    "geojson": (read_geojson, "GeoJSON"),
    "gpx": (read_gpx, "GPX"),
    "kml": (read_kml, "KML or KMZ"),
    "proofmode": (read_proofmode, "ProofMode CSV"),
    "tak": (read_tak, "TAK data package"),
    "timemap": (read_timemap, "TimeMap JSON, file or folder"),
    "uwazi": (read_uwazi, "Uwazi CSV"),
    "xlsx": (read_table, "any spreadsheet with plain column names"),
}


def read(name: str, path: Path) -> Imported:
    """What a file of a format holds. Raises UsageError in one line where the file or the format cannot be read."""
    if name not in IMPORTS:
        raise UsageError(
            f"{name}: is not a format that is read. The formats are: {', '.join([*IMPORTS, 'blindspot'])}."
        )
    if not path.exists():
        raise UsageError(f"{path}: there is no such file.")
    if path.is_dir() and name != "timemap":
        raise UsageError(f"{path}: is a folder; name a file in it.")
    return IMPORTS[name][0](path)
