"""What could be told apart at that ground sample distance? Upper bounds, never "would have been seen".

NIIRS by GIQE-5 (NGA 2015, public release): 9.57 - 3.32 log10 G + 3.32 (1 - exp(-1.9/SNR)) log10 RER - 2 log10(RER)^4
- 1.8/SNR, G in inches, divided by sin(elevation)^0.25 for the slant. Tasks by Johnson's criteria as target transfer
probability: P = r^E / (1 + r^E), r = N/N50, E = 2.7 + 0.7 r, N cycles over the critical dimension (the square root of the
area that the object shows), two pixels a cycle. N50 is for half of trained, attentive observers on a still picture of good
contrast: every number here is a ceiling. docs/methods/footage.md has the sources.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from blindspot.quantities import Range

INCH = 0.0254
N50 = {
    "detect": Range(0.75, 1.25),
    "recognise": Range(3.2, 4.8),
    "identify": Range(4.9, 7.9),
}  # Johnson 1958: 1.0+-0.25, 4.0+-0.8, 6.4+-1.5
SIGNAL_TO_NOISE = Range(15, 50)  # judgement: fair to good video
EDGE_RESPONSE = Range(0.25, 0.45)  # judgement: relative edge response of compressed video
GIQE_ERROR = 0.3  # Leachtenauer et al. 1997, standard error in NIIRS
PIXEL_ERROR = Range(0.7, 1.5)  # judgement: one standard deviation of a height marked by hand, in pixels


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of everyday size: height, width and depth in metres, each a range."""

    name: str
    height: Range
    width: Range
    depth: Range
    source: str


ADULT = Thing(
    "adult",
    Range(1.50, 1.85),
    Range(0.40, 0.55),
    Range(0.25, 0.35),
    "NCD-RisC 2016, adult mean heights; breadths: judgement",
)
CHILD = Thing(
    "child", Range(0.95, 1.38), Range(0.25, 0.40), Range(0.18, 0.25), "WHO growth reference, medians at 3 and 10 years"
)
CONTAINER = Thing(
    "20-litre container", Range(0.37, 0.47), Range(0.30, 0.35), Range(0.16, 0.26), "jerrycan and water drum of 20 l"
)
CAR = Thing("car", Range(1.40, 1.60), Range(1.65, 1.85), Range(3.9, 4.9), "saloon and estate cars")
THINGS = (ADULT, CHILD, CONTAINER, CAR)


@dataclass(frozen=True, slots=True)
class Told:
    """What could be told of one object: chances as ranges, each an upper bound."""

    object: str
    detect: Range
    recognise: Range
    identify: Range

    def level(self, name: str) -> Range:
        """The range of `detect`, `recognise` or `identify`."""
        return {"detect": self.detect, "recognise": self.recognise, "identify": self.identify}[name]


@dataclass(frozen=True, slots=True)
class Heights:
    """Adult against child by height in the picture: the difference in pixels, and the most that one measurement weighs.

    likelihood_ratio: of a measured height at an adult's middle, adult over child; 1 says nothing.
    """

    pixels: Range
    likelihood_ratio: Range


def niirs(gsd: float, elevation: float, edge: float, noise: float) -> float:
    """GIQE-5. gsd: geometric mean, metres, in the plane across the line of sight's ground; elevation: degrees above the horizon."""
    inches = gsd / INCH / math.sin(math.radians(elevation)) ** 0.25
    level = 9.57 - 3.32 * math.log10(inches) + 3.32 * (1 - math.exp(-1.9 / noise)) * math.log10(edge)
    return level - 2 * math.log10(edge) ** 4 - 1.8 / noise


