"""Which rows of a case carry weight, with which numbers? A Case -> a Network, and a list of what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from blindspot.case import OTHER, scales
from blindspot.case.favours import favoured
from blindspot.quantities import Offer, Quantity, Range, Reference
from blindspot.weigh.network import (
    Network,
    Report,
    Table,
    assemble,
    binary_table,
    fact_table,
    mixture_tables,
    origin_table,
    prior_table,
    ratio_table,
    source_tables,
)
from blindspot.weigh.parameters import Parameter
from blindspot.weigh.pool import pooled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blindspot.case import Case
    from blindspot.case.rows import Claim, Origin
    from blindspot.errors import Where


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that carries no weight, and why: LR = 1 and listed, never guessed."""

    check: str
    severity: str
    why: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """The network of a case, what was left out of it, and how perfect copies hang on the claims that carry them."""

    network: Network
    left_out: tuple[LeftOut, ...]
    copies: dict[str, tuple[str, ...]]  # weighed claim -> its perfect copies


def build(
    case: Case, computed: Mapping[str, Offer] | None = None, reviewer: str | None = None, *, copies_count: bool = False
) -> Built:
    """The network of a case.

    `computed` answers references such as `coverage:courtyard`; `reviewer` takes one reviewer's ratings instead of the
    pool; `copies_count` treats copies as reports of their own (a structural alternative). Rows are taken in the order of
    their ids, so that the order of rows in a file changes nothing.
    """
    return _Builder(case, dict(computed or {}), pooled(case, reviewer), copies_count).build()


