"""Where did the camera look, how finely, when, and how sure is the clock?

Method: a transport stream is walked byte by byte with an account of every byte (`ts`, `klv`); MISB sets become columns
(`sets`, `vmti`, `universal`); rays from pose and gimbal meet the ground (`geometry`, `footprint`); ground sample distance
becomes upper bounds on what could be told apart (`resolution`); picture motion is set against the motion that the telemetry
predicts (`registration`, `lag`), and every clock stands beside the others, never averaged (`clocks`).
Reference: MISB ST 0601, 0102, 0903, 1201, EG 0104; GIQE-5; docs/methods/footage.md has the equations and their limits.
"""

from blindspot.measure.footage.clip import Clip, Seen, read_clip
from blindspot.measure.footage.offers import clip_offers, footage_stage
from blindspot.measure.footage.pixels import OnGround, pixels_to_ground
from blindspot.measure.footage.resolution import THINGS, opportunity
from blindspot.measure.footage.summary import clip_as_data, clips_as_data

__all__ = [
    "THINGS",
    "Clip",
    "OnGround",
    "Seen",
    "clip_as_data",
    "clip_offers",
    "clips_as_data",
    "footage_stage",
    "opportunity",
    "pixels_to_ground",
    "read_clip",
]
