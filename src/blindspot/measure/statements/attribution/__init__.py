"""Who said what, in whose words, on what stated basis?"""

from blindspot.measure.statements.attribution.basis import rests_on
from blindspot.measure.statements.attribution.extract import attribute

__all__ = ["attribute", "rests_on"]
