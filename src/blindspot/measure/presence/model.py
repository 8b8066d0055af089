"""Result types of the room: a scene as ranges, and what follows from what was seen in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blindspot.quantities import Range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NOBODY = Range(0.0, 0.0)
ONE = Range(1.0, 1.0)
Noticed = Range | tuple[float, ...]  # a range, or quantiles evenly from 0 to 100 per cent, as `coverage` offers them


@dataclass(frozen=True, slots=True)
class Scene:
    """One place at one time, every number a range. Chances of being noticed hold for a person who is outdoors."""

    households: Range  # whole numbers
    sizes: tuple[float, ...]  # P(size = 0, 1, ...)
    children: Range  # share of members that are children
    home_adult: Range
    home_child: Range
    outdoors: Range  # P(a person who is present is outdoors)
    noticed_adult: Noticed  # P(noticed | present and outdoors)
    noticed_child: Noticed
    together: Range  # P(all are outdoors or indoors together): the common cause; 0 = each by himself
    passers: Range = NOBODY  # mean number of others
    watched: Noticed = ONE  # of noticed: P(what fails for everybody at once did not), in the order of noticed_adult


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of a scene after `seen` persons were noticed (None = nothing was looked at).

    Arrays over draws of the ranges (draws,), except `before` and `after`: P(N = n), weighted over the draws.
    """

    seen: int | None
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    children_after: NDArray[np.float64]
    none_after: NDArray[np.float64]  # P(N = 0) per draw
    mean_after: NDArray[np.float64]
    noticed: NDArray[np.float64]  # P(a person who is present is noticed)
    noticed_child: NDArray[np.float64]
    any_noticed: NDArray[np.float64]  # P(at least one is noticed | someone is present)
    lr_none: NDArray[np.float64]  # P(none seen | nobody there) / P(none seen | someone there)
    likelihood: NDArray[np.float64]  # P(seen | N = n), n = 0, 1, ...; NaN where nothing was looked at


@dataclass(frozen=True, slots=True)
class Both:
    """The same scene with and without the common cause. Where they differ, say both."""

    independent: Posterior
    together: Posterior
    stated: Posterior
