"""Where does a result come from? From stage to files, and from a number of the page to its rows.

Method: an id is traced through the case (`trace`): a probability to its question, facts, origins, claims and sources;
a point of the replay to those that were public; a row to what it leans on. The rows and the numbers of the model that
are met on the way are printed with file, row, column and basis. Reference: docs/methods/weigh.md.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from blindspot.case import scales
from blindspot.errors import UsageError
from blindspot.publish.why.trace import Trace, trace
from blindspot.weigh import build

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blindspot.case import Case
    from blindspot.quantities import Offer

__all__ = ["explain"]


def explain(
    case: Case,
    stage: str,
    says: str,
    method: str,
    files: dict[str, str],
    ids: Sequence[str],
    computed: Mapping[str, Offer] | None = None,
) -> dict[str, Any]:
    """Stage, method, input files with hashes, and every number and row that it rests on; narrowed to `ids` where given.

    `computed`: what the stages offer to the weighing, so that a number such as `coverage:yard` tells its derivation.
    Raises UsageError where an id is nowhere in the case.
    """
    computed = computed or {}
    numbers = build(case, computed).network.parameters
    found = Trace()
    own = [i if i in computed else f"{stage}:{i}" for i in ids]  # a number of the stage asked about needs no prefix
    offered = {i: computed[i] for i in own if i in computed}
    found.numbers |= {p.name for p in numbers for i in offered if p.basis.startswith(f"{i}: ")}  # what takes it up
    unknown = [
        i
        for i, full in zip(ids, own, strict=True)
        if not trace(case, [p.name for p in numbers], i, found) and full not in offered
    ]
    if unknown:
        close = get_close_matches(unknown[0], [*computed, *(key for _, key in case.where)], 3, 0.7)
        near = f" Did you mean {' or '.join(dict.fromkeys(close))}?" if close else ""
        stages = f" The stages computed: {', '.join(computed)}." if computed else ""
        raise UsageError(
            f"{', '.join(unknown)}: nothing in this case has that id.{near} Ask for an id of a row, `question:account`, "
            f"`question@2021-09-10`, or a number such as `hit:ORIGIN`; the report prints them in small type.{stages}"
        )
    found.rows -= {("expect", name.removeprefix("expect:")) for name in found.numbers}  # said once, with the number
    rows = []
    for (table, key), where in sorted(
        case.where.items(), key=lambda item: (item[1].file, item[1].row or 0, item[1].column or "")
    ):
        if (not ids and table != "expect" and not key.startswith("finding:")) or (table, key) in found.rows:
            new = " (new on that date)" if (table, key) in found.new else ""
            rows.append({"where": str(where), "what": f"{table} {key}".strip() + new, "basis": ""})
    for p in numbers:
        if not ids or p.name in found.numbers:
            bounds = f"{p.low:g}" if p.fixed else f"{p.low:g}-{p.high:g}"
            by = f" ({p.by})" if p.by else ""
            rows.append(
                {
                    "where": str(p.where) if p.where else "scales.toml",
                    "what": f"{p.name} = {bounds}{by}",
                    "basis": p.basis,
                }
            )
    rows += [
        {"where": f"stage {o.stage}", "what": f"{key} = {o.low:g}-{o.high:g}", "basis": line}
        for key, o in offered.items()
        for line in o.says
    ]
    rows += [_standard(case, key) for key in sorted(found.standards) if ("standards", key) not in case.where]
    rows += [_default(case, key) for key in sorted(found.defaults)]
    return {"stage": stage, "says": says, "method": method, "files": files, "rows": rows}


def _standard(case: Case, key: str) -> dict[str, str]:
    row = case.standards[key]
    return {"where": "scales.toml", "what": f"standard {key} = {row.low:g}-{row.high:g}", "basis": row.citation}


def _default(case: Case, name: str) -> dict[str, str]:
    if name in case.head.model:
        return {"where": "case.toml", "what": f"[model] {name} = {case.head.model[name]}", "basis": "case.toml [model]"}
    cited = scales.default(name)
    return {"where": "scales.toml", "what": f"{name} = {cited.range}", "basis": cited.basis}
