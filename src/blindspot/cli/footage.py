"""The verb `footage`: what a video file and its telemetry say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from blindspot.cli.shared import json_option, print_json, progress


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write layers, tables, MP4 and a page there.")
@json_option
def footage(files: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    r"""Say where the camera looked, how finely, when, and how sure the clock is.

    What could be read is delivered; exit status 2 where a file is cut, encrypted, empty or no video.

    \b
    Example:
      blindspot footage flight.ts -o out/flight
    """
    from blindspot import runs

    found, wrong = runs.footage_now(files, out, progress=progress)
    progress.done()
    if as_json:
        print_json(found)
    else:
        for entry in found["files"]:
            for line in _lines(entry):
                click.echo(line)
    for problem in found["problems"]:
        click.echo(problem, err=True)
    if out is not None and not as_json:
        click.echo(str(out / "footage.html"))
    if wrong:
        raise SystemExit(2)


def _lines(entry: dict[str, Any]) -> list[str]:
    """A file in at most eight lines."""
    ledger, clock, gsd = entry["ledger"], entry["clock"], entry["gsd_m"]
    lines = [
        f"{entry['path']}: {entry['kind']}, {entry['packets']} telemetry packets, {entry['flagged_packets']} flagged"
    ]
    parts = ", ".join(
        f"{name} {ledger[name]:,}" for name in ("decoded", "flagged", "unknown", "orphan", "lost") if ledger[name]
    )
    lines.append(
        f"  bytes     {parts or 'none'} of {ledger['total']:,}; {entry['missing_packets']} transport packets missing"
    )
    if entry["security"]:
        lines.append(f"  marked    {entry['security']}")
    low, high = clock["lag_frames_range"] or (None, None)
    lag = (
        f"telemetry {clock['lag_frames']:+d} frames [{low:+d} to {high:+d}]; "
        if clock["lag_frames"] is not None
        else ""
    )
    lines.append(f"  clock     {lag}{clock['basis']}")
    if gsd:
        lines.append(
            f"  GSD       {gsd['median']:.3g} m [{gsd['low']:.3g}-{gsd['high']:.3g}], NIIRS {entry['niirs'][0]}-{entry['niirs'][1]}"
        )
        told = "; ".join(f"{r['object']} {r['recognise'][0]:.0%}-{r['recognise'][1]:.0%}" for r in entry["resolution"])
        lines.append(f"  recognise at most: {told}")
    if entry["targets"]:
        located = sum(1 for t in entry["targets"] if t["lat"] is not None)
        lines.append(f"  targets   {len(entry['targets'])} reports, {located} located")
    return lines
