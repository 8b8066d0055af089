"""The verb of release."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from blindspot import stages
from blindspot.cli.shared import case_argument, json_option, print_json, progress


@click.command()
@case_argument
@click.option("--to", "audience", required=True, metavar="AUDIENCE", help="An audience of release.toml.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Where to write (default: CASE/out/release-AUDIENCE)."
)
@click.option("--dry-run", is_flag=True, help="Run every gate, write nothing.")
@json_option
def release(case: Path, audience: str, out: Path | None, dry_run: bool, as_json: bool) -> None:
    r"""Write the copy of a case that an audience may have.

    Nothing goes unless release.toml names it; every byte of the copy is searched for what may not go.

    \b
    Example:
      blindspot release cases/kabul-2021-08-29 --to public --dry-run
    """
    found = stages.release(case, audience, out, dry_run=dry_run, progress=progress)
    progress.done()
    if as_json:
        shown = asdict(found)
        shown["path"] = str(found.path) if found.path else None
        print_json(shown)
    else:
        for line in found.blocked:
            click.echo(f"blocked: {line}")
        for line in found.remarks:
            click.echo(f"remark: {line}")
        if found.smallest_candidate_set:
            s = found.smallest_candidate_set
            click.echo(
                f"Smallest candidate set left: {s['place']}, {s['people']} people in {s['buildings']} buildings, {s['hours']:g} hours."
            )
        click.echo("The gates cannot see:")
        for line in found.cannot_see:
            click.echo(f"  {line}")
        if found.path:
            click.echo(f"Released to {audience}: {found.path}")
        else:
            click.echo(
                f"{len(found.blocked)} reason(s) against it; nothing was released."
                if found.blocked
                else "Nothing is against it; nothing was written (--dry-run)."
            )
    if found.blocked:
        raise SystemExit(1)
