"""Does the tool deserve to be believed? Past incidents replayed with what was public then, and scored by what was later found.

Method: each question with a finding is weighed 1, 7 and 30 days after the incident and on the eve of the finding (`replaying`),
beside what others would have said (`methods`); answers are scored with intervals over incidents (`scoring`, `results`), and
anything fitted is fitted on the other incidents (`fitting`). Across incidents: what carried weight, whether first accounts held,
how long a finding took (`questions`). Reference: docs/backtest.md; Brier 1950; Efron & Tibshirani 1993.
"""

from blindspot.weigh.backtest.model import Asked, Replayed
from blindspot.weigh.backtest.replaying import replay_incident
from blindspot.weigh.backtest.results import results, sensitivity

__all__ = ["Asked", "Replayed", "replay_incident", "results", "sensitivity"]
