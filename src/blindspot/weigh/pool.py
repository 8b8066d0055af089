"""Several reviewers, one number: the mean in log-odds of their bounds, with their spread kept beside it.

Pooling by mean log-odds keeps a reviewer who is nearly sure from being averaged away (Satopaa et al. 2014); the
spread is published, never hidden in the mean.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blindspot.quantities import Range
from blindspot.weigh.parameters import EDGE

if TYPE_CHECKING:
    from blindspot.case import Case


def pooled(case: Case, reviewer: str | None = None) -> dict[tuple[str, str], Range]:
    """Expect cells from assessments/, by (fact, hypothesis); one reviewer's own where named. Re-ratings do not count."""
    cells: dict[tuple[str, str], list[Range]] = {}
    for name in sorted(case.ratings):
        if reviewer is None or name == reviewer:
            for row in case.ratings[name]:
                if row.fact is not None and not row.again and isinstance(row.value, Range):
                    cells.setdefault((row.fact, row.hypothesis), []).append(row.value)
    return {
        key: Range(_mean([r.low for r in ranges]), _mean([r.high for r in ranges])) for key, ranges in cells.items()
    }


def _mean(values: list[float]) -> float:
    if len(set(values)) == 1:
        return values[0]
    logits = [math.log(x / (1 - x)) for x in (min(max(v, EDGE), 1 - EDGE) for v in values)]
    return 1 / (1 + math.exp(-math.fsum(logits) / len(logits)))
