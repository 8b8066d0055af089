"""Figures of an incident's tolls.csv -> tolls of a case, as far as they can be told; the rest is counted in a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blindspot.case.tolls import Toll

if TYPE_CHECKING:
    from blindspot.case.incidents.model import Incident, TollRow


def tolls(incident: Incident) -> tuple[dict[str, Toll], list[str]]:
    """The figures that have both ends and a source of sources.csv, by id; and a note on the others."""
    found: dict[str, Toll] = {}
    unread = []
    for i, (row, place) in enumerate(incident.tolls, 1):
        source = _stated_by(incident, row)
        figures = {
            "civilians": (row.civ_min, row.civ_max),
            "children": (row.children_min, None),
            "combatants": (row.combatant_min, row.combatant_max),
            "all": (row.total_min, row.total_max),
        }
        for who, (low, high) in figures.items():
            if low is None and high is None:
                continue
            if source is None or low is None or high is None:
                unread.append(place.row)
                continue
            key = f"T{i:02d}_{who}"
            found[key] = Toll(id=key, source=source, public_at=row.as_of, who=who, low=low, high=high, basis="stated")
    if not unread:
        return found, []
    rows = ", ".join(dict.fromkeys(map(str, unread)))
    return found, [
        f"tolls.csv: {len(unread)} figures have one end only, or a source that sources.csv does not name, and are not read (rows {rows})"
    ]


def _stated_by(incident: Incident, row: TollRow) -> str | None:
    """The source that a toll names by id or by the beginning of its name: the only one, or the one of the same day."""
    if not row.source:
        return None
    named = [
        key
        for key, source in incident.sources.items()
        if key == row.source or source.name.lower().startswith(row.source.lower())
    ]
    same = [key for key in named if row.as_of is not None and incident.sources[key].date == row.as_of]
    return named[0] if len(named) == 1 else same[0] if len(same) == 1 else None
