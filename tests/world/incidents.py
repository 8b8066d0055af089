"""One simulated incident, reviewed end to end and held against what was so: a row per number that the review prints.

Truth comes from the story (`blindspot.example`), told many times at the world's own numbers, never from a method. What the sources said
is weighed here once more by sampling the story (likelihood weighting, Fung & Chang 1990), with no code of the weighing: the
probability that the reviewer would have with all of the world's numbers in hand.
"""

import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from blindspot.example import Options, new_example, telling
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.summary import summarise
from blindspot.quantities import Range
from blindspot.rooms import offers
from blindspot.stages import STAGES, Review
from blindspot.weigh.build import build
from blindspot.weigh.draws import drawn

SEED = 70_000  # the first incident of a campaign; the example that users see is 1
SAMPLES = 100_000
ROWS = 512
SURE = 0.01  # nobody who states a certainty is scored as more certain than this


@dataclass(frozen=True)
class Row:
    """A stated range and the truth: of a chance, a share, a count; or a stated probability and whether it was so."""

    incident: int
    question: str
    low: float
    median: float
    high: float
    truth: float = float("nan")  # what the range should hold
    rank: float = float("nan")  # randomised rank of a count in its stated distribution
    so: float = float("nan")  # 1 or 0 where the number is a probability
    naive: float = float("nan")  # what a naive reviewer states for the same
    blind: float = float("nan")  # what a reviewer who takes every view as full states
    log: float = float("nan")  # minus log of the stated probability of the true count


@contextmanager
def reviewed(options):
    """(truth.json, results by stage, the review, the incident) of an incident in a folder of its own."""
    root = Path(tempfile.mkdtemp(prefix="incident-"))
    try:
        found = new_example(root / "case", options)
        run = Review(root / "case", fresh=True)
        results = {
            s.name: run.result(s.name) for s in STAGES if s.run is not None and not run.lacks(s) and s.name != "replay"
        }
        yield json.loads((root / "case" / "truth.json").read_text(encoding="utf-8")), results, run, found
    finally:
        shutil.rmtree(root)


def outcome(index, hard=()):
    """The rows of incident number `index`, the same whoever works them out."""
    with reviewed(Options(SEED + index, tuple(hard), footage=False)) as (truth, results, run, found):
        rng = np.random.default_rng([SEED, index])
        rows = [
            *_custody(truth, results),
            *_gaps(truth, results),
            *_noticed(truth, results),
            *_present(truth, results, rng),
            *_people(truth, results),
        ]
        rows += [
            *_ordinary(truth, results),
            *_stops(truth, run.folder),
            *_flights(truth, results),
            *_answers(truth, results, run, found, rng),
        ]
    return [asdict(Row(index, **row)) for row in rows]


def _spread(s, truth):
    return {"low": s["low"], "median": s["median"], "high": s["high"], "truth": truth}


def _custody(truth, results):
    legs = {leg["id"]: leg["p_same_vehicle"] for leg in results["custody"]["custody"]}
    yield {"question": "same car, first leg", **_spread(legs["stops"], truth["chances"]["custody:stops"])}
    p = legs["car"]
    yield {
        "question": "same car",
        **_spread(p, truth["chances"]["custody:car"]),
        "so": float(truth["same_car"]),
        "naive": 1.0,
        "blind": 1.0,
    }


def _gaps(truth, results):
    for gap in [gap for leg in results["custody"]["custody"] for gap in leg["gaps"]]:
        yield {
            "question": f"same after one gap, {gap['id']}",
            **_spread(gap["p_same"], truth["chances"][f"custody:{gap['id']}"]),
        }


def _noticed(truth, results):
    for place in results["coverage"]["places"]:
        for kind in ("adult", "child"):
            yield {
                "question": f"noticed, {place['id']}, {kind}",
                **_spread(place[kind], truth["chances"][f"{place['id']}:{kind}"]),
            }


def _present(truth, results, rng):
    for place in results["presence"]["places"]:
        scene = truth["scenes"][place["id"]]
        n, seen = scene["present"], place["seen"]
        pmf = np.array([d["after"] for d in place["distribution"]])
        under = float(pmf[:n].sum())
        exact = float(pmf[n]) if n < len(pmf) else 0.0
        someone = 1 - place["p_none"]
        yield {
            "question": f"present, {place['id']}", **_spread(place["present"], n), "rank": under + rng.random() * exact,
            "log": -np.log(max(exact, 1e-6)), "naive": seen, "blind": seen,
        }  # fmt: skip
        yield {"question": f"children present, {place['id']}", **_spread(place["children"], scene["children"])}
        ends = place["p_none_range"]
        yield {
            "question": f"somebody there, {place['id']}", "low": 1 - ends[1], "median": someone, "high": 1 - ends[0], "so": float(n > 0),
            "naive": float(seen > 0), "blind": float(seen > 0),
        }  # fmt: skip
        yield {
            "question": f"anybody noticed, {place['id']}",
            **_spread(place["any_noticed"], truth["chances"][f"{place['id']}:any"]),
        }


