"""Which statements are one statement carried by several outlets, and are the quoted words those that were spoken?

Clusters: two statements are one where the stems of the shorter are held to 60 % (by weight) by the longer and hang together
in at least two fingerprints. Drift: the words inside quotation marks against what the same speaker says in a transcript;
a content word that the transcript does not have is named, with the words that stand in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.measure.statements.copies.alignment import align
from blindspot.measure.statements.copies.candidates import candidates
from blindspot.measure.statements.copies.compare import corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.model import Statement, Text

OVERLAP = 0.6
LEAST = 4  # content stems of the shorter; fewer are a phrase, not a statement


@dataclass(frozen=True, slots=True)
class Drift:
    """A quotation that the transcript does not bear out."""

    statement: int  # index into the statements
    transcript: str
    quoted: str
    spoken: str  # the nearest passage of the speaker in the transcript
    missing: tuple[str, ...]  # quoted content words that it does not have
    instead: tuple[str, ...]  # its own content words in their place
    score: float  # share of the quotation's weight that was spoken, 0-1


def clusters(statements: Sequence[Statement]) -> list[tuple[int, ...]]:
    """Indices of statements that say the same in different texts, or by different speakers of one text; sorted."""
    c = corpus([s.says for s in statements])
    found, _ = candidates([s.ids for s in c.stems], cap=40, least=2)
    parent = list(range(len(statements)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for i, j in found.tolist():
        same = statements[i].text_id == statements[j].text_id
        if same and (
            statements[i].speaker.text == statements[j].speaker.text
            or (statements[i].start < statements[j].end and statements[j].start < statements[i].end)
        ):
            continue
        a, b = np.unique(c.stems[i].ids), np.unique(c.stems[j].ids)
        if min(len(a), len(b)) < (2 * LEAST if same else LEAST):
            continue
        both = float(c.weights[np.intersect1d(a, b, assume_unique=True)].sum())
        if both >= OVERLAP * min(float(c.weights[a].sum()), float(c.weights[b].sum())) and both >= 0.25 * max(
            float(c.weights[a].sum()), float(c.weights[b].sum())
        ):
            parent[max(root(i), root(j))] = min(root(i), root(j))
    groups: dict[int, list[int]] = {}
    for k in range(len(statements)):
        groups.setdefault(root(k), []).append(k)
    return sorted(tuple(g) for g in groups.values() if len(g) > 1)


def drifts(statements: Sequence[Statement], texts: Sequence[Text]) -> list[Drift]:
    """Quotations of a speaker who speaks in a transcript at hand, whose content words are not those spoken."""
    primary = {t.id: t for t in texts if t.kind == "transcript"}
    spoken: dict[str, list[Statement]] = {}
    for s in statements:
        if s.text_id in primary and s.speaker.name:
            spoken.setdefault(_surname(s.speaker.name), []).append(s)
    found = []
    for k, s in enumerate(statements):
        if s.text_id in primary or not s.quotes or not s.speaker.name:
            continue
        said = spoken.get(_surname(s.speaker.name), [])
        if not said:
            continue
        whole = next((t.text for t in texts if t.id == s.text_id), "")
        quoted = " ".join(whole[a:b].strip("“”\"«»„‘’' ") for a, b in s.quotes)
        around = whole[max(0, min(s.cue[0], s.start) - 80) : s.end]
        drift = _drift(k, quoted, around, said)
        if drift is not None:
            found.append(drift)
    return found


def _drift(k: int, quoted: str, around: str, said: Sequence[Statement]) -> Drift | None:
    pieces = [(s, p) for s in said for p in re.split(r"(?<=[.!?])\s+", s.says) if p.strip()]
    c = corpus([quoted, around, *(p for _, p in pieces)])
    quote, context = c.stems[0], c.stems[1]
    if not len(quote.ids):
        return None
    total = float(c.weights[quote.ids].sum())
    best, rank = 0, (-1.0, -1.0)
    for n in range(2, len(c.stems)):
        ids = c.stems[n].ids
        passages = align(quote.ids, ids, c.weights, least=1.0, weaker=1.0)
        hit = sum(float(c.weights[quote.ids[p.matched[:, 0]]].sum()) for p in passages)
        near = float(c.weights[np.intersect1d(context.ids, ids)].sum())
        if (hit, near) > rank:
            best, rank = n, (hit, near)
    held = set(c.stems[best].ids.tolist())
    score = min(1.0, rank[0] / max(total, 1e-9))
    missing = [
        quoted[a:b]
        for i, a, b in zip(quote.ids.tolist(), quote.starts.tolist(), quote.ends.tolist(), strict=True)
        if i not in held
    ]
    everywhere = {i for s in c.stems[2:] for i in s.ids.tolist()}
    elsewhere = [
        w
        for w, i in zip(
            (quoted[a:b] for a, b in zip(quote.starts.tolist(), quote.ends.tolist(), strict=True)),
            quote.ids.tolist(),
            strict=True,
        )
        if i not in everywhere
    ]
    if not elsewhere or rank[1] <= 0:
        return None
    source, piece = pieces[best - 2]
    own = c.stems[best]
    shared = set(quote.ids.tolist()) | set(context.ids.tolist())
    instead = [
        piece[a:b]
        for i, a, b in zip(own.ids.tolist(), own.starts.tolist(), own.ends.tolist(), strict=True)
        if i not in shared
    ]
    return Drift(k, source.text_id, quoted, piece, tuple(missing), tuple(instead), round(score, 3))


def _surname(name: str) -> str:
    return name.lower().replace(".", "").split()[-1] if name.split() else ""
