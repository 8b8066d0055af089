"""What may a cell of a table hold that a spreadsheet would run, and how is it written so that none does?

A text that begins like a formula is written with an apostrophe before it, which spreadsheets take for "this is text", and is read
back without: `plain` undoes `inert` exactly, so nothing is lost on the way through a release, an export or a list of suggestions.
Numbers are left as they are, whatever their sign. Every table that Blindspot writes goes through here (decision 0025).
"""

from __future__ import annotations

import re

__all__ = ["inert", "plain", "runs"]

_BEGINS = (
    r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"  # the last four are = + - @ in full width, which some spreadsheets run too
)
_RUNS, _MARKED = re.compile(_BEGINS), re.compile("'+" + _BEGINS)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def runs(cell: str) -> bool:
    """Whether a spreadsheet would run the cell."""
    return bool(_RUNS.match(cell)) and not _NUMBER.fullmatch(cell)


def inert(cell: str) -> str:
    """The cell as a spreadsheet shows it and never runs it."""
    return "'" + cell if runs(cell) or _MARKED.match(cell) else cell


def plain(cell: str) -> str:
    """The cell as it was before `inert`, and before the marking of other programs that do the same."""
    return cell[1:] if _MARKED.match(cell) else cell
