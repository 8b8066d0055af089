"""How is a review shown to a person? One HTML page that opens offline, the tables behind its figures, and a GeoPackage.

Method: results (plain data) become tables (`tables`), tables become SVG (`figures`), both become one page (`page`).
The page holds no script and asks no network for anything. Reference: the manners of shared/look/report.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from blindspot.case.store import write_text
from blindspot.publish.report.geopackage import write_geopackage
from blindspot.publish.report.page import page
from blindspot.publish.report.tables import tables, to_csv

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.case import Case

__all__ = ["publish"]


def publish(
    case: Case, weighed: dict[str, Any], replayed: dict[str, Any], out: Path, missing: list[tuple[str, str]]
) -> list[Path]:
    """Write report.html, findings.json, case.gpkg and tables/ into `out`; returns the tables written."""
    made = tables(case, weighed, replayed)
    files = []
    for name, rows in made.items():
        files.append(out / "tables" / f"{name}.csv")
        write_text(files[-1], to_csv(rows))
    write_text(out / "findings.json", json.dumps(weighed, ensure_ascii=False) + "\n")
    write_geopackage(case, out / "case.gpkg")
    write_text(out / "report.html", page(case, weighed, made, missing))
    return files
