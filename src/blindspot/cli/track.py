"""The verb `track`: where vehicles stopped, how sure it is the same vehicle, and what ordinary vehicles do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blindspot.cli import following
from blindspot.cli.shared import case_argument, json_option, print_json, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

files_argument = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
offset_option = click.option(
    "--utc-offset", metavar="+HH:MM", help="Zone of times that name none (default: UTC, said)."
)
fps_option = click.option(
    "--fps", type=click.FloatRange(0.1, 1000), default=30.0, show_default=True, help="Of MOT text."
)


class _FilesOrVerb(click.Group):
    """`track FILE...` reads files; `track custody` and `track base-rate` are verbs of their own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["files", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_FilesOrVerb,
    subcommand_metavar="FILE... | custody FILE... | base-rate CASE | follow VIDEO | mark LOG | agree LOG LOG",
)
def track() -> None:
    r"""Say where vehicles stopped, whether it is the same vehicle, and what ordinary vehicles do.

    \b
    Example:
      blindspot track taxis.csv
      blindspot track custody taxis.csv --gap 60
      blindspot track base-rate cases/kabul-2021-08-29
      blindspot track follow flight.ts --log mine.jsonl

    The options of `track FILE...` are those of `blindspot track files -h`.
    """


@track.command(hidden=True)
@files_argument
@click.option("--min-stop", type=click.FloatRange(1, 86_400), default=180.0, show_default=True, help="Least seconds.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write GeoPackage, GeoJSON, MF-JSON, Parquet there.")
@click.option(
    "--clip", type=click.Path(path_type=Path), help="The video that boxes were drawn on: its telemetry places them."
)
@click.option("--roads", type=click.Path(path_type=Path), help="An OSM extract (.osm XML) to match the tracks to.")
@offset_option
@fps_option
@json_option
def files(
    files: tuple[Path, ...],
    min_stop: float,
    out: Path | None,
    clip: Path | None,
    roads: Path | None,
    utc_offset: str | None,
    fps: float,
    as_json: bool,
) -> None:
    r"""Stops as a range over 200 meanings of the word, with gaps and what they may hide.

    \b
    Example:
      blindspot track taxis.csv --utc-offset -07:00 -o out/taxis
      blindspot track boxes.txt --clip flight.ts
      blindspot track cases/kabul-2021-08-29
    """
    from blindspot import rooms
    from blindspot.measure.track.verbs import track_files

    ground = rooms.ground_of(clip, progress=progress) if clip else None
    found = track_files(files, min_stop, out, roads, utc_offset, fps, ground, progress=progress)
    progress.done()
    if as_json:
        print_json(found)
    else:
        for row in found["tracks"]:
            s = row["stops"]
            click.echo(
                f"{row['id']:<24} {row['points']:>8} fixes  {s['low']:.0f}-{s['high']:.0f} stops (median {s['median']:.0f}), "
                f"{row['hidden_stops']['gaps']} gaps that may hide {row['hidden_stops']['expected']:.1f} more"
            )
        for row in found["boxes"]:
            of = f"of {row['objects']} objects" if row["objects"] else "without identities"
            click.echo(f"{row['id']:<24} {row['boxes']:>8} boxes {of} in {row['frames']} frames")
        for row in found["ground"]:
            across, along = row["across_m"], row["along_m"]
            click.echo(
                f"{row['id']:<24} {row['fixes']:>8} placed, {row['not_placed']} not; error {across['median']:.0f} m across the "
                f"line of sight, {along['median']:.0f} m [{along['low']:.0f}-{along['high']:.0f}] along it"
            )
    _say(found["problems"])
    for path in found.get("files", ()):
        click.echo(path, err=as_json)


@track.command()
@files_argument
@click.option("--gap", type=float, required=True, metavar="SECONDS", help="How long each vehicle is hidden.")
@click.option(
    "--overlay/--as-recorded",
    default=None,
    help="Lay vehicle-days over one clock (default: where fewer than ten vehicles are in play at once).",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the reliability diagram there (.svg).")
@offset_option
@fps_option
@json_option
def custody(
    files: tuple[Path, ...],
    gap: float,
    overlay: bool | None,
    out: Path | None,
    utc_offset: str | None,
    fps: float,
    as_json: bool,
) -> None:
    r"""Hide each vehicle for a while, ask which one reappears, and how well the answer knows itself.

    Laws are fitted on other vehicles than those that are judged.

    \b
    Example:
      blindspot track custody taxis.csv --gap 60
    """
    from blindspot.measure.track.verbs import custody_files

    found = custody_files(files, gap, overlay, out, utc_offset, fps, progress=progress)
    progress.done()
    if as_json:
        print_json(found)
    else:
        low, high = found["intervals"]["ece"]
        click.echo(
            f"after {found['gap_s']:g} s unseen the best of {found['candidates']:.0f} candidates is the right vehicle "
            f"{found['right_share']:.0%} of the time; said {found['mean_predicted']:.0%} on average"
        )
        click.echo(
            f"calibration error {found['ece']:.3f} [{low:.3f}-{high:.3f}], Brier {found['brier']:.3f} against "
            f"{found['brier_constant']:.3f} of a constant; {found['n']} interruptions of {found['vehicles']} held-out vehicles"
        )
        click.echo(f"others: {found['background']}")
    _say(found["problems"])


@track.command("base-rate")
@case_argument
@click.option(
    "--background",
    "backgrounds",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Tracks of ordinary vehicles (default: those in CASE/tracks, else synthetic days).",
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Write the drawing of 100 ordinary days there (.svg)."
)
@json_option
def base_rate(case: Path, backgrounds: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    r"""Of 100 ordinary vehicle-days, how many visit as many of the watched places?

    Asked as tracks.toml of the case says, else of every place with a reported stop.

    \b
    Example:
      blindspot track base-rate cases/kabul-2021-08-29 --background taxis/
    """
    from blindspot.measure.track.verbs import base_rate_of

    found = base_rate_of(case, backgrounds, out, progress=progress)
    progress.done()
    if as_json:
        print_json(found)
    else:
        for row in (found, *found.get("also", ())):
            low, median, high = row["of_100_ordinary_days"]
            lr = row["lr"]
            click.echo(
                f"{row['id']}: of 100 ordinary vehicle-days {median:.3g} [{low:.3g}-{high:.3g}] visit {row['seen']} or more; "
                f"a match weighs {lr['median']:.2g} [{lr['low']:.2g}-{lr['high']:.2g}]"
            )
            for line in row["derivation"]:
                click.echo(f"  {line}")
    _say(found["problems"])


for verb in (following.follow, following.mark, following.agree):
    track.add_command(verb)


def _say(problems: Sequence[dict[str, Any]], most: int = 20) -> None:
    for p in problems[:most]:
        where = ":".join(str(p[k]) for k in ("file", "row", "column") if p[k] is not None)
        got = "" if p["got"] is None else f" (got {p['got']!r})"
        right = "" if p["right"] is None else f"; {p['right']}"
        click.echo(f"{where}: {p['what']}{got}{right}", err=True)
    if len(problems) > most:
        click.echo(f"... and {len(problems) - most} more; --json has them all", err=True)
