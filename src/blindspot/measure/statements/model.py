"""What the room hands on: texts with offsets, statements with their speaker and basis, edges between texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Span = tuple[int, int]  # code points of Text.text, [start, end)
Anonymity = Literal["named", "title", "organisation", "relation", "unnamed"]
Basis = Literal["saw_video", "was_there", "record", "briefed", "read_report", "infers", "unstated"]
Act = Literal["says", "writes", "believes", "denies", "shows"]
Kind = Literal["copy", "rewrite", "same-statement", "same-event-only"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text as read. Offsets everywhere count code points of `text`, which is kept as decoded."""

    id: str
    text: str
    language: str = "und"  # ISO 639-1; und = not told
    encoding: str = "utf-8"
    direction: Literal["ltr", "rtl"] = "ltr"
    published: str = ""  # as given: a day or an instant; blank = unknown
    kind: str = ""  # transcript = the primary record of what was said
    source: str = ""
    url: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = ()  # what a reader of the text should know: a guess, a loss


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that was not read, and why."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is said to have said it, and how far they let themselves be known."""

    text: str  # as it stands
    name: str = ""  # the personal or official name, where one is given, also where it is given elsewhere in the text
    anonymity: Anonymity = "unnamed"
    count: int | None = None  # how many are claimed; None = not said ("officials")
    agency: str = ""  # country or body that they are said to belong to
    former: bool = False
    reason: str = ""  # stated reason for not being named
    interest: str = ""  # stated interest: speaks for a side


@dataclass(frozen=True, slots=True)
class Statement:
    """One attributed statement: who, with which word, what, on what stated basis."""

    text_id: str
    start: int  # of the content, first to last
    end: int
    content: tuple[Span, ...]
    cue: Span
    source: Span | None
    speaker: Speaker
    verb: str
    act: Act
    quoted: bool  # the content is, or holds, the speaker's own words
    quotes: tuple[Span, ...]
    basis: Basis
    basis_words: str  # the words on which the basis rests; blank = unstated
    says: str  # the content, joined


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two stretches of two texts that say the same in the same order, and how alike they are."""

    a: Span
    b: Span
    score: float


@dataclass(frozen=True, slots=True)
class Edge:
    """Two texts that are not independent of each other (or only share an event). `a` was known first, where known."""

    a: str
    b: str
    kind: Kind
    score: float
    spans: tuple[Aligned, ...] = ()
    says: str = ""  # the working in words
    order_known: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Statements that seem to rest on one observation: a shared origin for the reviewer to accept or not."""

    id: str
    artefact: str  # what they seem to rest on: footage, imagery, a report, a briefing
    about: str
    members: tuple[int, ...]  # indices into the list of statements
    because: tuple[str, ...]
