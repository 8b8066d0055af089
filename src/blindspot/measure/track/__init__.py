"""Is it still the same vehicle, where did it stop, and would an ordinary vehicle have done the same?

Method: files of positions become flat arrays (`read`); stops are found under 200 settings at once and by a hidden Markov
chain, and gaps keep the probability of what they may hide (`stops`); each interruption of the view becomes a gap card with
P(same vehicle) from a displacement law, the density of look-alikes and a tempering fitted on other vehicles (`custody`);
k-of-n visits are set against ordinary vehicle-days, real or synthetic (`baserate`); boxes in footage are followed with
every loss said (`follow`). Nothing here scores a vehicle or a person: the output says how unremarkable a pattern is.
Reference: docs/methods/track.md.
"""

from blindspot.measure.track.model import Boxes, Read, Tracks
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.summary import summarise

__all__ = ["Boxes", "Read", "Tracks", "read_tracks", "summarise"]
