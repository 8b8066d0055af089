"""What the lists of a case say, in lines for a terminal: short enough to paste, or a line for every person and statement."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NAMES, PARTIES, STEPS, REMARKS = 12, 6, 6, 3  # the most of each that the short form shows


def in_short(found: dict[str, Any]) -> Iterator[str]:
    """Toll, names, what each party said when, grades as they changed, checks: some twenty lines at most."""
    for name, t in found["toll"].items():
        yield f"{name:<11}{t['median']} [{t['low']}-{t['high']}]  {'; '.join(t['because'])}"
    names = [p["names"][0] if p["names"] else p["id"] for p in found["persons"]]
    if names:
        yield f"{'named':<11}{len(names)}: {', '.join(names[:NAMES])}{_more(len(names) - NAMES, ', ')}"
    if found["unresolved_because"]:
        pairs = found["unresolved_because"]
        first = pairs[0]
        yield (
            f"{'unresolved':<11}{len(pairs)} {_plural('pair', len(pairs))} of rows, first {first['a']} ({first['names'][0]}) and "
            f"{first['b']} ({first['names'][1]}), one person with p {first['p']:.2f}"
        )
    yield from _said(found["by_source"])
    yield from _by_date(found["by_date"])
    for book, grades in groupby(found["grades"], lambda g: g["rule_book"]):
        own = list(grades)
        steps = _few([f"{g['grade']} ({g['as_of']})" for g in own])
        flips = [f"without {source}: {other}" for source, other in own[-1]["would_change"]]
        turned = "; " + "; ".join(flips[:REMARKS]) + _more(len(flips) - REMARKS, "; ") if flips else ""
        yield f"{book:<17}{' -> '.join(steps)}: {own[-1]['why']} ({', '.join(own[-1]['because'][:5])}{_more(len(own[-1]['because']) - 5, ', ')}){turned}"
    yield from _few_lines(_remarks(found))
    yield from _unlisted(found["undercount"])
    yield from _withheld(found["withheld"])
    yield "every person, pair, statement and grade: --all"


def in_full(found: dict[str, Any]) -> Iterator[str]:
    """A line for everything."""
    for name, t in found["toll"].items():
        yield f"{name:<9} {t['median']} [{t['low']}-{t['high']}]  {'; '.join(t['because'])}"
    for p in found["persons"]:
        lists = f"{len(p['lists'])} {_plural('list', len(p['lists']))}"
        yield f"{p['id']}  {' / '.join(p['names']):<60} {_ages(p['age']):<11} {lists}"
    for u in found["unresolved_because"]:
        yield f"?  {u['a']} ({u['names'][0]}) and {u['b']} ({u['names'][1]}): one person with p {u['p']:.2f}; {u['because']}"
    for s in found["by_source"]:
        admits = "  (admits)" if s["admits"] else ""
        yield f"{s['date'] or 'no date':<11} {_range(s['low'], s['high']):>6} {s['who']:<10} {s['status']:<8} {s['name']}{admits}"
    for g in found["grades"]:
        yield f"{g['as_of']}  {g['rule_book']:<16} {g['grade']}: {g['why']} ({', '.join(g['because'])})"
        for source, other in g["would_change"]:
            yield f"{'':<29}without {source}: {other}"
    yield from _remarks(found)
    yield from _unlisted(found["undercount"])
    yield from _withheld(found["withheld"])


def _said(statements: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What each party said of the dead, day by day; a day's sources of one party as one range."""
    dead = [s for s in statements if s["status"] == "killed"]
    parties = list(dict.fromkeys(s["party"] or s["name"] for s in dead))
    for party in parties[:PARTIES]:
        own = [s for s in dead if (s["party"] or s["name"]) == party]
        whole = _few(_days(s for s in own if s["who"] in {"all", "civilians"}))
        children = _few(_days(s for s in own if s["who"] == "children"))
        said = [", ".join(whole)] if whole else []
        said += [f"children {', '.join(children)}"] if children else []
        if said:
            yield f"{party + ' said':<15} {'; '.join(said)}"
    if len(parties) > PARTIES:
        yield f"... and {len(parties) - PARTIES} more parties"


def _days(statements: Iterable[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    last = ""
    for day, same_day in groupby(statements, lambda s: s["date"] or "no date"):
        own = list(same_day)
        number = _range(min(s["low"] for s in own), max(s["high"] for s in own))
        number += " admitted" if any(s["admits"] for s in own) else ""
        if number != last:
            found.append(f"{number} ({day})")
        last = number
    return found


def _by_date(days: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The range of all stated figures and the number named, on the days on which either changed."""
    found: list[str] = []
    last = ""
    for d in days:
        now = f"{_range(*d['stated']) if d['stated'] else 'none'} stated, {d['named']} named"
        if now != last:
            found.append(f"{d['date']} {now}")
        last = now
    if found:
        yield f"{'by date':<15} {'; '.join(_few(found))}"


def _remarks(found: dict[str, Any]) -> list[str]:
    checks = [f"!  {c['message']}{' (' + ', '.join(c['ids']) + ')' if c['ids'] else ''}" for c in found["checks"]]
    problems = [
        f"!  {':'.join(str(p[k]) for k in ('file', 'row', 'column') if p[k])}: {p['what']}{' (got ' + repr(p['got']) + ')' if p['got'] else ''}"
        for p in found["problems"]
    ]
    return [*checks, *problems]


def _unlisted(undercount: dict[str, Any]) -> Iterator[str]:
    if "refused" in undercount:
        yield f"on no list: not estimated; {undercount['refused']}"
    for m in undercount.get("models", ()):
        flag = "" if m["converged"] else "  NOT CONVERGED, do not quote"
        yield f"on a list or on none, {m['name']}: {m['median']} [{m['low']}-{m['high']}]{flag}"


def _withheld(withheld: dict[str, int]) -> Iterator[str]:
    kept = [f"{n} {k.replace('_', ' ')}" for k, n in withheld.items() if n]
    if kept:
        yield f"withheld, counted only: {', '.join(kept)}"


def _few(steps: list[str]) -> list[str]:
    """The first and the last steps of a long row, and how many stand between."""
    if len(steps) <= STEPS:
        return steps
    half = STEPS // 2
    return [*steps[:half], f"... {len(steps) - 2 * half} more ...", *steps[-half:]]


def _few_lines(lines: list[str]) -> list[str]:
    return lines if len(lines) <= REMARKS else [*lines[:REMARKS], f"!  ... and {len(lines) - REMARKS} more remarks"]


def _more(n: int, before: str) -> str:
    return f"{before}and {n} more" if n > 0 else ""


def _plural(word: str, n: int) -> str:
    return word if n == 1 else f"{word}s"


def _range(low: float, high: float) -> str:
    return f"{low}" if low == high else f"{low}-{high}"


def _ages(age: Sequence[int] | None) -> str:
    if age is None:
        return ""
    if age[1] == 0:
        return "under 1"
    return f"age {age[0]}" if age[0] == age[1] else f"ages {age[0]}-{age[1]}"
