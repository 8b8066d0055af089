"""What can be asked of the example? A seed, and ways of making it hard, one at a time."""

from __future__ import annotations

from dataclasses import dataclass

from blindspot.errors import UsageError

WAYS = {
    "gaps": "the view of the car is interrupted longer and more often",
    "resolution": "the camera sees three times as coarsely",
    "copies": "more officials describe the one video, more outlets copy the one article",
    "hidden": "fewer people stay outdoors, and they stay in together",
    "lens": "the team that reads the video expects an attack",
}


@dataclass(frozen=True, slots=True)
class Options:
    """One incident: the same options give the same bytes."""

    seed: int = 1
    hard: tuple[str, ...] = ()
    footage: bool = True

    def __post_init__(self) -> None:
        unknown = sorted(set(self.hard) - set(WAYS))
        if unknown:
            raise UsageError(f"{unknown[0]}: is not a way of making the example hard; the ways are {', '.join(WAYS)}")

    def has(self, way: str) -> bool:
        """Whether the incident is made hard in this way."""
        return way in self.hard
