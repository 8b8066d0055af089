"""The verbs of custody: ingest, verify."""

from __future__ import annotations

from pathlib import Path

import click

from blindspot.cli.shared import case_argument, json_option, print_json, progress


@click.command()
@case_argument
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--by", default="", help="Who brings the files (default: login and machine).")
@click.option("--source", default="", help="Where they were obtained, such as a URL.")
@click.option("--note", default="", help="Anything a later reader should know.")
@click.option(
    "--derived-from", multiple=True, metavar="SHA256", help="Evidence that the files were made from; repeat for more."
)
@json_option
def ingest(
    case: Path, files: tuple[Path, ...], by: str, source: str, note: str, derived_from: tuple[str, ...], as_json: bool
) -> None:
    r"""Take files into evidence, read-only, under their SHA-256.

    A folder that is a BagIt package is checked first, and its payload taken in.

    \b
    Example:
      blindspot ingest my-case clip.ts --source https://example.org/clip
    """
    from blindspot.case.custody import ingest as take
    from blindspot.case.custody.bag import is_bag, payload

    paths = [p for f in files for p in (payload(f) if f.is_dir() and is_bag(f) else [f])]
    taken = take(case, paths, by=by, source=source, note=note, derived_from=derived_from, progress=progress)
    progress.done()
    if as_json:
        print_json({"taken": [{"sha256": t.sha256, "bytes": t.bytes, "name": t.name, "known": t.known} for t in taken]})
        return
    for t in taken:
        click.echo(f"{t.sha256}  {t.name}  {t.bytes} bytes{'  (the same bytes were here already)' if t.known else ''}")
    click.echo(f"Recorded in {case / 'custody.jsonl'}. To check at any time: blindspot verify {case}")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--pack", type=click.Path(path_type=Path), metavar="DIR", help="If all holds, write a BagIt package.")
@click.option("--anchor", is_flag=True, help="If all holds, write the line of text that a time stamp is asked for.")
@json_option
def verify(path: Path, pack: Path | None, anchor: bool, as_json: bool) -> None:
    r"""Say whether every byte of a case, a released copy or a BagIt package is as recorded.

    \b
    Example:
      blindspot verify my-case
    """
    from blindspot.case.custody import verify as check
    from blindspot.case.custody.bag import pack as make_bag
    from blindspot.case.custody.stamps import anchor as write_anchor

    found = check(path, progress)
    progress.done()
    if as_json:
        problems = [{"path": f.path, "what": f.what} for f in found.faults]
        print_json(
            {
                "ok": found.ok,
                "kind": found.kind,
                "checked": found.checked,
                "problems": problems,
                "remarks": list(found.remarks),
            }
        )
    else:
        for fault in found.faults:
            click.echo(f"{fault.path}: {fault.what}")
        for remark in found.remarks:
            click.echo(f"remark: {remark}")
        click.echo(
            f"{path}: {'every byte is as recorded' if found.ok else 'NOT as recorded'} ({found.kind}, {found.checked} checks)"
        )
    if not found.ok:
        raise SystemExit(1)
    if pack is not None:
        click.echo(f"Packed: {make_bag(path, pack)}", err=as_json)
    if anchor:
        written, commands = write_anchor(path)
        click.echo(f"Wrote {written}. Next:", err=as_json)
        for line in commands:
            click.echo(f"  {line}", err=as_json)
