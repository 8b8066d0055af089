"""The verbs for other tools' files: import, export."""

from __future__ import annotations

from pathlib import Path

import click

from blindspot.cli.shared import case_argument, json_option, print_json


@click.command("import")
@click.argument("format_", metavar="FORMAT")
@click.argument("path", type=click.Path(path_type=Path))
@case_argument
@click.option(
    "--accept",
    "ids",
    multiple=True,
    metavar="ID",
    help="Take a suggested place into places.csv; `all` takes every one that is complete.",
)
@json_option
def import_(format_: str, path: Path, case: Path, ids: tuple[str, ...], as_json: bool) -> None:
    r"""Read another tool's file into CASE/imports, with every row that could not be taken and why.

    Formats: atlos, auto-archiver, bellingcat, blindspot, codec, csv, datashare, ftm, geojson, gpx, kml, proofmode, tak,
    timemap, uwazi, xlsx. `blindspot` makes a new case folder from a case that was exported.

    \b
    Example:
      blindspot import atlos atlos-export-2023-10-20.csv my-case
    """
    from blindspot.case.exchange import land, read, restore
    from blindspot.case.suggestions import accept
    from blindspot.errors import UsageError

    if not path.exists():
        raise UsageError(f"{path}: there is no such file.")
    if format_ == "blindspot":
        found, where = restore(path, case), case
    else:
        if not case.is_dir():
            raise UsageError(f"{case}: there is no such folder. `blindspot new NAME` makes one.")
        found = read(format_, path)
        where = land(found, path, case)
    taken = accept(case, ids) if ids else {}
    if as_json:
        rows = [{"row": u.row, "what": u.what, "why": u.why} for u in found.untaken]
        items = [
            {
                "id": i.id,
                "kind": i.kind,
                "text": i.text,
                "when": i.when,
                "lat": i.lat,
                "lon": i.lon,
                "error_m": i.error_m,
                "sources": list(i.sources),
                "hashes": list(i.hashes),
            }
            for i in found.items
        ]
        print_json(
            {
                "format": found.format,
                "path": str(where),
                "items": items,
                "untaken": rows,
                "notes": found.notes,
                "accepted": taken,
            }
        )
        return
    click.echo(f"{path.name}: {len(found.items)} items taken, {len(found.untaken)} remarks on what was not -> {where}")
    for u in found.untaken[:20]:
        click.echo(f"  {path.name}{f':{u.row}' if u.row else ''}: {u.what}: {u.why}")
    if len(found.untaken) > 20:
        click.echo(f"  ... and {len(found.untaken) - 20} more in untaken.csv")
    for note in found.notes:
        click.echo(f"  note: {note}")


@click.command()
@click.argument("format_", metavar="FORMAT")
@case_argument
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder to write to (default: CASE/out/export-FORMAT)."
)
@json_option
def export(format_: str, case: Path, out: Path | None, as_json: bool) -> None:
    r"""Write a case for another tool, and say what that tool cannot hold. For the own team: names are not redacted.

    Formats: blindspot (the whole case, back without loss), xlsx, csv, geojson, ftm, timemap.

    \b
    Example:
      blindspot export ftm cases/kabul-2021-08-29
    """
    from blindspot.case import open_case
    from blindspot.case.exchange import export as written
    from blindspot.case.store import write_bytes

    made = written(format_, open_case(case))
    folder = out if out is not None else case / "out" / f"export-{format_}"
    for name, data in sorted(made.files.items()):
        write_bytes(folder / name, data)
    if as_json:
        print_json({"format": format_, "path": str(folder), "files": sorted(made.files), "lost": list(made.lost)})
        return
    click.echo(f"{folder}: {', '.join(sorted(made.files))}")
    for loss in made.lost:
        click.echo(f"  not in it: {loss}")
