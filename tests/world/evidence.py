"""A simulated world of evidence: what was so, what each origin showed, what each source said. The truth is known.

The story of the design, told forward and without any code of the weighing:

    an answer to each question is drawn from the priors; each fact is so or not, given the answer;
    each team is primed or not; each origin shows its fact or not, given the fact, its opportunity and its team;
    each source is faithful, follows its interest, or speaks without basis, for the whole case;
    a faithful source passes on what its origin showed, save for a slip; the others do not look;
    a copy repeats the claim it copies, with its share, else speaks for itself;
    a claim of unknown origin speaks of a known observation or of a fresh one;
    a source keeps silent, or would have spoken, had it faithfully known.

`draw` makes the structure and the numbers, `tell` lets it happen once, `as_case` writes it down as a reviewer would:
with ranges, and without what the reviewer cannot know.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from blindspot.case import scales
from blindspot.case.model import Case
from blindspot.case.rows import Claim, Expected, Fact, Head, Hypothesis, Origin, Question, Source
from blindspot.errors import Where
from blindspot.quantities import Range

OTHER = "other"
TEAMS = ("T1", "T2")
DIRECTNESS = ("first_hand", "second_hand", "unknown")
COPIES = 8


@dataclass
class World:
    """Structure, stated ranges, and the true numbers inside them, by the names that `blindspot why` gives them."""

    questions: dict = field(
        default_factory=dict
    )  # id -> (named hypotheses, question it depends on or None, first rated)
    facts: dict = field(default_factory=dict)  # id -> (question, whether `other` is rated)
    origins: dict = field(default_factory=dict)  # id -> (fact, team or "", lens)
    sources: dict = field(default_factory=dict)  # id -> {question: hypothesis it gains by}
    claims: dict = field(default_factory=dict)  # id -> Words
    ranges: dict = field(default_factory=dict)  # name -> (low, high)
    numbers: dict = field(default_factory=dict)  # name -> true value

    def add(self, rng, name, low, high, factor=False):
        """A number somewhere in its range: uniform in log-odds, a factor uniform in log."""
        scale, back = (np.log, np.exp) if factor else (lambda p: np.log(p / (1 - p)), lambda x: 1 / (1 + np.exp(-x)))
        self.ranges[name] = (float(low), float(high))
        self.numbers[name] = float(back(rng.uniform(scale(low), scale(high))))

    def about(self, rng, name, low, high):
        """A number between low and high that the reviewer knows to within a band of its own."""
        logit = np.log(np.array([low, high]) / (1 - np.array([low, high])))
        middle, half = rng.uniform(*logit), rng.uniform(0.1, 0.6)
        ends = 1 / (1 + np.exp(-np.array([middle - half, middle + half])))
        self.add(rng, name, *np.round(ends, 4))


@dataclass(frozen=True)
class Words:
    """A claim before anything has been said."""

    kind: str  # report, unknown, silent, favours
    source: str
    origin: str = ""
    fact: str = ""  # of a claim of unknown origin
    favours: tuple = ()  # question, hypothesis
    directness: str = "first_hand"
    copy_of: str = ""
    perfect: bool = False


def draw(rng, questions=(1, 2), facts=(3, 6), sources=(2, 5), claims=(3, 8), copies=COPIES):
    """A world with so many questions, facts, sources and claims (fewest, most), and at most `copies` copies."""
    world = World()
    for name in ("noise", "slant", "follows", "fresh", "fresh_hit", "fresh_false_alarm"):
        world.add(rng, name, *_range(scales.default(name).range))
    for name in DIRECTNESS:
        world.add(rng, f"slip:{name}", *_range(scales.words("slip")[name]))
    for name in TEAMS:
        world.add(rng, f"primed:{name}", *_range(scales.default("primed").range))
        world.add(rng, f"lens:{name}", *_range(scales.default("lens").range), factor=True)
    _questions(world, rng, questions)
    for i in range(_between(rng, facts)):
        fact, question = f"F{i}", str(rng.choice(list(world.questions)))
        world.facts[fact] = (question, bool(rng.random() < 0.8))
        _expect(world, rng, fact, question)
        for k in range(rng.integers(1, 3)):
            origin = f"O{i}{'ab'[k]}"
            team = str(rng.choice(["", "", *TEAMS]))
            lens = (
                str(rng.choice(["raises_false_alarms", "raises_false_alarms", "lowers_hits", "none"])) if team else ""
            )
            world.origins[origin] = (fact, team, lens)
            world.about(rng, f"hit:{origin}", 0.5, 0.95)
            world.about(rng, f"false_alarm:{origin}", 0.03, 0.4)
            world.about(rng, f"opportunity:{origin}", 0.4, 0.98)
    for i in range(_between(rng, sources)):
        gains = {q: str(rng.choice(named)) for q, (named, _, _) in world.questions.items() if rng.random() < 0.4}
        world.sources[f"S{i}"] = gains
        world.about(rng, f"reliability:S{i}", 0.3, 0.97)
    _claims(world, rng, claims, copies)
    return world


def _questions(world, rng, count):
    for i in range(_between(rng, count)):
        question, named = f"q{i}", tuple(f"h{k}" for k in range(rng.integers(2, 4)))
        given = "q0" if i and rng.random() < 0.7 else None
        rated = bool(given) or bool(rng.random() < 0.5)
        world.questions[question] = (named, given, rated)
        world.add(rng, f"prior:{question}/{OTHER}", *_range(scales.default(OTHER).range))
        if rated:
            for parent in [f"|{h}" for h in hypotheses(world, given)] if given else [""]:
                world.add(rng, f"prior:{question}/h0{parent}", *_ends(rng, 0.1, 0.7))


def _expect(world, rng, fact, question):
    names = [f"expect:{fact}/{h}" for h in world.questions[question][0]]
    for name in names:
        world.about(rng, name, 0.05, 0.95)
    if world.facts[fact][1]:
        world.about(rng, f"expect:{fact}/{OTHER}", 0.05, 0.95)
    else:  # not rated for `other`: anything between the named ones
        ends = [end for name in names for end in world.ranges[name]]
        world.add(rng, f"expect:{fact}/{OTHER}", min(ends), max(ends))


def _claims(world, rng, count, copies):
    def someone():
        return str(rng.choice(list(world.sources)))

    for i in range(_between(rng, count)):
        claim, kind = f"K{i}", str(rng.choice(["report", "unknown", "silent", "favours"], p=[0.72, 0.08, 0.08, 0.12]))
        directness, origin = str(rng.choice(DIRECTNESS)), str(rng.choice(list(world.origins)))
        if kind == "favours":
            question = str(rng.choice(list(world.questions)))
            favours = (question, str(rng.choice(world.questions[question][0])))
            world.add(rng, f"strength:{claim}", *_ends(rng, 1.2, 12), factor=True)
            world.claims[claim] = Words(kind, someone(), favours=favours, directness=directness)
        elif kind == "unknown":
            world.claims[claim] = Words(kind, someone(), fact=world.origins[origin][0], directness=directness)
        else:
            world.claims[claim] = Words(kind, someone(), origin=origin, directness=directness)
        if kind == "silent":
            world.about(rng, f"would_report:{claim}", 0.3, 0.95)
    reports = [key for key, words in world.claims.items() if words.kind == "report"]
    left = copies if rng.random() < 0.7 else 0
    while left and reports:
        first = str(rng.choice(reports))
        for k in range(rng.integers(1, left + 1)):
            copy, perfect = f"{first}x{left}{k}", bool(rng.random() < 0.5)
            world.claims[copy] = Words(
                "report", someone(), world.claims[first].origin, directness=str(rng.choice(DIRECTNESS)),
                copy_of=first, perfect=perfect,
            )  # fmt: skip
            if not perfect:
                world.about(rng, f"copied:{copy}", 0.3, 0.95)
                reports.append(copy)  # may itself be copied
        left = min(left - k - 1, int(rng.integers(0, 4)))


def hypotheses(world, question):
    return (*world.questions[question][0], OTHER)


def prior(world, question, parent=""):
    """P(answer): as rated; what is left goes to the unrated ones in equal shares."""
    p, names = world.numbers, hypotheses(world, question)
    rated = {OTHER: p[f"prior:{question}/{OTHER}"]}
    if world.questions[question][2]:
        rated["h0"] = p[f"prior:{question}/h0" + (f"|{parent}" if parent else "")]
    blank = (1 - sum(rated.values())) / (len(names) - len(rated))
    return np.array([rated.get(h, blank) for h in names])


def tell(world, rng, tries=1000):
    """What was so, and what was said: (answer per question, words per claim).

    A case in which a silent source spoke, or an unknown origin showed nothing, is another case: it is drawn afresh, which
    leaves the chances of what was so, given what was said, as they are.
    """
    for _ in range(tries):
        told = _once(world, rng)
        if told is not None:
            return told
    raise RuntimeError("this world almost never says what its structure asks")


def _once(world, rng):
    p = world.numbers

    def happens(chance):
        return bool(rng.random() < chance)

    truth = {}
    for question, (_, given, _) in world.questions.items():
        names = hypotheses(world, question)
        truth[question] = names[rng.choice(len(names), p=prior(world, question, truth[given] if given else ""))]
    so = {fact: happens(p[f"expect:{fact}/{truth[question]}"]) for fact, (question, _) in world.facts.items()}
    primed = {team: happens(p[f"primed:{team}"]) for team in TEAMS}
    shows = {}
    for origin, (fact, team, lens) in world.origins.items():
        strained = bool(team) and primed[team]
        false = p[f"false_alarm:{origin}"]
        if strained and lens == "raises_false_alarms":
            false = max(false, min(0.95, p[f"lens:{team}"] * false))
        hit = p[f"hit:{origin}"] / (p[f"lens:{team}"] if strained and lens == "lowers_hits" else 1)
        # who hardly could have told shows a thing that is so no less often than one that is not
        shows[origin] = happens(max(hit * p[f"opportunity:{origin}"], min(false, hit)) if so[fact] else false)
    modes = {}
    for source, gains in world.sources.items():
        if happens(p[f"reliability:{source}"]):
            modes[source] = "faithful"
        else:
            modes[source] = "interested" if gains and happens(p["slant"]) else "noise"
    said = {}
    for claim, words in world.claims.items():  # a copy comes after what it copies
        if words.copy_of and (words.perfect or happens(p[f"copied:{claim}"])):
            said[claim] = said[words.copy_of]
            continue
        seen = _seen(world, words, claim, truth, so, shows, happens)
        mode = modes[words.source]
        if words.kind == "silent":
            if mode == "faithful" and seen and happens(p[f"would_report:{claim}"]):
                return None
            said[claim] = "silent"
            continue
        if mode == "faithful":
            yes = seen != happens(p[f"slip:{words.directness}"])
        else:
            gain = gains_by_yes(world, words) if mode == "interested" else None
            chance = p["noise"] if gain is None else p["follows"] if gain else 1 - p["follows"]
            yes = happens(chance)
        if words.kind == "unknown" and not yes:
            return None
        said[claim] = "yes" if yes else "no"
    return truth, said


def _seen(world, words, claim, truth, so, shows, happens):
    """What a faithful source has before it: what its origin showed, or the fact itself in the small form of a case."""
    p = world.numbers
    if words.kind == "favours":
        question, hypothesis = words.favours
        ratio = p[f"strength:{claim}"]
        return happens(ratio / (1 + ratio) if truth[question] == hypothesis else 1 / (1 + ratio))
    if words.kind != "unknown":
        return shows[words.origin]
    known = [origin for origin, (fact, _, _) in world.origins.items() if fact == words.fact]
    if happens(p["fresh"]):
        return happens(p["fresh_hit"] if so[words.fact] else p["fresh_false_alarm"])
    return shows[known[int(happens(0.5))] if len(known) == 2 else known[0]]


def gains_by_yes(world, words):
    """Whether a yes favours what the source gains by; None where nothing here touches it."""
    fact = words.fact or (world.origins[words.origin][0] if words.origin else "")
    question = words.favours[0] if words.kind == "favours" else world.facts[fact][0]
    gain = world.sources[words.source].get(question)
    if gain is None:
        return None
    if words.kind == "favours":
        return words.favours[1] == gain

    def middle(h):  # of the stated range: the interested source knows no more than the reviewer
        x = [np.log(end / (1 - end)) for end in world.ranges[f"expect:{fact}/{h}"]]
        return 1 / (1 + np.exp(-sum(x) / 2))

    return middle(gain) > np.mean([middle(h) for h in world.questions[question][0] if h != gain])


def as_case(world, said):
    """The case as a reviewer would write it down."""

    def stated(name):
        return Range(*world.ranges[name])

    questions = []
    for question, (named, given, rated) in world.questions.items():
        first = None
        if rated:
            parents = hypotheses(world, given) if given else ()
            key = f"prior:{question}/h0"
            first = {h: stated(f"{key}|{h}") for h in parents} if given else stated(key)
        rows = tuple(Hypothesis(id=h, text=h, prior=first if h == "h0" else None) for h in named)
        questions.append(Question(id=question, text=question, hypothesis=rows, given=given))
    claims = {}
    for key, words in world.claims.items():
        claims[key] = Claim(
            id=key, source=words.source, says=said[key], directness=words.directness,
            origin="?" if words.kind == "unknown" else words.origin or None, fact=words.fact or None,
            favours=":".join(words.favours) or None, strength=stated(f"strength:{key}") if words.favours else None,
            would_report=stated(f"would_report:{key}") if words.kind == "silent" else None,
            copy_of=words.copy_of or None,
            copied=stated(f"copied:{key}") if words.copy_of and not words.perfect else None,
        )  # fmt: skip
    sources = {
        key: Source(
            id=key,
            name=key,
            reliability=stated(f"reliability:{key}"),
            interest=tuple(f"{q}:{h}" for q, h in gains.items()),
        )
        for key, gains in world.sources.items()
    }
    origins = {
        key: Origin(
            id=key, fact=fact, team=team, lens=lens or None,
            **{name: stated(f"{name}:{key}") for name in ("hit", "false_alarm", "opportunity")},
        )
        for key, (fact, team, lens) in world.origins.items()
    }  # fmt: skip
    facts = {key: Fact(id=key, question=question, text=key) for key, (question, _) in world.facts.items()}
    expect = {
        (fact, h): Expected(question=question, hypothesis=h, fact=fact, value=stated(f"expect:{fact}/{h}"))
        for fact, (question, rated) in world.facts.items()
        for h in hypotheses(world, question)
        if h != OTHER or rated
    }
    head = Head(id="simulated", title="a simulated incident", date="2021-08-29", question=tuple(questions))
    where = {(table, key): Where(f"{table}.csv") for table, rows in (("origins", origins), ("claims", claims), ("sources", sources)) for key in rows}  # fmt: skip
    return Case(
        Path(), head, dict(sorted(sources.items())), dict(sorted(facts.items())), dict(sorted(origins.items())),
        dict(sorted(claims.items())), dict(sorted(expect.items())), {}, {}, {}, {}, {}, {("case", ""): Where("case.toml"), **where},
    )  # fmt: skip


def write_case(case, folder):
    """The same case as a folder of files, for the way through the front door."""
    folder.mkdir(parents=True)
    lines = [f'id = "{case.head.id}"', f'title = "{case.head.title}"', 'date = "2021-08-29"']
    for question in case.head.question:
        lines += ["[[question]]", f'id = "{question.id}"', f'text = "{question.text}"']
        lines += [f'given = "{question.given}"'] if question.given else []
        for row in question.hypothesis:
            lines += ["[[question.hypothesis]]", f'id = "{row.id}"', f'text = "{row.text}"']
            if isinstance(row.prior, dict):
                lines.append("prior = { " + ", ".join(f'{h} = "{_text(v)}"' for h, v in row.prior.items()) + " }")
            elif row.prior is not None:
                lines.append(f'prior = "{_text(row.prior)}"')
    (folder / "case.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in ("sources", "facts", "origins", "claims"):
        rows = list(getattr(case, name).values())
        columns = [k for k in type(rows[0]).model_fields if any(_text(getattr(row, k)) for row in rows)]
        _write(folder / f"{name}.csv", columns, [[_text(getattr(row, k)) for k in columns] for row in rows])
    facts = list(case.facts)
    _write(
        folder / "expect.csv",
        ["question", "hypothesis", *facts],
        [
            [q, h, *(_text(case.expect[f, h].value) if (f, h) in case.expect and case.facts[f].question == q else "" for f in facts)]
            for q in case.questions
            for h in case.hypotheses(q)
        ],
    )  # fmt: skip


def _write(path, head, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def _text(value):
    if isinstance(value, Range):
        return f"{value.low!r}-{value.high!r}"
    return ";".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _between(rng, ends):
    return int(rng.integers(ends[0], ends[1] + 1))


def _ends(rng, low, high):
    first, second = sorted(rng.uniform(low, high, 2).round(3))
    return first, second + 0.001


def _range(value):
    return value.low, value.high
