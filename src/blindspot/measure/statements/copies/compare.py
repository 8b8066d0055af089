"""Which texts are not independent of each other, and in which passages?

Candidates by shared rare fingerprints, then local alignment of each pair. The score is the share of the smaller text's weight
that stands in aligned passages: near 1 for a copy, 0.6-0.8 for a translation there and back, 0.3-0.4 for one that took half.
A copy is not deleted: it stays as a claim and its weight is capped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.statements.copies.alignment import Passage, align
from blindspot.measure.statements.copies.candidates import candidates
from blindspot.measure.statements.copies.stems import Stems, Vocabulary, weighted
from blindspot.measure.statements.model import Aligned, Edge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blindspot.measure.statements.model import Kind, Text

UNIT, STEP = 900, 750  # stems; a longer text is compared in overlapping pieces
SHARE = 0.10  # least share of the smaller text in passages, and
BEST = 32.0  # least score of the best passage, of a copy or rewrite: between the largest of independent texts (28) and the smallest of copies (35) on one seed of the bench, then checked on another
MOST_OF = 0.45  # a share that is enough for a text too short for such a passage
VERBATIM = (
    0.6  # 5-gram containment from which a rewrite is a copy (Clough & Stevenson's "cut" stays above, "heavy" below)
)
EVENT = 5  # shared names and numbers that make two texts be about one event
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Unit:
    text: int
    first: int  # index of its first stem in the text
    ids: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts made ready for comparison: their stems, what each stem may weigh, and the weight of each text."""

    stems: tuple[Stems, ...]
    weights: NDArray[np.float32]
    totals: NDArray[np.float64]


def corpus(texts: Sequence[str]) -> Corpus:
    """The stems of some texts on one vocabulary."""
    vocabulary = Vocabulary()
    stems = tuple(vocabulary.stems(t) for t in texts)
    weights = np.zeros(max(len(vocabulary.ids), 1), np.float32)
    for s in stems:
        np.maximum.at(weights, s.ids, s.weights)
    weights = np.minimum(weights, weighted(stems, len(weights)))
    return Corpus(stems, weights, np.array([float(weights[s.ids].sum()) for s in stems]))


def pairs(c: Corpus) -> list[tuple[int, int]]:
    """Pairs of texts worth aligning, first < second, sorted."""
    units = [u for k, s in enumerate(c.stems) for u in _units(k, s)]
    found, _ = candidates([u.ids for u in units])
    return sorted(
        {(min(x, y), max(x, y)) for x, y in ((units[i].text, units[j].text) for i, j in found.tolist()) if x != y}
    )


def passages(c: Corpus, a: int, b: int) -> list[Passage]:
    """The aligned passages of two texts, by place in the first; of overlapping ones the better stands."""
    found: list[Passage] = []
    for u in _units(a, c.stems[a]):
        for v in _units(b, c.stems[b]):
            for p in align(u.ids, v.ids, c.weights):
                found.append(
                    Passage(
                        (p.a[0] + u.first, p.a[1] + u.first),
                        (p.b[0] + v.first, p.b[1] + v.first),
                        p.score,
                        p.matched + np.array([u.first, v.first]),
                    )
                )
    kept: list[Passage] = []
    for p in sorted(found, key=lambda p: (-p.score, p.a, p.b)):
        if all((p.a[1] <= q.a[0] or p.a[0] >= q.a[1]) and (p.b[1] <= q.b[0] or p.b[0] >= q.b[1]) for q in kept):
            kept.append(p)
    return sorted(kept, key=lambda p: p.a)


def share(c: Corpus, a: int, b: int, found: Sequence[Passage]) -> float:
    """The share of the smaller text's weight that is matched in the passages, 0-1."""
    matched = sum(float(c.weights[c.stems[a].ids[p.matched[:, 0]]].sum()) for p in found)
    return min(1.0, matched / max(float(min(c.totals[a], c.totals[b])), 1e-9))


def taken(found: Sequence[Passage], value: float) -> bool:
    """Whether passages of that share make one text a copy or rewrite of the other, wholly or in part."""
    return bool(found) and ((value >= SHARE and max(p.score for p in found) >= BEST) or value >= MOST_OF)