def _people(truth, results):
    for kind, name in (("killed", ""), ("children", "children_")):
        t, listed = results["people"]["toll"][kind], truth["dead"][f"{name}on_a_list"]
        word = "dead" if kind == "killed" else "dead children"
        every = truth["dead"]["all" if kind == "killed" else "children"]
        rows = sum(len(p["rows"]) for p in results["people"]["persons"]) + len(results["people"]["unnamed"])
        naive = {"naive": float(rows)} if kind == "killed" else {}
        yield {"question": f"{word} on a list", **_spread(t, listed), **naive}
        yield {"question": f"{word}, listed or not", **_spread(t, every)}


def _ordinary(truth, results):
    table = results["base-rate"]["base_rates"][0]
    two = next(p for p in table["p_at_least"] if p["k"] == 2)
    yield {"question": "two visits by chance", **_spread(two, truth["chances"]["base-rate:stops"])}


def _stops(truth, folder):
    tracks = read_tracks([folder / "tracks" / "car.csv"]).tracks
    yield {"question": "stops of the car", **_spread(summarise(tracks)["tracks"][0]["stops"], truth["stops"])}


def _flights(truth, results):
    bases = truth["flights"]["bases"]
    for route in results["sorties"]["routes"]:
        low, high = route["transit_share"]
        yield {
            "question": "transit share",
            "low": low,
            "median": (low + high) / 2,
            "high": high,
            "truth": bases[route["base"]]["transit_share"],
        }
        low, high = route["on_station_h"]
        yield {
            "question": "hours on station",
            "low": low,
            "median": (low + high) / 2,
            "high": high,
            "truth": bases[route["base"]]["on_station_h"],
        }
    for orbit in results["sorties"]["orbits"]:
        for fleet in orbit["cover"]:
            low, high = fleet["share"]
            yield {
                "question": "share of time covered",
                "low": low,
                "median": (low + high) / 2,
                "high": high,
                "truth": bases[orbit["base"]]["cover"][fleet["m"] - 1],
            }


def _answers(truth, results, run, found, rng):
    exact, size = posterior(found, rng)
    blind = _blind(run.case, results)
    for q in results["weigh"]["questions"]:
        h = next(h for h in q["hypotheses"] if h["id"] == q["asserted"])
        yield {
            "question": f"weigh, {q['id']}", **_spread(h, exact[q["id"]][q["asserted"]] if size > 400 else float("nan")),
            "so": float(truth["answers"][q["id"]] == q["asserted"]), "naive": q["naive"][q["asserted"]], "blind": blind[q["id"]],
        }  # fmt: skip


def _blind(case, results):
    """The median of a reviewer who takes "none seen" at full opportunity: every observation could have told."""
    full = {key: replace_opportunity(origin) for key, origin in case.origins.items()}
    built = build(replace(case, origins=full), offers(results))
    draws = drawn(built.network, ROWS)
    over, _ = built.network.posterior(draws.numbers, ROWS)
    found = {}
    for q in case.questions:
        k = built.network.hypotheses[q].index(built.network.asserted[q])
        found[q] = float(np.median(over[f"question:{q}"][k]))
    return found


def replace_opportunity(origin):
    """The origin as if it could always have told."""
    return origin.model_copy(update={"opportunity": Range(1.0, 1.0)})


