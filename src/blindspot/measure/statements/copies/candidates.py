"""Which pairs of texts could have anything copied between them, without comparing all pairs?

Fingerprint: the unordered pairs of content stems at most three apart, and three stems in a row. Word order inside a sentence changes in translation and
back, neighbourhood mostly stays. Texts that share several *rare* fingerprints are candidates. A fingerprint held by up to `cap`
texts links all of them; one held by more links each only to its next two holders, so that fifty copies of one wire story still
hang together while stock phrases cost nothing. Work and memory grow with the number of fingerprints, not of pairs of texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

REACH = 3
CAP = 20
LEAST = 5  # shared rare fingerprints; independent news shares 0 or 1, a copied paragraph tens
_CHUNK = 1 << 22
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


def candidates(
    ids: Sequence[NDArray[np.int32]], cap: int = CAP, least: int = LEAST
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (k, 2) of indices, first < second, and how many fingerprints each pair shares; sorted by pair.

    `ids` are the stem ids of each text in order. A pair is found where it shares at least `least` fingerprints, or a third
    of those of the smaller text where that is fewer.
    """
    n = len(ids)
    prints = [fingerprints(x) for x in ids]
    sizes = np.array([len(p) for p in prints], np.int64)
    if n < 2 or not sizes.sum():
        return np.empty((0, 2), np.int64), np.empty(0, np.int64)
    features = np.concatenate(prints)
    owners = np.repeat(np.arange(n, dtype=np.int32), sizes)
    order = np.argsort(features, kind="stable")  # stable: owners ascend within a fingerprint
    features, owners = features[order], owners[order]
    del order
    starts = np.flatnonzero(np.r_[True, features[1:] != features[:-1]])
    counts = np.diff(np.r_[starts, len(features)])
    del features
    if n <= 4 * cap:
        cap = n  # few texts: nothing is common
    need = np.minimum(least, np.maximum(sizes // 3, 1))
    # First pass counts pairs in buckets; the second keeps those whose bucket is full enough: memory stays bounded.
    bits = min(24, max(10, int(sizes.sum()).bit_length() + 1))
    buckets = np.zeros(1 << bits, np.uint16)
    for keys in _links(owners, starts, counts, cap, n):
        np.add(
            buckets,
            np.minimum(np.bincount(_bucket(keys, bits), minlength=1 << bits), 1000).astype(np.uint16),
            out=buckets,
        )
    smallest = int(need.min())
    kept = [keys[buckets[_bucket(keys, bits)] >= smallest] for keys in _links(owners, starts, counts, cap, n)]
    pairs, shared = (
        np.unique(np.concatenate(kept), return_counts=True) if kept else (np.empty(0, np.int64), np.empty(0, np.int64))
    )
    a, b = pairs // n, pairs % n
    enough = shared >= np.minimum(need[a], need[b])
    return np.stack([a[enough], b[enough]], axis=1), shared[enough]


def fingerprints(ids: NDArray[np.int32]) -> NDArray[np.int64]:
    """The distinct unordered pairs of neighbouring stems of one text, and its unordered threes in a row."""
    wide = ids.astype(np.int64)
    parts = []
    for gap in range(1, REACH + 1):
        x, y = wide[:-gap], wide[gap:]
        parts.append((np.minimum(x, y) << 32 | np.maximum(x, y))[x != y])
    if len(wide) >= 3:  # three in a row, in any order: rarer than pairs where the vocabulary is small
        three = np.sort(np.stack([wide[:-2], wide[1:-1], wide[2:]]), axis=0).astype(np.uint64)
        mixed = (three[0] * _MIX[0]) ^ (three[1] * _MIX[1]) ^ (three[2] * _MIX[2])
        parts.append((mixed >> np.uint64(2)).astype(np.int64) | np.int64(1 << 62))
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def _links(
    owners: NDArray[np.int32], starts: NDArray[np.int64], counts: NDArray[np.int64], cap: int, n: int
) -> Iterator[NDArray[np.int64]]:
    """Keys a * n + b of the pairs that share a fingerprint, in chunks."""
    for d in range(2, cap + 1):
        heads = starts[counts == d]
        step = max(_CHUNK // (d * d), 1)
        i, j = np.triu_indices(d, 1)
        for at in range(0, len(heads), step):
            held = owners[heads[at : at + step, None] + np.arange(d)].astype(np.int64)
            yield (held[:, i] * n + held[:, j]).ravel()
    many = np.flatnonzero(counts > cap)
    if len(many):
        inside = np.zeros(len(owners) + 2, bool)
        for s, c in zip(starts[many], counts[many], strict=True):
            inside[s : s + c] = True
        last = np.zeros(len(owners) + 2, np.int64)
        last[: len(owners)] = np.repeat(np.r_[starts[1:], len(owners)], counts)
        for gap in (1, 2):
            heads = np.flatnonzero(inside[: len(owners)])
            heads = heads[heads + gap < last[heads]]
            for k in range(0, len(heads), _CHUNK):
                part = heads[k : k + _CHUNK]
                yield owners[part].astype(np.int64) * n + owners[part + gap]


def _bucket(keys: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    return ((keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits)).astype(np.int64)
