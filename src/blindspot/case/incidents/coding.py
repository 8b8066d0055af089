"""Incident -> case, by the tables of the codebook and nothing else.

A fact is the account itself ("it was as the account says"); there is one for each hypothesis that a claim favours. An origin
of the incident becomes one origin per fact that it is said to show, so that two readings of one video are two origins of one
artefact. No finding is looked at, and the rating of a row rests on no row that became public after it: what the acting party
asserts, and so who gains by what, is taken from claims that were public by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from blindspot.case import scales
from blindspot.case.incidents.kinds import acted, kind_in, observed, origin_kind, source_class, tables
from blindspot.case.incidents.reading import UNKNOWN as UNNAMED
from blindspot.case.incidents.toll import tolls
from blindspot.case.model import OTHER, Case
from blindspot.case.rows import (
    Claim,
    Expected,
    Fact,
    Finding,
    Head,
    Hypothesis,
    Origin,
    Question,
    Source,
    Standard,
)
from blindspot.errors import Where
from blindspot.quantities import Range

if TYPE_CHECKING:
    from blindspot.case.incidents.model import ClaimRow, Incident

RULE = "judgement: docs/codebook.md, applied by table"
WEAK, STRONG = {"very weak", "slight", "weak"}, {"strong", "very strong", "extremely strong"}
NOT_ASSERTING = {"official_finding"}  # an inquiry tests the account; it does not set it


@dataclass(frozen=True, slots=True)
class Coded:
    """A coded incident: the case, and what a reader should know of how its rows were read."""

    case: Case
    notes: tuple[str, ...]


def code(incident: Incident, *, strength: bool = False) -> Coded:
    """The case of an incident that has a date. `strength` lets the compiler's word narrow the range of an origin.

    That word was judged knowing how matters ended, so it is for a sensitivity run only. Raises ValueError without a date.
    """
    if incident.head.date is None:
        raise ValueError(f"{incident.root} has no date")
    return _Coder(incident, strength=strength).coded()


@dataclass(slots=True)
class _Coder:
    incident: Incident
    strength: bool
    notes: list[str] = field(default_factory=list)

    def coded(self) -> Coded:
        incident = self.incident
        self.notes += incident.notes
        weighed = self._in_order()
        first = self._asserted(weighed)
        facts, origins = self._facts(weighed), self._origins(weighed, first)
        head = self._head(first)
        stated, unread = tolls(incident)
        self.notes += unread
        case = Case(
            incident.root,
            head,
            self._sources(weighed, first),
            facts,
            origins,
            self._claims({claim.id for claim in weighed}),
            self._expect(facts, head),
            {},
            {},
            {entry["id"]: Standard.model_validate(entry) for entry in scales.standards()},
            {},
            {},
            self._where(facts, origins),
            tolls=stated,
        )
        return Coded(case, tuple(self.notes))

    def _in_order(self) -> list[ClaimRow]:
        """Claims that favour an account, oldest publication first."""
        context = [key for key, claim in self.incident.claims.items() if claim.favours is None]
        if context:
            self.notes.append(f"favour no account and are not weighed: {', '.join(context)}")
        late = [
            key for key, claim in self.incident.claims.items() if claim.public_date is None and claim.date is not None
        ]
        if late:
            self.notes.append(f"have no public_date; the day on which they were said is taken: {', '.join(late)}")
        rows = [claim for claim in self.incident.claims.values() if claim.favours is not None]
        return sorted(rows, key=lambda claim: (_known_from(claim), claim.id))

    def _asserted(self, weighed: list[ClaimRow]) -> dict[str, tuple[date, str]]:
        """Per question, what the acting party first said and when: (day, hypothesis)."""
        found: dict[str, tuple[date, str]] = {}
        for claim in weighed:
            source = self.incident.sources[claim.source]
            entry = source_class(source)
            if (
                entry["gains"] == "party"
                and source.kind not in NOT_ASSERTING
                and acted(self.incident.head.actor, source.party)
            ):
                found.setdefault(claim.question or "", (_known_from(claim), claim.favours or ""))
        return found

    def _head(self, first: dict[str, tuple[date, str]]) -> Head:
        row = self.incident.head
        name = row.slug or "".join(c if c.isascii() and c.isalnum() else "-" for c in self.incident.root.resolve().name)
        name = name.lstrip("-") or "incident"
        questions = [
            Question(
                id=q.id,
                text=q.text or q.id,
                hypothesis=tuple(Hypothesis(id=h.id, text=h.text or h.id) for h in q.hypothesis),
                asserted=first[q.id][1] if q.id in first else None,
            )
            for q in sorted(row.question, key=lambda q: not q.primary)
        ]
        findings = [
            Finding(**f.model_dump(exclude={"by", "date"}), by=f.by or "not named", date=f.date)
            for f in row.finding
            if f.date is not None
        ]
        undated = sorted({f.question for f in row.finding if f.date is None})
        if undated:
            self.notes.append(f"have a finding without a date, which is not used: {', '.join(undated)}")
        return Head(
            id=name,
            title=row.title or name,
            date=row.date,
            utc_offset=row.utc_offset,
            actor=row.actor,
            summary=row.place,
            question=tuple(questions),
            finding=tuple(findings),
        )

    def _facts(self, weighed: list[ClaimRow]) -> dict[str, Fact]:
        texts = {(q.id, h.id): h.text or h.id for q in self.incident.head.question for h in q.hypothesis}
        pairs = sorted({(claim.question or "", claim.favours or "") for claim in weighed})
        return {
            f"{q}.{h}": Fact(id=f"{q}.{h}", question=q, text=f"it was so: {texts[q, h]}", basis=RULE) for q, h in pairs
        }

    def _expect(self, facts: dict[str, Fact], head: Head) -> dict[tuple[str, str], Expected]:
        words = tables()["expect"]
        questions = {q.id: q for q in head.question}
        return {
            (key, h): Expected(
                question=fact.question, hypothesis=h, fact=key, value=words["own" if key == f"{fact.question}.{h}" else "others"]
            )
            for key, fact in facts.items()
            for h in sorted({*(h.id for h in questions[fact.question].hypothesis), OTHER})
        }  # fmt: skip

    def _origins(self, weighed: list[ClaimRow], first: dict[str, tuple[date, str]]) -> dict[str, Origin]:
        found: dict[str, Origin] = {}
        guessed: list[str] = []
        for claim in weighed:
            key = _origin_id(claim)
            if key is None or key in found:
                continue
            kind, known = origin_kind(self.incident, claim)
            if not known:
                guessed.append(claim.origin)
            entry, source = tables()["origin"][kind], self.incident.sources[claim.source]
            own = acted(self.incident.head.actor, source.party) and kind in {"video", "intercept", "inference"}
            lens = own and _asserted_by_then(claim, first) == claim.favours
            row = Origin(
                id=key,
                fact=f"{claim.question}.{claim.favours}",
                kind=kind,
                team="acting_party" if lens else "",
                lens="raises_false_alarms" if lens else None,
                hit=entry["hit"],
                false_alarm=entry["false_alarm"],
                first_known=claim.public_date or claim.date,
                note=self.incident.origins[claim.origin].description,
                artefact=claim.origin,
                basis=RULE,
            )
            found[key] = self._narrowed(row, claim.strength) if self.strength else row
        if guessed:
            names = ", ".join(sorted(set(guessed)))
            self.notes.append(
                f"say neither in description nor in basis what was observed; taken as statements: {names}"
            )
        return dict(sorted(found.items()))

    def _narrowed(self, row: Origin, word: str) -> Origin:
        """The better half of both ranges for a strong word, the worse half for a weak one (halves in log-odds)."""
        hit, false = row.hit, row.false_alarm
        if not isinstance(hit, Range) or not isinstance(false, Range):
            return row
        if word in STRONG:
            return row.model_copy(
                update={"hit": Range(hit.middle, hit.high), "false_alarm": Range(false.low, false.middle)}
            )
        if word in WEAK:
            return row.model_copy(
                update={"hit": Range(hit.low, hit.middle), "false_alarm": Range(false.middle, false.high)}
            )
        return row

    def _sources(self, weighed: list[ClaimRow], first: dict[str, tuple[date, str]]) -> dict[str, Source]:
        spoke: dict[str, dict[str, ClaimRow]] = {}  # source -> question -> its first claim there
        for claim in weighed:
            spoke.setdefault(claim.source, {}).setdefault(claim.question or "", claim)
        found, strange = {}, []
        for key, source in self.incident.sources.items():
            entry = source_class(source)
            if entry is tables()["source"]["unknown"] and source.kind != "unknown":
                strange.append(f"{key} ({source.kind or 'blank'})")
            letter = entry["letter"]
            claims = spoke.get(key, {})
            if source.first_hand and "first_hand" in entry:
                letter = entry["first_hand"]
            elif source.first_hand is False and "told" in entry:
                letter = entry["told"]
            elif "shows" in entry and any(observed(c.basis) for c in list(claims.values())[:1]):
                letter = entry["shows"]
            gains = [f"{q}:{h}" for q, c in sorted(claims.items()) if (h := self._gains(entry["gains"], c, first))]
            role = f"{entry['role']}_basis" if letter == entry.get("shows") and source.anonymous else entry["role"]
            found[key] = Source(
                id=key,
                name=source.name or key,
                role=role,
                party=source.party,
                anonymity=None if source.anonymous is None else "unnamed" if source.anonymous else "named",
                reliability=letter,
                interest=gains or ("none",) if entry["gains"] == "none" else gains or ("unknown",),
                derives_from=source.derives_from,
                url=source.url,
                basis=RULE,
            )
        if strange:
            self.notes.append(
                f"are of a kind that the codebook does not know; taken as unknown, letter F: {', '.join(strange)}"
            )
        return found

    def _gains(self, rule: str, claim: ClaimRow, first: dict[str, tuple[date, str]]) -> str | None:
        """The hypothesis by which a source gains on a question, as far as it was plain when it first spoke there."""
        said = _asserted_by_then(claim, first)
        if rule not in {"party", "harmed"} or said is None:
            return None
        source = self.incident.sources[claim.source]
        if rule == "party" and acted(self.incident.head.actor, source.party):
            return said
        if rule == "party" and source.kind not in {"party_statement", "party"}:
            return None
        accounts = [h.id for q in self.incident.head.question if q.id == claim.question for h in q.hypothesis]
        others = [h for h in accounts if h != said]
        return others[0] if len(others) == 1 else None

    def _claims(self, weighed: set[str]) -> dict[str, Claim]:
        found = {}
        for key, claim in self.incident.claims.items():
            source = self.incident.sources[claim.source]
            used = key in weighed
            origin = _origin_id(claim) or "?" if used else None
            kind = kind_in(claim.basis)
            basis = tables()["origin"][kind]["basis"] if kind else "unstated"
            if basis in {"was_there", "saw_video", "record"} and source.first_hand is False:
                basis = "briefed"
            found[key] = Claim(
                id=key,
                said_at=claim.date,
                public_at=claim.public_date or claim.date,
                source=claim.source,
                origin=origin,
                says="yes" if used else None,
                fact=f"{claim.question}.{claim.favours}" if origin == "?" else None,
                directness={True: "first_hand", False: "second_hand", None: "unknown"}[source.first_hand],
                basis=basis,
                copy_of=self._copied(claim) if used else None,
                quote_summary=claim.quote_summary,
                url=claim.url,
                verified=claim.verified,
            )
        return found

    def _copied(self, claim: ClaimRow) -> str | None:
        """For a press copy: the latest claim before it, of the same origin and side, by the source it derives from."""
        source = self.incident.sources[claim.source]
        if source_class(source)["role"] != "press_copy":
            return None
        earlier = [
            c
            for c in self.incident.claims.values()
            if c.source in source.derives_from
            and (c.question, c.favours, c.origin) == (claim.question, claim.favours, claim.origin)
            and (_known_from(c), c.id) < (_known_from(claim), claim.id)
        ]
        return max(earlier, key=lambda c: (_known_from(c), c.id)).id if earlier else None

    def _where(self, facts: dict[str, Fact], origins: dict[str, Origin]) -> dict[tuple[str, str], Where]:
        """Places for messages of the weighing: the rows of the incident that each row was made from."""
        was, head = self.incident.where, Where("incident.toml", 1)
        found = {key: place for key, place in was.items() if key[0] in {"sources", "claims"}}
        found |= {("origins", key): was["origins", row.artefact] for key, row in origins.items()}
        found |= {("facts", key): was["question", fact.question] for key, fact in facts.items()}
        found |= {("case", q.id): was["question", q.id] for q in self.incident.head.question}
        found |= {
            ("case", f"{q.id}:{h.id}"): was["question", q.id] for q in self.incident.head.question for h in q.hypothesis
        }
        return found | {("case", ""): head}


def _known_from(claim: ClaimRow) -> date:
    moment = claim.public_date or claim.date
    return moment.day if moment else date.max


def _asserted_by_then(claim: ClaimRow, first: dict[str, tuple[date, str]]) -> str | None:
    """What the acting party had asserted on the question of a claim by the day on which the claim was public."""
    day, account = first.get(claim.question or "", (date.max, ""))
    return account if account and day <= _known_from(claim) else None


def _origin_id(claim: ClaimRow) -> str | None:
    return None if claim.origin in UNNAMED else f"{claim.origin}.{claim.question}.{claim.favours}"