def posterior(found, rng, n=SAMPLES):
    """P(answer | what was said) at the world's own numbers by sampling the story, and the effective number of samples."""
    told, known, chance = found.told, found.told.known, found.chances

    def happens(p):
        return rng.random(n) < p

    def pick(chances):  # rows of (names, p arrays) -> index
        p = np.array([np.broadcast_to(c, n) for c in chances])
        return (rng.random(n) * p.sum(axis=0) > np.cumsum(p, axis=0)).sum(axis=0)

    k = {name: number.true for name, number in known.items()}
    answers = {}
    member, other = k["prior:q_driver/member"], k["prior:q_driver/other"]
    answers["q_driver"] = pick([member, 1 - member - other, other])
    explosives = np.array([k[f"prior:q_load/explosives|{p}"] for p in ("member", "civilian", "other")])[
        answers["q_driver"]
    ]
    left = k["prior:q_load/other"]
    answers["q_load"] = pick([explosives, np.maximum(1 - explosives - left, 0), left])
    answers["q_same"] = (~happens(chance["custody:car"])).astype(int)
    people = happens(chance["people"])
    answers["q_yard"] = people.astype(int)
    harm = pick([chance["harm:none"], chance["harm:some"], chance["harm:many"]])
    answers["q_harm"] = np.where(people, harm, 0)
    names = {q: [*hypotheses, telling.OTHER] for q, (_, hypotheses, _) in telling.QUESTIONS.items()}
    table = {
        fact: np.array([_expected(k, chance, fact, h) for h in names[q]]) for fact, (q, *_) in telling.FACTS.items()
    }
    so = {fact: happens(table[fact][answers[q]]) for fact, (q, *_) in telling.FACTS.items()}
    primed = happens(k["primed"])
    shows = {}  # P(it shows | the facts)
    for origin, (fact, _, team, *_) in telling.ORIGINS.items():
        if origin == "o_watch":
            before = (
                np.where(so[fact], chance["custody:stops"], 0)
                + (1 - chance["custody:stops"]) * chance["base-rate:stops"]
            )
        elif origin == "o_feed_yard":
            before = people * chance["yard:any"]
        else:
            before = so[fact] * k[f"opportunity:{origin}"]
        false = np.full(n, k[f"false_alarm:{origin}"])
        if team:
            false = np.where(primed, np.maximum(false, np.minimum(0.95, false * k["lens"])), false)
        shows[origin] = before * k[f"hit:{origin}"] + (1 - before) * false
    weight = np.ones(n)
    for origins, sources in _blocks(told):
        total = np.zeros(n)
        for shown in product((False, True), repeat=len(origins)):
            at = dict(zip(origins, shown, strict=True))
            said = np.prod([_said(told, k, source, at) for source in sources])
            total += said * np.prod([shows[o] if yes else 1 - shows[o] for o, yes in at.items()], axis=0)
        weight *= total
    weight /= weight.sum()
    found_p = {q: {h: float(weight[answers[q] == i].sum()) for i, h in enumerate(names[q])} for q in answers}
    return found_p, 1 / float((weight**2).sum())


def _blocks(told):
    """Observations that a source ties together, with the sources that speak of them."""
    groups = []
    for source in told.sources:
        mine = {c[3] for c in told.claims if c[2] == source}
        joined = [g for g in groups if g[0] & mine]
        groups = [g for g in groups if not g[0] & mine]
        groups.append((mine.union(*(g[0] for g in joined)), [s for g in joined for s in g[1]] + [source]))
    return [(sorted(origins), sources) for origins, sources in groups]


def _expected(k, chance, fact, h):
    if fact in telling.CERTAIN:
        return float(telling.CERTAIN[fact][h])
    if fact == "f_stops" and h != telling.OTHER:
        return chance["base-rate:stops-network" if h == "member" else "base-rate:stops"]
    return k[f"expect:{fact}/{h}"]


def _said(told, k, source, shows):
    """P(all that a source said | what the observations showed), summed over its modes."""
    claims = [c for c in told.claims if c[2] == source and not (c[6] and c[7])]
    gains = told.sources[source][5]
    trust, slant = k[f"reliability:{source}"], k["slant"] if gains else 0.0
    modes = {"faithful": trust, "interested": (1 - trust) * slant, "noise": (1 - trust) * (1 - slant)}
    total = 0.0
    for mode, p in modes.items():
        likely = p
        for key, _, _, origin, directness, _, copy, _ in claims:
            yes = told.says[key] == "yes"
            gain = telling.gains_by_yes(told.known, telling.ORIGINS[origin][0], gains) if mode == "interested" else None
            if mode == "faithful":
                one = 1 - k[f"slip:{directness}"] if shows[origin] == yes else k[f"slip:{directness}"]
            elif gain is None:
                one = k["noise"] if yes else 1 - k["noise"]
            else:
                one = k["follows"] if yes == gain else 1 - k["follows"]
            if copy:
                c = k[f"copied:{key}"]
                one = c * float(told.says[copy] == told.says[key]) + (1 - c) * one
            likely = likely * one
        total = total + likely
    return total
