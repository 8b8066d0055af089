"""Who may have been there unseen?

Method: households, their sizes and who is at home give the number present (`priors`); what could be noticed, from
`coverage`, gives the exact posterior for one place and time, with people hiding each by himself or together (`scene`);
several independent counts give N-mixture, occupancy, distance and removal estimates with flags (`surveys`, from `counts`,
`occupancy`, `distance`, `fit`); simulated scenes say whether the posterior tells the truth as often as it claims (`calibration`).
Reference: Royle 2004; MacKenzie et al. 2002; Talts et al. 2018; docs/methods/presence.md has the equations.
"""

from blindspot.measure.presence.model import Both, Posterior, Scene
from blindspot.measure.presence.overview import PlacePresence, presence_tables, who
from blindspot.measure.presence.scene import posterior
from blindspot.measure.presence.surveys import survey_tables

__all__ = ["Both", "PlacePresence", "Posterior", "Scene", "posterior", "presence_tables", "survey_tables", "who"]
