"""How is a case edited so that nobody's change is lost? One change, one file replaced whole, one line of the custody log.

Method: under the lock of the case the file is read, the change is held against what stands there now (a cell that somebody
else has changed is a conflict, not a victim), the new bytes are written beside it and seen onto the disk, the log line is
appended, the two files exchange their names (`changing`, `swap`). What stands beside is the journal: after a kill the next writer
finds it and completes what the log says. Undo is a new change (`undo`); blind ratings and their seals are in `assess`.
Reference: RFC 4180 (CSV); Kung & Robinson 1981 (optimistic concurrency); docs/methods/editing.md.
"""

from blindspot.case.editing.agreement import check_edits, concerns, disagreements
from blindspot.case.editing.assess import broken, broken_seals, rate, read_assessment, seal, sealed
from blindspot.case.editing.changing import accept_rows, apply, beside, recover
from blindspot.case.editing.model import Applied, Change, ConflictError, Entry, Line, Sheet
from blindspot.case.editing.sheet import read_sheet, read_text, sheets
from blindspot.case.editing.undo import history, redo, undo

__all__ = [
    "Applied",
    "Change",
    "ConflictError",
    "Entry",
    "Line",
    "Sheet",
    "accept_rows",
    "apply",
    "beside",
    "broken",
    "broken_seals",
    "check_edits",
    "concerns",
    "disagreements",
    "history",
    "rate",
    "read_assessment",
    "read_sheet",
    "read_text",
    "recover",
    "redo",
    "seal",
    "sealed",
    "sheets",
    "undo",
]
