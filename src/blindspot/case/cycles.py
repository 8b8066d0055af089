"""Does a chain of references come back to where it began?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def loops(edges: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """One list of ids per cycle, in a stable order; linear in nodes and edges."""
    state: dict[str, int] = {}
    for root in sorted(edges):
        path: list[str] = []
        stack: list[tuple[str, int]] = [(root, 0)]
        while stack:
            node, i = stack.pop()
            if i == 0:
                if state.get(node):
                    continue
                state[node] = 1
                path.append(node)
            children = edges.get(node, [])
            if i < len(children):
                stack.append((node, i + 1))
                child = children[i]
                if state.get(child) == 1:
                    yield path[path.index(child) :]
                elif not state.get(child):
                    stack.append((child, 0))
            else:
                state[node] = 2
                path.pop()
