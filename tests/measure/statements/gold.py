"""The annotated texts: `{1s.t Two officials} {1v.saw said} {1c it burned}` -> plain text and spans; and the scoring of docs/annotation.md."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_OPEN = re.compile(r"\{(\d+)([svc])(?:\.(\w+))? ?")
ANONYMITY = {"n": "named", "t": "title", "o": "organisation", "r": "relation", "u": "unnamed"}


@dataclass
class Gold:
    source: list = field(default_factory=list)
    cue: list = field(default_factory=list)
    content: list = field(default_factory=list)
    anonymity: str = ""
    basis: str = ""


def parse(marked):
    out, stack, found, i = [], [], {}, 0
    n = 0
    while i < len(marked):
        m = _OPEN.match(marked, i)
        if m:
            stack.append((m[1], m[2], m[3], n))
            i = m.end()
        elif marked[i] == "}":
            key, kind, tag, start = stack.pop()
            gold = found.setdefault(int(key), Gold())
            {"s": gold.source, "v": gold.cue, "c": gold.content}[kind].append((start, n))
            if kind == "s" and tag:
                gold.anonymity = "named" if tag == "n" else gold.anonymity or ANONYMITY[tag]
            if kind == "v" and tag:
                gold.basis = tag
            i += 1
        else:
            out.append(marked[i])
            n += 1
            i += 1
    return "".join(out), [found[k] for k in sorted(found)]


def cover(spans, text):
    return {i for a, b in spans for i in range(a, b) if text[i].isalnum()}


def match(text, golds, found):
    """Pairs of gold and found whose contents overlap by F1 >= 0.5 in letters, best first, one to one."""
    g = [cover(x.content, text) for x in golds]
    p = [cover(x.content, text) for x in found]
    scored = sorted(
        ((2 * len(a & b) / (len(a) + len(b)), i, j) for i, a in enumerate(g) for j, b in enumerate(p) if a & b),
        key=lambda t: (-t[0], t[1], t[2]),
    )
    pairs, seen_g, seen_p = [], set(), set()
    for score, i, j in scored:
        if score >= 0.5 and i not in seen_g and j not in seen_p:
            pairs.append((i, j))
            seen_g.add(i)
            seen_p.add(j)
    return pairs


def articles(half):
    for path in sorted((Path(__file__).parent / "annotated" / half).glob("*.txt")):
        yield path.stem, *parse(path.read_text(encoding="utf-8"))
