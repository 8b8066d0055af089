"""The verbs of following in footage: mark a vehicle, follow it, compare two reviewers who worked blind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from blindspot.cli.shared import json_option, print_json, progress

log_option = click.option(
    "--log", type=click.Path(path_type=Path), help="The log of marks (.jsonl), to which `track mark` adds."
)


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--frame", type=click.IntRange(0), required=True, help="Number of the picture; the first is 0.")
@click.option("--box", required=True, metavar="X,Y,W,H", help="Middle, width and height, pixels.")
@click.option("--who", required=True, help="Who marks.")
@click.option("--why", required=True, help="What it is recognised by.")
@click.option("--same", default="", help="At a gap: the candidate that is taken for the vehicle.")
@json_option
def mark(log: Path, frame: int, box: str, who: str, why: str, same: str, as_json: bool) -> None:
    r"""Add a mark to a log: where a person sees the vehicle in a picture. Marks are never changed, only added.

    \b
    Example:
      blindspot track mark mine.jsonl --frame 0 --box 320,180,28,14 --who A.R. --why "white car at the gate"
    """
    from blindspot.measure.track.follow.keyframes import add_mark

    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    count = add_mark(log, frame, box, who, when, why, same)
    progress.done()
    if as_json:
        print_json({"log": str(log), "marks": count})
    else:
        click.echo(f"{log}: {count} mark{'' if count == 1 else 's'}")


@click.command()
@click.argument("video", type=click.Path(path_type=Path))
@log_option
@click.option("--onnx", type=click.Path(path_type=Path), help="A detector of your own, whose boxes are proposals.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write path.csv and MOT text there.")
@json_option
def follow(video: Path, log: Path | None, onnx: Path | None, out: Path | None, as_json: bool) -> None:
    r"""Follow the marked vehicle: FOLLOWED, COASTING or LOST, a card for every loss, a path that says who placed each box.

    \b
    Example:
      blindspot track follow flight.ts --log mine.jsonl -o out/follow
    """
    from blindspot import rooms

    found = rooms.follow_now(video, log, onnx, out, progress=progress)
    progress.done()
    if as_json:
        print_json(found)
        return
    states = ", ".join(f"{n} {name}" for name, n in found["states"].items()) or "no mark, so nothing was followed"
    click.echo(f"{video.name}: {found['frames']} pictures; {states}")
    for gap in found["gaps"]:
        again = (
            f"taken up again by {gap['who']} in picture {gap['resumed']} after {gap['seconds']:g} s: {gap['why']}"
            if gap["resumed"] is not None
            else "nobody took it up again: mark it where it reappears, with --same"
        )
        click.echo(f"  {gap['id']}: last seen in {gap['last_seen']}, {', '.join(gap['failed'])}; {again}")
        for c in gap["candidates"]:
            click.echo(f"    candidate {c['id']} at {c['x']:g},{c['y']:g}, {c['from_mark_px']:g} px from the mark")
    if onnx is not None:
        click.echo(f"  {len(found['objects'])} objects proposed by {onnx.name}")
    for path in found.get("files", ()):
        click.echo(path)


@click.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@json_option
def agree(first: Path, second: Path, as_json: bool) -> None:
    r"""Do two reviewers who marked blind agree: on which vehicle it is after each gap, and on where it is?

    \b
    Example:
      blindspot track agree mine.jsonl hers.jsonl
    """
    from blindspot.measure.track.follow.keyframes import open_log
    from blindspot.measure.track.follow.video import compared

    found = compared(open_log(first), open_log(second))
    progress.done()
    if as_json:
        print_json(found)
        return
    kappa = "none (under two choices at the same picture)" if found["kappa"] is None else f"{found['kappa']:.2f}"
    click.echo(f"kappa {kappa} over {found['choices']} choices at gaps")
    for row in found["disagree"]:
        click.echo(f"  picture {row['frame']}: {row['first']!r} against {row['second']!r}")
    if found["apart_boxes"]:
        far = found["apart_boxes"]
        click.echo(f"paths {far['median']:.2f} boxes apart (95 %: {far['high']:.2f}) over {found['pictures']} pictures")
