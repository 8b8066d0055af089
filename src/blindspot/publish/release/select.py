"""How the cells of the rows that go change on their way, and what is thereby protected.

A file goes only where [[table]] names it, a column only where it is kept or changed. Every value that is left behind or
changed is noted with its kind and place: the leak check searches the finished copy for all of them.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from blindspot.case.labels import highest, may_see
from blindspot.errors import UsageError
from blindspot.publish.release.choose import choose
from blindspot.publish.release.columns import REFERS, kind, pattern, required
from blindspot.publish.release.ground import coarse, disc_box, within
from blindspot.publish.release.model import Protected, Selection
from blindspot.publish.release.transforms import TRANSFORMS, pseudonym
from blindspot.quantities import read_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from blindspot.case.labels import Label
    from blindspot.publish.release.choose import Choice
    from blindspot.publish.release.policy import Profile

HEAD = "case.toml"


def select(root: Path, profile: Profile, secret: bytes, stored: Mapping[str, str]) -> tuple[Selection, list[str]]:
    """The tables of a case as they may go, and what forbids it. The case must have been opened without problems.

    Raises UsageError where a rule cannot be followed, such as a file that goes without a column it needs.
    """
    choice = choose(root, profile, secret, stored)
    out = Selection({}, {}, [], set(), {})
    for file, (columns, everything) in choice.raw.items():
        header = _header(choice, file, columns)
        rows = []
        for line, row in everything:
            new: dict[str, str] = {}
            if line in choice.going.get(file, ()):
                changed = _changed(choice, file, row, out)
                new = {c: changed[c] for c in header}
                rows.append(new)
            _note(choice, out, file, line, row)
        if file in choice.rules:
            out.tables[file] = (header, sorted(rows, key=lambda r: (r.get("id", ""), *r.values())))
    _head(root, choice, out)
    return out, _labelled(root, choice, out)


def typed_head(root: Path) -> dict[str, Any]:
    """case.toml as plain data, dates as text."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list):
            return [plain(v) for v in value]
        return value.isoformat() if hasattr(value, "isoformat") else value

    found: dict[str, Any] = plain(tomllib.loads((root / HEAD).read_text(encoding="utf-8-sig")))
    return found


def _header(choice: Choice, file: str, columns: list[str]) -> list[str]:
    rule = choice.rules.get(file)
    if rule is None:
        return []
    if file == "expect.csv":
        lead = [c for c in columns if c in {"question", "hypothesis"}]
        facts = choice.ids.get("facts.csv", set(columns))
        return lead + [c for c in columns if c not in lead and c in facts and ("*" in rule.keep or c in rule.keep)]
    header = {c for c in columns if c in rule.keep or choice.changes(file, c)}
    if any(c.how == "place" for c in choice.changes(file, "lat")):
        header |= {"lat", "lon", "error_m"}
    missing = [c for c in required(file) if c not in header]
    if missing:
        raise UsageError(
            f"release.toml: {file} cannot go to {choice.profile.audience.id} without {', '.join(missing)}: keep it or change it."
        )
    return [c for c in columns if c in header]


def _changed(choice: Choice, file: str, row: dict[str, str], out: Selection) -> dict[str, str]:
    keep = choice.rules[file].keep
    new = {}
    placed = {}
    for column, value in row.items():
        target = REFERS.get((pattern(file), column), file if column == "id" else "")
        known = choice.renamed(target, value) if target else value
        new[column] = known if column in keep or "*" in keep or (column == "id" and value in known) else ""
        for change in choice.changes(file, column):
            if not choice.meant(file, row, change.where):
                continue
            out.changes[change.how] = out.changes.get(change.how, 0) + 1
            if change.how == "place":
                placed = _placed(choice, row, out)
            elif change.how == "pseudonym":
                own = choice.names.get((file, value)) if column == "id" else None
                new[column] = own or (pseudonym(choice.secret, f"{pattern(file)}:{column}", value) if value else "")
            else:
                new[column] = TRANSFORMS[change.how](value, change.to)
            break
    if file == "places.csv" and not placed:
        box = disc_box(float(row["lat"]), float(row["lon"]), float(row["error_m"]))
        out.quasi[row["id"]] = {"box": list(box), "hours": _hours(choice, row["id"]), "coarse": False}
    return new | placed


def _placed(choice: Choice, row: dict[str, str], out: Selection) -> dict[str, str]:
    density = choice.profile.policy.density
    if density is None:
        raise UsageError('release.toml: how = "place" needs [density] with a basis.')
    name, lat, lon = row["id"], float(row["lat"]), float(row["lon"])
    cell = coarse(name, lat, lon, choice.profile.audience.k, density, choice.stored)
    buildings, people = within(cell.box, density)
    out.cells[name] = {"cell": str(cell), "buildings": buildings, "people": people}
    out.quasi[name] = {"box": list(cell.box), "hours": _hours(choice, name), "coarse": True}
    middle = cell.centre
    return {
        "lat": f"{middle[0]:.6f}".rstrip("0"),
        "lon": f"{middle[1]:.6f}".rstrip("0"),
        "error_m": f"{cell.reach_m + float(row['error_m']):.0f}",
    }


