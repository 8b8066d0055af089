"""release.toml: what may go to whom. One class per table of the file; nothing goes unless a row names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from blindspot.case.labels import Label, Schemes, read_label, schemes
from blindspot.case.reading import read_toml
from blindspot.case.rows import Id, Row, Text
from blindspot.errors import CaseError, Problem, UsageError, Where
from blindspot.publish.release.columns import named
from blindspot.quantities import Moment, Range, read_moment, read_range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "release.toml"
How = Literal["drop", "pseudonym", "replace", "place", "time", "band"]
Values = dict[str, tuple[str, ...]]  # column -> the values meant; `source.role` looks into the row that `source` names
Density = Annotated[Range, BeforeValidator(lambda v: read_range(str(v)))]


def _instant(text: object) -> Moment:
    moment = read_moment(str(text))
    if moment.text == moment.day.isoformat() or "/" in moment.text:
        raise ValueError("is no instant; write 2021-08-29T12:20:30Z")
    return moment


Instant = Annotated[Moment, BeforeValidator(_instant)]


class Audience(Row):
    """[[audience]]: to whom, what they may see, and who else may hold what they hold."""

    id: Id
    text: Text
    may_see: tuple[str, ...]  # labels
    overlaps: tuple[str, ...] = ()  # ids of audiences that may share with this one; * for all
    k: Annotated[int, Field(ge=2)] = 20  # no place among fewer buildings or people


class Table(Row):
    """[[table]]: a file that may go, and its columns that may go as they stand."""

    audience: Id
    file: Text  # a CSV file of the case, `lists/*.csv`, or case.toml (its keys are its columns)
    keep: tuple[str, ...]
    only: Values = Field(default_factory=dict)
    without: Values = Field(default_factory=dict)
    label: str = ""  # blank: as case.toml says


class Change(Row):
    """[[change]]: how a value goes that may not go as it stands."""

    audience: Id
    file: Text
    column: Text
    how: How
    why: Text
    where: Values = Field(default_factory=dict)
    to: str = ""  # replace: the text; time: day or hour; band: width in years


class Media(Row):
    """[[media]]: a picture or a video that may go, always encoded anew."""

    audience: Id
    file: Text
    name: Id  # its name in the released copy
    how: Literal["picture", "video"]
    text: str = ""  # what it shows, in words that this audience may read
    start: Instant | None = (
        None  # UTC moment of the first picture that goes, where this audience may know it; places the film on the timeline
    )
    masks: tuple[tuple[int, int, int, int], ...] = ()  # x, y, width, height in pixels
    looked_at_by: Text  # the person who looked at every frame for faces, text and skylines
    why: Text
    start_s: Annotated[float, Field(ge=0)] = 0.0
    end_s: Annotated[float, Field(gt=0)] | None = None
    label: str = ""


class Lower(Row):
    """[[lower]]: a label that is lowered, with a named reason."""

    audience: Id
    file: Text
    label: Text
    to: Text
    reason: Text
    by: Text
    date: Text


class Authority(Row):
    """[[authority]]: who may release footage that carries a security marking (MISB ST 0102)."""

    file: Text
    marking: Text
    authority: Text
    by: Text
    date: Text


class Protect(Row):
    """[[protect]]: values that no released byte may hold, beside all that the rules leave behind."""

    kind: Literal["person", "text", "url", "id", "coordinate", "file"]
    values: tuple[str, ...]


class Allow(Row):
    """[[allow]]: a value on the watch-list that may go all the same, and why."""

    value: Text
    why: Text


class Density_(Row):  # noqa: N801  # the name Density is the range type above
    """[density]: how many buildings and people stand about the places, for the size of the coarse cells."""

    buildings_per_km2: Density
    people_per_building: Density
    basis: Text


class Policy(Row):
    """The whole file."""

    audience: tuple[Audience, ...]
    table: tuple[Table, ...] = ()
    change: tuple[Change, ...] = ()
    media: tuple[Media, ...] = ()
    lower: tuple[Lower, ...] = ()
    authority: tuple[Authority, ...] = ()
    protect: tuple[Protect, ...] = ()
    allow: tuple[Allow, ...] = ()
    density: Density_ | None = None
    scheme: dict[str, tuple[str, ...]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """The part of the file that is about one audience."""

    audience: Audience
    tables: tuple[Table, ...]
    changes: tuple[Change, ...]
    media: tuple[Media, ...]
    lower: tuple[Lower, ...]
    policy: Policy
    schemes: Schemes

    def label(self, text: str) -> Label:
        """A label in the schemes of this case."""
        return read_label(text, self.schemes)


def read_policy(root: Path) -> Policy:
    """release.toml of a case. Raises CaseError with every problem at file:row:column."""
    problems: list[Problem] = []
    policy, line = read_toml(root, FILE, Policy, problems)
    if policy is None:
        if problems:
            raise CaseError(problems)
        raise UsageError(
            f"{root / FILE}: is missing. Nothing leaves a case unless that file names it; cases/kabul-2021-08-29/{FILE} is an example."
        )
    problems = _crosscheck(policy, line)
    if problems:
        raise CaseError(problems)
    return policy


def profile(policy: Policy, audience: str) -> Profile:
    """What the policy says of one audience. Raises UsageError where it knows no such audience."""
    found = next((a for a in policy.audience if a.id == audience), None)
    if found is None:
        raise UsageError(
            f"{audience}: is no audience of {FILE}; it knows {', '.join(a.id for a in policy.audience) or 'none'}."
        )

    def own(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(row for row in rows if row.audience == audience)

    return Profile(
        found,
        own(policy.table),
        own(policy.change),
        own(policy.media),
        own(policy.lower),
        policy,
        schemes(policy.scheme),
    )


def _crosscheck(policy: Policy, line: Callable[[tuple[Any, ...]], int]) -> list[Problem]:
    problems: list[Problem] = []
    known = schemes(policy.scheme)
    ids = [a.id for a in policy.audience]

    def problem(path: tuple[str | int, ...], what: str, got: str, right: str | None = None) -> None:
        problems.append(Problem(Where(FILE, line(path), str(path[-1])), what, got, right))

    def label(path: tuple[str | int, ...], value: str) -> None:
        try:
            read_label(value, known)
        except ValueError as error:
            problem(path, str(error), value)

    for i, a in enumerate(policy.audience):
        if ids.index(a.id) != i:
            problem(("audience", i, "id"), "stands twice", a.id, "give each audience an id of its own")
        for value in a.may_see:
            label(("audience", i, "may_see"), value)
        for other in a.overlaps:
            if other != "*" and other not in ids:
                problem(("audience", i, "overlaps"), "is not an audience", other, f"the audiences are {', '.join(ids)}")
    for name in ("table", "change", "media", "lower"):
        for i, row in enumerate(getattr(policy, name)):
            if row.audience not in ids:
                problem(
                    (name, i, "audience"), "is not an audience", row.audience, f"the audiences are {', '.join(ids)}"
                )
            if row.file.startswith("/") or ".." in row.file.split("/"):
                problem((name, i, "file"), "leads out of the case", row.file, "name a file of the case")
            for key in ("label", "to") if name == "lower" else ("label",) if hasattr(row, "label") else ():
                if getattr(row, key):
                    label((name, i, key), getattr(row, key))
    for name, key in (("table", "keep"), ("change", "column")):
        for i, row in enumerate(getattr(policy, name)):
            told = getattr(row, key)
            columns = named(row.file)
            for column in ((told,) if isinstance(told, str) else told) if columns else ():
                if column not in columns:
                    problem((name, i, key), f"is no column of {row.file}", column, f"name one of {', '.join(columns)}")
    for i, change in enumerate(policy.change):
        if change.how == "time" and change.to not in {"day", "hour"}:
            problem(("change", i, "to"), "is not a step of time", change.to, "write day or hour")
        if change.how == "band" and not (change.to.isdigit() and int(change.to) > 1):
            problem(
                ("change", i, "to"), "is not a width of a band", change.to, "write a whole number of years such as 10"
            )
        if change.how == "place" and policy.density is None:
            problem(
                ("change", i, "how"),
                "needs to know how densely the land is built",
                change.how,
                "add [density] with a basis",
            )
    return problems
