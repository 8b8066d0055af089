"""Which row of the codebook's tables does a source, a description or a basis in free words mean?"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blindspot.case.incidents.model import ClaimRow, Incident, SourceRow

UNKNOWN = "unknown"


@cache
def tables() -> dict[str, Any]:
    """The tables of codebook.toml."""
    return tomllib.loads(files("blindspot.case.incidents").joinpath("codebook.toml").read_text(encoding="utf-8"))


def source_class(source: SourceRow) -> dict[str, str]:
    """The row of the table of sources for a kind; that of `unknown` where the table has none of that name."""
    known: dict[str, dict[str, str]] = tables()["source"]
    return known.get(source.kind, known[UNKNOWN])


@cache
def kind_in(words: str) -> str | None:
    """The kind of origin that free words mean: of the first list of which a word occurs; None where none does."""
    text = f" {words.lower()} "
    for entry in tables()["words"]:
        for word in entry["any"]:
            if re.search(rf"(?<![a-z]){re.escape(word)}{'(?![a-z])' if len(word) <= 4 else ''}", text):
                return str(entry["origin"])
    return None


def origin_kind(incident: Incident, claim: ClaimRow) -> tuple[str, bool]:
    """The kind of observation that a claim rests on, and whether any word or table said so.

    First what the origin is described as, then the basis the claim gives, then the root its source derives from, then the
    kind of its source: the origin is the observation, not the speaker.
    """
    source = incident.sources[claim.source]
    origin = incident.origins.get(claim.origin)
    described, told = kind_in(origin.description if origin else ""), kind_in(claim.basis)
    if described is not None:
        return described, True
    if told is not None and told != "statement":  # who asserts it does not say on what
        return told, True
    root = _root(incident, source)
    kind = source_class(root)["origin"]
    return kind, source_class(root) is not tables()["source"][UNKNOWN]


def _root(incident: Incident, source: SourceRow) -> SourceRow:
    """The end of the chain of derivation where it is a sensor, a record, a witness or a review; else the source itself."""
    seen, at = {source.id}, source
    while at.derives_from:
        upper = incident.sources[at.derives_from[0]]
        if upper.id in seen:
            break
        seen.add(upper.id)
        at = upper
    return at if at.kind.startswith("primary_") else source


def observed(words: str) -> bool:
    """Whether a basis names an observation, a record or a review, and not only a speaker or a conclusion."""
    return kind_in(words) not in {None, "statement", "inference"}


def sides(party: str) -> tuple[str, ...]:
    """The parties named in a cell such as "US/Iraq"."""
    return tuple(part.strip() for part in re.split(r"/|,| and ", party) if part.strip())


def acted(actor: str, party: str) -> bool:
    """Whether a party, as written in sources.csv, is the one that struck, as written in incident.toml."""
    named = re.sub(r"\([^)]*\)", " ", actor).lower()
    words = re.findall(r"[^\W\d_][\w.-]*", named)
    for side in sides(party):
        names = [side.lower(), *tables()["party"].get(side, [])]
        if any(
            (" " in name and name in named)
            or any(w.strip(".-") == name or (len(name) >= 4 and w.startswith(name)) for w in words)
            for name in names
        ):
            return True
    return False
