"""All that the room finds in some texts, in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blindspot.measure.statements.attribution import attribute
from blindspot.measure.statements.copies import clusters, compare, drifts
from blindspot.measure.statements.derives import Derives, derives
from blindspot.measure.statements.garble import Garbled, garble
from blindspot.measure.statements.model import Edge, Proposal, Statement, Text
from blindspot.measure.statements.origins import propose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from blindspot.measure.statements.copies.quotes import Drift


@dataclass(frozen=True, slots=True)
class Measured:
    """Statements, edges, flags, drifts, proposals, the derives-from graph and its circles."""

    texts: tuple[Text, ...]
    statements: tuple[Statement, ...]
    edges: tuple[Edge, ...]
    garbled: tuple[Garbled, ...]
    drifts: tuple[Drift, ...]
    clusters: tuple[tuple[int, ...], ...]
    proposals: tuple[Proposal, ...]
    graph: tuple[Derives, ...]
    circles: tuple[tuple[str, ...], ...]


def measure(
    texts: Sequence[Text], register: Mapping[str, Sequence[str]] | None = None, executor: Executor | None = None
) -> Measured:
    """What some texts say, on what basis, and which of it is one observation.

    `register` gives, by source, the sources that it derives from. `executor` reads texts side by side (None: this
    process). Deterministic: the order of `texts` does not matter.
    """
    ordered = sorted(texts, key=lambda t: t.id)
    statements = [s for found in (executor.map if executor else map)(attribute, ordered) for s in found]
    edges = compare(ordered)
    groups = clusters(statements)
    linked = {(e.a, e.b) for e in edges} | {(e.b, e.a) for e in edges}
    published = {t.id: t.published for t in ordered}
    for group in groups:
        ids = sorted({statements[k].text_id for k in group}, key=lambda i: (published[i] or "9999", i))
        for other in ids[1:]:
            if (ids[0], other) not in linked:
                known = bool(published[ids[0]] and published[other] and published[ids[0]][:10] != published[other][:10])
                edges.append(
                    Edge(
                        ids[0],
                        other,
                        "same-statement",
                        1.0,
                        (),
                        f"the same statement: “{statements[group[0]].says[:120]}”",
                        known,
                    )
                )
                linked |= {(ids[0], other), (other, ids[0])}
    edges.sort(key=lambda e: (e.a, e.b, e.kind))
    graph, circles = derives(ordered, edges, register)
    return Measured(
        tuple(ordered), tuple(statements), tuple(edges), tuple(garble(t) for t in ordered), tuple(drifts(statements, ordered)),
        tuple(groups), tuple(propose(statements, ordered, edges, groups)), tuple(graph), tuple(tuple(c) for c in circles),
    )  # fmt: skip