def compare(texts: Sequence[Text]) -> list[Edge]:
    """Edges between texts, the earlier known first where dates tell, sorted by ids."""
    c = corpus([t.text for t in texts])
    found: list[Edge] = []
    linked = pairs(c)
    events = {(a, b) for a in range(len(texts)) for b in range(a + 1, len(texts))} if len(texts) <= 300 else set(linked)
    for a, b in sorted(events | set(linked)):
        edge = _edge(c, texts, a, b, aligned=(a, b) in set(linked) if len(linked) < 1000 else True)
        if edge is not None:
            found.append(edge)
    return sorted(found, key=lambda e: (e.a, e.b, e.kind))


def _edge(c: Corpus, texts: Sequence[Text], a: int, b: int, *, aligned: bool) -> Edge | None:
    known = bool(texts[a].published and texts[b].published and texts[a].published[:10] != texts[b].published[:10])
    if (known and texts[b].published < texts[a].published) or (not known and texts[b].id < texts[a].id):
        a, b = b, a
    found = passages(c, a, b) if aligned else []
    value = share(c, a, b, found)
    spans = tuple(
        Aligned(_span(c.stems[a], p.a), _span(c.stems[b], p.b), round(_density(c, a, b, p), 3)) for p in found
    )
    kind: Kind
    if taken(found, value):
        verbatim = containment(texts[a].text, texts[b].text)
        kind = "copy" if verbatim >= VERBATIM else "rewrite"
        whole = "most of" if value >= 0.5 else "part of"
        says = f"{len(found)} passage(s) hold {value:.0%} of the weight of the shorter text ({whole} it); {verbatim:.0%} of its five-word runs are word for word"
        return Edge(texts[a].id, texts[b].id, kind, round(value, 4), spans, says + _credit(texts, a, b), known)
    if found:
        return Edge(
            texts[a].id,
            texts[b].id,
            "same-statement",
            round(value, 4),
            spans,
            f"{len(found)} short passage(s) in common",
            known,
        )
    names = _names(c, a, b)
    if names >= EVENT:
        return Edge(
            texts[a].id,
            texts[b].id,
            "same-event-only",
            round(value, 4),
            (),
            f"{names} rare names or numbers in common, no passage",
            known,
        )
    return None


def _names(c: Corpus, a: int, b: int) -> int:
    """Distinct stems of the highest weight that both texts hold."""
    x, y = (np.unique(s.ids[s.weights >= 4.0]) for s in (c.stems[a], c.stems[b]))
    both = np.intersect1d(x, y, assume_unique=True)
    if min(len(x), len(y)) == 0 or len(both) < 0.2 * min(len(x), len(y)):
        return 0
    return int((c.weights[both] >= 3.0).sum())


def containment(a: str, b: str, n: int = 5) -> float:
    """The share of the shorter text's word n-grams that the longer one holds word for word, case aside."""
    grams = []
    for text in (a, b):
        words = _WORD.findall(text.lower())
        grams.append({hash(tuple(words[i : i + n])) for i in range(len(words) - n + 1)})
    small, large = sorted(grams, key=len)
    return len(small & large) / len(small) if small else 0.0


def _units(k: int, s: Stems) -> list[_Unit]:
    if len(s.ids) <= UNIT + STEP // 2:
        return [_Unit(k, 0, s.ids)]
    return [_Unit(k, i, s.ids[i : i + UNIT]) for i in range(0, max(len(s.ids) - UNIT + STEP, 1), STEP)]


def _span(s: Stems, part: tuple[int, int]) -> tuple[int, int]:
    return int(s.starts[part[0]]), int(s.ends[part[1] - 1])


def _density(c: Corpus, a: int, b: int, p: Passage) -> float:
    """Matched weight over the weight of the longer side of a passage."""
    matched = float(c.weights[c.stems[a].ids[p.matched[:, 0]]].sum())
    sides = [float(c.weights[c.stems[k].ids[slice(*part)]].sum()) for k, part in ((a, p.a), (b, p.b))]
    return min(1.0, matched / max(*sides, 1e-9))


def _credit(texts: Sequence[Text], a: int, b: int) -> str:
    from blindspot.measure.statements.copies.credits import credit_lines

    for k, other in ((a, b), (b, a)):
        for line in credit_lines(texts[k].text):
            if texts[other].source and line.agency.lower() in texts[other].source.lower():
                return f"; {texts[k].id} credits {line.agency}"
    return ""
