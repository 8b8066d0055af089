"""What was so, what did each observation show, and what did each source say? Told forward, once.

the driver, then the load, by chance; whether the car is the same, who was in the yard and who died come from the town
a fact is so or not, given the answer; an observation shows it, or shows it falsely, given that it could have told
a team that expects an attack sees more of what it expects
a source is faithful, follows its interest, or speaks without basis, for the whole case
a faithful source passes on what its observation showed, save for a slip; a copy repeats, or speaks for itself
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blindspot.case import scales
from blindspot.example.numbers import Known, share

if TYPE_CHECKING:
    import numpy as np

Ends = tuple[float, float]
Speaker = tuple[str, str, str, str, str, tuple[str, ...]]  # name, role, party, anonymity, letter, interest
Saying = tuple[str, int, str, str, str, str, str, bool]  # as in CLAIMS

OTHER = "other"
QUESTIONS = {  # id -> text, hypotheses (the first is the account under test), the question it depends on
    "q_driver": (
        "Who was the driver?",
        {"member": "a man of the armed group", "civilian": "a civilian at his work"},
        "",
    ),
    "q_load": (
        "What was loaded into the car?",
        {"explosives": "explosives", "goods": "everyday goods"},
        "q_driver",
    ),
    "q_same": ("Was the car that was struck the one first followed?", {"same": "yes", "another": "no, another"}, ""),
    "q_yard": ("Was anyone in the yard in the minutes before?", {"empty": "nobody", "people": "people were there"}, ""),
    "q_harm": (
        "How many people died besides the driver?",
        {"none": "nobody", "some": "one to four", "many": "five or more"},
        "q_yard",
    ),
}
FACTS: dict[str, tuple[str, str, dict[str, Ends]]] = {  # id -> question, text, P(fact | hypothesis) lies between
    "f_tie": ("q_driver", "The driver met men of the group.", {"member": (0.6, 0.9), "civilian": (0.02, 0.15), OTHER: (0.1, 0.5)}),
    "f_stops": ("q_driver", "The driver stopped at two or more of the listed places.", {OTHER: (0.1, 0.5)}),
    "f_staff": ("q_driver", "He had been sent out by his employer.", {"member": (0.03, 0.2), "civilian": (0.6, 0.9), OTHER: (0.1, 0.5)}),
    "f_heavy": ("q_load", "Heavy parcels were put into the car.", {"explosives": (0.7, 0.95), "goods": (0.25, 0.6), OTHER: (0.3, 0.7)}),
    "f_blast": ("q_load", "A second, larger blast followed.", {"explosives": (0.6, 0.9), "goods": (0.05, 0.2), OTHER: (0.1, 0.4)}),
    "f_residue": ("q_load", "The ground bore traces of explosive.", {"explosives": (0.7, 0.95), "goods": (0.01, 0.05), OTHER: (0.05, 0.3)}),
    "f_car": ("q_same", "The car that was struck is the one first followed.", {}),
    "f_people": ("q_yard", "People were in the yard in the last two minutes.", {}),
    "f_dead": ("q_harm", "Somebody besides the driver died.", {}),
    "f_five": ("q_harm", "Five or more besides the driver died.", {}),
}  # fmt: skip
CERTAIN: dict[str, dict[str, float]] = {  # facts that are the answer itself
    "f_car": {"same": 1, "another": 0, OTHER: 0.5},
    "f_people": {"empty": 0, "people": 1, OTHER: 0.5},
    "f_dead": {"none": 0, "some": 1, "many": 1, OTHER: 0.5},
    "f_five": {"none": 0, "some": 0, "many": 1, OTHER: 0.5},
}
TEAM, LENS = "strike_cell", "raises_false_alarms"
ORIGINS: dict[str, tuple[str, str, str, Ends, Ends, Ends | str, str]] = {  # id -> fact, kind, team, hit, false alarm, opportunity lie between (a name: computed by a stage), note
    "o_tip": ("f_tie", "intercept", "", (0.5, 0.8), (0.15, 0.4), (0.7, 0.95), "an informant's report"),
    "o_watch": ("f_stops", "video", TEAM, (0.8, 0.95), (0.03, 0.12), "custody:stops", "the stops of the car that was followed"),
    "o_feed_load": ("f_heavy", "video", TEAM, (0.6, 0.9), (0.1, 0.35), (0.7, 0.95), "the drone's video of the loading"),
    "o_feed_blast": ("f_blast", "video", TEAM, (0.6, 0.9), (0.1, 0.35), (0.8, 0.97), "the drone's video of the strike"),
    "o_feed_yard": ("f_people", "video", "", (0.9, 0.98), (0.01, 0.04), "presence:yard", "the drone's video of the yard"),
    "o_plate": ("f_car", "cctv", "", (0.85, 0.97), (0.02, 0.08), (0.5, 0.9), "a camera at the gate reads the plate"),
    "o_employer": ("f_staff", "document", "", (0.8, 0.95), (0.02, 0.1), (0.8, 0.97), "the work sheets of the day"),
    "o_visit": ("f_residue", "site_visit", "", (0.6, 0.9), (0.03, 0.1), (0.6, 0.9), "the ground two days later"),
    "o_reread": ("f_heavy", "review", "", (0.7, 0.95), (0.05, 0.2), (0.7, 0.95), "the same video, read again without hurry"),
    "o_family_yard": ("f_people", "eyewitness", "", (0.75, 0.95), (0.03, 0.15), (0.8, 0.97), "a relative at the gate"),
    "o_family_dead": ("f_dead", "eyewitness", "", (0.75, 0.95), (0.03, 0.15), (0.8, 0.97), "a relative at the grave"),
    "o_hospital": ("f_dead", "document", "", (0.8, 0.95), (0.02, 0.08), (0.7, 0.95), "the register of the hospital"),
    "o_count": ("f_five", "review", "", (0.7, 0.95), (0.03, 0.12), (0.7, 0.95), "names gone through one by one"),
}  # fmt: skip
OFFICIAL = ("q_driver:member", "q_load:explosives", "q_yard:empty", "q_harm:none")
SOURCES: dict[str, Speaker] = {
    "command": ("the command", "official_statement", "force", "organisation", "C", OFFICIAL),
    "official_1": ("a senior official", "anonymous_official", "force", "title", "D", OFFICIAL),
    "official_2": ("an official", "anonymous_official", "force", "title", "D", OFFICIAL),
    "official_3": ("an official briefed on the strike", "anonymous_official", "force", "title", "D", OFFICIAL),
    "family": ("a relative", "family_witness", "civilian", "relation", "B", ("q_driver:civilian", "q_yard:people", "q_harm:many")),
    "employer": ("the employer", "employer", "civilian", "organisation", "C", ("q_driver:civilian",)),
    "hospital": ("the town hospital", "expert", "civilian", "organisation", "B", ()),
    "reporter": ("the Island Courier", "visual_investigation", "press", "organisation", "B", ()),
    "copyist": ("the Morning Wire", "press_copy", "press", "organisation", "E", ()),
    "translator": ("the Harbour Page", "press_copy", "press", "organisation", "E", ()),
    "inquiry": ("the inquiry", "official_finding", "force", "organisation", "B", OFFICIAL),
}  # fmt: skip
CLAIMS: tuple[
    Saying, ...
] = (  # id, day after the strike, source, origin, directness, basis, copy of, whether all of it is copied
    ("K01", 0, "command", "o_feed_blast", "second_hand", "briefed", "", False),
    ("K02", 0, "command", "o_feed_yard", "second_hand", "briefed", "", False),
    ("K03", 0, "official_1", "o_feed_load", "second_hand", "saw_video", "", False),
    ("K04", 1, "official_2", "o_feed_load", "second_hand", "saw_video", "", False),
    ("K05", 1, "official_3", "o_feed_load", "second_hand", "briefed", "", False),
    ("K06", 1, "official_1", "o_watch", "second_hand", "briefed", "", False),
    ("K07", 2, "official_2", "o_tip", "second_hand", "briefed", "", False),
    ("K08", 1, "family", "o_family_yard", "first_hand", "was_there", "", False),
    ("K09", 1, "family", "o_family_dead", "first_hand", "was_there", "", False),
    ("K10", 2, "employer", "o_employer", "first_hand", "record", "", False),
    ("K11", 2, "copyist", "o_feed_load", "second_hand", "read_report", "K03", True),
    ("K12", 3, "translator", "o_family_yard", "second_hand", "read_report", "K08", False),
    ("K13", 3, "hospital", "o_hospital", "first_hand", "record", "", False),
    ("K14", 5, "reporter", "o_plate", "first_hand", "saw_video", "", False),
    ("K15", 6, "reporter", "o_visit", "first_hand", "was_there", "", False),
    ("K16", 8, "reporter", "o_count", "first_hand", "record", "", False),
    ("K17", 40, "inquiry", "o_reread", "first_hand", "saw_video", "", False),
)
SCALED = ("noise", "slant", "follows", "primed")


@dataclass(frozen=True, slots=True)
class Told:
    """The evidence of one incident."""

    answers: dict[str, str]  # question -> what was so
    so: dict[str, bool]
    shows: dict[str, bool]
    says: dict[str, str]
    modes: dict[str, str]
    primed: bool
    known: dict[str, Known]  # number of the model -> its truth and the case's range
    sources: dict[str, Speaker]
    claims: tuple[Saying, ...]


def numbers(rng: np.random.Generator, *, lens: bool) -> dict[str, Known]:
    """The chances of the story that the case types; those that the town decides come later."""
    known = {name: _packaged(rng, name) for name in SCALED}
    low, high = scales.default("lens").range.low, scales.default("lens").range.high
    known["lens"] = Known(low * (high / low) ** float(rng.random()), low, high)
    for word in ("first_hand", "second_hand"):
        known[f"slip:{word}"] = _within(rng, *_ends("slip", word))
    for question in ("q_driver", "q_load"):
        known[f"prior:{question}/{OTHER}"] = _packaged(rng, OTHER)
    known["prior:q_driver/member"] = share(rng, 0.25, 0.6)
    for parent, ends in (("member", (0.45, 0.75)), ("civilian", (0.03, 0.15)), (OTHER, (0.15, 0.5))):
        known[f"prior:q_load/explosives|{parent}"] = share(rng, *ends, 0.8)
    for fact, (_, _, rated) in FACTS.items():
        known |= {f"expect:{fact}/{h}": share(rng, *ends, 1.0) for h, ends in rated.items()}
    for origin, (_, _, _, hit, false_alarm, opportunity, _) in ORIGINS.items():
        known[f"hit:{origin}"] = share(rng, *hit, 0.9)
        known[f"false_alarm:{origin}"] = share(rng, *false_alarm, 0.9)
        if not isinstance(opportunity, str):
            known[f"opportunity:{origin}"] = share(rng, *opportunity, 0.9)
    known |= {f"copied:{key}": share(rng, 0.5, 0.9) for key, *_, copy, whole in CLAIMS if copy and not whole}
    if lens:  # last, so that it moves nothing else
        known["primed"] = share(rng, 0.6, 0.95, 0.8)
    return known


def reliability(rng: np.random.Generator, letter: str) -> Known:
    """P(faithful) of a source of that letter, somewhere in the letter's range."""
    return _within(rng, *_ends("reliability", letter))


