"""Files of the people room: tolls.csv (how many were harmed, as stated) and links.csv (the reviewer's own decisions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from blindspot.case import scales
from blindspot.case.rows import Id, Ids, OptionalId, OptionalTime, Row, Text
from blindspot.errors import Problem, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blindspot.case.model import Case


class Toll(Row):
    """tolls.csv: a figure as one source stated it. `low` and `high` are equal for a plain number; "dozens" is 24-99."""

    id: Id
    claim: OptionalId = (
        None  # the claim of claims.csv it stands in; gives source, origin and date where those are blank
    )
    source: OptionalId = None  # id in sources.csv
    origin: OptionalId = None  # the observation behind it; figures of one origin count once
    public_at: OptionalTime = None  # when it could be read
    status: Literal["killed", "injured"] = "killed"
    who: Literal["all", "civilians", "children", "women", "men", "combatants"] = "all"
    low: Annotated[int, Field(ge=0)]  # the smaller figure
    high: Annotated[int, Field(ge=0)]  # the larger figure
    attributed_to: Ids = ()  # parties the source holds responsible
    note: str = ""
    basis: str = scales.JUDGEMENT  # citation, or judgement

    @model_validator(mode="after")
    def _ordered(self) -> Toll:
        if self.high < self.low:
            raise ValueError("high is below low; write the smaller figure first")
        return self


class Decision(Row):
    """links.csv: what a reviewer decided on two rows of the lists. Replayed on every run, never overwritten."""

    id: Id
    a: Text  # list:row, for example nbc-2021-08-31:nbc_03
    b: Text  # the other row
    decision: Literal["same", "different", "related", "duplicate_document"]
    by: Text  # who decided
    note: str = ""


def check_tolls(case: Case) -> Iterator[Problem]:
    """Claims, sources and origins that tolls.csv names, and rows that links.csv names."""
    for key, row in case.tolls.items():
        place = case.where["tolls", key]
        for column in ("claim", "source", "origin"):
            got = getattr(row, column)
            if got and not case.names(f"{column}s", got):
                yield Problem(
                    Where(place.file, place.row, column),
                    f"is not the id of {'an' if column == 'origin' else 'a'} {column}",
                    got,
                )
        if not row.claim and not row.source:
            yield Problem(Where(place.file, place.row, "source"), "is missing", None, "name a claim or a source")
    for key, decision in case.links.items():
        place = case.where["links", key]
        for column, got in (("a", decision.a), ("b", decision.b)):
            recorder, _, row_id = got.partition(":")
            known = {(f"lists/{recorder}", row_id), (f"lists/{recorder}", "*")}
            if row_id not in case.lists.get(recorder, {}) and case.refused.isdisjoint(known):
                yield Problem(
                    Where(place.file, place.row, column),
                    "is not a row of a list",
                    got,
                    "write list:row, the list without .csv",
                )