@dataclass(slots=True)
class _Builder:
    case: Case
    computed: dict[str, Offer]
    ratings: dict[tuple[str, str], Range]
    copies_count: bool
    parameters: dict[str, Parameter] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def build(self) -> Built:
        case = self.case
        for question in case.questions:
            self._question(question)
        facts = [fact for fact in case.facts if self._fact(fact)]
        origins = [key for key, origin in case.origins.items() if origin.fact in facts and self._origin(key, origin)]
        heads, copies = self._copies()
        reports = [
            report for key in heads if (report := self._report(key, case.claims[key], facts, origins)) is not None
        ]
        weighed = {report.id for report in reports}
        # What it was copied from carries no weight itself: then it speaks for itself.
        reports = [r if r.copy_of in weighed else replace(r, copy_of=None, copied=None, agrees=True) for r in reports]
        by_source: dict[str, list[Report]] = {}
        for report in reports:
            by_source.setdefault(report.source, []).append(report)
        for source in sorted(by_source):
            self._source(source, by_source[source])
        asserted = {q: case.asserted(q) for q in case.questions}
        hypotheses = {q: case.hypotheses(q) for q in case.questions}
        network = assemble(
            sorted(self.parameters.values(), key=lambda p: p.name),
            reports,
            self.tables,
            self.sizes,
            hypotheses,
            asserted,
        )
        return Built(
            network, tuple(self.left_out), {key: tuple(ids) for key, ids in sorted(copies.items()) if key in weighed}
        )

    def _question(self, question: str) -> None:
        row, names = self.case.questions[question], self.case.hypotheses(question)
        self.sizes[f"question:{question}"] = len(names)
        typed = {h.id: h for h in row.hypothesis}
        cells: list[list[str | None]] = []
        for parent in self.case.hypotheses(row.given) if row.given else ("",):
            line: list[str | None] = []
            for name in names:
                hypothesis = typed.get(name)
                prior = hypothesis.prior if hypothesis else None
                value = prior.get(parent) if isinstance(prior, dict) else prior
                key = f"prior:{question}/{name}" + (f"|{parent}" if isinstance(prior, dict) else "")
                where = self.case.where.get(("case", f"{question}:{name}"))
                if isinstance(value, Range):
                    line.append(
                        self._add(
                            key,
                            value,
                            hypothesis.basis if hypothesis else "",
                            hypothesis.by if hypothesis else "",
                            where,
                        )
                    )
                elif name == OTHER:
                    line.append(self._default(OTHER, f"prior:{question}/other"))
                else:
                    line.append(None)
            cells.append(line)
        self.tables.append(prior_table(question, row.given, cells, len(names)))

    def _fact(self, fact: str) -> bool:
        row = self.case.facts[fact]
        names = self.case.hypotheses(row.question)
        found = {h: self._expected(fact, h) for h in names}
        named = {h: value for h, value in found.items() if h != OTHER}
        missing = [h for h, value in named.items() if value is None]
        if missing:
            started = len(missing) < len(named)
            why = f"The expect column of {fact} is {'half filled' if started else 'empty'}: no range for {', '.join(missing)}. It has no weight (LR = 1) until every hypothesis is rated."
            self.left_out.append(
                LeftOut(
                    "pseudo-diagnosticity" if started else "not rated", "error" if started else "note", why, (fact,)
                )
            )
            return False
        ranges = [value for value in named.values() if value is not None]
        hull = Range(min(r.low for r in ranges), max(r.high for r in ranges))
        keys = []
        for h in names:
            where = self.case.where.get(("expect", f"{fact}/{h}"))
            value = found[h]
            basis = (
                row.basis
                if value is not None
                else "judgement: not rated for `other`, so anything between the named hypotheses"
            )
            keys.append(self._add(f"expect:{fact}/{h}", value or hull, basis, row.by, where))
        self.sizes[f"fact:{fact}"] = 2
        self.tables.append(fact_table(row.question, fact, keys))
        return True

    def _expected(self, fact: str, hypothesis: str) -> Range | Offer | None:
        cell = self.case.expect.get((fact, hypothesis))
        return self.ratings.get((fact, hypothesis)) or self._resolve(cell.value if cell else None, fact)

    def _origin(self, key: str, row: Origin) -> bool:
        hit, false_alarm = self._resolve(row.hit, key), self._resolve(row.false_alarm, key)
        if hit is None or false_alarm is None:
            return False
        place = self.case.where["origins", key]
        self._add(f"hit:{key}", hit, row.basis, row.by, place)
        self._add(f"false_alarm:{key}", false_alarm, row.basis, row.by, place)
        opportunity = self._resolve(row.opportunity, key)
        if opportunity is not None:
            self._add(f"opportunity:{key}", opportunity, row.basis, row.by, place)
        team = row.team if row.team and row.lens != "none" else None
        if team is not None and f"lens:{team}" not in self.sizes:
            self.sizes[f"lens:{team}"] = 2
            self.tables.append(binary_table(f"lens:{team}", self._default("primed", f"primed:{team}")))
            self._default("lens", f"lens:{team}", logit=False)
        self.sizes[f"origin:{key}"] = 2
        self.tables.append(
            origin_table(row.fact, key, team, row.lens or "raises_false_alarms", opportunity=opportunity is not None)
        )
        return True

    def _copies(self) -> tuple[list[str], dict[str, list[str]]]:
        """Claims that may carry weight, and the perfect copies that hang on each of them."""
        claims = self.case.claims
        copies: dict[str, list[str]] = {}
        heads = []
        for key in claims:
            head = self._carrier(key)
            if head == key:
                heads.append(key)
            else:
                copies.setdefault(head, []).append(key)
        return heads, copies

    def _carrier(self, key: str) -> str:
        """The claim that carries the weight of this one: itself, or the head of which it is a perfect copy."""
        claim = self.case.claims[key]
        return self._carrier(claim.copy_of) if claim.copy_of and self._perfect(claim) else key

    def _perfect(self, claim: Claim) -> bool:
        return not self.copies_count and (
            claim.copied is None or (isinstance(claim.copied, Range) and claim.copied.low >= 1)
        )

    def _report(self, key: str, claim: Claim, facts: list[str], origins: list[str]) -> Report | None:
        place = self.case.where["claims", key]
        if claim.favours is not None and claim.strength is not None:
            return self._favouring(key, claim, place)
        if claim.origin is None or claim.says is None:
            return None
        fact = claim.fact if claim.origin == "?" else self.case.origins[claim.origin].fact
        if fact is None or fact not in facts or (claim.origin != "?" and claim.origin not in origins):
            return None
        if claim.says != "yes" and not self._could_have_told(key, claim):
            return None
        about = f"origin:{claim.origin}"
        origin: str | None = claim.origin
        team: str | None = None
        if claim.origin == "?":
            about, origin = f"unknown:{key}", None
            known = [o for o in origins if self.case.origins[o].fact == fact]
            for name in ("fresh", "fresh_hit", "fresh_false_alarm"):
                self._default(name, name)
            self.sizes |= {about: 2, f"which:{key}": len(known) + 1}
            self.tables += mixture_tables(key, fact, known)
        else:
            team = self.case.origins[claim.origin].team or None
        would = None
        if claim.says == "silent" and isinstance(claim.would_report, Range):
            would = self._add(f"would_report:{key}", claim.would_report, scales.JUDGEMENT, "", place)
        directness = claim.directness or "unknown"
        slip = self._add(f"slip:{directness}", scales.words("slip")[directness], scales.source("slip"), "", None)
        copied = None
        copy_of = self._carrier(claim.copy_of) if claim.copy_of and not self.copies_count else None
        if copy_of is not None and isinstance(claim.copied, Range):
            copied = self._add(f"copied:{key}", claim.copied, scales.JUDGEMENT, "", place)
        agrees = copy_of is None or self.case.claims[copy_of].says == claim.says
        return Report(
            key,
            claim.source,
            about,
            f"fact:{fact}",
            self.case.facts[fact].question,
            origin,
            team,
            claim.says,
            slip,
            would,
            copy_of,
            copied,
            agrees,
            self._follows(claim, fact),
        )

    def _favouring(self, key: str, claim: Claim, place: Where) -> Report:
        question, hypothesis = favoured(self.case, claim)
        names = self.case.hypotheses(question)
        strength = claim.strength or Range(1, 1)
        name = self._add(
            f"strength:{key}", strength, f"{scales.source('strength')}; the word: judgement", "", place, logit=False
        )
        self.sizes[f"fact:{key}"] = 2
        self.tables.append(ratio_table(question, key, names.index(hypothesis), len(names), name))
        directness = claim.directness or "unknown"
        slip = self._add(f"slip:{directness}", scales.words("slip")[directness], scales.source("slip"), "", None)
        interest = self._interest(claim.source, question)
        follows = None if interest is None else (interest == hypothesis) == (claim.says != "no")
        return Report(
            key,
            claim.source,
            f"fact:{key}",
            f"fact:{key}",
            question,
            None,
            None,
            claim.says or "yes",
            slip,
            follows_interest=follows,
        )

    def _could_have_told(self, key: str, claim: Claim) -> bool:
        if claim.origin == "?":
            why = f"{key} says that something was not seen, and it is not known by whom: without an opportunity (could they have told?) it has no weight."
            self.left_out.append(LeftOut("negative evidence without opportunity", "error", why, (key,)))
            return False
        if f"opportunity:{claim.origin}" in self.parameters:
            return True
        origin = self.case.origins[claim.origin or ""]
        asked = f" ({origin.opportunity} has not been computed)" if isinstance(origin.opportunity, Reference) else ""
        why = f"{key} says {claim.says}, but {claim.origin} has no opportunity{asked}: could they have told? Until that has a number, the absence has no weight."
        self.left_out.append(LeftOut("negative evidence without opportunity", "error", why, (key, claim.origin or "")))
        return False

    def _source(self, key: str, reports: list[Report]) -> None:
        row = self.case.sources[key]
        trust = self._resolve(row.reliability, key) or scales.words("reliability")["F"]
        basis = f"{scales.source('reliability')}; the letter: {row.basis}"
        self._add(f"reliability:{key}", trust, basis, row.by, self.case.where["sources", key])
        self._default("noise", "noise")
        interest = any(r.follows_interest is not None for r in reports)
        if interest:
            self._default("slant", "slant")
            self._default("follows", "follows")
        if len({r.about for r in reports}) > 1:
            self.sizes[f"mode:{key}"] = 2
        self.tables += source_tables(key, reports, interest=interest)

    def _interest(self, source: str, question: str) -> str | None:
        pairs = (name.partition(":") for name in self.case.sources[source].interest)
        return next((h for q, _, h in pairs if q == question), None)

    def _follows(self, claim: Claim, fact: str) -> bool | None:
        """Whether what it says favours its source's interest; None where there is none, or the fact speaks to neither side."""
        question = self.case.facts[fact].question
        interest = self._interest(claim.source, question)
        if interest is None or claim.says == "silent":
            return None
        middle = {h: self.parameters[f"expect:{fact}/{h}"] for h in self.case.hypotheses(question)}
        own = Range(middle[interest].low, middle[interest].high).middle
        others = float(
            np.mean([Range(p.low, p.high).middle for h, p in middle.items() if h not in {interest, OTHER}] or [own])
        )
        return None if abs(own - others) < 1e-12 else (own > others) == (claim.says == "yes")

    def _resolve(self, value: Quantity | None, used_by: str) -> Range | Offer | None:
        if isinstance(value, Reference):
            found = self.computed.get(str(value))
            if found is None:
                why = f"{used_by} rests on {value}, which has not been computed: it has no number yet."
                self.left_out.append(LeftOut("not computed", "warning", why, (used_by,)))
            return found
        return value

    def _default(self, name: str, key: str, *, logit: bool = True) -> str:
        if name in self.case.head.model:
            return self._add(
                key, self.case.head.model[name], "case.toml [model]", "", self.case.where["case", ""], logit=logit
            )
        cited = scales.default(name)
        return self._add(key, cited.range, cited.basis, "", None, logit=logit)

    def _add(
        self, name: str, value: Range | Offer, basis: str, by: str, where: Where | None, *, logit: bool = True
    ) -> str:
        quantiles = value.quantiles if isinstance(value, Offer) else ()
        basis = f"{value}: {' '.join(value.says)}" if isinstance(value, Offer) else basis
        self.parameters.setdefault(
            name, Parameter(name, value.low, value.high, basis or scales.JUDGEMENT, by, where, logit, quantiles)
        )
        return name
