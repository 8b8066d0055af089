"""One incident from one seed: the town, its people, the flights, the looking, the driving, the telling, and the truth of it.

Chances that no formula gives (being noticed, being there, being the same car, visiting as many places by chance) are found by
telling the same part of the story many times at the world's own numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blindspot.example import counting, driving, flying, homes, looking, losses, telling, town
from blindspot.example.numbers import Known, measure, measure_about, share, share_about

if TYPE_CHECKING:
    from blindspot.example.options import Options
    from blindspot.example.town import Floats

TELLINGS = 4000
ORDINARY_DAYS = 1500
BACKGROUND = 45
WINDOW_S = 120
EVERY_S = 5
MOMENTS = WINDOW_S // EVERY_S
PARKED = "parked out of sight"  # the leg of the listed stops; the others follow it
GAPS = (
    (PARKED, 120, 400, 1),
    ("behind houses", 3, 10, 6),
    ("change of aircraft", 15, 40, 2),
    ("zoomed elsewhere", 40, 120, 1),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A place at a time: who was there, who was noticed, and what the case may know of it."""

    eye: looking.Eye
    crowd: looking.Crowd  # one telling: what happened
    noticed: int
    households: tuple[int, int]
    hour: float
    known: dict[str, Known]
    chances: dict[str, float]


@dataclass(frozen=True, slots=True)
class Incident:
    """All that happened, and all that the case is told of it."""

    options: Options
    town: town.Town
    heights: np.ndarray  # as surveyed
    flights: flying.Flights
    customs: homes.Customs
    survey: list[tuple[int, int, float]]
    yard: Scene
    house: Scene
    radius_m: float
    above_m: float
    aim: Floats  # (moments, 2) metres
    footprint_m: float
    gaps: tuple[driving.Gap, ...]
    custody: dict[str, Known]
    same: bool
    day: driving.Day
    car: tuple[Floats, Floats]
    stops: int
    background: list[driving.Day]
    visits: Known
    people: tuple[losses.Person, ...]
    driver: losses.Person
    lists: dict[str, list[dict[str, str]]]
    tolls: list[dict[str, str]]
    told: telling.Told
    counted: counting.Counted
    chances: dict[str, float]