def _packaged(rng: np.random.Generator, name: str) -> Known:
    r = scales.default(name).range
    return _within(rng, r.low, r.high)


def _ends(scale: str, word: str) -> tuple[float, float]:
    r = scales.words(scale)[word]
    return r.low, r.high


def _within(rng: np.random.Generator, low: float, high: float) -> Known:
    return Known(float(rng.uniform(low, high)), low, high)


def copies(count: int) -> tuple[dict[str, Speaker], list[Saying]]:
    """More officials who describe the one video, and more outlets that copy the first of them."""
    sources: dict[str, Speaker] = {}
    claims: list[Saying] = []
    for k in range(count):
        sources[f"official_{4 + k}"] = ("another official", "anonymous_official", "force", "title", "D", OFFICIAL)
        claims.append((f"K{20 + k}", 1 + k, f"official_{4 + k}", "o_feed_load", "second_hand", "briefed", "", False))
        sources[f"outlet_{1 + k}"] = (f"an outlet ({1 + k})", "press_copy", "press", "organisation", "E", ())
        claims.append(
            (f"K{30 + k}", 2 + k, f"outlet_{1 + k}", "o_feed_load", "second_hand", "read_report", "K03", True)
        )
    return sources, claims


def answer_driver(rng: np.random.Generator, known: dict[str, Known]) -> str:
    """Who the driver was."""
    other, member = known[f"prior:q_driver/{OTHER}"].true, known["prior:q_driver/member"].true
    return _pick(rng, {"member": member, OTHER: other, "civilian": 1 - member - other})


