"""What could be seen, when, and what could not: sorties, line of sight, and the chance of noticing a person?

Method: shortest routes round closed airspace on the ellipsoid (`routes`) give transit and time on station (`sorties`,
`fleet`); public statements become half-planes whose common region says which can hold together (`claims`); the horizon of
every cell of a surface comes from convex hulls along sight lines (`horizon`, `sight`), of a place without a surface from
its walls (`canyon`); moments not seen get a reason (`seen`); all factors multiply, as ranges, to an opportunity.
Reference: Koopman 1946; Timonen & Westerholm 2010; docs/methods/coverage.md has the equations and their limits.
"""

from blindspot.measure.coverage.opportunity import Opportunity
from blindspot.measure.coverage.outlook import PlaceView, look
from blindspot.measure.coverage.overview import Overview, overview, sortie_tables
from blindspot.measure.coverage.watchtables import coverage_tables

__all__ = [
    "Opportunity",
    "Overview",
    "PlaceView",
    "coverage_tables",
    "look",
    "overview",
    "sortie_tables",
]
