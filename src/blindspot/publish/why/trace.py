"""What does an id rest on? From any id that the page prints to the rows and the numbers under it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from blindspot.case import scales
from blindspot.case.favours import question_of
from blindspot.weigh.known import known_claims

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from blindspot.case import Case

SCENARIOS = {
    "lens open": "primed:",
    "lens primed": "primed:",
    "unknown origins are known ones": "fresh",
    "unknown origins are fresh": "fresh",
    "copies counted as reports of the same origin": "copied:",
}


@dataclass(slots=True)
class Trace:
    """Rows as (table, id), numbers of the model by name, standards and packaged defaults met on the way."""

    rows: set[tuple[str, str]] = field(default_factory=set)
    new: set[tuple[str, str]] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    standards: set[str] = field(default_factory=set)
    defaults: set[str] = field(default_factory=set)


def trace(case: Case, numbers: Sequence[str], key: str, into: Trace) -> bool:
    """Add all that `key` rests on; False where it is nothing in this case.

    `numbers`: names of the model's numbers. An id that stands in several tables leads to all of them.
    """
    walk = _Walk(case, numbers, into)
    known = [step(key) for step in walk.steps()]  # every step, not only the first that knows the id
    return any(known)


@dataclass(slots=True)
class _Walk:
    case: Case
    numbers: Sequence[str]
    into: Trace
    public: set[str] | None = None  # claims to keep; None = all
    done: set[tuple[str, str]] = field(default_factory=set)

    def steps(self) -> tuple[Callable[[str], bool], ...]:
        """Each kind of id that a page may print, as a step that says whether it knew the id."""
        return self.row, self.listed, self.answer, self.moment, self.number, self.name

    def row(self, key: str) -> bool:
        """The id of a row in one of the tables."""
        case = self.case
        known = [table for table, name in case.where if name == key and table not in {"case", "expect"}]
        if key in case.claims:
            self.claim(key)
        if key in case.origins:
            self.origin(key)
        if key in case.facts:
            self.fact(key)
        if key in case.sources:
            self.source(key)
        if key in case.stops:
            stop = case.stops[key]
            self.put(("stops", key), ("places", stop.place or ""), ("sources", stop.reported_by or ""))
        if key in case.standards:
            self.into.standards.add(key)
            known.append("standards")
        self.put(*((table, key) for table in known))
        for recorder, rows in case.lists.items():
            if key in rows:
                self.person(recorder, key)
        return bool(known)

    def listed(self, key: str) -> bool:
        """A list, `list/person`, or a reviewer with all that he or she rated."""
        recorder, slash, person = key.partition("/")
        rows = self.case.lists.get(recorder, {})
        for name in (person,) if slash else rows:
            if name in rows:
                self.person(recorder, name)
        if slash:
            return person in rows
        ratings = self.case.ratings.get(key, ())
        self.put(*((f"assessments/{key}", r.id) for r in ratings))
        return bool(rows) or bool(ratings)

    def answer(self, key: str) -> bool:
        """A question, `question:account`, an account by itself, or `finding:0`."""
        case = self.case
        question, colon, account = key.partition(":")
        if question in case.questions and (not colon or account in case.hypotheses(question)):
            self.question(question)
            return True
        if ("case", key) in case.where and key:
            self.put(("case", key))
            return True
        found = [q for q in case.questions if key in case.hypotheses(q)]
        for q in found:
            self.put(("case", q), ("case", f"{q}:{key}"))
            self.take(f"prior:{q}/{key}", f"prior:{q}/{key}|")
        return bool(found)

    def moment(self, key: str) -> bool:
        """A point of the replay, `question@2021-09-10`: what was public then, and what was new."""
        question, at, text = key.partition("@")
        if not at or question not in self.case.questions:
            return False
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return False
        self.public = known_claims(self.case, day)
        self.question(question)
        fresh = self.public - known_claims(self.case, day - timedelta(days=1))
        self.into.new |= {row for row in self.into.rows if row[0] == "claims" and row[1] in fresh}
        self.public = None
        for i, finding in enumerate(self.case.head.finding):
            if finding.question == question and finding.date.day == day:
                self.put(("case", f"finding:{i}"))
        return True

    def number(self, key: str) -> bool:
        """A number of the model by its name, such as `hit:O1`, with the row in which it stands."""
        case = self.case
        kind, _, about = key.partition(":")
        taken = self.take(key)
        if kind == "expect" and ("expect", about) in case.where:
            self.put(("expect", about), ("facts", about.partition("/")[0]))
            return True
        if kind == "prior":
            question, _, account = about.partition("/")
            account = account.partition("|")[0]
            if question not in case.questions or account not in case.hypotheses(question):
                return False
            self.put(("case", question), ("case", f"{question}:{account}"))
            if not taken:
                self.take(key, f"{key}|")
            if account == "other":
                self.into.defaults.add("other")
            return True
        tables = {
            "hit": "origins",
            "false_alarm": "origins",
            "opportunity": "origins",
            "reliability": "sources",
            "strength": "claims",
            "copied": "claims",
            "would_report": "claims",
        }
        row = (tables.get(kind, ""), about)
        self.put(row)
        return taken or row in case.where

    def name(self, key: str) -> bool:
        """A team, an artefact, a scenario, or a default of the model."""
        case = self.case
        origins = [o for o, row in case.origins.items() if key and key in {row.team, row.artefact}]
        for o in origins:
            self.origin(o)
        scenario = SCENARIOS.get(key)
        if scenario:
            self.take(scenario, scenario if scenario.endswith(":") else "")
            if scenario == "copied:":
                self.put(*(("claims", c) for c, row in case.claims.items() if row.copy_of))
        default = key in scales.default_names()
        if default:
            self.into.defaults.add(key)
            self.take(key, f"{key}:")
        return bool(origins) or scenario is not None or default

    # From a thing to what it rests on.

    def question(self, key: str) -> None:
        """Its priors, its facts with all under them, its claims without a fact; of linked questions the row."""
        case = self.case
        self.put(("case", key), *(("case", f"{key}:{h}") for h in case.hypotheses(key)))
        self.put(("case", case.questions[key].given or ""))
        self.take(f"prior:{key}/")
        for fact, row in case.facts.items():
            if row.question == key:
                self.fact(fact)
        for claim in case.claims:
            if question_of(case, case.claims[claim]) == key:
                self.claim(claim)

    def fact(self, key: str) -> None:
        """Its row and question, what each account expects of it, and every origin that observed it."""
        self.put(("facts", key), ("case", self.case.facts[key].question))
        self.expected(key)
        for origin, row in self.case.origins.items():
            if row.fact == key:
                self.origin(origin)

    def origin(self, key: str) -> None:
        """Its row and numbers, its fact, its team, and every claim that rests on it."""
        claims = [claim for claim, row in self.case.claims.items() if row.origin == key]
        if self.public is not None and not self.public.intersection(claims):
            return
        self.observed(key)
        for claim in claims:
            self.claim(claim)

    def source(self, key: str) -> None:
        """Its row and numbers, and every claim that it made."""
        self.relied(key)
        for claim, row in self.case.claims.items():
            if row.source == key:
                self.claim(claim)

    def claim(self, key: str) -> None:
        """Its row, what it copies, its source, and the origin and fact it speaks of."""
        if self.again("claim", key) or (self.public is not None and key not in self.public):
            return
        row = self.case.claims[key]
        self.put(("claims", key), ("claims", row.copy_of or ""))
        self.take(f"copied:{key}", f"would_report:{key}", f"strength:{key}", f"slip:{row.directness or 'unknown'}")
        self.relied(row.source)
        if row.origin == "?":
            self.take("fresh", "fresh_hit", "fresh_false_alarm")
        elif row.origin:
            self.observed(row.origin)
        if row.fact:
            self.put(("facts", row.fact))
            self.expected(row.fact)

    def observed(self, key: str) -> None:
        row = self.case.origins.get(key)
        if row is None or self.again("origin", key):
            return
        self.put(("origins", key), ("facts", row.fact))
        self.take(f"hit:{key}", f"false_alarm:{key}", f"opportunity:{key}", f"primed:{row.team}", f"lens:{row.team}")
        self.expected(row.fact)

    def expected(self, fact: str) -> None:
        if self.again("fact", fact):
            return
        self.take(f"expect:{fact}/")
        self.put(*((t, k) for t, k in self.case.where if t == "expect" and k.startswith(f"{fact}/")))

    def relied(self, key: str) -> None:
        if self.again("source", key):
            return
        self.put(("sources", key))
        self.take(f"reliability:{key}", "noise", *(("slant", "follows") if self.case.sources[key].interest else ()))

    def person(self, recorder: str, key: str) -> None:
        row = self.case.lists[recorder][key]
        self.put((f"lists/{recorder}", key), ("sources", row.source or ""), ("places", row.place))

    def again(self, kind: str, key: str) -> bool:
        """Whether this was asked for before: what many rows share is walked once."""
        known = (kind, key) in self.done
        self.done.add((kind, key))
        return known

    def put(self, *rows: tuple[str, str]) -> None:
        self.into.rows |= {row for row in rows if row in self.case.where and row[1]}

    def take(self, *names: str) -> bool:
        """Numbers by name; a name that ends in `:`, `/` or `|` takes all that begin with it."""
        found = {
            n
            for n in self.numbers
            for name in names
            if n == name or (name.endswith((":", "/", "|")) and n.startswith(name))
        }
        self.into.numbers |= found
        return bool(found)
