"""Whom does a text credit? `(Reuters)`, `told CNN`, `by AP`, `first reported by`, `said in a statement`.

A credit tells where an outlet has it from: two outlets that credit one agency are one source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blindspot.measure.statements.model import Span

_NAME = r"(?:the )?[A-Z][\w&’'-]*(?: (?:of )?[A-Z][\w&’'-]*){0,3}"
_PATTERNS = (
    ("dateline", re.compile(r"^[^\n]{2,60}?\(([A-Z][A-Za-z ]{1,30})\)\s*[-–—]", re.MULTILINE)),
    ("told", re.compile(rf"\b(?:told|speaking to|spoke to|spoke privately with|speaking with|interview with) ({_NAME})")),
    ("credit", re.compile(rf"\b(?:first reported by|reported by|according to a report (?:by|in)|as reported by|writes|quoted by|cited by) ({_NAME})")),
    ("first reported", re.compile(rf"({_NAME}) (?:was the )?first (?:to )?report(?:ed)?\b")),
    ("byline", re.compile(r"^\s*(?:By|Source|Via|Credit|Copyright|©)\s*:?\s+([A-Z][^\n]{1,60})$", re.MULTILINE)),
    ("statement", re.compile(r"\bsaid in (?:a|an)(?: \w+)? (statement|email|press release|tweet)\b")),
    ("contributed", re.compile(rf"({_NAME}) contributed to this report")),
)  # fmt: skip
_PEOPLE = re.compile(
    r"^(?:the )?(?:President|Mr|Mrs|Ms|Dr|Gen|Parliament|Congress|Senate|God|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit line: what kind, whom, where."""

    kind: str
    agency: str
    span: Span


def credit_lines(text: str) -> list[Credit]:
    """The credits of a text, in order, each agency once per kind."""
    found: dict[tuple[str, str], Credit] = {}
    for kind, pattern in _PATTERNS:
        for m in pattern.finditer(text):
            agency = m[1].strip().removeprefix("the ").rstrip(".,’'")
            if not _PEOPLE.match(m[1]):
                found.setdefault((kind, agency), Credit(kind, agency, m.span(1)))
    return sorted(found.values(), key=lambda c: c.span)
