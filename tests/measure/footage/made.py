"""Clips that the tests share: made once per session, with known truth."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from blindspot.measure.footage import read_clip
from blindspot.measure.footage.generate import Faults, Plan, Scene, make_clip

FOLDER = Path(mkdtemp(prefix="blindspot-footage-"))


@cache
def clip(**settings):
    """(path, truth) of a small clip."""
    settings = {"frames": 150, "size": (256, 192), **settings}
    path = FOLDER / f"{abs(hash(repr(settings))):x}.ts"
    return path, make_clip(path, Plan(**settings))


@cache
def read(**settings):
    """A clip as read back."""
    return read_clip(clip(**settings)[0])


__all__ = ["Faults", "Scene", "clip", "read"]
