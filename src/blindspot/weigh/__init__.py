"""Which account does the evidence support, how firmly, and what carries the answer?

Method: a case becomes a discrete network Question -> Fact -> Origin -> Report with a mode per source and a lens per team
(`network`, `build`); every number is drawn from its range (`parameters`); the network is summed exactly for all draws at
once (`engine`); the same sums, with reports left out, numbers pushed to their ends or observations imagined, give weights
and flips (`fragility`), levers and envelopes (`sensitivity`), what would settle it (`information`), the replay by date
(`replay`), what another number or a missing report would do (`whatif`), the naive count beside it (`naive`) and the
audit (`audit`).
Reference: Fenton, Neil & Lagnado 2013; docs/methods/weigh.md has the equations and their limits.
"""

from blindspot.weigh.build import build
from blindspot.weigh.findings import findings, replayed
from blindspot.weigh.model import Weighing
from blindspot.weigh.replay import replay
from blindspot.weigh.weighing import weigh
from blindspot.weigh.whatif import WhatIf, what_if

__all__ = ["Weighing", "WhatIf", "build", "findings", "replay", "replayed", "weigh", "what_if"]
