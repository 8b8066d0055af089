"""Who said what on what basis, and how many observations is that really?

Texts are read with their offsets kept (`reading`); words of saying, and the phrases beside them, give speaker, content,
anonymity and stated basis without a model (`attribution`); rare neighbouring word stems, which survive translation there and
back, find texts that share passages, aligned stem by stem (`copies`); statements that name one artefact, or are one statement,
are proposed as one origin (`origins`), and chains of credit that bite their tail are named (`derives`).
Everything is a suggestion that a reviewer accepts. Method and limits: docs/methods/statements.md.
"""

from blindspot.measure.statements.derives import draw
from blindspot.measure.statements.describing import described
from blindspot.measure.statements.findings import findings, rows
from blindspot.measure.statements.measure import Measured, measure
from blindspot.measure.statements.model import Edge, Proposal, Speaker, Statement, Text, Unread
from blindspot.measure.statements.reading import read_folder, read_text

__all__ = [
    "Edge",
    "Measured",
    "Proposal",
    "Speaker",
    "Statement",
    "Text",
    "Unread",
    "described",
    "draw",
    "findings",
    "measure",
    "read_folder",
    "read_text",
    "rows",
]
