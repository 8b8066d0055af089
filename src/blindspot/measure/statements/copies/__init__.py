"""Which texts and statements are not independent of each other?"""

from blindspot.measure.statements.copies.compare import compare, corpus, pairs, passages, share
from blindspot.measure.statements.copies.credits import credit_lines
from blindspot.measure.statements.copies.quotes import clusters, drifts

__all__ = ["clusters", "compare", "corpus", "credit_lines", "drifts", "pairs", "passages", "share"]