def happen(options: Options) -> Incident:
    """The incident of these options. Parts draw from streams of their own, so that an option moves only what it says."""

    def stream(number: int) -> np.random.Generator:
        return np.random.default_rng([options.seed, number])

    place = town.build(stream(1))
    lat, lon = town.degrees(np.zeros(1), np.zeros(1))
    flights = flying.plan(stream(2), float(lat[0]), float(lon[0]))
    customs = _customs(stream(3), hidden=options.has("hidden"))
    known = telling.numbers(stream(4), lens=options.has("lens"))
    orbit = stream(5)
    radius, above = float(orbit.uniform(2500, 5000)), float(orbit.uniform(1800, 3600))
    footprint = float(orbit.uniform(45, 80))
    aim = _aim(orbit, place)
    yard = _yard(stream(6), options, place, customs, radius, above, aim, footprint)
    house = _house(stream(7), options, place, customs, flights)
    drive = stream(8)
    gaps, custody, look_alikes = _gaps(drive, long=options.has("gaps"))
    each = [driving.kept(drive, gap, look_alikes) for gap in gaps]
    until, after = (
        each[0] ** gaps[0].count,
        float(np.prod([p**gap.count for p, gap in zip(each[1:], gaps[1:], strict=True)])),
    )
    watched_same, same = bool(drive.random() < until), bool(drive.random() < after)
    visits = share(drive, 0.3, 0.7)
    days = [driving.ordinary(drive, place) for _ in range(ORDINARY_DAYS)]
    chances = {
        "custody:stops": until,
        "custody:car": after,
        **{f"custody:{gap.id}": p for gap, p in zip(gaps, each, strict=True)},
        "base-rate:stops": float(np.mean([d.visited() >= 2 for d in days])),
        "base-rate:stops-network": _two_or_more(visits.true, len(town.LISTED)),
        **{f"{scene}:{name}": p for scene, s in (("yard", yard), ("house", house)) for name, p in s.chances.items()},
    }
    say = stream(9)
    driver = telling.answer_driver(say, known)
    suspicious = {
        "member": None,
        "civilian": None,
        telling.OTHER: bool(say.random() < known["expect:f_stops/other"].true),
    }
    day = _day(drive, place, driver, visits.true, suspicious[driver])
    t, at, stood = driving.track(drive, day, 20.0, 8.0)
    fates = stream(10)
    deadly = float(fates.uniform(0.3, 0.9))
    people, in_car = losses.people(fates, yard.crowd, deadly), losses.driver(fates)
    dead = [p for p in people if p.died]
    chances |= _harm(stream(11), yard, customs, deadly)
    _typed(stream(12), known, chances)
    there = len(people) > 0
    answers = {
        "q_driver": driver,
        "q_load": telling.answer_load(say, known, driver),
        "q_same": "same" if same else "another",
        "q_yard": "people" if there else "empty",
        "q_harm": "none" if not dead else "some" if len(dead) < 5 else "many",
    }
    other_car = driving.ordinary(drive, place)
    watched = day if watched_same else other_car
    given = {
        "f_stops": day.visited() >= 2,
        "f_car": same,
        "f_people": there,
        "f_dead": bool(dead),
        "f_five": len(dead) >= 5,
    }
    before = {"o_feed_yard": yard.noticed > 0, "o_watch": watched.visited() >= 2}
    told = telling.tell(say, answers, given, before, known, 5 if options.has("copies") else 0)
    recorded = losses.lists(stream(13), [in_car, *dead])
    return Incident(
        options, place, town.published(place, stream(14)), flights, customs, homes.survey(stream(15), customs), yard, house, radius,
        above, aim, footprint, gaps, custody, same, day, (t, at), int(stood.sum()),
        days[:BACKGROUND], visits, people, in_car, recorded, losses.tolls(stream(16), [in_car, *dead], told.says), told, counting.count(stream(17)), chances,
    )  # fmt: skip


def _customs(rng: np.random.Generator, *, hidden: bool) -> homes.Customs:
    mean, children, adult, child = (
        rng.uniform(4.5, 7.0),
        rng.uniform(0.45, 0.6),
        rng.uniform(0.4, 0.7),
        rng.uniform(0.5, 0.85),
    )
    outdoors, together = rng.uniform(0.3, 0.7), rng.uniform(0.1, 0.5)
    if hidden:
        outdoors, together = outdoors * 0.35, 0.5 + together
    return homes.Customs(*(float(x) for x in (mean, children, adult, child, outdoors, min(together, 0.95))))