def _hours(choice: Choice, place: str) -> float:
    """The shortest time for which the released stops tie anybody to a place, in hours; a stop without an end counts one hour."""
    shortest = 24.0
    for line, row in choice.raw.get("stops.csv", ([], []))[1]:
        if line in choice.going.get("stops.csv", ()) and row.get("place") == place and row.get("start"):
            start = read_moment(row["start"])
            end = read_moment(row["end"]).end if row.get("end") else start.end
            shortest = min(shortest, max((end - start.start).total_seconds() / 3600, 1.0))
    return shortest


def _note(choice: Choice, out: Selection, file: str, line: int, row: Mapping[str, str]) -> None:
    """Keep what the rules hold back of a row, and what they let go. The rules decide, not the outcome: a change that fails to
    change anything is then found by the gates.
    """
    going = line in choice.going.get(file, ())
    keep = choice.rules[file].keep if going else ()
    for column, value in row.items():
        if not value:
            continue
        held = not going or not (column in keep or "*" in keep) or _applies(choice, file, column, row)
        target = REFERS.get((pattern(file), column), file if column == "id" else "")
        for part in value.split(";") if target else [value]:
            free = not held and (target, part.strip()) not in choice.names
            if free and (not target or choice.renamed(target, part.strip()) == part.strip()):
                out.kept.add(part.strip())
            elif found := kind(file, column, part.strip()):
                out.protected.append(Protected(found, part.strip(), f"{file}:{line}:{column}"))
    whole = {"lat", "lon"} <= set(keep) and not _applies(choice, file, "lat", row)
    if row.get("lat") and row.get("lon") and not whole:
        out.protected.append(Protected("coordinate", f"{row['lat']},{row['lon']}", f"{file}:{line}:lat"))


def _applies(choice: Choice, file: str, column: str, row: Mapping[str, str]) -> bool:
    return any(choice.meant(file, row, change.where) for change in choice.changes(file, column))


def _head(root: Path, choice: Choice, out: Selection) -> None:
    """case.toml: keys as kept or changed; texts anywhere in a key that stays behind are protected."""
    rule = choice.rules[HEAD]
    whole = typed_head(root)
    for key, value in whole.items():
        new: Any = value if key in rule.keep else None
        for change in choice.changes(HEAD, key):
            out.changes[change.how] = out.changes.get(change.how, 0) + 1
            if change.how == "pseudonym":
                new = pseudonym(choice.secret, f"{HEAD}:{key}", str(value))
            elif change.how in TRANSFORMS:
                new = TRANSFORMS[change.how](str(value), change.to) or None
        if key == "place" and isinstance(new, str):
            new = choice.renamed("places.csv", new) or None
        if new is not None:
            out.head[key] = new
        if key in rule.keep and not choice.changes(HEAD, key):
            out.kept |= set(_texts(value))
        elif key not in {"utc_offset", "handling", "standards"}:
            out.protected += [Protected("text", text, f"{HEAD}:{key}") for text in _texts(value)]
    for key in ("id", "title", "date"):
        if not out.head.get(key):
            raise UsageError(
                f"release.toml: case.toml cannot go to {choice.profile.audience.id} without {key}: keep it or change it."
            )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _labelled(root: Path, choice: Choice, out: Selection) -> list[str]:
    """Set the labels that the copy carries; say which of them its audience may not see."""
    profile = choice.profile
    try:
        allowed = [profile.label(text) for text in profile.audience.may_see]
        default = profile.label(str(typed_head(root).get("handling", "TLP:AMBER")))
        found = {file: [profile.label(rule.label) if rule.label else default] for file, rule in choice.rules.items()}
        for media in profile.media:
            found[media.file] = [profile.label(media.label) if media.label else default]
        for row in out.tables.get("places.csv", ([], []))[1]:
            if row.get("label"):
                label = lowered(profile, "places.csv", profile.label(row["label"]), out)
                row["label"] = str(label)
                found.setdefault("places.csv", []).append(label)
    except ValueError as error:
        raise UsageError(
            f"a handling label {error}. Labels stand in case.toml (handling), places.csv (label) and release.toml."
        ) from error
    going = []
    blocked = []
    for file, labels in sorted(found.items()):
        for label in sorted({lowered(profile, file, label, out) for label in labels}):
            going.append(label)
            if not may_see(label, allowed, profile.schemes):
                blocked.append(
                    f"label: {file} is {label}, and {profile.audience.id} may see {', '.join(map(str, allowed)) or 'nothing'}; lower it with a named reason ([[lower]]) or leave it out"
                )
    out.labels = highest(going, profile.schemes)
    out.head["handling"] = "; ".join(map(str, out.labels))
    return blocked


def lowered(profile: Profile, file: str, label: Label, out: Selection) -> Label:
    """The label after [[lower]]; each lowering is kept for the log."""
    for rule in profile.lower:
        if fnmatch(file, rule.file) and profile.label(rule.label) == label:
            says = {
                "file": file,
                "from": str(label),
                "to": rule.to,
                "reason": rule.reason,
                "by": rule.by,
                "date": rule.date,
            }
            if says not in out.lowered:
                out.lowered.append(says)
            return profile.label(rule.to)
    return label
