"""Where does a result come from? From stage to files, and from a number to its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blindspot.errors import UsageError
from blindspot.weigh import build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.case import Case

_TABLES = ("sources", "facts", "origins", "claims", "places", "stops", "standards")


def explain(
    case: Case, stage: str, says: str, method: str, files: dict[str, str], ids: Sequence[str]
) -> dict[str, Any]:
    """Stage, method, input files with hashes, and every number and row that it rests on; narrowed to `ids` where given.

    Raises UsageError where an id is nowhere in the case.
    """
    wanted = _widen(case, ids)
    rows = []
    for (table, key), where in sorted(
        case.where.items(), key=lambda item: (item[1].file, item[1].row or 0, item[1].column or "")
    ):
        if table != "expect" and not key.startswith("finding:") and (not ids or key in wanted):
            rows.append({"where": str(where), "what": f"{table} {key}".strip(), "basis": ""})
    for p in build(case).network.parameters:
        about = {part for part in p.name.partition(":")[2].replace("|", "/").split("/") if part}
        if not ids or about & wanted:
            bounds = f"{p.low:g}" if p.fixed else f"{p.low:g}-{p.high:g}"
            by = f" ({p.by})" if p.by else ""
            rows.append(
                {
                    "where": str(p.where) if p.where else "scales.toml",
                    "what": f"{p.name} = {bounds}{by}",
                    "basis": p.basis,
                }
            )
    return {"stage": stage, "says": says, "method": method, "files": files, "rows": rows}


def _widen(case: Case, ids: Sequence[str]) -> set[str]:
    """An id and the rows that it stands on: a claim its source, origin and fact; an origin its fact; a fact its question."""
    known = {key for _, key in case.where} | {c for pair in case.expect for c in pair}
    unknown = [i for i in ids if i not in known]
    if unknown:
        raise UsageError(f"{', '.join(unknown)}: no row of this case has that id.")
    wanted = set(ids)
    for key in ids:
        claim = case.claims.get(key)
        if claim:
            wanted |= {claim.source} | {x for x in (claim.origin, claim.fact, claim.copy_of, claim.directness) if x}
    wanted |= {case.origins[o].fact for o in wanted & case.origins.keys()}
    wanted |= (
        {case.facts[f].question for f in wanted & case.facts.keys()} if any(i in case.facts for i in ids) else set()
    )
    return wanted