def _aim(rng: np.random.Generator, place: town.Town) -> Floats:
    """Where the camera looks in the last two minutes: at the yard, and now and then at the road beside it."""
    x, y = place.yard.middle
    away = np.repeat(rng.random(MOMENTS // 4) < rng.uniform(0.1, 0.5), 4)
    return np.array([x, y]) + np.where(away[:, None], [150.0, 40.0], rng.normal(0, 4, (MOMENTS, 2)))


def _known(rng: np.random.Generator, options: Options) -> tuple[dict[str, Known], float]:
    """Numbers that every watch has: resolution, attention, looks; and the pixels over a person that are enough."""
    coarse = 3.0 if options.has("resolution") else 1.0
    known = {
        "gsd_m": measure(rng, 0.10 * coarse, 0.25 * coarse, 1.8),
        "attention": share(rng, 0.3, 0.8),
        "outdoors": Known(0, 0, 0),
    }
    return known, float(np.exp(rng.uniform(np.log(1.8), np.log(8.0))))


def _yard(
    rng: np.random.Generator,
    options: Options,
    place: town.Town,
    customs: homes.Customs,
    radius: float,
    above: float,
    aim: Floats,
    footprint: float,
) -> Scene:
    known, pixels = _known(rng, options)
    x, y = place.yard.middle
    turn = rng.uniform(0, 360) + rng.choice([-1, 1]) * rng.uniform(0.6, 1.1) * EVERY_S * np.arange(MOMENTS)
    pointed = np.hypot(aim[:, 0] - x, aim[:, 1] - y) <= footprint
    depression = np.full(MOMENTS, np.degrees(np.arctan2(above, radius)))
    eye = looking.Eye(
        1.0, 1.0, turn % 360, depression, pointed, known["gsd_m"].true, pixels, known["attention"].true, float(rng.uniform(0.2, 0.8)),
        int(rng.integers(1, 4)), float(rng.uniform(0.4, 1.0)),
    )  # fmt: skip
    hour = float(rng.uniform(13.5, 17.0))
    return _scene(rng, place, place.yard, eye, customs, known, hour, guests=0.0)


def _house(
    rng: np.random.Generator, options: Options, place: town.Town, customs: homes.Customs, flights: flying.Flights
) -> Scene:
    known, pixels = _known(rng, options)
    known["in_view"] = share(rng, 0.4, 0.9)
    known["on_station"] = share_about(rng, flights.there, 1.0)
    wide, deep = place.house.court
    depression = float(rng.uniform(28, 60))
    known["depression_deg"] = Known(
        depression, round(depression - rng.uniform(2, 12)), round(depression + rng.uniform(2, 12))
    )
    known["wall_m"] = _span(rng, place.house.wall_m, place.house.house_m)
    known["width_m"] = _span(rng, wide, deep)
    eye = looking.Eye(
        flights.there, known["in_view"].true, np.array([rng.uniform(0, 360)]), np.array([depression]), np.array([True]), known["gsd_m"].true,
        pixels, known["attention"].true, float(rng.uniform(0.2, 0.8)), int(rng.integers(1, 4)), float(rng.uniform(0.4, 1.0)),
    )  # fmt: skip
    known["passers"] = measure(rng, 0.3, 1.5, 2.0)
    return _scene(rng, place, place.house, eye, customs, known, float(rng.uniform(8.5, 11.5)), known["passers"].true)


def _scene(
    rng: np.random.Generator,
    place: town.Town,
    compound: town.Compound,
    eye: looking.Eye,
    customs: homes.Customs,
    known: dict[str, Known],
    hour: float,
    guests: float,
) -> Scene:
    low = int(rng.random() < 0.3)
    households = (low, low + int(rng.integers(1, 3)))
    lives = int(rng.integers(households[0], households[1] + 1))
    sight = looking.in_sight(place, compound, eye)
    crowd = homes.gather(rng, customs, np.array([lives]), hour, guests)
    seen = int(looking.noticed(rng, eye, sight, crowd).sum())
    many = homes.gather(rng, customs, rng.integers(low, households[1] + 1, TELLINGS), hour, guests)
    caught = looking.noticed(rng, eye, sight, many)
    known |= {
        "children": share_about(rng, _members(rng, customs), 0.5),
        "home_adult": share_about(rng, _home(rng, customs, hour, child=False), 0.8),
        "home_child": share_about(rng, _home(rng, customs, hour, child=True), 0.8),
        "outdoors": share_about(rng, customs.outdoors, 1.0),
        "together": share_about(rng, customs.together, 1.0),
    }
    always = looking.Crowd(TELLINGS, np.arange(TELLINGS), np.zeros(TELLINGS, bool), np.ones(TELLINGS, bool))
    young = looking.Crowd(TELLINGS, always.of, np.ones(TELLINGS, bool), always.outdoors)
    count, told = many.count(), many.count(caught)
    chances = {
        "adult": float(looking.noticed(rng, eye, sight, always).mean()),
        "child": float(looking.noticed(rng, eye, sight, young).mean()),
        "people": float(np.mean(count > 0)),
        "any": float(np.mean(told[count > 0] > 0)) if (count > 0).any() else 0.0,
    }
    return Scene(eye, crowd, seen, households, hour, known, chances)


def _members(rng: np.random.Generator, customs: homes.Customs) -> float:
    """Share of the members of the town's households that are children."""
    mean = float(homes.sizes(rng, customs, TELLINGS).mean())
    return customs.children * (1 - 1 / mean)


def _home(rng: np.random.Generator, customs: homes.Customs, hour: float, *, child: bool) -> float:
    return float(homes.at_home(rng, customs, np.full(TELLINGS, child), hour).mean())


def _gaps(rng: np.random.Generator, *, long: bool) -> tuple[tuple[driving.Gap, ...], dict[str, Known], float]:
    """The interruptions of the view, the ranges typed for them, and the look-alikes per square kilometre."""
    times, more = (3.0, 2) if long else (1.0, 1)
    known = {"density_km2": measure(rng, 10, 50, 1.8), "passes": share(rng, 0.08, 0.35, 0.9)}
    gaps = []
    for name, low, high, count in GAPS:
        seconds, stays = measure(rng, low * times, high * times, 1.5), share(rng, 0.985, 0.998, 0.8)
        gap = driving.Gap(
            name,
            seconds.true,
            count if name == PARKED else count * more,
            stays.true,
            0.0 if name == PARKED else float(rng.uniform(5, 10)),
        )
        known |= {f"{name}:seconds": seconds, f"{name}:p_stay": stays}
        look_alikes = known["density_km2"], known["passes"]
        known[f"{name}:sigma_m"] = _spread(
            rng, driving.wandered(rng, gap, 400), np.sqrt(np.prod([k.low * k.high for k in look_alikes]))
        )
        gaps.append(gap)
    return tuple(gaps), known, known["density_km2"].true * known["passes"].true


def _span(rng: np.random.Generator, a: float, b: float) -> Known:
    """A range that holds both of two measures of a place."""
    return Known(a, round(min(a, b) * rng.uniform(0.8, 1), 1), round(max(a, b) * rng.uniform(1, 1.15), 1))


def _spread(rng: np.random.Generator, off: Floats, look_alikes_km2: float) -> Known:
    """The sigma that the case asks for, from 400 trials with cars of the town: that of the Gaussian which holds as many look-alikes."""
    rho = look_alikes_km2 / 1e6
    alone = float(np.mean(np.exp(-np.pi * rho * off**2)))
    return measure_about(rng, float(np.sqrt((1 / alone - 1) / (2 * np.pi * rho))), 1.6)


def _two_or_more(p: float, n: int) -> float:
    return 1 - (1 - p) ** n - n * p * (1 - p) ** (n - 1)


def _day(
    rng: np.random.Generator, place: town.Town, driver: str, visits: float, suspicious: bool | None
) -> driving.Day:
    if driver == "member":
        return driving.of_network(rng, place, visits)
    while True:
        day = driving.of_network(rng, place, visits) if suspicious else driving.ordinary(rng, place)
        if suspicious is None or (day.visited() >= 2) == suspicious:
            return day


def _harm(rng: np.random.Generator, yard: Scene, customs: homes.Customs, deadly: float) -> dict[str, float]:
    """P(nobody, some, many died), given that people were in the yard."""
    low, high = yard.households
    many = homes.gather(rng, customs, rng.integers(low, high + 1, TELLINGS), yard.hour)
    died = rng.random(len(many.of)) < np.where(many.outdoors, deadly, deadly / 4)
    there, n = many.count() > 0, many.count(died)
    if not there.any():
        return {"people": 0.0, "harm:none": 1.0, "harm:some": 0.0, "harm:many": 0.0}
    n = n[there]
    return {
        "people": float(there.mean()),
        "harm:none": float(np.mean(n == 0)),
        "harm:some": float(np.mean((n > 0) & (n < 5))),
        "harm:many": float(np.mean(n >= 5)),
    }


def _typed(rng: np.random.Generator, known: dict[str, Known], chances: dict[str, float]) -> None:
    """Priors of what the town decides, as a reviewer who knows the town types them."""
    known["prior:q_same/same"] = share_about(rng, chances["custody:car"], 1.0)
    known["prior:q_yard/empty"] = share_about(rng, 1 - chances["people"], 1.0)
    known["prior:q_harm/none|people"] = share_about(rng, chances["harm:none"], 0.8)
    left = 1 - known["prior:q_harm/none|people"].high  # of 1, which the stated ranges must not pass
    known["prior:q_harm/many|people"] = share_about(rng, min(chances["harm:many"], left * 0.95), 0.3)
