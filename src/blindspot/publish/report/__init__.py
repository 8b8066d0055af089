"""How is a review shown to a person? One HTML page that opens offline, the tables behind its figures, and a GeoPackage.

Method: results (plain data) and rows become tables (`tables`, `listings`), tables become SVG (`figures`, `timeline`,
`ground`), sentences (`words`, `conclusion`) and the section of each question (`answers`); all of it one page (`page`).
Map, timeline and footage move together (`scene`, `lanes`, `films`, and the scene_*.js that `script` joins); first paint, paper
and a browser without script show the same figures standing still. The page asks no network for anything. Reference: Wintle
et al. 2019 (words with their numbers).
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from blindspot.case.store import write_text
from blindspot.publish.report.films import clips_of, footprint_rows, place_films
from blindspot.publish.report.geopackage import write_geopackage
from blindspot.publish.report.lanes import records
from blindspot.publish.report.measured import measured
from blindspot.publish.report.page import page
from blindspot.publish.report.people import people_tables
from blindspot.publish.report.people import shown as people_shown
from blindspot.publish.report.released import released, released_pictures
from blindspot.publish.report.scene import scene
from blindspot.publish.report.sides import both_sides
from blindspot.publish.report.sky import flight_tables, flights
from blindspot.publish.report.tables import tables, to_csv
from blindspot.publish.report.tracked import tracked
from blindspot.publish.report.unseen import sections, unseen_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from blindspot.case import Case

__all__ = ["publish"]


def publish(case: Case, results: Mapping[str, dict[str, Any]], out: Path, missing: list[tuple[str, str]]) -> list[Path]:
    """Write report.html, findings.json, case.gpkg and tables/ into `out`; returns the tables written.

    `results`: what each stage gave, by name; `weigh` and `replay` are needed.
    """
    weighed = results["weigh"]
    as_of = date.fromisoformat(weighed["as_of"]) if weighed["as_of"] else None
    sorties, coverage, presence, counts = (results.get(n, {}) for n in ("sorties", "coverage", "presence", "counts"))
    made = (
        tables(case, weighed, results["replay"], as_of) | measured(results) | people_tables(results.get("people", {}))
    )
    made |= flight_tables(sorties) | unseen_tables(coverage, presence, counts)
    gaps, pictures = results.get("gaps", {}), released_pictures(case.root)
    more = {
        "flights": flights(sorties),
        "seen": sections(results),
        "tracked": tracked(results),
        "released": released(case.root),
        "pictures": pictures,
        "sides": both_sides(case.root, gaps),
    }
    clips, films = clips_of(case, results.get("footage", {}))
    shown = scene(case, results, made, clips, gaps.get("problems", ()))
    made |= {"scene": records(shown.data), "footprints": footprint_rows(clips)}
    names = {c["id"]: c["name"].rpartition(".")[0] or c["name"] for c in clips} | {p["id"]: p["id"] for p in pictures}
    sources = place_films(films | {p["id"]: p["path"] for p in pictures}, names, out)
    files = []
    for name, rows in made.items():
        files.append(out / "tables" / f"{name}.csv")
        write_text(files[-1], to_csv(rows))
    write_text(out / "findings.json", json.dumps(weighed, ensure_ascii=False) + "\n")
    write_geopackage(case, out / "case.gpkg")
    people = people_shown(results.get("people", {}))
    write_text(out / "report.html", page(case, weighed, made, missing, people, more, shown, sources))
    return files
