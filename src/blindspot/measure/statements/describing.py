"""What a person knows of a text that its file does not say: when it was public, by whom, whether it is a transcript."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from blindspot.quantities import read_moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from blindspot.case.rows import Described
    from blindspot.measure.statements.model import Text


def described(texts: Sequence[Text], rows: Mapping[str, Described], as_of: date | None = None) -> list[Text]:
    """The texts with the rows of texts.csv laid over them; with `as_of`, without those that became public later.

    A text of unknown date is kept: it is for the reviewer to date it.
    """
    found = []
    for t in texts:
        row = rows.get(t.id)
        if row is not None:
            t = replace(  # noqa: PLW2901  # the text with what is known of it
                t,
                published=row.public_at.text if row.public_at else t.published,
                source=row.source or t.source,
                kind=row.kind or t.kind,
                url=row.url or t.url,
            )
        if as_of is None or (when := _day(t.published)) is None or when <= as_of:
            found.append(t)
    return found


def _day(text: str) -> date | None:
    try:
        return read_moment(text).day if text else None
    except ValueError:
        return None