def niirs_range(gsd: Range, elevation: float) -> Range:
    """The range of GIQE-5 over our ranges of signal and edge, and one standard error of the equation."""
    low = niirs(gsd.high, elevation, EDGE_RESPONSE.low, SIGNAL_TO_NOISE.low) - GIQE_ERROR
    high = niirs(gsd.low, elevation, EDGE_RESPONSE.high, SIGNAL_TO_NOISE.high) + GIQE_ERROR
    return Range(round(min(max(low, 0.0), 9.0), 2), round(min(max(high, 0.0), 9.0), 2))


def transfer(cycles: float, n50: float) -> float:
    """The target transfer probability of so many cycles."""
    r = cycles / n50
    if r <= 0:
        return 0.0
    odds = (2.7 + 0.7 * r) * math.log(r)
    return 1.0 if odds > 700 else math.exp(odds) / (1 + math.exp(odds))


def critical(height: float, width: float, depth: float, depression: float) -> float:
    """Square root of the area that a box shows at a depression angle (degrees), metres."""
    d = math.radians(depression)
    return math.sqrt(width * (height * math.cos(d) + depth * math.sin(d)))


def told_apart(thing: Thing, gsd: Range, depression: float) -> Told:
    """Ranges over the object's size, the GSD and N50; gsd in metres across the line of sight (ground distance foreshortened)."""
    small = critical(thing.height.low, thing.width.low, thing.depth.low, depression)
    large = critical(thing.height.high, thing.width.high, thing.depth.high, depression)
    found = {
        level: Range(
            round(transfer(small / (2 * gsd.high), n50.high), 4), round(transfer(large / (2 * gsd.low), n50.low), 4)
        )
        for level, n50 in N50.items()
    }
    return Told(thing.name, found["detect"], found["recognise"], found["identify"])


def heights(gsd: Range, depression: float) -> Heights:
    """Adult against child: dh cos(depression) / GSD in pixels, and the likelihood ratio exp(d^2 / (2 s^2)) of one measurement.

    s adds the error of marking and the spread of heights within each group; gsd across the line of sight.
    """
    middle = (ADULT.height.low + ADULT.height.high) / 2 - (CHILD.height.low + CHILD.height.high) / 2
    least = ADULT.height.low - CHILD.height.high
    shown = math.cos(math.radians(depression))
    spread = (CHILD.height.high - CHILD.height.low) / 4 * shown  # the range taken as two standard deviations either way
    pixels = Range(
        round(least * shown / gsd.high, 3), round((ADULT.height.high - CHILD.height.low) * shown / gsd.low, 3)
    )
    ratios = []
    for g, error in ((gsd.high, PIXEL_ERROR.high), (gsd.low, PIXEL_ERROR.low)):
        s = math.hypot(error, spread / g)
        ratios.append(math.exp(min((middle * shown / g) ** 2 / (2 * s * s), 50.0)))
    return Heights(pixels, Range(round(min(ratios), 3), round(max(ratios), 3)))


def opportunity(clip: str, thing: Thing, level: str, gsd: Range, depression: float) -> tuple[Range, tuple[str, ...]]:
    """P(could be told apart) of an object in a clip, for `footage:<clip>` in a case, with the lines that derive it.

    level: "detect", "recognise" or "identify". An upper bound: attention, occlusion, contrast and compression lower it, so
    the low end is 0 wherever the upper bound is no more than even.
    """
    told = told_apart(thing, gsd, depression).level(level)
    low = told.low if told.low > 0.5 else 0.0
    return Range(low, told.high), (
        f"clip {clip}: ground sample distance {gsd.low:.3g}-{gsd.high:.3g} m across the line of sight, depression {depression:.0f} degrees",
        f"{thing.name}: {thing.height} m high, {thing.width} m wide ({thing.source})",
        f"cycles for half of observers to {level}: {N50[level]} (Johnson 1958), two pixels a cycle",
        f"P(could {level}) <= {told.low:.3g}-{told.high:.3g}; attention, occlusion and contrast are not in it",
        "the low end is 0 where the bound is no more than even: a ceiling says nothing of the floor"
        if low == 0
        else "both ends are ceilings",
    )