def answer_load(rng: np.random.Generator, known: dict[str, Known], driver: str) -> str:
    """What was in the car."""
    other, explosives = known[f"prior:q_load/{OTHER}"].true, known[f"prior:q_load/explosives|{driver}"].true
    return _pick(rng, {"explosives": explosives, OTHER: other, "goods": max(1 - explosives - other, 0.0)})


def _pick(rng: np.random.Generator, chances: dict[str, float]) -> str:
    at = rng.random() * sum(chances.values())
    for name, p in chances.items():
        at -= p
        if at < 0:
            return name
    return name


def tell(
    rng: np.random.Generator,
    answers: dict[str, str],
    given: dict[str, bool],
    before: dict[str, bool],
    known: dict[str, Known],
    more: int,
) -> Told:
    """What was said.

    `given`: facts that the town has decided. `before`: whether an observation of the town had the fact before it: a camera
    that followed another car shows that car's stops, and one that noticed nobody has nobody to show.
    """

    def happens(p: float) -> bool:
        return bool(rng.random() < p)

    so = dict(given)
    for fact, (question, _, rated) in FACTS.items():
        if fact not in so and rated:
            so[fact] = happens(known[f"expect:{fact}/{answers[question]}"].true)
    primed = happens(known["primed"].true)
    shows = {}
    for origin, (fact, _, team, *_) in ORIGINS.items():
        there = before[origin] if origin in before else so[fact] and happens(known[f"opportunity:{origin}"].true)
        p = known[f"hit:{origin}"].true if there else false_alarm(known, origin, primed=primed and bool(team))
        shows[origin] = happens(p)
    added, later = copies(more)
    sources, claims = SOURCES | added, (*CLAIMS, *later)
    modes: dict[str, str] = {}
    for source, (*_, letter, gains) in sources.items():
        known[f"reliability:{source}"] = reliability(rng, letter)
        slanted = bool(gains) and happens(known["slant"].true)
        faithful = happens(known[f"reliability:{source}"].true)
        modes[source] = "faithful" if faithful else "interested" if slanted else "noise"
    says: dict[str, str] = {}
    for key, _, source, origin, directness, _, copy, whole in claims:
        if copy and (whole or happens(known[f"copied:{key}"].true)):
            says[key] = says[copy]
            continue
        fact, gains, mode = ORIGINS[origin][0], sources[source][5], modes[source]
        if mode == "faithful":
            yes = shows[origin] != happens(known[f"slip:{directness}"].true)
        else:
            gain = gains_by_yes(known, fact, gains) if mode == "interested" else None
            p = known["follows"].true
            yes = happens(known["noise"].true if gain is None else p if gain else 1 - p)
        says[key] = "yes" if yes else "no"
    return Told(answers, so, shows, says, modes, primed, known, sources, claims)


def false_alarm(known: dict[str, Known], origin: str, *, primed: bool) -> float:
    """P(an observation shows what is not so)."""
    p = known[f"false_alarm:{origin}"].true
    return max(p, min(0.95, p * known["lens"].true)) if primed else p


def gains_by_yes(known: dict[str, Known], fact: str, gains: tuple[str, ...]) -> bool | None:
    """Whether a yes on this fact helps what a source gains by; None where nothing here touches it."""
    question = FACTS[fact][0]
    wanted = next((g.partition(":")[2] for g in gains if g.startswith(f"{question}:")), None)
    if wanted is None:
        return None
    if fact == "f_stops":  # more visits are what a man of the network makes; how many more, the town decides
        return wanted == "member"
    chance = {h: expected(known, fact, h) for h in QUESTIONS[question][1]}
    others = [p for h, p in chance.items() if h != wanted]
    return chance[wanted] > sum(others) / len(others)


def expected(known: dict[str, Known], fact: str, hypothesis: str) -> float:
    """P(fact | hypothesis) at the world's own numbers."""
    if fact in CERTAIN:
        return float(CERTAIN[fact][hypothesis])
    return known[f"expect:{fact}/{hypothesis}"].true
