"""Which statements seem to rest on one observation?

Proposed as one origin: statements that name the same artefact (the video, the surveillance images, the report) about one
event; the same statement carried under different attributions; what a speaker adds to what he saw there. A proposal says why,
and a reviewer decides: an origin can never weigh more than once, so a wrong merger hides evidence and a missed one doubles it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blindspot.measure.statements.attribution import rests_on
from blindspot.measure.statements.model import Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blindspot.measure.statements.model import Edge, Statement, Text

_PICTURES = {"footage": "footage", "imagery": "footage"}  # a still from the feed is the feed
_KIND = re.compile(
    r"\b(?:satellite|hospital|phone|security camera|cctv|body.?cam|dash.?cam|family|mobile)\b", re.IGNORECASE
)


def propose(
    statements: Sequence[Statement], texts: Sequence[Text], edges: Sequence[Edge], clusters: Sequence[tuple[int, ...]]
) -> list[Proposal]:
    """The shared origins that the texts suggest, the largest first."""
    event = _events([t.id for t in texts], edges)
    groups: dict[tuple[str, str, str], dict[int, str]] = {}
    seen: dict[tuple[str, str], tuple[str, str, str]] = {}
    for k, s in enumerate(statements):
        artefact = rests_on(s.basis_words)
        which = _KIND.search(s.basis_words)
        if s.basis in {"saw_video", "read_report"} and artefact:
            key = (event[s.text_id], _PICTURES.get(artefact, artefact), which[0].lower() if which else "")
            groups.setdefault(key, {})[k] = f"{_who(s)}: “{s.basis_words}”"
            seen[s.text_id, _speaker(s)] = key
    for k, s in enumerate(statements):
        same = seen.get((s.text_id, _speaker(s)))
        if (
            same is not None
            and k not in groups[same]
            and s.basis in {"unstated", "infers"}
            and (s.speaker.name or (s.speaker.count and s.speaker.anonymity != "unnamed"))
        ):
            groups[same][k] = f"{_who(s)}: the same speaker as before, no other basis is given"
    found = []
    for (where, artefact, kind), members in sorted(groups.items()):
        if len(members) > 1:
            said = [statements[k] for k in sorted(members)]
            found.append((f"{kind} {artefact}".strip(), where, tuple(sorted(members)), _reasons(said, members)))
    taken = {m for _, _, members, _ in found for m in members}
    for group in clusters:
        if not set(group) <= taken:
            who = sorted({_who(statements[k]) for k in group})
            found.append(
                (
                    "the same statement",
                    statements[group[0]].text_id,
                    group,
                    (f"said in nearly the same words under {len(who)} attribution(s): {'; '.join(who)}",),
                )
            )
    found.sort(key=lambda f: (-len(f[2]), f[2]))
    return [
        Proposal(f"P{n}", artefact, where, members, because)
        for n, (artefact, where, members, because) in enumerate(found, 1)
    ]


def _reasons(said: Sequence[Statement], members: dict[int, str]) -> tuple[str, ...]:
    counted = list({_speaker(s): s.speaker.count for s in said if s.speaker.count}.values())
    first = f"{len(said)} statements name one kind of artefact about one event"
    if counted:
        first += f"; {sum(counted)} counted speakers, some of them perhaps the same"
    return (first, *(members[k] for k in sorted(members)))


def _events(ids: Sequence[str], edges: Sequence[Edge]) -> dict[str, str]:
    """Texts about one event, joined by edges of any kind: each named by its first."""
    name = {i: i for i in ids}
    for e in sorted(edges, key=lambda e: (e.a, e.b)):
        a, b = name.get(e.a), name.get(e.b)
        if a is not None and b is not None and a != b:
            keep, drop = min(a, b), max(a, b)
            name = {i: keep if n == drop else n for i, n in name.items()}
    return name


def _speaker(s: Statement) -> str:
    return (s.speaker.name or s.speaker.text).lower()


def _who(s: Statement) -> str:
    return s.speaker.text
