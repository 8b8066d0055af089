"""What the room found, as the JSON of the command line, and as rows that wait for a reviewer."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.measure import Measured
    from blindspot.measure.statements.model import Statement, Unread

_DIRECT = {
    "saw_video": "first_hand",
    "was_there": "first_hand",
    "record": "first_hand",
    "briefed": "second_hand",
    "read_report": "second_hand",
}
_ROLE = {
    "title": "anonymous_official",
    "relation": "witness",
    "organisation": "official_statement",
    "named": "official_statement",
    "unnamed": "unknown",
}


def findings(m: Measured, unread: Sequence[Unread] = ()) -> dict[str, Any]:
    """The tables as lists of records; the keys of design section 5 and more."""
    return {
        "texts": [{"id": t.id, "language": t.language, "encoding": t.encoding, "direction": t.direction, "published": t.published, "kind": t.kind, "source": t.source, "sha256": t.sha256, "notes": list(t.notes)} for t in m.texts],
        "statements": [_statement(s, k) for k, s in enumerate(m.statements)],
        "edges": [
            {"a": e.a, "b": e.b, "kind": e.kind, "score": e.score, "order_known": e.order_known, "says": e.says,
             "spans": [{"a": list(x.a), "b": list(x.b), "score": x.score} for x in e.spans]} for e in m.edges
        ],
        "garbled": [{"text_id": g.text_id, "score": g.score, "marks": dict(g.marks)} for g in m.garbled if g.flagged],
        "drifts": [
            {"statement": statement_id(m.statements[d.statement]), "text_id": m.statements[d.statement].text_id, "speaker": m.statements[d.statement].speaker.name, "quoted": d.quoted, "transcript": d.transcript,
             "spoken": d.spoken, "missing": list(d.missing), "instead": list(d.instead), "score": d.score} for d in m.drifts
        ],
        "origins": [
            {"id": p.id, "artefact": p.artefact, "about": p.about, "statements": [statement_id(m.statements[k]) for k in p.members], "because": list(p.because)} for p in m.proposals
        ],
        "derives": [{"taker": d.taker, "giver": d.giver, "why": d.why} for d in m.graph],
        "circles": [list(c) for c in m.circles],
        "problems": [{"path": u.path, "what": u.what} for u in unread],
        "offers": [],
    }  # fmt: skip


def statement_id(s: Statement) -> str:
    """An id that stays the same while the text does."""
    return "s-" + hashlib.sha256(f"{s.text_id}\0{s.start}\0{s.cue[0]}".encode()).hexdigest()[:10]


def _statement(s: Statement, number: int) -> dict[str, Any]:
    p = s.speaker
    return {
        "id": statement_id(s), "n": number, "text_id": s.text_id, "start": s.start, "end": s.end, "speaker": p.text, "name": p.name, "anonymity": p.anonymity, "count": p.count, "agency": p.agency,
        "former": p.former, "reason": p.reason, "interest": p.interest, "verb": s.verb, "act": s.act, "basis": s.basis, "basis_words": s.basis_words, "quoted": s.quoted,
        "says": s.says, "content": [list(x) for x in s.content], "quotes": [list(x) for x in s.quotes], "cue": list(s.cue), "source": list(s.source) if s.source else None,
    }  # fmt: skip


def rows(m: Measured) -> dict[str, list[dict[str, str]]]:
    """Suggested rows of sources.csv, origins.csv and claims.csv. What only a reviewer can know is left blank."""
    texts = {t.id: t for t in m.texts}
    proposed = {k: p.id for p in m.proposals for k in p.members}
    copies = _copies(m)
    sources: dict[str, dict[str, str]] = {}
    claims = []
    for k, s in enumerate(m.statements):
        p, text = s.speaker, texts[s.text_id]
        key = (
            "src-"
            + hashlib.sha256(
                f"{'' if p.anonymity == 'named' else s.text_id}\0{(p.name or p.text).lower()}".encode()
            ).hexdigest()[:8]
        )
        role = (
            ("anonymous_official_basis" if s.basis in _DIRECT else "anonymous_official")
            if p.anonymity == "title"
            else _ROLE[p.anonymity]
        )
        sources.setdefault(key, {
            "id": key, "name": p.name or p.text or f"unnamed, in {s.text_id}", "role": role, "party": p.agency, "anonymity": p.anonymity, "url": text.url,
            "note": "; ".join(x for x in (f"{p.count} claimed" if p.count and p.count > 1 else "", "former" if p.former else "", p.reason, p.interest) if x), "because": f"{s.text_id}:{s.start}",
        })  # fmt: skip
        claims.append({
            "id": statement_id(s), "public_at": text.published if _moment(text.published) else "", "source": key, "directness": _DIRECT.get(s.basis, "unknown"), "basis": s.basis,
            "copy_of": copies.get(k, ""), "quote_summary": s.says[:400], "url": text.url,
            "note": "; ".join(x for x in (f"{s.text_id}:{s.start}-{s.end}", f"words of the basis: {s.basis_words}" if s.basis_words else "", f"proposed origin {proposed[k]}" if k in proposed else "") if x),
            "because": f"{s.verb}, {'quoted' if s.quoted else 'not quoted'}",
        })  # fmt: skip
    origins = [
        {"id": p.id, "kind": {"footage": "video", "report": "document"}.get(p.artefact.split()[-1], ""), "note": f"proposed for {', '.join(statement_id(m.statements[k]) for k in p.members)}", "because": p.because[0] + "; name the fact before you accept"}
        for p in m.proposals
    ]  # fmt: skip
    return {"sources": list(sources.values()), "origins": origins, "claims": claims}


def _copies(m: Measured) -> dict[int, str]:
    """A statement of a later copy is a copy of the same statement in the earlier text, where the order is known."""
    later = {(e.b, e.a) for e in m.edges if e.kind in {"copy", "rewrite"} and e.order_known}
    found = {}
    for group in m.clusters:
        for k in group:
            first = next((j for j in group if (m.statements[k].text_id, m.statements[j].text_id) in later), None)
            if first is not None:
                found[k] = statement_id(m.statements[first])
    return found


def _moment(text: str) -> bool:
    from blindspot.quantities import read_moment

    try:
        read_moment(text)
    except ValueError:
        return False
    return True
