"""The verbs `sorties`, `coverage` and `presence`: what could be seen, and who may have been there unseen."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blindspot import runs, stages
from blindspot.cli.shared import case_argument, json_option, print_json, progress
from blindspot.cli.workers import cluster_option, executor, workers_option
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

SHOWN = 12  # stretches of a watch that are printed

out_option = click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Write pictures (SVG) and tables (CSV) there."
)


@click.command()
@case_argument
@click.option(
    "--statements",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A sheet (CSV) of public statements to test in place of the case's own.",
)
@click.option("--all", "whole", is_flag=True, help="The working of every figure too.")
@out_option
@workers_option
@cluster_option
@json_option
def sorties(
    case: Path, statements: Path | None, whole: bool, out: Path | None, workers: int, cluster: str | None, as_json: bool
) -> None:
    r"""Say how much of a flight is transit, and which public statements can hold together.

    Reads sorties.toml (bases, places, closed airspace, aircraft, statements) and flight_claims.csv (statements as a
    sheet: id, date, speaker, quantity, value, unit, quote, url).

    \b
    Example:
      blindspot sorties cases/kabul-2021-08-29
    """
    with executor(workers, cluster) as pool:
        found = (
            _found("sorties", case, pool)
            if statements is None
            else runs.sorties_of(case, statements, pool, progress=progress)
        )
    _tell("sorties", found, out, as_json, whole=whole)
    if not (whole or as_json):
        click.echo(
            f"Hours unwatched, search, each statement's working, what it rests on: blindspot sorties {case} --all"
        )


@click.command()
@case_argument
@out_option
@workers_option
@cluster_option
@json_option
def coverage(case: Path, out: Path | None, workers: int, cluster: str | None, as_json: bool) -> None:
    r"""Say what was in view and could be made out, per place, and why not otherwise.

    Reads watch.csv, with surfaces and sensor paths where the case has them.

    \b
    Example:
      blindspot coverage cases/kabul-2021-08-29
    """
    _run("coverage", case, out, workers, cluster, as_json)


@click.command()
@click.argument("case", type=click.Path(path_type=Path), required=False)
@click.option(
    "--counts",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Repeated counts (CSV) outside the case; again for another file.",
)
@out_option
@workers_option
@cluster_option
@json_option
def presence(
    case: Path | None, counts: tuple[Path, ...], out: Path | None, workers: int, cluster: str | None, as_json: bool
) -> None:
    r"""Say who may have been at a place unseen, and what "none seen" is worth.

    Reads households.csv; what could be noticed comes from watch.csv or from a range. Several independent counts of the
    same places, in counts/*.csv or with --counts, say how many were missed: a row per site with count_1, count_2, ...
    (counts made afresh), pass_1, pass_2, ... (each takes away what it finds), or band_0_5, ... with length_m.

    \b
    Example:
      blindspot presence cases/kabul-2021-08-29
      blindspot presence --counts counts.csv
    """
    if case is None and not counts:
        raise UsageError("name a case, or files of counts with --counts FILE")
    with executor(workers, cluster) as pool:
        found = {} if case is None else _found("presence", case, pool, optional=bool(counts))
        if counts:
            found["counts"] = found.get("counts", []) + runs.counts_now(counts, pool, progress=progress)["counts"]
    _tell("presence", found, out, as_json)


def _run(name: str, case: Path, out: Path | None, workers: int, cluster: str | None, as_json: bool) -> None:
    with executor(workers, cluster) as pool:
        found = _found(name, case, pool)
    _tell(name, found, out, as_json)


def _found(name: str, case: Path, pool: Executor | None, *, optional: bool = False) -> dict[str, Any]:
    """The result of a verb: of its stage and, for presence, of the counts. Raises UsageError where there is neither."""
    run = stages.Review(case, progress=progress, executor=pool)
    entries = [stages.stage(n) for n in ((name, "counts") if name == "presence" else (name,))]
    there = [e for e in entries if not run.lacks(e)]
    if not there and not optional:
        page = "presence" if name == "presence" else "coverage"
        wanted = " and no ".join(e.needs for e in entries)
        raise UsageError(f"{case}: has no {wanted}; docs/methods/{page}.md shows what to write in it")
    found: dict[str, Any] = {}
    for entry in there:
        found |= run.result(entry.name)
    run.store.save_memo()
    return found


def _tell(name: str, found: dict[str, Any], out: Path | None, as_json: bool, *, whole: bool = True) -> None:
    if out is not None:
        from blindspot.publish.report.drawings import write_pictures

        files = write_pictures(name, found, out)
        if not as_json:
            click.echo("\n".join(str(f) for f in files))
    progress.done()
    if as_json:
        print_json(found)
        return
    lines: dict[str, Callable[[dict[str, Any]], Iterable[str]]] = {
        "sorties": partial(_sorties, whole=whole),
        "coverage": _coverage,
        "presence": _presence,
    }
    for line in lines[name](found):
        click.echo(line)


def _sorties(found: dict[str, Any], *, whole: bool) -> Iterable[str]:
    tested = found["tested_place"]
    yield f"{'base':<18}{'':<24}{'km':>6}  {'hours there':<14}{'transit share':<15}{'on station, h':<15}{'flown per h there':<19}{'aircraft for one orbit'}"
    for r in found["routes"]:
        if r["place"] == tested:
            lo, hi = r["aircraft_for_orbit"]
            need = (
                "cannot reach"
                if lo is None
                else f"{lo} or more"
                if hi is None
                else f"{lo}-{hi}"
                if lo != hi
                else str(lo)
            )
            yield (
                f"{r['base']:<18}{_flown(r):<24}{r['km']:>6,.0f}  "
                f"{_band(r['hours_range'], '.1f'):<14}{_band(r['transit_share'], '.0%'):<15}"
                f"{_band(r['on_station_h'], '.1f'):<15}{_cost(r['flight_h_per_station_h']):<19}{need}"
            )
    for r in found["routes"]:
        if r["place"] == tested and r["reach"] == "never":
            there = _band([2 * h for h in r["hours_range"]], ".1f")
            yield f"{r['aircraft']} cannot reach {tested} from {r['base']} and come back: the way takes {there} h, which is more than its fuel allows"
    if whole:
        yield from _unwatched(found)
        yield from _cueing(found)
    yield ""
    for s in found["statements"]:
        mark = "can hold " if s["holds"] else "CANNOT   "
        yield f"{mark}{s['id']:<20}{s['says']} ({s['speaker']})"
        if whole:
            yield f"{'':<9}taken as {_bounds(s)} ({s['basis']})"
        if not s["holds"]:
            yield f"{'':<9}{s['why']}"
        for i in s["implies"] if whole else ():
            yield f"{'':<9}{i['share']:.0%} from {i['base']} at {i['speed_kmh']:.0f} km/h is {i['endurance_h']:.1f} h in the air"
        pairs = [a for a in s["against"] if len(a["ids"]) == 1]
        if pairs:
            yield f"{'':<9}not together with " + ", ".join(
                f"{a['ids'][0]} (off by {a['factor'] - 1:.1%})" for a in pairs
            )
    for f in found["together"][:2]:
        yield (
            f"together from {f['base']}: {', '.join(f['ids'])}; then {_band(f['speed_kmh'], '.0f')} km/h, "
            f"{_band(f['endurance_h'], '.1f')} h in the air, {_band(f['transit_share'], '.0%')} of it in transit"
        )
    if not whole:
        return
    yield ""
    yield "rests on"
    before = ""
    for a in found["assumptions"]:
        yield f"  {a['what']}: {a['value']} ({'as above' if a['basis'] == before else a['basis']})"
        before = a["basis"]


def _flown(r: dict[str, Any]) -> str:
    """The aircraft, and the first word of the period where one is given."""
    return ", ".join([r["aircraft"], *r["phase"].split()[:1]])


def _unwatched(found: dict[str, Any]) -> Iterable[str]:
    yield ""
    yield "hours of each day without an aircraft over the place, with 1, 2, ... aircraft"
    for o in found["orbits"]:
        yield f"{o['base']:<18}{_flown(o):<24}" + "  ".join(
            f"{c['m']}: {_band(c['hours_unwatched_per_day'], '.0f')}" for c in o["cover"]
        )


def _cueing(found: dict[str, Any]) -> Iterable[str]:
    """The search with and without a cue at a few hours, and what share of events was ever looked at before and after."""
    cue = found["cueing"]
    if cue is None:
        return
    low, high = cue["area_ratio"]
    yield ""
    yield f"chance of finding by hours of search; without a cue the area is {low:g} to {high:g} times as large ({cue['basis']})"
    rows = cue["curve"]
    for r in (r for r in rows if r["hours"] in {1.0, 2.0, 6.0, rows[-1]["hours"]}):
        yield f"  {r['hours']:>4g} h   with a cue {_band(r['cued'], '.0%'):<12}without {_band(r['uncued'], '.0%')}"
    yield "share of events ever looked at, with one aircraft"
    for r in (r for r in cue["looked_at"] if r["m"] == 1 and not r["phase"].startswith("hypo")):
        name = f"{r['base']}, {_flown(r)}"
        yield f"  {name:<40}with a cue {_band(r['cued'], '.0%'):<12}without {_band(r['uncued'], '.0%')}"


def _bounds(s: dict[str, Any]) -> str:
    low, high = s["at_least"], s["at_most"]
    if low is None and high is None:
        return "its base"
    return f"at most {high:g}" if low is None else f"at least {low:g}" if high is None else f"{low:g} to {high:g}"


def _cost(pair: list[float | None]) -> str:
    low, high = pair
    return "-" if low is None else f"{low:.1f} or more" if high is None else _band([low, high], ".1f")


def _coverage(found: dict[str, Any]) -> Iterable[str]:
    for p in found["places"]:
        o = p["opportunity"]
        yield f"{p['id']}: a person in the open is noticed with {o['median']:.0%} [{o['low']:.0%}-{o['high']:.0%}]; adult {p['adult']['median']:.0%}, child {p['child']['median']:.0%}"
        for line in p["chain"]:
            yield f"  {line}"
        for w in p["watches"]:
            if w["hours"]:
                told = ", ".join(f"{why} {60 * hours:.1f}" for why, hours in w["hours"].items())
                yield f"  {w['id']}  minutes: {told}"
            for i in w["seen"][:SHOWN]:
                why = f": {i['reason']}" if i["reason"] else ""
                yield f"  {w['id']}  {i['start']} to {i['end']}  {i['state']}{why}{_from(i)}"
            if len(w["seen"]) > SHOWN:
                yield f"  {w['id']}  and {len(w['seen']) - SHOWN} stretches more; -o DIR or --json has all"


def _from(i: dict[str, Any]) -> str:
    """How much of the place was in sight, from where, how finely; nothing where no sensor was recorded."""
    if i["slant_m"][0] is None:
        return ""
    gsd = "" if i["gsd_m"][0] is None else f", {_band(i['gsd_m'], '.2g')} m per pixel"
    bearing = " to ".join(dict.fromkeys(f"{x:03.0f}" for x in i["bearing_deg"]))
    return (
        f" (line of sight {_band(i['line_of_sight'], '.0%')}, from {bearing} degrees at "
        f"{_band([x / 1000 for x in i['slant_m']], '.1f')} km{gsd})"
    )


def _presence(found: dict[str, Any]) -> Iterable[str]:
    for p in found.get("places", ()):
        n, low, high = (p["present"][k] for k in ("median", "low", "high"))
        seen = "nothing is said of what was seen" if p["seen"] is None else f"{p['seen']} seen"
        yield f"{p['id']} {p['when']}: {n} present [{low}-{high}], nobody {p['p_none']:.2%} ({seen})"
        d, a = p["noticed"], p["any_noticed"]
        yield f"  a given person is noticed {d['median']:.0%} [{d['low']:.0%}-{d['high']:.0%}], at least one {a['median']:.0%} [{a['low']:.0%}-{a['high']:.0%}]"
        lr = p["lr_none_seen"]
        yield f"  'none seen' speaks for an empty place by a factor of {lr[0]:.2g} to {lr[1]:.2g}"
        for name, c in p["common_cause"].items():
            yield f"    if {name}: {c['present']['median']} present [{c['present']['low']}-{c['present']['high']}], factor {c['lr_none_seen'][0]:.2g} to {c['lr_none_seen'][1]:.2g}"
        for line in p["chain"]:
            yield f"  {line}"
    for c in found.get("counts", ()):
        yield from _counts(c)


def _counts(c: dict[str, Any]) -> Iterable[str]:
    yield f"{c['file']}: {c['sites']} sites with {len(c['columns'])} {c['kind']}, {c['found']} found, nothing at {c['sites_with_none']} of the sites"
    if c["left_out"]:
        yield f"  left out, with no count or a covariate missing: {', '.join(c['left_out'][:8])}{' ...' if len(c['left_out']) > 8 else ''}"
    for line in c["scaled"]:
        yield f"  {line}"
    for m in c["models"]:
        total = m["total"]
        whole = f"; {total['median']} [{total['low']}-{total['high']}] at all sites together" if total else ""
        yield f"  {m['model']}, AIC {m['aic']:.2f}{whole}"
        for p in m["parameters"]:
            low, high = ("open" if p[k] is None else f"{p[k]:.3g}" for k in ("low", "high"))
            value = "without bound" if p["value"] is None else f"{p['value']:.3g}"
            mark = " AT THE EDGE: profile interval" if p["flagged"] else ""
            yield f"    {p['says']}: {value} [{low}-{high}]{mark}"
        for flag in m["flags"]:
            yield f"    flag {flag}"


def _band(pair: list[float], form: str) -> str:
    return f"{pair[0]:{form}}" if f"{pair[0]:{form}}" == f"{pair[1]:{form}}" else f"{pair[0]:{form}}-{pair[1]:{form}}"
